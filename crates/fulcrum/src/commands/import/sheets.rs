//! The files of another tool's export, and their rows.

use std::path::{Path, PathBuf};

use anyhow::Context;
use collection::Refusal;
use collection::exports::{Cells, Sheet, Tool};
use model::{Rejection, Timestamp};
use tables::{Column, Options, Position, Table};

use crate::stop::Stop;

/// Tables of an export; more are some other folder.
const FILES_MAX: usize = 1_000;

/// One file of the export.
pub struct File {
    pub path: PathBuf,
    pub sheet: Sheet,
}

/// What a folder holds: what is known, and what is not.
pub struct Found {
    pub files: Vec<File>,
    pub unknown: Vec<PathBuf>,
    /// When the newest of them was written.
    pub written: Timestamp,
}

/// Rows of one file, each with its number.
pub struct Rows {
    table: Table,
    columns: Vec<(String, Column)>,
}

/// The tables at `path`: itself, or those in the folder and below. Hidden ones are passed over.
pub fn find(tool: Tool, path: &Path) -> anyhow::Result<Found> {
    let mut found = Found { files: Vec::new(), unknown: Vec::new(), written: Timestamp(0) };
    for path in tables_at(path)? {
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default().to_owned();
        let table = Table::open(&path).map_err(|error| Stop::usage(error.to_string()))?;
        let columns: Vec<&str> = table.columns().iter().map(String::as_str).collect();
        match tool.sheet(&name, &columns) {
            Some(sheet) => {
                found.written = found.written.max(written(&path)?);
                found.files.push(File { path, sheet });
            }
            None => found.unknown.push(path),
        }
    }
    // What others refer to first; else by name, so that every time is the same.
    found.files.sort_by(|a, b| (a.sheet, &a.path).cmp(&(b.sheet, &b.path)));
    if found.files.is_empty() {
        let message = format!("nothing in {} is an export of {}", path.display(), tool.name());
        return Err(Stop::usage(message).hint("docs/import.md says which files it is").into());
    }
    Ok(found)
}

fn tables_at(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let name = |path: &Path| path.file_name().map(|it| it.to_string_lossy().to_lowercase());
    if path.as_os_str() == "-" {
        let stop = Stop::usage("an export is read twice, and standard input cannot be");
        return Err(stop.hint("give its file or folder").into());
    }
    if !path.is_dir() {
        if name(path).is_some_and(|it| it.ends_with(".zip")) {
            let stop = Stop::usage(format!("{} is an archive", path.display()));
            return Err(stop.hint("unpack it and give the folder").into());
        }
        return Ok(vec![path.to_owned()]);
    }
    let (mut tables, mut folders) = (Vec::new(), vec![path.to_owned()]);
    while let Some(folder) = folders.pop() {
        let doing = || format!("could not read {}", folder.display());
        for entry in std::fs::read_dir(&folder).with_context(doing)? {
            let entry = entry.with_context(doing)?.path();
            let name = name(&entry).unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
            if entry.is_dir() {
                folders.push(entry);
            } else if plain.ends_with(".csv") || plain.ends_with(".parquet") {
                tables.push(entry);
            }
            if FILES_MAX < tables.len() + folders.len() {
                let message = format!("{} holds more than {FILES_MAX} tables", path.display());
                return Err(Stop::usage(message).hint("give the folder of the export").into());
            }
        }
    }
    tables.sort();
    Ok(tables)
}

fn written(path: &Path) -> anyhow::Result<Timestamp> {
    let modified = std::fs::metadata(path)
        .and_then(|it| it.modified())
        .with_context(|| format!("could not read {}", path.display()))?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

impl Rows {
    pub fn open(path: &Path, from: Option<Position>) -> anyhow::Result<Rows> {
        let table = match from {
            Some(at) => Table::resume(path, Options::default(), at),
            None => Table::open(path),
        };
        let table = table.map_err(|error| Stop::usage(error.to_string()))?;
        let named = table.columns().iter().filter(|it| !it.is_empty());
        let columns = named.filter_map(|it| Some((it.clone(), table.find(it)?))).collect();
        Ok(Rows { table, columns })
    }

    /// Hands the next row over; nothing at the end. A row that cannot be taken apart is a refusal,
    /// and the one after it may be fine.
    pub fn next<T>(
        &mut self,
        take: impl FnOnce(&Cells<'_>) -> Result<T, Refusal>,
    ) -> anyhow::Result<Option<(u64, Result<T, Refusal>)>> {
        let before = self.table.position();
        let row = match self.table.next_row() {
            Ok(None) => return Ok(None),
            Ok(Some(row)) => row,
            Err(error) if 0 < error.row && error.column.is_empty() => {
                if before == self.table.position() {
                    return Err(Stop::failed(error.to_string()).into());
                }
                let rejection = Rejection::NoConversion;
                return Ok(Some((error.row, Err(Refusal { rejection, detail: error.message }))));
            }
            Err(error) => return Err(Stop::usage(error.to_string()).into()),
        };
        let mut cells = Vec::with_capacity(self.columns.len());
        for (name, column) in &self.columns {
            match row.text(*column) {
                Ok(text) => cells.push((name.as_str(), text)),
                Err(error) => {
                    let detail = format!("column {}: {}", error.column, error.message);
                    let refusal = Refusal { rejection: Rejection::BadUtf8, detail };
                    return Ok(Some((row.number, Err(refusal))));
                }
            }
        }
        Ok(Some((row.number, take(&Cells(&cells)))))
    }

    pub fn position(&self) -> Position {
        self.table.position()
    }
}
