//! `fulcrum doctor`: looks for damage and contradictions, and says what to do about each.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context;
use log_segments::SegmentLog;
use model::Problem;
use port::{CountKey, FactLog, LogPosition, Store};
use record::LogRecord;

use super::{EXIT_FAILED, grouped, print};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};

/// Look for damage in the data and the settings.
///
/// Exit code 0: nothing was found. 1: findings, each with its remedy.
#[derive(clap::Args, Debug)]
pub struct Arguments {}

/// Records of one read; a whole log may be larger than memory.
const RECORDS_AT_ONCE: usize = 10_000;
const BYTES_AT_ONCE: usize = 8 << 20;

/// Findings of one kind that are named; the first few show what is wrong.
const NAMED_MAX: usize = 10;

struct Findings {
    text: String,
    found: Vec<Problem>,
}

pub fn run(place: &Place, _arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut findings = Findings { text: String::new(), found: Vec::new() };
    let config = match Config::load(place) {
        Ok(config) => {
            findings.good("settings", "can be read");
            config
        }
        Err(error) => {
            findings.found.push(Problem::new(format!("{error:#}")));
            Config::default()
        }
    };
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    let running = data.is_running()?;
    let position = check_store(&data, &mut findings)?;
    match running {
        true => {
            findings.text += "log         not looked at, nor the history: a server has them open\n"
        }
        false => {
            check_log(&data, position, &mut findings)?;
            check_history(&data, position, &mut findings)?;
            check_journal(&data, &mut findings);
        }
    }
    for problem in &findings.found {
        findings.text += &format!("{problem}\n");
    }
    print(&findings.text)?;
    let healthy = findings.found.is_empty();
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILED) })
}

impl Findings {
    fn good(&mut self, what: &str, said: &str) {
        self.text += &format!("{what:<12}{said}\n");
    }
}

/// Returns how much of the log the state holds.
fn check_store(data: &DataDir, findings: &mut Findings) -> anyhow::Result<LogPosition> {
    let problems = store_sqlite::doctor(&data.store_path())?;
    if problems.is_empty() {
        findings.good("store", "every row can be read, and none contradicts another");
    }
    findings.found.extend(problems);
    let reading = data.read()?;
    let store = reading.store.reader().context("could not read the store")?;
    let sum = |counts: Vec<(CountKey, i64)>| {
        let mut by_key = BTreeMap::new();
        for (key, n) in counts {
            *by_key.entry(key).or_insert(0) += n;
        }
        by_key.retain(|_, n| *n != 0);
        by_key
    };
    let (kept, counted) = (sum(store.counts()?), sum(store.recount()?));
    if kept == counted {
        let candidates: i64 = counted.values().sum();
        let said = format!("adds up over {} messages", grouped(candidates.unsigned_abs()));
        findings.good("ledger", &said);
    } else {
        let problem = Problem::new("the ledger's counts are not those of its messages");
        findings.found.push(problem.hint("this is a defect in the program; please report it"));
    }
    check_programme(&*store, findings)?;
    if let Some(hold) = data::hold(&*store)? {
        let said = format!("nothing goes out since {}: {}", hold.since, hold.reason);
        findings.good("hold", &said);
    }
    Ok(store.log_position()?)
}

fn check_programme(views: &dyn port::Views, findings: &mut Findings) -> anyhow::Result<()> {
    let Some(files) = data::newest_programme(views)? else {
        findings.good("programme", "none yet");
        return Ok(());
    };
    match record::programme::parse(&files) {
        Ok(_) => findings.good("programme", &format!("{} files in order", files.len())),
        Err(problems) => findings.found.extend(problems),
    }
    Ok(())
}

fn check_journal(data: &DataDir, findings: &mut Findings) {
    if !data.journal_path().is_dir() {
        return;
    }
    match data.open_journal() {
        Ok(journal) => {
            let said = format!("{} bytes of what was sent", grouped(journal.durable_end().0));
            findings.good("journal", &said);
        }
        Err(error) => {
            let hint = "move the folder `journal` away; only a restore would have asked it";
            findings.found.push(Problem::new(format!("{error:#}")).hint(hint));
        }
    }
}

/// Every row, and that log and history together have no hole.
fn check_history(
    data: &DataDir,
    state: LogPosition,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let checked = lake::check(&data.history_path());
    let healthy = checked.problems.is_empty();
    for problem in checked.problems.into_iter().take(NAMED_MAX) {
        let hint = "take this file from the last backup, or restore the whole";
        findings.found.push(Problem::new(problem.to_string()).hint(hint));
    }
    let filed = checked.position.unwrap_or_default();
    let first = first_of_log(data);
    if filed < first {
        let (first, filed) = (first.0, filed.0);
        let message =
            format!("the log begins at {first}, and the history ends before it, at {filed}");
        let hint = "what stood between them is lost; restore the last backup";
        findings.found.push(Problem::new(message).hint(hint));
    } else if state < filed {
        let message = format!(
            "the history goes to {}, beyond the state, which is at {}; the next start puts it right",
            filed.0, state.0
        );
        findings.good("history", &message);
    } else if healthy {
        let (rows, files) = (grouped(checked.rows), grouped(checked.files as u64));
        findings.good(
            "history",
            &format!(
                "{rows} facts in {files} files can be read, {} bytes wait",
                grouped(state.0 - filed.0)
            ),
        );
    }
    Ok(())
}

/// Where the log begins; at 0 where it cannot be opened, which was said before.
fn first_of_log(data: &DataDir) -> LogPosition {
    let log = SegmentLog::open(&data.log_path(), log_segments::Options::default());
    log.map_or(LogPosition(0), |it| it.first())
}

fn check_log(data: &DataDir, state: LogPosition, findings: &mut Findings) -> anyhow::Result<()> {
    let log = match SegmentLog::open(&data.log_path(), log_segments::Options::default()) {
        Ok(log) => log,
        Err(error) => {
            let hint = "restore the last backup, and send again what came after it";
            findings.found.push(Problem::new(error.to_string()).hint(hint));
            return Ok(());
        }
    };
    let begin = log.first();
    let (mut at, mut records, mut unreadable) = (begin, 0_u64, 0_usize);
    loop {
        let part = match log.read(at, RECORDS_AT_ONCE, BYTES_AT_ONCE) {
            Ok(part) => part,
            Err(error) => {
                let hint = "restore the last backup, and send again what came after it";
                findings.found.push(Problem::new(error.to_string()).hint(hint));
                return Ok(());
            }
        };
        if part.is_empty() {
            break;
        }
        for (end, bytes) in part {
            if let Err(error) = LogRecord::decode(&bytes) {
                unreadable += 1;
                if unreadable <= NAMED_MAX {
                    let place = format!("the log record at byte {}: {error}", at.0);
                    let hint = "was it written by a newer program?";
                    findings.found.push(Problem::new(place).hint(hint));
                }
            }
            (at, records) = (end, records + 1);
        }
    }
    if at < state {
        let message =
            format!("the log ends at {}, before the state, which is at {}", at.0, state.0);
        let hint = "it belongs to another store; restore both from one backup";
        findings.found.push(Problem::new(message).hint(hint));
    }
    let waiting = at.0.saturating_sub(state.0);
    let said = format!(
        "{} records in {} bytes can be read, {} bytes wait for the engine",
        grouped(records),
        grouped(at.0 - begin.0),
        grouped(waiting)
    );
    findings.good("log", &said);
    Ok(())
}
