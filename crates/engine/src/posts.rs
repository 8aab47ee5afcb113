//! Posts to everybody: planned and approved like broadcasts, rendered when their time comes, and brought
//! part by part to the networks. Nothing is asked of a network before the commit that says so.

use crate::accounts::{AccountStatus, limits_of};
use crate::batch::Batch;
use crate::broadcast::fingerprint_of;
use crate::{Engine, EngineError, Loaded};
use content::{PostTo, RenderError};
use delivery::{PartState, PostAnswer, PostTask, Posting};
use journey::{BroadcastAction as Step, BroadcastState, PostAt, Progress, ScheduledPost};
use model::{CampaignName, Network, Post, PostRef, Problem, Span, Timestamp};
use port::{Catalog, Entry, PostOrder, Publisher, PublisherError, Space};
use record::log::PostAction;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const POSTS: &str = "post/";

/// After somebody had it tried again.
const AGAIN_WITHIN: Span = Span::hours(12);

/// How far a post has come, everywhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PostStatus {
    pub progress: Progress,
    /// As it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<ScheduledPost>,
    /// Since it began.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<Network, Posting>,
    /// Why it could not begin at a network.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub problems: BTreeMap<Network, String>,
}

/// One thing to be asked of a network now; committed before.
#[derive(Clone, Debug, PartialEq)]
pub struct PostJob {
    pub network: Network,
    pub ask: PostAsk,
}

#[derive(Clone, Debug, PartialEq)]
pub enum PostAsk {
    /// Whether its account would take a post.
    Check,
    Post {
        campaign: CampaignName,
        task: PostTask,
        key: String,
        /// When the part was claimed for the first time.
        at: Timestamp,
        /// As it shall be.
        post: Post,
        /// The parts that stand, in their order.
        stands: Vec<PostRef>,
    },
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum PostHeard {
    Checked(Result<port::Account, PublisherError>),
    Post { campaign: CampaignName, answer: PostAnswer },
}

/// What this process knows of posts.
#[derive(Default)]
pub(crate) struct Posts {
    /// The networks that have an account in the settings.
    pub known: BTreeSet<Network>,
    /// Those that something may still happen to.
    open: BTreeMap<CampaignName, PostStatus>,
    changed: BTreeSet<CampaignName>,
    pub accounts: BTreeMap<Network, AccountStatus>,
    pub accounts_changed: BTreeSet<Network>,
    /// The networks that can be asked something now.
    pub room: BTreeSet<Network>,
    /// What is under way since this process asked it; none for a check.
    pub flying: BTreeMap<Network, Option<CampaignName>>,
    pub answers: VecDeque<(Network, PostHeard)>,
}

impl PostStatus {
    pub fn all<V: Catalog + ?Sized>(
        views: &V,
    ) -> Result<BTreeMap<CampaignName, PostStatus>, EngineError> {
        let mut found = BTreeMap::new();
        for (key, bytes) in views.list(Space::Post, POSTS)? {
            found.insert(CampaignName::new(key.trim_start_matches(POSTS)), read(&key, &bytes)?);
        }
        Ok(found)
    }

    pub fn find<V: Catalog + ?Sized>(
        views: &V,
        name: &CampaignName,
    ) -> Result<Option<PostStatus>, EngineError> {
        let key = format!("{POSTS}{name}");
        views.get(Space::Post, &key)?.map(|it| read(&key, &it)).transpose()
    }

    /// Why the post may not go out yet; none if it may.
    pub fn lacks(&self, now_defined: Option<&ScheduledPost>, fingerprint: &str) -> Option<Problem> {
        let Some(planned) = &self.planned else {
            return Some(Problem::new("it is not planned yet").hint("plan it first"));
        };
        if now_defined != Some(planned) {
            let problem = Problem::new("its file is not as it was planned");
            return Some(problem.hint("plan it anew"));
        }
        self.progress.lacks(planned.approval, fingerprint)
    }

    /// Whether it is planned to go out by this network.
    pub fn waits_at(&self, network: Network) -> bool {
        let planned = self.planned.as_ref();
        self.progress.state == BroadcastState::Planned
            && planned.is_some_and(|it| it.networks.contains(&network))
    }

    /// Whether only somebody of the team can bring it on.
    pub fn needs_person(&self) -> bool {
        !self.problems.is_empty() || self.networks.values().any(Posting::needs_person)
    }

    fn is_going(&self) -> bool {
        self.progress.state == BroadcastState::Running
    }

    fn is_settled(&self) -> bool {
        let over = matches!(self.progress.state, BroadcastState::Done | BroadcastState::Cancelled);
        let quiet = |it: &Posting| it.wire.is_none() && it.wake_at(false).is_none();
        over && self.networks.values().all(quiet)
    }

    fn step(&mut self, action: PostAction, by: &str, scene: &Scene<'_>) -> Result<(), Problem> {
        let now = scene.now;
        match action {
            PostAction::Plan => self.plan(by, scene),
            PostAction::Approve => self.approve(by, scene),
            PostAction::Start => self.start(scene, now),
            PostAction::Pause => self.progress.apply(Step::Pause),
            PostAction::Resume => self.progress.apply(Step::Resume),
            PostAction::Cancel => {
                self.progress.apply(Step::Cancel)?;
                self.networks.values_mut().for_each(|it| it.cancel(now));
                Ok(())
            }
            PostAction::Edit => self.edit(scene),
            PostAction::Delete => self.each(scene, |it| it.delete(now)),
            PostAction::Again => self.again(scene),
            PostAction::Leave => self.each(scene, |it| it.leave(now)),
        }
    }

    fn plan(&mut self, by: &str, scene: &Scene<'_>) -> Result<(), Problem> {
        let defined = scene.defined()?;
        for network in &defined.networks {
            if !scene.known.contains(network) {
                let problem = Problem::new(format!("there is no account at {network}"));
                return Err(problem.hint(format!("add [social.{network}] to fulcrum.toml")));
            }
            scene.render(defined, *network).map_err(|it| of_network(*network, &it.to_string()))?;
        }
        let programme = &scene.loaded.programme;
        let (zone, slots) = (&programme.policy.default_zone, &programme.post_slots);
        let due = defined.due(zone, slots, &scene.taken, scene.now);
        if due.is_none() && defined.at == Some(PostAt::Queue) {
            let problem = Problem::new("the queue is full for three months");
            return Err(problem.hint("add places to `post_slots` in policy.yaml"));
        }
        self.progress.plan(due, by, scene.now)?;
        self.planned = Some(defined.clone());
        self.problems.clear();
        Ok(())
    }

    /// Before it goes out as every campaign; later what it would say after an edit.
    fn approve(&mut self, by: &str, scene: &Scene<'_>) -> Result<(), Problem> {
        let fingerprint = scene.fingerprint()?;
        let mut progress = self.progress.clone();
        if matches!(progress.state, BroadcastState::Running | BroadcastState::Done) {
            progress.state = BroadcastState::Planned;
        }
        progress.approve(by, &fingerprint, scene.now)?;
        self.progress.approved = progress.approved;
        Ok(())
    }

    /// From here on the words are fixed, at each network for itself.
    fn start(&mut self, scene: &Scene<'_>, due: Timestamp) -> Result<(), Problem> {
        let defined = scene.defined()?;
        let fingerprint = scene.fingerprint()?;
        if let Some(problem) = self.lacks(Some(defined), &fingerprint) {
            return Err(problem);
        }
        self.progress.start(defined.approval, &fingerprint, scene.now)?;
        for network in &defined.networks {
            match scene.render(defined, *network) {
                Ok(post) => {
                    self.networks.insert(*network, Posting::new(post, due, defined.within));
                }
                Err(error) => {
                    self.problems.insert(*network, error.to_string());
                }
            }
        }
        Ok(())
    }

    fn edit(&mut self, scene: &Scene<'_>) -> Result<(), Problem> {
        let defined = scene.defined()?;
        let fingerprint = scene.fingerprint()?;
        if let Some(problem) = self.progress.lacks(defined.approval, &fingerprint) {
            return Err(problem);
        }
        let mut posts = BTreeMap::new();
        for network in self.networks.keys().filter(|it| scene.concerns(**it)) {
            let post = scene.render(defined, *network);
            posts.insert(*network, post.map_err(|it| of_network(*network, &it.to_string()))?);
        }
        let now = scene.now;
        let mut why = None;
        let mut any = false;
        for (network, post) in posts {
            let Some(posting) = self.networks.get_mut(&network) else { continue };
            match posting.edit(post, now) {
                Ok(()) => any = true,
                Err(problem) => why = Some(of_network(network, &problem)),
            }
        }
        match why {
            Some(problem) if !any => Err(problem),
            Some(_) | None => Ok(()),
        }
    }

    fn again(&mut self, scene: &Scene<'_>) -> Result<(), Problem> {
        let now = scene.now;
        let failed: Vec<Network> =
            self.problems.keys().copied().filter(|it| scene.concerns(*it)).collect();
        for network in &failed {
            let defined = scene.defined()?;
            let post = scene.render(defined, *network);
            let post = post.map_err(|it| of_network(*network, &it.to_string()))?;
            self.networks.insert(*network, Posting::new(post, now, AGAIN_WITHIN));
            self.problems.remove(network);
        }
        let tried = self.each(scene, |it| it.again(now, AGAIN_WITHIN));
        if failed.is_empty() {
            tried?;
        }
        if self.progress.state == BroadcastState::Done {
            self.progress.state = BroadcastState::Running;
        }
        Ok(())
    }

    /// Does it at every network that is meant and for which it makes sense; an error if there is none.
    fn each(
        &mut self,
        scene: &Scene<'_>,
        mut step: impl FnMut(&mut Posting) -> Result<(), String>,
    ) -> Result<(), Problem> {
        let mut why = Problem::new("it stands nowhere yet").hint("start it first");
        let mut done = false;
        for (network, posting) in self.networks.iter_mut().filter(|it| scene.concerns(*it.0)) {
            match step(posting) {
                Ok(()) => done = true,
                Err(problem) => why = of_network(*network, &problem),
            }
        }
        if done { Ok(()) } else { Err(why) }
    }
}

/// What a step of a post looks at.
struct Scene<'a> {
    name: &'a CampaignName,
    loaded: &'a Loaded,
    known: &'a BTreeSet<Network>,
    accounts: &'a BTreeMap<Network, AccountStatus>,
    /// Places of the queue that others have.
    taken: Vec<Timestamp>,
    /// The network that is meant; none for all.
    only: Option<Network>,
    now: Timestamp,
}

impl Scene<'_> {
    fn concerns(&self, network: Network) -> bool {
        self.only.is_none_or(|it| it == network)
    }

    fn defined(&self) -> Result<&ScheduledPost, Problem> {
        let found = self.loaded.programme.posts.iter().find(|it| it.name == *self.name);
        found.ok_or_else(|| Problem::new("there is no such post in the programme"))
    }

    fn fingerprint(&self) -> Result<String, Problem> {
        let defined = self.defined()?;
        Ok(fingerprint_of(defined, &defined.content, self.loaded))
    }

    fn render(&self, defined: &ScheduledPost, network: Network) -> Result<Post, RenderError> {
        rendered(defined, network, self.loaded, self.accounts.get(&network))
    }
}

/// What a step would make of a post, without taking it: for whoever asks beforehand.
pub struct PostQuestion<'a> {
    pub name: &'a CampaignName,
    pub status: &'a PostStatus,
    pub loaded: &'a Loaded,
    pub known: &'a BTreeSet<Network>,
    pub accounts: &'a BTreeMap<Network, AccountStatus>,
    pub network: Option<Network>,
    pub now: Timestamp,
}

impl PostQuestion<'_> {
    /// Why the step would be refused, if it would.
    pub fn would_be(&self, action: PostAction, by: &str) -> Result<(), Problem> {
        let scene = Scene {
            name: self.name,
            loaded: self.loaded,
            known: self.known,
            accounts: self.accounts,
            taken: Vec::new(),
            only: self.network,
            now: self.now,
        };
        self.status.clone().step(action, by, &scene)
    }
}

/// The post as it would stand at a network, under the limits of the account there.
pub fn rendered(
    defined: &ScheduledPost,
    network: Network,
    loaded: &Loaded,
    account: Option<&AccountStatus>,
) -> Result<Post, RenderError> {
    let programme = &loaded.programme;
    let Some(content) = programme.contents.get(&defined.content) else {
        return Err(RenderError {
            place: "content".to_owned(),
            message: format!("there is no content `{}`", defined.content),
            hint: "add it to the programme".to_owned(),
        });
    };
    let campaign = format!("post/{}", defined.name);
    let limits = limits_of(network, account);
    let to = PostTo { network, campaign: &campaign, locale: &defined.locale, limits };
    content::post(content, &programme.brand, &to)
}

/// Asks a network what the job says, and waits for the answer.
pub fn carry_out(publisher: &dyn Publisher, job: &PostJob) -> PostHeard {
    let PostAsk::Post { campaign, task, key, at, post, stands } = &job.ask else {
        return PostHeard::Checked(publisher.check());
    };
    let order = |part: usize| PostOrder {
        key,
        at: *at,
        post,
        part,
        before: stands.get(..part).unwrap_or_default(),
    };
    let gone = || PublisherError::NotAllowed("there is no such part".to_owned());
    let answer = match *task {
        PostTask::Publish(part) => PostAnswer::Published(publisher.publish(&order(part))),
        PostTask::Find(part) => PostAnswer::Found(publisher.find(&order(part))),
        PostTask::Edit(part) => PostAnswer::Edited(match stands.get(part) {
            Some(stands) => publisher.edit(stands, &order(part)),
            None => Err(gone()),
        }),
        PostTask::Delete(part) => PostAnswer::Deleted(match stands.get(part) {
            Some(stands) => publisher.delete(stands),
            None => Err(gone()),
        }),
        PostTask::Count => PostAnswer::Counted(publisher.metrics(stands)),
    };
    PostHeard::Post { campaign: campaign.clone(), answer }
}

impl Engine {
    /// Posts go out by these networks from now on.
    pub fn publish_to(&mut self, networks: impl IntoIterator<Item = Network>) {
        self.posts.known = networks.into_iter().collect();
    }

    /// The networks that can be asked something now. Without this none is.
    pub fn make_room_for_posts(&mut self, networks: BTreeSet<Network>) {
        self.posts.room = networks;
    }

    /// Takes what a network said; it is worked on in the next turn.
    pub fn post_answered(&mut self, network: Network, heard: PostHeard) {
        self.posts.answers.push_back((network, heard));
    }

    pub(crate) fn reload_posts(&mut self, now: Timestamp) -> Result<(), EngineError> {
        let mut open = PostStatus::all(&*self.store)?;
        open.retain(|_, it| !it.is_settled());
        self.posts.changed.clear();
        for (name, status) in &mut open {
            for (network, posting) in &mut status.networks {
                let flies = self.posts.flying.get(network) == Some(&Some(name.clone()));
                if posting.wire.is_some() && !flies {
                    posting.found_on_the_wire(now);
                    self.posts.changed.insert(name.clone());
                }
            }
        }
        self.posts.open = open;
        self.posts.accounts = crate::accounts::read_all(&*self.store)?;
        self.posts.accounts_changed.clear();
        Ok(())
    }

    pub(crate) fn steer_post(
        &mut self,
        batch: &mut Batch,
        name: &CampaignName,
        action: PostAction,
        by: &str,
        network: Option<Network>,
    ) -> Result<(), EngineError> {
        batch.durable = true;
        let known = match self.posts.open.remove(name) {
            Some(status) => Some(status),
            None => PostStatus::find(&*self.store, name)?,
        };
        let mut status = known.unwrap_or_default();
        let mut stepped = status.clone();
        let scene = Scene {
            name,
            loaded: &self.loaded,
            known: &self.posts.known,
            accounts: &self.posts.accounts,
            taken: self.taken_slots(name),
            only: network,
            now: batch.now,
        };
        match stepped.step(action, by, &scene) {
            Ok(()) => {
                tracing::info!(post = %name, ?action, by, "post steered");
                status = stepped;
                self.posts.changed.insert(name.clone());
            }
            Err(problem) => tracing::warn!(post = %name, ?action, by, %problem, "refused"),
        }
        self.posts.open.insert(name.clone(), status);
        Ok(())
    }

    /// The places of the queue that posts have which share a network with this one.
    fn taken_slots(&self, name: &CampaignName) -> Vec<Timestamp> {
        let defined = self.loaded.programme.posts.iter().find(|it| it.name == *name);
        let networks = defined.map(|it| &it.networks[..]).unwrap_or_default();
        let takes = |it: &&PostStatus| {
            let planned = it.planned.as_ref();
            it.progress.state == BroadcastState::Planned
                && planned.is_some_and(|it| {
                    it.at == Some(PostAt::Queue)
                        && it.networks.iter().any(|it| networks.contains(it))
                })
        };
        let others = self.posts.open.iter().filter(|it| it.0 != name).map(|it| it.1);
        others.filter(takes).filter_map(|it| it.progress.due).collect()
    }

    /// What the networks said. It stays queued until it is committed.
    pub(crate) fn settle_posts(&mut self, batch: &mut Batch) {
        let answers: Vec<(Network, PostHeard)> = self.posts.answers.iter().cloned().collect();
        for (network, heard) in &answers {
            batch.worked = true;
            match heard {
                PostHeard::Checked(checked) => self.account_checked(batch, *network, checked),
                PostHeard::Post { campaign, answer } => {
                    let Some(status) = self.posts.open.get_mut(campaign) else { continue };
                    let Some(posting) = status.networks.get_mut(network) else { continue };
                    posting.answer(answer, batch.now);
                    self.posts.changed.insert(campaign.clone());
                }
            }
        }
        batch.posts_answered = answers.len();
    }

    /// Starts what is due, ends what is over, and puts on the wire what the networks have room for.
    pub(crate) fn drive_posts(&mut self, batch: &mut Batch) {
        let names: Vec<CampaignName> = self.posts.open.keys().cloned().collect();
        for name in names {
            let Some(mut status) = self.posts.open.remove(&name) else { continue };
            let before = self.posts.changed.contains(&name);
            let mut changed = self.start_post_if_due(&name, &mut status, batch.now);
            changed |= self.claim_post(batch, &name, &mut status);
            changed |= finish(&mut status);
            if changed && !before {
                self.posts.changed.insert(name.clone());
            }
            batch.worked |= changed || before;
            self.posts.open.insert(name, status);
        }
        self.check_accounts(batch);
    }

    fn start_post_if_due(
        &self,
        name: &CampaignName,
        status: &mut PostStatus,
        now: Timestamp,
    ) -> bool {
        if !status.progress.is_due(now) || self.hold.is_some() {
            return false;
        }
        let due = status.progress.due.unwrap_or(now);
        let scene = Scene {
            name,
            loaded: &self.loaded,
            known: &self.posts.known,
            accounts: &self.posts.accounts,
            taken: Vec::new(),
            only: None,
            now,
        };
        // What lacks something waits for somebody; what it lacks is shown.
        status.start(&scene, due).is_ok()
    }

    fn claim_post(
        &mut self,
        batch: &mut Batch,
        name: &CampaignName,
        status: &mut PostStatus,
    ) -> bool {
        let going = status.is_going();
        let mut changed = false;
        for (network, posting) in &mut status.networks {
            changed |= going && posting.expire(batch.now);
            let free =
                self.posts.room.contains(network) && !self.posts.flying.contains_key(network);
            if self.hold.is_some() || !free {
                continue;
            }
            let Some(task) = posting.next(batch.now, going) else { continue };
            changed = true;
            if let PostTask::Publish(part) = task
                && let Some(why) = self.post_may_have_left(posting, name, *network, part)
            {
                posting.may_have_left(part, batch.now, &why);
                continue;
            }
            posting.claim(task, batch.now);
            batch.durable = true;
            self.posts.room.remove(network);
            batch.posts.push(job(name, *network, task, posting, batch.now));
        }
        changed
    }

    /// After a restore: why this part is not published now. It was due between the backup and then.
    fn post_may_have_left(
        &mut self,
        posting: &Posting,
        name: &CampaignName,
        network: Network,
        part: usize,
    ) -> Option<String> {
        let restored = self.restored.as_ref()?;
        let since = posting.claimed(part).is_some_and(|it| restored.at < it);
        if restored.at < posting.due || since {
            return None;
        }
        let Some(journal) = self.journal.as_mut().filter(|_| restored.journal) else {
            return Some(format!("from before the restore on {}", restored.at));
        };
        match journal.contains(&key_of(name, network, part)) {
            Ok(false) => None,
            Ok(true) => Some("the send journal says that it was on its way".to_owned()),
            Err(error) => Some(format!("the send journal cannot be read: {error}")),
        }
    }

    /// After the commit: what is on the wire from now on, and what the journal must know before it is.
    pub(crate) fn hand_out_posts(&mut self, batch: &mut Batch) -> Vec<PostJob> {
        for (network, _) in self.posts.answers.drain(..batch.posts_answered) {
            self.posts.flying.remove(&network);
        }
        self.posts.open.retain(|_, it| !it.is_settled());
        let jobs = std::mem::take(&mut batch.posts);
        for it in &jobs {
            let campaign = match &it.ask {
                PostAsk::Check => None,
                PostAsk::Post { campaign, .. } => Some(campaign.clone()),
            };
            self.posts.flying.insert(it.network, campaign);
        }
        let published = |it: &PostJob| match &it.ask {
            PostAsk::Post { task: PostTask::Publish(_), key, .. } => Some(key.clone().into_bytes()),
            PostAsk::Post { .. } | PostAsk::Check => None,
        };
        let keys: Vec<Vec<u8>> = jobs.iter().filter_map(published).collect();
        let Some(journal) = self.journal.as_mut().filter(|_| !keys.is_empty()) else { return jobs };
        let Err(error) = journal.record(keys) else { return jobs };
        tracing::error!(%error, "the send journal failed; no post leaves");
        let (stay, leave): (Vec<PostJob>, Vec<PostJob>) =
            jobs.into_iter().partition(|it| published(it).is_some());
        for PostJob { network, ask } in stay {
            let PostAsk::Post { campaign, .. } = ask else { continue };
            let detail = "the send journal cannot be written".to_owned();
            let later = model::Published::Later { detail, retry_after: None };
            let answer = PostAnswer::Published(later);
            self.posts.answers.push_back((network, PostHeard::Post { campaign, answer }));
        }
        leave
    }

    pub(crate) fn post_entries(&self, entries: &mut Vec<Entry>) {
        for name in &self.posts.changed {
            if let Some(status) = self.posts.open.get(name) {
                let value = serde_json::to_vec(status).expect("plain data has a JSON form");
                entries.push(Entry::put(Space::Post, format!("{POSTS}{name}"), value));
            }
        }
        self.account_entries(entries);
    }

    pub(crate) fn posts_stored(&mut self) {
        self.posts.changed.clear();
        self.posts.accounts_changed.clear();
    }

    /// When something of posts is due that can be done then.
    pub(crate) fn next_post(&self, now: Timestamp) -> Option<Timestamp> {
        let free =
            |it: &Network| self.posts.room.contains(it) && !self.posts.flying.contains_key(it);
        let mut times = Vec::new();
        for (name, status) in &self.posts.open {
            if self.hold.is_some() {
                break;
            }
            if status.progress.state == BroadcastState::Planned && self.may_start(name, status) {
                times.extend(status.progress.due);
            }
            let going = status.is_going();
            for (network, posting) in &status.networks {
                let wake = posting.wake_at(going).filter(|_| free(network));
                let waits = |it: &PartState| matches!(it, PartState::Waiting { .. });
                let over = going && posting.wire.is_none() && posting.parts.iter().any(waits);
                times.extend(wake.into_iter().chain(over.then(|| posting.over())));
            }
        }
        times.extend(self.next_check(now));
        times.into_iter().min()
    }

    fn may_start(&self, name: &CampaignName, status: &PostStatus) -> bool {
        let defined = self.loaded.programme.posts.iter().find(|it| it.name == *name);
        let Some(defined) = defined else { return false };
        let fingerprint = fingerprint_of(defined, &defined.content, &self.loaded);
        status.lacks(Some(defined), &fingerprint).is_none()
    }

    /// When the next planned post at a network goes out.
    pub(crate) fn next_planned(&self, network: Network) -> Option<Timestamp> {
        let planned = self.posts.open.values().filter(|it| it.waits_at(network));
        planned.filter_map(|it| it.progress.due).min()
    }
}

/// Done means that nothing more happens by itself.
fn finish(status: &mut PostStatus) -> bool {
    let ended = |it: &Posting| it.wire.is_none() && it.standing().is_ended();
    status.is_going()
        && status.networks.values().all(ended)
        && status.progress.apply(Step::Finish).is_ok()
}

fn job(
    name: &CampaignName,
    network: Network,
    task: PostTask,
    posting: &Posting,
    now: Timestamp,
) -> PostJob {
    let part = match task {
        PostTask::Publish(part)
        | PostTask::Find(part)
        | PostTask::Edit(part)
        | PostTask::Delete(part) => part,
        PostTask::Count => 0,
    };
    let post = match (&posting.wish, task) {
        (
            Some(delivery::PostWish { what: delivery::Wished::Edit(post), .. }),
            PostTask::Edit(_),
        ) => post,
        _ => &posting.post,
    };
    let ask = PostAsk::Post {
        campaign: name.clone(),
        task,
        key: key_of(name, network, part),
        at: posting.claimed(part).unwrap_or(now),
        post: post.clone(),
        stands: posting.stands(),
    };
    PostJob { network, ask }
}

/// All tries of a part are made under this.
fn key_of(name: &CampaignName, network: Network, part: usize) -> String {
    format!("post/{name}/{network}/{part}")
}

fn of_network(network: Network, why: &str) -> Problem {
    Problem::new(format!("{network}: {why}"))
}

fn read(key: &str, bytes: &[u8]) -> Result<PostStatus, EngineError> {
    let read = serde_json::from_slice(bytes)
        .map_err(|error| record::Unreadable { what: "post", detail: format!("{key}: {error}") })?;
    Ok(read)
}
