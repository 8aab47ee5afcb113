//! `identity.yaml`: which identifiers count, how many of each one person has, and for how long a
//! merge can be undone.

use super::IdentityDefinition;
use super::forms::Length;
use super::place::position;
use ::identity::{Blocklist, Limits, PLACEHOLDER_BYTES_MAX, Rules};
use model::{Problem, Span};
use serde::Deserialize;
use serde_saphyr::Spanned;
use std::collections::BTreeSet;

/// More of one kind fill the 16 KB of a person's record, and nobody has so many.
const LIMIT_MAX: u32 = 200;

/// Longer than a year, what people did since a merge is kept for statistics and not for mistakes.
const UNDO_WITHIN_MAX: Span = Span::days(366);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityForm {
    #[serde(default)]
    pub limits: LimitsForm,
    /// Values that are nobody's, beside those that are known to be.
    #[serde(default)]
    pub block: BlockForm,
    /// Values of the list that are somebody's after all.
    #[serde(default)]
    pub allow: BlockForm,
    #[serde(default)]
    pub undo_within: Option<Spanned<Length>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsForm {
    email: Option<Spanned<u32>>,
    phone: Option<Spanned<u32>>,
    handle: Option<Spanned<u32>>,
    device_token: Option<Spanned<u32>>,
    anonymous_id: Option<Spanned<u32>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct BlockForm {
    values: Vec<Spanned<String>>,
    mailboxes: Vec<Spanned<String>>,
}

/// The rules as they hold, and what is wrong with the file, each at its place.
pub fn definition(form: IdentityForm) -> (IdentityDefinition, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut blocklist = Blocklist::default();
    let limits = limits(form.limits, &mut problems);
    add(&mut blocklist.values, form.block.values, &mut problems, value);
    add(&mut blocklist.mailboxes, form.block.mailboxes, &mut problems, mailbox);
    take(&mut blocklist.values, form.allow.values, &mut problems, value);
    take(&mut blocklist.mailboxes, form.allow.mailboxes, &mut problems, mailbox);
    let standard = IdentityDefinition::default();
    let mut undo_within = standard.undo_within;
    if let Some(written) = form.undo_within {
        undo_within = written.value.0;
        if undo_within < Span::ZERO || UNDO_WITHIN_MAX < undo_within {
            let text = format!("a merge cannot be kept undoable for {undo_within}");
            let hint = "0s to 366d; what people did since is kept for so long";
            problems.push(at(&written, Problem::new(text).hint(hint)));
        }
    }
    (IdentityDefinition { rules: Rules { limits, blocklist }, undo_within }, problems)
}

fn limits(form: LimitsForm, problems: &mut Vec<Problem>) -> Limits {
    let mut limits = Limits::default();
    let LimitsForm { email, phone, handle, device_token, anonymous_id } = form;
    let mut set = |limit: &mut u32, kind: &str, written: Option<Spanned<u32>>| {
        let Some(written) = written else { return };
        *limit = written.value;
        if !(1..=LIMIT_MAX).contains(limit) {
            let text = format!("a person cannot have {limit} of kind {kind}");
            let hint = format!("1 to {LIMIT_MAX}");
            problems.push(at(&written, Problem::new(text).hint(hint)));
        }
    };
    set(&mut limits.email, "email", email);
    set(&mut limits.phone, "phone", phone);
    set(&mut limits.handle, "handle", handle);
    set(&mut limits.device_token, "device_token", device_token);
    set(&mut limits.anonymous_id, "anonymous_id", anonymous_id);
    limits
}

fn add(
    list: &mut BTreeSet<String>,
    words: Vec<Spanned<String>>,
    problems: &mut Vec<Problem>,
    read: fn(&str) -> Result<String, Problem>,
) {
    for written in words {
        match read(&written.value) {
            Ok(word) => drop(list.insert(word)),
            Err(problem) => problems.push(at(&written, problem)),
        }
    }
}

fn take(
    list: &mut BTreeSet<String>,
    words: Vec<Spanned<String>>,
    problems: &mut Vec<Problem>,
    read: fn(&str) -> Result<String, Problem>,
) {
    for written in words {
        match read(&written.value) {
            Ok(word) if list.remove(&word) => {}
            Ok(word) => {
                let text = format!("`{word}` is not on the list of placeholders");
                let hint = "take the line out; docs/identity.md has the list";
                problems.push(at(&written, Problem::new(text).hint(hint)));
            }
            Err(problem) => problems.push(at(&written, problem)),
        }
    }
}

/// Compared without regard to case.
fn value(word: &str) -> Result<String, Problem> {
    let word = word.trim().to_lowercase();
    match word.len() {
        0 => Err(Problem::new("an empty value")
            .hint("nothing but zeros and separators is nobody's anyhow")),
        length if PLACEHOLDER_BYTES_MAX < length => {
            let text = format!("a placeholder of {length} bytes is never compared");
            Err(Problem::new(text).hint(format!("at most {PLACEHOLDER_BYTES_MAX}")))
        }
        _ => Ok(word),
    }
}

/// What stands before the `@`, which may be written too.
fn mailbox(word: &str) -> Result<String, Problem> {
    let word = value(word)?;
    let local = word.strip_suffix('@').unwrap_or(&word);
    if local.is_empty() || local.contains('@') {
        let text = format!("`{word}` is not the part of an address before the `@`");
        return Err(Problem::new(text).hint("a whole address belongs in `values`"));
    }
    Ok(local.to_owned())
}

fn at<T>(written: &Spanned<T>, problem: Problem) -> Problem {
    let (line, column) = position(written);
    problem.at(line, column)
}
