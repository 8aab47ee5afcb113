//! The result for people and for spreadsheets.

use measurement::{Compared, Estimate};

use super::Report;
use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

fn methods(report: &Report) -> [(&'static str, &'static str, &Compared); 3] {
    let found = &report.found;
    [
        ("doubly_robust", "doubly robust", &found.doubly_robust),
        ("self_normalised", "self-normalised", &found.self_normalised),
        ("inverse_propensity", "inverse propensity", &found.inverse_propensity),
    ]
}

/// One row per number.
pub fn csv(report: &Report) -> String {
    let found = &report.found;
    let mut text =
        csv_row(&["kind", "name", "estimate", "se", "low", "high", "p"].map(str::to_owned));
    let mut add = |kind: &str, name: &str, numbers: [Option<f64>; 5]| {
        let mut cells = vec![kind.to_owned(), name.to_owned()];
        cells.extend(numbers.map(|it| it.map(|it| it.to_string()).unwrap_or_default()));
        text += &csv_row(&cells);
    };
    let all = |it: &Estimate| [it.estimate, it.se, it.low, it.high, it.p];
    add("value", "logged", all(&found.logged));
    for (name, _, compared) in methods(report) {
        add("value", name, all(&compared.value));
        add("difference", name, all(&compared.difference));
    }
    let counts = [
        ("decisions", found.n as f64),
        ("people", found.people as f64),
        ("effective_n", found.effective_n),
        ("largest_weight", found.largest_weight),
        ("mean_weight", found.mean_weight),
    ];
    for (name, count) in counts {
        add("count", name, [Some(count), None, None, None, None]);
    }
    text
}

/// For people: what it means first, then the numbers.
pub fn table(report: &Report) -> String {
    let found = &report.found;
    let mut text = wrapped(&meaning(report), "");
    text += &wrapped(&format!("This holds for {}.", found.holds_for), "");
    if 0 < report.impossible {
        text += &wrapped(
            &format!(
                "In {} decisions the other rule could not have its way; there it is taken to do as \
                 was done.",
                grouped(report.impossible)
            ),
            "",
        );
    }
    let whole = found.confidence * 100.0;
    let percent = shown(whole, usize::from(whole.fract() != 0.0));
    let head = format!("{percent} % interval");
    text += &format!(
        "\n{:<22}{:>10}{:>22}{:>12}{:>22}\n",
        "per decision", "value", head, "difference", head
    );
    text += &line("as it was decided", &found.logged, None);
    for (_, name, compared) in methods(report) {
        text += &line(name, &compared.value, Some(&compared.difference));
    }
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

fn meaning(report: &Report) -> String {
    let found = &report.found;
    let about = format!(
        "{} decisions about {} people, worth {} for the other rule ({})",
        grouped(found.n),
        grouped(found.people),
        grouped(found.effective_n.round() as u64),
        report.rule
    );
    if let Some(reason) = &found.insufficient {
        return format!("Not enough data to say what it would have brought: {reason}. {about}.");
    }
    let difference = &found.doubly_robust.difference;
    let says = match (difference.low, difference.high) {
        (Some(low), _) if 0.0 < low => "would have brought more",
        (_, Some(high)) if high < 0.0 => "would have brought less",
        _ => "cannot be told from what was decided",
    };
    format!("The other rule {says}. {about}.")
}

fn line(name: &str, value: &Estimate, difference: Option<&Estimate>) -> String {
    let places = decimals(value.se.unwrap_or(0.0)).max(3);
    let number = |it: Option<f64>| it.map(|it| shown(it, places)).unwrap_or_default();
    let between = |it: &Estimate| match (it.low, it.high) {
        (Some(low), Some(high)) => format!("{} to {}", shown(low, places), shown(high, places)),
        _ => String::new(),
    };
    let mut text = format!("{name:<22}{:>10}{:>22}", number(value.estimate), between(value));
    if let Some(it) = difference {
        text += &format!("{:>12}{:>22}", number(it.estimate), between(it));
    }
    text.trim_end().to_owned() + "\n"
}
