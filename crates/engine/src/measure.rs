//! The panel's sums, kept as facts pass: assignment cells × outcomes.

use crate::batch::Working;
use crate::claim::panel_identifiers;
use crate::contact::addresses;
use crate::{Engine, EngineError};
use decision::learning::Fold;
use decision::panel;
use measurement::Sums;
use model::{Timestamp, Value};
use port::{Entry, PanelEntry, Sections, Space, Store};
use record::Fact;
use record::programme::OutcomeDefinition;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One row of sums: persons who entered on one day, in one cell, for one outcome.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SumKey {
    pub epoch: u32,
    pub outcome: String,
    /// Days since 1970 on which counting began for these persons.
    pub day: i64,
    pub inside: bool,
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
    /// (cell, inside the panel, sums)
    pub cells: Vec<(u16, bool, Sums)>,
    /// Persons whose window is still running.
    pub running: u64,
    /// The end of the first window that has not ended.
    pub next_end: Option<Timestamp>,
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
        for (key, bytes) in store.list(Space::Sums, "")? {
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
        let mut cells: BTreeMap<(u16, bool), Sums> = BTreeMap::new();
        let mut report = PanelReport::default();
        let of_outcome =
            self.rows.iter().filter(|(it, _)| it.epoch == panel.epoch && it.outcome == outcome);
        for (key, sums) in of_outcome {
            let end = Timestamp((key.day + 1) * model::Span::DAY.0) + panel.window;
            if end <= now {
                let cell = cells.entry((key.cell, key.inside)).or_default();
                cell.merge(sums);
            } else {
                report.running += sums.n;
                report.next_end = Some(report.next_end.map_or(end, |it| it.min(end)));
            }
        }
        report.cells =
            cells.into_iter().map(|((cell, inside), sums)| (cell, inside, sums)).collect();
        report
    }
}

impl Engine {
    /// Gives the person a place in the panel: once, when reachable, or anew in a new epoch.
    pub(crate) fn assign(&mut self, working: &mut Working, now: Timestamp) {
        let Some(rules) = &self.loaded.programme.policy.panel else { return };
        let person = &mut working.person;
        let assignment = match &person.panel {
            Some(entry) => {
                panel::reassign(&entry.assignment, rules, person.id, &self.keys.chance, now)
            }
            None if !addresses(person).keys().any(|it| self.providers.contains(*it)) => None,
            None => Some(panel::assign(rules, person.id, &self.keys.chance, now)),
        };
        let Some(mut assignment) = assignment else { return };
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
        let event = &fact.event;
        let loaded = self.loaded.clone();
        let Some(outcomes) = loaded.outcomes.get(event.name()) else { return };
        let Some(panel) = &loaded.programme.policy.panel else { return };
        let Some(mut entry) = working.person.panel.clone() else { return };
        let Some(from) = entry.assignment.counted_from else { return };
        let in_window = from <= event.time && event.time < from + panel.window;
        // After a merge only what came under an identifier held at assignment counts.
        let own = fact.person.is_some()
            || event.identifiers().iter().any(|it| entry.assignment.identifiers.contains(it));
        if !in_window || !own || entry.assignment.epoch != panel.epoch {
            return;
        }
        for outcome in outcomes {
            // Who began before an outcome was declared is no part of its sums.
            let Some(old) = entry.totals.get(&outcome.name).copied() else { continue };
            if !self.holds(working, outcome, fact) {
                continue;
            }
            let new = old + worth(outcome, fact);
            entry.totals.insert(outcome.name.clone(), new);
            let capped = |it: f64| outcome.cap.map_or(it, |cap| it.min(cap));
            self.sums.replace(key_of(&entry, &outcome.name), capped(old), capped(new));
        }
        working.person.panel = Some(entry);
        working.changed(Sections::HOT);
    }

    pub(crate) fn holds(
        &self,
        working: &Working,
        outcome: &OutcomeDefinition,
        fact: &Fact,
    ) -> bool {
        let Some(when) = &outcome.when else { return true };
        let person = &working.person;
        let view = audience::View {
            profile: &person.profile,
            facts: &crate::facts::Known(&person.consents),
            event: Some(&fact.event),
        };
        expr::evaluate(when, &view, fact.event.time).holds
    }
}

fn key_of(entry: &PanelEntry, outcome: &str) -> SumKey {
    SumKey {
        epoch: entry.assignment.epoch,
        outcome: outcome.to_owned(),
        day: entry.cohort_day,
        inside: entry.assignment.inside,
        cell: entry.assignment.cell,
        fold: entry.fold,
    }
}

fn worth(outcome: &OutcomeDefinition, fact: &Fact) -> f64 {
    match &outcome.value {
        Some(path) => Value::at(&fact.event.properties, path)
            .and_then(Value::as_number)
            .filter(|it| it.is_finite())
            .unwrap_or(0.0),
        None => 1.0,
    }
}

impl std::fmt::Display for SumKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let inside = if self.inside { "in" } else { "out" };
        let fold = self.fold.map(|it| u8::from(it).to_string()).unwrap_or_default();
        write!(f, "{}/{}/{inside}{fold}/{}/{}", self.epoch, self.day, self.cell, self.outcome)
    }
}

impl SumKey {
    fn parse(text: &str) -> Option<SumKey> {
        let mut parts = text.splitn(5, '/');
        let (epoch, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let place = parts.next()?;
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
            fold,
            cell: parts.next()?.parse().ok()?,
            outcome: parts.next()?.to_owned(),
        })
    }
}
