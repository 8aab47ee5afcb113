//! `fulcrum pull`: writes the programme that runs as files, without losing what stands there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use record::programme::path_problem;

use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::DataDir;
use crate::programme_files::{self, Files};
use crate::remote::Server;
use crate::running::{Pulled, Running};
use crate::stop::Stop;

/// Write the programme that runs as files.
///
/// A file comes back as it was applied, with its comments, to the byte; what was made in the app is
/// in the style of the manual. Files that were changed here and never applied are not written over.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or is to hold it.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Write over files that were changed here and never applied.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    server: Server,
}

/// What becomes of the files in a directory.
#[derive(Debug, Default, PartialEq, Eq)]
struct Work {
    write: Vec<String>,
    remove: Vec<String>,
    /// Changed here and never applied.
    mine: Vec<String>,
    /// Only here, and never applied: nothing to write over.
    new: Vec<String>,
    same: usize,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    let pulled = Running::find(&config, &data, &arguments.server)?.pull()?;
    if pulled.version == 0 {
        let stop = Stop::failed("no programme runs");
        return Err(stop.hint("`fulcrum apply DIR` makes one run").into());
    }
    if let Some(problem) = pulled.files.keys().find_map(|it| path_problem(it)) {
        return Err(Stop::failed(format!("{problem}")).into());
    }
    let root = programme_files::root_to_write(&arguments.directory);
    let here = match root.is_dir() {
        true => programme_files::read_below(&root)?,
        false => Files::new(),
    };
    let work = work(&here, &pulled);
    if !work.mine.is_empty() && !arguments.force {
        let message = format!("changed here and never applied: {}", work.mine.join(", "));
        let stop = Stop::failed(message);
        return Err(stop
            .hint("nothing was written; apply them, or say --force to lose them")
            .into());
    }
    for path in work.write.iter().chain(&work.mine) {
        let text = pulled.files.get(path).map(String::as_str).unwrap_or_default();
        write(&root.join(path), text)?;
    }
    for path in &work.remove {
        std::fs::remove_file(root.join(path))
            .with_context(|| format!("could not remove {path}"))?;
    }
    say(&root, &pulled, &work)?;
    Ok(ExitCode::SUCCESS)
}

fn work(here: &Files, pulled: &Pulled) -> Work {
    let mut work = Work::default();
    for (path, text) in &pulled.files {
        match here.get(path) {
            Some(own) if own == text => work.same += 1,
            Some(own) if !pulled.ran(path, own) => work.mine.push(path.clone()),
            Some(_) | None => work.write.push(path.clone()),
        }
    }
    for (path, own) in here.iter().filter(|it| !pulled.files.contains_key(it.0)) {
        match pulled.ran(path, own) {
            true => work.remove.push(path.clone()),
            false => work.new.push(path.clone()),
        }
    }
    work
}

fn say(root: &Path, pulled: &Pulled, work: &Work) -> anyhow::Result<()> {
    let mut marks: BTreeMap<&String, char> = BTreeMap::new();
    marks.extend(work.write.iter().chain(&work.mine).map(|it| (it, '+')));
    marks.extend(work.remove.iter().map(|it| (it, '-')));
    for (path, mark) in &marks {
        print(&format!("{mark} {path}\n"))?;
    }
    print(&format!(
        "version {} in {}: {} written, {} removed, {} as they were\n",
        pulled.version,
        root.display(),
        work.write.len() + work.mine.len(),
        work.remove.len(),
        work.same
    ))?;
    for path in &work.new {
        tell(&format!("hint: {path} was never applied; it stays as it is"));
    }
    Ok(())
}

/// Whole or not at all: a half file would look like a change that was made here.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let doing = || format!("could not write {}", path.display());
    let folder = path.parent().context("a file has a folder")?;
    std::fs::create_dir_all(folder).with_context(doing)?;
    let mut file = tempfile::Builder::new().prefix(".").tempfile_in(folder).with_context(doing)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(doing)?;
    readable_by_others(&file).with_context(doing)?;
    file.persist(path).with_context(doing)?;
    Ok(())
}

/// A file for a moment is its owner's alone; these are for the whole team.
fn readable_by_others(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests;
