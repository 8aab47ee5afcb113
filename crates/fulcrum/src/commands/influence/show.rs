//! The result for people and for spreadsheets.

use measurement::{ClaimRule, InfluenceRate};

use super::{Report, Top};
use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// One row per number.
pub fn csv(report: &Report) -> String {
    let found = &report.found;
    let mut text = csv_row(&["kind", "name", "estimate", "se", "low", "high"].map(str::to_owned));
    let mut add = |kind: &str, name: &str, numbers: [Option<f64>; 4]| {
        let mut cells = vec![kind.to_owned(), name.to_owned()];
        cells.extend(numbers.map(|it| it.map(|it| it.to_string()).unwrap_or_default()));
        text += &csv_row(&cells);
    };
    for (name, count) in
        [("people", found.people), ("brought", found.brought), ("bringers", found.bringers)]
    {
        add("count", name, [Some(count as f64), None, None, None]);
    }
    let value = &found.value;
    for (name, sum) in [
        ("total", value.total),
        ("of_brought", value.of_brought),
        ("direct", value.direct),
        ("indirect", value.indirect),
    ] {
        add("value", name, [Some(sum), None, None, None]);
    }
    let rate = |it: &InfluenceRate| [it.estimate, it.se, it.low, it.high];
    add("rate", "per_person", rate(&found.per_person));
    if let Some(reproduction) = &found.reproduction {
        add("rate", "reproduction", rate(reproduction));
    }
    let top = &found.top_tenth;
    add("share", "top_tenth", [top.estimate, top.se, top.low, top.high]);
    for Top { person, standing } in &report.top {
        for (kind, sum) in [
            ("brought", Some(standing.brought)),
            ("descendants", Some(standing.descendants)),
            ("direct", Some(standing.direct)),
            ("indirect", Some(standing.indirect)),
            ("network", standing.network),
        ] {
            add(kind, person, [sum, None, None, None]);
        }
    }
    text
}

/// For people: what it means first, then the numbers.
pub fn table(report: &Report) -> String {
    let found = &report.found;
    let whole = found.confidence * 100.0;
    let percent = shown(whole, usize::from(whole.fract() != 0.0));
    let mut text = wrapped(&meaning(report), "");
    for sentence in rates(report, &percent) {
        text += &wrapped(&sentence, "");
    }
    if !report.top.is_empty() {
        text += &people(report);
    }
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

fn meaning(report: &Report) -> String {
    let found = &report.found;
    if found.brought == 0 {
        let reason = found.insufficient.as_deref().unwrap_or("nothing is known");
        return format!("Not enough data to speak of influence: {reason}.");
    }
    let value = &found.value;
    let places = decimals(value.direct.abs() / 10.0).min(2);
    let rule = match found.rule {
        ClaimRule::First => "the first claim counts",
        ClaimRule::Equal => "all claims share",
    };
    let mut text = format!(
        "Of {} people {} were brought, by {} others, over up to {} steps; {rule}.",
        grouped(found.people),
        grouped(found.brought),
        grouped(found.bringers),
        grouped(found.generations),
    );
    if found.valued {
        text += &format!(
            " Those who were brought are worth {} of {}",
            shown(value.direct, places),
            shown(value.total, places)
        );
        if 0.0 < value.total && 0.0 <= value.direct {
            text += &format!(" ({} %)", shown(100.0 * value.direct / value.total, 1));
        }
        text += &format!(
            "; further steps add {} of indirect value, each step counting {} of the one before.",
            shown(value.indirect, places),
            shown(found.discount, decimals(found.discount))
        );
    }
    text + " These are sums over known people, not estimates."
}

fn rates(report: &Report, percent: &str) -> Vec<String> {
    let found = &report.found;
    let mut sentences = Vec::new();
    if found.brought == 0 {
        return sentences;
    }
    if let Some(reproduction) = &found.reproduction {
        let days = shown(reproduction.window.unwrap_or(0.0), 0);
        sentences.push(match ends(reproduction, percent) {
            Some(known) => format!(
                "Within {days} days of being brought, a person brings {known} others, of {} who \
                 have had that long. Above 1 they would replace themselves for ever.",
                grouped(reproduction.n)
            ),
            None => format!(
                "How many people a person brings within {days} days is not known: {}.",
                reproduction.reason.as_deref().unwrap_or("no reason is known")
            ),
        });
    }
    if let Some(known) = ends(&found.per_person, percent) {
        sentences.push(format!("So far there are {known} people brought per person known."));
    }
    let top = &found.top_tenth;
    sentences.push(match (top.estimate, top.low, top.high) {
        (Some(share), Some(low), Some(high)) => format!(
            "The tenth of the bringers who brought most brought {} % of direct value ({percent} % \
             interval {} to {} %).",
            shown(100.0 * share, 0),
            shown(100.0 * low, 0),
            shown(100.0 * high, 0)
        ),
        _ => format!(
            "How uneven bringers are is not known: {}.",
            top.reason.as_deref().unwrap_or("no reason is known")
        ),
    });
    sentences
}

fn ends(rate: &InfluenceRate, percent: &str) -> Option<String> {
    let places = decimals(rate.se?);
    Some(format!(
        "{} ({percent} % interval {} to {})",
        shown(rate.estimate?, places),
        shown(rate.low?, places),
        shown(rate.high?, places)
    ))
}

fn people(report: &Report) -> String {
    const NAME_MAX: usize = 28;
    let head = format!(
        "\n{:<30}{:>9}{:>12}{:>14}{:>14}{:>11}",
        "who brought most", "brought", "descendants", "direct", "indirect", "network"
    );
    let mut text = head.trim_end().to_owned() + "\n";
    for Top { person, standing } in &report.top {
        let name: String = match person.chars().count() <= NAME_MAX {
            true => person.clone(),
            false => person.chars().take(NAME_MAX - 1).chain(['…']).collect(),
        };
        let places = |number: f64| usize::from(number.fract() != 0.0) * 2;
        let network = standing.network.map(|it| shown(100.0 * it, 2) + " %").unwrap_or_default();
        let line = format!(
            "  {name:<28}{:>9}{:>12}{:>14}{:>14}{network:>11}",
            shown(standing.brought, places(standing.brought)),
            shown(standing.descendants, places(standing.descendants)),
            shown(standing.direct, places(standing.direct)),
            shown(standing.indirect, places(standing.indirect)),
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}
