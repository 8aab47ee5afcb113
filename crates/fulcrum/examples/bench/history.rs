//! The table on the screen and the line in `bench/history.jsonl`.

use crate::figure::Figure;
use crate::machine;
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const HISTORY: &str = "bench/history.jsonl";
const README: &str = "README.md";
const SPEED: &str = "docs/measurement/speed.md";

pub fn print(figures: &[Figure], checksum: u64, load: f64) {
    println!("{:<34} {:>12} {:<12} {:>12} {:>7}  limit", "", "value", "", "limit", "share");
    for it in figures {
        let limit = it.limit.map_or_else(String::new, number);
        let share = it.share.map_or_else(String::new, |it| format!("{:.0} %", it * 100.0));
        let (name, value, unit, limit_name) =
            (&it.name, number(it.value), &it.unit, &it.limit_name);
        println!("{name:<34} {value:>12} {unit:<12} {limit:>12} {share:>7}  {limit_name}");
        for (name, value) in &it.detail {
            println!("    {name:<30} {:>12}", number(*value));
        }
    }
    println!("load {load:.1} on {} cores before; checksum {checksum:016x}", machine::cores());
}

/// Four digits tell enough.
fn number(value: f64) -> String {
    match value.abs() {
        it if it < 1.0 => format!("{value:.4}"),
        it if it < 100.0 => format!("{value:.2}"),
        _ => {
            let digits = format!("{value:.0}");
            let mut text = String::new();
            for (place, digit) in digits.chars().enumerate() {
                if place != 0 && (digits.len() - place).is_multiple_of(3) && !text.ends_with('-') {
                    text.push(' ');
                }
                text.push(digit);
            }
            text
        }
    }
}

/// `of` says what was measured; the engine where it is empty.
pub fn append(of: &str, figures: &[Figure], checksum: u64, load: f64) -> anyhow::Result<()> {
    let root = root();
    let mut line = json!({
        "date": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "commit": commit(&root),
        "machine": {
            "cores": machine::cores(),
            "kernel": machine::kernel(),
            "load": load,
        },
        "checksum": format!("{checksum:016x}"),
        "results": figures,
    });
    if !of.is_empty() {
        line["of"] = of.into();
    }
    let path = root.join(HISTORY);
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    writeln!(file, "{line}").with_context(|| format!("could not write {}", path.display()))?;
    show()
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    of: String,
    date: String,
    machine: Machine,
    results: Vec<Figure>,
}

#[derive(Deserialize)]
struct Machine {
    cores: usize,
    kernel: String,
    load: f64,
}

/// Writes the last lines of the history as tables between the marks in the README and in the page on
/// speed, so that nobody has to copy figures.
pub fn show() -> anyhow::Result<()> {
    let history = read(HISTORY)?;
    let lines: Result<Vec<Line>, _> = history.lines().map(serde_json::from_str).collect();
    let lines = lines.context("a line of the history cannot be read")?;
    if let Some(line) = lines.iter().rfind(|it| it.of.is_empty()) {
        put(README, &engine_table(line))?;
    }
    if let Some(line) = lines.iter().rfind(|it| it.of == "measurement") {
        put(SPEED, &measurement_table(line))?;
    }
    Ok(())
}

/// Puts the table between the marks of the file.
fn put(file: &str, table: &str) -> anyhow::Result<()> {
    const BEGIN: &str = "<!-- bench: begin -->\n";
    const END: &str = "<!-- bench: end -->";
    let text = read(file)?;
    let (before, rest) = text.split_once(BEGIN).with_context(|| format!("{file} has no mark"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{file} has no second mark"))?;
    std::fs::write(root().join(file), format!("{before}{BEGIN}{table}{END}{after}"))
        .with_context(|| format!("could not write {file}"))
}

fn day(line: &Line) -> &str {
    line.date.split('T').next().unwrap_or_default()
}

fn engine_table(line: &Line) -> String {
    let mut table = format!(
        "On {} cores, {}:\n\n| | value | limit | share |\n|---|--:|--:|--:|\n",
        line.machine.cores,
        day(line),
    );
    for it in &line.results {
        let limit = it.limit.map(|limit| format!("{} ({})", number(limit), it.limit_name));
        let share = it.share.map(|it| format!("{:.0} %", it * 100.0));
        let (limit, share) = (limit.unwrap_or_default(), share.unwrap_or_default());
        let (name, value) = (&it.name, number(it.value));
        table += &format!("| {name} | {value} {} | {limit} | {share} |\n", it.unit);
    }
    table
}

/// Ours beside their floors, and other programs beside ours.
fn measurement_table(line: &Line) -> String {
    let (others, ours): (Vec<&Figure>, Vec<&Figure>) =
        line.results.iter().partition(|it| it.detail.contains_key("of that, reading the file"));
    let mut text = format!(
        "On {} cores ({}, load {:.1} before), {}:\n\n\
         | | | MB at most | floor | times the floor | aim |\n|---|--:|--:|--:|--:|---|\n",
        line.machine.cores,
        line.machine.kernel,
        line.machine.load,
        day(line),
    );
    for it in ours {
        let aim = |(name, value): (&String, &f64)| match name.strip_prefix("aim, ") {
            Some(unit) => Some(format!("{value} {unit}")),
            None => {
                let aim = name.strip_prefix("times the aim of ")?;
                Some(format!("{aim} (reached {value:.1} times)"))
            }
        };
        let aims: Vec<String> = it.detail.iter().filter_map(aim).collect();
        let floor = it.limit.map(|limit| format!("{} ({})", number(limit), it.limit_name));
        let times = it.share.map(|share| format!("{share:.1}"));
        let memory = it.detail.get("MB").map(|it| number(*it));
        text += &format!(
            "| {} | {} {} | {} | {} | {} | {} |\n",
            it.name,
            number(it.value),
            it.unit,
            memory.unwrap_or_default(),
            floor.unwrap_or_default(),
            times.unwrap_or_default(),
            aims.join(", "),
        );
    }
    if !others.is_empty() {
        text += "\n| other programs | CPU s | of that, reading | MB at most | ours, CPU s | times ours |\n\
                 |---|--:|--:|--:|--:|--:|\n";
    }
    for it in others {
        let detail = |name: &str| it.detail.get(name).map(|it| number(*it)).unwrap_or_default();
        text += &format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            it.name,
            number(it.value),
            detail("of that, reading the file"),
            detail("MB"),
            it.limit.map(number).unwrap_or_default(),
            it.share.map(number).unwrap_or_default(),
        );
    }
    text
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(root().join(file)).with_context(|| format!("could not read {file}"))
}

/// Marked with a plus when the tree held changes that no commit has.
fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    match git(&["status", "--porcelain", "--untracked-files=no"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}+"),
    }
}
