//! What does not agree within campaigns, in the form in which it is sent and printed.

use content::consistency::{self, Finding, Severity};
use model::ContentName;
use record::Programme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use utoipa::ToSchema;

/// Something to look at before it goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContentFinding {
    /// `problem`: somebody would get something wrong, or nothing. Else `hint`.
    pub severity: String,
    pub content: String,
    /// Such as `email`, `push`; empty where it is about the content as a whole.
    pub form: String,
    /// Empty: the document itself.
    pub locale: String,
    /// Of the file of that language; 0 where the place is not known.
    pub line: u64,
    pub message: String,
    pub hint: String,
}

/// Something that does not agree in what would be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedFinding {
    /// `journey/welcome`, `broadcast/sale`.
    pub campaign: String,
    /// Whether what runs does not have it.
    pub is_new: bool,
    pub finding: ContentFinding,
}

impl ContentFinding {
    pub fn is_problem(&self) -> bool {
        self.severity == PROBLEM
    }
}

const PROBLEM: &str = "problem";
const HINT: &str = "hint";

impl From<&Finding> for ContentFinding {
    fn from(it: &Finding) -> ContentFinding {
        let severity = match it.severity {
            Severity::Problem => PROBLEM,
            Severity::Hint => HINT,
        };
        ContentFinding {
            severity: severity.to_owned(),
            content: it.content.to_string(),
            form: it.form.clone(),
            locale: it.locale.clone(),
            line: it.line as u64,
            message: it.message.clone(),
            hint: it.hint.clone(),
        }
    }
}

impl fmt::Display for PlannedFinding {
    /// In the words of `fulcrum check`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let it = &self.finding;
        let words = Finding {
            severity: if it.is_problem() { Severity::Problem } else { Severity::Hint },
            content: ContentName::from(&*it.content),
            form: it.form.clone(),
            locale: it.locale.clone(),
            line: usize::try_from(it.line).unwrap_or_default(),
            message: it.message.clone(),
            hint: it.hint.clone(),
        };
        write!(f, "{}: {}: {words}", it.severity, self.campaign)
    }
}

/// Everything that does not agree in what `after` sends, and what of it `before` has as well. Nobody's
/// traits are looked at: it is what the files say by themselves.
pub fn planned_findings(before: &Programme, after: &Programme) -> Vec<PlannedFinding> {
    // A finding that moved down its file is the one that was there.
    let named = |campaign: &str, it: &Finding| {
        let place = (it.content.clone(), it.form.clone(), it.locale.clone());
        (campaign.to_owned(), it.severity, place, it.message.clone())
    };
    let mut known = BTreeSet::new();
    for campaign in before.campaigns(&[]) {
        let found = consistency::check(&campaign);
        known.extend(found.iter().map(|it| named(&campaign.name, it)));
    }
    let mut findings = Vec::new();
    for campaign in after.campaigns(&[]) {
        for it in consistency::check(&campaign) {
            findings.push(PlannedFinding {
                is_new: !known.contains(&named(&campaign.name, &it)),
                campaign: campaign.name.clone(),
                finding: ContentFinding::from(&it),
            });
        }
    }
    findings
}
