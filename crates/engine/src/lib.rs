//! Carries out what the cores decide: batches, transactions, queues; no rule of its own.
//!
//! [`Engine::turn`] is the loop's body: it takes what waits now (answers of providers, urgent
//! wishes, log records, persons whose time has come, messages whose time has come), runs the cores
//! over it in memory, stores everything in one commit, and only then hands out what may be sent.
//! [`run`] calls it with a [`Clock`] and a [`Dispatch`]; the simulated market and the server use
//! this same loop.

mod accounts;
mod announce;
mod answers;
mod apart;
mod batch;
mod broadcast;
mod calls;
mod claim;
mod contact;
mod decisions;
mod digest;
mod draft;
mod engine;
mod erase;
mod error;
mod experiments;
mod fact_source;
mod facts;
mod feedback;
mod filing;
mod filler;
mod filling;
mod form_tallies;
mod growth;
mod heard;
mod hold;
mod holdouts;
mod host;
mod inbox;
mod journal;
mod learn;
mod loaded;
mod mail_id;
mod measure;
mod memory;
mod merge;
mod moves;
mod ordered;
mod outside;
mod pacing;
mod pauses;
mod plan;
mod posts;
mod preview;
mod rehearsal;
mod report;
mod requests;
mod restored;
mod runner;
mod runs;
mod settings;
mod status;
mod steps;
mod sweep;
mod syncs;
mod undo;
mod waves;

pub use accounts::{AccountStatus, Holds, Trouble};
pub use answers::{AnswerCounts, AnswerWord, ChannelDay, LastAnswer, OTHERS, channel_day};
pub use broadcast::{Preview, fingerprint as fingerprint_of_broadcast, fingerprint_of};
pub use contact::addresses;
pub use decisions::{Day, day, days};
pub use draft::{Draft, Fate};
pub use engine::{Engine, Parts, Turn, Urgent, UrgentWork, next_message};
pub use erase::{Erasure, NOBODY, fingerprint};
pub use error::EngineError;
pub use experiments::{ArmReport, ExperimentReport};
pub use fact_source::{FactRead, FactSource, Facts, Once, Whose};
pub use facts::explain_audience;
pub use filing::{Filed, file, file_parted, pin_entry, pins, redirects, trim_point, unpin_entry};
pub use filler::Filler;
pub use filling::{FillChunk, FillOrder, Filling, Fillings, fill};
pub use form_tallies::{FormTally, OWN_SOURCE};
pub use growth::{AudienceDay, growth};
pub use hold::Hold;
pub use holdouts::{Group, HoldoutReport, HoldoutSums};
pub use host::{Handle, Host, Outlets, Wire};
pub use inbox::may_be_shown;
pub use journal::Restored;
pub use learn::latest_policy;
pub use loaded::Loaded;
pub use mail_id::{claimed_message, is_mail_id, mail_id};
pub use measure::{PanelReport, PanelSums, is_measured};
pub use merge::everybody_in;
pub use moves::{MovePlan, MoveStatus, moves_of};
pub use ordered::{direct_content, ordered_key};
pub use outside::{HOOK_BYTES_MAX, TaskRecord, TaskState};
pub use pacing::BrakeStatus;
pub use pauses::Paused;
pub use plan::{AudienceEffect, BroadcastEffect, CapsEffect, JourneyEffect, Moves, PanelEffect};
pub use plan::{ProgrammePlan, applied_by, earlier_texts, plan_id, running_files, text_id};
pub use posts::{
    PostAsk, PostHeard, PostJob, PostQuestion, PostStatus, carry_out, rendered as rendered_post,
};
pub use preview::{AudiencePreview, Estimate, PreviewStep, Share, Tried, preview_audience, share};
pub use rehearsal::{Rehearsal, rehearse};
pub use report::leverage_report;
pub use requests::LINK_LASTS;
pub use runner::{Clock, Dispatch, Inline, run, run_until_quiet};
pub use settings::{EngineSettings, Keys};
pub use status::{BroadcastStatus, JourneyTally, Place, Stats, Status, Tallies, Wave};
pub use steps::{JourneyCounts, JourneySteps, StepCounts};
pub use sweep::{SETTLES_AFTER, Swept, sweep};
pub use syncs::SyncStatus;
pub use undo::{UndoPlan, undo_refusal, undo_until};

#[cfg(test)]
mod tests;
