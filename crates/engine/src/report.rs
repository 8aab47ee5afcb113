//! The leverage report on the running system: its sums, put as the question that `measurement`
//! answers.

use crate::{Loaded, PanelSums};
use decision::panel::{self, Panel};
use measurement::{Cell, Leverage, Question, Sums};
use model::Timestamp;
use std::collections::BTreeMap;

/// Leverage for one outcome over everybody whose window has ended by `now`. `None` without a panel
/// or without such an outcome. People outside the panel have all channels on and count with the
/// all-on cell.
pub fn leverage_report(
    loaded: &Loaded,
    sums: &PanelSums,
    outcome: &str,
    now: Timestamp,
) -> Option<Leverage> {
    let rules = loaded.programme.policy.panel.as_ref()?;
    loaded.programme.outcomes.iter().find(|it| it.name == outcome)?;
    let found = sums.report(rules, outcome, now);
    let mut cells: BTreeMap<u32, Sums> = BTreeMap::new();
    for (cell, _, sums) in &found.cells {
        cells.entry(u32::from(*cell)).or_default().merge(sums);
    }
    let cells: Vec<Cell> = cells.into_iter().map(|(on, sums)| Cell { on, sums }).collect();
    let channels: Vec<String> = rules.channels.iter().map(|it| it.name().to_owned()).collect();
    let shares = declared_shares(rules);
    let cohorts = [cells];
    let question = Question {
        expected_shares: Some(&shares),
        design: Some(match rules.design {
            panel::Design::Factorial => measurement::Design::Factorial,
            panel::Design::Leverage => measurement::Design::Leverage,
            panel::Design::Pairs => measurement::Design::Pairs,
        }),
        ..Question::new(&channels, &cohorts)
    };
    let mut report = measurement::leverage(&question);
    if 0 < found.running {
        let next = found.next_end.map(|it| format!(", the next on {it}")).unwrap_or_default();
        report.warnings.push(format!("{} people are still in their window{next}", found.running));
    }
    Some(report)
}

/// The share of all people that each cell should have, the people outside with the all-on cell.
fn declared_shares(rules: &Panel) -> Vec<(u32, f64)> {
    let inside = rules.cells().into_iter().map(|(cell, share)| (cell, share * rules.share));
    let mut shares: BTreeMap<u32, f64> =
        inside.map(|(cell, share)| (u32::from(cell), share)).collect();
    *shares.entry(u32::from(rules.all_on())).or_default() += 1.0 - rules.share;
    shares.into_iter().collect()
}
