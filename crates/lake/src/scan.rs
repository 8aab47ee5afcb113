//! A scan: the rows of each person together, in order of time, over all parts.
//!
//! Parts are sorted by the person at writing. Who became part of somebody else since then stands at
//! another place than that other: those rows are looked for first, sorted by whom they belong to now, and
//! kept as further sources, on the disk where they are many.

use crate::fields::{Key, wanted};
use crate::files::{Files, Name, Part, unfinished};
use crate::io_error;
use crate::merge::{Source, merge};
use crate::part::{PartWriter, Summary};
use crate::stream::{Pick, Stream};
use model::PersonId;
use port::{HistoryError, HistoryRow, PersonRange, Scan, Visit};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

/// Rows of merged persons that are kept in memory; some 300 MB when they are all of usual size.
const MOVED_ROWS_MAX: usize = 400_000;

/// The same for long ones.
const MOVED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Everything that a scan reads from.
pub struct Sources<'a> {
    sources: Vec<Source<'a>>,
    /// Its folders go with it.
    _moved: Moved<'a>,
}

impl Sources<'_> {
    pub fn run(self, visit: &mut Visit<'_>) -> Result<(), HistoryError> {
        merge(self.sources, |row| Ok(visit(row).is_continue()))
    }
}

pub fn sources<'a>(
    dir: &'a Path,
    files: &Files,
    scan: &'a Scan<'a>,
) -> Result<Sources<'a>, HistoryError> {
    // Who was absorbed is not looked for at their own place.
    let absorbed: BTreeMap<u64, u64> =
        scan.redirects.iter().map(|(from, to)| (from.0, to.0)).collect();
    let persons = scan.persons;
    let pick = Rc::new(Pick {
        person: Box::new(move |it| {
            it.is_some_and(|it| persons.contains(PersonId(it)) && !absorbed.contains_key(&it))
        }),
        group: Box::new(move |it| it.persons.is_some_and(|it| touches(persons, it))),
        events: scan.events,
        until: scan.until.0,
        positions: None,
        except: None,
        columns: wanted(scan.wanted),
    });
    let mut sources = Vec::new();
    for part in files.parts.iter().filter(|it| it.from < scan.until.0) {
        if part.groups.iter().any(|it| (pick.group)(it)) {
            sources.push(Source::Part(Box::new(Stream::open(part, Rc::clone(&pick))?)));
        }
    }
    let mut spilled = Moved::new(dir);
    spilled.collect(files, scan)?;
    let written = spilled.spilled.iter().map(|it| Part::open(it.1.clone()));
    let written: Vec<Part> = written.collect::<Result<_, _>>()?;
    let all = Rc::new(Pick { columns: wanted(scan.wanted), ..Pick::all() });
    for part in &written {
        sources.push(Source::Part(Box::new(Stream::open(part, Rc::clone(&all))?)));
    }
    sources.push(Source::Rows(std::mem::take(&mut spilled.rows), None));
    Ok(Sources { sources, _moved: spilled })
}

fn touches(range: PersonRange, (first, last): (u64, u64)) -> bool {
    range.from.0 <= last && range.before.is_none_or(|it| first < it.0)
}

/// Rows of persons who became part of others, as rows of those.
struct Moved<'a> {
    dir: &'a Path,
    rows: Vec<HistoryRow<'static>>,
    bytes: usize,
    /// Sorted and on the disk, each in a folder that goes when the scan ends.
    spilled: Vec<(tempfile::TempDir, Name)>,
}

impl<'a> Moved<'a> {
    fn new(dir: &'a Path) -> Moved<'a> {
        Moved { dir, rows: Vec::new(), bytes: 0, spilled: Vec::new() }
    }

    /// Leaves the rows that are not spilled sorted.
    fn collect(&mut self, files: &Files, scan: &Scan<'_>) -> Result<(), HistoryError> {
        let redirects = scan.redirects.iter().filter(|it| scan.persons.contains(it.1));
        let moved: BTreeMap<u64, u64> = redirects.map(|(from, to)| (from.0, to.0)).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let is_in = |it: &Summary| {
            it.persons.is_some_and(|(first, last)| moved.range(first..=last).next().is_some())
        };
        let pick = Rc::new(Pick {
            person: Box::new(|it| it.is_some_and(|it| moved.contains_key(&it))),
            group: Box::new(is_in),
            events: scan.events,
            until: scan.until.0,
            positions: None,
            except: None,
            columns: wanted(scan.wanted),
        });
        for part in files.parts.iter().filter(|it| it.from < scan.until.0) {
            if !part.groups.iter().any(is_in) {
                continue;
            }
            let mut stream = Stream::open(part, Rc::clone(&pick))?;
            while stream.advance()?.is_some() {
                let row = stream.row()?;
                let now = row.person.and_then(|it| moved.get(&it.0)).copied().map(PersonId);
                self.add(HistoryRow { person: now, ..row }.into_owned())?;
            }
        }
        self.rows.sort_by_key(Key::of);
        Ok(())
    }

    fn add(&mut self, row: HistoryRow<'static>) -> Result<(), HistoryError> {
        let texts = [&row.properties, &row.context, &row.acts];
        self.bytes += texts.iter().map(|it| it.as_ref().map_or(0, |it| it.len())).sum::<usize>();
        self.rows.push(row);
        if MOVED_ROWS_MAX <= self.rows.len() || MOVED_BYTES_MAX <= self.bytes {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), HistoryError> {
        self.rows.sort_by_key(Key::of);
        let at = unfinished(self.dir);
        let folder = tempfile::Builder::new().prefix("scan-").tempdir_in(&at);
        let folder = folder.map_err(|it| io_error("create a folder in", &at, it))?;
        let name = Name { day: 0, from: 0, to: 1, path: folder.path().join("moved") };
        let failed = |error| io_error("write", &name.path, error);
        let file = std::fs::File::create(&name.path).map_err(failed)?;
        let mut out = PartWriter::new(file).map_err(failed)?;
        for row in self.rows.drain(..) {
            out.row(&row).map_err(failed)?;
        }
        out.finish(name.from, name.to).map_err(failed)?;
        self.bytes = 0;
        self.spilled.push((folder, name));
        Ok(())
    }
}

/// By the row groups: each is taken to lie evenly between its smallest and largest person.
pub fn ranges(files: &Files, count: usize) -> Vec<PersonRange> {
    let groups = files.parts.iter().flat_map(|it| &it.groups);
    let held: Vec<(u64, u64, u64)> = groups
        .filter_map(|it| it.persons.map(|(first, last)| (first, last, it.rows - it.nobody)))
        .collect();
    let total: f64 = held.iter().map(|it| it.2 as f64).sum();
    let before = |person: u64| -> f64 {
        let part = |(first, last, rows): &(u64, u64, u64)| {
            let width = (last - first) as f64 + 1.0;
            let share = (person.saturating_sub(*first) as f64 / width).min(1.0);
            share * *rows as f64
        };
        held.iter().map(part).sum()
    };
    let end = held.iter().map(|it| it.1).max().map_or(0, |it| it.saturating_add(1));
    let mut bounds: Vec<u64> = Vec::new();
    for number in 1..count.max(1) {
        let wanted = total * number as f64 / count as f64;
        // The smallest person before whom so many rows stand.
        let (mut low, mut high) = (0, end);
        while low < high {
            let middle = low + (high - low) / 2;
            match before(middle) < wanted {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let last = bounds.last().copied().unwrap_or(0);
        if last < low && low < end {
            bounds.push(low);
        }
    }
    let from = [0].into_iter().chain(bounds.iter().copied()).map(PersonId);
    let before = bounds.iter().copied().map(|it| Some(PersonId(it))).chain([None]);
    from.zip(before).map(|(from, before)| PersonRange { from, before }).collect()
}
