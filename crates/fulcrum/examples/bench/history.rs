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

pub fn append(figures: &[Figure], checksum: u64, load: f64) -> anyhow::Result<()> {
    let root = root();
    let line = json!({
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
    let path = root.join(HISTORY);
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    writeln!(file, "{line}").with_context(|| format!("could not write {}", path.display()))?;
    show()
}

/// Writes the last line of the history as a table between the marks in the README, so that nobody
/// has to copy figures.
pub fn show() -> anyhow::Result<()> {
    const BEGIN: &str = "<!-- bench: begin -->\n";
    const END: &str = "<!-- bench: end -->";
    #[derive(Deserialize)]
    struct Line {
        date: String,
        machine: Machine,
        results: Vec<Figure>,
    }
    #[derive(Deserialize)]
    struct Machine {
        cores: usize,
    }
    let history = read(HISTORY)?;
    let last = history.lines().last().context("the history is empty")?;
    let line: Line = serde_json::from_str(last).context("the last line cannot be read")?;
    let readme = read(README)?;
    let (before, rest) = readme.split_once(BEGIN).context("README.md has no mark")?;
    let (_, after) = rest.split_once(END).context("README.md has no second mark")?;
    let day = line.date.split('T').next().unwrap_or_default();
    let mut table = format!(
        "On {} cores, {day}:\n\n| | value | limit | share |\n|---|--:|--:|--:|\n",
        line.machine.cores,
    );
    for it in line.results {
        let limit = it.limit.map(|limit| format!("{} ({})", number(limit), it.limit_name));
        let share = it.share.map(|it| format!("{:.0} %", it * 100.0));
        let (limit, share) = (limit.unwrap_or_default(), share.unwrap_or_default());
        let (name, value) = (it.name, number(it.value));
        table += &format!("| {name} | {value} {} | {limit} | {share} |\n", it.unit);
    }
    std::fs::write(root().join(README), format!("{before}{BEGIN}{table}{END}{after}"))
        .context("could not write README.md")
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
