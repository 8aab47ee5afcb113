//! The learned policy against fixed ones, on people whose truth is known and that nothing was tuned
//! on. `docs/learning.md` shows the table that the slow one prints.

use crate::study::{Outcome, Plan, mean_of, play_plan};

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

fn difference(a: &[Outcome], b: &[Outcome], of: fn(&Outcome) -> f64) -> crate::study::Mean {
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
}

#[test]
fn the_learned_policy_and_fixed_ones() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let number = |name: &str, usual: u64| -> u64 {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
    };
    let (people, weeks) = (number("FULCRUM_PEOPLE", 400), number("FULCRUM_WEEKS", 10));
    let first = number("FULCRUM_TUNING", 0);
    let seeds = first..first + number("FULCRUM_SEEDS", 20);
    let play = |plan| plays(plan, people as usize, weeks as i64, seeds.clone());
    let learned = play(Plan::Learned);
    println!("{people} people, {weeks} weeks, seeds {seeds:?}; per person, learned less fixed");
    let line = |plan: Plan, outcomes: &[Outcome]| {
        let mean = |of: fn(&Outcome) -> f64| mean_of(&outcomes.iter().map(of).collect::<Vec<_>>());
        let (responses, orders) = (mean(|it| it.responses), mean(|it| it.orders));
        let (messages, left) = (mean(|it| it.messages), mean(|it| it.opt_outs));
        let gain = difference(&learned, outcomes, |it| it.responses);
        let more = difference(&learned, outcomes, |it| it.orders);
        let less = difference(&learned, outcomes, |it| it.opt_outs);
        println!(
            "| {} | {:.2} | {:.3} | {:.3} | {:.4} | {:+.3} ± {:.3} | {:+.3} ± {:.3} | {:+.4} ± {:.4} |",
            plan.name(),
            messages.mean,
            responses.mean,
            orders.mean,
            left.mean,
            gain.mean,
            gain.reach,
            more.mean,
            more.reach,
            less.mean,
            less.reach,
        );
    };
    line(Plan::Learned, &learned);
    line(Plan::LearnedHarm, &play(Plan::LearnedHarm));
    for plan in Plan::FIXED {
        line(plan, &play(plan));
    }
}
