//! The result for people and for spreadsheets.

use measurement::Total;

use super::Report;
use crate::commands::leverage::wrapped;
use crate::commands::{csv_row, decimals, grouped, shown};

/// One row per number.
pub fn csv(report: &Report) -> String {
    let head =
        ["kind", "name", "estimate", "se", "low", "high", "prediction_low", "prediction_high"];
    let mut text = csv_row(&head.map(str::to_owned));
    let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
    let mut row = |kind: &str, name: &str, values: [Option<f64>; 6]| {
        let mut cells = vec![kind.to_owned(), name.to_owned()];
        cells.extend(values.map(number));
        text += &csv_row(&cells);
    };
    for (name, total) in totals(report) {
        row(
            "expected",
            name,
            [
                Some(total.estimate),
                Some(total.se),
                Some(total.low),
                Some(total.high),
                total.prediction_low,
                total.prediction_high,
            ],
        );
    }
    for (kind, name, [estimate, se, low, high]) in parameters(report) {
        row(kind, name, [Some(estimate), Some(se), Some(low), Some(high), None, None]);
    }
    if let Some(holdout) = &report.holdout {
        let bought = Some(holdout.purchases as f64);
        row("holdout", "purchases", [bought, None, None, None, None, None]);
    }
    text
}

fn totals(report: &Report) -> Vec<(&'static str, Total)> {
    let found = &report.found;
    let named = [
        ("alive", found.alive),
        ("purchases", found.purchases),
        ("value", found.value),
        ("holdout", report.holdout.as_ref().map(|it| it.expected)),
    ];
    named.into_iter().filter_map(|(name, total)| Some((name, total?))).collect()
}

type Parameter = (&'static str, &'static str, [f64; 4]);

fn parameters(report: &Report) -> Vec<Parameter> {
    let mut rows = Vec::new();
    for (kind, fit) in [("bgnbd", &report.found.bgnbd), ("mbgnbd", &report.found.mbgnbd)] {
        let Some(fit) = fit else { continue };
        let (se, low, high) = (fit.se, fit.low, fit.high);
        rows.push((kind, "r", [fit.r, se.r, low.r, high.r]));
        rows.push((kind, "alpha", [fit.alpha, se.alpha, low.alpha, high.alpha]));
        rows.push((kind, "a", [fit.a, se.a, low.a, high.a]));
        rows.push((kind, "b", [fit.b, se.b, low.b, high.b]));
    }
    if let Some(fit) = &report.found.paretonbd {
        let (se, low, high) = (fit.se, fit.low, fit.high);
        rows.push(("paretonbd", "r", [fit.r, se.r, low.r, high.r]));
        rows.push(("paretonbd", "alpha", [fit.alpha, se.alpha, low.alpha, high.alpha]));
        rows.push(("paretonbd", "s", [fit.s, se.s, low.s, high.s]));
        rows.push(("paretonbd", "beta", [fit.beta, se.beta, low.beta, high.beta]));
    }
    if let Some(fit) = &report.found.gamma_gamma {
        let (se, low, high) = (fit.se, fit.low, fit.high);
        rows.push(("gamma_gamma", "p", [fit.p, se.p, low.p, high.p]));
        rows.push(("gamma_gamma", "q", [fit.q, se.q, low.q, high.q]));
        rows.push(("gamma_gamma", "v", [fit.v, se.v, low.v, high.v]));
    }
    rows
}

/// For people: what it means first, then the numbers.
pub fn table(report: &Report) -> String {
    let found = &report.found;
    let percent =
        shown(found.confidence * 100.0, usize::from((found.confidence * 100.0).fract() != 0.0));
    let mut text = wrapped(&meaning(report, &percent), "");
    if let Some(check) = check(report, &percent) {
        text += &wrapped(&check, "");
    }
    if let Some(habits) = habits(report) {
        text += &wrapped(&habits, "");
    }
    text += &models(report, &percent);
    for warning in &found.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

fn models(report: &Report, percent: &str) -> String {
    let rows = parameters(report);
    if rows.is_empty() {
        return String::new();
    }
    let interval = format!("{percent} % interval");
    let head = format!("\n{:<24}{:>10}{:>10}  {interval:^22}", "model", "estimate", "se");
    let mut text = head.trim_end().to_owned() + "\n";
    for (model, name, [estimate, se, low, high]) in rows {
        let model = match model {
            "gamma_gamma" => "Gamma-Gamma",
            _ => report.found.model.name(),
        };
        let places = decimals(se);
        let line = format!(
            "  {:<22}{:>10}{:>10}  {:>9} to {:<9}",
            format!("{model} {name}"),
            shown(estimate, places),
            shown(se, places),
            shown(low, places),
            shown(high, places),
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn meaning(report: &Report, percent: &str) -> String {
    let found = &report.found;
    let Some(purchases) = &found.purchases else {
        let reason = found.insufficient.as_deref().unwrap_or("nothing is known");
        return format!("Not enough data to know what these people will buy: {reason}.");
    };
    let horizon = span(found.horizon, report.unit.name());
    let whole = |number: f64| grouped(number.max(0.0).round() as u64);
    let interval = |total: &Total| {
        format!("{percent} % interval {} to {}", whole(total.low), whole(total.high))
    };
    let alive = found.alive.as_ref().map_or(0.0, |it| it.estimate);
    let mut text = format!(
        "Of {} people about {} may still buy. Within {horizon} they are expected to buy {} times \
         ({})",
        grouped(found.n),
        whole(alive),
        whole(purchases.estimate),
        interval(purchases),
    );
    text += &match (&found.value, &found.insufficient) {
        (Some(value), _) => {
            format!(", which is worth {} today ({}).", whole(value.estimate), interval(value))
        }
        (None, Some(reason)) => format!(". What that is worth is not known: {reason}."),
        (None, None) => ".".to_owned(),
    };
    text
}

fn check(report: &Report, percent: &str) -> Option<String> {
    let holdout = report.holdout.as_ref()?;
    let end = report.end.as_deref()?;
    let (low, high) = (holdout.expected.prediction_low?, holdout.expected.prediction_high?);
    let whole = |number: f64| grouped(number.max(0.0).round() as u64);
    Some(format!(
        "In the {} after {end}, which the models have not seen, they bought {} times; {} were \
         expected ({percent} % of such times {} to {}).",
        span(holdout.span, report.unit.name()),
        grouped(holdout.purchases),
        whole(holdout.expected.estimate),
        whole(low),
        whole(high),
    ))
}

/// The parameters in words.
fn habits(report: &Report) -> Option<String> {
    let found = &report.found;
    let unit = report.unit.name();
    let rate = |rate: f64| {
        let number = shown(rate, decimals(rate));
        format!("While they are there, people buy {number} times a {unit} on average; ")
    };
    let mut text = match (&found.bgnbd, &found.mbgnbd, &found.paretonbd) {
        (Some(fit), _, _) => {
            let leave = shown(100.0 * fit.a / (fit.a + fit.b), 0);
            rate(fit.r / fit.alpha) + &format!("after a purchase {leave} % of them leave.")
        }
        (_, Some(fit), _) => {
            let leave = shown(100.0 * fit.a / (fit.a + fit.b), 0);
            rate(fit.r / fit.alpha)
                + &format!("after a purchase, the first too, {leave} % of them leave.")
        }
        (_, _, Some(fit)) => {
            let stay = (fit.beta / (fit.beta + found.horizon)).powf(fit.s);
            let leave = shown(100.0 * (1.0 - stay), 0);
            let time = span(found.horizon, unit);
            rate(fit.r / fit.alpha) + &format!("{leave} % of them leave within their first {time}.")
        }
        (None, None, None) => return None,
    };
    if let Some(spending) = report.found.gamma_gamma.as_ref().filter(|it| 1.0 < it.q) {
        let mean = spending.p * spending.v / (spending.q - 1.0);
        text += &format!(" A purchase is worth {} on average.", shown(mean, decimals(mean / 10.0)));
    }
    Some(text)
}

fn span(units: f64, name: &str) -> String {
    let number = shown(units, usize::from(units.fract() != 0.0));
    if units == 1.0 { format!("1 {name}") } else { format!("{number} {name}s") }
}
