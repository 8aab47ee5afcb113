//! Reports in a standard form: delivery status (RFC 3464, 6533) and feedback (RFC 5965).

use crate::fields::{Fields, address_in};
use crate::mail::Mail;
use crate::status::{Status, class_of_words, refuses_the_sender};
use crate::{Action, Bounce, BounceClass, Complaint, Evidence, Feedback, Incoming};

/// How much of a server's words is kept: enough for the longest advice with its link.
const DETAIL_CHARS_MAX: usize = 300;

pub fn read(mail: &Mail<'_>) -> Option<Incoming> {
    if let Some(part) = mail.part(&["message/feedback-report"]) {
        return Some(feedback(mail, &part.text()));
    }
    let part = mail.part(&["message/delivery-status", "message/global-delivery-status"])?;
    Some(delivery_status(mail, &part.text()).map_or(Incoming::Other, Incoming::Bounce))
}

/// The words of a server on one line, cut to a bounded length.
pub fn one_line(text: &str) -> String {
    let words: String = text.split_whitespace().flat_map(|it| [it, " "]).collect();
    words.trim_end().chars().take(DETAIL_CHARS_MAX).collect()
}

/// One message of ours has one recipient. Where a report names several, the address stands for
/// several, and the mildest of what became of them says most about it.
fn delivery_status(mail: &Mail<'_>, text: &str) -> Option<Bounce> {
    let blocks = Fields::blocks(text);
    let is_recipient = |it: &&Fields| {
        ["final-recipient", "action", "status"].iter().any(|name| it.get(name).is_some())
    };
    let mut reached_somebody = false;
    let mut mildest: Option<Bounce> = None;
    for block in blocks.iter().filter(is_recipient) {
        match recipient(block) {
            Some(bounce) => {
                let order = |it: &Bounce| (it.action == Action::Failed, it.class);
                if mildest.as_ref().is_none_or(|it| order(&bounce) < order(it)) {
                    mildest = Some(bounce);
                }
            }
            None => reached_somebody = true,
        }
    }
    let mut bounce = mildest?;
    if reached_somebody {
        bounce.class = bounce.class.min(BounceClass::Soft);
    }
    bounce.original_message_id = mail.original_message_id();
    let failed = || mail.head.get("x-failed-recipients").and_then(address_in);
    let returned_to = || mail.returned_head().and_then(|it| it.get("to").and_then(address_in));
    bounce.recipient = bounce.recipient.or_else(failed).or_else(returned_to);
    Some(bounce)
}

/// One recipient's block; `None` if the message reached them.
fn recipient(block: &Fields) -> Option<Bounce> {
    let said = block.typed("diagnostic-code").unwrap_or_default();
    let stated = block.get("status").and_then(Status::find);
    let in_words = Status::find(said);
    let status = stated.filter(|it| !it.is_general()).or(in_words).or(stated);
    let action = match block.get("action").map(str::to_ascii_lowercase).as_deref() {
        Some("failed") => Action::Failed,
        Some("delayed") => Action::Delayed,
        Some("delivered" | "relayed" | "expanded") => return None,
        // Without a known action the status speaks.
        Some(_) | None => match status?.class {
            5 => Action::Failed,
            4 => Action::Delayed,
            _ => return None,
        },
    };
    let class = match action {
        Action::Delayed => BounceClass::Soft,
        Action::Failed => failed_class(stated, in_words, said),
    };
    let address = |name| block.typed(name).and_then(address_in);
    Some(Bounce {
        action,
        class,
        status: status.map(|it| it.to_string()),
        recipient: address("original-recipient").or_else(|| address("final-recipient")),
        original_message_id: None,
        detail: one_line(said),
        evidence: Evidence::Report,
    })
}

/// The status of the report and the one in the server's own words should agree; where they do not,
/// the milder counts. Where neither says anything in particular, the words do.
fn failed_class(stated: Option<Status>, in_words: Option<Status>, said: &str) -> BounceClass {
    let classes = [stated, in_words].into_iter().flatten().filter_map(Status::bounce_class);
    match classes.min() {
        Some(BounceClass::Hard) if refuses_the_sender(said) => BounceClass::Blocked,
        Some(class) => class,
        None => class_of_words(said),
    }
}

fn feedback(mail: &Mail<'_>, text: &str) -> Incoming {
    let fields = Fields::blocks(text).into_iter().next().unwrap_or_default();
    let feedback = match fields.get("feedback-type").map(str::to_ascii_lowercase).as_deref() {
        // The type is required; who forgets it sends a report because somebody complained.
        Some("abuse") | None => Feedback::Abuse,
        Some("fraud") => Feedback::Fraud,
        Some("opt-out" | "opt-out-list" | "unsubscribe") => Feedback::OptOut,
        Some("virus") => Feedback::Virus,
        Some("other") => Feedback::Other,
        // "This is not spam", failed authentication, and kinds that are yet to be invented.
        Some(_) => return Incoming::Other,
    };
    let stated = ["original-rcpt-to", "removal-recipient"];
    let stated = stated.iter().find_map(|name| fields.get(name).and_then(address_in));
    let returned_to = || mail.returned_head().and_then(|it| it.get("to").and_then(address_in));
    Incoming::Complaint(Complaint {
        feedback,
        recipient: stated.or_else(returned_to),
        original_message_id: mail.original_message_id(),
    })
}
