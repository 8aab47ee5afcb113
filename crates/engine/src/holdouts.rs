//! Holdouts of everything, of a journey or of a content: places, outcomes, and their comparison.

use crate::batch::Working;
use crate::claim::panel_identifiers;
use crate::measure::{capped, holds, is_measured, worth};
use crate::{Engine, EngineError, Loaded};
use decision::{Held, HeldFrom, holdout};
use measurement::{Cell, Estimate, Question, Sums};
use model::{Span, Timestamp};
use port::{Entry, HoldoutEntry, Person, Sections, Space, Store};
use record::Fact;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stored keys of these sums begin so; all others on that shelf are the panel's.
pub(crate) const PREFIX: &str = "h/";

/// One row of sums: persons whose counting began on one day, for one outcome.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HoldoutKey {
    pub from: HeldFrom,
    pub outcome: String,
    /// In thousandths: the cohort.
    pub share: u16,
    /// Days since 1970.
    pub day: i64,
    pub held: bool,
}

#[derive(Clone, Debug, Default)]
pub struct HoldoutSums {
    rows: BTreeMap<HoldoutKey, Sums>,
    changed: BTreeSet<HoldoutKey>,
}

/// What one holdout says about one outcome, over persons whose window has ended.
#[derive(Clone, Debug, Serialize)]
pub struct HoldoutReport {
    pub holdout: String,
    pub outcome: String,
    /// The share that is held out today; 0 for one that is not declared any more.
    pub share: f64,
    pub held: Group,
    pub sent: Group,
    /// Sent minus held, per person, with its interval.
    pub effect: Estimate,
    /// Persons whose window is still running.
    pub running: u64,
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Group {
    pub n: u64,
    pub mean: Option<f64>,
}

#[derive(Serialize, Deserialize)]
enum SumsForm {
    #[serde(rename = "sums.1")]
    Sums(Sums),
}

impl HoldoutSums {
    pub(crate) fn read(store: &dyn Store) -> Result<HoldoutSums, EngineError> {
        let mut sums = HoldoutSums::default();
        for (key, bytes) in store.list(Space::Sums, PREFIX)? {
            let unreadable = |detail: String| record::Unreadable {
                what: "sums",
                detail: format!("{key}: {detail}"),
            };
            let SumsForm::Sums(row) =
                serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
            let parsed =
                HoldoutKey::parse(&key).ok_or_else(|| unreadable("not a key".to_owned()))?;
            sums.rows.insert(parsed, row);
        }
        Ok(sums)
    }

    /// Of each arm of an experiment, by its number: the sums over people whose window has ended. And
    /// how many people's window is still running.
    pub(crate) fn arms(
        &self,
        from: &HeldFrom,
        outcome: &str,
        window: Span,
        now: Timestamp,
    ) -> (BTreeMap<u16, Sums>, u64) {
        let (mut arms, mut running) = (BTreeMap::<u16, Sums>::new(), 0);
        let rows = self.rows.iter().filter(|(it, _)| it.from == *from && it.outcome == outcome);
        for (key, sums) in rows {
            if Timestamp((key.day + 1) * Span::DAY.0) + window <= now {
                arms.entry(key.share).or_default().merge(sums);
            } else {
                running += sums.n;
            }
        }
        (arms, running)
    }

    pub(crate) fn enter(&mut self, from: &HeldFrom, entry: &HoldoutEntry, outcome: &str) {
        self.change(key_of(from, entry, outcome), |it| it.push(0.0));
    }

    fn change(&mut self, key: HoldoutKey, change: impl FnOnce(&mut Sums)) {
        change(self.rows.entry(key.clone()).or_default());
        self.changed.insert(key);
    }

    pub(crate) fn follow(&mut self, changes: Vec<HoldoutChange>) {
        for it in changes {
            self.change(it.key, |sums| sums.replace(it.old, it.new));
        }
    }

    pub(crate) fn changed_entries(&self, entries: &mut Vec<Entry>) {
        for key in &self.changed {
            let Some(sums) = self.rows.get(key) else { continue };
            let value =
                serde_json::to_vec(&SumsForm::Sums(*sums)).expect("numbers have a JSON form");
            entries.push(Entry::put(Space::Sums, key.to_string(), value));
        }
    }

    pub(crate) fn stored(&mut self) {
        self.changed.clear();
    }

    /// Every holdout that counts or has counted, for each outcome, in the order of their names.
    pub fn reports(
        &self,
        holdouts: &decision::Holdouts,
        outcomes: &[String],
        now: Timestamp,
    ) -> Vec<HoldoutReport> {
        let known = self.rows.keys().map(|it| &it.from);
        let known = known.filter(|it| !matches!(it, HeldFrom::Experiment(_)));
        let names: BTreeSet<&HeldFrom> = known.chain(holdouts.shares.keys()).collect();
        let report = |from: &HeldFrom, outcome: &String| self.report(holdouts, from, outcome, now);
        names
            .into_iter()
            .flat_map(|from| outcomes.iter().map(move |outcome| (from, outcome)))
            .map(|(from, outcome)| report(from, outcome))
            .collect()
    }

    fn report(
        &self,
        holdouts: &decision::Holdouts,
        from: &HeldFrom,
        outcome: &str,
        now: Timestamp,
    ) -> HoldoutReport {
        let mut cohorts: BTreeMap<u16, BTreeMap<bool, Sums>> = BTreeMap::new();
        let mut running = 0;
        for (key, sums) in &self.rows {
            if key.from != *from || key.outcome != outcome {
                continue;
            }
            if Timestamp((key.day + 1) * Span::DAY.0) + holdouts.window <= now {
                let cohort = cohorts.entry(key.share).or_default();
                cohort.entry(key.held).or_default().merge(sums);
            } else {
                running += sums.n;
            }
        }
        let cells = |cohort: BTreeMap<bool, Sums>| -> Vec<Cell> {
            cohort.into_iter().map(|(held, sums)| Cell { on: u32::from(!held), sums }).collect()
        };
        let group = |held: bool| {
            let mut all = Sums::default();
            cohorts.values().filter_map(|it| it.get(&held)).for_each(|it| all.merge(it));
            Group { n: all.n, mean: (0 < all.n).then_some(all.mean) }
        };
        let (held, sent) = (group(true), group(false));
        let cohorts: Vec<Vec<Cell>> = cohorts.into_values().map(cells).collect();
        let names = ["sent".to_owned()];
        let (effect, warnings) = measurement::effect(&Question::new(&names, &cohorts));
        let absent = || Estimate::absent("nobody's window has ended yet");
        HoldoutReport {
            holdout: from.to_string(),
            outcome: outcome.to_owned(),
            share: holdouts.shares.get(from).copied().unwrap_or(0.0),
            held,
            sent,
            effect: if 0 < held.n + sent.n { effect } else { absent() },
            running,
            warnings,
        }
    }
}

impl Engine {
    /// Whether a holdout keeps the message back. The person enters each holdout that the message
    /// falls under at the first such message, whatever their place in it.
    pub(crate) fn is_kept_out(
        &mut self,
        working: &mut Working,
        place: usize,
        now: Timestamp,
    ) -> Option<HeldFrom> {
        let measured = is_measured(&working.person, &self.loaded, now);
        if self.loaded.programme.policy.holdouts.shares.is_empty() || !measured {
            return None;
        }
        let loaded = self.loaded.clone();
        let falls_under = loaded.programme.policy.holdouts.of(&working.person.open[place]);
        let falls_under: Vec<(&HeldFrom, f64)> = falls_under.collect();
        let mut kept = None;
        for (from, share) in falls_under {
            if self.place_in_holdout(working, from, share, now) {
                kept = kept.or_else(|| Some(from.clone()));
            }
            let Some(entry) = working.person.holdouts.get_mut(from) else { continue };
            if entry.place.counted_from.is_some() {
                continue;
            }
            working.sections.add(Sections::HOT);
            (entry.place.counted_from, entry.day) = (Some(now), now.day());
            for outcome in &loaded.programme.outcomes {
                entry.totals.insert(outcome.name.clone(), 0.0);
                let key = key_of(from, entry, &outcome.name);
                self.holdouts.change(key, |it| it.push(0.0));
            }
        }
        kept
    }

    /// The person's place, drawn now if it was not before: whether they are held out.
    pub(crate) fn place_in_holdout(
        &self,
        working: &mut Working,
        from: &HeldFrom,
        share: f64,
        now: Timestamp,
    ) -> bool {
        if let Some(entry) = working.person.holdouts.get(from) {
            return entry.place.held;
        }
        let drawn = holdout::draw(from, share, working.person.id, &self.keys.chance, now);
        let place = Held { identifiers: panel_identifiers(&working.person), ..drawn };
        let held = place.held;
        let entry = HoldoutEntry { place, totals: BTreeMap::new(), day: now.day() };
        working.person.holdouts.insert(from.clone(), entry);
        working.changed(Sections::HOT);
        held
    }

    /// Adds an outcome to the person's totals in each holdout and to the sums there.
    pub(crate) fn count_in_holdouts(&mut self, working: &mut Working, fact: &Fact) {
        if working.person.holdouts.is_empty() {
            return;
        }
        let before = working.person.holdouts.clone();
        if add_in_holdouts(&mut working.person, fact, &self.loaded) {
            working.changed(Sections::HOT);
            let changes = holdout_changes(&before, &working.person.holdouts, &self.loaded);
            self.holdouts.follow(changes);
        }
    }

    pub fn holdouts(&self) -> &HoldoutSums {
        &self.holdouts
    }
}

/// Both as one: per holdout the place drawn first, with its own totals; what the other counted stays
/// in its sums, as that of a person who is no longer followed.
pub(crate) fn merged(
    a: &BTreeMap<HeldFrom, HoldoutEntry>,
    b: &BTreeMap<HeldFrom, HoldoutEntry>,
) -> BTreeMap<HeldFrom, HoldoutEntry> {
    let mut merged = a.clone();
    for (from, theirs) in b {
        let Some(own) = merged.get(from) else {
            merged.insert(from.clone(), theirs.clone());
            continue;
        };
        let place = Held::merge(&own.place, &theirs.place);
        let first = if place.identifiers == own.place.identifiers { own } else { theirs };
        let entry = HoldoutEntry { place, totals: first.totals.clone(), day: first.day };
        merged.insert(from.clone(), entry);
    }
    merged
}

/// A person's total moved, and with it the sums of their group.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HoldoutChange {
    key: HoldoutKey,
    old: f64,
    new: f64,
}

/// Adds an outcome to the person's totals in each holdout. Returns whether it was one.
pub(crate) fn add_in_holdouts(person: &mut Person, fact: &Fact, loaded: &Loaded) -> bool {
    let Some(outcomes) = loaded.outcomes.get(fact.event.name()) else { return false };
    let window = |from: &HeldFrom| crate::experiments::window_of(from, loaded);
    let mut places = std::mem::take(&mut person.holdouts);
    let mut changed = false;
    let counted = places.iter_mut().filter(|(from, it)| counts(&it.place, window(from), fact));
    for (_, entry) in counted {
        for outcome in outcomes {
            let Some(total) = entry.totals.get_mut(&outcome.name) else { continue };
            if holds(person, outcome, fact) {
                *total += worth(outcome, fact);
                changed = true;
            }
        }
    }
    person.holdouts = places;
    changed
}

/// What the sums must follow when one person's totals become others in the same places.
pub(crate) fn holdout_changes(
    before: &Places,
    after: &Places,
    loaded: &Loaded,
) -> Vec<HoldoutChange> {
    let mut changes = Vec::new();
    for (from, entry) in after {
        let Some(old) = before.get(from) else { continue };
        for (name, new) in &entry.totals {
            let Some(old) = old.totals.get(name).filter(|it| *it != new) else { continue };
            let defined = loaded.programme.outcomes.iter().find(|it| it.name == *name);
            let capped = |total: f64| defined.map_or(total, |it| capped(it, total));
            let (old, new) = (capped(*old), capped(*new));
            changes.push(HoldoutChange { key: key_of(from, entry, name), old, new });
        }
    }
    changes
}

type Places = BTreeMap<HeldFrom, HoldoutEntry>;

/// One half's places when a merge is undone.
#[derive(Default)]
pub(crate) struct HalfPlaces {
    /// From which the half's own facts are counted again.
    pub begin: Places,
    /// What the sums hold for the half now.
    pub counted: Places,
}

/// Each one's places: its own as they were frozen, of which one was followed while they were one;
/// and what began since, which stays with the survivor. Survivor first.
pub(crate) fn apart(merged: &Places, frozen: [&Places; 2]) -> [HalfPlaces; 2] {
    let mut halves = [HalfPlaces::default(), HalfPlaces::default()];
    for (half, own) in frozen.into_iter().enumerate() {
        halves[half].begin.clone_from(own);
        halves[half].counted.clone_from(own);
    }
    for (from, now) in merged {
        let is = |half: usize| {
            let place = |it: &Held| (it.assigned, it.held, it.share);
            let own = frozen[half].get(from).map(|it| &it.place);
            own.is_some_and(|it| place(it) == place(&now.place))
        };
        let half = usize::from(!is(0) && is(1));
        let before = frozen[half].get(from);
        let mut entry = now.clone();
        for (name, total) in &mut entry.totals {
            *total = before.and_then(|it| it.totals.get(name)).copied().unwrap_or(0.0);
        }
        halves[half].begin.insert(from.clone(), entry);
        halves[half].counted.insert(from.clone(), now.clone());
        for half in &mut halves {
            if let Some(entry) = half.begin.get_mut(from) {
                entry.place.exposed |= now.place.exposed;
            }
        }
    }
    halves
}

/// Whether an outcome falls into the window, under an identifier held at assignment.
fn counts(place: &Held, window: Span, fact: &Fact) -> bool {
    let event = &fact.event;
    let Some(from) = place.counted_from else { return false };
    let in_window = from <= event.time && event.time < from + window;
    let own = || event.identifiers().iter().any(|it| place.identifiers.contains(it));
    in_window && (fact.person.is_some() || own())
}

fn key_of(from: &HeldFrom, entry: &HoldoutEntry, outcome: &str) -> HoldoutKey {
    HoldoutKey {
        from: from.clone(),
        outcome: outcome.to_owned(),
        share: entry.place.share,
        day: entry.day,
        held: entry.place.held,
    }
}

impl std::fmt::Display for HoldoutKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let HoldoutKey { from, outcome, share, day, held } = self;
        let held = if *held { "held" } else { "sent" };
        // Names may hold any character, so both lengths come first.
        let from = from.to_string();
        write!(f, "{PREFIX}{day}/{share}/{held}/{}/{from}/{outcome}", from.len())
    }
}

impl HoldoutKey {
    fn parse(text: &str) -> Option<HoldoutKey> {
        let mut parts = text.strip_prefix(PREFIX)?.splitn(5, '/');
        let day = parts.next()?.parse().ok()?;
        let share = parts.next()?.parse().ok()?;
        let held = match parts.next()? {
            "held" => true,
            "sent" => false,
            _ => return None,
        };
        let length: usize = parts.next()?.parse().ok()?;
        let (from, outcome) = parts.next()?.split_at_checked(length)?;
        let from = HeldFrom::try_from(from.to_owned()).ok()?;
        let outcome = outcome.strip_prefix('/')?.to_owned();
        Some(HoldoutKey { from, outcome, share, day, held })
    }
}
