//! The effects on the scale of log odds, for people.

use measurement::{Estimate, LogOdds, LogOddsReport};

use super::section;

/// With more channels only single ones and pairs are listed; all are in the JSON.
const ALL_SETS_MAX: usize = 3;

/// What stands under the tables on the scale of people.
pub(super) fn table(report: &LogOddsReport, percent: &str) -> String {
    let single = |it: &&measurement::LogOddsEffect| it.channels.len() == 1;
    let channels = report.interactions.iter().filter(single).count();
    let most = if channels <= ALL_SETS_MAX { channels } else { 2 };
    let shown = report.interactions.iter().filter(|it| it.channels.len() <= most);
    let mut rows: Vec<_> =
        shown.map(|it| (it.channels.join(" + "), estimate(&it.log_odds), it.log_odds.p)).collect();
    rows.push(("leverage".to_owned(), estimate(&report.leverage), report.leverage.p));
    section("In log odds: a set adds", percent, &rows, true)
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
