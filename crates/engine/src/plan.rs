//! What applying a programme would do, before it is done. It reads people and the catalog, and is
//! given neither an outbox nor a channel.

use crate::broadcast::read_all;
use crate::engine::PANEL;
use crate::facts::Known;
use crate::measure::PanelLine;
use crate::{EngineError, Loaded};
use audience::Definitions;
use decision::Cap;
use expr::CounterSpec;
use journey::BroadcastState;
use model::{CampaignName, ChanceKey, ContentName, JourneyName, Problem, Timestamp};
use port::{Catalog, People, Person, Space};
use record::Programme;
use record::programme::{Difference, Kind, What, differences};
use std::collections::{BTreeMap, BTreeSet};

type Files = BTreeMap<String, String>;

/// People are read in pages, so that no view of the store stands open for long.
const PAGE: usize = 500;

/// Of more people than this every k-th one is looked at: at some 40 µs for each, more would take
/// longer than somebody waits for an answer.
const PEOPLE_MAX: u64 = 200_000;

/// Where it is kept who applied the version that runs, as text.
pub(crate) const APPLIED_BY: &str = "programme_by";

/// So many versions back a text is known. Each is read whole; somebody who edits in the app all day
/// makes as many.
const EARLIER_MAX: u64 = 200;

/// What a programme would change. Immutable: `id` names exactly these files over exactly that
/// programme.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgrammePlan {
    pub id: String,
    /// The version that runs; 0 where none does.
    pub running: u64,
    /// Whether any file is another text. Texts may differ where definitions do not.
    pub files_differ: bool,
    pub differences: Vec<Difference>,
    pub audiences: Vec<AudienceEffect>,
    pub journeys: Vec<JourneyEffect>,
    pub broadcasts: Vec<BroadcastEffect>,
    pub panel: Option<PanelEffect>,
    pub caps: Option<CapsEffect>,
    /// How many people there are, and of how many numbers are an estimate by every k-th one.
    pub people: u64,
    pub every: u64,
}

/// An audience whose condition, or one that it refers to, is new or another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudienceEffect {
    pub name: String,
    /// Members under what runs, by conditions as they are now.
    pub before: u64,
    /// Who would come and go; not known where something is counted that was not counted before.
    pub moves: Option<Moves>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub enter: u64,
    pub leave: u64,
}

/// A journey that is another or gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JourneyEffect {
    pub name: JourneyName,
    pub gone: bool,
    /// People in it, by the version in which they are and stay.
    pub running: BTreeMap<u64, u64>,
}

/// A broadcast that is another, or whose audience or content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadcastEffect {
    pub name: CampaignName,
    pub state: BroadcastState,
    /// `the broadcast`, `audience buyers`, `content story`.
    pub by: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelEffect {
    Begins {
        epoch: u32,
    },
    /// Measuring goes on with other people: everybody is drawn anew.
    NewEpoch {
        from: u32,
        to: u32,
    },
    /// The same question; people drawn from now on are a cohort of their own.
    NewShares,
    Ends,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapsEffect {
    /// What lets fewer messages through than before, and what more.
    pub tighter: Vec<String>,
    pub looser: Vec<String>,
}

impl ProgrammePlan {
    /// What applying `files` would do to what runs, or what is wrong with them. Changes nothing.
    pub fn of<V: People + Catalog + ?Sized>(
        views: &V,
        loaded: &Loaded,
        files: &Files,
        now: Timestamp,
    ) -> Result<Result<ProgrammePlan, Vec<Problem>>, EngineError> {
        let before_files = running_files(views, loaded.version)?;
        let before = record::programme::parse(&before_files).map_err(EngineError::Programme)?;
        let after = match record::programme::parse(files) {
            Ok(after) => after,
            Err(problems) => return Ok(Err(problems)),
        };
        let (old, new) = match (before.definitions(), after.definitions()) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(problems), _) => return Err(EngineError::Programme(problems)),
            (_, Err(problems)) => return Ok(Err(problems)),
        };
        let differences = differences(&before, &after);
        let mut plan = ProgrammePlan {
            id: plan_id(loaded.version, &before_files, files),
            running: loaded.version,
            files_differ: before_files != *files,
            audiences: audiences(&before, &after),
            journeys: journeys(&differences),
            broadcasts: Vec::new(),
            panel: panel(views, loaded, &after, now)?,
            caps: caps(&before.policy.caps, &after.policy.caps),
            people: views.count()?,
            every: 1,
            differences,
        };
        plan.broadcasts = broadcasts(views, &after, &plan)?;
        plan.count(views, &old, &new, now)?;
        Ok(Ok(plan))
    }

    /// Nothing that it defines is another.
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Looks at the people, where a number is asked for.
    fn count<V: People + ?Sized>(
        &mut self,
        views: &V,
        old: &Definitions,
        new: &Definitions,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        if self.audiences.is_empty() && self.journeys.is_empty() {
            return Ok(());
        }
        self.every = self.people.div_ceil(PEOPLE_MAX).max(1);
        let mut after = None;
        loop {
            let ids = views.ids_after(after, PAGE)?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            let looked_at: Vec<_> = ids.into_iter().filter(|it| it.0 % self.every == 0).collect();
            for person in views.load(&looked_at)? {
                self.count_person(&person, old, new, now);
            }
        }
        for it in &mut self.audiences {
            it.before *= self.every;
            if let Some(moves) = &mut it.moves {
                (moves.enter, moves.leave) = (moves.enter * self.every, moves.leave * self.every);
            }
        }
        let runs = self.journeys.iter_mut().flat_map(|it| it.running.values_mut());
        runs.for_each(|it| *it *= self.every);
        Ok(())
    }

    fn count_person(
        &mut self,
        person: &Person,
        old: &Definitions,
        new: &Definitions,
        now: Timestamp,
    ) {
        for run in person.runs.active() {
            if let Some(it) = self.journeys.iter_mut().find(|it| it.name == run.journey) {
                *it.running.entry(run.version).or_default() += 1;
            }
        }
        if self.audiences.is_empty() {
            return;
        }
        // Both as of now: what time alone has changed is no effect of the programme.
        let facts = Known(&person.consents);
        let members = |definitions: &Definitions| {
            let mut profile = person.profile.clone();
            profile.refresh(definitions, &facts, now);
            profile
        };
        let (before, after) = (members(old), members(new));
        for it in &mut self.audiences {
            let was_in = before.memberships().contains_key(&it.name);
            let is_in = after.memberships().contains_key(&it.name);
            it.before += u64::from(was_in);
            if let Some(moves) = &mut it.moves {
                moves.enter += u64::from(is_in && !was_in);
                moves.leave += u64::from(was_in && !is_in);
            }
        }
    }
}

/// Names a text, or the files of a whole programme: 128 bits, which nobody meets twice by chance.
pub fn text_id(text: &str) -> String {
    hash(&[text.as_bytes()])
}

/// The files of a version of the programme; none of version 0.
pub fn running_files<V: Catalog + ?Sized>(views: &V, version: u64) -> Result<Files, EngineError> {
    let key = format!("{version:08}");
    let Some(bytes) = views.get(Space::Programme, &key)? else { return Ok(Files::new()) };
    let files = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
        what: "programme",
        detail: format!("version {key}: {error}"),
    })?;
    Ok(files)
}

/// Who applied the version that runs; none of what was applied before that was kept.
pub fn applied_by<V: Catalog + ?Sized>(views: &V) -> Result<Option<String>, EngineError> {
    let stored = views.get(Space::System, APPLIED_BY)?;
    Ok(stored.map(|it| String::from_utf8_lossy(&it).into_owned()))
}

/// The texts that each path had in the latest versions, by their names: who has one of them at hand
/// has changed nothing that is not kept.
pub fn earlier_texts<V: Catalog + ?Sized>(
    views: &V,
    version: u64,
) -> Result<BTreeMap<String, BTreeSet<String>>, EngineError> {
    let mut earlier: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for version in version.saturating_sub(EARLIER_MAX).max(1)..=version {
        for (path, text) in running_files(views, version)? {
            earlier.entry(path).or_default().insert(text_id(&text));
        }
    }
    Ok(earlier)
}

/// Names what a plan is of: these files over that version.
pub fn plan_id(running: u64, before: &Files, after: &Files) -> String {
    let version = running.to_le_bytes();
    let mut words: Vec<&[u8]> = vec![b"plan", &version];
    for files in [before, after] {
        words.push(b"files");
        words.extend(files.iter().flat_map(|(path, text)| [path.as_bytes(), text.as_bytes()]));
    }
    hash(&words)
}

fn hash(words: &[&[u8]]) -> String {
    let half = |key: u8| ChanceKey([key; 32]).draw(words).bits();
    format!("{:016x}{:016x}", half(1), half(2))
}

/// Audiences that are another by their own condition or by one that they refer to.
fn audiences(before: &Programme, after: &Programme) -> Vec<AudienceEffect> {
    let conditions = |of: &Programme| of.audiences.iter().cloned().collect::<BTreeMap<_, _>>();
    let (old, new) = (conditions(before), conditions(after));
    let mut touched: BTreeSet<String> =
        old.keys().chain(new.keys()).filter(|it| old.get(*it) != new.get(*it)).cloned().collect();
    loop {
        let reached = new.iter().filter(|(name, condition)| {
            !touched.contains(*name) && condition.audiences().iter().any(|it| touched.contains(it))
        });
        let reached: Vec<String> = reached.map(|it| it.0.clone()).collect();
        if reached.is_empty() {
            break;
        }
        touched.extend(reached);
    }
    let others = before.conditions();
    let counted: BTreeSet<CounterSpec> =
        old.values().chain(&others).flat_map(|it| it.counters()).collect();
    let counts_anew = |name: &String| {
        let mut asked = vec![name.clone()];
        let mut seen = BTreeSet::new();
        while let Some(name) = asked.pop() {
            let Some(condition) = new.get(&name).filter(|_| seen.insert(name.clone())) else {
                continue;
            };
            if condition.counters().iter().any(|it| !counted.contains(it)) {
                return true;
            }
            asked.extend(condition.audiences());
        }
        false
    };
    let effect = |name: String| {
        let moves = (!counts_anew(&name)).then(Moves::default);
        AudienceEffect { name, before: 0, moves }
    };
    touched.into_iter().map(effect).collect()
}

/// New journeys have nobody in them.
fn journeys(differences: &[Difference]) -> Vec<JourneyEffect> {
    let of_journeys = differences.iter().filter(|it| it.kind == Kind::Journey);
    let effect = |it: &Difference| {
        let gone = match it.what {
            What::Added(_) => return None,
            What::Removed(_) => true,
            What::Changed(_) => false,
        };
        let name = JourneyName::new(it.name.clone());
        Some(JourneyEffect { name, gone, running: BTreeMap::new() })
    };
    of_journeys.filter_map(effect).collect()
}

fn broadcasts<V: Catalog + ?Sized>(
    views: &V,
    after: &Programme,
    plan: &ProgrammePlan,
) -> Result<Vec<BroadcastEffect>, EngineError> {
    let states = read_all(views)?;
    let state = |name: &CampaignName| states.get(name).map(|it| it.progress.state);
    let differs = |kind: Kind, name: &str| {
        let is_new = |it: &Difference| matches!(it.what, What::Added(_));
        plan.differences.iter().any(|it| it.kind == kind && it.name == name && !is_new(it))
    };
    let mut found = Vec::new();
    for it in &after.broadcasts {
        let mut by = Vec::new();
        if differs(Kind::Broadcast, it.name.as_str()) {
            by.push("the broadcast".to_owned());
        }
        if plan.audiences.iter().any(|of| of.name == it.audience) {
            by.push(format!("audience {}", it.audience));
        }
        if differs(Kind::Content, ContentName::as_str(&it.content)) {
            by.push(format!("content {}", it.content));
        }
        if !by.is_empty() {
            let state = state(&it.name).unwrap_or_default();
            found.push(BroadcastEffect { name: it.name.clone(), state, by });
        }
    }
    for it in &plan.differences {
        if it.kind == Kind::Broadcast && matches!(it.what, What::Removed(_)) {
            let name = CampaignName::new(it.name.clone());
            let state = state(&name).unwrap_or_default();
            found.push(BroadcastEffect {
                name,
                state,
                by: vec!["the broadcast is gone".to_owned()],
            });
        }
    }
    Ok(found)
}

fn panel<V: Catalog + ?Sized>(
    views: &V,
    loaded: &Loaded,
    after: &Programme,
    now: Timestamp,
) -> Result<Option<PanelEffect>, EngineError> {
    let stored = match views.get(Space::System, PANEL)? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "system entry",
            detail: format!("{PANEL}: {error}"),
        })?,
        // As the engine takes what was stored before lines were.
        None => {
            let running = loaded.programme.policy.panel.as_ref();
            PanelLine::default().next(running, Timestamp::MIN, true)
        }
    };
    let line: PanelLine = stored;
    let next = line.next(after.policy.panel.as_ref(), now, loaded.version == 0);
    Ok(line.effect_of(&next))
}

/// Caps that count the same are compared; where both numbers of one moved, it counts as both.
fn caps(old: &[Cap], new: &[Cap]) -> Option<CapsEffect> {
    let same = |a: &Cap, b: &Cap| {
        (a.channels, &a.topic, &a.owner, a.per) == (b.channels, &b.topic, &b.owner, b.per)
    };
    let mut effect = CapsEffect::default();
    for cap in new {
        match old.iter().find(|it| same(it, cap)) {
            None => effect.tighter.push(format!("new: {cap}")),
            Some(was) if cap.at_most < was.at_most => {
                effect.tighter.push(format!("{cap}, was {}", was.at_most));
            }
            Some(was) if was.at_most < cap.at_most => {
                effect.looser.push(format!("{cap}, was {}", was.at_most));
            }
            Some(_) => {}
        }
    }
    let gone = old.iter().filter(|cap| !new.iter().any(|it| same(it, cap)));
    effect.looser.extend(gone.map(|cap| format!("gone: {cap}")));
    (effect != CapsEffect::default()).then_some(effect)
}
