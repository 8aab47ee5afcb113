//! The result for people and for spreadsheets.

use measurement::{Uplift, UpliftEstimate};

use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// One row per number.
pub fn csv(found: &Uplift) -> String {
    let head = ["kind", "share", "people", "estimate", "se", "low", "high", "p", "reason"];
    let mut text = csv_row(&head.map(str::to_owned));
    let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
    let mut row = |kind: &str, share: Option<f64>, people: Option<u64>, it: &UpliftEstimate| {
        text += &csv_row(&[
            kind.to_owned(),
            number(share),
            people.map(|it| it.to_string()).unwrap_or_default(),
            number(it.estimate),
            number(it.se),
            number(it.low),
            number(it.high),
            number(it.p),
            it.reason.clone().unwrap_or_default(),
        ]);
    };
    for (kind, it) in [
        ("average", &found.average),
        ("qini", &found.qini),
        ("uplift_auc", &found.uplift_auc),
        ("area", &found.area),
    ] {
        row(kind, None, None, it);
    }
    for it in &found.top {
        row("top", Some(it.share), Some(it.people), &it.uplift);
    }
    for it in &found.curve {
        let gain = UpliftEstimate {
            estimate: Some(it.gain),
            low: it.low,
            high: it.high,
            ..UpliftEstimate::default()
        };
        row("gain", Some(it.share), None, &gain);
    }
    text
}

/// For people: what it means first, then the numbers.
pub fn table(found: &Uplift, outcome: &str) -> String {
    let percent = found.confidence * 100.0;
    let percent = shown(percent, usize::from(1e-9 < (percent - percent.round()).abs()));
    let mut text = format!(
        "Uplift of {outcome} by score · {} people, {} of them treated\n\n",
        grouped(found.n),
        grouped(found.treated)
    );
    if let Some(reason) = &found.insufficient {
        return text
            + &wrapped(&format!("Not enough data to know what the score is worth: {reason}."), "");
    }
    text += &wrapped(&meaning(found, outcome, &percent), "");
    let interval = format!("{percent} % interval");
    let head = |title: &str| format!("\n{title:<28}{:>10}  {interval:^24}{:>9}\n", "estimate", "p");
    text += &head("the score");
    text += &line("Qini coefficient", &found.qini);
    text += &line("uplift curve coefficient", &found.uplift_auc);
    text += &line("gain on a random order", &found.area);
    text += &head(&format!("uplift of {outcome}"));
    text += &line("everybody", &found.average);
    for it in &found.top {
        let share = shown(100.0 * it.share, usize::from(1e-9 < (100.0 * it.share).fract()));
        text += &line(&format!("top {share} % ({})", grouped(it.people)), &it.uplift);
    }
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

/// The one sentence.
fn meaning(found: &Uplift, outcome: &str, percent: &str) -> String {
    // Of an outcome in money only the area is known.
    let it = if found.binary { &found.qini } else { &found.area };
    let name = if found.binary { "Qini coefficient" } else { "gain on a random order" };
    let (Some(estimate), Some(low), Some(high)) = (it.estimate, it.low, it.high) else {
        let reason = it.reason.as_deref().unwrap_or("there is no interval");
        return format!("What the score is worth is not known: {reason}.");
    };
    let places = decimals(it.se.unwrap_or(1.0));
    let number = shown(estimate, places);
    let ends = format!("{percent} % interval {} to {}", shown(low, places), shown(high, places));
    let told = match (0.0 < low, high < 0.0) {
        (true, _) => {
            "The score finds people whom the treatment changes more than others".to_owned()
        }
        (_, true) => {
            "The score is upside down: it puts those first whom the treatment changes less"
                .to_owned()
        }
        _ => format!(
            "No worth of the score is shown: it orders people for {outcome} no better than chance may"
        ),
    };
    format!("{told} ({name} {number}, {ends}).")
}

fn line(name: &str, it: &UpliftEstimate) -> String {
    let (Some(estimate), Some(low), Some(high)) = (it.estimate, it.low, it.high) else {
        let reason = it.reason.as_deref().unwrap_or("no interval");
        return wrapped(&format!("not known: {name} ({reason})"), "  ");
    };
    let places = decimals(it.se.unwrap_or(1.0));
    let p = it.p.map(|p| if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") });
    format!(
        "  {name:<26}{:>10}  {:>10} to {:<10}{:>9}\n",
        shown(estimate, places),
        shown(low, places),
        shown(high, places),
        p.unwrap_or_default()
    )
}
