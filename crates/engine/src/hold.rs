//! Why nothing goes out at the moment, if so.

use model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// After a restore, a long absence or a jump of the clock nothing leaves until somebody has seen
/// what would go and said `resume`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub since: Timestamp,
    pub reason: String,
}

impl Hold {
    /// Whether the time between the last commit and now calls for one.
    pub(crate) fn needed(last: Timestamp, now: Timestamp, away_max: Span) -> Option<Hold> {
        let whole = |span: Span| Span(span.0 - span.0 % Span::SECOND.0);
        let away = now - last;
        if away_max < away {
            let away = whole(away);
            let reason = format!("nothing was committed for {away}, since {last}");
            return Some(Hold { since: now, reason });
        }
        let back = last - now;
        if away_max < back {
            let back = whole(back);
            let reason = format!("the clock went back by {back}, from {last} to {now}");
            return Some(Hold { since: now, reason });
        }
        None
    }
}
