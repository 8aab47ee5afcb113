//! Who gets what, where and when, or nothing: consent, caps, quiet hours, holdouts, arbitration.
//!
//! Pure: `now` and chance are arguments. How it is used, for one person at a time:
//! 1. A candidate is made: `contacts.arbitrate_at` becomes [`next_arbitration`].
//! 2. Then: [`arbitrate()`]; each [`Decided`] is applied to its message, and the returned
//!    [`Contacts`], which hold the reservations, are stored with them.
//! 3. A plan is due: [`recheck()`]. `Defer` moves the plan and its reservation; `End` releases it.
//! 4. `Go`: if the panel [withholds](panel::withholds) it, [`Contacts::withhold`]; otherwise
//!    [`Contacts::claim`] before it goes on the wire (and before the next recheck of this person),
//!    then `confirm`, `keep` or `release` by its answer. A retry keeps its slot.
//! 5. A wish, consent, address or policy changed: set `contacts.arbitrate_at` to now, so that what
//!    was deferred is looked at again. Unasked, it is found at step 3.
//!
//! Each stop has its reason and the numbers that led to it in the trail.

mod arbitrate;
mod consent;
mod consent_event;
mod contacts;
pub mod digest;
mod gates;
pub mod holdout;
pub mod learning;
pub mod panel;
mod policy;
mod quiet;
mod recheck;

pub use arbitrate::{
    CANDIDATES_MAX, Decided, Decision, PersonView, arbitrate, arbitrate_with, is_immediate,
    next_arbitration,
};
pub use consent::{
    ChannelPreference, ConsentState, Consents, PreferenceSummary, STATEMENTS_MAX, Statement,
    Suppression, WORDING_CHARS_MAX, Wishes,
};
pub use consent_event::{CONFIRM_WITHIN, CONSENT_EVENTS, Confirmation, received, statements_of};
pub use contacts::{Contacts, SLOTS_MAX, Slot, SlotKind};
pub use gates::PLAN_AHEAD_MAX;
pub use holdout::{Held, HeldFrom, Holdouts};
pub use learning::{Chooser, Learned, Learning};
pub use panel::{Assignment, Design, Panel, Rule};
pub use policy::{AT_MOST_MAX, CAPS_MAX, Cap, Policy};
pub use quiet::QuietHours;
pub use recheck::{Recheck, recheck, still_wanted};

#[cfg(test)]
mod tests;
