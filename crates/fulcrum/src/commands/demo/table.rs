//! The demo's result for people. Every heading says that it is simulated.

use measurement::Leverage;
use sim::MarketOptions;
use sim::demo::DemoResult;

use super::Mail;
use crate::commands::leverage::{drawing, wrapped};
use crate::commands::{decimals, grouped, shown};

/// Rows of the ledger: name, and what it means.
const LEDGER: [(&str, &str); 8] = [
    ("sent", "the provider took it"),
    ("suppressed", "the person, or the address, said no"),
    ("held out", "withheld at random, to know the channel's effect"),
    ("dropped", "expired, over a limit, or outranked"),
    ("merged", "became part of another message"),
    ("failed", "the provider refused it"),
    ("unknown", "the connection broke after the last byte"),
    ("pending", "not decided or not sent yet"),
];

pub fn table(result: &DemoResult, options: &MarketOptions, mail: &Mail) -> String {
    let mut text = format!(
        "SIMULATED: {} people over {} weeks, seed {}\n",
        grouped(result.people),
        options.weeks,
        options.seed
    );
    text += &ledger(result);
    text += &messages(result, mail);
    text += &leverage(result);
    text += &violations(result);
    text
}

fn heading(title: &str) -> String {
    format!("\nSIMULATED  {title}\n")
}

fn row(name: &str, number: impl TryInto<u64>, note: &str) -> String {
    let number = number.try_into().map_or_else(|_| "?".to_owned(), grouped);
    format!("  {name:<14}{number:>12}   {note}").trim_end().to_owned() + "\n"
}

fn ledger(result: &DemoResult) -> String {
    let it = &result.ledger;
    let counts = [
        it.sent,
        it.suppressed,
        it.held_out,
        it.dropped,
        it.merged,
        it.failed,
        it.unknown,
        it.pending,
    ];
    let mut text = heading("Ledger: what became of every message");
    for ((name, note), count) in LEDGER.iter().zip(counts) {
        text += &row(name, count, note);
    }
    let sum: i64 = counts.iter().sum();
    let verdict = if sum == it.candidates { "it adds up" } else { "IT DOES NOT ADD UP" };
    text += &format!("  {:<14}{:>12}\n", "", "────────────");
    text + &row("candidates", it.candidates, verdict)
}

fn messages(result: &DemoResult, mail: &Mail) -> String {
    let it = &result.messages;
    let mut text = heading("Messages: what the people noticed");
    text += &row("events", result.events, "what they did, all acknowledged");
    text += &row("accepted", it.accepted, "taken by a provider");
    text += &row("delivered", it.delivered, "");
    text += &row("opened", it.opened, "");
    text += &row("clicked", it.clicked, "");
    text += &row("e-mails", mail.arrived, "counted by the mail server on the other side");
    text + &row("", mail.sent, "counted by the ledger")
}

/// What was measured, with the truth beside it.
fn leverage(result: &DemoResult) -> String {
    let report = &result.leverage;
    let mut text = heading("Leverage: orders per person beyond the sum of each channel alone");
    if let Some(reason) = &report.insufficient {
        text += &wrapped(&format!("Not enough data: {reason}. Try more --people."), "  ");
    }
    let rows = rows(result);
    let ends = rows.iter().flat_map(|row| [row.low, row.high, Some(row.truth)]).flatten();
    let (mut least, mut most) = (0.0_f64, 0.0_f64);
    for end in ends {
        (least, most) = (least.min(end), most.max(end));
    }
    let places = decimals(report.leverage.se.unwrap_or(0.01));
    text += &format!(
        "  {:<22}{:>9}  {:^20} {:>9}   ● measured, ◆ true\n",
        "", "measured", "95 % interval", "true"
    );
    for row in &rows {
        let number = |it: Option<f64>| it.map_or_else(|| "–".to_owned(), |it| shown(it, places));
        let interval = match (row.low, row.high) {
            (Some(low), Some(high)) => {
                format!("{:>8} to {:<8}", shown(low, places), shown(high, places))
            }
            (_, _) => String::new(),
        };
        let line = format!(
            "  {:<22}{:>9}  {:^20} {:>9}   {}",
            row.name,
            number(row.measured),
            interval,
            shown(row.truth, places),
            row.drawing(least, most)
        );
        text += line.trim_end();
        text.push('\n');
    }
    text += &ratio(report, result.truth.leverage_ratio);
    for warning in &report.warnings {
        text += &wrapped(&format!("warning: {warning}"), "  ");
    }
    text
}

struct Row {
    name: String,
    measured: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    truth: f64,
}

impl Row {
    fn drawing(&self, least: f64, most: f64) -> String {
        let (Some(middle), Some(low), Some(high)) = (self.measured, self.low, self.high) else {
            return String::new();
        };
        let line = drawing(low, middle, high, least, most);
        // The same scale with an interval of one point says where the truth goes.
        let point = drawing(self.truth, self.truth, self.truth, least, most);
        let Some(at) = point.chars().position(|it| it == '●') else { return line };
        let mut line: Vec<char> = line.chars().collect();
        line.resize(line.len().max(at + 1), ' ');
        line[at] = '◆';
        line.into_iter().collect()
    }
}

fn rows(result: &DemoResult) -> Vec<Row> {
    let measured = &result.leverage.leverage;
    let mut rows = vec![Row {
        name: "leverage".to_owned(),
        measured: measured.estimate,
        low: measured.low,
        high: measured.high,
        truth: result.truth.leverage,
    }];
    for truth in &result.truth.interactions {
        let found = result.leverage.interactions.iter().find(|it| {
            it.channels.len() == truth.channels.len()
                && it.channels.iter().all(|name| truth.channels.contains(&name.as_str()))
        });
        let estimate = found.map(|it| it.estimate.clone()).unwrap_or_default();
        // The design that finds the leverage fastest does not tell pairs apart.
        if estimate.estimate.is_some() {
            rows.push(Row {
                name: truth.channels.join(" + "),
                measured: estimate.estimate,
                low: estimate.low,
                high: estimate.high,
                truth: truth.value,
            });
        }
    }
    rows
}

fn ratio(report: &Leverage, truth: f64) -> String {
    let truth = shown(truth, 1);
    let measured = match report.leverage_ratio.estimate {
        Some(ratio) => format!("measured {}", shown(ratio, 1)),
        None => "not measured with so few people".to_owned(),
    };
    format!("  Together they bring {truth} times the sum of the parts in truth; {measured}.\n")
}

fn violations(result: &DemoResult) -> String {
    let it = &result.violations;
    let mut text = heading("Broken promises, counted by the people and the mail server");
    for (name, count) in [
        ("duplicates", it.duplicates),
        ("limits", it.caps),
        ("quiet hours", it.quiet_hours),
        ("consent", it.consent),
        ("lost events", it.lost_events),
    ] {
        text += &row(name, count, "");
    }
    text
}
