//! Derivatives, counting, limits, and customers of whom nothing can be said.

use proptest::prelude::*;

use super::{assert_near, cdnow, customer, insufficient, within};
use crate::lifetime::{future_of, gamma_gamma_slope, timing_slope};
use crate::{BgNbd, Customer, LifetimeModel, LifetimeQuestion, lifetime, purchase_history};

/// A few of every kind.
fn mixed() -> Vec<Customer> {
    cdnow().into_iter().step_by(47).collect()
}

#[test]
fn derivatives_are_the_slopes_of_the_values() {
    let people = mixed();
    for model in LifetimeModel::ALL {
        check_derivatives([-1.4, 1.5, -0.2, 0.9], |at| timing_slope(model, &people, at));
        check_derivatives([0.7, -1.0, 2.0, -2.0], |at| timing_slope(model, &people, at));
    }
    // α above, at and under β, where the integral changes its scale.
    for beta in [2.9, 3.0, 3.1] {
        let at = [-0.5, 3.0, -0.4, beta];
        check_derivatives(at, |at| timing_slope(LifetimeModel::ParetoNbd, &people, at));
    }
    check_derivatives([1.8, 1.3, 2.7], |at| gamma_gamma_slope(&people, at));
    check_derivatives([-0.5, 0.1, 4.0], |at| gamma_gamma_slope(&people, at));
}

fn check_derivatives<const N: usize>(
    at: [f64; N],
    look: impl Fn(&[f64; N]) -> (f64, [f64; N], [[f64; N]; N]),
) {
    const STEP: f64 = 1e-5;
    let (_, gradient, curvature) = look(&at);
    for i in 0..N {
        let beside = |step: f64| {
            let mut there = at;
            there[i] += step;
            look(&there)
        };
        let (above, below) = (beside(STEP), beside(-STEP));
        let close = |got: f64, expected: f64| {
            let room = 1e-6 * (1.0 + gradient.iter().fold(0.0, |most: f64, x| most.max(x.abs())));
            assert!((got - expected).abs() < room, "{i}: {got} is not {expected}");
        };
        close(gradient[i], (above.0 - below.0) / (2.0 * STEP));
        for (found, (above, below)) in curvature[i].iter().zip(above.1.iter().zip(below.1)) {
            close(*found, (above - below) / (2.0 * STEP));
        }
    }
}

#[test]
fn purchases_of_one_day_are_one_and_the_first_has_no_value() {
    // Day 0: 5; day 7: 10 and 20; day 14: a thing brought back; day 21: 6; day 35: after the end.
    let mut days = [(21, 6.0), (0, 5.0), (7, 20.0), (35, 9.0), (14, -8.0), (7, 10.0)];
    let found = purchase_history(&mut days, 28, 7.0);
    let it = found.customer.expect("a customer");
    assert_eq!((it.frequency(), it.recency(), it.age(), it.monetary_value()), (2, 3.0, 4.0, 18.0));
    assert_eq!((found.returns, found.later), (1, 1));
    let found = purchase_history(&mut [(9, 1.0), (10, 1.0)], 8, 1.0);
    assert_eq!((found.customer, found.later), (None, 2), "not a customer yet");
    assert_eq!(purchase_history(&mut [(3, -1.0)], 8, 1.0).customer, None);
}

#[test]
fn a_customer_that_cannot_be_is_refused() {
    let refuses = |frequency, recency, age, expected: &str| {
        let complaint = Customer::new(frequency, recency, age).expect_err("impossible");
        assert!(complaint.contains(expected), "{complaint}");
    };
    refuses(2, 5.0, 4.0, "beyond T");
    refuses(0, 1.0, 4.0, "without a repeat purchase");
    refuses(1, 0.0, 4.0, "count as one");
    refuses(1, -1.0, 4.0, "below 0");
    refuses(1, f64::NAN, 4.0, "numbers");
    refuses(1, 1.0, f64::INFINITY, "numbers");
    refuses(u64::MAX, 1.0, 2.0, "nobody reaches");
    assert!(customer(1, 1.0, 2.0).worth(-1.0).is_err());
    assert!(customer(1, 1.0, 2.0).worth(f64::NAN).is_err());
}

#[test]
fn what_cannot_be_known_is_said() {
    let says = |customers: &[Customer], expected: &str| {
        let (found, reason) = insufficient(customers, &within(52.0));
        assert!(reason.contains(expected), "{reason}");
        assert_eq!((found.bgnbd, found.expected_purchases), (None, None));
        assert_eq!(found.n, customers.len() as u64);
    };
    says(&[], "there are no people");
    says(&vec![customer(0, 0.0, 40.0); 500], "0 of 500 people came back");
    says(&vec![customer(0, 0.0, 0.0); 500], "0 of 500 people came back");
    says(&vec![customer(3, 20.0, 40.0); 500], "how people differ");
    // Everybody buys until the very end: nobody leaves.
    let faithful: Vec<Customer> = (1..=300).map(|i| customer(i % 9 + 1, 39.9, 40.0)).collect();
    says(&faithful, "how people differ");
    let (_, reason) = insufficient(&cdnow(), &within(10_000.0));
    assert!(reason.contains("20 times the longest time"), "{reason}");
}

#[test]
fn values_that_say_nothing_leave_the_purchases_known() {
    let free: Vec<Customer> =
        cdnow().into_iter().map(|it| it.worth(0.0).expect("a value")).collect();
    let question = LifetimeQuestion { value: true, ..within(52.0) };
    let (found, reason) = insufficient(&free, &question);
    assert!(reason.contains("the values of 0 people"), "{reason}");
    assert!(found.expected_purchases.is_some() && found.expected_value.is_none());
    let same: Vec<Customer> =
        cdnow().into_iter().map(|it| it.worth(10.0).expect("a value")).collect();
    let (found, reason) = insufficient(&same, &question);
    assert!(reason.contains("the values"), "{reason}");
    assert!(found.gamma_gamma.is_none());
    assert!(found.people(&same).expect("known")[0].expected_value.is_none());
}

#[test]
fn people_add_up_to_the_whole() {
    let question = LifetimeQuestion { value: true, discount: 0.002, ..within(52.0) };
    let customers = cdnow();
    let found = lifetime(&customers, &question);
    let people = found.people(&customers).expect("known");
    let sum = |of: &dyn Fn(&crate::Person) -> f64| people.iter().map(of).sum::<f64>();
    let total = found.expected_purchases.expect("known");
    assert_near(sum(&|it| it.expected_purchases), total, 1e-12, "purchases");
    let value = sum(&|it| it.expected_value.expect("known"));
    assert_near(value, found.expected_value.expect("known"), 1e-12, "value");
    assert_near(sum(&|it| it.alive), found.alive.expect("known").estimate, 1e-12, "alive");
    // Later counts less, and nobody waits for more than a year.
    let now = lifetime(&customers, &LifetimeQuestion { discount: 0.0, ..question });
    let (least, most) = ((-0.002 * 52.0_f64).exp(), 1.0);
    let share = value / now.expected_value.expect("known");
    assert!(least < share && share < most, "{share}");
}

#[test]
fn the_unit_of_time_and_of_money_do_not_matter() {
    let question = LifetimeQuestion { value: true, discount: 0.002, ..within(52.0) };
    let in_weeks = lifetime(&cdnow(), &question);
    let in_days: Vec<Customer> = cdnow()
        .iter()
        .map(|it| {
            let days = customer(it.frequency().into(), 7.0 * it.recency(), 7.0 * it.age());
            days.worth(100.0 * it.monetary_value()).expect("a value")
        })
        .collect();
    let per_day = LifetimeQuestion { horizon: 364.0, discount: 0.002 / 7.0, ..question };
    let in_days = lifetime(&in_days, &per_day);
    let (weeks, days) = (in_weeks.bgnbd.expect("a model"), in_days.bgnbd.expect("a model"));
    assert_near(days.alpha, 7.0 * weeks.alpha, 1e-6, "alpha");
    assert_near(days.low.alpha, 7.0 * weeks.low.alpha, 1e-6, "its lower end");
    assert_near(days.high.alpha, 7.0 * weeks.high.alpha, 1e-6, "its upper end");
    assert_near(days.a, weeks.a, 1e-6, "a");
    let (weeks, days) = (in_weeks.value.expect("known"), in_days.value.expect("known"));
    assert_near(days.estimate, 100.0 * weeks.estimate, 1e-6, "value");
    assert_near(days.se, 100.0 * weeks.se, 1e-5, "its error");
}

/// Below a small error the ends are those of the error, and nothing jumps where that begins.
#[test]
fn intervals_shrink_evenly_as_people_become_many() {
    let question = LifetimeQuestion { value: true, ..within(39.0) };
    // The logarithms of how far the ends of p are, as if people were not many.
    let ends = |times: usize| {
        let many: Vec<Customer> = (0..times).flat_map(|_| cdnow()).collect();
        let fit = lifetime(&many, &question).gamma_gamma.expect("a model");
        let root = (times as f64).sqrt();
        [(fit.p / fit.low.p).ln() * root, (fit.high.p / fit.p).ln() * root]
    };
    let (profile, error) = (ends(79), ends(83));
    assert!(1e-4 < profile[1] - profile[0], "a profile is uneven: {profile:?}");
    assert_near(error[0], error[1], 1e-9, "an error is even");
    assert_near(profile[0], error[0], 0.02, "lower");
    assert_near(profile[1], error[1], 0.02, "upper");
}

/// Two of the numbers hardly matter: the likelihood does not end, but the interval does.
#[test]
fn an_end_that_the_likelihood_does_not_have_is_that_of_the_range() {
    // Hardly anybody leaves: whoever bought, bought until the end but for one.
    let mut people: Vec<Customer> = (1..=400)
        .map(|i| {
            customer(
                i % 7 + i % 3,
                if i % 7 + i % 3 == 0 { 0.0 } else { 30.0 + (i % 10) as f64 },
                40.0,
            )
        })
        .collect();
    people.push(customer(9, 5.0, 40.0));
    let found = lifetime(&people, &within(52.0));
    let Some(fit) = found.bgnbd else { return assert!(found.insufficient.is_some()) };
    for (low, at, high) in [(fit.low.a, fit.a, fit.high.a), (fit.low.b, fit.b, fit.high.b)] {
        assert!(0.0 < low && low < at && at < high && high < 1e6 * at, "{low} {at} {high}");
    }
}

/// The chance that a customer of these rates buys `j` times or more, by simulation in the plain way:
/// slow and obvious.
#[test]
fn the_number_of_purchases_has_the_mean_and_spread_of_the_story() {
    let model = BgNbd { r: 0.8, alpha: 6.0, a: 0.9, b: 2.5 };
    let it = customer(3, 20.0, 30.0);
    let future = future_of(model, &it, 40.0, 0.01);
    let mut chance = super::super::truth::Chance::new(4);
    let n = 200_000;
    let (mut mean, mut square, mut discounted) = (0.0, 0.0, 0.0);
    for _ in 0..n {
        let rate = super::recovery::gamma(&mut chance, model.r + 3.0) / (model.alpha + 30.0);
        let leaves = super::recovery::beta(&mut chance, model.a, model.b + 3.0);
        let (mut time, mut count) = (0.0, 0.0);
        loop {
            time += super::recovery::wait(&mut chance, rate);
            if 40.0 < time {
                break;
            }
            count += 1.0;
            discounted += (-0.01 * time).exp() / f64::from(n);
            if chance.uniform() < leaves {
                break;
            }
        }
        mean += count / f64::from(n);
        square += count * count / f64::from(n);
    }
    assert_near(mean, future.purchases, 0.01, "mean");
    assert_near(square, future.square, 0.02, "square");
    assert_near(discounted, future.discounted, 0.01, "discounted");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn futures_keep_their_order(
        logs in proptest::array::uniform4(-3.0..3.0_f64),
        frequency in 0..200_u64,
        recency in 0.01..1.0_f64,
        age in 0.1..500.0_f64,
        horizon in 0.1..500.0_f64,
    ) {
        let [r, alpha, a, b] = logs.map(f64::exp);
        let model = BgNbd { r, alpha, a, b };
        let it = customer(frequency, if frequency == 0 { 0.0 } else { recency * age }, age);
        let alive = model.alive(&it);
        prop_assert!((0.0..=1.0).contains(&alive));
        let near = future_of(model, &it, horizon, 0.01);
        let far = future_of(model, &it, 2.0 * horizon, 0.01);
        prop_assert!(0.0 <= near.discounted && near.discounted <= near.purchases * (1.0 + 1e-9));
        prop_assert!(near.purchases <= far.purchases * (1.0 + 1e-12));
        // Nobody expects more than if they never left.
        let most = (r + it.frequency() as f64) * horizon / (alpha + age);
        prop_assert!(near.purchases <= most * (1.0 + 1e-12), "{} {most}", near.purchases);
        prop_assert!(near.purchases * near.purchases <= near.square * (1.0 + 1e-9));
    }

    #[test]
    fn no_customers_are_too_strange(
        rows in proptest::collection::vec((0..40_u64, 0.0..1.0_f64, 0.0..300.0_f64, 0.0..1e6_f64), 0..60),
        horizon in 0.0..200.0_f64,
    ) {
        let person = |&(frequency, recency, age, value): &(u64, f64, f64, f64)| {
            let recency = if frequency == 0 { 0.0 } else { recency * age };
            Customer::new(frequency, recency, age).ok()?.worth(value).ok()
        };
        let customers: Vec<Customer> = rows.iter().filter_map(person).collect();
        let question = LifetimeQuestion { value: true, discount: 0.002, ..within(horizon) };
        let found = lifetime(&customers, &question);
        prop_assert!(found.bgnbd.is_some() || found.insufficient.is_some());
        if let Some(total) = found.purchases {
            prop_assert!(total.low <= total.estimate && total.estimate <= total.high);
            prop_assert!(total.prediction_low <= Some(total.low), "chance is never less than none");
        }
    }
}
