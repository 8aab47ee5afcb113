//! Posts to everybody: what stands where, what goes out when, and every step as a record in the log.

use super::broadcasts::{BroadcastApproval, BroadcastStage, stage};
use super::json::{Body, time};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use delivery::{PartState, PostCount, Posting, Standing, Wished};
use engine::{AccountStatus, Loaded, PostQuestion, PostStatus};
use journey::{BroadcastState, PostAt, ScheduledPost};
use model::{CampaignName, Network, PostMetrics, PostPart};
use record::log::PostAction;
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long an answer waits until the engine has taken the step, and how often it looks.
const TAKEN_WAIT: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Posts {
    pub posts: Vec<Post>,
    /// The accounts that posts leave by; empty where the settings name none.
    pub accounts: Vec<SocialAccount>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Post {
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    pub content: String,
    /// When it goes out, or went; null when somebody starts it.
    #[schema(required, format = DateTime)]
    pub at: Option<String>,
    /// What its file says: a time, or `queue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub written_at: Option<String>,
    pub state: BroadcastStage,
    pub approval: BroadcastApproval,
    /// Only somebody of the team can bring it on.
    pub needs_person: bool,
    pub networks: Vec<PostPlace>,
}

/// One post at one network.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PostPlace {
    pub network: String,
    /// `waiting`, `going`, `stands`, `partly`, `refused`, `lost`, `late` or `gone`.
    pub standing: String,
    /// As it would go out now, or as it stands.
    pub parts: Vec<PlacedPart>,
    /// Why it cannot go out as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<String>,
    /// What somebody wants of it that is not done yet: `edit` or `delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub wish: Option<String>,
    /// What came of it, all parts together, the earliest count first.
    pub counts: Vec<PlacedCount>,
    /// What happened, the earliest first.
    pub notes: Vec<PlacedNote>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PlacedPart {
    pub text: String,
    pub images: usize,
    /// `waiting`, `stands`, `lost`, `refused`, `late` or `gone`.
    pub state: String,
    /// Where people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// When it is tried or looked for next, or since when it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    pub at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PlacedCount {
    #[schema(format = DateTime)]
    pub at: String,
    pub likes: u64,
    pub reposts: u64,
    pub replies: u64,
    /// Absent where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub views: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub clicks: Option<u64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PlacedNote {
    #[schema(format = DateTime)]
    pub at: String,
    pub text: String,
}

/// An account at a network.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SocialAccount {
    pub network: String,
    /// As people know it; empty until it was seen once.
    pub name: String,
    #[schema(required, format = DateTime)]
    pub checked: Option<String>,
    /// When its token ends, where the network says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    pub until: Option<String>,
    /// Why it would not take a post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub trouble: Option<String>,
    /// Somebody has to connect it anew.
    pub sign_in: bool,
    /// What one part of a post may hold there, in the network's own way of counting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub characters: Option<usize>,
}

/// Where the step is meant.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostStep {
    /// Absent for every network of the post.
    #[serde(default)]
    #[schema(nullable = false)]
    pub network: Option<String>,
}

/// All posts of the programme, and the accounts they leave by
#[utoipa::path(get, path = "/api/v1/posts", tag = "posts",
    responses((status = 200, description = "Done.", body = Posts)))]
pub(super) async fn list_posts(State(shared): State<Arc<Shared>>) -> Result<Json<Posts>, Problem> {
    let known = Known::read(&shared).await?;
    let posts = known.loaded.programme.posts.iter().map(|it| known.shown(it));
    Ok(Json(Posts { posts: posts.collect(), accounts: known.accounts(&shared) }))
}

/// One post, at each of its networks
#[utoipa::path(get, path = "/api/v1/posts/{name}", tag = "posts",
    params(("name" = String, Path, description = "The post's name.")),
    responses((status = 200, description = "Done.", body = Post),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_post(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Result<Json<Post>, Problem> {
    let known = Known::read(&shared).await?;
    let post = known.defined(&CampaignName::new(name))?;
    Ok(Json(known.shown(post)))
}

/// Plan, approve, start, pause, resume or cancel a post; edit or delete what stands; try again or leave what failed
///
/// `edit` makes what stands say what the content says now, where the network allows it. `again` tries what was refused, late or
/// lost; of what is lost that may make a second copy. `leave` says that what is lost does not stand.
#[utoipa::path(post, path = "/api/v1/posts/{name}/{action}", tag = "posts", request_body = PostStep,
    params(("name" = String, Path, description = "The post's name."),
        ("action" = String, Path, description = "`plan`, `approve`, `start`, `pause`, `resume`, `cancel`, `edit`, `delete`, `again` or `leave`.")),
    responses((status = 200, description = "Stored.", body = Post),
        (status = 404, description = "There is no such post, or no such step.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be done now; the body says why.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn step_post(
    State(shared): State<Arc<Shared>>,
    Path((name, action)): Path<(String, String)>,
    headers: HeaderMap,
    Body(step): Body<PostStep>,
) -> Result<Json<Post>, Problem> {
    let by = actor(&shared, &headers).await?;
    let name = CampaignName::new(name);
    let Some(action) = PostAction::from_name(&action) else {
        let all: Vec<&str> = PostAction::ALL.iter().map(|it| it.name()).collect();
        let text = format!("there is no step `{action}`; steps are {}", all.join(", "));
        return Err(Problem::not_found(text));
    };
    let network = match step.network.as_deref().map(Network::from_name) {
        None => None,
        Some(Some(network)) => Some(network),
        Some(None) => return Err(Problem::bad("there is no such network")),
    };
    Ok(Json(steer(&shared, &name, action, &by, network).await?))
}

/// Checks the step, writes it into the log, and waits a little until the engine has taken it.
pub(super) async fn steer(
    shared: &Arc<Shared>,
    name: &CampaignName,
    action: PostAction,
    by: &str,
    network: Option<Network>,
) -> Result<Post, Problem> {
    let known = Known::read(shared).await?;
    known.defined(name)?;
    let status = known.status(name);
    let question = PostQuestion {
        name,
        status: &status,
        loaded: &known.loaded,
        known: &shared.settings.networks,
        accounts: &known.accounts,
        network,
        now: shared.now(),
    };
    question.would_be(action, by).map_err(|it| Problem::conflict(it.to_string()))?;
    let control = Control::Post { name: name.clone(), action, by: by.to_owned(), network };
    let end = shared.append(vec![LogRecord::Control(control).encode()]).await?;
    let taken = async {
        while shared.read(|views| Ok(views.log_position()?)).await? < end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok::<(), Problem>(())
    };
    if let Ok(Err(problem)) = tokio::time::timeout(TAKEN_WAIT, taken).await {
        return Err(problem);
    }
    let known = Known::read(shared).await?;
    Ok(known.shown(known.defined(name)?))
}

/// What is stored of posts, and the programme that runs.
pub(super) struct Known {
    pub loaded: Loaded,
    pub statuses: BTreeMap<CampaignName, PostStatus>,
    accounts: BTreeMap<Network, AccountStatus>,
}

impl Known {
    pub async fn read(shared: &Arc<Shared>) -> Result<Known, Problem> {
        let loaded = shared.handle.loaded();
        let read = shared.read(|views| Ok((PostStatus::all(views)?, AccountStatus::all(views)?)));
        let (statuses, accounts) = read.await?;
        Ok(Known { loaded, statuses, accounts })
    }

    fn defined(&self, name: &CampaignName) -> Result<&ScheduledPost, Problem> {
        let found = self.loaded.programme.posts.iter().find(|it| it.name == *name);
        found.ok_or_else(|| Problem::not_found(format!("the programme has no post `{name}`")))
    }

    pub fn status(&self, name: &CampaignName) -> PostStatus {
        self.statuses.get(name).cloned().unwrap_or_default()
    }

    fn accounts(&self, shared: &Shared) -> Vec<SocialAccount> {
        let one = |network: &Network| account(*network, self.accounts.get(network));
        shared.settings.networks.iter().map(one).collect()
    }

    fn shown(&self, it: &ScheduledPost) -> Post {
        let status = self.status(&it.name);
        let progress = &status.progress;
        let fingerprint = engine::fingerprint_of(it, &it.content, &self.loaded);
        let waits = matches!(progress.state, BroadcastState::Draft | BroadcastState::Planned);
        let lacks = status.lacks(Some(it), &fingerprint);
        let lacks = lacks.filter(|_| waits && progress.state == BroadcastState::Planned);
        Post {
            name: it.name.to_string(),
            owner: it.owner.clone(),
            content: it.content.to_string(),
            at: self.at(it, &status).map(time),
            written_at: it.at.map(written_at),
            state: stage(progress.state),
            approval: BroadcastApproval {
                needed: it.approval,
                planned_by: Some(progress.planned_by.clone()).filter(|it| !it.is_empty()),
                approved_by: progress.approved.as_ref().map(|it| it.by.clone()),
                lacks: lacks.map(|it| it.to_string()),
            },
            needs_person: status.needs_person(),
            networks: it.networks.iter().map(|network| self.place(it, &status, *network)).collect(),
        }
    }

    /// As planned, else as its file says.
    pub fn at(&self, it: &ScheduledPost, status: &PostStatus) -> Option<model::Timestamp> {
        let zone = &self.loaded.programme.policy.default_zone;
        let written = match it.at {
            Some(PostAt::Queue) | None => None,
            Some(PostAt::Instant(_) | PostAt::Local(_)) => {
                it.due(zone, &[], &[], model::Timestamp::MIN)
            }
        };
        let began = status.networks.values().map(|it| it.due).min();
        began.or(status.progress.due).or(written)
    }

    fn place(&self, it: &ScheduledPost, status: &PostStatus, network: Network) -> PostPlace {
        if let Some(posting) = status.networks.get(&network) {
            return standing(network, posting);
        }
        let problem = status.problems.get(&network).cloned();
        let rendered =
            engine::rendered_post(it, network, &self.loaded, self.accounts.get(&network));
        let (parts, broken) = match rendered {
            Ok(post) => (post.parts, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let waiting = |it: &PostPart| placed(it, "waiting");
        PostPlace {
            network: network.name().to_owned(),
            standing: Standing::Waiting.name().to_owned(),
            parts: parts.iter().map(waiting).collect(),
            problem: problem.or(broken),
            wish: None,
            counts: Vec::new(),
            notes: Vec::new(),
        }
    }
}

fn standing(network: Network, it: &Posting) -> PostPlace {
    let wish = it.wish.as_ref().map(|it| match it.what {
        Wished::Edit(_) => "edit".to_owned(),
        Wished::Delete => "delete".to_owned(),
    });
    let note = |it: &delivery::PostNote| PlacedNote { at: time(it.at), text: it.text.clone() };
    PostPlace {
        network: network.name().to_owned(),
        standing: it.standing().name().to_owned(),
        parts: it
            .post
            .parts
            .iter()
            .zip(&it.parts)
            .map(|(part, state)| part_of(part, state))
            .collect(),
        problem: None,
        wish,
        counts: it.counts.iter().map(counted).collect(),
        notes: it.notes.iter().map(note).collect(),
    }
}

fn part_of(part: &PostPart, state: &PartState) -> PlacedPart {
    match state {
        PartState::Waiting { at, .. } => {
            PlacedPart { at: Some(time(*at)), ..placed(part, "waiting") }
        }
        PartState::Stands { post, since } => PlacedPart {
            url: Some(post.url.clone())
                .filter(|it| it.starts_with("https://") || it.starts_with("http://")),
            at: Some(time(*since)),
            ..placed(part, "stands")
        },
        PartState::Lost { look_at, detail, .. } => PlacedPart {
            at: look_at.map(time),
            detail: Some(detail.clone()),
            ..placed(part, "lost")
        },
        PartState::Refused { detail } => {
            PlacedPart { detail: Some(detail.clone()), ..placed(part, "refused") }
        }
        PartState::Late => placed(part, "late"),
        PartState::Gone => placed(part, "gone"),
    }
}

fn placed(part: &PostPart, state: &str) -> PlacedPart {
    let (text, images) = (part.text.clone(), part.images.len());
    PlacedPart { text, images, state: state.to_owned(), url: None, at: None, detail: None }
}

/// The parts of a thread answer each other: those answers are nobody's but ours.
fn counted(it: &PostCount) -> PlacedCount {
    let parts: Vec<&PostMetrics> = it.parts.iter().flatten().collect();
    let sum = |of: fn(&PostMetrics) -> u64| parts.iter().map(|it| of(it)).sum::<u64>();
    let own = parts.len().saturating_sub(1) as u64;
    PlacedCount {
        at: time(it.at),
        likes: sum(|it| it.likes),
        reposts: sum(|it| it.reposts),
        replies: sum(|it| it.replies).saturating_sub(own),
        views: parts.first().and_then(|it| it.views),
        clicks: parts.iter().filter_map(|it| it.clicks).reduce(|a, b| a + b),
    }
}

fn account(network: Network, status: Option<&AccountStatus>) -> SocialAccount {
    let trouble = status.and_then(|it| it.trouble.as_ref());
    SocialAccount {
        network: network.name().to_owned(),
        name: status.map(|it| it.name.clone()).unwrap_or_default(),
        checked: status.map(|it| time(it.checked)),
        until: status.and_then(|it| it.until).map(time),
        trouble: trouble.map(|it| it.detail.clone()),
        sign_in: trouble.is_some_and(|it| it.sign_in),
        characters: status.and_then(|it| it.holds).map(|it| it.characters),
    }
}

fn written_at(at: PostAt) -> String {
    match at {
        PostAt::Instant(at) => time(at),
        PostAt::Local(local) => local.to_string(),
        PostAt::Queue => "queue".to_owned(),
    }
}
