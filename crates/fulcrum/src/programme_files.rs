//! A programme's directory as the files that `record` reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::Problem;
use port::{Catalog, FactLog, Space};
use record::{Control, LogRecord, Programme};

use crate::commands::{EXIT_USAGE, tell};
use crate::data::{self, Opened};
use crate::stop::Stop;

/// As `record` bounds it; stops before a wrong directory (a home, a disk) is read into memory.
const FILES_MAX: usize = 5_000;
const FILE_BYTES_MAX: u64 = 256 << 10;

pub type Files = BTreeMap<String, String>;

/// The files below `program/` of `dir`, or below `dir` itself where it is such a directory. Hidden
/// files and those that editors leave behind are passed over.
pub fn read(dir: &Path) -> anyhow::Result<Files> {
    let files = read_below(&root(dir)?)?;
    if files.is_empty() {
        let message = format!("there is no programme in {}", dir.display());
        return Err(Stop::usage(message)
            .hint("`fulcrum init DIR` writes one to begin with")
            .into());
    }
    Ok(files)
}

/// Where the programme of `dir` is, or will be: in `program/`, unless `dir` itself is one.
pub fn root_to_write(dir: &Path) -> PathBuf {
    let is_programme =
        ["brand.yaml", "policy.yaml", "journeys", "content"].iter().any(|it| dir.join(it).exists());
    let inside = dir.join("program");
    if is_programme && !inside.is_dir() { dir.to_owned() } else { inside }
}

/// The files below a programme's own directory.
pub fn read_below(root: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("could not read {}", folder.display()))?;
        for entry in entries {
            let path =
                entry.with_context(|| format!("could not read {}", folder.display()))?.path();
            let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
            if name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files.insert(name_below(root, &path)?, text(&path)?);
            if FILES_MAX < files.len() {
                let message = format!("{} holds more than {FILES_MAX} files", root.display());
                return Err(Stop::usage(message).hint("give the directory of a programme").into());
            }
        }
    }
    Ok(files)
}

/// Parsed whole, or every problem on standard error and exit code 2.
pub fn parse(files: &Files) -> anyhow::Result<Programme> {
    let parsed = record::programme::parse(files).and_then(|programme| {
        programme.definitions()?;
        Ok(programme)
    });
    parsed.map_err(|problems| {
        show(&problems);
        let count = problems.len();
        let plural = if count == 1 { "problem" } else { "problems" };
        Stop { code: EXIT_USAGE, ..Stop::failed(format!("the programme has {count} {plural}")) }
            .into()
    })
}

/// Puts a programme into the log if it is another than the newest one, and says so. What was changed
/// in the app since these files were read is not taken back by them.
pub fn apply_if_new(opened: &Opened, files: Files, by: &str) -> anyhow::Result<bool> {
    let newest = data::newest_programme(&opened.store)?;
    if newest.as_ref() == Some(&files) {
        return Ok(false);
    }
    if let (Some(newest), Some(other)) = (&newest, applied_by_others(opened)?) {
        let older = older(opened, newest, &files)?;
        if !older.is_empty() {
            tell(&format!(
                "the programme was not applied: {other} has changed {}",
                older.join(", ")
            ));
            tell(
                "  hint: `fulcrum pull` writes what runs; `fulcrum apply` takes it back to the files",
            );
            return Ok(false);
        }
    }
    if 0 < opened.log.durable_end().0 {
        let before = newest.and_then(|it| record::programme::parse(&it).ok());
        for name in counting_anew(before.as_ref(), &parse(&files)?) {
            tell(&format!("audience {name}: counts events from now on, and none of those before"));
        }
    }
    let apply = Control::Apply { files, by: by.to_owned(), after: None };
    opened
        .log
        .append_and_wait(vec![LogRecord::Control(apply).encode()])
        .context("could not store the programme")?;
    Ok(true)
}

/// Who applied what runs, if that was not one of our commands reading files.
fn applied_by_others(opened: &Opened) -> anyhow::Result<Option<String>> {
    let by = engine::applied_by(&opened.store)?;
    Ok(by.filter(|it| !it.starts_with("fulcrum ")))
}

/// Paths of which `files` has a text that ran before what runs now, or none at all.
fn older(opened: &Opened, newest: &Files, files: &Files) -> anyhow::Result<Vec<String>> {
    let last = opened.store.list(Space::Programme, "")?.pop();
    let version = last.and_then(|it| it.0.parse().ok()).unwrap_or_default();
    let earlier = engine::earlier_texts(&opened.store, version)?;
    let ran = |path: &String, text: &String| {
        earlier.get(path).is_some_and(|it| it.contains(&engine::text_id(text)))
    };
    let here =
        files.iter().filter(|(path, text)| newest.get(*path) != Some(*text) && ran(path, text));
    let gone = newest.keys().filter(|it| !files.contains_key(*it));
    Ok(here.map(|it| it.0).chain(gone).cloned().collect())
}

/// Audiences that count something which no condition has counted so far.
fn counting_anew<'a>(before: Option<&Programme>, programme: &'a Programme) -> Vec<&'a str> {
    let counted: BTreeSet<_> = before
        .into_iter()
        .flat_map(|it| it.audiences.iter().flat_map(|(_, condition)| condition.counters()))
        .collect();
    let audiences = programme.audiences.iter();
    let anew = audiences.filter(|(_, it)| it.counters().iter().any(|it| !counted.contains(it)));
    anew.map(|(name, _)| name.as_str()).collect()
}

fn show(problems: &[Problem]) {
    for problem in problems {
        tell(&problem.to_string());
    }
}

fn root(dir: &Path) -> anyhow::Result<PathBuf> {
    if !dir.is_dir() {
        let message = format!("{} is not a directory", dir.display());
        return Err(Stop::usage(message)
            .hint("`fulcrum init DIR` writes one to begin with")
            .into());
    }
    let inside = dir.join("program");
    Ok(if inside.is_dir() { inside } else { dir.to_owned() })
}

/// With `/` on every system, as problems and folders are named.
fn name_below(root: &Path, path: &Path) -> anyhow::Result<String> {
    let below = path.strip_prefix(root).context("a file outside of its directory")?;
    let parts: Option<Vec<&str>> = below.iter().map(|it| it.to_str()).collect();
    let parts = parts.ok_or_else(|| {
        Stop::usage(format!("the name of {} is not UTF-8", path.display())).hint("rename it")
    })?;
    Ok(parts.join("/"))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let doing = || format!("could not read {}", path.display());
    let bytes = std::fs::metadata(path).with_context(doing)?.len();
    if FILE_BYTES_MAX < bytes {
        let message = format!("{} is larger than {FILE_BYTES_MAX} bytes", path.display());
        return Err(Stop::usage(message).hint("a programme holds texts, no pictures").into());
    }
    let bytes = std::fs::read(path).with_context(doing)?;
    String::from_utf8(bytes).map_err(|_| {
        let stop = Stop::usage(format!("{} is not UTF-8 text", path.display()));
        stop.hint("save it with the encoding UTF-8, or move it out of the programme").into()
    })
}

#[cfg(test)]
mod tests;
