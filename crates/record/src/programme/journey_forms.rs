//! Journeys as people write them. Unknown fields are errors.

use super::forms::{Condition, Length};
use journey::{LocalTime, Weekday};
use model::{Channel, Class, ContentName, Conversation, Span, Value};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JourneyForm {
    pub journey: String,
    #[serde(default)]
    pub owner: String,
    pub trigger: Spanned<TriggerForm>,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub reentry: Option<ReentryForm>,
    /// How often one person may begin it.
    #[serde(default)]
    pub entries: Option<EntriesForm>,
    #[serde(default)]
    pub goal: Option<GoalForm>,
    #[serde(default)]
    pub exit: Vec<ExitForm>,
    #[serde(default)]
    pub late: Option<Length>,
    pub steps: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerForm {
    #[serde(default)]
    pub event: Option<String>,
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub enters: Option<String>,
    #[serde(default)]
    pub leaves: Option<String>,
    #[serde(default)]
    pub date: Option<DateForm>,
    #[serde(default)]
    pub schedule: Option<ScheduleForm>,
    #[serde(default)]
    pub api: Option<bool>,
    #[serde(default)]
    pub conversation: Option<ConversationForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateForm {
    #[serde(rename = "trait")]
    pub name: String,
    #[serde(default)]
    pub yearly: bool,
    #[serde(default)]
    pub offset: Option<Offset>,
    #[serde(default)]
    pub at: Option<LocalTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleForm {
    pub audience: String,
    pub every: EveryForm,
    #[serde(default)]
    pub on: Option<Vec<DayForm>>,
    pub at: LocalTime,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EveryForm {
    Day,
    Week,
    Month,
}

/// A day of the week, or of the month.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum DayForm {
    Month(u8),
    Week(Weekday),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversationForm {
    #[serde(default)]
    pub kind: Option<Conversation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntriesForm {
    pub at_most: u32,
    pub per: Length,
}

/// `7d`, or `-7d` for before.
#[derive(Clone, Copy)]
pub struct Offset(pub Span);

/// `never`, `always` or a length of time.
pub struct ReentryForm(pub journey::Reentry);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoalForm {
    pub event: String,
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub within: Option<Length>,
    #[serde(default)]
    pub value: Option<String>,
    /// Whether reaching the goal ends the run.
    #[serde(default)]
    pub ends: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExitForm {
    pub when: Condition,
}

/// A step with its place in the file.
pub type WrittenStep = Spanned<StepForm>;

/// One step: exactly one of the fields besides `id`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct StepForm {
    pub id: Option<String>,
    pub wait: Option<Length>,
    pub wait_until: Option<WaitUntilForm>,
    pub wait_for: Option<WindowForm>,
    pub branch: Option<Vec<Spanned<ArmForm>>>,
    pub split: Option<SplitForm>,
    pub experiment: Option<ExperimentForm>,
    pub message: Option<MessageForm>,
    pub set_trait: Option<SetTraitForm>,
    pub tag: Option<TagForm>,
    pub repeat: Option<RepeatForm>,
    pub webhook: Option<WebhookForm>,
    pub task: Option<TaskForm>,
    pub tell_sales: Option<LeadForm>,
    pub end: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitUntilForm {
    #[serde(default)]
    pub event: Option<String>,
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub enters: Option<String>,
    #[serde(default)]
    pub leaves: Option<String>,
    /// The first of several.
    #[serde(default)]
    pub any: Option<Vec<Spanned<UntilForm>>>,
    pub timeout: Length,
    /// What follows when the time is over.
    #[serde(default)]
    pub then: journey::OnTimeout,
}

/// One of several things that a run waits for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UntilForm {
    #[serde(default)]
    pub event: Option<String>,
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub enters: Option<String>,
    #[serde(default)]
    pub leaves: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowForm {
    pub from: LocalTime,
    pub to: LocalTime,
    #[serde(default)]
    pub days: Vec<Weekday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmForm {
    #[serde(default)]
    pub when: Option<Condition>,
    #[serde(default)]
    pub steps: Option<Vec<WrittenStep>>,
    #[serde(default)]
    pub otherwise: Option<Vec<WrittenStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitForm {
    /// Arm to weight.
    pub arms: BTreeMap<String, f64>,
    #[serde(default)]
    pub steps: BTreeMap<String, Vec<WrittenStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageForm {
    pub content: ContentName,
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub expires: Option<Length>,
    #[serde(default)]
    pub value: f64,
    #[serde(default)]
    pub class: Option<Class>,
    /// What follows if it did not go out.
    #[serde(default)]
    pub otherwise: Option<Vec<WrittenStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTraitForm {
    pub name: String,
    pub value: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentForm {
    /// Arm to weight.
    pub arms: BTreeMap<String, f64>,
    pub outcome: String,
    /// How long outcomes count.
    #[serde(default)]
    pub window: Option<Length>,
    #[serde(default)]
    pub steps: BTreeMap<String, Vec<WrittenStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagForm {
    #[serde(default)]
    pub add: Vec<String>,
    #[serde(default)]
    pub remove: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatForm {
    pub times: u32,
    #[serde(rename = "while", default)]
    pub condition: Option<Condition>,
    pub steps: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookForm {
    pub url: String,
    #[serde(default)]
    pub data: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskForm {
    pub title: String,
    #[serde(rename = "for")]
    pub to: String,
    #[serde(default)]
    pub note: String,
    #[serde(default)]
    pub due: Option<Length>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadForm {
    pub note: String,
    /// The trait that names the person's sales owner.
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub otherwise: String,
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Offset, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (sign, length) = match text.trim().strip_prefix('-') {
            Some(length) => (-1, length),
            None => (1, text.trim().strip_prefix('+').unwrap_or(text.trim())),
        };
        Span::parse(length).map(|it| Offset(Span(sign * it.0))).map_err(|_| {
            D::Error::custom(format!("`{text}` is no offset; write it like -7d, 2d or -90m"))
        })
    }
}

impl<'de> Deserialize<'de> for ReentryForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ReentryForm, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "never" => Ok(ReentryForm(journey::Reentry::Never)),
            "always" => Ok(ReentryForm(journey::Reentry::Always)),
            length => match Span::parse(length) {
                Ok(span) => Ok(ReentryForm(journey::Reentry::After(span))),
                Err(_) => Err(D::Error::custom(format!(
                    "`{text}` is no re-entry rule; write never, always, or a length such as 30d"
                ))),
            },
        }
    }
}
