//! What is asked of a server. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use port::MAIL_BYTES_MAX;
use std::fmt::Write;

/// Marks what was read and stays. Servers that keep no words of ours have `\Seen` for it.
pub const READ_MARK: &str = "$FulcrumRead";

pub fn select(folder: &str) -> String {
    format!("SELECT {}", quoted(folder))
}

pub fn create(folder: &str) -> String {
    format!("CREATE {}", quoted(folder))
}

/// For who has no better way. None if it cannot be said: quoted text is ASCII.
pub fn login(user: &str, password: &str) -> Option<String> {
    let fits = |it: &str| it.bytes().all(|it| (b' '..0x7f).contains(&it));
    (fits(user) && fits(password)).then(|| format!("LOGIN {} {}", quoted(user), quoted(password)))
}

/// The answer to the server's invitation after `AUTHENTICATE PLAIN` (RFC 4616).
pub fn plain(user: &str, password: &str) -> String {
    STANDARD.encode(format!("\0{user}\0{password}"))
}

/// All that was neither put away nor left.
pub fn search(has_marks: bool) -> String {
    match has_marks {
        true => format!("UID SEARCH UNDELETED UNKEYWORD {READ_MARK}"),
        false => "UID SEARCH UNDELETED UNSEEN".to_owned(),
    }
}

/// The beginning of a mail, without marking it as seen.
pub fn fetch(uid: u32) -> String {
    format!("UID FETCH {uid} (UID BODY.PEEK[]<0.{MAIL_BYTES_MAX}>)")
}

pub fn mark(uids: &[u32], has_marks: bool) -> String {
    let mark = if has_marks { READ_MARK } else { "\\Seen" };
    format!("UID STORE {} +FLAGS.SILENT ({mark})", set(uids))
}

pub fn delete(uids: &[u32]) -> String {
    format!("UID STORE {} +FLAGS.SILENT (\\Deleted)", set(uids))
}

pub fn move_to(uids: &[u32], folder: &str) -> String {
    format!("UID MOVE {} {}", set(uids), quoted(folder))
}

pub fn copy(uids: &[u32], folder: &str) -> String {
    format!("UID COPY {} {}", set(uids), quoted(folder))
}

/// Of these alone (RFC 4315): what somebody else has marked as deleted is not ours to take out.
pub fn expunge(uids: &[u32]) -> String {
    format!("UID EXPUNGE {}", set(uids))
}

fn set(uids: &[u32]) -> String {
    let mut text = String::new();
    for uid in uids {
        let comma = if text.is_empty() { "" } else { "," };
        write!(text, "{comma}{uid}").expect("a string grows");
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
