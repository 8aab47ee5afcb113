//! A plan of a programme in the form in which it is sent and printed.

use crate::findings::PlannedFinding;
use engine::PanelEffect as Panel;
use record::programme::{FieldChange, Tree, What, flow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What applying a programme would do. Nothing is changed by asking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProgrammePlan {
    /// Names these files over the programme that runs now. To apply gives it back.
    pub id: String,
    /// The version that runs; 0 where none does.
    pub running: u64,
    /// Whether any text is another, be it only by a comment.
    pub files_differ: bool,
    pub differences: Vec<ProgrammeDifference>,
    pub audiences: Vec<AudienceEffect>,
    pub journeys: Vec<JourneyEffect>,
    pub broadcasts: Vec<BroadcastEffect>,
    /// What becomes of the measurement panel, where anything does.
    #[schema(required)]
    pub panel: Option<PanelEffect>,
    /// Caps that let fewer messages through than before, and that let more.
    pub caps_tighter: Vec<String>,
    pub caps_looser: Vec<String>,
    pub people: u64,
    /// Above 1, numbers of people are an estimate from every so many-th person.
    pub every: u64,
    /// What does not agree in the campaigns that would run, the problems of each first.
    pub findings: Vec<PlannedFinding>,
}

/// One definition that is new, gone or another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProgrammeDifference {
    pub kind: String,
    pub name: String,
    pub change: ChangeKind,
    pub fields: Vec<FieldDifference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

/// A field as it is written before and after; null where it is not written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldDifference {
    /// Such as `steps.2.message.expires`.
    pub field: String,
    #[schema(required)]
    pub old: Option<String>,
    #[schema(required)]
    pub new: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AudienceEffect {
    pub name: String,
    /// Members under the condition that runs.
    pub before: u64,
    /// Who would come; null where events are counted that were not counted before, so that nobody knows.
    #[schema(required)]
    pub enter: Option<u64>,
    #[schema(required)]
    pub leave: Option<u64>,
    pub counts_anew: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JourneyEffect {
    pub name: String,
    pub gone: bool,
    /// People in it, who stay in the version in which they are.
    pub running: Vec<RunningVersion>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunningVersion {
    pub version: u64,
    pub people: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BroadcastEffect {
    pub name: String,
    /// `draft`, `planned`, `running`, `paused`, `done` or `cancelled`.
    pub state: String,
    /// What of it is another: itself, its audience, its content.
    pub by: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PanelEffect {
    pub change: PanelChange,
    /// The epoch that runs then; null where none does.
    #[schema(required)]
    pub epoch: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelChange {
    Begins,
    /// Another question: everybody is drawn anew.
    NewEpoch,
    /// The same question; people drawn from now on are a cohort of their own.
    NewShares,
    Ends,
}

impl ProgrammePlan {
    /// Nothing that it defines is another.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    pub fn new(plan: &engine::ProgrammePlan, findings: Vec<PlannedFinding>) -> ProgrammePlan {
        let caps = plan.caps.clone().unwrap_or_default();
        ProgrammePlan {
            id: plan.id.clone(),
            running: plan.running,
            files_differ: plan.files_differ,
            differences: plan.differences.iter().map(difference).collect(),
            audiences: plan.audiences.iter().map(audience).collect(),
            journeys: plan.journeys.iter().map(journey).collect(),
            broadcasts: plan.broadcasts.iter().map(broadcast).collect(),
            panel: plan.panel.map(panel),
            caps_tighter: caps.tighter,
            caps_looser: caps.looser,
            people: plan.people,
            every: plan.every,
            findings,
        }
    }
}

fn difference(it: &record::programme::Difference) -> ProgrammeDifference {
    let (change, fields) = match &it.what {
        What::Added(_) => (ChangeKind::Added, Vec::new()),
        What::Removed(_) => (ChangeKind::Removed, Vec::new()),
        What::Changed(changes) => (ChangeKind::Changed, changes.iter().map(field).collect()),
    };
    ProgrammeDifference { kind: it.kind.name().to_owned(), name: it.name.clone(), change, fields }
}

fn field(it: &FieldChange) -> FieldDifference {
    // A text is shown as it is, and not as YAML would quote it.
    let shown = |it: &Tree| match it {
        Tree::Text(text) => text.clone(),
        other => flow(other),
    };
    FieldDifference {
        field: it.field.clone(),
        old: it.old.as_ref().map(shown),
        new: it.new.as_ref().map(shown),
    }
}

fn audience(it: &engine::AudienceEffect) -> AudienceEffect {
    AudienceEffect {
        name: it.name.clone(),
        before: it.before,
        enter: it.moves.map(|it| it.enter),
        leave: it.moves.map(|it| it.leave),
        counts_anew: it.moves.is_none(),
    }
}

fn journey(it: &engine::JourneyEffect) -> JourneyEffect {
    let running = it.running.iter();
    JourneyEffect {
        name: it.name.to_string(),
        gone: it.gone,
        running: running
            .map(|(version, people)| RunningVersion { version: *version, people: *people })
            .collect(),
    }
}

fn broadcast(it: &engine::BroadcastEffect) -> BroadcastEffect {
    BroadcastEffect {
        name: it.name.to_string(),
        state: it.state.name().to_owned(),
        by: it.by.clone(),
    }
}

fn panel(it: Panel) -> PanelEffect {
    let (change, epoch) = match it {
        Panel::Begins { epoch } => (PanelChange::Begins, Some(epoch)),
        Panel::NewEpoch { from: _, to } => (PanelChange::NewEpoch, Some(to)),
        Panel::NewShares => (PanelChange::NewShares, None),
        Panel::Ends => (PanelChange::Ends, None),
    };
    PanelEffect { change, epoch }
}
