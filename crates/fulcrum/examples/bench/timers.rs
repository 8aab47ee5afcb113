//! A million people who wait in a journey: the engine is started with them, their time comes, and it is
//! killed half way.

use crate::crowd::{NOON, PEOPLE, at, people};
use crate::events::{mark, record, track};
use crate::figure::{Figure, Run};
use crate::machine;
use crate::setup::{append, apply, market_files, open_engine, open_log, open_store};
use crate::store::Watched;
use anyhow::{Context, ensure};
use engine::{Clock, Engine, EngineError, Inline};
use model::{ChannelSet, Map, Span, Timestamp};
use port::{Agenda, LogPosition, People};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What one machine of two cores is to do.
const AIM: f64 = 40_000.0;

/// When everybody's time has come.
const LATER: Span = Span::days(8);

const PATIENCE: &str = "journey: patience
trigger: {event: Asked}
steps:
  - {id: rest, wait: 7d}
  - {id: note, set_trait: {name: rested, value: true}}
  - {id: long, wait: 3650d}
";

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let waiting = fill(dir)?;
    // Half of them fire in another process, which is then killed.
    let killed_at = kill_half_way(dir)?;
    let store = open_store(dir)?;
    let (done, left) = (rested(&store)?, store.due_people(NOON + LATER, usize::MAX)?.len() as u64);
    ensure!(done + left == PEOPLE, "{done} are done, {left} are due: of {PEOPLE}");
    ensure!(killed_at <= done, "{killed_at} were committed, and {done} are left of them");
    let log = open_log(dir)?;
    let began = Instant::now();
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    let opened = began.elapsed();
    store.note_people();
    let cpu = machine::cpu_seconds()?;
    let took = at(&mut engine, &store, NOON + LATER, None)?;
    let cpu = machine::cpu_seconds()? - cpu;
    let notes = store.notes();
    ensure!(notes.order.len() as u64 == left, "{} of {left} were committed", notes.order.len());
    // They began one after the other, so that their time comes in the order of their numbers.
    ensure!(notes.order.is_sorted_by(|a, b| a < b), "they did not fire in order");
    ensure!(rested(&store)? == PEOPLE, "somebody did not come on");
    // Counted with the commit that moved them: whoever fired twice would be counted twice.
    let counts = engine.steps().of(&"patience".into()).cloned().unwrap_or_default();
    let entered = |step: &str| {
        counts.versions.values().filter_map(|it| it.get(step)).map(|it| it.entered).sum::<u64>()
    };
    ensure!(entered("note") == PEOPLE, "`note` was executed {} times", entered("note"));
    ensure!(entered("long") == PEOPLE && counts.running() == PEOPLE as i64, "not all wait on");
    let rate = left as f64 / took.as_secs_f64();
    let commits = notes.commits.len() as f64;
    let figures = vec![
        Figure::new("timers due at once, fired and committed", rate, "timers/s")
            .limit(AIM, "the aim")
            .detail("CPU µs per timer", cpu / left as f64 * 1e6)
            .detail("timers per commit", left as f64 / commits.max(1.0))
            .detail("committed when the process was killed", done as f64)
            .detail("after it", left as f64),
        Figure::new("start with 1 M people waiting", opened.as_secs_f64() * 1e3, "ms")
            .detail("s to bring 1 M people to their wait", waiting.as_secs_f64()),
    ];
    Ok(Run { figures, checksum: mark(&format!("{} {}", entered("note"), PEOPLE)) })
}

/// Everybody begins, one after the other: the clock goes on by a second with each turn.
fn fill(dir: &Path) -> anyhow::Result<Duration> {
    let store = open_store(dir)?;
    people(&store)?;
    let log = open_log(dir)?;
    let mut files = market_files(&["brand.yaml"]);
    files.insert("journeys/patience.yaml".to_owned(), PATIENCE.to_owned());
    append(&log, vec![apply(files)?])?;
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    at(&mut engine, &store, NOON, None)?;
    let asked = |number: u64| {
        let person = format!("u-{number:07}");
        record(track("Asked", number, person, Map::new(), NOON))
    };
    let end = append(&log, (0..PEOPLE).map(asked).collect())?;
    let began = Instant::now();
    let mut clock =
        Going { now: NOON, store: store.clone(), end: Some(end), each: None, failure: None };
    engine::run(&mut engine, &mut clock, &mut Inline::new([], 0));
    ensure!(clock.failure.is_none(), "a turn failed: {}", clock.failure.unwrap_or_default());
    ensure!(clock.now < NOON + Span::HOUR, "it took {} turns", clock.now - NOON);
    Ok(began.elapsed())
}

/// What the other process does: fires, and says after each commit how many are done.
pub fn fire(dir: &Path) -> anyhow::Result<()> {
    let (store, log) = (open_store(dir)?, open_log(dir)?);
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    let each = |store: &Watched| {
        let mut out = std::io::stdout();
        // Whoever reads has seen enough when this fails.
        writeln!(out, "{}", store.notes().people).and_then(|()| out.flush()).is_ok()
    };
    let now = NOON + LATER;
    let mut clock = Going { now, store, end: None, each: Some(each), failure: None };
    engine::run(&mut engine, &mut clock, &mut Inline::new([], 0));
    Ok(())
}

/// How many were said to be committed when the process got its SIGKILL.
fn kill_half_way(dir: &Path) -> anyhow::Result<u64> {
    let program = std::env::current_exe().context("could not find this program")?;
    let mut child = Command::new(program)
        .args(["--child", "timers-fire", "--dir"])
        .arg(dir)
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start the process that is to be killed")?;
    let out = child.stdout.take().context("it says nothing")?;
    let mut said = 0;
    for line in BufReader::new(out).lines() {
        said = line?.parse().context("it says something else")?;
        if PEOPLE / 2 <= said {
            break;
        }
    }
    child.kill().context("could not kill it")?;
    child.wait()?;
    ensure!((PEOPLE / 2..PEOPLE).contains(&said), "it was killed at {said}");
    Ok(said)
}

/// Whose trait says that their time came.
fn rested(store: &Watched) -> anyhow::Result<u64> {
    let (mut after, mut found) = (None, 0);
    loop {
        let ids = store.ids_after(after, 10_000)?;
        let Some(last) = ids.last() else { return Ok(found) };
        after = Some(*last);
        let rested = |it: &port::Person| it.profile.traits.contains_key("rested");
        found += store.load(&ids)?.iter().filter(|it| rested(it)).count() as u64;
    }
}

/// Goes on by a second with each turn until the log is taken, or stands where there is no end.
struct Going {
    now: Timestamp,
    store: Watched,
    end: Option<LogPosition>,
    each: Option<fn(&Watched) -> bool>,
    failure: Option<String>,
}

impl Clock for Going {
    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn turned(&mut self, _: &mut Engine) -> bool {
        let Some(end) = self.end else { return self.each.is_none_or(|it| it(&self.store)) };
        self.now = self.now + Span::seconds(1);
        self.store.reached() < end
    }

    fn wait(&mut self, _: &mut Engine, _: Option<Timestamp>) -> bool {
        false
    }

    fn failed(&mut self, error: &EngineError) -> bool {
        self.failure = Some(error.to_string());
        false
    }
}
