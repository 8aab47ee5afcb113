//! Measures the whole, each figure as a share of its limit on the same machine in the same run.
//!
//! `cargo xtask bench [measurement] [--only NAME] [--runs N] [--dir DIR] [--no-history]`. Each
//! measurement runs several times, each time in a process of its own, so that memory and bytes written are its own;
//! what is kept is the median. Every run proves by a checksum that the work was done: it is made
//! from what was stored or received, compared with what was sent, and the same in all runs.

mod bayes;
mod client;
mod crowd;
mod decide;
mod events;
mod facts;
mod figure;
mod fill;
mod history;
mod ingest;
mod lag;
mod lifetime;
mod machine;
mod made;
mod mail;
mod measurement;
mod paths;
mod peers;
mod people;
mod plan;
mod process;
mod setup;
mod size;
mod store;
mod timers;

use anyhow::{Context, bail, ensure};
use figure::{Figure, Run, medians};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Fewer have no median worth the name.
const RUNS_MIN: usize = 3;

const USAGE: &str = "\
usage: cargo xtask bench [measurement] [--only NAME] [--runs N] [--dir DIR] [--no-history]

  measurement    the analysis commands, on files of up to ten million rows, beside other programs
  --full         with measurement: other programs read ten million rows as well
  --only NAME    one of ingest, process, programme, decide, timers, plan, mail, lag, size, lifetime, history, fill; with measurement,
                 steps whose name holds it, such as paths, touches, units, quick, bayes, 10m
  --runs N       how often each is run, at least 3; the median counts
  --dir DIR      where the data go, and with them the disk that is meant [target/]
  --no-history   do not add a line to bench/history.jsonl
  --show         measure nothing; write the last lines of the history into README.md and
                 docs/measurement/speed.md
";

type Measure = fn(&Path) -> anyhow::Result<Run>;

const MEASUREMENTS: [(&str, Measure); 12] = [
    ("ingest", ingest::run),
    ("process", process::without_programme),
    ("programme", process::with_programme),
    ("decide", decide::run),
    ("timers", timers::run),
    ("plan", plan::run),
    ("mail", mail::run),
    ("lag", lag::run),
    ("size", size::run),
    ("lifetime", lifetime::run),
    ("history", facts::run),
    ("fill", fill::run),
];

struct Options {
    only: Option<String>,
    runs: usize,
    dir: PathBuf,
    history: bool,
    show: bool,
    /// The analysis commands, and not the engine.
    measurement: bool,
    full: bool,
    /// Run this one here, once, and print what came of it: what the other processes do.
    child: Option<String>,
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match &options.child {
        Some(name) => child(name, &options.dir),
        None if options.show => history::show(),
        None if options.measurement => measurement::all(&measurement::Options {
            dir: options.dir,
            runs: options.runs,
            history: options.history,
            full: options.full,
            only: options.only,
        }),
        None => all(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut words: impl Iterator<Item = String>) -> anyhow::Result<Options> {
    let mut options = Options {
        only: None,
        runs: RUNS_MIN,
        dir: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        history: true,
        show: false,
        measurement: false,
        full: false,
        child: None,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "measurement" => options.measurement = true,
            "--full" => options.full = true,
            "--only" => options.only = Some(value()?),
            "--runs" => options.runs = value()?.parse().context("--runs needs a number")?,
            "--dir" => options.dir = PathBuf::from(value()?),
            "--show" => options.show = true,
            "--no-history" => options.history = false,
            "--child" => options.child = Some(value()?),
            _ => bail!("there is no option {word}"),
        }
    }
    ensure!(RUNS_MIN <= options.runs, "--runs is at least {RUNS_MIN}");
    if let Some(name) = options.only.as_ref().filter(|_| !options.measurement) {
        ensure!(MEASUREMENTS.iter().any(|it| it.0 == name), "there is no measurement {name}");
    }
    Ok(options)
}

fn all(options: &Options) -> anyhow::Result<()> {
    // Before we add to it.
    let load = machine::load();
    let mut figures: Vec<Figure> = Vec::new();
    let mut checksum = 0_u64;
    for (name, _) in MEASUREMENTS {
        if options.only.as_ref().is_some_and(|it| it != name) {
            continue;
        }
        let mut runs = Vec::with_capacity(options.runs);
        for number in 1..=options.runs {
            eprintln!("{name}: run {number} of {}", options.runs);
            runs.push(in_child(name, &options.dir)?);
        }
        let sum = runs.first().map_or(0, |it| it.checksum);
        ensure!(runs.iter().all(|it| it.checksum == sum), "{name}: the runs did different work");
        checksum = checksum.rotate_left(7) ^ sum;
        figures.extend(medians(&runs));
    }
    history::print(&figures, checksum, load);
    if cfg!(debug_assertions) {
        println!("built without --release: for trying out only, and not for the history");
    } else if options.history && options.only.is_none() {
        history::append("", &figures, checksum, load)?;
    }
    Ok(())
}

pub fn in_child(name: &str, dir: &Path) -> anyhow::Result<Run> {
    let program = std::env::current_exe().context("could not find this program")?;
    let output = Command::new(program)
        .args(["--child", name, "--dir"])
        .arg(dir)
        .stderr(Stdio::inherit())
        .output()
        .context("could not start a run")?;
    ensure!(output.status.success(), "{name} failed");
    serde_json::from_slice(&output.stdout).context("a run said something unexpected")
}

fn child(name: &str, dir: &Path) -> anyhow::Result<()> {
    if let Some(run) = measurement::child(name, dir) {
        println!("{}", serde_json::to_string(&run?)?);
        return Ok(());
    }
    // A part of a measurement that is killed.
    if name == "timers-fire" {
        return timers::fire(dir);
    }
    let found = MEASUREMENTS.iter().find(|it| it.0 == name);
    let (_, measure) = found.context("there is no such measurement")?;
    let dir = tempfile::Builder::new().prefix("fulcrum-bench-").tempdir_in(dir)?;
    let run = measure(dir.path())?;
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}
