//! The `Message-ID` of our mails: names the message, and cannot be made up by others.

use crate::Keys;
use model::{Message, MessageId};

/// The same for every try, and not to be guessed: a bounce that names it is about this message.
/// Without angle brackets.
pub fn mail_id(keys: &Keys, message: &Message, from: &str) -> String {
    let domain = from.rsplit_once('@').map_or("localhost", |it| it.1);
    format!("{}.{:016x}@{domain}", message.id, proof(keys, message))
}

/// Which message an id claims to be, from the form with or without angle brackets. Only
/// [`is_mail_id`] says whether it is true.
pub fn claimed_message(mail_id: &str) -> Option<MessageId> {
    let local = mail_id.trim().trim_matches(['<', '>']).split('@').next()?;
    local.split_once('.')?.0.parse().ok()
}

/// Whether `mail_id` was made by us for this message.
pub fn is_mail_id(keys: &Keys, message: &Message, mail_id: &str) -> bool {
    let local = mail_id.trim().trim_matches(['<', '>']).split('@').next().unwrap_or_default();
    local == format!("{}.{:016x}", message.id, proof(keys, message))
}

fn proof(keys: &Keys, message: &Message) -> u64 {
    keys.chance.draw(&[b"message-id", message.key.as_bytes()]).bits()
}
