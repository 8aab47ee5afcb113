//! What came of the forms that visitors fill in: counted as their facts pass, and kept with the state.

use crate::Engine;
use model::{Timestamp, Value};
use record::Fact;
use serde::{Deserialize, Serialize};

/// The source of what happens on our own pages; no other has this id.
pub const OWN_SOURCE: &str = "fulcrum";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormTally {
    /// How often it was filled in.
    pub submitted: u64,
    /// How often with a yes that waits for its confirmation.
    pub asked: u64,
    /// Of how many of those the mailed link was used.
    pub confirmed: u64,
    pub last: Timestamp,
}

impl Engine {
    /// What a fact of our own pages says of a form.
    pub(crate) fn count_form(&mut self, fact: &Fact) {
        let event = &fact.event;
        if event.source.as_str() != OWN_SOURCE {
            return;
        }
        let text = |name: &str| event.properties.get(name).and_then(Value::as_text);
        match event.name() {
            "Form Submitted" => {
                let name = text("form").unwrap_or_default();
                if !self.loaded.programme.forms.contains_key(name) {
                    return;
                }
                let tally = self.tallies.forms.entry(name.to_owned()).or_default();
                tally.submitted += 1;
                tally.asked += u64::from(text("consent") == Some("asked"));
                tally.last = tally.last.max(event.received);
            }
            // Only the server says whom a fact is about by itself.
            "Consent Confirmed" if fact.person.is_some() => {
                let Some(Value::List(names)) = event.properties.get("forms") else { return };
                for name in names.iter().filter_map(Value::as_text) {
                    if let Some(tally) = self.tallies.forms.get_mut(name) {
                        // One link may stand for several times that somebody asked, and not the reverse.
                        tally.confirmed = tally.asked.min(tally.confirmed + 1);
                    }
                }
            }
            _ => {}
        }
    }
}
