//! Calendars of blocks: balanced in each stratum, the same when longer, refused where they say nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::{
    CalendarStrata, SwitchbackDesign, SwitchbackPlan, TimeBlock, VisibleQuestion, switchback,
    switchback_visible,
};

const DAY_MS: i64 = 86_400_000;
/// 2027-01-01, a Friday.
const YEAR_2027_MS: i64 = 1_798_761_600_000;

pub(super) fn weekly(blocks: usize) -> SwitchbackPlan {
    SwitchbackPlan {
        channels: 1,
        start_ms: YEAR_2027_MS + 3 * DAY_MS,
        blocks,
        block_ms: 7 * DAY_MS,
        carry_over_ms: 2 * DAY_MS,
        strata: CalendarStrata::Successive(4),
        design: SwitchbackDesign::Separate,
    }
}

pub(super) fn seeds(seed: u64) -> impl Fn(u64, u64) -> u64 {
    move |stratum, channel| seed ^ (stratum + 1) << 40 ^ (channel + 1) << 20
}

#[test]
fn blocks_follow_each_other_and_count_after_the_carry_over() {
    let calendar = switchback(&weekly(24), seeds(1)).expect("a calendar");
    assert_eq!(
        (calendar.len(), calendar[0].number, calendar[0].from_ms),
        (24, 1, weekly(24).start_ms)
    );
    for (a, b) in calendar.iter().zip(&calendar[1..]) {
        assert_eq!((a.to_ms, a.number + 1), (b.from_ms, b.number));
    }
    let first = &calendar[0];
    assert_eq!(first.counted_from_ms - first.from_ms, 2 * DAY_MS);
    assert_eq!(first.to_ms - first.counted_from_ms, 5 * DAY_MS);
    let names: Vec<&str> = calendar.iter().step_by(4).map(|it| it.stratum.as_str()).collect();
    assert_eq!(names, ["1", "2", "3", "4", "5", "6"]);
    assert!(calendar.iter().all(|it| it.probability == 0.5));
}

#[test]
fn months_and_quarters_are_those_of_the_gregorian_calendar() {
    // A day each from 1971-12-31 on: through the leap days of 1972, 2000 and the common year 2100.
    let plan = |start_ms: i64, strata: CalendarStrata| SwitchbackPlan {
        start_ms,
        blocks: 366,
        block_ms: DAY_MS,
        carry_over_ms: DAY_MS / 4,
        strata,
        ..weekly(0)
    };
    let count = |start_ms: i64, strata: CalendarStrata| -> Vec<(String, usize)> {
        let mut asked = plan(start_ms, strata);
        // The year may have a day less.
        let calendar = switchback(&asked, seeds(1)).or_else(|_| {
            asked.blocks = 365;
            switchback(&asked, seeds(1))
        });
        let calendar = calendar.expect("a year");
        let strata = calendar.chunk_by(|a, b| a.stratum == b.stratum);
        strata.map(|it| (it[0].stratum.clone(), it.len())).collect()
    };
    for (start_ms, year, february) in [
        (63_072_000_000, 1972, 29),
        (946_684_800_000, 2000, 29),
        (YEAR_2027_MS, 2027, 28),
        (4_102_444_800_000, 2100, 28),
    ] {
        let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let months =
            days.iter().zip(1..).map(|(days, month)| (format!("{year}-{month:02}"), *days));
        assert_eq!(count(start_ms, CalendarStrata::Month), months.collect::<Vec<_>>());
        let quarters =
            days.chunks(3).zip(1..).map(|(it, at)| (format!("{year}-Q{at}"), it.iter().sum()));
        assert_eq!(count(start_ms, CalendarStrata::Quarter), quarters.collect::<Vec<_>>());
    }
}

/// All that a calendar promises, of one made with `seed`.
fn promises(plan: &SwitchbackPlan, calendar: &[TimeBlock]) {
    let k = plan.channels;
    let margin = |blocks: &[TimeBlock], channel: usize| -> i64 {
        blocks.iter().map(|it| 2 * i64::from(it.on >> channel & 1) - 1).sum()
    };
    for channel in 0..k {
        for stratum in calendar.chunk_by(|a, b| a.stratum == b.stratum) {
            let odd = stratum.len() as i64 % 2;
            assert_eq!(margin(stratum, channel).abs(), odd, "{stratum:?}");
        }
        assert!(margin(calendar, channel).abs() <= 1, "the whole is balanced");
    }
    for stratum in calendar.chunk_by(|a, b| a.stratum == b.stratum) {
        let n = stratum.len() as f64;
        let count =
            |of: &dyn Fn(&TimeBlock) -> bool| stratum.iter().filter(|it| of(it)).count() as f64;
        for block in stratum {
            let of_channel = |c: usize| count(&|it| (it.on ^ block.on) >> c & 1 == 0) / n;
            let expected = match plan.design {
                SwitchbackDesign::Separate => (0..k).map(of_channel).product::<f64>(),
                SwitchbackDesign::Factorial => count(&|it| it.on == block.on) / n,
            };
            assert!((block.probability - expected).abs() < 1e-12);
        }
        if plan.design == SwitchbackDesign::Factorial {
            let combinations = (0..1 << k).map(|on| count(&|it| it.on == on));
            assert!(combinations.into_iter().all(|it| 1.0 <= it), "each combination is there");
        }
    }
    let mut combinations: BTreeMap<u32, i64> = (0..1 << k).map(|on| (on, 0)).collect();
    calendar.iter().for_each(|it| *combinations.entry(it.on).or_default() += 1);
    if plan.design == SwitchbackDesign::Factorial {
        let (least, most) = (combinations.values().min(), combinations.values().max());
        assert!(most.expect("some") - least.expect("some") <= 2, "{combinations:?}");
    }
}

fn plans() -> impl Strategy<Value = SwitchbackPlan> {
    let strata = prop_oneof![
        Just(CalendarStrata::Month),
        Just(CalendarStrata::Quarter),
        (2..20_usize).prop_map(CalendarStrata::Successive),
    ];
    let design = prop_oneof![Just(SwitchbackDesign::Separate), Just(SwitchbackDesign::Factorial)];
    (1..=4_usize, 0..20_000_i64, 12..200_usize, 1..10_i64, strata, design).prop_map(
        |(channels, start, blocks, days, strata, design)| SwitchbackPlan {
            channels,
            start_ms: start * DAY_MS,
            blocks,
            block_ms: days * DAY_MS,
            carry_over_ms: days * DAY_MS / 3,
            strata,
            design,
        },
    )
}

/// The numbers that a refusal proposes.
fn proposed(message: &str) -> Vec<usize> {
    let Some((_, after)) = message.split_once(": plan ") else { return Vec::new() };
    after.split(' ').filter_map(|word| word.parse().ok()).collect()
}

proptest! {
    #[test]
    fn every_calendar_is_balanced_and_a_longer_one_begins_with_it(plan in plans(), seed: u64) {
        match switchback(&plan, seeds(seed)) {
            Ok(calendar) => {
                promises(&plan, &calendar);
                let again = switchback(&plan, seeds(seed)).expect("the same");
                prop_assert_eq!(&calendar, &again);
                // One block more is refused, with the number that is not.
                let mut longer = SwitchbackPlan { blocks: plan.blocks + 1, ..plan };
                if let Err(message) = switchback(&longer, seeds(seed))
                    && let Some(blocks) = proposed(&message).into_iter().max()
                {
                    longer.blocks = blocks;
                }
                if let Ok(longer) = switchback(&longer, seeds(seed)) {
                    prop_assert!(calendar.len() < longer.len());
                    prop_assert_eq!(&calendar[..], &longer[..calendar.len()]);
                }
            }
            Err(message) => {
                for blocks in proposed(&message).into_iter().filter(|it| 12 <= *it) {
                    let plan = SwitchbackPlan { blocks, ..plan };
                    let calendar = switchback(&plan, seeds(seed)).expect("what was proposed");
                    promises(&plan, &calendar);
                }
            }
        }
    }
}

#[test]
fn another_seed_is_another_calendar_and_each_block_has_an_even_chance() {
    let plan = SwitchbackPlan { channels: 2, ..weekly(12) };
    let mut on = [[0_u32; 12]; 2];
    let mut together = 0;
    let reps = 4_000;
    for seed in 0..reps {
        let calendar = switchback(&plan, seeds(seed)).expect("a calendar");
        for (at, block) in calendar.iter().enumerate() {
            (0..2).for_each(|c| on[c][at] += block.on >> c & 1);
            together += u32::from(block.on == 3);
        }
    }
    // Four standard errors of 4,000 coins.
    let fair = |count: u32, of: f64, p: f64| {
        (f64::from(count) - of * p).abs() < 4.0 * (of * p * (1.0 - p)).sqrt()
    };
    assert!(on.iter().flatten().all(|count| fair(*count, reps as f64, 0.5)), "{on:?}");
    assert!(fair(together, reps as f64 * 12.0, 0.25), "dealt each by itself: {together}");
}

/// All six orders of two on and two off come equally often.
#[test]
fn every_order_within_a_stratum_is_equally_likely() {
    let mut orders: BTreeMap<u32, u32> = BTreeMap::new();
    for seed in 0..2_000 {
        let calendar = switchback(&weekly(12), seeds(seed)).expect("a calendar");
        for stratum in calendar.chunks(4) {
            let order = stratum.iter().fold(0, |bits, it| bits << 1 | it.on);
            *orders.entry(order).or_default() += 1;
        }
    }
    // Chi-squared with 5 degrees of freedom is above 20.5 once in a thousand.
    let chi2: f64 = orders.values().map(|it| (f64::from(*it) - 1_000.0).powi(2) / 1_000.0).sum();
    assert_eq!(orders.len(), 6);
    assert!(chi2 < 20.5, "{chi2}: {orders:?}");
}

#[test]
fn what_cannot_be_analysed_is_refused_with_what_to_do() {
    #[track_caller]
    fn check(plan: SwitchbackPlan, expected: &str) {
        let message = switchback(&plan, seeds(1)).expect_err("refused");
        assert!(message.contains(expected), "{message}");
    }
    let ok = weekly(24);
    check(SwitchbackPlan { channels: 0, ..ok }, "0 channels: a calendar is for 1 to 4");
    check(SwitchbackPlan { channels: 5, ..ok }, "5 channels");
    check(
        SwitchbackPlan { carry_over_ms: 0, ..ok },
        "the carry-over must be above 0: say how long",
    );
    check(
        SwitchbackPlan { carry_over_ms: 3 * DAY_MS, ..ok },
        "at least 3 times as long as the carry-over: make blocks longer",
    );
    check(SwitchbackPlan { blocks: 8, ..ok }, "8 blocks are not enough data: plan at least 12");
    check(SwitchbackPlan { blocks: 20_000, ..ok }, "holds at most 10000");
    check(
        SwitchbackPlan { blocks: 25, ..ok },
        "25 blocks end within the stratum 7, which could not be balanced: plan 24 or 28 blocks",
    );
    check(
        SwitchbackPlan { strata: CalendarStrata::Successive(1), ..ok },
        "one block cannot be balanced: take at least 2",
    );
    check(SwitchbackPlan { start_ms: -1, ..ok }, "between the years 1970 and 9999");
    check(SwitchbackPlan { block_ms: i64::MAX / 2, ..ok }, "between the years 1970 and 9999");
    check(
        SwitchbackPlan { strata: CalendarStrata::Successive(20_000), ..ok },
        "stratum 1 has more than 10000 blocks: take shorter strata or longer blocks",
    );
    let months = SwitchbackPlan { strata: CalendarStrata::Month, ..ok };
    check(
        SwitchbackPlan { start_ms: YEAR_2027_MS + 24 * DAY_MS, ..months },
        "stratum 2027-01: a stratum of one block cannot be balanced; start where a month",
    );
    let factorial = SwitchbackPlan { channels: 3, design: SwitchbackDesign::Factorial, ..ok };
    check(
        factorial,
        "4 blocks cannot hold each of the 8 combinations of channels; take at least 8",
    );
    // Four Mondays in January 2027 from the 4th, four in February, five in March.
    let refused =
        switchback(&SwitchbackPlan { blocks: 12, ..months }, seeds(1)).expect_err("in March");
    assert!(
        refused.ends_with(
            "within the stratum 2027-03, which could not be balanced: plan 8 or 13 blocks"
        ),
        "{refused}"
    );
    assert!(switchback(&SwitchbackPlan { blocks: 13, ..months }, seeds(1)).is_ok());
}

#[test]
fn the_smallest_effect_is_that_of_the_formula() {
    let calendar = switchback(&weekly(24), seeds(1)).expect("a calendar");
    let ask = VisibleQuestion {
        channels: 1,
        design: SwitchbackDesign::Separate,
        spread: 10.0,
        effect: Some(6.0),
        alpha: 0.05,
        power: 0.8,
    };
    let found = switchback_visible(&calendar, &ask).expect("makes sense");
    // 24 blocks in 6 strata leave 17 degrees of freedom, at which tables of Student have 2.1098 and
    // 0.8633; the error is 2 · 10 / √24.
    let expected = (2.1098 + 0.8633) * 20.0 / 24.0_f64.sqrt();
    assert!((found.smallest_effect / expected - 1.0).abs() < 1e-4, "{found:?}");
    let needed = found.blocks_needed.expect("few");
    // The normal quantiles say 4 · 100 · 2.8016² / 36 = 87.2; Student asks for a few more.
    assert!((88..=92).contains(&needed), "{needed}");
    for wrong in [
        VisibleQuestion { spread: 0.0, ..ask },
        VisibleQuestion { effect: Some(0.0), ..ask },
        VisibleQuestion { alpha: 1.0, ..ask },
        VisibleQuestion { power: 0.3, ..ask },
    ] {
        assert!(switchback_visible(&calendar, &wrong).is_err(), "{wrong:?}");
    }
}
