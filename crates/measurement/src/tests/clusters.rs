//! Rows that belong together: the same errors as whole matrices give, and the truth covered.

use serde_json::Value;

use super::truth::{Chance, assert_rate, channels};
use crate::{ClusterRow, Clusters, Estimate, Leverage, Question, leverage};

const DENSE: &str = include_str!("../../../../fixtures/oracles/cr2_dense.json");
const ROWS: &str = include_str!("../../../../fixtures/oracles/cr2_rows.csv");

fn read(case: &str, together: bool) -> Clusters {
    let mut clusters = Clusters::new(together, 0);
    for line in ROWS.lines().skip(1).filter(|line| line.split(',').next() == Some(case)) {
        let field: Vec<f64> =
            line.split(',').skip(1).map(|x| x.parse().expect("a number")).collect();
        let row = ClusterRow {
            cluster: field[0] as u32,
            stratum: field[1] as u32,
            on: field[2] as u32,
            weight: field[3],
            y: field[4],
        };
        clusters.push(row, &[]);
    }
    clusters
}

fn ask(clusters: &Clusters) -> Leverage {
    ask_with_deals(clusters, None)
}

fn ask_with_deals(clusters: &Clusters, deals: Option<u64>) -> Leverage {
    let (names, cohorts) = (channels(2), [clusters.cells()]);
    leverage(&Question { clusters: Some(clusters), deals, ..Question::new(&names, &cohorts) })
}

#[track_caller]
fn assert_near(got: Option<f64>, expected: &Value, what: &str) {
    let (got, expected) = (got.expect(what), expected.as_f64().expect("a number"));
    assert!((got - expected).abs() <= 1e-8 * expected.abs(), "{what}: {got} is not {expected}");
}

fn contrasts(report: &Leverage) -> [(&'static str, Estimate); 5] {
    let value = |at: usize| report.values[at].estimate.clone();
    [
        ("baseline", report.baseline.clone()),
        ("v1", value(0)),
        ("v2", value(1)),
        ("v12", value(2)),
        ("leverage", report.leverage.clone()),
    ]
}

#[test]
fn errors_by_cluster_are_those_of_whole_matrices() {
    let oracle: Value = serde_json::from_str(DENSE).expect("JSON");
    for case in ["blocks", "strata", "households", "cross"] {
        let report = ask(&read(case, true));
        assert_eq!(report.variance, "CR2");
        for (name, found) in contrasts(&report) {
            let (expected, what) = (&oracle[case][name], format!("{case} {name}"));
            assert_near(found.estimate, &expected["estimate"], &what);
            assert_near(found.se, &expected["se"], &format!("{what} se"));
            assert_near(found.df, &expected["df"], &format!("{what} df"));
        }
    }
}

#[test]
fn weights_without_clusters_are_those_of_statsmodels() {
    let oracle: Value = serde_json::from_str(DENSE).expect("JSON");
    let mut clusters = Clusters::new(false, 0);
    read("blocks", true)
        .rows()
        .iter()
        .for_each(|row| clusters.push(ClusterRow { stratum: 0, ..*row }, &[]));
    let report = ask(&clusters);
    assert_eq!((report.variance, report.clusters.is_none()), ("HC2", true));
    for (name, found) in contrasts(&report) {
        let expected = &oracle["weights"][name];
        assert_near(found.estimate, &expected["estimate"], name);
        assert_near(found.se, &expected["se"], &format!("{name} se"));
    }
}

fn row(cluster: u32, on: u32, y: f64) -> ClusterRow {
    ClusterRow { cluster, stratum: 0, on, weight: 1.0, y }
}

#[test]
fn two_groups_have_the_degrees_of_freedom_of_the_closed_form() {
    // Imbens & Kolesár 2016 (Review of Economics and Statistics 98(4)), page 703:
    // (n₀ + n₁)² (n₀ − 1)(n₁ − 1) / (n₁² (n₁ − 1) + n₀² (n₀ − 1)).
    let mut clusters = Clusters::new(true, 0);
    let mut chance = Chance::new(1);
    let sizes = [(0, 27.0), (1, 3.0), (2, 5.0), (3, 5.0)];
    let mut at = 0;
    for (on, n) in sizes {
        for _ in 0..n as u32 {
            clusters.push(row(at, on, chance.normal()), &[]);
            at += 1;
        }
    }
    let (n0, n1): (f64, f64) = (27.0, 3.0);
    let expected =
        (n0 + n1).powi(2) * (n0 - 1.0) * (n1 - 1.0) / (n1 * n1 * (n1 - 1.0) + n0 * n0 * (n0 - 1.0));
    let df = ask(&clusters).values[0].estimate.df.expect("identified");
    assert!((df - expected).abs() < 1e-9, "{df} is not {expected}");
}

#[test]
fn with_each_row_a_cluster_it_is_what_cells_say() {
    let mut chance = Chance::new(2);
    let mut clusters = Clusters::new(true, 0);
    (0..80).for_each(|at| clusters.push(row(at, at % 4, chance.normal()), &[]));
    let (names, cohorts) = (channels(2), [clusters.cells()]);
    let cells = leverage(&Question::new(&names, &cohorts));
    let by_cluster = ask(&clusters);
    for ((name, a), (_, b)) in contrasts(&cells).into_iter().zip(contrasts(&by_cluster)) {
        let near =
            |a: Option<f64>, b: Option<f64>| (a.expect("known") - b.expect("known")).abs() < 1e-12;
        assert!(near(a.estimate, b.estimate) && near(a.se, b.se), "{name}");
    }
    // The quotient's ends lean on another count of freedom, its estimate does not.
    assert_eq!(cells.leverage_ratio.kind, by_cluster.leverage_ratio.kind);
}

/// Thirty blocks with and without posts; in each, people with and without e-mail. Blocks have their
/// own weather, so that people of a block are alike, and some have five times the people.
fn switchback(seed: u64, interaction: f64) -> Clusters {
    let mut chance = Chance::new(seed);
    let mut clusters = Clusters::new(true, 0).counted_equally();
    for block in 0..30 {
        // Two strata of calendar, posts in half of the blocks of each, by chance.
        let stratum = block % 2;
        let posts = (block / 2 + u32::from(chance.uniform() < 0.5)) % 2;
        let (weather, of_email) = (2.0 * chance.normal(), 0.5 * chance.normal());
        let people = if chance.uniform() < 0.3 { 10 } else { 2 };
        for person in 0..2 * people {
            let email = person % 2;
            let on = email | posts << 1;
            let y = f64::from(stratum)
                + weather
                + f64::from(email) * (0.5 + of_email)
                + 0.3 * f64::from(posts)
                + interaction * f64::from(email * posts)
                + chance.normal();
            clusters.push(ClusterRow { stratum, ..row(block, on, y) }, &[]);
        }
    }
    clusters
}

#[test]
fn cross_terms_with_blocks_cover_the_truth_and_people_alone_would_not() {
    let reps = if super::slow() { 2_000 } else { 600 };
    let (mut hits, mut naive, mut below, mut above, mut main) = (0, 0, 0, 0, 0);
    for seed in 0..reps {
        let clusters = switchback(seed, 0.4);
        let report = ask(&clusters);
        let (low, high) =
            (report.leverage.low.expect("identified"), report.leverage.high.expect("identified"));
        below += usize::from(high < 0.4);
        above += usize::from(0.4 < low);
        hits += usize::from(low <= 0.4 && 0.4 <= high);
        let posts = &report.values[1].estimate;
        main += usize::from(posts.low.expect("known") <= 0.3 && 0.3 <= posts.high.expect("known"));
        let (names, cohorts) = (channels(2), [clusters.cells()]);
        let people = leverage(&Question::new(&names, &cohorts)).values[1].estimate.clone();
        naive +=
            usize::from(people.low.expect("known") <= 0.3 && 0.3 <= people.high.expect("known"));
    }
    let reps = reps as usize;
    if super::slow() {
        assert_rate(hits, reps, 0.95, "coverage of leverage over blocks");
        assert_rate(main, reps, 0.95, "coverage of the effect of posts");
        assert_rate(below, reps, 0.025, "misses below");
        assert_rate(above, reps, 0.025, "misses above");
    }
    // Three standard errors of 600.
    let near = |hits: usize| (hits as f64 / reps as f64 - 0.95).abs() < 0.027;
    assert!(near(hits) && near(main), "{hits} and {main} of {reps}");
    assert!(naive < reps * 8 / 10, "people of a block are not independent: {naive} of {reps}");
}

#[test]
fn labels_dealt_anew_find_nothing_where_nothing_is_and_something_where_it_is() {
    let reps = if super::slow() { 400 } else { 40 };
    let p = |seed: u64, interaction: f64| {
        let report = ask_with_deals(&switchback(seed, interaction), Some(seed));
        let clusters = report.clusters.expect("told");
        assert_eq!((clusters.n, clusters.dealt), (30, vec!["social".to_owned()]));
        clusters.randomisation_p.expect("few clusters")
    };
    let found = (0..reps).filter(|seed| p(*seed, 0.0) < 0.1).count() as f64 / reps as f64;
    let most = 0.1 + 3.0 * (0.09 / reps as f64).sqrt();
    assert!(found <= most, "10 % at most: {found}");
    assert!(p(1, 4.0) < 0.001);
    assert_eq!(p(2, 0.0), p(2, 0.0), "the deals come from the seed");
}

#[test]
fn few_clusters_and_clusters_without_sense_are_refused() {
    let blocks = |n: u32| {
        let mut chance = Chance::new(3);
        let mut clusters = Clusters::new(true, 0);
        (0..n).for_each(|at| clusters.push(row(at, at % 4, chance.normal()), &[]));
        clusters
    };
    let reason = ask(&blocks(11)).insufficient.expect("too few");
    assert!(reason.starts_with("11 clusters; at least 12"), "{reason}");
    assert_eq!(ask(&blocks(12)).insufficient, None);
    let mut one = blocks(12);
    for at in 0..3 {
        one.push(row(40 + at, 0, 1.0), &[]);
    }
    let names = channels(3);
    let cohorts = [one.cells()];
    let report = leverage(&Question { clusters: Some(&one), ..Question::new(&names, &cohorts) });
    assert_eq!(report.insufficient.as_deref(), Some("no people in cell `content`"));

    let mut lonely = Clusters::new(true, 0);
    (0..14).for_each(|at| lonely.push(row(at, at.min(3), f64::from(at * at % 5)), &[]));
    let reason = ask(&lonely).insufficient.expect("one cluster only");
    assert!(reason.contains("only one cluster in cell `none`"), "{reason}");

    for (weight, y, expected) in
        [(0.0, 1.0, "weight that is not above 0"), (1.0, f64::NAN, "not a finite number")]
    {
        let mut wrong = blocks(12);
        wrong.push(ClusterRow { weight, ..row(9, 1, y) }, &[]);
        let cohorts = [blocks(12).cells()];
        let names = channels(2);
        let question = Question { clusters: Some(&wrong), ..Question::new(&names, &cohorts) };
        let reason = leverage(&question).insufficient.expect("refused");
        assert!(reason.contains(expected), "{reason}");
    }
    let mut moved = blocks(12);
    moved.push(ClusterRow { stratum: 1, ..row(0, 1, 0.0) }, &[]);
    assert!(ask(&moved).insufficient.expect("refused").contains("two strata"));
}

#[test]
fn a_stratum_that_is_a_cell_hides_the_effect_instead_of_inventing_one() {
    // Posts on week-ends only: no comparison within a stratum.
    let mut clusters = Clusters::new(true, 0);
    for block in 0..24 {
        let stratum = block % 2;
        let on = (stratum << 1) | (block / 2 % 2);
        clusters.push(ClusterRow { stratum, ..row(block, on, f64::from(block * 7 % 5)) }, &[]);
    }
    let report = ask(&clusters);
    assert_eq!(report.values[1].estimate.estimate, None);
    let reason = report.values[1].estimate.reason.as_deref();
    assert_eq!(reason, Some("the filled cells cannot identify it"));
}
