//! The learned policy against fixed ones, on people whose truth is known and that nothing was tuned
//! on. `docs/learning.md` shows the table that the slow one prints.

use crate::study::pairs::{OfPairs, Pairs};
use crate::study::{Mean, Outcome, Plan, mean_of, play_plan};

/// Seeds from here on are for tuning; what is reported uses those below.
const TUNING_FROM: u64 = 1_000;

fn plays(plan: Plan, people: usize, weeks: i64, seeds: std::ops::Range<u64>) -> Vec<Outcome> {
    assert!(seeds.end <= TUNING_FROM || std::env::var_os("FULCRUM_TUNING").is_some());
    let middle = seeds.start + (seeds.end - seeds.start) / 2;
    let half = |seeds: std::ops::Range<u64>| -> Vec<Outcome> {
        seeds.map(|it| play_plan(plan, people, weeks, it).expect("the engine opens")).collect()
    };
    // The machine has two cores.
    let (mut one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(|| half(middle..seeds.end));
        (half(seeds.start..middle), other.join().expect("a play"))
    });
    one.extend(other);
    one
}

fn difference(a: &[Outcome], b: &[Outcome], of: fn(&Outcome) -> f64) -> Mean {
    mean_of(&a.iter().zip(b).map(|(a, b)| of(a) - of(b)).collect::<Vec<f64>>())
}

/// A small market, with the large one behind `FULCRUM_SLOW`.
#[test]
fn what_is_learned_is_better_than_even_chance() {
    let learned = plays(Plan::Learned, 60, 6, 0..4);
    let even = plays(Plan::Even, 60, 6, 0..4);
    let gain = difference(&learned, &even, |it| it.responses);
    assert!(0.0 < gain.mean, "{gain:?}");
    assert!(learned.iter().all(|it| 5.0 < it.messages), "{learned:?}");
    assert!(learned.iter().chain(&even).all(|it| it.violations == 0), "{learned:?}");
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
}

/// What an opt-out costs, in answers: what somebody who stays answers in half a year, as was seen in
/// the markets for tuning (2.5 in 10 weeks).
const PRICE: u8 = 6;

/// Prints one row per plan; the first plan is what the others are compared with. Returns by how much
/// it exceeds each of the others in answers and in opt-outs.
fn table(
    plans: &[Plan],
    people: u64,
    weeks: u64,
    seeds: std::ops::Range<u64>,
) -> Vec<(Plan, Mean, Mean)> {
    println!(
        "{people} people, {weeks} weeks, seeds {seeds:?}; differences are the first less this"
    );
    let play = |plan| plays(plan, people as usize, weeks as i64, seeds.clone());
    let first = play(plans[0]);
    let mut found = Vec::new();
    for plan in plans {
        let outcomes = if *plan == plans[0] { first.clone() } else { play(*plan) };
        assert!(outcomes.iter().all(|it| it.violations == 0), "{}: {outcomes:?}", plan.name());
        let mean = |of: fn(&Outcome) -> f64| mean_of(&outcomes.iter().map(of).collect::<Vec<_>>());
        let net = |it: &Outcome| it.responses - f64::from(PRICE) * it.opt_outs;
        let differences: [Mean; 4] = [
            difference(&first, &outcomes, |it| it.responses),
            difference(&first, &outcomes, |it| it.orders),
            difference(&first, &outcomes, |it| it.opt_outs),
            difference(&first, &outcomes, net),
        ];
        if *plan != plans[0] {
            found.push((*plan, differences[0], differences[2]));
        }
        let told = differences.map(|it| format!("{:+.3} ± {:.3}", it.mean, it.reach));
        println!(
            "| {} | {:.1} | {:.3} | {:.3} | {:.3} | {:.3} | {} |",
            plan.name(),
            mean(|it| it.messages).mean,
            mean(|it| it.responses).mean,
            mean(|it| it.orders).mean,
            mean(|it| it.opt_outs).mean,
            mean(net).mean,
            told.join(" | "),
        );
    }
    found
}

/// With a price on opt-outs the learned policy brings more answers than every fixed plan under the same
/// caps, and loses fewer people. Halved caps need people: two hundred of each kind in each half.
#[test]
fn the_learned_policy_and_fixed_ones() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let beside = [Plan::Learned, Plan::EmailThree, Plan::EverywhereThree];
    let plans: Vec<Plan> =
        std::iter::once(Plan::Priced(PRICE)).chain(Plan::FIXED).chain(beside).collect();
    let first = number("FULCRUM_TUNING", 0);
    let seeds = first..first + number("FULCRUM_SEEDS", 10);
    let (people, weeks) = (number("FULCRUM_PEOPLE", 1_000), number("FULCRUM_WEEKS", 10));
    for (plan, answers, opt_outs) in table(&plans, people, weeks, seeds) {
        if Plan::FIXED.contains(&plan) {
            assert!(0.0 < answers.mean - answers.reach, "{}: {answers:?}", plan.name());
        }
        if Plan::FIXED.contains(&plan) || plan == Plan::Learned {
            assert!(opt_outs.mean + opt_outs.reach < 0.0, "{}: {opt_outs:?}", plan.name());
        }
    }
}

/// Whether g pays where it is known to be there, and what it costs where it is not. Nothing is claimed
/// of what comes out; see `docs/learning.md`.
#[test]
fn what_the_panel_found_used_and_not_used() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let (people, weeks) = (number("FULCRUM_PEOPLE", 2_000) as usize, 12);
    let first = number("FULCRUM_TUNING", TUNING_FROM);
    println!("{people} people, {weeks} weeks; used less not used, of those outside the panel");
    for truth in [1.5, 1.0] {
        let (mut used, mut unused) = (Vec::new(), Vec::new());
        for seed in first..first + number("FULCRUM_SEEDS", 3) {
            let play =
                |used| Pairs { people, weeks, truth, used }.play(seed).expect("the engine opens");
            used.push(play(true));
            unused.push(play(false));
            println!("# {seed} {:?} {:?}", used.last(), unused.last());
        }
        let difference = |of: fn(&OfPairs) -> f64| {
            let all: Vec<f64> = used.iter().zip(&unused).map(|(a, b)| of(a) - of(b)).collect();
            let it = mean_of(&all);
            format!("{:+.3} ± {:.3}", it.mean, it.reach)
        };
        let mean = |all: &[OfPairs], of: fn(&OfPairs) -> f64| {
            mean_of(&all.iter().map(of).collect::<Vec<_>>()).mean
        };
        println!(
            "| {truth} | {:.2} | {:.3} | {:.3} | {} | {:.1} % | {} |",
            mean(&used, |it| it.g),
            mean(&used, |it| it.responses),
            mean(&unused, |it| it.responses),
            difference(|it| it.responses),
            100.0 * mean(&unused, |it| it.paired),
            difference(|it| it.paired),
        );
        assert!(unused.iter().all(|it| it.g == 1.0), "it must not be known");
    }
}
