//! What channels achieve together, beyond the sum of what each achieves alone.

use measurement::{Estimate, Leverage};

use crate::figure::{Axis, ChannelSet, Figure, Kind, LeverageLattice, Value};
use crate::lattice::{LATTICE_CHANNELS_MAX, told};
use crate::number::{grouped, short};

impl From<&Estimate> for Value {
    fn from(it: &Estimate) -> Value {
        Value { estimate: it.estimate, low: it.low, high: it.high, reason: it.reason.clone() }
    }
}

/// `outcome` is what was counted. The error says why there is no picture.
pub fn leverage_figure(found: &Leverage, outcome: Option<&str>) -> Result<Figure, String> {
    let channels = &found.channels;
    let value = |set: &[&String]| -> Value {
        let effect = found.values.iter().find(|it| it.channels.iter().eq(set.iter().copied()));
        effect.map_or_else(Value::default, |it| Value::from(&it.estimate))
    };
    let parts: Vec<Value> = channels.iter().map(|it| value(&[it])).collect();
    let together = value(&channels.iter().collect::<Vec<&String>>());
    if parts.iter().chain([&together]).all(|it| it.estimate.is_none()) {
        let reason = found.insufficient.clone();
        return Err(reason.unwrap_or_else(|| "no channel's effect is known".to_owned()));
    }
    let most = if channels.len() <= LATTICE_CHANNELS_MAX { channels.len() } else { 2 };
    let sets = found.interactions.iter().filter(|it| (2..=most).contains(&it.channels.len()));
    let sets: Vec<ChannelSet> = sets
        .map(|it| ChannelSet {
            channels: it
                .channels
                .iter()
                .filter_map(|name| channels.iter().position(|other| other == name))
                .collect(),
            value: value(&it.channels.iter().collect::<Vec<&String>>()),
            dividend: Value::from(&it.estimate),
        })
        .collect();
    let leverage = Value::from(&found.leverage);
    let what = outcome.map_or("outcome".to_owned(), str::to_owned);
    let axis = Axis::new(format!("{what} per person, beyond no channel"));
    Ok(Figure {
        title: title(&leverage),
        subtitle: subtitle(found, &what),
        notes: notes(found),
        kind: Kind::LeverageLattice(LeverageLattice {
            axis,
            channels: channels.clone(),
            baseline: Value::from(&found.baseline),
            parts,
            together,
            leverage,
            sets,
        }),
    })
}

fn title(leverage: &Value) -> String {
    let Some(estimate) = leverage.known() else {
        return "The leverage of these channels is not known".to_owned();
    };
    let (number, ends) = told(leverage);
    match leverage.ends() {
        Some((low, _)) if 0.0 < low => {
            format!("Together the channels bring {number} more than the sum of the parts")
        }
        Some((_, high)) if high < 0.0 => {
            let less = short(-estimate);
            format!("Together the channels bring {less} less than the sum of the parts")
        }
        _ => format!("No leverage is shown: {number} ({})", ends.unwrap_or_default()),
    }
}

fn subtitle(found: &Leverage, outcome: &str) -> String {
    let rows = grouped(found.n as f64);
    let counted = match &found.clusters {
        None => format!("{rows} people"),
        Some(clusters) => format!("{rows} rows in {} clusters", grouped(clusters.n as f64)),
    };
    let mut text = format!("Randomised holdout · {outcome} per person · {counted}");
    if let (_, Some(ends)) = told(&Value::from(&found.leverage)) {
        text += &format!(" · leverage {ends} ({} % interval)", short(found.confidence * 100.0));
    }
    text
}

fn notes(found: &Leverage) -> Vec<String> {
    let percent = short(found.confidence * 100.0);
    let mut notes = vec![format!(
        "Thin lines: {percent} % intervals. Leverage is what all channels bring together less what \
         each brings alone."
    )];
    match found.channels.len() <= LATTICE_CHANNELS_MAX {
        true => notes.push(
            "Right: filled dots are the channels that are on, in the order of the left; the dark \
             tick is the sum of their parts. Orange: pairs, and the whole, that are surely above or \
             below it."
                .to_owned(),
        ),
        false => notes.push("Right: orange where the interval leaves out zero, which of many pairs some do by \
                        chance."
            .to_owned()),
    }
    if anything_unknown(found) {
        notes.push("Hollow: not known from these cells.".to_owned());
    }
    notes
}

fn anything_unknown(found: &Leverage) -> bool {
    let values = found.values.iter().map(|it| &it.estimate);
    let sets = found.interactions.iter().map(|it| &it.estimate);
    values.chain(sets).any(|it| it.estimate.is_none())
}
