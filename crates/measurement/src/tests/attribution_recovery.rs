//! Known chains must be covered at the nominal rate.

use super::attribution_naive::{Matrix, Row, conversion, paths_of, without};
use super::slow;
use super::truth::{Chance, assert_rate};
use crate::{ChannelCredit, PathModel, PathQuestion, PathSettings, attribution};

/// The chance to go from each state to each; `s` is the start, `!` the conversion, and the rest is
/// null. Four channels, one of them rare.
const CHAIN: [(&str, &[(&str, f64)]); 5] = [
    ("s", &[("a", 0.5), ("b", 0.3), ("c", 0.15), ("d", 0.05)]),
    ("a", &[("b", 0.3), ("c", 0.2), ("d", 0.02), ("!", 0.10)]),
    ("b", &[("a", 0.1), ("c", 0.3), ("d", 0.02), ("!", 0.20)]),
    ("c", &[("a", 0.2), ("b", 0.1), ("d", 0.02), ("!", 0.15)]),
    ("d", &[("a", 0.2), ("b", 0.2), ("c", 0.1), ("!", 0.30)]),
];

fn truth() -> Matrix {
    let name = |state: &str| match state {
        "s" => "(start)".to_owned(),
        "!" => "(conversion)".to_owned(),
        other => other.to_owned(),
    };
    let mut matrix = Matrix::new();
    for (from, row) in CHAIN {
        for (to, probability) in row {
            matrix.insert((name(from), name(to)), *probability);
        }
        let rest = 1.0 - row.iter().map(|it| it.1).sum::<f64>();
        if 1e-9 < rest {
            matrix.insert((name(from), "(null)".to_owned()), rest);
        }
    }
    matrix
}

fn draw(people: usize, chance: &mut Chance) -> Vec<Row> {
    let person = |_| {
        let (mut path, mut at) = (String::new(), "s");
        loop {
            let row = CHAIN.iter().find(|it| it.0 == at).expect("a state").1;
            let mut draw = chance.uniform();
            let next = row.iter().find(|(_, probability)| {
                draw -= probability;
                draw < 0.0
            });
            match next {
                Some((to, _)) if *to != "!" => at = to,
                Some(_) => return (path, 1.0, 0.0),
                None => return (path, 0.0, 1.0),
            }
            path += at;
        }
    };
    (0..people).map(person).collect()
}

/// Counts per channel how often the interval covers and how often it lies above.
#[derive(Default)]
struct Hits {
    covers: [usize; 4],
    above: [usize; 4],
}

impl Hits {
    fn count(&mut self, at: usize, low: Option<f64>, high: Option<f64>, truth: f64) {
        let (low, high) = (low.expect("known"), high.expect("known"));
        self.covers[at] += usize::from(low <= truth && truth <= high);
        self.above[at] += usize::from(truth < low);
    }

    fn check(&self, reps: usize, what: &str) {
        for (at, channel) in ["a", "b", "c", "d"].iter().enumerate() {
            let what = format!("{what} of {channel}");
            if slow() {
                assert_rate(self.covers[at], reps, 0.95, &what);
                let above = self.above[at] as f64 / reps as f64;
                assert!((above - 0.025).abs() <= 0.012, "{what}: {above} above");
            } else {
                // Four standard errors either way, for some hundred draws.
                let rate = self.covers[at] as f64 / reps as f64;
                assert!((0.90..=0.99).contains(&rate), "{what}: {rate}");
            }
        }
    }
}

#[test]
fn intervals_cover_the_chain_that_was_drawn_from() {
    let reps = if slow() { 2_000 } else { 300 };
    let matrix = truth();
    let base = conversion(&matrix);
    let effect = |letter, net| 1.0 - conversion(&without(&matrix, letter, net)) / base;
    let removal = ['a', 'b', 'c', 'd'].map(|letter| effect(letter, false));
    let net = ['a', 'b', 'c', 'd'].map(|letter| effect(letter, true));
    let total: f64 = removal.iter().sum();
    let (mut of_removal, mut of_share, mut of_net) =
        (Hits::default(), Hits::default(), Hits::default());
    for seed in 0..reps as u64 {
        let rows = draw(3_000, &mut Chance::new(seed));
        let paths = paths_of(&rows, &PathSettings::default());
        let report = attribution(&paths, &PathQuestion::new(PathModel::Markov));
        for (at, row) in report.channels.iter().enumerate() {
            of_removal.count(at, row.removal_low, row.removal_high, removal[at]);
            of_share.count(at, row.share_low, row.share_high, removal[at] / total);
            of_net.count(at, row.net_low, row.net_high, net[at]);
        }
    }
    of_removal.check(reps, "removal effect");
    of_share.check(reps, "share");
    of_net.check(reps, "net effect");
}

/// First touch: the chance to begin with a channel times that of converting from there. Last touch:
/// the chance to convert at once from it times the visits.
#[test]
fn shares_of_rules_cover_their_truth() {
    let reps = if slow() { 2_000 } else { 300 };
    let matrix = truth();
    let base = conversion(&matrix);
    let get = |a: &str, b: &str| matrix.get(&(a.to_owned(), b.to_owned())).copied().unwrap_or(0.0);
    let begin = |state: &str| {
        let mut from = matrix.clone();
        from.retain(|key, _| key.0 != "(start)");
        from.insert(("(start)".to_owned(), state.to_owned()), 1.0);
        conversion(&from)
    };
    let first = ["a", "b", "c", "d"].map(|it| get("(start)", it) * begin(it) / base);
    let last = ["a", "b", "c", "d"].map(|it| {
        let mut only = matrix.clone();
        only.retain(|key, _| key.1 != "(conversion)" || key.0 == it);
        conversion(&only) / base
    });
    let (mut of_first, mut of_last) = (Hits::default(), Hits::default());
    for seed in 0..reps as u64 {
        let rows = draw(3_000, &mut Chance::new(seed));
        let paths = paths_of(&rows, &PathSettings::default());
        let count = |model, hits: &mut Hits, truth: &[f64; 4]| {
            let report = attribution(&paths, &PathQuestion::new(model));
            for (at, row) in report.channels.iter().enumerate() {
                let ChannelCredit { share_low, share_high, .. } = row;
                hits.count(at, *share_low, *share_high, truth[at]);
            }
        };
        count(PathModel::First, &mut of_first, &first);
        count(PathModel::Last, &mut of_last, &last);
    }
    of_first.check(reps, "first touch");
    of_last.check(reps, "last touch");
}

/// The measure that decides finds the memory that the paths were drawn with; the area under the
/// curve does not.
#[test]
fn the_memory_of_the_paths_is_found() {
    let reps = if slow() { 200 } else { 20 };
    for seed in 0..reps {
        let settings = PathSettings { orders: vec![1, 2, 3], ..PathSettings::default() };
        let question = PathQuestion { order: None, ..PathQuestion::new(PathModel::Markov) };
        let mut rows = draw(4_000, &mut Chance::new(seed));
        let report = attribution(&paths_of(&rows, &settings), &question);
        assert_eq!(report.order, Some(1), "seed {seed}");
        let fits = report.orders.expect("asked to choose");
        assert!(fits[0].auc < fits[1].auc && fits[1].auc < fits[2].auc, "{fits:?}");
        // Whoever comes from b to c converts, and from nowhere else.
        for row in &mut rows {
            let converts = row.0.ends_with("bc");
            (row.1, row.2) = (f64::from(u8::from(converts)), f64::from(u8::from(!converts)));
        }
        let report = attribution(&paths_of(&rows, &settings), &question);
        assert_eq!(report.order, Some(2), "seed {seed}");
    }
}
