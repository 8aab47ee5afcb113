//! `fulcrum check`: whether a programme is whole, before anything runs it.

use std::path::PathBuf;
use std::process::ExitCode;

use content::words::missing;

use super::{print, tell};
use crate::programme_files;

/// Check a programme whole: every problem with file, line, column and remedy.
///
/// Exit code 0: it can be applied. 2: it has problems, which are on standard error.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let files = programme_files::read(&arguments.directory)?;
    let programme = programme_files::parse(&files)?;
    print(&format!(
        "{} files are in order: {} audiences, {} journeys, {} broadcasts, {} contents, {} outcomes\n",
        files.len(),
        programme.audiences.len(),
        programme.journeys.len(),
        programme.broadcasts.len(),
        programme.contents.len(),
        programme.outcomes.len(),
    ))?;
    for (tag, lacking) in programme.words.keys().map(|it| (it, missing(&programme.words, it))) {
        if !lacking.is_empty() {
            let keys: Vec<&str> = lacking.iter().map(|it| it.key()).collect();
            let count = keys.len();
            tell(&format!(
                "hint: words/{tag}.yaml lacks {count} texts, which are shown in English: {}",
                keys.join(", ")
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}
