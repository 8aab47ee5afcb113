//! Seasons with a known effect, weather that lasts, and what a channel leaves behind when it stops.

use super::switchback::{seeds, weekly};
use super::truth::{Chance, assert_rate};
use crate::{
    CalendarStrata, SeenBlock, SwitchbackDesign, SwitchbackEffects, SwitchbackPlan,
    SwitchbackQuestion, TimeBlock, VisibleQuestion, switchback, switchback_effects,
    switchback_visible,
};

const DAY_MS: i64 = 86_400_000;

/// What days look like without any channel.
#[derive(Clone, Copy)]
struct Weather {
    /// How much of a day's weather is that of the day before.
    lasting: f64,
    /// From the bottom of the year to its top, and growth per year.
    season: f64,
}

const WEATHER: Weather = Weather { lasting: 0.8, season: 30.0 };

/// Days of the calendar: each channel's effect acts after the carry-over only, and for as long after
/// the channel fell silent; the pair's on top. Means of the days of each block from `dropped` on.
fn seen(
    plan: &SwitchbackPlan,
    calendar: &[TimeBlock],
    effects: &[(u32, f64)],
    seed: u64,
    dropped_ms: i64,
) -> Vec<SeenBlock> {
    let mut chance = Chance::new(seed);
    let per_block = plan.block_ms / DAY_MS;
    let carry_over = (plan.carry_over_ms / DAY_MS) as usize;
    let state = |day: usize| calendar[day / per_block as usize].on;
    let days = calendar.len() * per_block as usize;
    let mut weather = chance.normal();
    let phase = chance.uniform();
    let mut values = Vec::with_capacity(days);
    for day in 0..days {
        weather =
            WEATHER.lasting * weather + (1.0 - WEATHER.lasting.powi(2)).sqrt() * chance.normal();
        let year = day as f64 / 365.25;
        let season = WEATHER.season * ((std::f64::consts::TAU * (year + phase)).sin() / 2.0 + year);
        let weekend = if day % 7 < 2 { -4.0 } else { 0.0 };
        let on = if day < carry_over { 0 } else { state(day - carry_over) };
        let brought: f64 = effects.iter().filter(|it| it.0 & !on == 0).map(|it| it.1).sum();
        values.push(100.0 + season + weekend + 3.0 * weather + 2.0 * chance.normal() + brought);
    }
    let strata: Vec<&str> = calendar.iter().map(|it| it.stratum.as_str()).collect();
    let number = |name: &str| strata.iter().position(|it| *it == name).expect("it is one") as u32;
    let dropped = (dropped_ms / DAY_MS) as usize;
    let block = |(block, days): (&TimeBlock, &[f64])| SeenBlock {
        stratum: number(&block.stratum),
        on: block.on,
        mean: days[dropped..].iter().sum::<f64>() / (days.len() - dropped) as f64,
    };
    calendar.iter().zip(values.chunks(per_block as usize)).map(block).collect()
}

fn names(channels: usize) -> Vec<String> {
    ["posts", "ads", "pages", "radio"][..channels].iter().map(|it| it.to_string()).collect()
}

fn play(
    plan: &SwitchbackPlan,
    effects: &[(u32, f64)],
    seed: u64,
    dropped_ms: i64,
    deals: Option<u64>,
) -> SwitchbackEffects {
    let calendar = switchback(plan, seeds(seed)).expect("a calendar");
    let blocks = seen(plan, &calendar, effects, seed, dropped_ms);
    let channels = names(plan.channels);
    switchback_effects(&SwitchbackQuestion {
        channels: &channels,
        blocks: &blocks,
        design: plan.design,
        confidence: 0.95,
        deals,
    })
}

/// How many of `reps` intervals of the channel hold the truth.
fn covered(
    plan: &SwitchbackPlan,
    effects: &[(u32, f64)],
    (channel, truth): (usize, f64),
    reps: u64,
    dropped_ms: i64,
) -> usize {
    let holds = |seed: &u64| {
        let found = play(plan, effects, *seed, dropped_ms, None);
        let found = &found.channels[channel];
        found.low.expect("known") <= truth && truth <= found.high.expect("known")
    };
    (0..reps).filter(holds).count()
}

fn reps(fast: u64) -> u64 {
    if super::slow() { 2_000 } else { fast }
}

/// Coverage within 1.5 points in the slow study; the fast one within three of its standard errors.
#[track_caller]
fn assert_covers(hits: usize, reps: u64, what: &str) {
    if super::slow() {
        assert_rate(hits, reps as usize, 0.95, what);
    }
    let margin = 3.0 * (0.95 * 0.05 / reps as f64).sqrt();
    let rate = hits as f64 / reps as f64;
    assert!((rate - 0.95).abs() <= margin, "{what}: {rate}");
}

#[test]
fn intervals_hold_the_truth_through_seasons_and_lasting_weather() {
    let reps = reps(200);
    for (plan, what) in [
        (weekly(28), "four successive weeks"),
        (SwitchbackPlan { strata: CalendarStrata::Successive(2), ..weekly(24) }, "pairs of weeks"),
        (SwitchbackPlan { strata: CalendarStrata::Month, ..weekly(26) }, "months of 4 and 5 weeks"),
    ] {
        let hits = covered(&plan, &[(1, 4.0)], (0, 4.0), reps, plan.carry_over_ms);
        eprintln!("{what}: {hits} of {reps}");
        assert_covers(hits, reps, what);
    }
}

/// The planted mistake: the days on which the block before still works are counted.
#[test]
fn without_dropping_the_carry_over_the_intervals_miss() {
    let (reps, plan) = (reps(200), weekly(52));
    let dropped = covered(&plan, &[(1, 8.0)], (0, 8.0), reps, plan.carry_over_ms);
    assert_covers(dropped, reps, "dropped");
    let kept = covered(&plan, &[(1, 8.0)], (0, 8.0), reps, 0);
    eprintln!("carry-over dropped: {dropped}, kept: {kept} of {reps}");
    assert!(
        (kept as u64) < reps * 7 / 10,
        "a coverage of 95 % would hide the mistake: {kept} of {reps}"
    );
}

#[test]
fn several_channels_are_told_apart_in_both_designs() {
    let reps = reps(150);
    // Each alone, and 3 more where both are on: on average the second channel is on half of the time.
    let effects = [(1, 4.0), (2, -2.0), (3, 3.0)];
    for (design, what) in
        [(SwitchbackDesign::Separate, "separate"), (SwitchbackDesign::Factorial, "factorial")]
    {
        let plan = SwitchbackPlan { channels: 2, design, ..weekly(40) };
        for (channel, truth) in [(0, 5.5), (1, -0.5)] {
            let hits = covered(&plan, &effects, (channel, truth), reps, plan.carry_over_ms);
            eprintln!("{what} {channel}: {hits} of {reps}");
            assert_covers(hits, reps, what);
        }
    }
}

#[test]
fn a_channel_without_effect_is_found_as_often_as_chance_says() {
    let reps = reps(30);
    let plan = SwitchbackPlan { channels: 2, ..weekly(24) };
    // The other channel works: that must not spill over.
    let mut ps: Vec<f64> = (0..reps)
        .map(|seed| {
            let found = play(&plan, &[(2, 6.0)], seed, plan.carry_over_ms, Some(seed));
            found.channels[0].randomisation_p.expect("few blocks")
        })
        .collect();
    ps.sort_by(f64::total_cmp);
    let found = ps.iter().filter(|p| **p <= 0.05).count();
    eprintln!("randomisation p at most 0.05: {found} of {reps}");
    if super::slow() {
        assert_rate(found, reps as usize, 0.05, "found where there is nothing");
    }
    // Kolmogorov: above 1.95 / √n once in a thousand.
    let far = |(at, p): (usize, &f64)| {
        let (low, high) = (at as f64 / ps.len() as f64, (at + 1) as f64 / ps.len() as f64);
        (p - low).abs().max((p - high).abs())
    };
    let distance = ps.iter().enumerate().map(far).fold(0.0, f64::max);
    eprintln!("distance from uniform: {distance:.4}");
    assert!(distance < 1.95 / (ps.len() as f64).sqrt(), "p is not uniform: {distance}");
}

#[test]
fn an_effect_of_the_planned_size_is_seen_as_often_as_planned() {
    let reps = reps(200);
    let plan = weekly(24);
    // The spread within strata of four, from many seasons without any effect.
    let spread = |seed: u64| {
        let found = play(&plan, &[], 1_000_000 + seed, plan.carry_over_ms, None);
        found.channels[0].spread.expect("known").powi(2)
    };
    let spread = ((0..400).map(spread).sum::<f64>() / 400.0).sqrt();
    let calendar = switchback(&plan, seeds(0)).expect("a calendar");
    let ask = VisibleQuestion {
        channels: 1,
        design: plan.design,
        spread,
        effect: None,
        alpha: 0.05,
        power: 0.8,
    };
    let effect = switchback_visible(&calendar, &ask).expect("makes sense").smallest_effect;
    let seen = |seed: &u64| {
        let found = play(&plan, &[(1, effect)], *seed, plan.carry_over_ms, None);
        found.channels[0].p.expect("known") < 0.05
    };
    let rate = (0..reps).filter(seen).count() as f64 / reps as f64;
    eprintln!("spread {spread:.3}, smallest effect {effect:.3}, seen in {rate}");
    let margin = 3.0 * (0.16 / reps as f64).sqrt();
    assert!((rate - 0.8).abs() <= margin + 0.01, "{rate}");
}

#[test]
fn pairs_of_blocks_are_the_paired_test() {
    // With two blocks in each stratum it is Student's test of the differences.
    let differences = [3.0, -1.0, 4.0, 2.0, 0.5, 6.0, 1.0, -2.0];
    let mut blocks = Vec::new();
    for (at, difference) in differences.iter().enumerate() {
        let stratum = at as u32;
        let level = 100.0 * f64::from(stratum % 3);
        blocks.push(SeenBlock { stratum, on: 0, mean: level });
        blocks.push(SeenBlock { stratum, on: 1, mean: level + difference });
    }
    let channels = names(1);
    let found = switchback_effects(&SwitchbackQuestion {
        channels: &channels,
        blocks: &blocks,
        design: SwitchbackDesign::Separate,
        confidence: 0.95,
        deals: Some(1),
    });
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let square = differences.iter().map(|it| (it - mean).powi(2)).sum::<f64>();
    let se = (square / (n - 1.0) / n).sqrt();
    let posts = &found.channels[0];
    let near = |a: Option<f64>, b: f64| (a.expect("known") - b).abs() < 1e-9;
    assert!(
        near(posts.estimate, mean) && near(posts.se, se) && near(posts.df, n - 1.0),
        "{posts:?}"
    );
    // All 2⁸ signs: as many of them are as far from zero as this.
    let t = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|it| (it - mean).powi(2)).sum::<f64>();
        mean.abs() / square.sqrt()
    };
    let shown = t(&differences);
    let as_much = (0..256_u32).filter(|signs| {
        let sign = |at: usize| if signs >> at & 1 == 1 { 1.0 } else { -1.0 };
        let flipped: Vec<f64> =
            differences.iter().enumerate().map(|(at, it)| it * sign(at)).collect();
        shown * (1.0 - 1e-9) <= t(&flipped)
    });
    let exact = as_much.count() as f64 / 256.0;
    let p = posts.randomisation_p.expect("few");
    assert!((p - exact).abs() < 4.0 * (exact * (1.0 - exact) / 2_000.0).sqrt(), "{p} {exact}");
}

#[test]
fn what_the_blocks_cannot_tell_is_said() {
    let channels = names(2);
    let ask = |blocks: &[SeenBlock], design: SwitchbackDesign| {
        switchback_effects(&SwitchbackQuestion {
            channels: &channels,
            blocks,
            design,
            confidence: 0.95,
            deals: None,
        })
    };
    let blocks = |n: u32, on: &dyn Fn(u32) -> u32| -> Vec<SeenBlock> {
        (0..n)
            .map(|at| SeenBlock { stratum: at / 4, on: on(at), mean: f64::from(at * 7 % 5) })
            .collect()
    };
    let few = ask(&blocks(11, &|at| at % 4), SwitchbackDesign::Separate);
    assert_eq!(
        few.insufficient.as_deref(),
        Some("11 blocks with an outcome; at least 12 are needed")
    );
    assert!(few.channels.iter().all(|it| it.estimate.is_none() && it.reason.is_some()));
    // The second channel is on in whole strata: it cannot be compared within.
    let whole = ask(&blocks(16, &|at| (at % 2) | ((at / 4 % 2) << 1)), SwitchbackDesign::Separate);
    assert!(whole.channels[0].low.is_some());
    assert_eq!(
        whole.insufficient.as_deref(),
        Some("in no stratum there are blocks with and without it")
    );
    let never = ask(&blocks(16, &|at| at % 2), SwitchbackDesign::Factorial);
    let reason = "a combination of channels has no block with an outcome";
    assert_eq!(never.insufficient.as_deref(), Some(reason));
    let mut constant = blocks(16, &|at| at % 4);
    constant.iter_mut().for_each(|it| it.mean = 3.0);
    let constant = ask(&constant, SwitchbackDesign::Factorial);
    assert_eq!(constant.insufficient.as_deref(), Some("the outcome does not vary in these cells"));
    let mut wrong = blocks(16, &|at| at % 4);
    wrong[3].mean = f64::NAN;
    assert!(
        ask(&wrong, SwitchbackDesign::Separate).insufficient.expect("refused").contains("finite")
    );
}
