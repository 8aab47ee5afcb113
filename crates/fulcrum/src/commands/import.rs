//! `fulcrum import`: a file of events or of people becomes history.

mod mapping;
mod plan;
mod position;
mod sheets;
mod sink;
mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use collection::{Arrival, Limits, Refusal, event_from_json, event_from_row};
use model::{Event, Rejection, SourceId};
use port::{Catalog, FactLog, People, Space};
use tables::{JsonLines, Options, Position, Table};

use self::mapping::Mapping;
use self::position::{Bookmark, Found};
use self::sink::{Import, Sink};
use super::{grouped, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir, Opened};
use crate::offline;
use crate::programme_files;
use crate::progress::{Bars, Progress, Unit};
use crate::providers::Providers;
use crate::remote::Server;
use crate::stop::Stop;

/// Import events or people from a file. They change who people are, and trigger nothing.
///
/// Columns named like the fields of an event (userId, anonymousId, event, timestamp, messageId)
/// fill these; other columns become properties, or traits where a row names no event. An
/// interrupted import goes on where it stopped, and a row that was taken before is not taken twice.
/// With --from it reads what listmonk, Mautic or Mailchimp export, with consents, unsubscribes and
/// bounces, and shows the plan first. Works on the data, or over the API of the server that runs.
///
/// For example: fulcrum import orders.csv.gz --source shop --event "Order Completed"
/// --map userId=CustomerID --map timestamp=InvoiceDate --property revenue=UnitPrice*Quantity
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// CSV, Parquet or JSON Lines; gzip and zstd are read as they are. With --from, a folder too.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The source that the events are booked under, made if it is new [default with --from: the
    /// tool's name].
    #[arg(long, value_name = "NAME", required_unless_present = "from")]
    source: Option<String>,
    /// Every row is this event.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// A field of the event from a column: userId=CustomerID. Repeat it.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// A property from a column, or from the product of columns: revenue=UnitPrice*Quantity. With
    /// one of these, other columns are left out. Repeat it.
    #[arg(long, value_name = "NAME=COLUMN")]
    property: Vec<String>,
    /// How the timestamp is written, such as %Y%m%d; by default RFC 3339 and its relatives.
    #[arg(long, value_name = "FORMAT")]
    time_format: Option<String>,
    /// What the file holds [default: by its name, else csv].
    #[arg(long, value_enum)]
    format: Option<Kind>,
    /// What separates the values of a row.
    #[arg(long, value_name = "CHARACTER", default_value = ",")]
    separator: String,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    exports: tools::Options,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// CSV, or Parquet by its content.
    Csv,
    Parquet,
    Jsonl,
}

/// Rows of one append: few enough that an interruption repeats little, enough that waiting for the
/// disk is nothing beside reading them.
const ROWS_AT_ONCE: usize = 5_000;

/// Rejected rows that are named one by one; the others are counted by reason.
const NAMED_MAX: usize = 20;

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(from) = arguments.exports.from {
        return tools::run(place, arguments, from);
    }
    let config = Config::load(place)?;
    let mapping = Mapping::read(arguments)?;
    let rows = Rows::open(arguments, &mapping, None)?;
    let data = DataDir::new(config.data_dir(place));
    let name = arguments.source.clone().unwrap_or_default();
    ready(&config, &data, &arguments.server, &name, |sink, source| {
        let bookmark = Bookmark::of(&data, source, &arguments.file, "")?;
        let mut report = Report::default();
        let rows = match bookmark.find()? {
            Found::Nothing => Some(rows),
            Found::Whole => {
                let file = arguments.file.display();
                tell(&format!("{file} was imported whole before; nothing is new"));
                None
            }
            Found::Part(at) => {
                tell(&format!("going on after row {}", grouped(at.row)));
                Some(Rows::open(arguments, &mapping, Some(at))?)
            }
        };
        if let Some(mut rows) = rows {
            let progress = Bars::new().begin("reading", length(&arguments.file), Unit::Bytes);
            read_all(&mut rows, sink, source, &bookmark, &mut report, &progress)?;
            progress.finish();
        }
        print(&report.text(&arguments.file))
    })
}

/// Has `take` bring the events to the log, or to the server that has it. Without a server it then takes
/// them in, and says what they came to.
fn ready(
    config: &Config,
    data: &DataDir,
    server: &Server,
    source_name: &str,
    take: impl FnOnce(&Sink, &SourceId) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    if data.is_running()? {
        let remote = server.connect(config)?;
        let source = sink::source_on(&remote, source_name)?;
        take(&Sink::Server { remote, source: source.clone() }, &source)?;
        tell("it is with the running server, which takes it in now");
        return Ok(ExitCode::SUCCESS);
    }
    // Audiences count what comes after them, so a programme that is new goes before the rows.
    let program = config.program.as_ref().map(|dir| programme_files::read(dir)).transpose()?;
    program.as_ref().map(programme_files::parse).transpose()?;
    let mut opened = data.open()?;
    data::touch_if_unused(&mut opened.store)?;
    if let Some(files) = program
        && programme_files::apply_if_new(&opened, files, "fulcrum import")?
    {
        tell("the programme is new and was applied first");
    }
    let source = source(&mut opened, source_name)?;
    let before = before(&opened)?;
    let began = Instant::now();
    take(&Sink::Log(opened.log.clone()), &source)?;
    let read_seconds = began.elapsed().as_secs_f64();
    let providers = Providers::set_for(&opened.store, config)?;
    let progress = Bars::new().begin("taking in", opened.log.durable_end().0, Unit::Bytes);
    let engine = offline::settle(opened, providers, Some(&progress))?;
    progress.finish();
    let seconds = began.elapsed().as_secs_f64();
    let status = engine.status();
    let people = engine.reader()?.count()?;
    print(&format!(
        "\n{} people ({} new), {} events ({} new, {} known before)\n",
        grouped(people),
        grouped(people.saturating_sub(before.0)),
        grouped(status.tallies.events),
        grouped(status.tallies.events.saturating_sub(before.1)),
        grouped(status.stats.duplicates),
    ))?;
    for (name, size) in &status.tallies.audiences {
        print(&format!("  {name:<24}{:>12} people\n", grouped(size.unsigned_abs())))?;
    }
    tell(&format!("read in {read_seconds:.1} s, taken in after {seconds:.1} s"));
    Ok(ExitCode::SUCCESS)
}

/// Persons and events that were there already.
fn before(opened: &Opened) -> anyhow::Result<(u64, u64)> {
    let tallies = opened.store.get(Space::System, "tallies")?;
    let tallies: engine::Tallies = match tallies {
        Some(bytes) => {
            serde_json::from_slice(&bytes).context("the stored counts cannot be read")?
        }
        None => engine::Tallies::default(),
    };
    Ok((opened.store.count()?, tallies.events))
}

fn source(opened: &mut Opened, name: &str) -> anyhow::Result<SourceId> {
    let known = super::source::stored(&opened.store)?;
    match known.into_iter().find(|(id, entry)| id.as_str() == name || entry.name == name) {
        Some((id, _)) => Ok(id),
        // Nobody learns its write key; a source for sending to is made with `fulcrum source`.
        None => Ok(super::source::create(&mut opened.store, name)?.0),
    }
}

fn read_all(
    rows: &mut Rows<'_>,
    sink: &Sink,
    source: &SourceId,
    bookmark: &Bookmark,
    report: &mut Report,
    progress: &Progress,
) -> anyhow::Result<()> {
    let limits = Limits::default();
    let mut events = Vec::with_capacity(ROWS_AT_ONCE);
    let mut read = 0;
    loop {
        let arrival = Arrival {
            source,
            received: data::now(),
            sent_at: None,
            historical: true,
            event_type: None,
            anonymous_id: None,
        };
        let found = rows.next(&arrival, &limits)?;
        let ended = found.is_none();
        match found {
            Some((_, Ok(event))) => {
                report.taken += 1;
                events.push(Import { event, closing: None });
            }
            Some((row, Err(refusal))) => report.reject(row, refusal),
            None => {}
        }
        read += 1;
        if ended || ROWS_AT_ONCE <= read {
            read = 0;
            sink.take(std::mem::replace(&mut events, Vec::with_capacity(ROWS_AT_ONCE)))?;
            bookmark.put(rows.position(), ended)?;
            progress.at(rows.position().byte);
        }
        if ended {
            return Ok(());
        }
    }
}

/// The text's length, for the bar only: of a gzip file what its last bytes say.
fn length(file: &Path) -> u64 {
    use std::io::{Read, Seek, SeekFrom};
    let of = || -> std::io::Result<u64> {
        let mut file = std::fs::File::open(file)?;
        let mut start = [0; 2];
        file.read_exact(&mut start)?;
        if start != [0x1f, 0x8b] {
            return Ok(file.metadata()?.len());
        }
        file.seek(SeekFrom::End(-4))?;
        let mut size = [0; 4];
        file.read_exact(&mut size)?;
        Ok(u64::from(u32::from_le_bytes(size)))
    };
    of().unwrap_or(0)
}

#[derive(Default)]
struct Report {
    taken: u64,
    named: Vec<String>,
    rejected: BTreeMap<Rejection, u64>,
}

impl Report {
    fn reject(&mut self, row: u64, refusal: Refusal) {
        *self.rejected.entry(refusal.rejection).or_default() += 1;
        if self.named.len() < NAMED_MAX {
            let Refusal { rejection, detail } = refusal;
            self.named.push(format!("  row {row}: {} ({detail})", rejection.text()));
        }
    }

    fn text(&self, file: &Path) -> String {
        let rejected: u64 = self.rejected.values().sum();
        let mut text = format!(
            "{}: {} rows taken, {} rejected\n",
            file.display(),
            grouped(self.taken),
            grouped(rejected)
        );
        for (rejection, count) in &self.rejected {
            text += &format!("  {:>9}  {}\n", grouped(*count), rejection.text());
        }
        if !self.named.is_empty() {
            text += &format!("The first {} of them:\n", self.named.len());
            text += &(self.named.join("\n") + "\n");
        }
        text
    }
}

/// The rows of a file as events, each with its number.
struct Rows<'a> {
    mapping: &'a Mapping,
    name: String,
    inner: Inner,
}

enum Inner {
    Csv { table: Table, plan: mapping::Plan },
    Jsonl(JsonLines),
}

impl<'a> Rows<'a> {
    fn open(
        arguments: &Arguments,
        mapping: &'a Mapping,
        from: Option<Position>,
    ) -> anyhow::Result<Rows<'a>> {
        let file = &arguments.file;
        let name = file.file_name().and_then(|it| it.to_str()).unwrap_or("-").to_owned();
        let kind = arguments.format.unwrap_or_else(|| kind_by_name(&name));
        let inner = match (kind, from) {
            (Kind::Csv | Kind::Parquet, from) => {
                let delimiter = delimiter(&arguments.separator)?;
                let options = Options { delimiter };
                let table = match from {
                    Some(at) => Table::resume(file, options, at),
                    None => Table::open_with(file, options),
                };
                let table = table.map_err(|error| Stop::usage(error.to_string()))?;
                if kind == Kind::Parquet && !table.is_parquet() {
                    let stop = Stop::usage(format!("{} is no Parquet file", table.file()));
                    return Err(stop.hint("leave --format out").into());
                }
                let plan = mapping.plan(&table)?;
                Inner::Csv { table, plan }
            }
            (Kind::Jsonl, from) => {
                mapping.must_be_empty()?;
                let lines = match from {
                    Some(at) => JsonLines::resume(file, at),
                    None => JsonLines::open(file),
                };
                Inner::Jsonl(lines.map_err(|error| Stop::usage(error.to_string()))?)
            }
        };
        Ok(Rows { mapping, name, inner })
    }

    fn next(
        &mut self,
        arrival: &Arrival<'_>,
        limits: &Limits,
    ) -> anyhow::Result<Option<(u64, Result<Event, Refusal>)>> {
        let name = &self.name;
        match &mut self.inner {
            Inner::Csv { table, plan } => {
                // A row that cannot be taken apart is one rejection, and the next one may be fine.
                let before = table.position();
                let row = match table.next_row() {
                    Ok(None) => return Ok(None),
                    Ok(Some(row)) => row,
                    Err(error) if 0 < error.row && error.column.is_empty() => {
                        let refusal =
                            Refusal { rejection: Rejection::NoConversion, detail: error.message };
                        if before == table.position() {
                            return Err(Stop::failed(refusal.detail).into());
                        }
                        return Ok(Some((error.row, Err(refusal))));
                    }
                    Err(error) => return Err(Stop::usage(error.to_string()).into()),
                };
                let number = row.number;
                let event = match self.mapping.cells(plan, &row) {
                    Ok(cells) => {
                        let columns: Vec<(&str, &str)> =
                            cells.iter().map(|(name, cell)| (*name, cell.as_ref())).collect();
                        let hash = mapping::fingerprint(&columns);
                        event_from_row(&columns, arrival, limits)
                            .map(|event| with_id(event, name, number, &hash))
                    }
                    Err(refusal) => Err(refusal),
                };
                Ok(Some((number, event)))
            }
            Inner::Jsonl(lines) => {
                let row = match lines.next_row() {
                    Ok(None) => return Ok(None),
                    Ok(Some(row)) => row,
                    Err(error) => return Err(Stop::usage(error.to_string()).into()),
                };
                let event = match std::str::from_utf8(row.bytes) {
                    Ok(text) => {
                        let hash = mapping::fingerprint(&[("", text)]);
                        event_from_json(text, arrival, limits)
                            .map(|event| with_id(event, name, row.number, &hash))
                    }
                    Err(_) => Err(Refusal {
                        rejection: Rejection::BadUtf8,
                        detail: "the line is not UTF-8 text".to_owned(),
                    }),
                };
                Ok(Some((row.number, event)))
            }
        }
    }

    fn position(&self) -> Position {
        match &self.inner {
            Inner::Csv { table, .. } => table.position(),
            Inner::Jsonl(lines) => lines.position(),
        }
    }
}

/// An event without an id gets one from its file and row, so that it is taken once. What the row
/// says is part of it: another file of the same name is not the same events.
fn with_id(mut event: Event, file: &str, row: u64, hash: &str) -> Event {
    if event.message_id.is_none() {
        event.message_id = Some(format!("{file}:{row}:{hash}"));
    }
    event
}

fn kind_by_name(name: &str) -> Kind {
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let lines = [".jsonl", ".ndjson", ".json"].iter().any(|it| plain.ends_with(it));
    if lines { Kind::Jsonl } else { Kind::Csv }
}

fn delimiter(text: &str) -> anyhow::Result<u8> {
    match text.as_bytes() {
        [one] => Ok(*one),
        _ => Err(Stop::usage("--separator must be one character; give a tab as $'\\t'").into()),
    }
}

#[cfg(test)]
mod tests;
