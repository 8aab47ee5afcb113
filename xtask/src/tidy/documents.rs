//! What is written about the code agrees with it: first lines, the map, links, decisions.

use super::{Finding, finding, tree::Tree};
use std::collections::BTreeMap;

const MAP: &str = "ARCHITECTURE.md";
const DECISIONS: &str = "docs/adr/";

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(first_lines(tree));
    findings.extend(map(tree));
    findings.extend(links(tree));
    findings.extend(decisions(tree));
    findings
}

fn first_lines(tree: &Tree) -> Vec<Finding> {
    let untitled = tree.rust().filter(|it| !it.1.starts_with("//! "));
    untitled
        .map(|it| {
            let remedy = "begin with a `//!` line that says what it is for";
            finding(it.0, 1, "the file does not say what it is for", remedy)
        })
        .collect()
}

/// One section per crate, each with what holds of it.
fn map(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sections: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    let mut present = "";
    for (index, line) in tree.text(MAP).unwrap_or_default().lines().enumerate() {
        if line.starts_with('#') {
            let name = line.strip_prefix("### `").and_then(|it| it.strip_suffix('`'));
            present = name.unwrap_or_default();
            if name.is_some() {
                sections.insert(present, (index + 1, false));
            }
        } else if line.starts_with("**Invariant:**")
            && let Some(section) = sections.get_mut(present)
        {
            section.1 = true;
        }
    }
    let crates = tree.crates();
    for name in crates.iter().filter(|it| !sections.contains_key(**it)) {
        let what = format!("there is no section about crates/{name}");
        findings.push(finding(MAP, 1, what, format!("add a heading ### `{name}`")));
    }
    for (name, (line, has_invariant)) in sections {
        if !crates.contains(&name) {
            let what = format!("there is no crate `{name}`");
            findings.push(finding(MAP, line, what, "the headings are those of crates/"));
        } else if !has_invariant {
            let what = format!("the section about `{name}` has no invariant");
            let remedy = "add a line `**Invariant:** …`; prefer what is absent";
            findings.push(finding(MAP, line, what, remedy));
        }
    }
    findings
}

/// Links to our own files lead somewhere.
fn links(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files(".md").filter(|it| is_ours(it.0)) {
        let folder = path.rsplit_once('/').map_or("", |it| it.0);
        for (index, line) in text.lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|it| it.split(')').next()) {
                let file = target.split('#').next().unwrap_or_default();
                if file.is_empty() || file.contains(':') || tree.exists(&resolved(folder, file)) {
                    continue;
                }
                let what = format!("the link to {target} leads nowhere");
                findings.push(finding(path, index + 1, what, "name a file that is there"));
            }
        }
    }
    findings
}

fn is_ours(path: &str) -> bool {
    path.starts_with("docs/") || !path.contains('/')
}

fn resolved(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Decisions are numbered without gaps, and only taken ones are kept.
fn decisions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = tree.files(".md").filter(|it| it.0.starts_with(DECISIONS));
    for (index, (path, text)) in files.enumerate() {
        let number = format!("{DECISIONS}{:04}-", index + 1);
        if !path.starts_with(&number) {
            let what = "the numbers of decisions have a gap or a double";
            findings.push(finding(path, 1, what, format!("this one begins with {number}")));
        }
        if !text.lines().any(|it| it == "Status: Accepted") {
            let what = "the decision is not taken";
            let remedy = "take it (`Status: Accepted`), or keep it out of the folder";
            findings.push(finding(path, 1, what, remedy));
        }
    }
    findings
}
