//! What can be malformed around the steps: the trigger and the settings.

use super::{Check, MAX_EXITS, MAX_SPAN, check_bounded};
use crate::definition::{DateTrigger, Every, Journey, Reentry, Schedule, Trigger};
use model::Span;
use std::collections::BTreeSet;

/// How often a person may begin a journey in its window. Each start is kept for so long.
pub const MAX_ENTRIES: u32 = 100;

/// The furthest from a day that comes each year: it would be told apart from the next one no more.
const MAX_YEARLY_OFFSET: Span = Span::days(365);

impl Check {
    pub(super) fn settings(&mut self, journey: &Journey) {
        self.trigger(&journey.trigger);
        if let Some(key) = &journey.key {
            if key.trim().is_empty() {
                self.problem("key", "the path is empty", "name a property, such as `cart_id`");
            }
            if !journey.trigger.has_event() {
                let text = "only the triggers `event`, `conversation` and `api` have properties to \
                            take a key from";
                self.problem("key", text, "leave the key out, or trigger by an event");
            }
        }
        if let Reentry::After(span) = journey.reentry {
            self.add("reentry", check_bounded("the span", span));
        }
        if let Some(entries) = journey.entries {
            if !(1..=MAX_ENTRIES).contains(&entries.at_most) {
                let text = format!("`at_most` is {}", entries.at_most);
                self.problem("entries", &text, &format!("write 1 to {MAX_ENTRIES}"));
            }
            self.add("entries", check_bounded("`per`", entries.per));
        }
        self.add("late", check_bounded("the span", journey.late));
        if let Some(goal) = &journey.goal {
            if goal.event.trim().is_empty() {
                self.problem("goal", "the event has no name", "name the event that is a success");
            }
            if let Some(within) = goal.within {
                self.add("goal", check_bounded("`within`", within));
            }
            if goal.value.as_ref().is_some_and(|it| it.trim().is_empty()) {
                let hint = "name the property that holds it, or leave it out";
                self.problem("goal", "the path of the value is empty", hint);
            }
        }
        if MAX_EXITS < journey.exit.len() {
            let text = format!("there are more than {MAX_EXITS} criteria");
            self.problem("exit", &text, "join some with `or`");
        }
    }

    fn trigger(&mut self, trigger: &Trigger) {
        let (what, name) = match trigger {
            Trigger::Event { name, .. } => ("the event", name),
            Trigger::Entered { audience } | Trigger::Left { audience } => {
                ("the audience", audience)
            }
            Trigger::Date(it) => {
                self.date(it);
                ("the trait", &it.name)
            }
            Trigger::Schedule(it) => {
                self.schedule(it);
                ("the audience", &it.audience)
            }
            Trigger::Called | Trigger::Conversation { .. } => return,
        };
        // Events are named by whoever sends them, so that a slash is fine there.
        if name.trim().is_empty() {
            self.problem("trigger", &format!("{what} has no name"), "name what begins a run");
        }
    }

    fn date(&mut self, it: &DateTrigger) {
        let far = it.offset.0.unsigned_abs();
        if MAX_SPAN.0.unsigned_abs() < far {
            self.problem("trigger", "the offset is longer than ten years", "shorten it");
        } else if it.yearly && MAX_YEARLY_OFFSET.0.unsigned_abs() < far {
            let text = "the offset from a day that comes each year is longer than a year";
            self.problem("trigger", text, "shorten it");
        }
        if it.at.is_some() && it.offset.0 % Span::DAY.0 != 0 {
            let hint = "write whole days, such as -7d, or leave `at` out";
            self.problem("trigger", "with `at`, the offset must be whole days", hint);
        }
    }

    fn schedule(&mut self, it: &Schedule) {
        match &it.every {
            Every::Day => {}
            Every::Week(days) => {
                self.days(days.iter().collect::<BTreeSet<_>>().len(), days.len(), "[mon, thu]");
            }
            Every::Month(days) => {
                self.days(days.iter().collect::<BTreeSet<_>>().len(), days.len(), "[1, 15]");
                if days.iter().any(|it| !(1..=31).contains(it)) {
                    let hint = "write days from 1 to 31; 31 is the last one of each month";
                    self.problem("trigger", "a month has no such day", hint);
                }
            }
        }
    }

    fn days(&mut self, different: usize, all: usize, example: &str) {
        if all == 0 {
            let hint = format!("write `on: {example}`");
            self.problem("trigger", "it is not said on which days", &hint);
        }
        if different < all {
            self.problem("trigger", "a day is there twice", "list each day once");
        }
    }
}
