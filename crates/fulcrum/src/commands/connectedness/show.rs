//! The result for people and for spreadsheets.

use measurement::{ConnectednessLevel, LearnedWeights, RatioKind, RelationshipReturn, Shrunken};

use super::Report;
use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// One row per number.
pub fn csv(report: &Report) -> String {
    let head = [
        "kind", "group", "period", "part", "people", "yes", "of", "weight", "estimate", "se",
        "low", "high",
    ];
    let mut text = csv_row(&head.map(str::to_owned));
    let number = |it: Option<f64>| it.map(|it| it.to_string()).unwrap_or_default();
    let rate = |it: Option<Shrunken>| {
        let of = |get: fn(&Shrunken) -> f64| number(it.as_ref().map(get));
        [of(|it| it.estimate), of(|it| it.se), of(|it| it.low), of(|it| it.high)]
    };
    let mut add = |start: [String; 8], numbers: [String; 4]| {
        text += &csv_row(&start.into_iter().chain(numbers).collect::<Vec<String>>());
    };
    let none = String::new;
    for it in &report.found.parts {
        let [yes, of] = [it.evidence.yes, it.evidence.of].map(|it| it.to_string());
        let (part, people) = (it.part.name().to_owned(), it.people.to_string());
        let start = ["prior".to_owned(), none(), none(), part, people, yes, of, number(it.weight)];
        add(start, rate(it.mean));
    }
    for level in &report.found.levels {
        let [group, period] =
            [&level.group, &level.period].map(|it| it.clone().unwrap_or_default());
        let people = level.people.to_string();
        let start =
            ["index".into(), group.clone(), period.clone(), none(), people, none(), none(), none()];
        add(start, rate(Some(level.index)));
        for it in &level.parts {
            let [people, yes, of] =
                [it.people, it.evidence.yes, it.evidence.of].map(|it| it.to_string());
            let part = it.part.name().to_owned();
            let start =
                ["part".into(), group.clone(), period.clone(), part, people, yes, of, none()];
            add(start, rate(Some(it.rate)));
        }
    }
    if let Some(it) = &report.relationship {
        let people = [it.treated + it.holdout, it.treated, it.holdout];
        for ((kind, numbers), people) in [
            ("gain", [it.gain.estimate, it.gain.se, it.gain.low, it.gain.high]),
            ("cost", [it.cost.estimate, it.cost.se, it.cost.low, it.cost.high]),
            ("return", [it.per_cost.estimate, None, it.per_cost.low, it.per_cost.high]),
        ]
        .into_iter()
        .zip([people[0]; 3])
        {
            let start = [
                kind.to_owned(),
                none(),
                none(),
                none(),
                people.to_string(),
                none(),
                none(),
                none(),
            ];
            add(start, numbers.map(number));
        }
    }
    text
}

/// For people: what it means first, then the numbers.
pub fn table(report: &Report) -> String {
    let found = &report.found;
    let whole = found.confidence * 100.0;
    let percent = shown(whole, usize::from(whole.fract() != 0.0));
    let mut text = wrapped(&meaning(report, &percent), "");
    if let Some(learned) = &report.learned {
        text += &wrapped(&weighing(learned), "");
    }
    if let Some(relationship) = &report.relationship {
        text += &wrapped(&gained(relationship, &percent), "");
    }
    if !found.parts.is_empty() {
        text += &parts(report, &percent);
    }
    if 1 < found.levels.len() {
        text += &levels(report, &percent);
    }
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

fn meaning(report: &Report, percent: &str) -> String {
    let found = &report.found;
    match (found.levels.first(), &found.insufficient) {
        (Some(all), _) => {
            let places = decimals(all.index.se);
            format!(
                "The connectedness of {} people is {} ({percent} % interval {} to {}), between 0 and \
                 1: the mean over people of their weighted parts.",
                grouped(found.people),
                shown(all.index.estimate, places),
                shown(all.index.low, places),
                shown(all.index.high, places),
            )
        }
        (None, reason) => format!(
            "Not enough data to speak of connectedness: {}.",
            reason.as_deref().unwrap_or("nothing is known")
        ),
    }
}

fn weighing(learned: &LearnedWeights) -> String {
    let mut text =
        format!("Of {} people {} stayed", grouped(learned.people), grouped(learned.stayed));
    text += &format!(
        ": {}; so weights are {}.",
        learned.reason,
        if learned.used { "the learned ones" } else { "equal" }
    );
    if let (Some(gain), Some(se)) = (learned.gain, learned.gain_se) {
        let places = decimals(se);
        text += &format!(
            " The gain in log-likelihood per person is {} (standard error {}).",
            shown(gain, places),
            shown(se, places)
        );
        let named = |it: &measurement::PartWeight| {
            let (learned, low, high) = (it.learned?, it.learned_low?, it.learned_high?);
            Some(format!(
                "{} {} ({} to {})",
                it.part.name(),
                shown(learned, 2),
                shown(low, 2),
                shown(high, 2)
            ))
        };
        let each: Vec<String> = learned.weights.iter().filter_map(named).collect();
        if !each.is_empty() {
            text += &format!(" Learned: {}.", each.join(", "));
        }
    }
    text
}

fn gained(it: &RelationshipReturn, percent: &str) -> String {
    let number = |it: Option<f64>, spread: Option<f64>| match it {
        Some(it) => shown(it, decimals(spread.unwrap_or_default())),
        None => "unknown".to_owned(),
    };
    let gain_spread = it.gain.se;
    let mut text = format!(
        "Return on relationship, {} people against {} held out: value gained {} per person ({percent} \
         % interval {} to {}), cost {}; ",
        grouped(it.treated),
        grouped(it.holdout),
        number(it.gain.estimate, gain_spread),
        number(it.gain.low, gain_spread),
        number(it.gain.high, gain_spread),
        number(it.cost.estimate, it.cost.estimate.map(|it| it.abs() / 10.0)),
    );
    let per = &it.per_cost;
    let spread = per.low.zip(per.high).map(|(low, high)| (high - low) / 4.0);
    text += &match (per.estimate, per.kind) {
        (Some(_), Some(RatioKind::Bounded)) => format!(
            "{} per unit of cost ({percent} % interval {} to {}).",
            number(per.estimate, spread),
            number(per.low, spread),
            number(per.high, spread)
        ),
        _ => format!(
            "the return is not known: {}.",
            per.reason.as_deref().unwrap_or("no reason is known")
        ),
    };
    text
}

fn parts(report: &Report, percent: &str) -> String {
    let interval = format!("{percent} % interval");
    let head = format!(
        "\n{:<14}{:>8}{:>8}  {interval:^18}{:>10}{:>22}{:>12}",
        "part", "weight", "mean", "people", "yes / of", "strength"
    );
    let mut text = head.trim_end().to_owned() + "\n";
    for it in &report.found.parts {
        let places = it.mean.map_or(2, |mean| decimals(mean.se)).min(4);
        let number = |value: Option<f64>, places: usize| {
            value.map_or_else(|| "–".to_owned(), |it| shown(it, places))
        };
        let mean = |of: fn(&Shrunken) -> f64| number(it.mean.as_ref().map(of), places);
        let evidence = format!("{} / {}", grouped(it.evidence.yes), grouped(it.evidence.of));
        let line = format!(
            "  {:<12}{:>8}{:>8}  {:>7} to {:<7}{:>10}{evidence:>22}{:>12}",
            it.part.name(),
            number(it.weight, 2),
            mean(|it| it.estimate),
            mean(|it| it.low),
            mean(|it| it.high),
            grouped(it.people),
            number(it.strength, 1),
        );
        text += line.trim_end();
        text.push('\n');
        if let Some(reason) = &it.reason {
            text += &wrapped(&format!("not known: {reason}"), "    ");
        }
    }
    text
}

fn levels(report: &Report, percent: &str) -> String {
    let interval = format!("{percent} % interval");
    let head = format!("\n{:<42}{:>10}{:>9}  {interval:^20}", "whose", "people", "index");
    let mut text = head.trim_end().to_owned() + "\n";
    for level in &report.found.levels {
        let places = decimals(level.index.se).min(4);
        let line = format!(
            "  {:<40}{:>10}{:>9}  {:>8} to {:<8}",
            whose(level),
            grouped(level.people),
            shown(level.index.estimate, places),
            shown(level.index.low, places),
            shown(level.index.high, places)
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn whose(level: &ConnectednessLevel) -> String {
    const NAME_MAX: usize = 38;
    let name = match (&level.group, &level.period) {
        (None, None) => "everybody".to_owned(),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (Some(group), Some(period)) => format!("{group}, {period}"),
    };
    match name.chars().count() <= NAME_MAX {
        true => name,
        false => name.chars().take(NAME_MAX - 1).chain(['…']).collect(),
    }
}
