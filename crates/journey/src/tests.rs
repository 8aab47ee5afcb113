//! Text in, text out: journeys in a small notation, scripts of inputs, and the commands they cause.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod broadcasts;
mod checks;
mod doing;
mod notation;
mod properties;
mod reference;
mod scenarios;
mod timed;
mod windows;
mod written;
