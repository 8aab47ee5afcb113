//! Plays: of templates, of what happened, and of one person step by step.

mod replaying;
mod scenarios;
mod ways;
