//! The forms that an export's rows take: who somebody is, a yes or no, a closed address.

use super::Tool;
use crate::Refusal;
use crate::event::refuse;
use model::{Rejection, Timestamp};
use serde_json::{Map, Value as Json, json};

/// Nothing that sends events is older, and no yes can be: what a yes without any date is dated.
pub(super) const EARLIEST: Timestamp = Timestamp::from_millis(631_152_000_000);

/// RFC 5321 allows no longer address.
const ADDRESS_BYTES_MAX: usize = 254;

/// An address that mail can be sent to, in the form in which it is known here.
pub(super) fn address(cell: &str) -> Result<String, Refusal> {
    let address = cell.trim().to_lowercase();
    let parts = address.split_once('@');
    let is_one = parts.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && host.contains('.')
    });
    let plain = !address.chars().any(|it| it.is_whitespace() || it.is_control());
    match is_one && plain && address.len() <= ADDRESS_BYTES_MAX {
        true => Ok(address),
        false if address.is_empty() => {
            refuse(Rejection::NoIdentity, "the row has no e-mail address")
        }
        false => refuse(Rejection::NoIdentity, "what stands for the e-mail address is none"),
    }
}

pub(super) fn identify(traits: Map<String, Json>, at: Timestamp) -> Json {
    json!({"type": "identify", "traits": traits, "timestamp": at.to_string()})
}

/// Something that happened to somebody.
pub(super) fn event(name: &str, email: &str, at: Timestamp, properties: Json) -> Json {
    json!({
        "type": "track",
        "event": name,
        "timestamp": at.to_string(),
        "properties": properties,
        "context": {"traits": {"email": email}},
    })
}

/// One yes, no, or request by e-mail, for one address.
pub(super) struct Said<'a> {
    pub tool: Tool,
    pub email: &'a str,
    /// None speaks for all topics.
    pub topic: Option<String>,
    pub at: Timestamp,
    /// Where the proof is.
    pub proof: String,
    /// In whose words, where the export shows no act of the person.
    pub vouched: Option<&'a str>,
}

impl Said<'_> {
    /// Dated no later than the export, and no earlier than a yes can be: what is outside took the
    /// time of its arrival, and would lift every no from before.
    pub fn yes(mut self, exported: Timestamp) -> Json {
        self.at = self.at.clamp(EARLIEST, exported.max(EARLIEST));
        self.statement("Consent Given")
    }

    pub fn request(self) -> Json {
        self.statement("Consent Requested")
    }

    pub fn no(self) -> Json {
        self.statement("Consent Withdrawn")
    }

    fn statement(self, name: &str) -> Json {
        let source = match self.vouched {
            Some(_) => format!("{}, by the team's word", self.tool.name()),
            None => self.tool.name().to_owned(),
        };
        let mut properties = json!({"channel": "email", "address": self.email, "source": source});
        let texts = [
            ("topic", self.topic.as_deref()),
            ("proof", Some(self.proof.as_str())),
            ("wording", self.vouched),
        ];
        for (name, text) in texts {
            if let Some(text) = text.filter(|it| !it.is_empty()) {
                properties[name] = Json::from(text);
            }
        }
        event(name, self.email, self.at, properties)
    }
}

/// The event with the address that it closes, and why: `bounced`, `complained` or `blocked`.
pub(super) fn closing(mut event: Json, address: &str, reason: &str) -> Json {
    event["suppress"] = json!({"address": address, "reason": reason});
    event
}

/// First and last name of one that was written as a whole; the first word and the rest.
pub(super) fn put_name(traits: &mut Map<String, Json>, name: &str) {
    let name = name.trim();
    if name.is_empty() || name.contains('@') {
        return;
    }
    put(traits, "name", name);
    if let Some((first, last)) = name.split_once(' ') {
        put(traits, "first_name", first);
        put(traits, "last_name", last.trim());
    } else {
        put(traits, "first_name", name);
    }
}

/// A trait, unless it is empty.
pub(super) fn put(traits: &mut Map<String, Json>, name: &str, text: &str) {
    if !text.trim().is_empty() {
        traits.insert(name.to_owned(), Json::from(text.trim()));
    }
}

/// A number as a number, and the rest as text: `007` and `+31…` stay as they are written.
pub(super) fn put_value(traits: &mut Map<String, Json>, name: &str, text: &str) {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number.to_string() == text => {
            traits.insert(name.to_owned(), json!(number));
        }
        _ => put(traits, name, text),
    }
}

/// Texts that stand in a list.
pub(super) fn put_list(traits: &mut Map<String, Json>, name: &str, texts: Vec<String>) {
    let texts: Vec<String> = texts.into_iter().filter(|it| !it.is_empty()).collect();
    if !texts.is_empty() {
        traits.insert(name.to_owned(), json!(texts));
    }
}
