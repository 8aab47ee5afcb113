//! The leverage report as rows, for spreadsheets.

use measurement::{Estimate, Leverage, LogOdds, LogOddsReport};
use tables::csv_row;

/// The report with one row per number, as `fulcrum leverage --format csv` prints it and the app hands it
/// out.
pub fn leverage_csv(report: &Leverage) -> String {
    let mut text = csv_row(
        &[
            "kind",
            "channels",
            "n",
            "estimate",
            "se",
            "df",
            "low",
            "high",
            "p",
            "p_holm",
            "sequence_low",
            "sequence_high",
            "reason",
        ]
        .map(str::to_owned),
    );
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut row = |kind: &str, channels: &[String], estimate: &Estimate, p_holm: Option<f64>| {
        text += &csv_row(&[
            kind.to_owned(),
            channels.join("+"),
            String::new(),
            number(estimate.estimate),
            number(estimate.se),
            number(estimate.df),
            number(estimate.low),
            number(estimate.high),
            number(estimate.p),
            number(p_holm),
            number(estimate.sequence_low),
            number(estimate.sequence_high),
            estimate.reason.clone().unwrap_or_default(),
        ]);
    };
    row("leverage", &report.channels, &report.leverage, None);
    let ratio = &report.leverage_ratio;
    let as_estimate = Estimate {
        estimate: ratio.estimate,
        low: ratio.low,
        high: ratio.high,
        reason: ratio.reason.clone(),
        ..Estimate::default()
    };
    row("leverage_ratio", &report.channels, &as_estimate, None);
    row("baseline", &[], &report.baseline, None);
    report.values.iter().for_each(|it| row("value", &it.channels, &it.estimate, None));
    for it in &report.interactions {
        row("interaction", &it.channels, &it.estimate, it.p_holm);
    }
    for it in &report.shapley {
        row("shapley", std::slice::from_ref(&it.channel), &it.estimate, None);
    }
    for (kind, channels, estimate) in report.log_odds.iter().flat_map(log_odds_rows) {
        row(kind, channels, &estimate, None);
    }
    for cell in &report.cells {
        let mut values = vec![String::new(); 13];
        values[0] = "cell".to_owned();
        values[1] = cell.on.join("+");
        values[2] = cell.n.to_string();
        values[3] = cell.mean.to_string();
        values[4] = number(cell.se);
        text += &csv_row(&values);
    }
    text
}

/// Kind, channels and numbers of each row of a spreadsheet.
fn log_odds_rows(report: &LogOddsReport) -> Vec<(&'static str, &[String], Estimate)> {
    let mut rows: Vec<(&'static str, &[String], Estimate)> =
        vec![("log_odds_baseline", &[], estimate(&report.baseline))];
    for (kind, effects) in
        [("log_odds_value", &report.values), ("log_odds_interaction", &report.interactions)]
    {
        rows.extend(effects.iter().map(|it| (kind, &*it.channels, estimate(&it.log_odds))));
    }
    rows.push(("log_odds_leverage", &[], estimate(&report.leverage)));
    rows
}

fn estimate(it: &LogOdds) -> Estimate {
    Estimate {
        estimate: it.estimate,
        se: it.se,
        low: it.low,
        high: it.high,
        p: it.p,
        reason: it.reason.clone(),
        ..Estimate::default()
    }
}
