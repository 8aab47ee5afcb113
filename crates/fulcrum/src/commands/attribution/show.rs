//! The result as text: for people, and one row per channel for spreadsheets.

use measurement::{Attribution, ChannelCredit, PathModel};

use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// Longer names are cut; the whole table stays under 100 columns.
const LABEL: usize = 24;

const NATURE: &str = "Observational: this describes who was there, not what a channel caused; an \
                      experiment does that (`fulcrum leverage`).";

/// What a model is called in a sentence.
fn title(report: &Attribution) -> String {
    match (report.model, report.order) {
        (PathModel::First, _) => "first touch".to_owned(),
        (PathModel::Last, _) => "last touch".to_owned(),
        (PathModel::Linear, _) => "linear".to_owned(),
        (PathModel::TimeDecay, _) => "time decay".to_owned(),
        (PathModel::Position, _) => "position (40/20/40)".to_owned(),
        (PathModel::Markov, Some(order)) => format!("Markov chain of order {order}"),
        (PathModel::Markov, None) => "Markov chain".to_owned(),
        (PathModel::Shapley, _) => "Shapley value".to_owned(),
    }
}

fn heading(report: &Attribution, what: &str) -> String {
    let value = report.value.map(|value| format!(" · value {}", amount(value)));
    let mut text = format!(
        "Attribution, {what} · {} paths · {} conversions{}\n\n",
        amount(report.paths),
        amount(report.conversions),
        value.unwrap_or_default(),
    );
    text += &match &report.insufficient {
        Some(reason) => wrapped(&format!("Not enough data: {reason}."), ""),
        None => wrapped(NATURE, ""),
    };
    text
}

/// One model, with intervals.
pub(super) fn table(report: &Attribution) -> String {
    let mut text = heading(report, &title(report));
    if report.channels.iter().any(|row| row.share.is_some()) {
        text += &rows(report);
    }
    if let Some(fits) = &report.orders {
        text += &format!(
            "\n{:<8}{:>10}{:>12}{:>16}{:>10}\n",
            "order", "states", "numbers", "BIC", "AUC"
        );
        for fit in fits {
            let auc = fit.auc.map(|auc| shown(auc, 4)).unwrap_or_default();
            text += &format!(
                "{:<8}{:>10}{:>12}{:>16}{auc:>10}\n",
                fit.order,
                grouped(fit.states as u64),
                grouped(fit.parameters as u64),
                shown(fit.bic, 1),
            );
        }
    }
    text + &warnings(std::slice::from_ref(report))
}

fn rows(report: &Attribution) -> String {
    let percent = format!("{} %", shown(report.confidence * 100.0, 0));
    let markov = report.model == PathModel::Markov;
    let mut text = format!("\n{:<LABEL$}{:>13}", "", "conversions");
    if report.value.is_some() {
        text += &format!("{:>13}", "value");
    }
    text += &format!("{:>9}  {:<16}", "share", format!("{percent} interval"));
    if markov {
        text += &format!("{:>9}{:>10}", "removal", "net");
    }
    text = text.trim_end().to_owned() + "\n";
    for row in by_credit(report) {
        let mut line = format!("{:<LABEL$}{:>13}", cut(&row.channel), credit(row.conversions));
        if report.value.is_some() {
            line += &format!("{:>13}", credit(row.value));
        }
        let interval = match (row.share_low, row.share_high) {
            (Some(low), Some(high)) => format!("{} to {}", part(low), part(high)),
            _ => String::new(),
        };
        line += &format!("{:>9}  {interval:<16}", row.share.map(part).unwrap_or_default());
        if let (Some(removal), Some(net)) = (row.removal_effect, row.net_effect) {
            line += &format!("{:>9}{:>10}", part(removal), part(net));
        }
        text += line.trim_end();
        text.push('\n');
    }
    if markov {
        text += "\n";
        text += &wrapped(
            "removal: conversions lost if whoever came to the channel had gone no further. net: if \
             they had gone on as the others did at that point; about 0 for a channel that changes \
             nothing.",
            "",
        );
    }
    text
}

/// All models beside each other: conversions per channel.
pub(super) fn all(reports: &[Attribution]) -> String {
    let Some(first) = reports.first() else { return String::new() };
    let mut text = heading(first, "all models");
    let head = |report: &Attribution| match report.model {
        PathModel::First => "first",
        PathModel::Last => "last",
        PathModel::Linear => "linear",
        PathModel::TimeDecay => "decay",
        PathModel::Position => "position",
        PathModel::Markov => "Markov",
        PathModel::Shapley => "Shapley",
    };
    if first.insufficient.is_none() {
        text += &format!("\n{:<LABEL$}", "conversions by");
        reports.iter().for_each(|report| text += &format!("{:>10}", head(report)));
        text.push('\n');
        for row in by_credit(first) {
            text += &format!("{:<LABEL$}", cut(&row.channel));
            for report in reports {
                let same = report.channels.iter().find(|it| it.channel == row.channel);
                text += &format!("{:>10}", credit(same.and_then(|it| it.conversions)));
            }
            text.push('\n');
        }
    }
    text + &warnings(reports)
}

fn warnings(reports: &[Attribution]) -> String {
    let mut known: Vec<&String> = Vec::new();
    for warning in reports.iter().flat_map(|report| &report.warnings) {
        if !known.contains(&warning) {
            known.push(warning);
        }
    }
    known.iter().map(|it| wrapped(&format!("warning: {it}"), "  ")).collect()
}

/// The most credit first; equal ones by name.
fn by_credit(report: &Attribution) -> Vec<&ChannelCredit> {
    let mut rows: Vec<&ChannelCredit> = report.channels.iter().collect();
    let of = |row: &ChannelCredit| row.conversions.unwrap_or_default();
    rows.sort_by(|a, b| of(b).total_cmp(&of(a)));
    rows
}

/// One row per model and channel.
pub(super) fn csv(reports: &[Attribution]) -> String {
    const COLUMNS: [&str; 14] = [
        "model",
        "order",
        "channel",
        "conversions",
        "value",
        "share",
        "share_low",
        "share_high",
        "removal_effect",
        "removal_low",
        "removal_high",
        "net_effect",
        "net_low",
        "net_high",
    ];
    let mut text = csv_row(&COLUMNS.map(str::to_owned));
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    for report in reports {
        let order = report.order.map(|order| order.to_string()).unwrap_or_default();
        for row in &report.channels {
            let numbers = [
                row.conversions,
                row.value,
                row.share,
                row.share_low,
                row.share_high,
                row.removal_effect,
                row.removal_low,
                row.removal_high,
                row.net_effect,
                row.net_low,
                row.net_high,
            ];
            let names = [model_name(report.model).to_owned(), order.clone(), row.channel.clone()];
            let values: Vec<String> = names.into_iter().chain(numbers.map(number)).collect();
            text += &csv_row(&values);
        }
    }
    text
}

/// As on the command line.
fn model_name(model: PathModel) -> &'static str {
    match model {
        PathModel::First => "first",
        PathModel::Last => "last",
        PathModel::Linear => "linear",
        PathModel::TimeDecay => "time-decay",
        PathModel::Position => "position",
        PathModel::Markov => "markov",
        PathModel::Shapley => "shapley",
    }
}

/// A count or an amount of money: grouped where it is whole.
fn amount(number: f64) -> String {
    match number.fract() == 0.0 && (0.0..1e15).contains(&number) {
        true => grouped(number as u64),
        false => shown(number, decimals(number.abs() / 1e4).min(2)),
    }
}

fn credit(number: Option<f64>) -> String {
    number.map(|number| shown(number, if number.abs() < 1e5 { 1 } else { 0 })).unwrap_or_default()
}

fn part(share: f64) -> String {
    shown(share, 4)
}

fn cut(name: &str) -> String {
    match name.chars().count() < LABEL {
        true => name.to_owned(),
        false => name.chars().take(LABEL - 2).chain(['…']).collect(),
    }
}
