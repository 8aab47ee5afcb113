//! From the panel's sums to the leverage report, as the API, the command line and the demo show it.

use decision::{Panel, panel};
use engine::{Loaded, PanelReport, PanelSums};
use measurement::{Cell, Estimate, Question, Sums};
use model::Timestamp;
use serde_json::{Value, json};

/// The keys of `fulcrum leverage --format json`, how far the windows are, and the standing
/// comparison of the people inside the panel with those outside.
pub fn report(loaded: &Loaded, sums: &PanelSums, outcome: &str, now: Timestamp) -> Value {
    let programme = &loaded.programme;
    let definition = programme.outcomes.iter().find(|it| it.name == outcome);
    let found = match &programme.policy.panel {
        Some(panel) => sums.report(panel, outcome, now),
        None => PanelReport::default(),
    };
    let estimated = engine::leverage_report(loaded, sums, outcome, now);
    let (mut report, panel) = match (estimated, &programme.policy.panel) {
        (Some(report), Some(panel)) => (report, panel),
        (_, panel) => return nothing(&found, outcome, panel.is_some()),
    };
    report.cap = definition.and_then(|it| it.cap);
    if report.n == 0 {
        report.insufficient = Some(nobody_yet(panel, &found));
    }
    if panel.rule == panel::Rule::Replan {
        let text = "the panel replans: the leverage contains what other channels took over";
        report.warnings.push(text.to_owned());
    }
    let difference = inside_minus_outside(panel, &found, report.confidence);
    finish(&report, &found, outcome, difference)
}

/// The report that says why there is none.
fn nothing(found: &PanelReport, outcome: &str, has_panel: bool) -> Value {
    let mut report = measurement::leverage(&Question::new(&[], &[]));
    let reason = match has_panel {
        true => "the programme has no outcome; name the event that counts in outcomes.yaml",
        false => "the programme has no measurement panel; add `panel` to policy.yaml",
    };
    report.insufficient = Some(reason.to_owned());
    finish(&report, found, outcome, None)
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

/// Two groups with all channels on, which chance alone tells apart. Absent while one of them is
/// too small to vary.
fn inside_minus_outside(panel: &Panel, found: &PanelReport, confidence: f64) -> Option<Estimate> {
    let (mut within, mut outside) = (Sums::default(), Sums::default());
    for (_, inside, sums) in found.cells.iter().filter(|it| it.0 == panel.all_on()) {
        if *inside { within.merge(sums) } else { outside.merge(sums) }
    }
    if within.variance()? + outside.variance()? <= 0.0 {
        return None;
    }
    // The value of a single channel is the difference of two cells, with its interval.
    let cells = vec![Cell { on: 0, sums: outside }, Cell { on: 1, sums: within }];
    let (channels, cohorts) = (["inside".to_owned(), "none".to_owned()], [cells]);
    let question = Question { confidence, ..Question::new(&channels, &cohorts) };
    measurement::leverage(&question).values.into_iter().next().map(|it| it.estimate)
}

fn finish(
    report: &measurement::Leverage,
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
