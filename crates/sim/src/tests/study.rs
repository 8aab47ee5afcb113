//! The learned policy against fixed ones, on people whose truth is known and that nothing was tuned
//! on. `docs/learning.md` shows the table that the slow one prints.

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
        let mean = |of: fn(&Outcome) -> f64| mean_of(&outcomes.iter().map(of).collect::<Vec<_>>());
        let net = |it: &Outcome| it.responses - 3.0 * it.opt_outs;
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

#[test]
fn the_learned_policy_and_fixed_ones() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let plans: Vec<Plan> = std::iter::once(Plan::Learned).chain(Plan::FIXED).collect();
    let first = number("FULCRUM_TUNING", 0);
    let seeds = first..first + number("FULCRUM_SEEDS", 10);
    let people = number("FULCRUM_PEOPLE", 400);
    for (plan, answers, _) in table(&plans, people, number("FULCRUM_WEEKS", 10), seeds) {
        assert!(0.0 < answers.mean - answers.reach, "{}: {answers:?}", plan.name());
    }
}

/// Halved caps need people: two hundred of each kind in each half.
#[test]
fn what_the_harm_of_messages_changes() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let plans = [Plan::LearnedHarm, Plan::Learned, Plan::EmailOnly];
    let first = number("FULCRUM_TUNING", 0);
    let seeds = first..first + number("FULCRUM_SEEDS", 4);
    let people = number("FULCRUM_PEOPLE", 1_000);
    for (plan, _, opt_outs) in table(&plans, people, number("FULCRUM_WEEKS", 12), seeds) {
        assert!(opt_outs.mean + opt_outs.reach < 0.0, "{}: {opt_outs:?}", plan.name());
    }
}
