//! `fulcrum import --from`: people with their consents, unsubscribes and bounces from another tool.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use collection::exports::{Book, Cells, Sheet, Subscription, Terms, Tool};
use collection::{Arrival, Limits, Refusal, import_from_json};
use model::{SourceId, Timestamp};

use super::Arguments;
use super::plan::Plan;
use super::position::{Bookmark, Found};
use super::sheets::{self, File, Rows};
use super::sink::{Import, Sink};
use super::{length, ready};
use crate::Place;
use crate::commands::asking::agreed;
use crate::commands::{print, tell};
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::programme_files::{self, Files};
use crate::progress::{Bars, Progress, Unit};
use crate::stop::Stop;

/// Rows of one append; see `import.rs`.
const ROWS_AT_ONCE: usize = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    Listmonk,
    Mautic,
    Mailchimp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Filter {
    Confirmed,
    Unconfirmed,
    Unsubscribed,
}

/// What another tool's export does not say itself.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Exports of other tools")]
pub struct Options {
    /// FILE, or the folder FILE, is an export of this tool; see docs/import.md.
    #[arg(long, value_enum, value_name = "TOOL")]
    pub from: Option<From>,
    /// The topic that people subscribed to, where --list-topic does not say it of their list.
    #[arg(long, value_name = "TOPIC", requires = "from")]
    topic: Option<String>,
    /// The topic of one of listmonk's lists; by default a list's name is its topic. Repeat it.
    #[arg(long, value_name = "LIST=TOPIC", requires = "from")]
    list_topic: Vec<String>,
    /// How people agreed whose own act the export does not show; you answer for it, and it is kept
    /// with each. Without it they have not agreed.
    #[arg(long, value_name = "HOW", requires = "from")]
    vouch: Option<String>,
    /// What listmonk's filter was set to when its page exported the list.
    #[arg(long, value_enum, value_name = "STATE", requires = "from")]
    subscription: Option<Filter>,
    /// When the export was made [default: when its newest file was written].
    #[arg(long, value_name = "TIME", requires = "from")]
    exported: Option<String>,
    /// Show the plan, and change nothing.
    #[arg(long, requires = "from")]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, requires = "from")]
    yes: bool,
}

/// The export, read once.
struct Export {
    book: Book,
    files: Vec<File>,
    plan: Plan,
}

pub fn run(place: &Place, arguments: &Arguments, from: From) -> anyhow::Result<ExitCode> {
    let options = &arguments.exports;
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    let mut export = read(&arguments.file, from, options)?;
    check_topics(&export, options)?;
    let mut files = None;
    match data.exists() {
        true => {
            let reading = data.read()?;
            export.plan.look_up(Some(&reading.store))?;
            files = data::newest_programme(&reading.store)?;
        }
        false => export.plan.look_up(None::<&store_sqlite::SqliteStore>)?,
    }
    // What the files say is what will run.
    if let Some(dir) = &config.program {
        files = Some(programme_files::read(dir)?);
    }
    warn_of_topics(&export.book.topics(), files.as_ref());
    print(&export.plan.text())?;
    if options.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !agreed(options.yes, "Take it in?", "nothing was taken in")? {
        return Ok(ExitCode::from(crate::commands::EXIT_FAILED));
    }
    let name = arguments.source.clone().unwrap_or_else(|| tool(from).name().to_owned());
    let under = fingerprint(options);
    ready(&config, &data, &arguments.server, &name, |sink, source| {
        for file in &export.files {
            let bookmark = Bookmark::of(&data, source, &file.path, &under)?;
            take(&export.book, file, source, &bookmark, sink)?;
        }
        Ok(())
    })
}

fn tool(from: From) -> Tool {
    match from {
        From::Listmonk => Tool::Listmonk,
        From::Mautic => Tool::Mautic,
        From::Mailchimp => Tool::Mailchimp,
    }
}

/// Other terms make other statements of the same rows.
fn fingerprint(options: &Options) -> String {
    let Options { topic, list_topic, vouch, subscription, .. } = options;
    format!("{topic:?} {list_topic:?} {vouch:?} {subscription:?}")
}

fn terms(options: &Options, written: Timestamp) -> anyhow::Result<Terms> {
    let mut list_topics = BTreeMap::new();
    for text in &options.list_topic {
        match text.rsplit_once('=') {
            Some((list, topic)) if !list.trim().is_empty() && !topic.trim().is_empty() => {
                list_topics.insert(list.trim().to_owned(), topic.trim().to_owned());
            }
            _ => {
                let stop = Stop::usage(format!("--list-topic {text} names no list and topic"));
                return Err(stop.hint("write it like --list-topic 'Weekly mail=news'").into());
            }
        }
    }
    let exported = match &options.exported {
        Some(text) => Timestamp::parse(text)
            .map_err(|_| Stop::usage(format!("--exported {text} is no time")))
            .map_err(|stop| stop.hint("write it like 2026-11-22T09:00:00Z"))?,
        None => written,
    };
    Ok(Terms {
        topic: options.topic.clone(),
        list_topics,
        vouch: options.vouch.clone(),
        subscription: options.subscription.map(|it| match it {
            Filter::Confirmed => Subscription::Confirmed,
            Filter::Unconfirmed => Subscription::Unconfirmed,
            Filter::Unsubscribed => Subscription::Unsubscribed,
        }),
        exported: exported.min(data::now()),
    })
}

/// Goes through all rows, and counts what they would bring.
fn read(path: &Path, from: From, options: &Options) -> anyhow::Result<Export> {
    let found = sheets::find(tool(from), path)?;
    for unknown in &found.unknown {
        tell(&format!("{} is left out: nothing is known of its columns", unknown.display()));
    }
    let kinds: Vec<Sheet> = found.files.iter().map(|it| it.sheet).collect();
    let mut book = Book::new(tool(from), terms(options, found.written)?, &kinds);
    for file in found.files.iter().filter(|it| it.sheet.is_referred_to()) {
        let mut rows = Rows::open(&file.path, None)?;
        let mut learn = |row: &Cells<'_>| {
            book.learn(file.sheet, row);
            Ok(())
        };
        while rows.next(&mut learn)?.is_some() {}
    }
    let mut plan = Plan::default();
    let whole = found.files.iter().map(|it| length(&it.path)).sum();
    let (progress, mut before) = (Bars::new().begin("looking", whole, Unit::Bytes), 0);
    for file in &found.files {
        plan.begin_file(&file.path, file.sheet);
        let mut rows = Rows::open(&file.path, None)?;
        // The plan says whose it is; the source is not a part of it.
        let source = SourceId::from("plan");
        let take = |row: &Cells<'_>| Ok(carried(&book, file.sheet, row, &source));
        while let Some((number, row)) = rows.next(take)? {
            plan.row();
            let Carried { imports, refusal } = row.unwrap_or_else(Carried::refused);
            imports.iter().for_each(|it| plan.add(&it.event, it.closing.as_ref()));
            if let Some(refusal) = refusal {
                plan.reject(&file.path, number, refusal);
            }
            progress.at(before + rows.position().byte);
        }
        before += length(&file.path);
    }
    progress.finish();
    Ok(Export { book, files: found.files, plan })
}

/// What a row becomes, by the same steps as any import. A part that cannot be taken, such as a field
/// that is too long, takes none of the others with it: a no may stand beside it.
fn carried(book: &Book, sheet: Sheet, row: &Cells<'_>, source: &SourceId) -> Carried {
    let arrival = Arrival {
        source,
        received: data::now(),
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    };
    let mut carried = Carried::default();
    match book.carry(sheet, row) {
        Ok(texts) => {
            for text in &texts {
                match import_from_json(text, &arrival, &Limits::default()) {
                    Ok((event, closing)) => carried.imports.push(Import { event, closing }),
                    Err(refusal) => carried.refusal = Some(refusal),
                }
            }
        }
        Err(refusal) => carried.refusal = Some(refusal),
    }
    carried
}

/// What was made of a row, and why not of all of it.
#[derive(Default)]
struct Carried {
    imports: Vec<Import>,
    refusal: Option<Refusal>,
}

impl Carried {
    fn refused(refusal: Refusal) -> Carried {
        Carried { imports: Vec::new(), refusal: Some(refusal) }
    }
}

fn take(
    book: &Book,
    file: &File,
    source: &SourceId,
    bookmark: &Bookmark,
    sink: &Sink,
) -> anyhow::Result<()> {
    let from = match bookmark.find()? {
        Found::Nothing => None,
        Found::Whole => {
            tell(&format!("{} was taken in before; nothing is new", file.path.display()));
            return Ok(());
        }
        Found::Part(at) => Some(at),
    };
    let progress = Bars::new().begin("reading", length(&file.path), Unit::Bytes);
    let mut rows = Rows::open(&file.path, from)?;
    let (mut waiting, mut read, mut ended) = (Vec::new(), 0, false);
    while !ended {
        match rows.next(|row| Ok(carried(book, file.sheet, row, source)))? {
            Some((_, Ok(carried))) => waiting.extend(carried.imports),
            // Named in the plan.
            Some((_, Err(_))) => {}
            None => ended = true,
        }
        read += 1;
        if ended || ROWS_AT_ONCE <= read {
            read = 0;
            put(sink, &mut waiting, bookmark, &rows, ended, &progress)?;
        }
    }
    progress.finish();
    Ok(())
}

fn put(
    sink: &Sink,
    waiting: &mut Vec<Import>,
    bookmark: &Bookmark,
    rows: &Rows,
    ended: bool,
    progress: &Progress,
) -> anyhow::Result<()> {
    sink.take(std::mem::take(waiting))?;
    bookmark.put(rows.position(), ended)?;
    progress.at(rows.position().byte);
    Ok(())
}

/// The export must say, or be told, what its people subscribed to.
fn check_topics(export: &Export, options: &Options) -> anyhow::Result<()> {
    let has = |sheet: Sheet| export.files.iter().any(|it| it.sheet == sheet);
    let of_one_list = has(Sheet::Subscribed) || has(Sheet::Unsubscribed);
    let of_page = has(Sheet::Subscribers) && !has(Sheet::Subscriptions);
    let of_vouched = has(Sheet::Contacts) && options.vouch.is_some();
    if options.topic.is_none() && (of_one_list || of_page || of_vouched) {
        let stop = Stop::usage("the export does not say what its people subscribed to");
        return Err(stop.hint("say it with --topic, such as --topic 'product news'").into());
    }
    let lists = export.book.list_names();
    for text in &options.list_topic {
        let list = text.rsplit_once('=').map_or(text.as_str(), |it| it.0).trim();
        if lists.contains(&list) {
            continue;
        }
        let stop = Stop::usage(format!("the export has no list `{list}`"));
        let near = tables::did_you_mean(list, lists.iter().copied());
        return Err(match near {
            Some(near) => stop.hint(format!("did you mean `{near}`?")).into(),
            None if lists.is_empty() => stop.hint("its table `lists` is not there").into(),
            None => stop.hint(format!("it has {}", lists.join(", "))).into(),
        });
    }
    Ok(())
}

fn warn_of_topics(topics: &[String], files: Option<&Files>) {
    let Some(programme) = files.and_then(|it| record::programme::parse(it).ok()) else { return };
    for topic in topics {
        if !programme.topics.iter().any(|it| it.name.as_str() == topic) {
            tell(&format!(
                "topic `{topic}` is not in topics.yaml: nobody can see or change it there"
            ));
        }
    }
}

#[cfg(test)]
mod tests;
