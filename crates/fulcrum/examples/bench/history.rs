//! The table on the screen and the line in `bench/history.jsonl`.

use crate::figure::Figure;
use crate::machine;
use anyhow::Context;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Command;

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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
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
    show(&root, figures)?;
    let path = root.join("bench/history.jsonl");
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| format!("could not open {}", path.display()))?;
    writeln!(file, "{line}").with_context(|| format!("could not write {}", path.display()))
}

/// Writes the figures between the marks in the README, so that nobody has to copy them.
fn show(root: &Path, figures: &[Figure]) -> anyhow::Result<()> {
    const BEGIN: &str = "<!-- bench: begin -->\n";
    const END: &str = "<!-- bench: end -->";
    let path = root.join("README.md");
    let readme = std::fs::read_to_string(&path)
        .with_context(|| format!("could not read {}", path.display()))?;
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = parts.context("README.md has no marks for the table")?;
    let mut table = format!(
        "On {} cores, {}:\n\n| | value | limit | share |\n|---|--:|--:|--:|\n",
        machine::cores(),
        jiff::Timestamp::now().strftime("%Y-%m-%d"),
    );
    for it in figures {
        let limit = it.limit.map(|limit| format!("{} ({})", number(limit), it.limit_name));
        let share = it.share.map(|it| format!("{:.0} %", it * 100.0));
        let (limit, share) = (limit.unwrap_or_default(), share.unwrap_or_default());
        table +=
            &format!("| {} | {} {} | {limit} | {share} |\n", it.name, number(it.value), it.unit,);
    }
    std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}"))
        .with_context(|| format!("could not write {}", path.display()))
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
