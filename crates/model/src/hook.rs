//! Calls of other systems: how a try ends, and which states a call passes through.

use crate::Span;
use serde::{Deserialize, Serialize};

/// How one try of a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookReply {
    /// The receiver took it: any status from 200 to 299.
    Answered { status: u16 },
    /// It may work another time.
    Later {
        detail: String,
        /// What the receiver asked for.
        retry_after: Option<Span>,
    },
    /// No other try can work, or the receiver wants none.
    Never { detail: String },
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum HookState {
    /// For its first try or a further one, or for an earlier call that goes before it.
    #[default]
    Waiting,
    Answered,
    /// No further try will be made by itself.
    GivenUp,
}

impl HookState {
    pub const ALL: [HookState; 3] = [HookState::Waiting, HookState::Answered, HookState::GivenUp];

    pub fn name(self) -> &'static str {
        match self {
            HookState::Waiting => "waiting",
            HookState::Answered => "answered",
            HookState::GivenUp => "given_up",
        }
    }

    pub fn parse(name: &str) -> Option<HookState> {
        HookState::ALL.into_iter().find(|it| it.name() == name)
    }
}
