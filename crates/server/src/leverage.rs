//! From the panel's sums to the leverage report and its picture, as the API, the command line and
//! the demo show them.

use decision::{Panel, panel};
use engine::{Loaded, PanelReport, PanelSums};
use measurement::{Estimate, Leverage, Question};
use model::{Span, Timestamp};
use plots::Figure;
use serde_json::{Value, json};

/// The keys of `fulcrum leverage --format json`, how far the windows are, and the standing
/// comparison of the people inside the panel with those outside.
pub fn report(loaded: &Loaded, sums: &PanelSums, outcome: &str, now: Timestamp) -> Value {
    let (report, found) = estimated(loaded, sums, outcome, now);
    let panel = loaded.programme.policy.panel.as_ref();
    let difference = panel.and_then(|panel| found.inside_minus_outside(panel, report.confidence));
    finish(&report, &found, outcome, difference)
}

/// The report as CSV.
pub fn csv(loaded: &Loaded, sums: &PanelSums, outcome: &str, now: Timestamp) -> String {
    crate::leverage_csv(&estimated(loaded, sums, outcome, now).0)
}

/// The picture of the report. The error says why there is none.
pub fn figure(
    loaded: &Loaded,
    sums: &PanelSums,
    outcome: &str,
    now: Timestamp,
    simulated: bool,
) -> Result<Figure, String> {
    let (report, _) = estimated(loaded, sums, outcome, now);
    let figure = plots::leverage_figure(&report, Some(outcome).filter(|it| !it.is_empty()))?;
    Ok(if simulated { figure.of_simulated_data() } else { figure })
}

/// How many people begin to count per week: over the last four weeks, or since the first of them
/// where that is less, or over all weeks where nobody came lately. `None` before anybody did.
pub fn people_per_week(
    panel: &Panel,
    sums: &PanelSums,
    outcome: &str,
    now: Timestamp,
) -> Option<f64> {
    let since_ever = sums.report(panel, outcome, Timestamp(i64::MIN / 2));
    let first = since_ever.next_end? - panel.window - Span::DAY;
    let lately = first.max(now - Span::days(28));
    let counted = sums.report(panel, outcome, lately + panel.window).running;
    let (people, from) = match counted {
        0 => (since_ever.running, first),
        counted => (counted, lately),
    };
    let weeks = (now.0 - from.0).max(Span::DAY.0) as f64 / Span::days(7).0 as f64;
    Some(people as f64 / weeks)
}

fn estimated(
    loaded: &Loaded,
    sums: &PanelSums,
    outcome: &str,
    now: Timestamp,
) -> (Leverage, PanelReport) {
    let programme = &loaded.programme;
    let definition = programme.outcomes.iter().find(|it| it.name == outcome);
    let found = match &programme.policy.panel {
        Some(panel) => sums.report(panel, outcome, now),
        None => PanelReport::default(),
    };
    let estimated = engine::leverage_report(loaded, sums, outcome, now);
    let (mut report, panel) = match (estimated, &programme.policy.panel) {
        (Some(report), Some(panel)) => (report, panel),
        (_, panel) => return (nothing(panel.is_some()), found),
    };
    report.cap = definition.and_then(|it| it.cap);
    if report.n == 0 {
        report.insufficient = Some(nobody_yet(panel, &found));
    }
    if panel.rule == panel::Rule::Replan {
        let text = "the panel replans: the leverage contains what other channels took over";
        report.warnings.push(text.to_owned());
    }
    (report, found)
}

/// The report that says why there is none.
fn nothing(has_panel: bool) -> Leverage {
    let mut report = measurement::leverage(&Question::new(&[], &[]));
    let reason = match has_panel {
        true => "the programme has no outcome; name the event that counts in outcomes.yaml",
        false => "the programme has no measurement panel; add `panel` to policy.yaml",
    };
    report.insufficient = Some(reason.to_owned());
    report
}

fn nobody_yet(panel: &Panel, found: &PanelReport) -> String {
    match found.next_end {
        Some(end) => format!(
            "{} people are being counted; the first windows of {} end at {end}",
            found.running, panel.window
        ),
        None => "nobody is being counted yet: counting starts with a person's first message in a \
                 panel channel"
            .to_owned(),
    }
}

fn finish(
    report: &Leverage,
    found: &PanelReport,
    outcome: &str,
    inside_minus_outside: Option<Estimate>,
) -> Value {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    if let Value::Object(keys) = &mut value {
        keys.insert("outcome".to_owned(), json!({"name": outcome}));
        keys.insert("inside_minus_outside".to_owned(), json!(inside_minus_outside));
        keys.insert("running".to_owned(), json!(found.running));
        keys.insert("next_end".to_owned(), json!(found.next_end.map(|it| it.to_string())));
    }
    value
}
