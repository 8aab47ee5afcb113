//! A person's place in a journey: (state, input, now) to (state, commands).
//!
//! Pure: the clock, chance and everything that a condition may look at are arguments, and nothing
//! here can fail. A [`Journey`] is what a marketer wrote; [`Journeys`] holds the compiled versions;
//! [`Runs`] is one person's state. Store the runs *before* carrying out the [`Command`]s: each
//! command carries a key or an id under which doing it twice can be recognised.

mod actions;
mod advance;
mod begin;
mod broadcast;
mod calendar;
mod call;
mod check;
mod command;
mod definition;
mod local;
mod merge;
mod moving;
mod planned;
mod post;
mod program;
mod runs;

pub use actions::MAX_TAGS;
pub use broadcast::{
    Approval, Broadcast, BroadcastAction, BroadcastState, LocalDateTime, Progress, Rate, SendAt,
    check_broadcast, transition,
};
pub use check::{
    MAX_ARMS, MAX_DATA, MAX_DEPTH, MAX_ENTRIES, MAX_EXITS, MAX_NAME_CHARS, MAX_ROUNDS, MAX_SPAN,
    MAX_STEPS, MAX_TEXT_CHARS, check, check_name, check_url,
};
pub use command::{Ask, Command, EndReason, Failure, Hook, Refusal, Task, TaskKind};
pub use definition::{
    Arm, DateTrigger, Datum, Entries, Every, Experiment, Goal, Journey, LeadStep, MessageStep,
    Node, OnTimeout, Reentry, Repeat, Schedule, SplitArm, Step, Tags, TaskStep, Trigger, Until,
    WebhookStep, Window,
};
pub use local::{LocalTime, Weekday};
pub use merge::Begun;
pub use moving::Move;
pub use post::{PostAt, PostSlot, SLOTS_MAX, ScheduledPost, check_post};
pub use program::Journeys;
pub use runs::{
    Input, MAX_ACTIVE, MAX_KEY_CHARS, MAX_PAST, MAX_STEPS_PER_CALL, MAX_WATCHED, Run, Runs, World,
};

#[cfg(test)]
mod tests;
