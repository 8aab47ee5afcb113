//! People with a known truth: intervals hold it, and a score that knows nothing earns nothing.

use super::super::truth::{Chance, assert_rate};
use super::{Market, ask};
use crate::{UpliftEstimate, UpliftUnit};

#[derive(Default)]
struct Tally {
    asked: usize,
    answered: [usize; 5],
    hits: [usize; 5],
    below: [usize; 5],
    above: [usize; 5],
    bias: [f64; 5],
    /// Of the random score: p under 5 %, and under a half.
    small_p: [usize; 2],
    no_gain: usize,
}

const NAMES: [&str; 5] = ["qini", "area", "top 30 %", "gain of the top half", "average"];

impl Tally {
    fn add(&mut self, i: usize, low: Option<f64>, high: Option<f64>, off: f64, truth: f64) {
        let (low, high) = (low.expect("known"), high.expect("known"));
        self.answered[i] += 1;
        self.hits[i] += usize::from(low <= truth && truth <= high);
        self.below[i] += usize::from(high < truth);
        self.above[i] += usize::from(truth < low);
        self.bias[i] += off;
    }
}

fn study(market: &Market, seeds: u64) -> Tally {
    let mut tally = Tally::default();
    let (own, best) = market.areas();
    for seed in 0..seeds {
        let found = ask(&market.units(true, seed));
        if found.insufficient.is_some() {
            continue;
        }
        tally.asked += 1;
        let mut add = |i: usize, it: &UpliftEstimate, truth: f64| {
            tally.add(i, it.low, it.high, it.estimate.expect("known") - truth, truth);
        };
        add(0, &found.qini, own / best);
        add(1, &found.area, own / market.treated);
        let top = &found.top[1];
        let from = top.score.expect("people");
        // The interval is for those above the score that was found.
        if top.uplift.low.is_some() {
            add(2, &top.uplift, market.most * 0.5 * (1.0 + from));
        }
        let half = found.curve.iter().find(|it| 0.5 <= it.share).expect("half");
        let gain = market.most * 0.5 * (1.0 - half.score.expect("people").powi(2));
        tally.add(3, half.low, half.high, half.gain - gain, gain);
        let average = &found.average;
        let truth = 0.5 * market.most;
        let off = average.estimate.expect("known") - truth;
        tally.add(4, average.low, average.high, off, truth);

        let nothing = ask(&market.units(false, seed));
        let p = nothing.qini.p.expect("known");
        tally.small_p[0] += usize::from(p < 0.05);
        tally.small_p[1] += usize::from(p < 0.5);
        let (low, high) = (nothing.qini.low.expect("known"), nothing.qini.high.expect("known"));
        tally.no_gain += usize::from(low <= 0.0 && 0.0 <= high);
    }
    tally
}

const USUAL: Market = Market { n: 3_000, treated: 0.5, base: 0.1, most: 0.12 };

#[test]
fn a_known_market_is_covered_and_chance_earns_nothing() {
    let tally = study(&USUAL, 120);
    assert_eq!(tally.asked, 120);
    // Of 120 at 95 % fewer than 105 come once in 3,000 times.
    for (hits, name) in tally.hits.into_iter().zip(NAMES) {
        assert!(105 <= hits, "{name}: {hits} of 120");
    }
    assert!(105 <= tally.no_gain, "a random score earns nothing: {} of 120", tally.no_gain);
    // Half of the p are under a half: 41 to 79 but for one in 2,000 times.
    assert!((41..=79).contains(&tally.small_p[1]), "{:?}", tally.small_p);
}

/// A score that has seen the outcomes must not pass for one that finds people.
#[test]
fn a_score_made_from_the_outcomes_is_far_off_the_truth() {
    let (own, best) = USUAL.areas();
    let mut hits = 0;
    for seed in 0..20 {
        let mut units = USUAL.units(true, seed);
        for it in &mut units {
            let way = if it.treated { 0.3 } else { -0.3 };
            it.score += way * it.outcome;
        }
        let qini = ask(&units).qini;
        let truth = own / best;
        hits +=
            usize::from(qini.low.expect("known") <= truth && truth <= qini.high.expect("known"));
    }
    assert!(hits < 5, "{hits} of 20 must not cover");
}

#[test]
fn an_outcome_in_money_has_an_area_and_no_coefficient() {
    let mut hits = 0;
    for seed in 0..60 {
        let mut chance = Chance::new(seed);
        let unit = |_| {
            let (score, treated) = (chance.uniform(), chance.uniform() < 0.4);
            let spend = 5.0 + chance.normal() * 2.0 + if treated { 3.0 * score } else { 0.0 };
            UpliftUnit { outcome: spend, treated, score }
        };
        let units: Vec<UpliftUnit> = (0..1_000).map(unit).collect();
        let found = ask(&units);
        assert!(found.qini.estimate.is_none() && found.qini.reason.is_some());
        let truth = 3.0 / 12.0;
        let (low, high) = (found.area.low.expect("known"), found.area.high.expect("known"));
        hits += usize::from(low <= truth && truth <= high);
    }
    // Of 60 at 95 % fewer than 50 come once in 3,000 times.
    assert!(50 <= hits, "{hits} of 60");
}

#[test]
fn known_markets_are_covered_at_the_stated_rate() {
    if !super::super::slow() {
        return;
    }
    let markets = [
        ("usual, 600 people", Market { n: 600, ..USUAL }),
        ("usual, 1,000", Market { n: 1_000, ..USUAL }),
        ("usual, 3,000", USUAL),
        ("usual, 10,000", Market { n: 10_000, ..USUAL }),
        ("a tenth treated, 10,000", Market { n: 10_000, treated: 0.1, ..USUAL }),
        ("rates of 2 to 4 %, 10,000", Market { n: 10_000, base: 0.02, most: 0.02, ..USUAL }),
        ("no effect, 3,000", Market { most: 0.0, ..USUAL }),
    ];
    for (name, market) in markets {
        let tally = study(&market, 2_000);
        println!("{name}: {} of 2,000 asked", tally.asked);
        for (i, name) in NAMES.iter().enumerate() {
            let share = |hits: usize| hits as f64 / tally.answered[i] as f64;
            println!(
                "  {name:<22} covered {:.4}  below {:.4}  above {:.4}  bias {:+.5}",
                share(tally.hits[i]),
                share(tally.below[i]),
                share(tally.above[i]),
                tally.bias[i] / tally.answered[i] as f64
            );
        }
        let share = |hits: usize| hits as f64 / tally.asked as f64;
        println!(
            "  a random score: covered {:.4}, p under 0.05 {:.4}, under 0.5 {:.4}",
            share(tally.no_gain),
            share(tally.small_p[0]),
            share(tally.small_p[1])
        );
        for (i, what) in NAMES.iter().enumerate() {
            assert_rate(tally.hits[i], tally.answered[i], 0.95, &format!("{name}: {what}"));
        }
        assert_rate(tally.no_gain, tally.asked, 0.95, &format!("{name}: a random score"));
    }
}
