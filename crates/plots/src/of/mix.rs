//! What media bring by what is spent on them, and what brought the outcome when.

use measurement::{Contribution, Mix, Response};

use crate::figure::{
    Axes, Axis, Contributions, Curve, Figure, Kind, Layer, Mark, Point, ResponseCurves,
};
use crate::number::short;

/// The outcome by spend on each medium, with the mean spend marked. The error says why there is no
/// picture.
pub fn response_figure(mix: &Mix, outcome: &str) -> Result<Figure, String> {
    let known = mix.response.iter().filter(|it| !it.points.is_empty());
    let series: Vec<Curve> = known
        .map(|response| Curve {
            name: response.name.clone(),
            points: response
                .points
                .iter()
                .map(|it| Point {
                    x: it.spend,
                    y: it.expected,
                    low: Some(it.low),
                    high: Some(it.high),
                })
                .collect(),
            mark: now(mix, response),
        })
        .collect();
    if series.is_empty() {
        return Err(reason(mix));
    }
    let together = if times(mix) < mix.n { " over all regions" } else { "" };
    Ok(Figure {
        title: format!("What {} brings, by spend", names(&series)),
        subtitle: subtitle(mix),
        notes: vec![format!(
            "Each panel: spend on one medium, the others as they were. Bands: {} % intervals.",
            short(mix.confidence * 100.0)
        )],
        kind: Kind::ResponseCurves(ResponseCurves {
            axes: Axes {
                x: Axis::new(format!("spend per row{together}")),
                y: Axis::new(format!("{outcome} per row{together}, in the long run")),
            },
            series,
        }),
    })
}

/// The mean spend per row, where it is on the curve. The curves of a panel are of all regions
/// together, as its contributions are.
fn now(mix: &Mix, response: &Response) -> Option<Mark> {
    let medium = mix.media.iter().find(|it| it.name == response.name)?;
    let x = medium.spend / times(mix) as f64;
    let last = response.points.last()?;
    (x <= last.spend).then(|| Mark { x, label: "now".to_owned() })
}

/// Rows, those of several regions at one time being one.
fn times(mix: &Mix) -> usize {
    mix.contributions.first().map_or(mix.n, |it| it.mean.len()).max(1)
}

fn names(series: &[Curve]) -> String {
    match series {
        [only] => only.name.clone(),
        _ => "each medium".to_owned(),
    }
}

fn reason(mix: &Mix) -> String {
    let reason = mix.insufficient.clone();
    reason.unwrap_or_else(|| "what media bring is not known".to_owned())
}

fn subtitle(mix: &Mix) -> String {
    format!(
        "Observational: a model of what happened, not an experiment ({}) · {} rows",
        mix.model, mix.n
    )
}

/// What brought the outcome in each row. `times` are the rows' names, if they have any, and
/// `observed` what was seen in them.
pub fn contributions_figure(
    mix: &Mix,
    times: &[String],
    observed: &[f64],
    outcome: &str,
) -> Result<Figure, String> {
    let rows = mix.contributions.iter().map(|it| it.mean.len()).max().unwrap_or(0);
    if rows == 0 {
        return Err(reason(mix));
    }
    let times = match times.len() == rows {
        true => times.to_vec(),
        false => (1..=rows).map(|row| row.to_string()).collect(),
    };
    let layer = |it: &Contribution| Layer { name: it.name.clone(), values: it.mean.clone() };
    // The rows of a panel are one region after another.
    let seen = !observed.is_empty() && observed.len().is_multiple_of(rows);
    let sum = |row: usize| observed.iter().skip(row).step_by(rows).sum();
    let line = seen.then(|| format!("Line: the {outcome} that was seen."));
    let intervals =
        "Where some are below zero they stand side by side, the first on a scale of its \
                     own. Areas are the model's means; sums with intervals are in the table."
            .to_owned();
    Ok(Figure {
        title: format!("What brought the {outcome}, by the model"),
        subtitle: subtitle(mix),
        notes: line.into_iter().chain([intervals]).collect(),
        kind: Kind::Contributions(Contributions {
            axes: Axes { x: Axis::new(""), y: Axis::new(format!("{outcome} per row")) },
            times,
            series: mix.contributions.iter().map(layer).collect(),
            observed: seen.then(|| (0..rows).map(sum).collect()),
        }),
    })
}
