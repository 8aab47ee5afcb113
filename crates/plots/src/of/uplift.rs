//! What treating people in the order of a score gains.

use measurement::{Uplift, UpliftPoint};

use crate::figure::{Axes, Axis, Curve, Figure, Kind, Point, QiniCurve};
use crate::number::{grouped, short, with_interval};

/// `outcome` is what was counted. The error says why there is no picture.
pub fn uplift_figure(found: &Uplift, outcome: &str) -> Result<Figure, String> {
    if let Some(reason) = &found.insufficient {
        return Err(reason.clone());
    }
    let curve = |name: &str, of: &dyn Fn(&UpliftPoint) -> Point| Curve {
        name: name.to_owned(),
        points: found.curve.iter().map(of).collect(),
        mark: None,
    };
    let by_score = |it: &UpliftPoint| Point { x: it.share, y: it.gain, low: it.low, high: it.high };
    let random = |it: &UpliftPoint| Point { x: it.share, y: it.random, low: None, high: None };
    Ok(Figure {
        title: title(found),
        subtitle: subtitle(found, outcome),
        notes: vec![format!(
            "What is gained per person of everybody when people are treated in the order of the score. \
             Band: {} % intervals of each point by itself, for the score as it is.",
            short(found.confidence * 100.0)
        )],
        kind: Kind::QiniCurve(QiniCurve {
            axes: Axes {
                x: Axis::percent("People treated, highest score first"),
                y: Axis::new(format!("{outcome} gained per person")),
            },
            series: vec![curve("by the score", &by_score), curve("at random", &random)],
        }),
    })
}

fn title(found: &Uplift) -> String {
    let it = if found.binary { &found.qini } else { &found.area };
    match (it.low, it.high) {
        (Some(low), _) if 0.0 < low => "The score finds people whom the treatment changes more",
        (_, Some(high)) if high < 0.0 => {
            "The score puts those first whom the treatment changes less"
        }
        (Some(_), Some(_)) => "The score is not shown to be better than chance",
        _ => "What the score is worth is not known",
    }
    .to_owned()
}

fn subtitle(found: &Uplift, outcome: &str) -> String {
    let mut text = format!(
        "Randomised treatment · {outcome} · {} people, {} of them treated",
        grouped(found.n as f64),
        grouped(found.treated as f64)
    );
    if let Some(estimate) = found.qini.estimate {
        let (number, ends) = with_interval(estimate, found.qini.low.zip(found.qini.high), false);
        text += &format!(" · Qini coefficient {number}");
        if let Some(ends) = ends {
            text += &format!(" ({ends})");
        }
    }
    text
}
