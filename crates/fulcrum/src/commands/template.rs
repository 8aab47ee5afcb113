//! `fulcrum template`: programmes to begin with, added to one that is there.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use replay::templates::{TEMPLATES, Template};

use super::{init, print, tell};
use crate::programme_files::{self, Files};
use crate::stop::Stop;

/// List the programmes to begin with, or add one to a programme that is there.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// List them, and what each does.
    List,
    /// Add one to a programme: its audiences, journeys, broadcasts and contents, and to the lists of
    /// topics and outcomes what they lack. Brand and policy stay as they are.
    Add {
        #[arg(value_name = "NAME")]
        name: String,
        /// The directory that holds `program/`, or the programme itself.
        #[arg(value_name = "DIR", default_value = ".")]
        directory: PathBuf,
    },
}

/// Lists with a place for each template's own.
const LISTS: [(&str, &str); 2] = [("topics.yaml", "topic"), ("outcomes.yaml", "outcome")];
/// What a programme has one of, and decides for itself.
const OWN: [&str; 3] = ["brand.yaml", "policy.yaml", "identity.yaml"];

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Action::List => print(&listed())?,
        Action::Add { name, directory } => {
            let root = programme_files::root_to_write(directory);
            let here = programme_files::read(directory)?;
            let added = added(&here, find(name)?)?;
            let mut whole = here.clone();
            whole.extend(added.clone());
            programme_files::parse(&whole)?;
            for (path, text) in &added {
                match here.contains_key(path) {
                    true => std::fs::write(root.join(path), text)
                        .with_context(|| format!("could not write {path}"))?,
                    false => init::write(&root.join(path), text)?,
                }
                print(&format!("+ {path}\n"))?;
            }
            tell("next: change what you like, then `fulcrum diff` and `fulcrum apply`");
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn listed() -> String {
    let line = |it: &Template| format!("{:<18}{}\n", it.name, it.about);
    TEMPLATES.iter().map(line).collect()
}

pub fn find(name: &str) -> anyhow::Result<&'static Template> {
    Template::find(name).ok_or_else(|| {
        let names: Vec<&str> = TEMPLATES.iter().map(|it| it.name).collect();
        let stop = Stop::usage(format!("there is no template `{name}`"));
        stop.hint(format!("one of {}", names.join(", "))).into()
    })
}

/// The files that change, with their whole text.
fn added(here: &Files, template: &Template) -> anyhow::Result<Files> {
    let mut files = Files::new();
    let mut taken = Vec::new();
    for (path, text) in template.files() {
        if OWN.contains(&path.as_str()) && !here.is_empty() {
            continue;
        }
        match (here.get(&path), LISTS.iter().find(|it| it.0 == path)) {
            (None, _) => drop(files.insert(path, text)),
            (Some(own), Some((_, field))) => {
                let more = items_without(&text, field, own);
                if !more.is_empty() {
                    let end = if own.ends_with('\n') { "" } else { "\n" };
                    files.insert(path, format!("{own}{end}{more}"));
                }
            }
            (Some(own), None) if *own == text => {}
            (Some(_), None) => taken.push(path),
        }
    }
    if taken.is_empty() {
        return Ok(files);
    }
    let stop = Stop::usage(format!("there already: {}", taken.join(", ")));
    Err(stop
        .hint("nothing was written; rename yours, or copy from `fulcrum init --template`")
        .into())
}

/// The items of our list whose name the other list does not have, as they are written.
fn items_without(list: &str, field: &str, other: &str) -> String {
    let mut items: Vec<String> = Vec::new();
    for line in list.lines().filter(|it| !it.starts_with('#')) {
        match items.last_mut() {
            Some(item) if !line.starts_with("- ") => item.push_str(&format!("{line}\n")),
            Some(_) | None => items.push(format!("{line}\n")),
        }
    }
    let name = |item: &str| {
        let line = item.lines().next().unwrap_or_default();
        line.trim_start_matches("- ")
            .trim_start_matches(field)
            .trim_start_matches(':')
            .trim()
            .to_owned()
    };
    let is_new = |item: &String| {
        let wanted = format!("{field}: {}", name(item));
        !other.lines().any(|it| it.trim_start_matches(['-', ' ', '{']).trim_end() == wanted)
    };
    items.into_iter().filter(is_new).collect()
}
