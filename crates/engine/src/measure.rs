//! The panel's sums, kept as facts pass: assignment cells × outcomes.

use crate::batch::Working;
use crate::claim::panel_identifiers;
use crate::contact::addresses;
use crate::plan::PanelEffect;
use crate::{Engine, EngineError, Loaded, holdouts};
use decision::learning::Fold;
use decision::panel::{self, Came, Cohort};
use decision::{HeldFrom, Panel};
use measurement::{Cell, Estimate, Question, Sums};
use model::{Timestamp, Value};
use port::{Entry, PanelEntry, Person, Sections, Space, Store};
use record::Fact;
use record::programme::OutcomeDefinition;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One row of sums: persons who entered on one day, in one cell, for one outcome.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SumKey {
    pub epoch: u32,
    pub outcome: String,
    /// Days since 1970 on which counting began for these persons.
    pub day: i64,
    pub inside: bool,
    pub cohort: Cohort,
    pub cell: u16,
    /// The half of the people, where learning was on when they entered.
    pub fold: Option<Fold>,
}

#[derive(Clone, Debug, Default)]
pub struct PanelSums {
    rows: BTreeMap<SumKey, Sums>,
    changed: BTreeSet<SumKey>,
}

/// The sums of one outcome in one epoch, over persons whose window has ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PanelReport {
    /// Of each cohort: (cell, inside the panel, sums)
    pub cohorts: BTreeMap<Cohort, Vec<(u16, bool, Sums)>>,
    /// Persons whose window is still running.
    pub running: u64,
    /// The end of the first window that has not ended.
    pub next_end: Option<Timestamp>,
}

/// The panel that runs: what it asks, since when, and how often its shares changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PanelLine {
    /// As it runs, or ran last, with its epoch and count of shares.
    panel: Option<Panel>,
    /// Whether it runs now.
    runs: bool,
    /// When the epoch began. People known before it were in the programme without it; in a
    /// programme that began with its panel there are none.
    pub since: Timestamp,
    /// The shares of each count of the epoch, for the sample ratio.
    pub all_shares: BTreeMap<u16, Vec<(u16, f64)>>,
}

impl PanelLine {
    /// What a programme's panel becomes after what ran before. `first`: nothing ran before.
    pub fn next(&self, wanted: Option<&Panel>, now: Timestamp, first: bool) -> PanelLine {
        let Some(wanted) = wanted else { return PanelLine { runs: false, ..self.clone() } };
        let mut panel = wanted.clone().after(self.panel.as_ref());
        if let (false, Some(last)) = (self.runs, &self.panel) {
            // Meanwhile everybody got everything: what comes now is another epoch.
            panel.epoch = panel.epoch.max(last.epoch + 1);
            panel.shares = 0;
        }
        let same = self.panel.as_ref().is_some_and(|it| it.epoch == panel.epoch);
        let mut all_shares = if same { self.all_shares.clone() } else { BTreeMap::new() };
        all_shares.insert(panel.shares, whole_shares(&panel));
        let since = match (same, first) {
            (true, _) => self.since,
            (false, true) => Timestamp::MIN,
            (false, false) => now,
        };
        PanelLine { panel: Some(panel), runs: true, since, all_shares }
    }

    /// What becoming `next` means for the people who are measured; none where nothing changes.
    pub fn effect_of(&self, next: &PanelLine) -> Option<PanelEffect> {
        let epoch = |it: &PanelLine| it.panel.as_ref().map_or(0, |it| it.epoch);
        match (self.runs, next.runs) {
            (false, false) => None,
            (false, true) => Some(PanelEffect::Begins { epoch: epoch(next) }),
            (true, false) => Some(PanelEffect::Ends),
            (true, true) if epoch(self) != epoch(next) => {
                Some(PanelEffect::NewEpoch { from: epoch(self), to: epoch(next) })
            }
            (true, true) if self.panel != next.panel => Some(PanelEffect::NewShares),
            (true, true) => None,
        }
    }

    pub fn put_into(&self, loaded: &mut Loaded) {
        let mut programme = (*loaded.programme).clone();
        if let (Some(panel), Some(runs)) = (&mut programme.policy.panel, &self.panel) {
            (panel.epoch, panel.shares) = (runs.epoch, runs.shares);
            loaded.programme = Arc::new(programme);
        }
        loaded.panel_shares = Arc::new(self.all_shares.clone());
    }
}

/// The share of all people that each cell should have, the people outside with the all-on cell.
fn whole_shares(panel: &Panel) -> Vec<(u16, f64)> {
    let inside = panel.cells().into_iter().map(|(cell, share)| (cell, share * panel.share));
    let mut shares: BTreeMap<u16, f64> = inside.collect();
    *shares.entry(panel.all_on()).or_default() += 1.0 - panel.share;
    shares.into_iter().collect()
}

/// The form in which sums are stored and sent: raw numbers, version in the tag.
#[derive(Serialize, Deserialize)]
enum SumsForm {
    #[serde(rename = "sums.1")]
    Sums(Sums),
}

impl PanelSums {
    pub(crate) fn read(store: &dyn Store) -> Result<PanelSums, EngineError> {
        let mut sums = PanelSums::default();
        let all = store.list(Space::Sums, "")?;
        for (key, bytes) in all.into_iter().filter(|it| !it.0.starts_with(holdouts::PREFIX)) {
            let unreadable = |detail: String| record::Unreadable {
                what: "sums",
                detail: format!("{key}: {detail}"),
            };
            let SumsForm::Sums(row) =
                serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
            let parsed = SumKey::parse(&key).ok_or_else(|| unreadable("not a key".to_owned()))?;
            sums.rows.insert(parsed, row);
        }
        Ok(sums)
    }

    /// Persons count from here on, with nothing yet.
    pub(crate) fn enter(&mut self, key: SumKey) {
        self.rows.entry(key.clone()).or_default().push(0.0);
        self.changed.insert(key);
    }

    pub(crate) fn replace(&mut self, key: SumKey, old: f64, new: f64) {
        self.rows.entry(key.clone()).or_default().replace(old, new);
        self.changed.insert(key);
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

    /// The epochs and outcomes for which there is anything.
    pub fn outcomes(&self) -> BTreeSet<(u32, String)> {
        self.rows.keys().map(|it| (it.epoch, it.outcome.clone())).collect()
    }

    /// Sums per cell over the people of one half whose window has ended, those outside with all on.
    pub(crate) fn cells_of(
        &self,
        panel: &panel::Panel,
        outcome: &str,
        now: Timestamp,
        fold: Fold,
    ) -> BTreeMap<u16, Sums> {
        let mut cells: BTreeMap<u16, Sums> = BTreeMap::new();
        for (key, sums) in &self.rows {
            let end = Timestamp((key.day + 1) * model::Span::DAY.0) + panel.window;
            let counts = key.epoch == panel.epoch && key.outcome == outcome && end <= now;
            if counts && key.fold == Some(fold) {
                cells.entry(key.cell).or_default().merge(sums);
            }
        }
        cells
    }

    /// Sums over persons whose window of `panel` has ended by `now`. A whole day counts once its
    /// last person's window has ended.
    pub fn report(&self, panel: &panel::Panel, outcome: &str, now: Timestamp) -> PanelReport {
        let mut cells: BTreeMap<(Cohort, u16, bool), Sums> = BTreeMap::new();
        let mut report = PanelReport::default();
        let of_outcome =
            self.rows.iter().filter(|(it, _)| it.epoch == panel.epoch && it.outcome == outcome);
        for (key, sums) in of_outcome {
            let end = Timestamp((key.day + 1) * model::Span::DAY.0) + panel.window;
            if end <= now {
                let cell = cells.entry((key.cohort, key.cell, key.inside)).or_default();
                cell.merge(sums);
            } else {
                report.running += sums.n;
                report.next_end = Some(report.next_end.map_or(end, |it| it.min(end)));
            }
        }
        for ((cohort, cell, inside), sums) in cells {
            report.cohorts.entry(cohort).or_default().push((cell, inside, sums));
        }
        report
    }
}

impl PanelReport {
    /// Two groups with all channels on, which chance alone tells apart, within each cohort. Whom a
    /// raised share took in has nobody outside to be compared with. Absent while a group is too
    /// small to vary.
    pub fn inside_minus_outside(&self, panel: &Panel, confidence: f64) -> Option<Estimate> {
        let mut groups = [Sums::default(); 2];
        let mut cohorts: Vec<Vec<Cell>> = Vec::new();
        for rows in self.cohorts.iter().filter(|it| it.0.came != Came::Raised).map(|it| it.1) {
            let of = |inside: bool| {
                let all_on = rows.iter().find(|it| it.0 == panel.all_on() && it.1 == inside)?;
                Some(Cell { on: u32::from(inside), sums: all_on.2 })
            };
            let Some((outside, inside)) = of(false).zip(of(true)) else { continue };
            groups[0].merge(&outside.sums);
            groups[1].merge(&inside.sums);
            cohorts.push(vec![outside, inside]);
        }
        let [outside, inside] = groups.map(|it| it.variance());
        if outside? + inside? <= 0.0 {
            return None;
        }
        // The value of a single channel is the difference of two cells, with its interval.
        let channels = ["inside", "none"].map(str::to_owned);
        let question = Question { confidence, ..Question::new(&channels, &cohorts) };
        measurement::leverage(&question).values.into_iter().next().map(|it| it.estimate)
    }
}

/// Whether the person may be counted, learned from and followed. Who may not is withheld nothing.
pub fn is_measured(person: &Person, loaded: &Loaded, now: Timestamp) -> bool {
    is_followed(person, loaded, now) && !loaded.is_seed(person)
}

/// Whether the links of the person's messages lead by way of ours. Those of a seed do, since a seed
/// sees what others see.
pub(crate) fn is_followed(person: &Person, loaded: &Loaded, now: Timestamp) -> bool {
    person.consents.may_be_measured(loaded.programme.policy.measurement_needs_consent, now)
}

impl Engine {
    /// Gives the person a place in the panel: once, when reachable, or anew in a new epoch.
    pub(crate) fn assign(&mut self, working: &mut Working, now: Timestamp) {
        let loaded = self.loaded.clone();
        let Some(rules) = &loaded.programme.policy.panel else { return };
        let person = &working.person;
        if !is_measured(person, &loaded, now) {
            return;
        }
        if person.panel.is_none()
            && !addresses(person).keys().any(|it| self.providers.contains(*it))
        {
            return;
        }
        // Whoever can never get anything is in the panel neither inside nor outside.
        let universal = loaded.programme.policy.holdouts.shares.get(&HeldFrom::Everything);
        if let Some(share) = universal
            && self.place_in_holdout(working, &HeldFrom::Everything, *share, now)
        {
            return;
        }
        let person = &mut working.person;
        let assignment = match &person.panel {
            Some(entry) => {
                panel::reassign(&entry.assignment, rules, person.id, &self.keys.chance, now)
            }
            None => Some(panel::assign(rules, person.id, &self.keys.chance, now)),
        };
        let Some(mut assignment) = assignment else { return };
        if assignment.cohort.came == Came::New && person.known.created < self.panel.since {
            assignment.cohort.came = Came::Before;
        }
        assignment.identifiers = panel_identifiers(person);
        person.panel = Some(PanelEntry {
            assignment,
            totals: BTreeMap::new(),
            cohort_day: now.day(),
            fold: None,
        });
        working.changed(Sections::HOT);
    }

    /// The first message that would have been sent in a panel channel starts the counting.
    pub(crate) fn start_counting(&mut self, working: &mut Working, now: Timestamp) {
        let Some(entry) = &mut working.person.panel else { return };
        if entry.assignment.counted_from.is_some() {
            return;
        }
        entry.assignment.count_from(now);
        entry.cohort_day = now.day();
        entry.fold = working.person.learned.drawn_fold();
        for outcome in &self.loaded.programme.outcomes {
            entry.totals.insert(outcome.name.clone(), 0.0);
            self.sums.enter(key_of(entry, &outcome.name));
        }
        working.sections.add(Sections::HOT);
    }

    /// Adds an outcome to the person's total and moves the cell's sums from the old to the new.
    pub(crate) fn count_outcomes(&mut self, working: &mut Working, fact: &Fact) {
        let before = working.person.panel.clone();
        if add_outcomes(&mut working.person, fact, &self.loaded) {
            working.changed(Sections::HOT);
            if let (Some(before), Some(after)) = (before, &working.person.panel) {
                for change in sums_changed(&before, after, &self.loaded) {
                    self.sums.replace(change.key, change.old, change.new);
                }
            }
        }
    }
}

/// A person's total moved, and with it the sums of their cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SumChange {
    pub key: SumKey,
    pub old: f64,
    pub new: f64,
}

/// Adds an outcome to the person's totals. Returns whether it was one.
pub(crate) fn add_outcomes(person: &mut Person, fact: &Fact, loaded: &Loaded) -> bool {
    let event = &fact.event;
    let Some(outcomes) = loaded.outcomes.get(event.name()) else { return false };
    let Some(panel) = &loaded.programme.policy.panel else { return false };
    let Some(entry) = &person.panel else { return false };
    let Some(from) = entry.assignment.counted_from else { return false };
    if !is_measured(person, loaded, event.time) {
        return false;
    }
    let in_window = from <= event.time && event.time < from + panel.window;
    // After a merge only what came under an identifier held at assignment counts.
    let own = fact.person.is_some()
        || event.identifiers().iter().any(|it| entry.assignment.identifiers.contains(it));
    if !in_window || !own || entry.assignment.epoch != panel.epoch {
        return false;
    }
    let mut totals = entry.totals.clone();
    for outcome in outcomes {
        // Who began before an outcome was declared is no part of its sums.
        let Some(total) = totals.get_mut(&outcome.name) else { continue };
        if holds(person, outcome, fact) {
            *total += worth(outcome, fact);
        }
    }
    if let Some(entry) = &mut person.panel {
        entry.totals = totals;
    }
    true
}

/// What the sums must follow when one person's totals become others in the same cell.
pub(crate) fn sums_changed(
    before: &PanelEntry,
    after: &PanelEntry,
    loaded: &Loaded,
) -> Vec<SumChange> {
    let mut changes = Vec::new();
    for (name, new) in &after.totals {
        let Some(old) = before.totals.get(name).filter(|it| *it != new) else { continue };
        let defined = loaded.programme.outcomes.iter().find(|it| it.name == *name);
        let capped = |total: f64| defined.map_or(total, |it| self::capped(it, total));
        changes.push(SumChange { key: key_of(after, name), old: capped(*old), new: capped(*new) });
    }
    changes
}

pub(crate) fn holds(person: &Person, outcome: &OutcomeDefinition, fact: &Fact) -> bool {
    let Some(when) = &outcome.when else { return true };
    let view = audience::View {
        profile: &person.profile,
        facts: &crate::facts::Known(&person.consents),
        event: Some(&fact.event),
    };
    expr::evaluate(when, &view, fact.event.time).holds
}

fn key_of(entry: &PanelEntry, outcome: &str) -> SumKey {
    SumKey {
        epoch: entry.assignment.epoch,
        outcome: outcome.to_owned(),
        day: entry.cohort_day,
        inside: entry.assignment.inside,
        cohort: entry.assignment.cohort,
        cell: entry.assignment.cell,
        fold: entry.fold,
    }
}

/// What counts of a person's total.
pub(crate) fn capped(outcome: &OutcomeDefinition, total: f64) -> f64 {
    outcome.cap.map_or(total, |cap| total.min(cap))
}

pub(crate) fn worth(outcome: &OutcomeDefinition, fact: &Fact) -> f64 {
    match &outcome.value {
        Some(path) => Value::at(&fact.event.properties, path)
            .and_then(Value::as_number)
            .filter(|it| it.is_finite())
            .unwrap_or(0.0),
        None => 1.0,
    }
}

/// Nothing for the first cohort; otherwise `.1`, `.0b` (before) or `.2r` (raised).
fn cohort_words(cohort: Cohort) -> String {
    if cohort.is_first() {
        return String::new();
    }
    let came = match cohort.came {
        Came::New => "",
        Came::Before => "b",
        Came::Raised => "r",
    };
    format!(".{}{came}", cohort.shares)
}

fn read_cohort(text: &str) -> Option<Cohort> {
    let number = text.trim_end_matches(['b', 'r']);
    let came = match &text[number.len()..] {
        "" => Came::New,
        "b" => Came::Before,
        "r" => Came::Raised,
        _ => return None,
    };
    let shares = if text.is_empty() { 0 } else { number.parse().ok()? };
    Some(Cohort { shares, came })
}

impl std::fmt::Display for SumKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inside = if self.inside { "in" } else { "out" };
        let cohort = cohort_words(self.cohort);
        let fold = self.fold.map(|it| u8::from(it).to_string()).unwrap_or_default();
        let SumKey { epoch, day, cell, outcome, .. } = self;
        write!(f, "{epoch}/{day}/{inside}{fold}{cohort}/{cell}/{outcome}")
    }
}

impl SumKey {
    fn parse(text: &str) -> Option<SumKey> {
        let mut parts = text.splitn(5, '/');
        let (epoch, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let (place, cohort) = parts.next().map(|it| it.split_once('.').unwrap_or((it, "")))?;
        let (inside, fold) = match place.strip_prefix("in") {
            Some(fold) => (true, fold),
            None => (false, place.strip_prefix("out")?),
        };
        let fold = match fold {
            "" => None,
            fold => Some(Fold::try_from(fold.parse::<u8>().ok()?).ok()?),
        };
        Some(SumKey {
            epoch,
            day,
            inside,
            cohort: read_cohort(cohort)?,
            fold,
            cell: parts.next()?.parse().ok()?,
            outcome: parts.next()?.to_owned(),
        })
    }
}
