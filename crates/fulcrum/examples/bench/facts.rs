//! The history: how fast facts are filed in it, and how fast everybody's are folded again.

use crate::events::{mark, scatter};
use crate::figure::{Figure, Run};
use crate::machine;
use anyhow::{Context, ensure};
use lake::Lake;
use model::{PersonId, Timestamp};
use port::{History, HistoryRow, LogPosition, PersonRange, Redirects, Scan, Wanted};
use serde::Deserialize;
use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// `FULCRUM_BENCH_FACTS` takes another number, such as 20000000.
const FACTS: u64 = 2_000_000;

/// A person has twenty facts, over a month.
pub const FACTS_PER_PERSON: u64 = 20;
pub const DAYS: u64 = 30;

/// As a busy server files them.
const SLICE: u64 = 200_000;

const THREADS: usize = 2;

/// 2026-06-01T00:00:00Z.
pub const BEGIN: i64 = 1_780_272_000_000;
const DAY: i64 = 86_400_000;

/// What is installed, where the data go, to do the same with the same files.
const PACKAGES: [&str; 2] = ["duckdb==2.0.0", "polars==2.1.0"];

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let facts = number_of_facts()?;
    let folder = dir.join("history");
    let lake = Lake::open(&folder, LogPosition(u64::MAX))?;
    let written = timed(|| write(&lake, facts))?;
    let together = timed(|| {
        while lake.compact(i64::MAX)? {}
        Ok(0)
    })?;
    let (bytes, _) = lake.size();
    let counted = timed(|| fold(&lake, Wanted::default()))?;
    let properties = Wanted { properties: true, ..Wanted::default() };
    let read = timed(|| fold(&lake, properties))?;
    let persons = (facts / FACTS_PER_PERSON).max(1);
    let one = timed(|| {
        (0..100).try_fold(0, |sum, n| Ok(sum + of_one(&lake, PersonId(1 + scatter(n) % persons))?))
    })?;
    let rate = facts as f64;
    let figures = vec![
        Figure::new("facts filed in the history", rate / written.cpu, "facts/CPU s")
            .detail("bytes per fact", bytes as f64 / rate)
            .detail("CPU s for putting the days together", together.cpu)
            .detail("facts", rate),
        peer(
            Figure::new(
                "facts folded by person, events and times",
                rate / counted.cpu,
                "facts/CPU s",
            ),
            peers(dir, &folder, "events"),
            counted.cpu,
        )
        .detail("s on two threads", counted.wall),
        peer(
            Figure::new("the same with properties", rate / read.cpu, "facts/CPU s"),
            peers(dir, &folder, "properties"),
            read.cpu,
        )
        .detail("s on two threads", read.wall),
        Figure::new("all facts of one person", one.wall * 10.0, "ms"),
    ];
    let work = format!("{} {} {}", counted.result, read.result, one.result);
    Ok(Run { figures, checksum: mark(&work) })
}

pub fn number_of_facts() -> anyhow::Result<u64> {
    let given = std::env::var("FULCRUM_BENCH_FACTS").ok();
    given.map_or(Ok(FACTS), |it| it.parse()).context("FULCRUM_BENCH_FACTS")
}

pub struct Timed {
    pub cpu: f64,
    pub wall: f64,
    pub result: u64,
}

pub fn timed(work: impl FnOnce() -> anyhow::Result<u64>) -> anyhow::Result<Timed> {
    let (cpu, began) = (machine::cpu_seconds()?, Instant::now());
    let result = work()?;
    let wall = began.elapsed().as_secs_f64();
    Ok(Timed { cpu: machine::cpu_seconds()? - cpu, wall, result })
}

pub fn write(lake: &Lake, facts: u64) -> anyhow::Result<u64> {
    let persons = (facts / FACTS_PER_PERSON).max(1);
    let mut at = 0;
    while at < facts {
        let end = facts.min(at + SLICE);
        let rows: Vec<HistoryRow<'_>> = (at..end).map(|it| row(it, facts, persons)).collect();
        lake.append(LogPosition(end * RECORD_BYTES), &rows)?;
        at = end;
    }
    Ok(facts)
}

/// As much as such an event takes in the log.
const RECORD_BYTES: u64 = 300;

fn row(number: u64, facts: u64, persons: u64) -> HistoryRow<'static> {
    const NAMES: [&str; 5] =
        ["Order Completed", "Product Viewed", "Page Viewed", "Cart Updated", "Email Opened"];
    let chance = scatter(number);
    let person = 1 + chance % persons;
    let at =
        BEGIN + (u128::from(number) * u128::from(DAYS) * DAY as u128 / u128::from(facts)) as i64;
    let price = (chance >> 24) % 20_000;
    HistoryRow {
        position: LogPosition(number * RECORD_BYTES),
        person: Some(PersonId(person)),
        time: Timestamp(at),
        received: Timestamp(at + 40),
        source: Cow::Borrowed("web"),
        kind: Cow::Borrowed("track"),
        event: Cow::Borrowed(NAMES[(chance >> 40) as usize % NAMES.len()]),
        message_id: Some(Cow::Owned(format!("ajs-next-{chance:016x}"))),
        user_id: Some(Cow::Owned(format!("user-{person}"))),
        properties: Some(Cow::Owned(format!(
            "{{\"product_id\":\"sku-{}\",\"revenue\":{}.{:02}}}",
            chance >> 52,
            price / 100,
            price % 100
        ))),
        context: Some(Cow::Borrowed(
            "{\"library\":{\"name\":\"analytics.js\",\"version\":\"2.1.0\"},\"page\":{\"path\":\"/shop\"}}",
        )),
        ..HistoryRow::default()
    }
}

/// What is kept of a person while their facts pass.
#[derive(Default)]
struct Fold {
    person: Option<PersonId>,
    orders: u64,
    last: i64,
    length: u64,
    sum: u64,
}

impl Fold {
    fn take(&mut self, row: &HistoryRow<'_>) {
        if self.person != row.person {
            self.end();
            self.person = row.person;
        }
        self.orders += u64::from(row.event == "Order Completed");
        self.last = self.last.max(row.time.0);
        self.length += row.properties.as_ref().map_or(0, |it| it.len() as u64);
    }

    /// Sums of persons, which do not depend on who folded whom.
    fn end(&mut self) {
        let person = self.person.map_or(0, |it| it.0);
        let of = person.wrapping_mul(self.orders + 1).wrapping_add(self.last as u64 ^ self.length);
        self.sum = self.sum.wrapping_add(of);
        (self.orders, self.last, self.length) = (0, 0, 0);
    }
}

fn fold(lake: &Lake, wanted: Wanted) -> anyhow::Result<u64> {
    let ranges = lake.ranges(THREADS)?;
    let one = |range: PersonRange| -> anyhow::Result<u64> {
        let mut fold = Fold::default();
        scan(lake, range, wanted, |row| fold.take(row))?;
        fold.end();
        Ok(fold.sum)
    };
    std::thread::scope(|scope| {
        let hands: Vec<_> = ranges.into_iter().map(|it| scope.spawn(move || one(it))).collect();
        hands.into_iter().try_fold(0_u64, |sum, hand| {
            let found = hand.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
            Ok(sum.wrapping_add(found))
        })
    })
}

fn of_one(lake: &Lake, person: PersonId) -> anyhow::Result<u64> {
    let mut count = 0;
    scan(lake, PersonRange::one(person), Wanted::ALL, |_| count += 1)?;
    Ok(count)
}

fn scan(
    lake: &Lake,
    persons: PersonRange,
    wanted: Wanted,
    mut each: impl FnMut(&HistoryRow<'_>),
) -> anyhow::Result<()> {
    let redirects = Redirects::default();
    let until = LogPosition(u64::MAX);
    let asked = Scan { persons, events: None, wanted, until, redirects: &redirects };
    lake.scan(&asked, &mut |row| {
        each(row);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

/// What another program took for the same question on the same files.
#[derive(Deserialize)]
pub struct Peer {
    pub cpu: f64,
    pub wall: f64,
    /// How many people it found, where that was asked.
    #[serde(default)]
    pub found: Option<u64>,
}

#[derive(Deserialize)]
pub struct Peers {
    pub duckdb: Peer,
    pub polars: Peer,
}

fn peer(figure: Figure, found: anyhow::Result<Peers>, ours: f64) -> Figure {
    match found {
        Ok(peers) => figure
            .detail("DuckDB, times our CPU s", peers.duckdb.cpu / ours)
            .detail("DuckDB, s", peers.duckdb.wall)
            .detail("Polars, times our CPU s", peers.polars.cpu / ours)
            .detail("Polars, s", peers.polars.wall),
        Err(error) => {
            eprintln!("other programs are left out: {error:#}");
            figure
        }
    }
}

pub fn peers(dir: &Path, folder: &Path, what: &str) -> anyhow::Result<Peers> {
    // Beside the folder of this run, for the next ones.
    let beside = dir.parent().unwrap_or(dir).join("bench-python");
    let python = crate::peers::python(&beside, &PACKAGES)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/facts.py");
    let output = Command::new(python).arg(script).arg(what).arg(folder).output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", error.lines().last().unwrap_or("it failed"));
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}
