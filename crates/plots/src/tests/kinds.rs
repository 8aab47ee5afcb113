//! Each kind from the results it is made of.

use measurement::{
    Cell, Customer, Design, Horizon, LifetimeModel, LifetimeQuestion, Outcome, PathModel,
    PathQuestion, PathSettings, PathWeight, Paths, Plan, Question, Sums, attribution, leverage,
    lifetime, power,
};

use super::*;

/// Cells of a market in which channel i alone adds i, and every pair 0.5.
fn cells(channels: usize) -> Vec<Cell> {
    (0..1_u32 << channels)
        .map(|on| {
            let mut sums = Sums::default();
            let alone: u32 = (0..channels as u32).filter(|i| on >> i & 1 == 1).sum();
            let size = f64::from(on.count_ones());
            let mean = 10.0 + f64::from(alone) + 0.25 * size * (size - 1.0);
            (0..12).for_each(|i| sums.push(mean + 0.1 * f64::from(i % 3) - 0.1));
            Cell { on, sums }
        })
        .collect()
}

fn leverage_of(channels: usize) -> Figure {
    let names: Vec<String> = (1..=channels).map(|i| format!("channel {i}")).collect();
    let cohorts = [cells(channels)];
    leverage_figure(&leverage(&Question::new(&names, &cohorts)), Some("revenue")).expect("a figure")
}

/// Every size of the picture has each of the words in a label of its own.
fn says(figure: &Figure, words: impl Iterator<Item = String>) {
    let words: Vec<String> = words.collect();
    for size in SIZES {
        let svg = figure.svg(size);
        parsed(&svg);
        for word in &words {
            assert!(svg.contains(&format!(">{word}</text>")), "{word} at {size:?}");
        }
    }
}

#[test]
fn leverage_of_two_to_twelve_channels_is_drawn() {
    for channels in 2..=12 {
        let figure = leverage_of(channels);
        let Kind::LeverageLattice(lattice) = &figure.kind else { panic!("another kind") };
        let pairs = channels * (channels - 1) / 2;
        let leverage = lattice.leverage.estimate.expect("known");
        assert!((leverage - 0.5 * pairs as f64).abs() < 1e-9);
        assert!(pairs <= lattice.sets.len());
        assert!(figure.title.starts_with("Together the channels bring"), "{}", figure.title);
        assert!(figure.subtitle.contains("Randomised holdout"), "{}", figure.subtitle);
        let names: Vec<String> = (1..=channels).map(|i| format!("channel {i}")).collect();
        let words = ["leverage", "together", "The parts, and the whole"].map(str::to_owned);
        says(&figure, names.into_iter().chain(words));
    }
}

#[test]
fn a_set_without_people_is_hollow() {
    let names = ["email", "social", "push"].map(str::to_owned);
    let cohorts = [cells(3).into_iter().filter(|it| it.on != 0b110).collect()];
    let figure =
        leverage_figure(&leverage(&Question::new(&names, &cohorts)), None).expect("a figure");
    assert!(figure.svg(Size::DEFAULT).contains(">not known</text>"));
    assert!(figure.notes.join(" ").contains("Hollow"));
    let cohorts = [Vec::new()];
    let nothing = leverage_figure(&leverage(&Question::new(&names, &cohorts)), None);
    assert!(!nothing.expect_err("no data").is_empty());
}

fn paths(rows: &[(&str, f64, f64)]) -> Paths {
    let settings = PathSettings { orders: vec![1], half_life: 7.0, pairs: false, value: false };
    let mut paths = Paths::new(&settings);
    for (path, conversions, nulls) in rows {
        let named = |it: &str| paths.channel(it.trim().as_bytes()).expect("a name");
        let channels: Vec<_> = path.split('>').map(named).collect();
        paths
            .add(channels.into_iter(), PathWeight::new(*conversions, *nulls, 0.0).expect("counts"));
    }
    paths
}

fn attribution_of(paths: &Paths, models: &[PathModel]) -> Result<Figure, String> {
    let report = |model: &PathModel| attribution(paths, &PathQuestion::new(*model));
    let reports: Vec<_> = models.iter().map(report).collect();
    attribution_figure(&reports, &paths.flows().expect("of order 1"))
}

#[test]
fn what_flows_into_a_channel_flows_out_of_it() {
    let paths = paths(&[("a > b > a", 2.0, 3.0), ("b > b > c", 1.0, 0.0), ("c", 0.0, 4.0)]);
    let figure = attribution_of(&paths, &PathModel::ALL).expect("a figure");
    assert!(figure.subtitle.starts_with("Observational"), "{}", figure.subtitle);
    let Kind::PathFlow(flow) = &figure.kind else { panic!("another kind") };
    let numbers = |it: &FlowChannel| {
        [it.starts, it.from_others, it.conversions, it.nulls, it.to_others].map(|it| it as u32)
    };
    // Path by path: a to b five times, b to a as often, b to c once.
    let found: Vec<_> = flow.channels.iter().map(|it| (it.name.as_str(), numbers(it))).collect();
    let expected = [("a", [5, 5, 2, 3, 5]), ("b", [1, 5, 0, 0, 6]), ("c", [4, 1, 1, 4, 0])];
    assert_eq!(found, expected);
    for (_, [starts, from_others, conversions, nulls, to_others]) in expected {
        assert_eq!(starts + from_others, conversions + nulls + to_others);
    }
    assert_eq!(flow.credit.len(), PathModel::ALL.len());
    let words = ["a", "b", "c", "conversion", "none", "30 %", "Markov", "Credit, by model"];
    says(&figure, words.map(str::to_owned).into_iter());
    let one = attribution_of(&paths, &[PathModel::Markov]).expect("a figure");
    assert!(one.svg(Size::DEFAULT).contains("Credit: Markov"));
    let none = self::paths(&[("a", 0.0, 3.0)]);
    let reason = attribution_of(&none, &PathModel::ALL).expect_err("no conversion");
    assert!(reason.contains("conversion"), "{reason}");
}

#[test]
fn who_buys_often_is_given_up_sooner() {
    // The calibration half of CDNOW: frequency, recency and T in weeks.
    let customer = |line: &str| {
        let field: Vec<f64> =
            line.split(',').skip(1).map(|it| it.parse().expect("a number")).collect();
        Customer::new(field[0] as u64, field[1], field[2]).expect("possible")
    };
    let cdnow = include_str!("../../../../fixtures/oracles/cdnow.csv");
    let customers: Vec<Customer> = cdnow.lines().skip(1).map(customer).collect();
    let ask = LifetimeQuestion {
        model: LifetimeModel::BgNbd,
        horizon: 52.0,
        discount: 0.0,
        confidence: 0.95,
        value: false,
    };
    let found = lifetime(&customers, &ask);
    let figure = lifetime_figure(&found, &customers, "week").expect("a figure");
    let Kind::AliveSurvival(alive) = &figure.kind else { panic!("another kind") };
    assert_eq!(alive.series.len(), alive.purchases.len());
    for curve in &alive.series {
        assert!(curve.points.windows(2).all(|it| it[1].y <= it[0].y), "{}", curve.name);
        let bounded = |it: &Point| {
            let (low, high) = (it.low.expect("known"), it.high.expect("known"));
            0.0 <= low && low <= it.y && it.y <= high && high <= 1.0
        };
        assert!(curve.points.iter().all(bounded), "{}", curve.name);
    }
    let words =
        ["once", "2 times", "4 times", "8 times", "100 %", "Chance that they may buy again"];
    says(&figure, words.map(str::to_owned).into_iter());
    let last = |curve: &Curve| curve.points.last().expect("points").y;
    assert!(last(&alive.series[2]) < last(&alive.series[0]));
    assert!(lifetime_figure(&lifetime(&[], &ask), &[], "week").is_err());
}

#[test]
fn a_plan_shows_when_the_wanted_effect_is_seen() {
    let plan = Plan {
        outcome: Outcome::Rate(0.04),
        channels: 3,
        panel: 0.2,
        design: Design::Leverage,
        people_per_week: 20_000.0,
        alpha: 0.05,
        power: 0.8,
        horizon: Horizon::Leverage(0.01),
        together: None,
    };
    let found = power(&plan).expect("it makes sense");
    let figure = power_figure(&plan, &found).expect("a figure");
    assert_eq!(figure.title, "A leverage of 0.01 per person is seen after 20 weeks");
    assert!(figure.subtitle.starts_with("Plan, no data yet"));
    let Kind::PowerCurve(curve) = &figure.kind else { panic!("another kind") };
    let points = &curve.series[0].points;
    // Errors go with one over the root of the people: everywhere as at the wanted effect.
    let root = |it: &Point| it.y * (it.x / found.weeks).sqrt();
    assert!(points.iter().all(|it| (root(it) - 0.01).abs() < 1e-12));
    assert!(points.iter().all(|it| it.low < Some(it.y) && Some(it.y) < it.high));
    let words = ["leverage", "one channel", "wanted: a leverage of 0.01", "after 20 weeks"];
    says(&figure, words.map(str::to_owned).into_iter());
}
