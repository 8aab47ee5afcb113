//! What pictures are made of agrees with the results beside it.

use crate::*;

fn counted(rows: &[(&str, f64, f64)]) -> Paths {
    let settings = PathSettings { orders: vec![1, 2], half_life: 7.0, pairs: false, value: false };
    let mut paths = Paths::new(&settings);
    for (path, conversions, nulls) in rows {
        let named = |it: &str| paths.channel(it.trim().as_bytes()).expect("a name");
        let channels: Vec<PathChannel> = path.split('>').map(named).collect();
        let weight = PathWeight::new(*conversions, *nulls, 0.0).expect("counts");
        paths.add(channels.into_iter(), weight);
    }
    paths
}

/// The transition matrix is the flow, row by row.
#[test]
fn flows_are_the_transitions_in_people() {
    let paths = counted(&[
        ("b > a > b > b", 2.0, 3.0),
        ("c > c > a", 1.0, 4.0),
        ("a", 0.5, 0.0),
        ("c > b > a > c", 0.0, 7.0),
    ]);
    let flows = paths.flows().expect("of order 1");
    let question = PathQuestion { transitions: true, ..PathQuestion::new(PathModel::Markov) };
    let transitions = attribution(&paths, &question).transitions.expect("asked for");
    let probability = |from: &str, to: &str| {
        let found = transitions.iter().find(|it| it.from == from && it.to == to);
        found.map_or(0.0, |it| it.probability)
    };
    let people: f64 = flows.iter().map(|it| it.starts).sum();
    assert!((people - 17.5).abs() < 1e-12);
    for (i, flow) in flows.iter().enumerate() {
        let on: f64 = flow.to.iter().map(|it| it.1).sum();
        let out = flow.conversions + flow.nulls + on;
        let others = flows.iter().flat_map(|it| &it.to).filter(|it| it.0 == i);
        let into = flow.starts + others.map(|it| it.1).sum::<f64>();
        assert!((out - into).abs() < 1e-12, "{flow:?}");
        let close = |count: f64, of: f64, chance: f64| (count - of * chance).abs() < 1e-12;
        assert!(close(flow.starts, people, probability("(start)", &flow.channel)));
        assert!(close(flow.conversions, out, probability(&flow.channel, "(conversion)")));
        assert!(close(flow.nulls, out, probability(&flow.channel, "(null)")));
        for (to, count) in &flow.to {
            assert!(close(*count, out, probability(&flow.channel, &flows[*to].channel)));
        }
    }
}

/// Somebody who was there from the first purchase on, away for a time, is a customer.
#[test]
fn curves_of_silence_go_through_the_customers() {
    // The calibration half of CDNOW: frequency, recency and T in weeks.
    let customer = |line: &str| {
        let field: Vec<f64> =
            line.split(',').skip(1).map(|it| it.parse().expect("a number")).collect();
        Customer::new(field[0] as u64, field[1], field[2]).expect("possible")
    };
    let cdnow = include_str!("../../../../fixtures/oracles/cdnow.csv");
    let customers: Vec<Customer> = cdnow.lines().skip(1).map(customer).collect();
    let ask = |confidence: f64| {
        let model = LifetimeModel::BgNbd;
        let ask =
            LifetimeQuestion { model, horizon: 26.0, discount: 0.0, confidence, value: false };
        lifetime(&customers, &ask)
    };
    let (found, surer) = (ask(0.95), ask(0.99));
    let people = found.people(&customers).expect("a model");
    for (customer, person) in customers.iter().zip(&people).filter(|it| 0 < it.0.frequency()) {
        let away = [customer.age() - customer.recency()];
        let curve = |of: &Lifetime| {
            of.away(&[customer.frequency()], customer.recency(), &away).expect("a model")[0].points
                [0]
        };
        let (point, wider) = (curve(&found), curve(&surer));
        assert!((point.alive - person.alive).abs() < 1e-12, "{point:?} {person:?}");
        assert!((point.purchases / person.expected_purchases - 1.0).abs() < 1e-9);
        assert!(0.0 < point.alive_low && point.alive_low < point.alive);
        assert!(point.alive < point.alive_high && point.alive_high < 1.0);
        assert!(wider.alive_low < point.alive_low && point.purchases_high < wider.purchases_high);
    }
    // Who never came back may have done so once, and is there for sure.
    let never = found.away(&[0], 0.0, &[30.0]).expect("a model")[0].points[0];
    assert_eq!((never.alive, never.alive_low, never.alive_high), (1.0, 1.0, 1.0));
}
