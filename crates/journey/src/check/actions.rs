//! What can be malformed in steps that do something beside messages, and in loops.

use super::{Check, at, check_bounded, check_name};
use crate::definition::{Datum, LeadStep, Repeat, Tags, TaskStep, WebhookStep};
use model::Problem;
use std::collections::BTreeSet;

/// Rounds of a loop, multiplied with those of the loops around it: enough for a reminder each day for
/// years, and an end that can be foreseen.
pub const MAX_ROUNDS: u64 = 1_000;

/// Values that a webhook sends along.
pub const MAX_DATA: usize = 50;

/// Characters of a task's title, a note or an address: they are read in lists.
pub const MAX_TEXT_CHARS: usize = 1_000;

impl Check {
    pub(super) fn tags(&mut self, it: &Tags, place: &str) {
        let all: Vec<&String> = it.add.iter().chain(&it.remove).collect();
        if all.is_empty() {
            self.problem(place, "no tag is added or removed", "write {add: [vip]}");
        }
        if all.iter().collect::<BTreeSet<_>>().len() < all.len() {
            self.problem(place, "a tag is there twice", "add or remove each tag once");
        }
        for tag in all {
            self.add(place, check_name("the tag", tag));
        }
    }

    pub(super) fn repeat(&mut self, it: &Repeat, address: &str, depth: usize) -> bool {
        let place = at(address);
        if it.steps.is_empty() {
            self.problem(&place, "there is nothing to repeat", "add steps");
        }
        let around = self.rounds;
        self.rounds = around.saturating_mul(u64::from(it.times));
        if !(1..=MAX_ROUNDS).contains(&self.rounds) {
            let text = format!("it goes round {} times, with the loops around it", self.rounds);
            self.problem(&place, &text, &format!("write 1 to {MAX_ROUNDS} in all"));
        }
        let mut passable = true;
        if !self.is_too_deep(&place, depth) {
            passable = self.steps(&it.steps, &format!("{address}.round."), depth + 1);
        }
        self.rounds = around;
        passable || it.condition.is_some()
    }

    pub(super) fn webhook(&mut self, it: &WebhookStep, place: &str) {
        self.add(place, check_url(&it.url));
        if MAX_DATA < it.data.len() {
            let text = format!("it sends more than {MAX_DATA} values along");
            self.problem(place, &text, "send fewer; the receiver may ask for the rest");
        }
        for (name, datum) in &it.data {
            self.add(place, check_name("a value", name));
            if let Datum::Trait(path) | Datum::Property(path) = datum
                && path.trim().is_empty()
            {
                let text = format!("`{name}` does not say where it is taken from");
                self.problem(place, &text, "name a trait or a property");
            }
        }
    }

    pub(super) fn task(&mut self, it: &TaskStep, place: &str) {
        self.add(place, check_text("the title", &it.title));
        self.add(place, check_name("whose task it is", &it.to));
        if !it.note.is_empty() {
            self.add(place, check_text("the note", &it.note));
        }
        if let Some(due) = it.due {
            self.add(place, check_bounded("`due`", due));
        }
    }

    pub(super) fn lead(&mut self, it: &LeadStep, place: &str) {
        self.add(place, check_text("the note", &it.note));
        self.add(place, check_name("the trait of the owner", &it.owner));
    }
}

fn check_text(what: &str, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(format!("{what} is empty")).hint("say what is to be done"));
    }
    match text.chars().count() <= MAX_TEXT_CHARS {
        true => Ok(()),
        false => Err(Problem::new(format!("{what} is longer than {MAX_TEXT_CHARS} characters"))
            .hint("shorten it")),
    }
}

/// Only the shape: whether it may be called is decided where it is called.
pub fn check_url(url: &str) -> Result<(), Problem> {
    let fail = |text: &str| {
        Err(Problem::new(format!("{text} in the url of the webhook"))
            .hint("write it like https://crm.example/hooks/fulcrum"))
    };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return fail("there is no https:// or http://") };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return fail("there is no host");
    }
    if host.contains('@') {
        return fail("there is a name or password");
    }
    if url.chars().any(|it| it.is_whitespace() || it.is_control()) || MAX_TEXT_CHARS < url.len() {
        return fail("there is a space or a control character, or more than 1,000 characters,");
    }
    Ok(())
}
