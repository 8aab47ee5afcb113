//! What is written: new parts, days put together, and parts without the rows that must go.

use crate::disk::Disk;
use crate::fields::{COUNT, Key};
use crate::files::{Files, Name, Part, folder, unfinished, write_position};
use crate::io_error;
use crate::merge::{Source, merge};
use crate::part::{PartWriter, Summary};
use crate::stream::{Pick, Stream};
use model::{PersonId, Timestamp};
use port::{AskFate, Fate, HistoryError, HistoryRow, LogPosition, Within};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Parts of a day that are put together at once: each takes an open file and some pages in memory.
const PARTS_MAX: usize = 64;

/// All parts of the slice are whole and durable before the position moves.
pub fn append(
    dir: &Path,
    disk: &mut dyn Disk,
    files: &mut Files,
    to: LogPosition,
    rows: &[HistoryRow<'_>],
) -> Result<(), HistoryError> {
    let from = files.position;
    if to < from || rows.iter().any(|it| it.position < from || to <= it.position) {
        return Err(HistoryError::OutOfOrder { is: from.0, to: to.0 });
    }
    let mut days: BTreeMap<i64, Vec<&HistoryRow<'_>>> = BTreeMap::new();
    for row in rows {
        days.entry(row.received.day()).or_default().push(row);
    }
    let mut parts = Vec::with_capacity(days.len());
    for (day, mut rows) in days {
        rows.sort_by_key(|it| Key::of(it));
        let name = Name::new(dir, day, from.0, to.0);
        parts.push(write(dir, disk, name, |out| rows.iter().try_for_each(|row| out.put(row)))?);
    }
    write_position(dir, disk, to)?;
    files.position = to;
    parts.into_iter().flatten().for_each(|it| files.add(it));
    Ok(())
}

/// Makes one part of several of the first day that has them.
pub fn compact(
    dir: &Path,
    disk: &mut dyn Disk,
    files: &mut Files,
    before_day: i64,
) -> Result<bool, HistoryError> {
    let mut days: BTreeMap<i64, Vec<Arc<Part>>> = BTreeMap::new();
    for part in files.parts.iter().filter(|it| it.day < before_day) {
        days.entry(part.day).or_default().push(Arc::clone(part));
    }
    let Some((day, mut parts)) = days.into_iter().find(|it| 1 < it.1.len()) else {
        return Ok(false);
    };
    parts.truncate(PARTS_MAX);
    let from = parts.iter().map(|it| it.from).min().unwrap_or(0);
    let to = parts.iter().map(|it| it.to).max().unwrap_or(0);
    let all = Rc::new(Pick::all());
    let streams = parts.iter().map(|it| Stream::open(it, Rc::clone(&all)));
    let sources: Vec<Source<'_>> =
        streams.map(|it| it.map(|it| Source::Part(Box::new(it)))).collect::<Result<_, _>>()?;
    let name = Name::new(dir, day, from, to);
    let made = write(dir, disk, name, |out| merge(sources, |row| out.put(row).map(|()| true)))?;
    remove(disk, files, &parts)?;
    made.into_iter().for_each(|it| files.add(it));
    Ok(true)
}

fn remove(disk: &mut dyn Disk, files: &mut Files, parts: &[Arc<Part>]) -> Result<(), HistoryError> {
    files.parts.retain(|it| !parts.iter().any(|gone| Arc::ptr_eq(gone, it)));
    for part in parts {
        disk.remove(&part.path).map_err(|it| io_error("remove", &part.path, it))?;
    }
    Ok(())
}

/// Part by part: looked through first, and written anew only if something is other than it was.
pub fn rewrite(
    dir: &Path,
    disk: &mut dyn Disk,
    files: &mut Files,
    within: &Within,
    fate: &mut AskFate<'_>,
) -> Result<u64, HistoryError> {
    let mut changed = 0;
    for part in files.parts.clone() {
        if !part.groups.iter().any(|it| can_hold(within, it)) {
            continue;
        }
        let found = look_through(&part, within, fate)?;
        if found.gone == 0 && found.moved.is_empty() {
            continue;
        }
        changed += found.gone + found.moved.len() as u64;
        let moved: BTreeSet<u64> = found.moved.iter().map(|it| it.position.0).collect();
        let others = Rc::new(Pick { except: Some(&moved), ..Pick::all() });
        let stream = Source::Part(Box::new(Stream::open(&part, others)?));
        let sources = vec![stream, Source::Rows(found.moved, None)];
        let made = write(dir, disk, name_of(&part), |out| {
            merge(sources, |row| {
                let stays = moved.contains(&row.position.0)
                    || !within.holds(row)
                    || fate(row) != Fate::Goes;
                if stays { out.put(row).map(|()| true) } else { Ok(true) }
            })
        })?;
        files.parts.retain(|it| !Arc::ptr_eq(it, &part));
        made.into_iter().for_each(|it| files.add(it));
    }
    Ok(changed)
}

/// Whether a row group can hold rows that the rewriting means.
fn can_hold(within: &Within, group: &Summary) -> bool {
    let of = group.persons.is_some_and(|(first, last)| {
        let (first, last) = (PersonId(first), PersonId(last));
        within.persons.range(first..=last).next().is_some()
    });
    let by = |it: &Option<Timestamp>| it.map_or(i64::MIN, |it| it.0);
    of || (0 < group.nobody && group.received.0 <= by(&within.nobody_until))
        || group.received.0 < by(&within.received_before)
}

/// What a rewriting would do to a part.
struct Found {
    gone: u64,
    /// Rows of another person than before, in their order.
    moved: Vec<HistoryRow<'static>>,
}

fn look_through(
    part: &Part,
    within: &Within,
    fate: &mut AskFate<'_>,
) -> Result<Found, HistoryError> {
    let any_age = within.received_before.is_some();
    let pick = Pick {
        person: Box::new(move |it| match it {
            Some(it) => any_age || within.persons.contains(&PersonId(it)),
            None => any_age || within.nobody_until.is_some(),
        }),
        group: Box::new(|it| can_hold(within, it)),
        events: within.events.as_ref(),
        columns: [true; COUNT],
        ..Pick::all()
    };
    let mut found = Found { gone: 0, moved: Vec::new() };
    let mut stream = Stream::open(part, Rc::new(pick))?;
    while stream.advance()?.is_some() {
        let row = stream.row()?;
        if !within.holds(&row) {
            continue;
        }
        match fate(&row) {
            Fate::Stays => {}
            Fate::Becomes(person) if row.person == Some(person) => {}
            Fate::Becomes(person) => {
                found.moved.push(HistoryRow { person: Some(person), ..row }.into_owned());
            }
            Fate::Goes => found.gone += 1,
        }
    }
    found.moved.sort_by_key(Key::of);
    Ok(found)
}

/// Takes out what stands at the position or after it, in parts that go beyond it.
pub fn cut(dir: &Path, disk: &mut dyn Disk, files: &mut Files) -> Result<(), HistoryError> {
    let end = files.position.0;
    for part in files.parts.clone().into_iter().filter(|it| end < it.to) {
        let name = Name::new(dir, part.day, part.from, end);
        let pick = Pick { until: end, ..Pick::all() };
        let mut stream = Stream::open(&part, Rc::new(pick))?;
        let made = write(dir, disk, name, |out| {
            while stream.advance()?.is_some() {
                out.put(&stream.row()?)?;
            }
            Ok(())
        })?;
        remove(disk, files, &[part])?;
        made.into_iter().for_each(|it| files.add(it));
    }
    Ok(())
}

fn name_of(part: &Part) -> Name {
    Name { day: part.day, from: part.from, to: part.to, path: part.path.clone() }
}

/// A part that is being written, with errors that say where.
struct Out {
    writer: PartWriter,
    path: PathBuf,
}

impl Out {
    fn put(&mut self, row: &HistoryRow<'_>) -> Result<(), HistoryError> {
        self.writer.row(row).map_err(|it| io_error("write", &self.path, it))
    }
}

/// Writes a part beside the others, makes it durable and gives it its name. One without rows is not
/// kept, and one of its name goes.
fn write(
    dir: &Path,
    disk: &mut dyn Disk,
    name: Name,
    rows: impl FnOnce(&mut Out) -> Result<(), HistoryError>,
) -> Result<Option<Part>, HistoryError> {
    let path = unfinished(dir).join(name.path.file_name().unwrap_or_default());
    let failed = |error| io_error("write", &path, error);
    let file = disk.create(&path).map_err(|it| io_error("create", &path, it))?;
    let mut out = Out { writer: PartWriter::new(file).map_err(failed)?, path: path.clone() };
    rows(&mut out)?;
    let count = out.writer.rows;
    let file: File = out.writer.finish(name.from, name.to).map_err(failed)?;
    if count == 0 {
        disk.remove(&path).map_err(|it| io_error("remove", &path, it))?;
        if name.path.exists() {
            disk.remove(&name.path).map_err(|it| io_error("remove", &name.path, it))?;
        }
        return Ok(None);
    }
    disk.sync(&file).map_err(|it| io_error("sync", &path, it))?;
    drop(file);
    let day = folder(dir, name.day);
    if !day.is_dir() {
        std::fs::create_dir(&day).map_err(|it| io_error("create", &day, it))?;
        disk.sync_dir(dir).map_err(|it| io_error("sync", dir, it))?;
    }
    disk.rename(&path, &name.path).map_err(|it| io_error("rename", &path, it))?;
    disk.sync_dir(&day).map_err(|it| io_error("sync", &day, it))?;
    Part::open(name).map(Some)
}
