//! How people came, and what models make of it. Observational.

use measurement::{Attribution, ChannelFlow, PathModel};

use crate::figure::{Credit, Figure, FlowChannel, Kind, PathFlow, Value};
use crate::number::{grouped, short};

/// `flows` are those of a chain of order 1; `reports` are of the same paths, one for each model. The
/// error says why there is no picture.
pub fn attribution_figure(
    reports: &[Attribution],
    flows: &[ChannelFlow],
) -> Result<Figure, String> {
    let first = reports.first().ok_or("no model was asked for")?;
    let usable: Vec<&Attribution> =
        reports.iter().filter(|it| it.channels.iter().any(|row| row.share.is_some())).collect();
    if flows.is_empty() || usable.is_empty() {
        let reason = reports.iter().find_map(|it| it.insufficient.clone());
        return Err(reason.unwrap_or_else(|| "there is nothing to share out".to_owned()));
    }
    let mut from_others = vec![0.0; flows.len()];
    for (to, people) in flows.iter().flat_map(|it| &it.to) {
        if let Some(sum) = from_others.get_mut(*to) {
            *sum += people;
        }
    }
    let channel = |(flow, from_others): (&ChannelFlow, f64)| FlowChannel {
        name: flow.channel.clone(),
        starts: flow.starts,
        from_others,
        to_others: flow.to.iter().map(|it| it.1).sum(),
        conversions: flow.conversions,
        nulls: flow.nulls,
        to: flow.to.clone(),
    };
    let credit = |report: &&Attribution| Credit {
        model: model(report.model).to_owned(),
        shares: flows.iter().map(|flow| share(report, &flow.channel)).collect(),
    };
    let credit: Vec<Credit> = usable.iter().map(credit).collect();
    let rate = first.conversions / first.paths;
    Ok(Figure {
        title: title(&usable),
        subtitle: format!(
            "Observational: who was there before a conversion, not what a channel caused · {} paths, {} \
             conversions ({} %)",
            grouped(first.paths),
            grouped(first.conversions),
            short((rate * 1_000.0).round() / 10.0)
        ),
        notes: notes(&usable),
        kind: Kind::PathFlow(PathFlow {
            paths: first.paths,
            conversions: first.conversions,
            channels: flows.iter().zip(from_others).map(channel).collect(),
            credit,
        }),
    })
}

fn model(model: PathModel) -> &'static str {
    match model {
        PathModel::First => "first",
        PathModel::Last => "last",
        PathModel::Linear => "linear",
        PathModel::TimeDecay => "decay",
        PathModel::Position => "position",
        PathModel::Markov => "Markov",
        PathModel::Shapley => "Shapley",
    }
}

fn share(report: &Attribution, channel: &str) -> Value {
    let row = report.channels.iter().find(|it| it.channel == channel);
    row.map_or_else(Value::default, |it| Value {
        estimate: it.share,
        low: it.share_low,
        high: it.share_high,
        reason: report.insufficient.clone(),
    })
}

/// The channel that is seen most, and how far the models are apart on it.
fn title(reports: &[&Attribution]) -> String {
    let of = |report: &Attribution, name: &str| {
        report.channels.iter().find(|it| it.channel == name).and_then(|it| it.share)
    };
    let Some(last) = reports.last() else { return String::new() };
    let largest = last
        .channels
        .iter()
        .max_by(|a, b| a.share.unwrap_or(0.0).total_cmp(&b.share.unwrap_or(0.0)));
    let Some(largest) = largest else { return String::new() };
    let shares = reports.iter().filter_map(|it| of(it, &largest.channel));
    let (low, high) = shares.fold((f64::MAX, f64::MIN), |(a, b), it| (a.min(it), b.max(it)));
    let percent = |it: f64| short((it * 100.0).round());
    match percent(low) == percent(high) {
        true => format!(
            "{} gets {} % of the conversions ({})",
            largest.channel,
            percent(low),
            model(last.model)
        ),
        false => format!(
            "{} gets {} to {} % of the conversions, by which model one asks",
            largest.channel,
            percent(low),
            percent(high)
        ),
    }
}

fn notes(reports: &[&Attribution]) -> Vec<String> {
    let mut notes = vec![
        "Widths are numbers of visits; grey that fades comes from other channels or goes on to them."
            .to_owned(),
    ];
    let percent = reports.first().map_or(95.0, |it| it.confidence * 100.0);
    notes.push(match reports {
        [_] => format!("Thin lines: {} % intervals.", short(percent)),
        _ => format!(
            "Grey line: the range over models; orange line: the {} % interval of Markov.",
            short(percent)
        ),
    });
    notes
}
