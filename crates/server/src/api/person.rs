//! One person: who they are, what they said, where they stand.

use super::json::time;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use decision::{ConsentState, Consents, Statement, Wishes};
use model::{Channel, PersonId, Purpose, Reason, Timestamp};
use port::Views;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Person {
    pub id: String,
    pub name: String,
    #[schema(format = DateTime)]
    pub created: String,
    pub identifiers: Vec<PersonIdentifier>,
    pub traits: Vec<PersonTrait>,
    pub audiences: Vec<PersonAudience>,
    pub consents: Vec<PersonConsent>,
    /// What was said before and does not decide any more, oldest first.
    pub consent_history: Vec<PersonConsent>,
    pub wishes: PersonWishes,
    pub suppressed: Vec<PersonSuppression>,
    pub runs: Vec<PersonRun>,
    pub merged: Vec<PersonMerge>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonIdentifier {
    pub kind: String,
    pub value: String,
    #[schema(format = DateTime)]
    pub joined: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonTrait {
    pub name: String,
    pub value: serde_json::Value,
    #[schema(format = DateTime)]
    pub at: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonAudience {
    pub name: String,
    #[schema(format = DateTime)]
    pub since: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonConsent {
    pub purpose: String,
    /// null means all channels.
    #[schema(required)]
    pub channel: Option<String>,
    /// null means all topics.
    #[schema(required)]
    pub topic: Option<String>,
    #[schema(required)]
    pub address: Option<String>,
    pub state: StatementState,
    #[schema(format = DateTime)]
    pub at: String,
    pub source: String,
    /// What the person read, or which version of it.
    pub wording: String,
    pub proof: String,
    /// null means that it does not expire.
    #[schema(required, format = DateTime)]
    pub expires: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatementState {
    Granted,
    Withdrawn,
    Unconfirmed,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonWishes {
    pub channels_off: Vec<String>,
    #[schema(required)]
    pub limit: Option<PersonLimit>,
    #[schema(required)]
    pub quiet_hours: Option<QuietHours>,
    #[schema(required, format = DateTime)]
    pub paused_until: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonLimit {
    pub at_most: u64,
    /// A span such as `7d`.
    pub per: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct QuietHours {
    /// Local time, `21:00`.
    pub from: String,
    pub to: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonSuppression {
    pub address: String,
    pub reason: ReasonInfo,
    #[schema(format = DateTime)]
    pub at: String,
}

/// Why something happened, from a closed list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Reason)]
pub struct ReasonInfo {
    pub code: String,
    /// One sentence in English.
    pub text: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonRun {
    pub journey: String,
    #[schema(required)]
    pub key: Option<String>,
    #[schema(format = DateTime)]
    pub started: String,
    pub step: String,
    #[schema(required, format = DateTime)]
    pub wake: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonMerge {
    #[schema(format = DateTime)]
    pub at: String,
    /// The id of the person that became part of this one.
    pub absorbed: String,
    pub cause: String,
}

impl From<Reason> for ReasonInfo {
    fn from(reason: Reason) -> ReasonInfo {
        ReasonInfo { code: reason.code().to_owned(), text: reason.text().to_owned() }
    }
}

/// One person
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "A person's id such as `p12`; of one who was merged away, who they are now is answered.")),
    responses((status = 200, description = "Done.", body = Person),
        (status = 404, description = "Nobody has this id.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_person(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<Person>, Problem> {
    let id: PersonId = id.parse().map_err(Problem::not_found)?;
    let found = shared.read(move |views| {
        let person = load(views, id)?;
        let merges = views.merges_of(person.id)?;
        Ok((person, merges))
    });
    let (person, merges) = found.await?;
    Ok(Json(shown(&person, &merges, shared.now())))
}

/// The person that `id` stands for now.
pub(crate) fn load(views: &dyn Views, id: PersonId) -> Result<port::Person, Problem> {
    let current = views.current(id)?;
    let found = views.load(&[current])?.pop();
    found.ok_or_else(|| Problem::not_found(format!("there is no person {id}")))
}

pub(crate) fn shown(person: &port::Person, merges: &[port::Merge], now: Timestamp) -> Person {
    let json = |value| serde_json::to_value(value).unwrap_or_default();
    Person {
        id: person.id.to_string(),
        name: person.display_name(),
        created: time(person.known.created),
        identifiers: person
            .known
            .identifiers
            .iter()
            .map(|(it, joined)| PersonIdentifier {
                kind: it.kind.name().to_owned(),
                value: it.value.clone(),
                joined: time(*joined),
            })
            .collect(),
        traits: (person.profile.traits.iter())
            .map(|(name, it)| PersonTrait {
                name: name.clone(),
                value: json(&it.value),
                at: time(it.at),
            })
            .collect(),
        audiences: (person.profile.memberships().iter())
            .map(|(name, since)| PersonAudience { name: name.clone(), since: time(*since) })
            .collect(),
        consents: person.consents.listing(now).into_iter().map(consent).collect(),
        consent_history: person.consents.history().iter().map(consent).collect(),
        wishes: wishes(person.consents.wishes()),
        suppressed: suppressed(&person.consents),
        runs: (person.runs.active().iter())
            .map(|it| PersonRun {
                journey: it.journey.to_string(),
                key: it.key.clone(),
                started: time(it.started),
                step: it.step.clone(),
                wake: it.wake.map(time),
            })
            .collect(),
        merged: (merges.iter())
            .filter(|it| it.record.survivor == person.id && it.undone.is_none())
            .map(|it| PersonMerge {
                at: time(it.record.at),
                absorbed: it.record.absorbed.to_string(),
                cause: it.record.cause.clone(),
            })
            .collect(),
    }
}

pub(super) fn consent(it: &Statement) -> PersonConsent {
    PersonConsent {
        purpose: match it.purpose {
            Purpose::Marketing => "marketing".to_owned(),
            Purpose::Transactional => "transactional".to_owned(),
            Purpose::Measurement => "measurement".to_owned(),
        },
        channel: it.channel.map(|it| it.name().to_owned()),
        topic: it.topic.as_ref().map(ToString::to_string),
        address: it.address.as_ref().map(ToString::to_string),
        state: match it.state {
            ConsentState::Granted => StatementState::Granted,
            ConsentState::Withdrawn => StatementState::Withdrawn,
            ConsentState::Unconfirmed => StatementState::Unconfirmed,
        },
        at: time(it.at),
        source: it.source.clone(),
        wording: it.wording.clone(),
        proof: it.proof.clone(),
        expires: it.expires.map(time),
    }
}

fn wishes(it: &Wishes) -> PersonWishes {
    PersonWishes {
        channels_off: it.channels_off.iter().map(Channel::name).map(str::to_owned).collect(),
        limit: it.limit.map(|(at_most, per)| PersonLimit {
            at_most: u64::from(at_most),
            per: per.to_string(),
        }),
        quiet_hours: it.quiet_hours.map(|it| QuietHours { from: clock(it.from), to: clock(it.to) }),
        paused_until: it.paused_until.map(time),
    }
}

fn suppressed(consents: &Consents) -> Vec<PersonSuppression> {
    let shown = |it: &decision::Suppression| PersonSuppression {
        address: it.address.to_string(),
        reason: it.reason.into(),
        at: time(it.at),
    };
    consents.suppressed().iter().map(shown).collect()
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
