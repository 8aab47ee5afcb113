//! A person's place in a journey: (state, input, now) to (state, commands).
//!
//! Pure: the clock, chance and everything that a condition may look at are arguments, and nothing
//! here can fail. A [`Journey`] is what a marketer wrote; [`Journeys`] holds the compiled versions;
//! [`Runs`] is one person's state. Store the runs *before* carrying out the [`Command`]s: each
//! command carries a key or an id under which doing it twice can be recognised.

mod advance;
mod broadcast;
mod check;
mod definition;
mod local;
mod merge;
mod program;
mod runs;

pub use broadcast::{
    Approval, Broadcast, BroadcastAction, BroadcastState, LocalDateTime, Progress, Rate, SendAt,
    check_broadcast, transition,
};
pub use check::{
    MAX_ARMS, MAX_DEPTH, MAX_EXITS, MAX_NAME_CHARS, MAX_SPAN, MAX_STEPS, check, check_name,
};
pub use definition::{
    Arm, Goal, Journey, MessageStep, Node, OnTimeout, Reentry, SplitArm, Step, Trigger, Until,
    Window,
};
pub use local::{LocalTime, Weekday};
pub use merge::Begun;
pub use program::Journeys;
pub use runs::{
    Ask, Command, EndReason, Input, MAX_ACTIVE, MAX_KEY_CHARS, MAX_PAST, MAX_STEPS_PER_CALL,
    MAX_WATCHED, Refusal, Run, Runs, World,
};

#[cfg(test)]
mod tests;
