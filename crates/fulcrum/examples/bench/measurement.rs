//! `cargo xtask bench measurement`: the analysis commands, each step in a process of its own, with
//! what cannot be saved (reading and parsing only) beside it, and other programs on the same files.

use crate::figure::{Figure, Run, medians};
use crate::{bayes, history, in_child, lifetime, machine, made, paths, peers, people};
use anyhow::{Context, ensure};
use std::fmt;
use std::path::{Path, PathBuf};

/// How many rows a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Million,
    TenMillion,
}

impl Size {
    pub fn rows(self) -> u64 {
        match self {
            Size::Million => 1_000_000,
            Size::TenMillion => 10_000_000,
        }
    }

    /// Where `kind` of this size lies.
    pub fn file(self, kind: &str) -> String {
        format!("{kind}-{}.csv", self.rows())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Size::Million => "1 M",
            Size::TenMillion => "10 M",
        })
    }
}

/// What one process does. It gets the folder of the files.
struct Step {
    name: &'static str,
    /// The step that does only what cannot be saved.
    floor: Option<&'static str>,
    size: Size,
    run: fn(&Path, Size) -> anyhow::Result<Run>,
}

const fn step(
    name: &'static str,
    floor: Option<&'static str>,
    size: Size,
    run: fn(&Path, Size) -> anyhow::Result<Run>,
) -> Step {
    Step { name, floor, size, run }
}

const STEPS: [Step; 14] = [
    step("paths-floor-1m", None, Size::Million, paths::floor),
    step("paths-1m", Some("paths-floor-1m"), Size::Million, paths::all_models),
    step("paths-3-1m", Some("paths-floor-1m"), Size::Million, paths::order_3),
    step("paths-floor-10m", None, Size::TenMillion, paths::floor),
    step("paths-10m", Some("paths-floor-10m"), Size::TenMillion, paths::all_models),
    step("paths-3-10m", Some("paths-floor-10m"), Size::TenMillion, paths::order_3),
    step("touches-floor-10m", None, Size::TenMillion, paths::floor_of_touches),
    step("touches-10m", Some("touches-floor-10m"), Size::TenMillion, paths::all_models_of_touches),
    step("units-floor-1m", None, Size::Million, people::floor),
    step("units-1m", Some("units-floor-1m"), Size::Million, people::from_csv),
    step("units-floor-10m", None, Size::TenMillion, people::floor),
    step("units-10m", Some("units-floor-10m"), Size::TenMillion, people::from_csv),
    step("quick", None, Size::Million, people::quick),
    step("bayes", None, Size::Million, bayes::run),
];

/// Lifetime brings its own floor, and is measured in one process.
const LIFETIME: &str = "lifetime";

pub struct Options {
    pub dir: PathBuf,
    pub runs: usize,
    pub history: bool,
    /// Other programs read ten million rows too.
    pub full: bool,
    /// Only steps whose name holds this, and no other programs.
    pub only: Option<String>,
}

/// The CPU time and the memory of this process, which did nothing else.
pub fn ended(name: &str) -> anyhow::Result<Figure> {
    let status = std::fs::read_to_string("/proc/self/status").context("could not read memory")?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = line.split_whitespace().next().context("no number")?.parse()?;
    let figure = Figure::new(name, machine::cpu_seconds()?, "CPU s");
    Ok(figure.detail("MB", kilobytes * 1024.0 / 1e6))
}

/// Runs one step here, if it has this name.
pub fn child(name: &str, dir: &Path) -> Option<anyhow::Result<Run>> {
    let step = STEPS.iter().find(|step| step.name == name)?;
    Some((step.run)(dir, step.size))
}

pub fn all(options: &Options) -> anyhow::Result<()> {
    let load = machine::load();
    let dir = tempfile::Builder::new().prefix("fulcrum-bench-").tempdir_in(&options.dir)?;
    let wanted = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only));
    let steps: Vec<&Step> = STEPS.iter().filter(|step| wanted(step.name)).collect();
    prepare(dir.path(), &steps)?;
    let (mut figures, mut checksum) = (Vec::new(), 0_u64);
    let mut keep = |runs: Vec<Run>, name: &str| -> anyhow::Result<()> {
        let sum = runs.first().map_or(0, |it| it.checksum);
        ensure!(runs.iter().all(|it| it.checksum == sum), "{name}: the runs did different work");
        checksum = checksum.rotate_left(7) ^ sum;
        figures.extend(medians(&runs));
        Ok(())
    };
    let mut failed = 0;
    for step in steps.iter().filter(|step| !step.name.contains("floor")) {
        let run = |number: usize| {
            eprintln!("{}: run {number} of {}", step.name, options.runs);
            beside_its_floor(step, dir.path())
        };
        // The others took their time: what they found is kept.
        match (1..=options.runs).map(run).collect() {
            Ok(runs) => keep(runs, step.name)?,
            Err(error) => {
                failed += 1;
                eprintln!("{} is left out: {error:#}", step.name);
            }
        }
    }
    if wanted(LIFETIME) {
        let runs: anyhow::Result<Vec<Run>> =
            (0..options.runs).map(|_| lifetime::run(dir.path())).collect();
        keep(runs?, LIFETIME)?;
    }
    if options.only.is_none() {
        let sizes: &[Size] =
            if options.full { &[Size::Million, Size::TenMillion] } else { &[Size::Million] };
        let others = peers::measure(dir.path(), sizes, options.runs, &figures);
        figures.extend(others);
    }
    history::print(&figures, checksum, load);
    if cfg!(debug_assertions) {
        println!("built without --release: for trying out only, and not for the history");
    } else if options.history && options.only.is_none() {
        history::append("measurement", &figures, checksum, load)?;
    }
    ensure!(failed == 0, "{failed} steps failed");
    Ok(())
}

/// The step, and before it in another process what cannot be saved.
fn beside_its_floor(step: &Step, dir: &Path) -> anyhow::Result<Run> {
    let Some(floor) = step.floor else { return in_child(step.name, dir) };
    let floor = in_child(floor, dir)?;
    let floor = floor.figures.first().context("the floor has no figure")?;
    let mut run = in_child(step.name, dir)?;
    run.figures = run.figures.into_iter().map(|it| it.limit(floor.value, &floor.name)).collect();
    Ok(run)
}

/// Writes a file of this many rows.
type Make = fn(&Path, u64) -> anyhow::Result<()>;

/// The files that the steps read.
fn prepare(dir: &Path, steps: &[&Step]) -> anyhow::Result<()> {
    let made: [(&str, Make); 3] =
        [("paths", made::paths), ("touches", made::touches), ("units", made::units)];
    for (kind, make) in made {
        for size in [Size::Million, Size::TenMillion] {
            let reads = |step: &&Step| {
                step.size == size
                    && (step.name.starts_with(kind) || (kind == "units" && step.name == "quick"))
            };
            if steps.iter().any(reads) {
                let file = size.file(kind);
                eprintln!("making {file}");
                make(&dir.join(file), size.rows())?;
            }
        }
    }
    Ok(())
}
