//! The leverage report on the running system: its sums, put as the question that `measurement`
//! answers.

use crate::{Loaded, PanelReport, PanelSums};
use decision::panel::{self, Came, Panel};
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
    let cohorts: Vec<Vec<Cell>> = found.cohorts.values().map(|it| by_cell(it)).collect();
    let channels: Vec<String> = rules.channels.iter().map(|it| it.name().to_owned()).collect();
    let shares = declared_shares(loaded, &found);
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

fn by_cell(cells: &[(u16, bool, Sums)]) -> Vec<Cell> {
    let mut by_cell: BTreeMap<u32, Sums> = BTreeMap::new();
    for (cell, _, sums) in cells {
        by_cell.entry(u32::from(*cell)).or_default().merge(sums);
    }
    by_cell.into_iter().map(|(on, sums)| Cell { on, sums }).collect()
}

/// The share that each cell should have of the people counted: each cohort's own shares by its
/// number of people. Whoever was raised came inside, so nobody outside stands beside them.
fn declared_shares(loaded: &Loaded, found: &PanelReport) -> Vec<(u32, f64)> {
    let mut shares: BTreeMap<u32, f64> = BTreeMap::new();
    let all: u64 = found.cohorts.values().flatten().map(|(_, _, sums)| sums.n).sum();
    let inside = loaded.programme.policy.panel.as_ref().map(Panel::cells).unwrap_or_default();
    for (cohort, cells) in &found.cohorts {
        let people: u64 = cells.iter().map(|(_, _, sums)| sums.n).sum();
        let weight = people as f64 / (all as f64).max(1.0);
        let own = match cohort.came {
            Came::Raised => Some(&inside),
            Came::New | Came::Before => loaded.panel_shares.get(&cohort.shares),
        };
        for (cell, share) in own.into_iter().flatten() {
            *shares.entry(u32::from(*cell)).or_default() += share * weight;
        }
    }
    shares.into_iter().collect()
}
