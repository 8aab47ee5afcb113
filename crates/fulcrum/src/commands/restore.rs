//! `fulcrum restore`: makes a backup an installation again, and holds everything back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use engine::{Erasure, Hold, Keys, Restored, fingerprint};
use model::{PersonId, Timestamp};
use port::{Catalog, FactLog, LogPosition, Views};
use record::log::PauseAction;
use record::{Control, LogRecord};

use super::backup::{MANIFEST, Manifest};
use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::history_copy;
use crate::log_copy;
use crate::offline;
use crate::providers::Providers;
use crate::stop::Stop;

/// Make a backup an installation again, in an empty data directory.
///
/// Nothing goes out of it until `fulcrum resume`. What was due since the backup may have been sent
/// by the installation that is gone: it is not sent again, unless the journal of that installation
/// shows that it never left.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory of the backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The folder `journal` of the installation that is gone, if it is still there.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let made = read_manifest(&arguments.from)?;
    let to = DataDir::new(config.data_dir(place));
    if !to.is_empty() {
        let stop = Stop::usage(format!("{} is not empty", to.path().display()));
        return Err(stop.hint("give a new directory with --data").into());
    }
    if let Some(journal) = arguments.journal.as_ref().filter(|it| !it.is_dir()) {
        let stop = Stop::usage(format!("{} is no journal", journal.display()));
        return Err(stop.hint("it is the folder `journal` in the old data directory").into());
    }
    let from = DataDir::new(arguments.from.clone());
    // Copied by the same means as it was made: a backup stays as it is, and may be used again.
    std::fs::create_dir_all(to.path())
        .with_context(|| format!("could not create {}", to.path().display()))?;
    if let Some(journal) = &arguments.journal {
        log_copy::copy(journal, &to.journal_path())?;
    }
    store_sqlite::backup(&from.store_path(), &to.store_path())?;
    let mut store = to.open_store()?;
    let now = data::now();
    let keys = data::keys(&mut store, now)?;
    let erasures = match &arguments.journal {
        Some(_) => erasures_since(&to, store.last_commit()?.unwrap_or_default())?,
        None => Vec::new(),
    };
    let again = persons_of(&store, &keys, &erasures)?;
    let state = store.log_position()?;
    restore_log(&from, &to, state, &keys, &erasures, &again)?;
    history_copy::copy(&from.history_path(), &to.history_path())?;
    // What was filed beyond the state is cut off: other records will stand there in the log.
    drop(to.open_history(state)?);
    let hold = Hold { since: now, reason: format!("restored from a backup of {made}") };
    let restored = Restored {
        since: store.last_commit()?.unwrap_or_default(),
        at: now,
        journal: arguments.journal.is_some(),
    };
    let entries = vec![data::hold_entry(&hold)?, data::restored_entry(&restored)?];
    data::put(&mut store, entries)?;
    drop(store);
    if !again.is_empty() {
        // At once, and not when the server starts: until then they could be found and exported.
        let opened = to.open()?;
        let providers = Providers::set_for(&opened.store, &config)?;
        offline::settle_with(opened, providers, None, Some(Arc::new(to.open_journal()?)))?;
    }
    print(&format!(
        "{} is what it was at {made}; nothing goes out until `fulcrum resume`\n",
        to.path().display()
    ))?;
    match (&arguments.journal, again.len()) {
        (Some(_), 0) => {}
        (Some(_), count) => print(&format!("{count} who were erased since are erased again\n"))?,
        (None, _) => tell(
            "hint: without the journal nobody knows who was erased since the backup; erase them again",
        ),
    }
    Ok(ExitCode::SUCCESS)
}

/// The log, with what the state does not hold yet made history. The installation that is gone may
/// have worked it through and written to people about it: here it changes who people are, and
/// triggers nothing.
fn restore_log(
    from: &DataDir,
    to: &DataDir,
    state: LogPosition,
    keys: &Keys,
    erasures: &[Erasure],
    again: &[PersonId],
) -> anyhow::Result<()> {
    log_copy::copy(&from.log_path(), &to.log_path())?;
    let tail = log_copy::cut(&to.log_path(), state)?;
    let mut calm: Vec<Vec<u8>> = tail
        .iter()
        .filter(|it| !is_of_erased(it, keys, erasures))
        .filter_map(|it| history_of(it))
        .collect();
    // Last, so that nothing of the past comes after it.
    for person in again {
        calm.push(LogRecord::Fact(super::erase::erasure(*person)?).encode());
    }
    if calm.is_empty() {
        return Ok(());
    }
    let log = log_segments::SegmentLog::open(&to.log_path(), log_segments::Options::default())?;
    // In parts, since one append is bounded.
    const RECORDS_AT_ONCE: usize = 1_000;
    for part in calm.chunks(RECORDS_AT_ONCE) {
        log.append_and_wait(part.to_vec()).context("could not store the end of the log")?;
    }
    Ok(())
}

/// The erasures that the state of the backup may not know of.
fn erasures_since(to: &DataDir, since: Timestamp) -> anyhow::Result<Vec<Erasure>> {
    const RECORDS_AT_ONCE: usize = 10_000;
    let journal = to.open_journal()?;
    let (mut found, mut from) = (Vec::new(), LogPosition(0));
    loop {
        let records = journal.read(from, RECORDS_AT_ONCE, usize::MAX)?;
        let Some((end, _)) = records.last() else { return Ok(found) };
        from = *end;
        let erasures = records.iter().filter_map(|(_, it)| Erasure::of_journal(it));
        found.extend(erasures.filter(|it| since <= it.at));
    }
}

/// Who of the restored state was erased since. Found by what they were known by: a person who came
/// after the backup may have another number now.
fn persons_of(
    views: &dyn Views,
    keys: &Keys,
    erasures: &[Erasure],
) -> anyhow::Result<Vec<PersonId>> {
    const PERSONS_AT_ONCE: usize = 1_000;
    let (mut found, mut after) = (Vec::new(), None);
    if erasures.is_empty() {
        return Ok(found);
    }
    loop {
        let ids = views.ids_after(after, PERSONS_AT_ONCE)?;
        let Some(last) = ids.last() else { return Ok(found) };
        after = Some(*last);
        for person in views.load(&ids)? {
            let known = person.known.identifiers.keys().map(|it| fingerprint(keys, it));
            let hashes: Vec<String> = known.collect();
            let is_of = |it: &Erasure| hashes.iter().any(|hash| it.hashes.contains(hash));
            if erasures.iter().any(is_of) {
                found.push(person.id);
            }
        }
    }
}

fn is_of_erased(record: &[u8], keys: &Keys, erasures: &[Erasure]) -> bool {
    let Ok(LogRecord::Fact(fact)) = LogRecord::decode(record) else { return false };
    let (identifiers, received) = (fact.event.identifiers(), fact.event.received);
    erasures.iter().any(|it| it.covers(keys, None, &identifiers, received))
}

fn history_of(record: &[u8]) -> Option<Vec<u8>> {
    match LogRecord::decode(record) {
        Ok(LogRecord::Fact(mut fact)) => {
            fact.event.flags.historical = true;
            Some(LogRecord::Fact(fact).encode())
        }
        // Who is who, which version a run follows, and what must not leave, is decided again as it was.
        Ok(LogRecord::Control(
            Control::Apply { .. }
            | Control::Pause { action: PauseAction::Pause, .. }
            | Control::Move { .. }
            | Control::EndFill { .. }
            | Control::Undo { .. }
            | Control::AllowMerge { .. },
        )) => Some(record.to_vec()),
        // Started or released then, it may have gone out; whoever wants it says so again.
        Ok(LogRecord::Control(
            Control::Broadcast { .. }
            | Control::Post { .. }
            | Control::Release { .. }
            | Control::Pause { action: PauseAction::Resume, .. }
            | Control::Resume { .. },
        )) => None,
        Ok(LogRecord::Blank) => None,
        // The engine passes it over with a word, as it would have before.
        Err(_) => Some(record.to_vec()),
    }
}

fn read_manifest(from: &Path) -> anyhow::Result<String> {
    let path = from.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|error| {
        let stop = Stop::usage(format!("could not read {}: {error}", path.display()));
        stop.hint("a backup holds this file when it was made to its end")
    })?;
    match serde_json::from_slice(&text) {
        Ok(Manifest::Backup { made, .. }) => Ok(made),
        Err(error) => {
            Err(Stop::usage(format!("{} cannot be read: {error}", path.display())).into())
        }
    }
}

#[cfg(test)]
mod tests;
