//! The rows of one part in their order, a few pages at a time.
//!
//! Row groups that cannot hold what is looked for are not opened. Of the others the persons are read
//! first, then time, position and event, and the rest only where something is left to hand out.

use crate::fields::{COLUMNS, COUNT, EVENT, Key, PERSON, POSITION, TIME, get};
use crate::files::{Part, damaged};
use crate::part::{Opened, Summary};
use columnar::{Cells, Failure, Group};
use port::{HistoryError, HistoryRow};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

/// Rows that are unpacked at a time: a page of ours.
const STEP_ROWS: u64 = 4096;

/// Which rows are looked for.
pub struct Pick<'a> {
    /// By the person at writing; none is nobody.
    pub person: Box<dyn Fn(Option<u64>) -> bool + 'a>,
    /// Whether a row group with these can hold any.
    pub group: Box<dyn Fn(&Summary) -> bool + 'a>,
    pub events: Option<&'a BTreeSet<String>>,
    /// Only positions before this one.
    pub until: u64,
    /// Only these positions.
    pub positions: Option<&'a BTreeSet<u64>>,
    /// Not these positions.
    pub except: Option<&'a BTreeSet<u64>>,
    pub columns: [bool; COUNT],
}

impl<'a> Pick<'a> {
    /// Everything there is.
    pub fn all() -> Pick<'a> {
        Pick {
            person: Box::new(|_| true),
            group: Box::new(|_| true),
            events: None,
            until: u64::MAX,
            positions: None,
            except: None,
            columns: [true; COUNT],
        }
    }
}

pub struct Stream<'a> {
    path: PathBuf,
    opened: Arc<Opened>,
    summaries: Vec<Summary>,
    pick: Rc<Pick<'a>>,
    /// The row group that comes next.
    next: usize,
    group: Option<Group>,
    left: u64,
    step: Step,
    at: usize,
}

/// Some rows in hand.
struct Step {
    cells: [Option<Cells>; COUNT],
    /// Those that are looked for: their place and by what they are sorted.
    keys: Vec<(u32, Key)>,
}

impl<'a> Stream<'a> {
    pub fn open(part: &Part, pick: Rc<Pick<'a>>) -> Result<Stream<'a>, HistoryError> {
        let opened = part.reader()?;
        let summaries = opened.summaries().map_err(|it| damaged(&part.path, it))?;
        let step = Step { cells: [const { None }; COUNT], keys: Vec::new() };
        let path = part.path.clone();
        Ok(Stream { path, opened, summaries, pick, next: 0, group: None, left: 0, step, at: 0 })
    }

    /// Goes to the next row. Says by what it is sorted, or nothing at the end.
    pub fn advance(&mut self) -> Result<Option<Key>, HistoryError> {
        self.at += 1;
        while self.step.keys.len() <= self.at {
            if !self.load()? {
                return Ok(None);
            }
            self.at = 0;
        }
        Ok(self.step.keys.get(self.at).map(|it| it.1))
    }

    /// The row in hand.
    pub fn row(&self) -> Result<HistoryRow<'_>, HistoryError> {
        let row = self
            .step
            .keys
            .get(self.at)
            .and_then(|(at, key)| get(&self.step.cells, *key, *at as usize));
        row.ok_or_else(|| self.damaged("text is no UTF-8, or a value is missing".to_owned()))
    }

    /// The next rows of which one is looked for; false at the end.
    fn load(&mut self) -> Result<bool, HistoryError> {
        self.step.keys.clear();
        loop {
            let Some(group) = &mut self.group else {
                let Some(summary) = self.summaries.get(self.next) else { return Ok(false) };
                self.next += 1;
                if (self.pick.group)(summary) {
                    self.open_group(self.next - 1)?;
                }
                continue;
            };
            let rows = self.left.min(STEP_ROWS) as usize;
            if rows == 0 {
                self.group = None;
                continue;
            }
            self.left -= rows as u64;
            let read = self.step.read(group, &self.pick, rows);
            read.map_err(|it| self.failed(it))?;
            if !self.step.keys.is_empty() {
                return Ok(true);
            }
        }
    }

    fn open_group(&mut self, number: usize) -> Result<(), HistoryError> {
        let Some(group) = self.opened.footer.groups.get(number) else { return Ok(()) };
        let (file, columns) = (&self.opened.file, &self.opened.columns);
        let opened = Group::open(file, group, columns, &self.pick.columns);
        let group = opened.map_err(|it| self.failed(it))?;
        self.left = group.rows();
        self.group = Some(group);
        Ok(())
    }

    fn failed(&self, failure: Failure) -> HistoryError {
        let name = COLUMNS.get(failure.column).map_or("", |it| it.name);
        self.damaged(format!("column {name}: {}", failure.message))
    }

    fn damaged(&self, what: String) -> HistoryError {
        damaged(&self.path, format!("row group {}: {what}", self.next.saturating_sub(1)))
    }
}

impl Step {
    fn read(&mut self, group: &mut Group, pick: &Pick<'_>, rows: usize) -> Result<(), Failure> {
        self.cells = [const { None }; COUNT];
        let persons = group.read(PERSON, rows)?;
        self.pick_persons(&persons, pick, rows)?;
        if self.keys.is_empty() {
            (0..COUNT).filter(|it| *it != PERSON).for_each(|it| group.pass(it, rows as u64));
            return Ok(());
        }
        if let Some(events) = pick.events {
            let cells = group.read(EVENT, rows)?;
            self.pick_events(&cells, events);
            self.cells[EVENT] = Some(cells);
            if self.keys.is_empty() {
                let read = [PERSON, EVENT];
                let others = (0..COUNT).filter(|it| !read.contains(it));
                others.for_each(|it| group.pass(it, rows as u64));
                return Ok(());
            }
        }
        let (times, positions) = (group.read(TIME, rows)?, group.read(POSITION, rows)?);
        let missing = |column| Failure { column, message: "a value is missing".to_owned() };
        for (at, key) in &mut self.keys {
            let at = *at as usize;
            key.time = times.int(at).ok_or_else(|| missing(TIME))?;
            let position = positions.int(at).and_then(|it| u64::try_from(it).ok());
            key.position = position.ok_or_else(|| missing(POSITION))?;
        }
        self.keys.retain(|(_, key)| {
            let at = &key.position;
            *at < pick.until
                && pick.positions.is_none_or(|it| it.contains(at))
                && pick.except.is_none_or(|it| !it.contains(at))
        });
        for column in 0..COUNT {
            let is_read =
                [PERSON, TIME, POSITION].contains(&column) || self.cells[column].is_some();
            if is_read || !pick.columns[column] {
                continue;
            }
            match self.keys.is_empty() {
                true => group.pass(column, rows as u64),
                false => self.cells[column] = Some(group.read(column, rows)?),
            }
        }
        Ok(())
    }

    fn pick_persons(
        &mut self,
        persons: &Cells,
        pick: &Pick<'_>,
        rows: usize,
    ) -> Result<(), Failure> {
        // Rows of one person stand together: each is asked about once.
        let mut last: Option<(Option<i64>, bool)> = None;
        for row in 0..rows {
            let value = persons.int(row);
            let picked = match last {
                Some((before, picked)) if before == value => picked,
                Some(_) | None => {
                    let person = value.map(u64::try_from).transpose();
                    let message = || "a person has a number below 0".to_owned();
                    let person =
                        person.map_err(|_| Failure { column: PERSON, message: message() })?;
                    let picked = (pick.person)(person);
                    last = Some((value, picked));
                    picked
                }
            };
            if picked {
                let person = value.and_then(|it| u64::try_from(it).ok());
                self.keys.push((row as u32, Key::new(person, 0, 0)));
            }
        }
        Ok(())
    }

    fn pick_events(&mut self, cells: &Cells, events: &BTreeSet<String>) {
        // By where the name stands in the dictionary, so that each is compared once.
        let mut known: HashMap<(u32, u32), bool> = HashMap::new();
        let is_wanted = |name: Option<&[u8]>| {
            name.and_then(|it| std::str::from_utf8(it).ok()).is_some_and(|it| events.contains(it))
        };
        self.keys.retain(|(at, _)| {
            let at = *at as usize;
            match cells.span(at) {
                Some(span) => *known.entry(span).or_insert_with(|| is_wanted(cells.bytes(at))),
                None => false,
            }
        });
    }
}
