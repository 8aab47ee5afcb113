//! Which parts there are: their names, what a crash may have left, and where the history ends.

use crate::change;
use crate::disk::Disk;
use crate::io_error;
use crate::part::{Opened, Summary};
use model::Timestamp;
use port::{HistoryError, LogPosition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What a day's folder is called before its date: readers take it for a column.
pub const FOLDER_PREFIX: &str = "received=";

const POSITION: &str = "_position.json";
const UNFINISHED: &str = "_unfinished";

/// All parts, in the order of day and position, and up to where the history goes.
#[derive(Clone)]
pub struct Files {
    pub position: LogPosition,
    pub parts: Vec<Arc<Part>>,
}

/// One file and what it holds.
pub struct Part {
    pub path: PathBuf,
    /// Of `received`, in days since 1970.
    pub day: i64,
    pub from: u64,
    pub to: u64,
    pub bytes: u64,
    pub groups: Vec<Summary>,
    /// Who reads shares one open file.
    open: Mutex<Weak<Opened>>,
}

#[derive(Serialize, Deserialize)]
enum Stored {
    #[serde(rename = "history.1")]
    History { position: u64 },
}

impl Files {
    pub fn open(
        dir: &Path,
        committed: LogPosition,
        disk: &mut dyn Disk,
    ) -> Result<Files, HistoryError> {
        let unfinished = unfinished(dir);
        std::fs::create_dir_all(&unfinished).map_err(|it| io_error("create", &unfinished, it))?;
        for path in list(&unfinished)? {
            disk.remove(&path).map_err(|it| io_error("remove", &path, it))?;
        }
        let names = parts_in(dir)?;
        let stored = match read_position(dir)? {
            Some(position) => position,
            None if names.is_empty() => {
                write_position(dir, disk, LogPosition(0))?;
                LogPosition(0)
            }
            None => {
                let path = dir.join(POSITION).display().to_string();
                return Err(HistoryError::Damaged { path, what: "it is missing".to_owned() });
            }
        };
        let position = stored.min(committed);
        if position < stored {
            write_position(dir, disk, position)?;
        }
        let mut parts = Vec::new();
        for name in kept(names, position, disk)? {
            parts.push(Arc::new(Part::open(name)?));
        }
        let mut files = Files { position, parts };
        change::cut(dir, disk, &mut files)?;
        Ok(files)
    }

    pub fn add(&mut self, part: Part) {
        self.parts.push(Arc::new(part));
        self.parts.sort_by_key(|it| (it.day, it.from, it.to));
    }
}

/// The name of a part, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub day: i64,
    pub from: u64,
    pub to: u64,
    pub path: PathBuf,
}

impl Name {
    pub fn new(dir: &Path, day: i64, from: u64, to: u64) -> Name {
        let path = folder(dir, day).join(format!("part-{from:020}-{to:020}.parquet"));
        Name { day, from, to, path }
    }

    fn parse(path: PathBuf) -> Option<Name> {
        let date = path.parent()?.file_name()?.to_str()?.strip_prefix(FOLDER_PREFIX)?;
        let day = Timestamp::parse(date).ok()?.day();
        let name = path.file_name()?.to_str()?;
        let (from, to) = name.strip_prefix("part-")?.strip_suffix(".parquet")?.split_once('-')?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        (from <= to).then_some(Name { day, from, to, path })
    }
}

pub fn folder(dir: &Path, day: i64) -> PathBuf {
    let date = Timestamp(day.saturating_mul(86_400_000)).to_string();
    dir.join(format!("{FOLDER_PREFIX}{}", date.split('T').next().unwrap_or_default()))
}

/// Where files are written before they get their names.
pub fn unfinished(dir: &Path) -> PathBuf {
    dir.join(UNFINISHED)
}

/// The parts in the history's directory, by day and position. Other files are passed over.
pub fn parts_in(dir: &Path) -> Result<Vec<Name>, HistoryError> {
    let mut names = Vec::new();
    for folder in list(dir)? {
        let is_day = |it: &str| it.starts_with(FOLDER_PREFIX);
        if folder.file_name().and_then(|it| it.to_str()).is_some_and(is_day) {
            names.extend(list(&folder)?.into_iter().filter_map(Name::parse));
        }
    }
    names.sort();
    Ok(names)
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error("list", dir, error)),
    };
    let path = |it: std::io::Result<std::fs::DirEntry>| {
        it.map(|it| it.path()).map_err(|it| io_error("list", dir, it))
    };
    entries.map(path).collect()
}

/// Removes what an append left that did not end, and what was put together into another part.
fn kept(
    names: Vec<Name>,
    position: LogPosition,
    disk: &mut dyn Disk,
) -> Result<Vec<Name>, HistoryError> {
    let mut by_day: BTreeMap<i64, Vec<Name>> = BTreeMap::new();
    let mut kept = Vec::new();
    let mut remove =
        |it: &Name| disk.remove(&it.path).map_err(|error| io_error("remove", &it.path, error));
    for name in names {
        if position.0 <= name.from {
            remove(&name)?;
        } else {
            by_day.entry(name.day).or_default().push(name);
        }
    }
    for (_, names) in by_day {
        for name in &names {
            let is_within = |it: &Name| {
                it.from <= name.from && name.to <= it.to && (it.from, it.to) != (name.from, name.to)
            };
            if names.iter().any(is_within) {
                remove(name)?;
            } else {
                kept.push(name.clone());
            }
        }
    }
    Ok(kept)
}

pub fn read_position(dir: &Path) -> Result<Option<LogPosition>, HistoryError> {
    let path = dir.join(POSITION);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", &path, error)),
    };
    match serde_json::from_slice(&bytes) {
        Ok(Stored::History { position }) => Ok(Some(LogPosition(position))),
        Err(error) => {
            let path = path.display().to_string();
            Err(HistoryError::Damaged { path, what: error.to_string() })
        }
    }
}

pub fn write_position(
    dir: &Path,
    disk: &mut dyn Disk,
    position: LogPosition,
) -> Result<(), HistoryError> {
    let (new, path) = (unfinished(dir).join(POSITION), dir.join(POSITION));
    let stored = Stored::History { position: position.0 };
    let bytes = serde_json::to_vec(&stored).expect("a number has a JSON form");
    let mut file = disk.create(&new).map_err(|it| io_error("create", &new, it))?;
    file.write_all(&bytes).map_err(|it| io_error("write", &new, it))?;
    disk.sync(&file).map_err(|it| io_error("sync", &new, it))?;
    disk.rename(&new, &path).map_err(|it| io_error("replace", &path, it))?;
    disk.sync_dir(dir).map_err(|it| io_error("sync", dir, it))
}

impl Part {
    /// Reads its table of contents.
    pub fn open(name: Name) -> Result<Part, HistoryError> {
        let damaged = |what: String| damaged(&name.path, what);
        let file = File::open(&name.path).map_err(|it| io_error("open", &name.path, it))?;
        let opened = Opened::of(file).map_err(damaged)?;
        if opened.positions() != Some((name.from, name.to)) {
            return Err(damaged("it is another part than its name says".to_owned()));
        }
        let groups = opened.summaries().map_err(damaged)?;
        let Name { day, from, to, path } = name;
        let bytes = opened.file.bytes;
        Ok(Part { path, day, from, to, bytes, groups, open: Mutex::default() })
    }

    /// The open file, shared with whoever reads it at the same time.
    pub fn reader(&self) -> Result<Arc<Opened>, HistoryError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = open.upgrade() {
            return Ok(opened);
        }
        let file = File::open(&self.path).map_err(|it| io_error("open", &self.path, it))?;
        let opened = Arc::new(Opened::of(file).map_err(|it| damaged(&self.path, it))?);
        if opened.footer.groups.len() != self.groups.len() {
            return Err(damaged(&self.path, "another file took its place".to_owned()));
        }
        *open = Arc::downgrade(&opened);
        Ok(opened)
    }

    pub fn rows(&self) -> u64 {
        self.groups.iter().map(|it| it.rows).sum()
    }
}

pub fn damaged(path: &Path, what: String) -> HistoryError {
    HistoryError::Damaged { path: path.display().to_string(), what }
}
