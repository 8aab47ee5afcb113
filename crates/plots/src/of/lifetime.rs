//! Whether customers are still there, by how long they have been away.

use measurement::{Away, AwayPoint, Customer, Lifetime};

use crate::figure::{AliveSurvival, Axes, Axis, Curve, Figure, Kind, Point};
use crate::number::{grouped, short, with_interval};

/// How often people of the curves have bought again.
const FREQUENCIES: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];
const CURVES_MAX: usize = 4;
/// Fewer people who came back so often are no reason for a curve: one in so many.
const RARE: usize = 200;
const POINTS: u32 = 61;

/// `unit` is that of the customers' times, such as `week`. The error says why there is no picture.
pub fn lifetime_figure(
    found: &Lifetime,
    customers: &[Customer],
    unit: &str,
) -> Result<Figure, String> {
    let reason = || found.insufficient.clone().unwrap_or_else(|| "there is no model".to_owned());
    let back: Vec<&Customer> = customers.iter().filter(|it| 0 < it.frequency()).collect();
    if back.is_empty() {
        return Err(reason());
    }
    let recency = median(back.iter().map(|it| it.recency()).collect());
    let longest = customers.iter().map(|it| it.age()).fold(0.0, f64::max);
    let count = |least: u32| back.iter().filter(|it| least <= it.frequency()).count();
    let usual = |it: &u32| 0 < count(*it) && back.len() <= RARE * count(*it);
    let frequencies: Vec<u32> = FREQUENCIES.into_iter().filter(usual).take(CURVES_MAX).collect();
    let times: Vec<f64> =
        (0..POINTS).map(|i| longest * f64::from(i) / f64::from(POINTS - 1)).collect();
    let curves = found.away(&frequencies, recency, &times).ok_or_else(reason)?;
    let alive = |it: &AwayPoint| (it.alive, it.alive_low, it.alive_high);
    let expected = |it: &AwayPoint| (it.purchases, it.purchases_low, it.purchases_high);
    let horizon = short(found.horizon);
    let x = || Axis::new(format!("{unit}s since the last purchase"));
    Ok(Figure {
        title: title(found),
        subtitle: subtitle(found, unit),
        notes: vec![format!(
            "People whose last purchase came {} {unit}s after their first, by how often they bought \
             again. Bands: {} % intervals.",
            short(recency),
            short(found.confidence * 100.0)
        )],
        kind: Kind::AliveSurvival(AliveSurvival {
            axes: Axes { x: x(), y: Axis::percent("Chance that they may buy again") },
            series: curves.iter().map(|it| curve(it, alive)).collect(),
            purchases_axes: Axes {
                x: x(),
                y: Axis::new(format!(
                    "Purchases expected in the {horizon} {unit}s after, per person"
                )),
            },
            purchases: curves.iter().map(|it| curve(it, expected)).collect(),
        }),
    })
}

fn curve(of: &Away, numbers: impl Fn(&AwayPoint) -> (f64, f64, f64)) -> Curve {
    let point = |it: &AwayPoint| {
        let (y, low, high) = numbers(it);
        Point { x: it.away, y, low: Some(low), high: Some(high) }
    };
    let name =
        if of.frequency == 1 { "once".to_owned() } else { format!("{} times", of.frequency) };
    Curve { name, points: of.points.iter().map(point).collect(), mark: None }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

fn title(found: &Lifetime) -> String {
    let people = grouped(found.n as f64);
    match found.alive {
        Some(alive) => {
            format!("Of {people} people about {} may still buy", grouped(alive.estimate))
        }
        None => format!("{people} people, and whether they are still there"),
    }
}

fn subtitle(found: &Lifetime, unit: &str) -> String {
    let mut text = format!("Observational · {} model of when they bought", found.model.name());
    if let Some(it) = found.purchases {
        let (number, ends) = with_interval(it.estimate, Some((it.low, it.high)), false);
        text += &format!(" · {number} purchases expected in {} {unit}s", short(found.horizon));
        if let Some(ends) = ends {
            text += &format!(" ({ends})");
        }
    }
    text
}
