//! What a panel can see, and when.

use measurement::{Horizon, Outcome, Plan, Power, power};

use crate::figure::{Axes, Axis, Curve, Figure, Kind, Point, PowerCurve, Wanted};
use crate::number::{grouped, short};

/// The chances of seeing an effect at the edges of the bands.
const CHANCES: (f64, f64) = (0.5, 0.95);
/// Points of a curve.
const POINTS: u32 = 96;
/// Curves further apart than this factor are drawn with powers of ten evenly apart.
const FACTOR_MAX: f64 = 12.0;

/// The smallest effects that are seen after a time. `found` is the answer to `plan`; the error says
/// why there is no picture.
pub fn power_figure(plan: &Plan, found: &Power) -> Result<Figure, String> {
    let with_chance =
        |chance: f64| power(&Plan { power: chance, horizon: Horizon::Weeks(found.weeks), ..*plan });
    let edges = match CHANCES.0 < plan.power && plan.power < CHANCES.1 {
        true => Some((
            with_chance(CHANCES.0)?.minimum_detectable,
            with_chance(CHANCES.1)?.minimum_detectable,
        )),
        false => None,
    };
    let smallest = found.minimum_detectable;
    let last = found.curve.last().map_or(2.0 * found.weeks, |it| it.weeks);
    let curve = |name: &str, of: fn(&measurement::Smallest) -> f64| {
        // Errors, and with them what can be seen, go with one over the root of the people.
        let point = |i: u32| {
            // Closer together where the curve is steep.
            let way = (f64::from(i) / f64::from(POINTS - 1)).powi(2);
            let x = last * (0.05 + 0.95 * way);
            let shrunk = (found.weeks / x).sqrt();
            let edge = edges.map(|it| (of(&it.0) * shrunk, of(&it.1) * shrunk));
            Point {
                x,
                y: of(&smallest) * shrunk,
                low: edge.map(|it| it.0),
                high: edge.map(|it| it.1),
            }
        };
        Curve { name: name.to_owned(), points: (0..POINTS).map(point).collect(), mark: None }
    };
    let apart = smallest.leverage / smallest.single;
    let y = Axis {
        logarithmic: FACTOR_MAX < apart,
        ..Axis::new("Smallest effect that is seen, per person")
    };
    let wanted = match plan.horizon {
        Horizon::Weeks(_) => None,
        Horizon::Leverage(size) => {
            Some(Wanted { y: size.abs(), label: format!("wanted: a leverage of {}", short(size)) })
        }
    };
    Ok(Figure {
        title: title(plan, found),
        subtitle: subtitle(plan, found),
        notes: notes(plan, edges.is_some(), y.logarithmic),
        kind: Kind::PowerCurve(PowerCurve {
            axes: Axes { x: Axis::new("Weeks of people entering"), y },
            series: vec![curve("leverage", |it| it.leverage), curve("one channel", |it| it.single)],
            wanted,
            planned: found.weeks,
        }),
    })
}

fn weeks(found: &Power) -> String {
    let text = short(found.weeks);
    format!("{text} {}", if text == "1" { "week" } else { "weeks" })
}

fn title(plan: &Plan, found: &Power) -> String {
    let (time, smallest) = (weeks(found), found.minimum_detectable.leverage);
    match plan.horizon {
        Horizon::Weeks(_) => {
            format!("After {time} a leverage of {} per person is seen", short(smallest))
        }
        Horizon::Leverage(size) => {
            format!("A leverage of {} per person is seen after {time}", short(size))
        }
    }
}

fn subtitle(plan: &Plan, found: &Power) -> String {
    let outcome = match plan.outcome {
        Outcome::Rate(rate) => format!("baseline {} %", short(rate * 100.0)),
        Outcome::Amount { mean, sd } => {
            format!("baseline {} ± {} per person", short(mean), short(sd))
        }
    };
    format!(
        "Plan, no data yet · {} channels · design {} · {} % of people in the panel · {} people a week · {outcome}",
        plan.channels,
        found.design,
        short(plan.panel * 100.0),
        grouped(plan.people_per_week),
    )
}

fn notes(plan: &Plan, bands: bool, logarithmic: bool) -> Vec<String> {
    let mut notes = vec![format!(
        "Lines: seen with {} % chance, at a level of {} %.",
        short(plan.power * 100.0),
        short(plan.alpha * 100.0)
    )];
    if bands {
        notes.push(format!("Bands: from {} to {} %.", CHANCES.0 * 100.0, CHANCES.1 * 100.0));
    }
    if logarithmic {
        notes.push("Logarithmic scale.".to_owned());
    }
    notes.push("The window in which outcomes count comes on top.".to_owned());
    notes
}
