//! The same numbers as ChannelAttribution where it is exact, and as linear algebra where it draws.

use std::collections::BTreeMap;

use crate::attribution::Attribution;
use crate::attribution::tests_only::{BITS, Ending, chain_of};
use crate::{
    CONVERSION, NULL, PathModel, PathQuestion, PathSettings, PathWeight, Paths, START, attribution,
};

macro_rules! oracle {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/oracles/", $name, ".csv"))
    };
}

const PATHS: &str = oracle!("pathdata_paths");
const HEURISTICS: &str = oracle!("channelattribution_pathdata_heuristics");
const MARKOV: [&str; 3] = [
    oracle!("channelattribution_pathdata_markov_order1"),
    oracle!("channelattribution_pathdata_markov_order2"),
    oracle!("channelattribution_pathdata_markov_order3"),
];
const TRANSITIONS: [&str; 3] = [
    oracle!("channelattribution_pathdata_transition_order1"),
    oracle!("channelattribution_pathdata_transition_order2"),
    oracle!("channelattribution_pathdata_transition_order3"),
];
const ORDERS: &str = oracle!("channelattribution_pathdata_choose_order");
const SHAPLEY: &str = oracle!("pathdata_shapley_setgame");
const PAIRS: &str = oracle!("pathdata_pairwise_order1");
const WINDOWS: &str = oracle!("syn1m_windows");
const SYNTHETIC: [&str; 2] = [oracle!("syn1m_markov_order1"), oracle!("syn1m_markov_order2")];

/// The sample that ChannelAttribution ships, with equal paths added up.
fn pathdata(settings: PathSettings) -> Paths {
    let mut paths = Paths::new(&PathSettings { value: true, ..settings });
    let mut lines = PATHS.lines();
    let names: Vec<&str> = lines.next().expect("the names").split(' ').collect();
    for line in lines {
        let field: Vec<&str> = line.split(';').collect();
        let number = |at: usize| field[at].parse::<f64>().expect("a number");
        let path: Vec<_> = field[0]
            .bytes()
            .map(|letter| paths.channel(names[usize::from(letter - b'a')].as_bytes()))
            .collect::<Result<_, _>>()
            .expect("few channels");
        let weight = PathWeight::new(number(1), number(3), number(2)).expect("counts");
        paths.add(path.into_iter(), weight);
    }
    paths
}

fn answer(model: PathModel) -> Attribution {
    attribution(&pathdata(PathSettings::default()), &PathQuestion::new(model))
}

fn markov(order: usize) -> Attribution {
    let paths = pathdata(PathSettings { orders: vec![order], ..Default::default() });
    let question = PathQuestion {
        order: Some(order),
        transitions: true,
        ..PathQuestion::new(PathModel::Markov)
    };
    attribution(&paths, &question)
}

/// Rows of a file by their first columns, then the named columns as numbers.
fn table<'a>(text: &'a str, columns: &[&str]) -> Vec<(&'a str, Vec<f64>)> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |name: &&str| header.iter().position(|it| it == name).expect("a column");
    let places: Vec<usize> = columns.iter().map(place).collect();
    let row = |line: &'a str| {
        let field: Vec<&str> = line.split(',').collect();
        (field[0], places.iter().map(|at| field[*at].parse().expect("a number")).collect())
    };
    lines.map(row).collect()
}

#[track_caller]
fn assert_close(got: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let got = got.unwrap_or_else(|| panic!("{what} is absent"));
    let off = (got - expected).abs() / expected.abs().max(1e-300);
    assert!(got == expected || off <= tolerance, "{what}: {got} is not {expected}, off by {off:e}");
}

#[test]
fn first_last_and_linear_are_those_of_channel_attribution() {
    for (model, rule) in
        [(PathModel::First, "first"), (PathModel::Last, "last"), (PathModel::Linear, "linear")]
    {
        let columns = [format!("{rule}_touch_conversions"), format!("{rule}_touch_value")];
        let rows = table(HEURISTICS, &columns.each_ref().map(String::as_str));
        let found = answer(model);
        assert_eq!((found.channels.len(), rows.len(), found.conversions), (12, 12, 19_785.0));
        for (name, expected) in rows {
            let row = found.channels.iter().find(|it| it.channel == name).expect("a channel");
            assert_close(row.conversions, expected[0], 1e-9, &format!("{rule} {name}"));
            assert_close(row.value, expected[1], 1e-9, &format!("{rule} value {name}"));
        }
    }
}

#[test]
fn removal_effects_of_orders_1_to_3_are_exact() {
    for order in 1..=3 {
        let columns =
            ["exact_conversions", "exact_value", "exact_removal_conv", "exact_removal_value"];
        let found = markov(order);
        assert_eq!((found.order, found.insufficient.as_deref()), (Some(order), None));
        for (name, expected) in table(MARKOV[order - 1], &columns) {
            let row = found.channels.iter().find(|it| it.channel == name).expect("a channel");
            let what = format!("order {order} {name}");
            assert_close(row.conversions, expected[0], 1e-9, &what);
            assert_close(row.value, expected[1], 1e-9, &what);
            assert_close(row.removal_effect, expected[2], 1e-9, &what);
            assert_close(row.removal_effect_value, expected[3], 1e-9, &what);
        }
    }
}

#[test]
fn what_channel_attribution_draws_is_near_the_exact_answer() {
    for order in 1..=3 {
        let columns = ["total_conversions", "total_conversion_value", "exact_conversions"];
        let found = markov(order);
        for (name, drawn) in table(MARKOV[order - 1], &columns) {
            // Two channels are on a handful of paths.
            let tolerance = if drawn[2] < 10.0 { 0.15 } else { 0.02 };
            let row = found.channels.iter().find(|it| it.channel == name).expect("a channel");
            assert_close(row.conversions, drawn[0], tolerance, name);
            assert_close(row.value, drawn[1], tolerance, name);
        }
    }
}

#[test]
fn transition_matrices_of_orders_1_to_3_are_those_of_channel_attribution() {
    let names: Vec<&str> = PATHS.lines().next().expect("the names").split(' ').collect();
    // It writes numbers for channels, from 1 in the order of first appearance.
    let state = |text: &str| match text {
        START | CONVERSION | NULL => text.to_owned(),
        _ => {
            let name = |number: &str| names[number.parse::<usize>().expect("a number") - 1];
            text.split(' ').map(name).collect::<Vec<_>>().join(" > ")
        }
    };
    for order in 1..=3 {
        let found: BTreeMap<(String, String), f64> = markov(order)
            .transitions
            .expect("asked for")
            .into_iter()
            .map(|it| ((it.from, it.to), it.probability))
            .collect();
        let mut rows = 0;
        for line in TRANSITIONS[order - 1].lines().skip(1) {
            let field: Vec<&str> = line.split(',').collect();
            let key = (state(field[0]), state(field[1]));
            let expected = field[2].parse().expect("a number");
            assert_close(found.get(&key).copied(), expected, 1e-9, line);
            rows += 1;
        }
        assert_eq!(found.len(), rows, "order {order} has other transitions too");
    }
}

#[test]
fn the_areas_of_orders_1_to_5_are_those_of_channel_attribution() {
    let paths = pathdata(PathSettings { orders: (1..=5).collect(), ..Default::default() });
    let question = PathQuestion { order: None, ..PathQuestion::new(PathModel::Markov) };
    let found = attribution(&paths, &question).orders.expect("asked to choose");
    let rows = table(ORDERS, &["order", "auc", "pauc"]);
    assert_eq!((found.len(), rows.len()), (5, 5));
    for (fit, (name, expected)) in found.iter().zip(rows) {
        assert_eq!(fit.order as f64, expected[0]);
        assert_close(fit.auc, expected[1], 1e-9, name);
        assert_close(fit.penalised_auc, expected[2], 1e-9, name);
    }
}

#[test]
fn shapley_values_are_those_of_the_set_game() {
    let found = answer(PathModel::Shapley);
    for (name, expected) in table(SHAPLEY, &["shapley_setgame_conversions"]) {
        let row = found.channels.iter().find(|it| it.channel == name).expect("a channel");
        assert_close(row.conversions, expected[0], 1e-9, name);
    }
}

#[test]
fn pairs_of_channels_are_removed_together_exactly() {
    let paths = pathdata(PathSettings { pairs: true, ..Default::default() });
    let found = attribution(&paths, &PathQuestion::new(PathModel::Markov));
    let pairs = found.pairs.expect("asked for");
    let columns = ["joint_removal", "visits_both", "shapley_interaction_setgame_conversions"];
    let rows = table(PAIRS, &columns);
    assert_eq!((pairs.len(), rows.len()), (66, 66));
    for ((a, expected), line) in rows.iter().zip(PAIRS.lines().skip(1)) {
        let b = line.split(',').nth(1).expect("a second channel");
        let mut names = [*a, b];
        names.sort_unstable();
        let pair = pairs.iter().find(|it| it.channels == names).expect("the pair");
        assert_close(pair.joint_removal, expected[0], 1e-9, line);
        // A difference of numbers near 1; the file has 12 digits of each.
        let both = pair.visits_both.expect("a chain");
        assert!((both - expected[1]).abs() <= 1e-9, "{line}: {both}");
        assert_close(Some(pair.shapley_interaction), expected[2], 1e-9, line);
    }
}

/// The number of a channel of the synthetic paths: `ch07`.
fn numbered(name: &str) -> u64 {
    name[2..].parse::<u64>().expect("a number")
}

/// The counts of a million simulated people, for order 1 or 2.
#[test]
fn a_million_simulated_paths_have_the_exact_and_nearly_the_true_effects() {
    let code = |names: &str| {
        names.split(' ').fold(0, |window, name| window << BITS | (numbered(name) + 1))
    };
    for order in 1..=2 {
        let (mut starts, mut steps, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        let last = |key: u64, count: u32| key & ((1 << (BITS * count)) - 1);
        for line in WINDOWS.lines() {
            let field: Vec<&str> = line.split(';').collect();
            let number = |at: usize| field[at].parse::<f64>().expect("a number");
            let key = code(field[1]);
            match (field[0], order) {
                ("first", 2) => starts.push((key, number(2))),
                ("first", _) => {
                    let first = if key >> BITS == 0 { key } else { key >> BITS };
                    starts.push((first, number(2)));
                    steps.extend((key >> BITS != 0).then(|| (key, number(2))));
                }
                ("then", 2) => steps.push((key, number(2))),
                ("then", _) => steps.push((last(key, 2), number(2))),
                _ => {
                    let (conversions, value, nulls) = (number(2), number(3), number(4));
                    let key = if order == 2 { key } else { last(key, 1) };
                    ends.push((key, Ending { conversions, nulls, value }));
                }
            }
        }
        let found = chain_of(order, 20, &starts, &steps, &ends);
        let total: f64 = ends.iter().map(|it| it.1.conversions).sum();
        let all: f64 = found.iter().sum();
        let rows = table(SYNTHETIC[order - 1], &["exact_conv", "exact_removal", "truth_removal"]);
        for (effect, (name, expected)) in found.iter().zip(rows) {
            assert_close(Some(effect / all * total), expected[0], 1e-9, name);
            assert_close(Some(*effect), expected[1], 1e-9, name);
            // The sampling error of a million: the exact numbers in the file are 1.11 % off at most.
            assert_close(Some(*effect), expected[2], 0.0112, name);
        }
    }
}
