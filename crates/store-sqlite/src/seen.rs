//! Which events were committed before: 16-byte hashes, kept for a week in files by the hour.
//!
//! In a B-tree each of them would dirty a page of its own. Here a commit appends one row with all
//! its ids to `seen_recent`, and they stand in a set in memory. When an hour is over, its set is
//! *frozen*, written as a sorted file on the keeper's thread, and *registered* by the next commit:
//! the file's row comes and those of `seen_recent` go, a thousand per commit, so that no commit
//! waits for many. What happens at a crash, in order: rows only, the file is written anew;
//! file not registered, it is removed at the next start and the rows still hold its ids; file
//! registered, its range of rows is no longer read. An expired file is first unregistered and then
//! removed. Commits that register or unregister are made durable.
//!
//! An id goes to the hour in which it was received, or to the oldest hour that is still open when
//! it comes late. So it is never forgotten early, and at most as much late as it came.
//!
//! Memory: an id takes 20 to 40 bytes until its hour is frozen (a slot of 17 bytes in a set that is
//! filled between 7/16 and 7/8), and 12¼ bits afterwards. A thousand events a second, each day and
//! night, are up to 160 MB for the open hour, 0.9 GB for the week, and 10 GB on disk.

mod file;

use crate::fault::Fault;
use crate::keeper::{Job, Keeper};
use file::{IdFile, Probe};
use model::{Span, Timestamp};
use port::SeenId;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub(crate) type Id = [u8; 16];

/// How long an hour stays open for events that were received in it and are committed later.
const GRACE: Span = Span::minutes(5);

/// A set that has grown to this is frozen before its hour is over: 64 MB as a file, sorted in half
/// a second, and at most 160 MB in memory.
const FROZEN_IDS_MAX: usize = 4_000_000;

/// After a file could not be written (a full disk).
const RETRY_AFTER: Span = Span::MINUTE;

/// Rows of a registered file that one commit deletes, a few milliseconds.
const DELETED_ROWS_MAX: i64 = 1_000;

/// What lookups read, from any thread.
#[derive(Default)]
pub(crate) struct Lookup {
    sets: RwLock<Sets>,
}

#[derive(Default)]
struct Sets {
    open: BTreeMap<i64, HashSet<Id>>,
    frozen: Vec<Arc<Frozen>>,
    files: Arc<Vec<Arc<IdFile>>>,
}

/// The ids of a range of rows, while they are written to a file.
pub(crate) struct Frozen {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) ids: HashSet<Id>,
}

/// What became of frozen sets on the keeper's thread.
#[derive(Default)]
pub(crate) struct Outcomes {
    written: Vec<Arc<IdFile>>,
    failed: Vec<Arc<Frozen>>,
}

/// The writer's side.
pub(crate) struct Seen {
    lookup: Arc<Lookup>,
    outcomes: Arc<Mutex<Outcomes>>,
    retention: Span,
    frozen_ids_max: usize,
    /// The rows of each open hour: the first place, and the next free one.
    open: BTreeMap<i64, (i64, i64)>,
    /// Ranges of rows that a registered file has replaced.
    replaced: VecDeque<(i64, i64)>,
    retry_at: Timestamp,
}

/// What one commit does about ids.
#[derive(Default)]
pub(crate) struct Plan {
    rows: Vec<(i64, Vec<Id>)>,
    register: Vec<Arc<IdFile>>,
    expire: Vec<Arc<IdFile>>,
    delete: Vec<(i64, i64)>,
}

pub(crate) fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(Span::HOUR.0)
}

pub(crate) fn hour_of_place(place: i64) -> i64 {
    place >> 32
}

pub(crate) fn dir_in(dir: &Path) -> PathBuf {
    dir.join("seen")
}

/// The registered files: first place, last place, number of ids.
pub(crate) fn registered(connection: &Connection) -> Result<Vec<(i64, i64, u64)>, Fault> {
    let mut files = connection.prepare("SELECT first, last, ids FROM seen_files ORDER BY first")?;
    let rows = files.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?)))?;
    rows.map(|row| {
        let (first, last, ids) = row?;
        Ok((first, last, ids.unsigned_abs()))
    })
    .collect()
}

pub(crate) fn open_file(dir: &Path, file: (i64, i64, u64)) -> Result<IdFile, Fault> {
    let (first, last, count) = file;
    IdFile::open(dir, first, last, count).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound
        | std::io::ErrorKind::InvalidData
        | std::io::ErrorKind::UnexpectedEof => Fault::Unreadable {
            what: "file of event ids",
            detail: format!("{}: {e}", dir.join(file::file_name(first)).display()),
        },
        _ => Fault::io(&dir.join(file::file_name(first)))(e),
    })
}

pub(crate) use file::file_name;

impl Seen {
    /// Reads what the database says, and removes files that it does not know.
    pub(crate) fn open(
        dir: &Path,
        connection: &Connection,
        retention: Span,
    ) -> Result<Seen, Fault> {
        let dir = dir_in(dir);
        std::fs::create_dir_all(&dir).map_err(Fault::io(&dir))?;
        let registered = registered(connection)?;
        remove_unknown(&dir, &registered)?;
        let mut seen = Seen {
            lookup: Arc::default(),
            outcomes: Arc::default(),
            retention,
            frozen_ids_max: FROZEN_IDS_MAX,
            open: BTreeMap::new(),
            replaced: VecDeque::new(),
            retry_at: Timestamp::MIN,
        };
        let mut sets = Sets::default();
        let mut files = Vec::new();
        for (first, last, count) in registered {
            files.push(Arc::new(open_file(&dir, (first, last, count))?));
            let left = "SELECT min(place) FROM seen_recent WHERE place BETWEEN ?1 AND ?2";
            let left: Option<i64> = connection.query_row(left, [first, last], |row| row.get(0))?;
            seen.replaced.extend(left.map(|first| (first, last)));
        }
        sets.files = Arc::new(files);
        seen.read_rows(connection, &mut sets)?;
        seen.lookup = Arc::new(Lookup { sets: RwLock::new(sets) });
        Ok(seen)
    }

    fn read_rows(&mut self, connection: &Connection, sets: &mut Sets) -> Result<(), Fault> {
        let mut rows = connection.prepare("SELECT place, ids FROM seen_recent ORDER BY place")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let place: i64 = row.get(0)?;
            // Ranges are in order and apart, as are the rows.
            let after = self.replaced.partition_point(|(_, last)| *last < place);
            if self.replaced.get(after).is_some_and(|(first, _)| *first <= place) {
                continue;
            }
            let stored = row.get_ref(1)?;
            let (ids, rest) = stored.as_blob().unwrap_or_default().as_chunks::<16>();
            if !rest.is_empty() {
                let detail = format!("row {place} of seen_recent is cut off");
                return Err(Fault::Unreadable { what: "event ids", detail });
            }
            let hour = hour_of_place(place);
            sets.open.entry(hour).or_default().extend(ids);
            self.open.entry(hour).or_insert((place, place)).1 = place + 1;
        }
        Ok(())
    }

    pub(crate) fn lookup(&self) -> &Arc<Lookup> {
        &self.lookup
    }

    pub(crate) fn outcomes(&self) -> &Arc<Mutex<Outcomes>> {
        &self.outcomes
    }

    #[cfg(test)]
    pub(crate) fn freeze_at(&mut self, ids: usize) {
        self.frozen_ids_max = ids;
    }

    /// Changes nothing: the commit may fail.
    pub(crate) fn plan(&self, ids: &[SeenId], now: Timestamp) -> Plan {
        let oldest_open = hour_of(now.minus(GRACE));
        let mut by_hour: BTreeMap<i64, Vec<Id>> = BTreeMap::new();
        for seen in ids {
            by_hour.entry(hour_of(seen.received).max(oldest_open)).or_default().push(seen.id);
        }
        let rows = by_hour.into_iter().map(|(hour, ids)| (self.next_place(hour), ids)).collect();
        let register = lock(&self.outcomes).written.clone();
        let sets = self.lookup.read();
        let expired = |it: &&Arc<IdFile>| {
            let end = Timestamp((hour_of_place(it.first) + 1).saturating_mul(Span::HOUR.0));
            end.plus(self.retention) <= now
        };
        let expire = sets.files.iter().filter(expired).cloned().collect();
        Plan { rows, register, expire, delete: self.some_replaced() }
    }

    /// The first of the replaced rows, as many as one commit deletes.
    fn some_replaced(&self) -> Vec<(i64, i64)> {
        let mut left = DELETED_ROWS_MAX;
        let mut ranges = Vec::new();
        for (first, last) in &self.replaced {
            if left == 0 {
                break;
            }
            let rows = (last - first + 1).min(left);
            ranges.push((*first, first + rows - 1));
            left -= rows;
        }
        ranges
    }

    fn next_place(&self, hour: i64) -> i64 {
        if let Some((_, next)) = self.open.get(&hour) {
            return *next;
        }
        let of_hour = |first: i64, last: i64| (hour_of_place(first) == hour).then_some(last + 1);
        let sets = self.lookup.read();
        let frozen = sets.frozen.iter().filter_map(|it| of_hour(it.first, it.last));
        let files = sets.files.iter().filter_map(|it| of_hour(it.first, it.last));
        let replaced = self.replaced.iter().filter_map(|it| of_hour(it.0, it.1));
        frozen.chain(files).chain(replaced).max().unwrap_or(hour << 32)
    }

    /// The commit is done: memory follows, and hours that are over are handed to the keeper.
    pub(crate) fn committed(&mut self, plan: Plan, now: Timestamp, keeper: &Keeper) {
        for (_, deleted) in &plan.delete {
            if let Some((_, last)) = self.replaced.pop_front()
                && *deleted < last
            {
                self.replaced.push_front((deleted + 1, last));
            }
        }
        let lookup = Arc::clone(&self.lookup);
        let mut sets = lookup.write();
        for (place, ids) in &plan.rows {
            let place = *place;
            let hour = hour_of_place(place);
            sets.open.entry(hour).or_default().extend(ids);
            self.open.entry(hour).or_insert((place, place)).1 = place + 1;
        }
        if !plan.register.is_empty() || !plan.expire.is_empty() {
            self.exchange_files(&mut sets, &plan);
        }
        let frozen = self.freeze(&mut sets, now);
        drop(sets);
        for file in &plan.expire {
            if let Err(error) = std::fs::remove_file(file.path()) {
                let path = file.path().display();
                tracing::warn!(%path, %error, "an expired file of event ids could not be removed");
            }
        }
        for frozen in frozen {
            keeper.send(Job::Seal(frozen));
        }
    }

    fn exchange_files(&mut self, sets: &mut Sets, plan: &Plan) {
        let is_in = |list: &[Arc<IdFile>], first: i64| list.iter().any(|it| it.first == first);
        let mut files: Vec<Arc<IdFile>> = sets.files.to_vec();
        files.retain(|it| !is_in(&plan.expire, it.first));
        files.extend(plan.register.iter().cloned());
        sets.files = Arc::new(files);
        sets.frozen.retain(|it| !is_in(&plan.register, it.first));
        self.replaced.extend(plan.register.iter().map(|it| (it.first, it.last)));
        lock(&self.outcomes).written.retain(|it| !is_in(&plan.register, it.first));
    }

    /// Closes the hours that are over or full. Returns them, and those to be tried again.
    fn freeze(&mut self, sets: &mut Sets, now: Timestamp) -> Vec<Arc<Frozen>> {
        let oldest_open = hour_of(now.minus(GRACE));
        let is_due =
            |hour: i64, ids: &HashSet<Id>| hour < oldest_open || self.frozen_ids_max <= ids.len();
        let due: Vec<i64> =
            sets.open.iter().filter(|(hour, ids)| is_due(**hour, ids)).map(|it| *it.0).collect();
        let mut frozen = Vec::new();
        for hour in due {
            let (Some(ids), Some((first, next))) =
                (sets.open.remove(&hour), self.open.remove(&hour))
            else {
                continue;
            };
            frozen.push(Arc::new(Frozen { first, last: next - 1, ids }));
        }
        sets.frozen.extend(frozen.iter().cloned());
        let mut outcomes = lock(&self.outcomes);
        if !outcomes.failed.is_empty() && self.retry_at <= now {
            self.retry_at = now.plus(RETRY_AFTER);
            frozen.append(&mut outcomes.failed);
        }
        frozen
    }
}

impl Plan {
    /// Whether what follows the commit counts on it being on disk.
    pub(crate) fn must_be_durable(&self) -> bool {
        !self.register.is_empty() || !self.expire.is_empty()
    }

    pub(crate) fn write(&self, connection: &Connection) -> Result<(), Fault> {
        let mut append =
            connection.prepare_cached("INSERT INTO seen_recent (place, ids) VALUES (?1, ?2)")?;
        for (place, ids) in &self.rows {
            append.execute(params![place, ids.as_flattened()])?;
        }
        let mut register = connection
            .prepare_cached("INSERT INTO seen_files (first, last, ids) VALUES (?1, ?2, ?3)")?;
        for file in &self.register {
            let count = crate::write::number(file.count)?;
            register.execute(params![file.first, file.last, count])?;
        }
        let mut expire = connection.prepare_cached("DELETE FROM seen_files WHERE first = ?1")?;
        for file in &self.expire {
            expire.execute([file.first])?;
        }
        let mut delete =
            connection.prepare_cached("DELETE FROM seen_recent WHERE place BETWEEN ?1 AND ?2")?;
        for (from, to) in &self.delete {
            delete.execute([from, to])?;
        }
        Ok(())
    }
}

impl Lookup {
    /// For an unknown id, a week of files costs some 160 looks at a filter, and half a read of a
    /// block from disk for what the filters let through.
    pub(crate) fn contains(&self, ids: &[Id]) -> Result<Vec<bool>, Fault> {
        let (mut found, files) = {
            let sets = self.read();
            let is_recent = |id: &Id| {
                sets.open.values().any(|it| it.contains(id))
                    || sets.frozen.iter().any(|it| it.ids.contains(id))
            };
            (ids.iter().map(is_recent).collect::<Vec<bool>>(), Arc::clone(&sets.files))
        };
        // Files outside, ids inside: the misses of the cache then do not wait for one another.
        let probes: Vec<Probe> = ids.iter().map(Probe::of).collect();
        for file in files.iter().rev() {
            for ((id, probe), found) in ids.iter().zip(&probes).zip(&mut found) {
                if !*found && file.may_hold(probe) {
                    *found = file.holds(id).map_err(Fault::io(file.path()))?;
                }
            }
        }
        Ok(found)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Sets> {
        self.sets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Sets> {
        self.sets.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// On the keeper's thread.
pub(crate) fn seal(dir: &Path, frozen: &Arc<Frozen>, outcomes: &Mutex<Outcomes>) {
    match IdFile::write(dir, frozen) {
        Ok(file) => lock(outcomes).written.push(Arc::new(file)),
        Err(error) => {
            let dir = dir.display();
            tracing::warn!(%dir, %error, "event ids stay in memory, their file was not written");
            lock(outcomes).failed.push(Arc::clone(frozen));
        }
    }
}

fn lock(outcomes: &Mutex<Outcomes>) -> std::sync::MutexGuard<'_, Outcomes> {
    outcomes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remove_unknown(dir: &Path, registered: &[(i64, i64, u64)]) -> Result<(), Fault> {
    let known: HashSet<String> = registered.iter().map(|it| file::file_name(it.0)).collect();
    for entry in std::fs::read_dir(dir).map_err(Fault::io(dir))? {
        let path = entry.map_err(Fault::io(dir))?.path();
        let is_ours = path.extension().is_some_and(|it| it == "ids" || it == "partial");
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        if is_ours && !known.contains(name) {
            std::fs::remove_file(&path).map_err(Fault::io(&path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
