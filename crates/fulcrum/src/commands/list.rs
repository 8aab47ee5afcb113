//! `fulcrum list`: static lists of people, from tables.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use model::{Identifier, IdentifierKind};
use port::Store;
use record::{Fact, LogRecord};

use server::Problem;
use server::lists::{Counts, ListName, Mode, Planned, all, identifier, plan};
use tables::{Options, Table};

use super::asking::agreed;
use super::{Format, csv_row, grouped, print};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::providers::Providers;
use crate::remote::{Remote, Server};
use crate::stop::Stop;

/// Put people on a static list, take them off, and see who is on which.
///
/// Being on list `vip` is the trait `list.vip`, true or false, which audiences and conditions read.
/// It triggers nothing by itself, and is no consent to anything.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Put the people of a table on a list; the plan is shown first.
    ///
    /// Whom nobody knows is made, and has agreed to nothing.
    Add {
        #[command(flatten)]
        change: Change,
        /// Take off whoever is on the list and not in the table.
        #[arg(long)]
        replace: bool,
        /// Leave out whom nobody knows.
        #[arg(long)]
        known_only: bool,
    },
    /// Take the people of a table off a list; the plan is shown first.
    Remove {
        #[command(flatten)]
        change: Change,
    },
    /// List the lists, and how many people are on each.
    ///
    /// Works while the server runs.
    Show {
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}

#[derive(clap::Args, Debug)]
struct Change {
    /// The list: letters, digits, blanks, - and _.
    #[arg(value_name = "NAME")]
    list: String,
    /// CSV or Parquet; gzip and zstd are read as they are.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The column that says who it is.
    #[arg(long, value_name = "COLUMN", default_value = "email")]
    column: String,
    /// What the column holds [default: by its name, else email].
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Option<Kind>,
    /// Show the plan, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    server: Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum Kind {
    Email,
    UserId,
    Phone,
    Handle,
    AnonymousId,
}

/// Facts of one append.
const FACTS_AT_ONCE: usize = 5_000;

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    match &arguments.action {
        Action::Add { change, replace, known_only } => {
            let mode = if *replace { Mode::Replace } else { Mode::Add };
            self::change(&config, &data, change, mode, *known_only)
        }
        Action::Remove { change } => self::change(&config, &data, change, Mode::Remove, false),
        Action::Show { format } => show(&data, *format),
    }
}

fn show(data: &DataDir, format: Format) -> anyhow::Result<ExitCode> {
    let reading = data.read()?;
    let views = reading.store.reader()?;
    let lists = all(&*views, &|| true).map_err(stopped)?;
    let text = match format {
        Format::Table if lists.is_empty() => "there are no lists\n".to_owned(),
        Format::Table => {
            let line = |(name, people): (&String, &u64)| {
                format!("{name:<32}{:>12} people\n", grouped(*people))
            };
            lists.iter().map(line).collect()
        }
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&lists)?),
        Format::Csv => {
            let rows =
                lists.iter().map(|(name, people)| csv_row(&[name.clone(), people.to_string()]));
            csv_row(&["list".to_owned(), "people".to_owned()]) + &rows.collect::<String>()
        }
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn change(
    config: &Config,
    data: &DataDir,
    change: &Change,
    mode: Mode,
    known_only: bool,
) -> anyhow::Result<ExitCode> {
    let name = ListName::read(&change.list).map_err(Stop::usage)?;
    let kind = match change.kind {
        Some(Kind::Email) => IdentifierKind::Email,
        Some(Kind::UserId) => IdentifierKind::UserId,
        Some(Kind::Phone) => IdentifierKind::Phone,
        Some(Kind::Handle) => IdentifierKind::Handle,
        Some(Kind::AnonymousId) => IdentifierKind::AnonymousId,
        None => IdentifierKind::from_name(&change.column).unwrap_or(IdentifierKind::Email),
    };
    let (named, unreadable) = read(&change.file, &change.column, kind)?;
    let remote = match data.is_running()? {
        true => Some(change.server.connect(config)?),
        false => {
            data.must_exist()?;
            None
        }
    };
    let Planned { counts, facts } = match &remote {
        Some(remote) => {
            let counts = ask(remote, &name, mode, known_only, kind, &named, true)?;
            Planned { counts, facts: Vec::new() }
        }
        None => {
            let reading = data.read()?;
            let views = reading.store.reader()?;
            let planned = plan(&*views, &name, mode, &named, known_only, data::now(), &|| true);
            planned.map_err(stopped)?
        }
    };
    print(&text(&name, &counts, unreadable))?;
    if change.dry_run || (counts.added == 0 && counts.removed == 0) {
        return Ok(ExitCode::SUCCESS);
    }
    if !agreed(change.yes, "Change the list?", "nothing was changed")? {
        return Ok(ExitCode::from(super::EXIT_FAILED));
    }
    match &remote {
        Some(remote) => {
            ask(remote, &name, mode, known_only, kind, &named, false)?;
        }
        None => offline(config, data, &facts)?,
    }
    print("done\n")?;
    Ok(ExitCode::SUCCESS)
}

/// The identifiers in a column, and how many rows have none.
fn read(file: &Path, column: &str, kind: IdentifierKind) -> anyhow::Result<(Vec<Identifier>, u64)> {
    let unreadable = |error: tables::TableError| Stop::usage(error.to_string());
    let mut table = Table::open_with(file, Options::default()).map_err(unreadable)?;
    let column = table.column(column).map_err(unreadable)?;
    let (mut named, mut others) = (Vec::new(), 0);
    while let Some(row) = table.next_row().map_err(unreadable)? {
        match identifier(kind, row.text(column).map_err(unreadable)?) {
            Some(identifier) => named.push(identifier),
            None => others += 1,
        }
    }
    Ok((named, others))
}

fn text(name: &ListName, counts: &Counts, unreadable: u64) -> String {
    let Counts { added, new, removed, unchanged, unknown } = counts;
    let mut text = format!("list {}\n", name.as_str());
    let mut line = |count: u64, what: &str| {
        if 0 < count {
            text += &format!("{:>12}  {what}\n", grouped(count));
        }
    };
    line(*added, "people come on it");
    line(*new, "of them made now; they have agreed to nothing");
    line(*removed, "people come off it");
    line(*unchanged, "people stay as they are");
    line(*unknown, "left out: nobody knows them");
    line(unreadable, "rows without what the column holds");
    text
}

/// Carries out what was planned, and nothing else.
fn offline(config: &Config, data: &DataDir, facts: &[Fact]) -> anyhow::Result<()> {
    let opened = data.open()?;
    for chunk in facts.chunks(FACTS_AT_ONCE) {
        let records = chunk.iter().map(|it| LogRecord::Fact(it.clone()).encode()).collect();
        opened.log.append_and_wait(records).context("could not store the change")?;
    }
    let providers = Providers::set_for(&opened.store, config)?;
    offline::settle(opened, providers, None)?;
    Ok(())
}

/// Has the running server plan the change or make it.
fn ask(
    remote: &Remote,
    name: &ListName,
    mode: Mode,
    known_only: bool,
    kind: IdentifierKind,
    named: &[Identifier],
    dry_run: bool,
) -> anyhow::Result<Counts> {
    let mode = match mode {
        Mode::Add => "add",
        Mode::Remove => "remove",
        Mode::Replace => "replace",
    };
    let table = named.iter().map(|it| csv_row(std::slice::from_ref(&it.value)));
    let table = csv_row(&[kind.name().to_owned()]) + &table.collect::<String>();
    let path = format!(
        "/api/v1/lists/{}?column={1}&kind={1}&mode={mode}&known_only={known_only}&dry_run={dry_run}",
        name.as_str().replace(' ', "%20"),
        kind.name(),
    );
    let answer = remote.post_table(&path, table)?;
    let count = |name: &str| answer[name].as_u64().unwrap_or_default();
    Ok(Counts {
        added: count("added"),
        new: count("new"),
        removed: count("removed"),
        unchanged: count("unchanged"),
        unknown: count("unknown"),
    })
}

fn stopped(problem: Problem) -> Stop {
    Stop::failed(problem.detail.unwrap_or(problem.title))
}

#[cfg(test)]
mod tests;
