//! MBG/NBD and Pareto/NBD: customers with a known truth, the story played, and strange customers.

use proptest::prelude::*;

use super::super::truth::Chance;
use super::recovery::{beta, gamma, wait};
use super::{assert_near, cdnow, customer, within};
use crate::lifetime::future_of;
use crate::{Customer, Lifetime, LifetimeModel, LifetimeQuestion, MbgNbd, ParetoNbd, lifetime};

/// What these models find on CDNOW: most people never come back.
const MBG: MbgNbd = MbgNbd { r: 0.525, alpha: 6.18, a: 0.891, b: 1.614 };
const PARETO: ParetoNbd = ParetoNbd { r: 0.553, alpha: 10.58, s: 0.606, beta: 11.67 };

/// The chance of each person to buy, and of leaving: until when, or after which purchase.
enum Leaves {
    With(f64),
    After(f64),
}

fn person(model: LifetimeModel, chance: &mut Chance) -> (f64, Leaves) {
    match model {
        LifetimeModel::ParetoNbd => {
            let rate = gamma(chance, PARETO.r) / PARETO.alpha;
            let leaving = gamma(chance, PARETO.s) / PARETO.beta;
            (rate, Leaves::After(wait(chance, leaving)))
        }
        LifetimeModel::BgNbd | LifetimeModel::MbgNbd => {
            let rate = gamma(chance, MBG.r) / MBG.alpha;
            (rate, Leaves::With(beta(chance, MBG.a, MBG.b)))
        }
    }
}

/// People who start within 12 weeks and are seen until week 39, and what they buy in the 39 weeks
/// after.
fn market(model: LifetimeModel, n: usize, seed: u64) -> (Vec<Customer>, f64) {
    const LATER: f64 = 39.0;
    let mut chance = Chance::new(seed);
    let (mut customers, mut bought) = (Vec::with_capacity(n), 0.0);
    for _ in 0..n {
        let age = 27.0 + 12.0 * chance.uniform();
        let (rate, leaves) = person(model, &mut chance);
        let (mut time, mut frequency, mut recency) = (0.0, 0, 0.0);
        loop {
            if let Leaves::With(probability) = leaves
                && chance.uniform() < probability
            {
                break;
            }
            time += wait(&mut chance, rate);
            let left = matches!(leaves, Leaves::After(end) if end < time);
            if left || age + LATER < time {
                break;
            }
            match time <= age {
                true => (frequency, recency) = (frequency + 1, time),
                false => bought += 1.0,
            }
        }
        customers.push(customer(frequency, recency, age));
    }
    (customers, bought)
}

fn asked(model: LifetimeModel) -> LifetimeQuestion {
    LifetimeQuestion { model, ..within(39.0) }
}

/// Name, estimate, ends and truth.
type Row = (&'static str, f64, f64, f64, f64);

fn parameters(found: &Lifetime) -> Option<[Row; 4]> {
    if let Some(it) = &found.paretonbd {
        let (low, high) = (it.low, it.high);
        return Some([
            ("r", it.r, low.r, high.r, PARETO.r),
            ("alpha", it.alpha, low.alpha, high.alpha, PARETO.alpha),
            ("s", it.s, low.s, high.s, PARETO.s),
            ("beta", it.beta, low.beta, high.beta, PARETO.beta),
        ]);
    }
    let it = found.mbgnbd.as_ref()?;
    let (low, high) = (it.low, it.high);
    Some([
        ("r", it.r, low.r, high.r, MBG.r),
        ("alpha", it.alpha, low.alpha, high.alpha, MBG.alpha),
        ("a", it.a, low.a, high.a, MBG.a),
        ("b", it.b, low.b, high.b, MBG.b),
    ])
}

/// Of each of the parameters, the expected purchases and those that then happened: how often the
/// interval covered the truth, lay below and above it, and how far logarithms were off in sum.
#[derive(Default)]
struct Tally {
    fits: usize,
    names: [&'static str; 6],
    hits: [usize; 6],
    below: [usize; 6],
    above: [usize; 6],
    bias: [f64; 6],
    repeaters: u64,
}

/// On as many threads as the machine has cores: each market is one seed's, whoever plays it.
fn study(model: LifetimeModel, n: usize, seeds: u64) -> Tally {
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get() as u64);
    std::thread::scope(|scope| {
        let of = |first: u64| {
            let seeds = (0..seeds).filter(move |it| it % threads == first);
            scope.spawn(move || study_of(model, n, seeds))
        };
        let started: Vec<_> = (0..threads).map(of).collect();
        let parts = started.into_iter().map(|it| it.join().expect("a study that ends"));
        parts.reduce(Tally::and).unwrap_or_default()
    })
}

fn study_of(model: LifetimeModel, n: usize, seeds: impl Iterator<Item = u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        let (customers, bought) = market(model, n, seed);
        let found = lifetime(&customers, &asked(model));
        let (Some(numbers), Some(total)) = (parameters(&found), found.purchases) else { continue };
        tally.fits += 1;
        tally.repeaters += found.repeaters;
        let expects = |it: &Customer| match model {
            LifetimeModel::ParetoNbd => PARETO.expected(it, 39.0),
            LifetimeModel::BgNbd | LifetimeModel::MbgNbd => MBG.expected(it, 39.0),
        };
        let expected = customers.iter().map(expects).sum();
        let (low, high) = (total.prediction_low, total.prediction_high);
        let sums = [
            ("expected", total.estimate, total.low, total.high, expected),
            ("happened", total.estimate, low.expect("known"), high.expect("known"), bought),
        ];
        for (i, (name, estimate, low, high, truth)) in numbers.into_iter().chain(sums).enumerate() {
            tally.names[i] = name;
            tally.hits[i] += usize::from(low <= truth && truth <= high);
            tally.below[i] += usize::from(high < truth);
            tally.above[i] += usize::from(truth < low);
            tally.bias[i] += (estimate / truth).ln();
        }
    }
    tally
}

impl Tally {
    fn and(mut self, other: Tally) -> Tally {
        self.fits += other.fits;
        self.repeaters += other.repeaters;
        self.names = if other.fits == 0 { self.names } else { other.names };
        for i in 0..self.hits.len() {
            self.hits[i] += other.hits[i];
            self.below[i] += other.below[i];
            self.above[i] += other.above[i];
            self.bias[i] += other.bias[i];
        }
        self
    }
}

const OTHERS: [LifetimeModel; 2] = [LifetimeModel::MbgNbd, LifetimeModel::ParetoNbd];

#[test]
fn known_markets_of_both_models_are_covered() {
    for model in OTHERS {
        // Few people do not always tell how they differ, which is said then.
        let tally = study(model, 1_200, 10);
        assert!(9 <= tally.fits, "{}: {} of 10", model.name(), tally.fits);
        // Of ten at 95 % more than three misses of one come once in 1,000 times.
        for (hits, name) in tally.hits.into_iter().zip(tally.names) {
            assert!(tally.fits <= hits + 3, "{} {name}: {hits}", model.name());
        }
    }
}

/// Time counted in the wrong unit by half: the truth must be missed.
#[test]
fn markets_of_another_time_are_not_covered() {
    for model in OTHERS {
        let mut hits = 0;
        for seed in 0..6 {
            let slower =
                |it: &Customer| customer(it.frequency().into(), 1.5 * it.recency(), 1.5 * it.age());
            let customers: Vec<Customer> =
                market(model, 1_200, seed).0.iter().map(slower).collect();
            let found = lifetime(&customers, &asked(model));
            let (_, _, low, high, truth) = parameters(&found).expect("a model")[1];
            hits += usize::from(low <= truth && truth <= high);
        }
        assert!(hits < 3, "{}: {hits} of 6 must not cover", model.name());
    }
}

#[test]
fn known_markets_of_mbgnbd_are_covered_at_the_stated_rate() {
    check_coverage(LifetimeModel::MbgNbd, &[1_000, 3_000, 6_000, 12_000]);
}

#[test]
fn known_markets_of_paretonbd_are_covered_at_the_stated_rate() {
    check_coverage(LifetimeModel::ParetoNbd, &[1_000, 3_000]);
}

/// From as many people on as the program says, intervals hold as often as they say, and miss on both
/// sides alike; with fewer, or where it does not say, they hold in 93 to 98 of 100 markets.
fn check_coverage(model: LifetimeModel, sizes: &[usize]) {
    const MARKETS: u64 = 2_000;
    if !super::super::slow() {
        return;
    }
    let mut stated = 0;
    for n in sizes {
        let tally = study(model, *n, MARKETS);
        let rate = |hits: usize| hits as f64 / tally.fits as f64;
        let repeaters = tally.repeaters / tally.fits as u64;
        println!(
            "{} of {n} people, {repeaters} of whom come back: {} of {MARKETS} fitted",
            model.name(),
            tally.fits
        );
        for (i, name) in tally.names.iter().enumerate() {
            println!(
                "  {name:<9} covered {:.4}  too low {:.4}  too high {:.4}  bias of the logarithm {:+.3}",
                rate(tally.hits[i]),
                rate(tally.below[i]),
                rate(tally.above[i]),
                tally.bias[i] / tally.fits as f64
            );
        }
        let is_stated = model.repeaters_stated().is_some_and(|it| it <= repeaters);
        stated += usize::from(is_stated);
        for (i, name) in tally.names.iter().enumerate() {
            let (hits, what) = (rate(tally.hits[i]), format!("{n} people: {name}"));
            assert!((0.925..0.985).contains(&hits), "{what}: {hits}");
            if !is_stated {
                continue;
            }
            assert!((hits - 0.95).abs() <= 0.015, "{what}: {hits}");
            for tail in [tally.below[i], tally.above[i]].map(rate) {
                assert!((tail - 0.025).abs() <= 0.012, "{what}: a tail of {tail}");
            }
        }
    }
    let says = model.repeaters_stated().is_some();
    assert_eq!(0 < stated, says, "a market as large as the program asks for");
}

#[test]
fn the_number_of_purchases_has_the_mean_and_spread_of_the_story() {
    let model = ParetoNbd { r: 0.8, alpha: 6.0, s: 0.9, beta: 25.0 };
    let it = customer(3, 20.0, 30.0);
    let future = future_of(model, &it, 40.0, 0.01);
    let mut chance = Chance::new(4);
    let n = 200_000;
    let (mut mean, mut square, mut discounted) = (0.0, 0.0, 0.0);
    for _ in 0..n {
        let rate = gamma(&mut chance, model.r + 3.0) / (model.alpha + 30.0);
        let leaving = gamma(&mut chance, model.s) / (model.beta + 30.0);
        let end = wait(&mut chance, leaving).min(40.0);
        let (mut time, mut count) = (wait(&mut chance, rate), 0.0);
        while time < end {
            count += 1.0;
            discounted += (-0.01 * time).exp() / f64::from(n);
            time += wait(&mut chance, rate);
        }
        mean += count / f64::from(n);
        square += count * count / f64::from(n);
    }
    assert_near(mean, future.purchases, 0.01, "mean");
    assert_near(square, future.square, 0.02, "square");
    assert_near(discounted, future.discounted, 0.01, "discounted");
}

#[test]
fn people_add_up_under_every_model() {
    let customers = cdnow();
    for model in LifetimeModel::ALL {
        let found = lifetime(&customers, &LifetimeQuestion { value: true, ..asked(model) });
        let people = found.people(&customers).expect("known");
        let sum: f64 = people.iter().map(|it| it.expected_purchases).sum();
        assert_near(sum, found.expected_purchases.expect("known"), 1e-12, model.name());
        let alive: f64 = people.iter().map(|it| it.alive).sum();
        assert_near(alive, found.alive.expect("known").estimate, 1e-12, model.name());
        assert!(found.value.is_some() && found.away(&[1, 4], 10.0, &[0.0, 5.0]).is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn futures_keep_their_order(
        logs in proptest::array::uniform4(-6.0..6.0_f64),
        frequency in 0..200_u64,
        recency in 0.01..1.0_f64,
        age in 0.1..500.0_f64,
        horizon in 0.1..500.0_f64,
    ) {
        let [r, alpha, s, beta] = logs.map(f64::exp);
        let model = ParetoNbd { r, alpha, s, beta };
        let it = customer(frequency, if frequency == 0 { 0.0 } else { recency * age }, age);
        let alive = model.alive(&it);
        prop_assert!((0.0..=1.0).contains(&alive), "{alive}");
        let near = future_of(model, &it, horizon, 0.01);
        let far = future_of(model, &it, 2.0 * horizon, 0.01);
        prop_assert!(0.0 <= near.discounted && near.discounted <= near.purchases * (1.0 + 1e-9));
        prop_assert!(near.purchases <= far.purchases * (1.0 + 1e-12));
        let most = (r + it.frequency() as f64) * horizon / (alpha + age);
        prop_assert!(near.purchases <= most * (1.0 + 1e-12), "{} {most}", near.purchases);
        prop_assert!(near.purchases * near.purchases <= near.square * (1.0 + 1e-9));
        // Whoever is away longer is less likely to be there.
        let later = customer(frequency, it.recency(), 1.5 * age);
        prop_assert!(model.alive(&later) <= alive * (1.0 + 1e-9));
        prop_assert!(model.log_likelihood(&[it]).is_finite());
    }

    #[test]
    fn no_customers_are_too_strange(
        rows in proptest::collection::vec((0..40_u64, 0.0..1.0_f64, 0.0..300.0_f64), 0..60),
        horizon in 0.0..200.0_f64,
        model in proptest::sample::select(OTHERS.to_vec()),
    ) {
        let person = |&(frequency, recency, age): &(u64, f64, f64)| {
            let recency = if frequency == 0 { 0.0 } else { recency * age };
            Customer::new(frequency, recency, age).ok()
        };
        let customers: Vec<Customer> = rows.iter().filter_map(person).collect();
        let found = lifetime(&customers, &LifetimeQuestion { model, discount: 0.002, ..within(horizon) });
        prop_assert!(parameters(&found).is_some() || found.insufficient.is_some());
        if let Some(total) = found.purchases {
            prop_assert!(total.low <= total.estimate && total.estimate <= total.high);
        }
    }
}
