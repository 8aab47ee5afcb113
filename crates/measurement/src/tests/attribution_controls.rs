//! What must earn nothing, and what must not break.

use super::attribution_naive::{Row, paths_of};
use super::slow;
use super::truth::{Chance, assert_rate};
use crate::{
    Attribution, ChannelCredit, NameProblem, PATH_CHANNELS_MAX, PathModel, PathQuestion,
    PathSettings, PathWeight, Paths, WeightProblem, attribution,
};

fn ask(rows: &[Row], model: PathModel, order: usize) -> Attribution {
    let settings = PathSettings { orders: vec![order], ..PathSettings::default() };
    let question = PathQuestion { order: Some(order), ..PathQuestion::new(model) };
    attribution(&paths_of(rows, &settings), &question)
}

fn row<'a>(report: &'a Attribution, channel: &str) -> &'a ChannelCredit {
    report.channels.iter().find(|row| row.channel == channel).expect("the channel")
}

fn rows(text: &str) -> Vec<Row> {
    let row = |line: &str| {
        let field: Vec<&str> = line.split_whitespace().collect();
        (
            field[0].to_owned(),
            field[1].parse().expect("a number"),
            field[2].parse().expect("a number"),
        )
    };
    text.split(',').map(row).collect()
}

#[test]
fn a_channel_that_only_ends_in_nothing_earns_exactly_nothing() {
    let rows = rows("ab 30 10, ba 20 40, abp 0 25, p 0 60, a 10 10");
    for model in PathModel::ALL {
        for order in 1..=3 {
            let report = ask(&rows, model, order);
            let placebo = row(&report, "p");
            assert_eq!((placebo.conversions, placebo.share), (Some(0.0), Some(0.0)), "{model:?}");
            // 60 conversions without it: it may still have up to 6 % of all that are to come.
            let (low, high) =
                (placebo.share_low.expect("known"), placebo.share_high.expect("known"));
            assert!(low == 0.0 && 0.01 < high && high < 0.07, "{low} to {high}");
        }
    }
    let report = ask(&rows, PathModel::Markov, 1);
    assert_eq!(row(&report, "p").removal_effect, Some(0.0));
}

/// Wanders between a, b and c by its own laws. After each touch, by a coin, comes a touch of `p`
/// that changes nothing.
fn with_placebo(people: usize, chance: &mut Chance) -> Vec<Row> {
    const NEXT: [[f64; 3]; 3] = [[0.0, 0.5, 0.2], [0.3, 0.0, 0.3], [0.4, 0.1, 0.0]];
    const CONVERSION: [f64; 3] = [0.10, 0.25, 0.15];
    let person = |_| {
        let mut path = String::new();
        let mut at = (chance.uniform() * 3.0) as usize;
        loop {
            path.push(['a', 'b', 'c'][at]);
            if chance.uniform() < 0.3 {
                path.push('p');
            }
            let mut draw = chance.uniform();
            let mut next = None;
            for (to, probability) in NEXT[at].iter().enumerate() {
                if 0.0 <= draw && draw < *probability {
                    next = Some(to);
                }
                draw -= probability;
            }
            match next {
                Some(to) => at = to,
                None => {
                    let converted = 0.0 <= draw && draw < CONVERSION[at];
                    return (path, f64::from(u8::from(converted)), f64::from(u8::from(!converted)));
                }
            }
        }
    };
    (0..people).map(person).collect()
}

/// A touch that chance strews over paths is on the way to many conversions, so its removal effect is
/// large: that is what removal effects are. Its net effect is none.
#[test]
fn a_placebo_has_a_removal_effect_and_no_net_effect() {
    let reps = if slow() { 2_000 } else { 200 };
    let (mut covers, mut below, mut credited) = (0, 0, 0);
    for seed in 0..reps {
        let rows = with_placebo(1_500, &mut Chance::new(seed));
        let report = ask(&rows, PathModel::Markov, 1);
        let placebo = row(&report, "p");
        let (low, high) = (placebo.net_low.expect("known"), placebo.net_high.expect("known"));
        covers += usize::from(low <= 0.0 && 0.0 <= high);
        below += usize::from(high < 0.0);
        credited += usize::from(0.2 < placebo.removal_low.expect("known"));
    }
    assert_eq!(credited, reps as usize, "the control of the control: removal effects credit it");
    if slow() {
        assert_rate(covers, reps as usize, 0.95, "net effect of a placebo");
        assert_rate(below, reps as usize, 0.025, "net effect of a placebo, below");
    } else {
        // Three standard errors of 200 draws.
        assert!((181..=199).contains(&covers), "{covers} of {reps}");
    }
}

#[test]
fn conversions_by_lot_leave_no_channel_a_net_effect() {
    let reps = if slow() { 2_000 } else { 200 };
    let mut covers = [0_usize; 3];
    for seed in 0..reps {
        let mut chance = Chance::new(seed);
        let mut rows = with_placebo(1_500, &mut chance);
        for row in &mut rows {
            row.0.retain(|it| it != 'p');
            let converted = f64::from(u8::from(chance.uniform() < 0.2));
            (row.1, row.2) = (converted, 1.0 - converted);
        }
        let report = ask(&rows, PathModel::Markov, 1);
        for (hit, row) in covers.iter_mut().zip(&report.channels) {
            let (low, high) = (row.net_low.expect("known"), row.net_high.expect("known"));
            *hit += usize::from(low <= 0.0 && 0.0 <= high);
        }
    }
    for (hit, channel) in covers.into_iter().zip(["a", "b", "c"]) {
        match slow() {
            true => assert_rate(hit, reps as usize, 0.95, channel),
            false => assert!((181..=199).contains(&hit), "{channel}: {hit} of {reps}"),
        }
    }
}

#[test]
fn what_is_not_enough_is_said() {
    let insufficient = |rows: &[Row]| ask(rows, PathModel::Markov, 1).insufficient;
    assert_eq!(insufficient(&[]).as_deref(), Some("there are no paths"));
    let none = Some("no path with a touch ended in a conversion");
    assert_eq!(insufficient(&rows("ab 0 5, a 0 3")).as_deref(), none);
    let touchless = [(String::new(), 4.0, 2.0), ("ab".to_owned(), 0.0, 1.0)];
    assert_eq!(insufficient(&touchless).as_deref(), none);
    let huge = [("a".to_owned(), f64::MAX, 0.0), ("b".to_owned(), f64::MAX, 0.0)];
    let said = ask(&huge, PathModel::Linear, 1).insufficient.expect("too much");
    assert!(said.contains("more than a number can hold"), "{said}");
    let question = PathQuestion { order: Some(4), ..PathQuestion::new(PathModel::Markov) };
    let uncounted = attribution(&paths_of(&rows("ab 1 1"), &PathSettings::default()), &question);
    assert_eq!(uncounted.insufficient.as_deref(), Some("paths of this order were not counted"));
}

#[test]
fn conversions_without_touches_go_to_nobody() {
    let mut rows = rows("ab 3 1, b 2 2");
    rows.push((String::new(), 7.0, 9.0));
    let report = ask(&rows, PathModel::Last, 1);
    assert_eq!((report.conversions, report.paths, report.unattributed), (5.0, 8.0, 7.0));
    assert!(report.warnings[0].contains("7 conversions had no touch"), "{:?}", report.warnings);
}

#[test]
fn one_channel_has_all_of_it_for_certain() {
    for model in PathModel::ALL {
        let report = ask(&rows("aaa 3 1, a 2 2"), model, 1);
        let only = row(&report, "a");
        assert_eq!(
            (only.share, only.share_low, only.share_high),
            (Some(1.0), Some(1.0), Some(1.0))
        );
    }
}

#[test]
fn only_counts_are_taken() {
    let refused = |conversions, nulls, value| PathWeight::new(conversions, nulls, value).err();
    assert_eq!(refused(-1.0, 0.0, 0.0), Some(WeightProblem::Conversions));
    assert_eq!(refused(f64::NAN, 0.0, 0.0), Some(WeightProblem::Conversions));
    assert_eq!(refused(1.0, f64::INFINITY, 0.0), Some(WeightProblem::Nulls));
    assert_eq!(refused(1.0, 0.0, -0.5), Some(WeightProblem::Value));
    assert_eq!(refused(0.0, 0.0, 0.0), None);
}

#[test]
fn a_million_touches_in_one_path_are_one_path() {
    let mut path = String::with_capacity(1_000_000);
    let mut chance = Chance::new(1);
    (0..1_000_000).for_each(|_| path.push(['a', 'b', 'c', 'd'][(chance.uniform() * 4.0) as usize]));
    let mut rows = rows("a 3 10, db 2 9");
    rows.push((path, 1.0, 0.0));
    for order in [1, 3] {
        let report = ask(&rows, PathModel::Markov, order);
        let sum: f64 = report.channels.iter().filter_map(|row| row.share).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
    let report = ask(&rows, PathModel::TimeDecay, 1);
    assert!(report.channels.iter().all(|row| row.share.is_some_and(f64::is_finite)));
}

#[test]
fn a_thousand_channels_are_the_limit_and_names_are_free_but_for_the_states() {
    let mut paths = Paths::new(&PathSettings::default());
    for number in 0..PATH_CHANNELS_MAX {
        let name = format!("a channel with a name of some length, number {number}");
        assert!(paths.channel(name.as_bytes()).is_ok());
    }
    let first = paths.channel(b"a channel with a name of some length, number 0");
    assert!(first.is_ok(), "known ones are still found");
    let limit = PATH_CHANNELS_MAX;
    assert_eq!(paths.channel(b"x"), Err(NameProblem::TooMany { limit }));
    assert_eq!(paths.channel(b"\xff\xfe"), Err(NameProblem::NotText));
    let mut paths = Paths::new(&PathSettings::default());
    assert_eq!(paths.channel(b"(null)"), Err(NameProblem::Reserved));
    assert!(paths.channel("ä > 🙂".as_bytes()).is_ok());
    // Names that differ in their middle only, of every length around the limits of a slot.
    let mut known = Vec::new();
    for length in 1..=40 {
        for letter in [b'a', b'b'] {
            let mut name = vec![b'-'; length];
            name[length / 2] = letter;
            known.push(paths.channel(&name).expect("few channels"));
        }
    }
    known.dedup();
    assert_eq!(known.len(), 80);
}
