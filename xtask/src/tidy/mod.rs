//! `cargo xtask tidy`: the rules of the workspace that a program can check.
//!
//! Each rule takes the workspace as text ([`Tree`]) and returns findings as text, so that a test
//! plants a fault in a few lines. A rule that a reviewer had to repeat belongs here.

mod code;
mod documents;
mod layers;
mod lengths;
mod purity;
mod tree;
mod words;

use anyhow::{Context, Result};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use tree::Tree;

/// One broken rule: where, what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    /// Counted from 1; 1 too where the whole file is meant.
    pub line: usize,
    pub what: String,
    pub remedy: String,
}

/// Prints what is wrong, one finding a line.
pub fn run(root: &Path) -> Result<ExitCode> {
    let findings = check(&Tree::read(root)?);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: nothing to do");
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} to do", findings.len());
    Ok(ExitCode::FAILURE)
}

/// Writes what follows from the rules without a decision: the ban lists of the pure crates, and a
/// ratchet without what is no longer so long.
pub fn write(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    for path in purity::clippy_files(&tree) {
        put(root, &path, purity::BANS)?;
    }
    put(root, lengths::RATCHET, &lengths::lowered(&tree))
}

fn put(root: &Path, path: &str, text: &str) -> Result<()> {
    fs::write(root.join(path), text).with_context(|| format!("could not write {path}"))
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(layers::check(tree));
    findings.extend(purity::check(tree));
    findings.extend(words::check(tree));
    findings.extend(lengths::check(tree));
    findings.extend(documents::check(tree));
    findings.sort();
    findings
}

fn finding(path: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding { path: path.to_owned(), line, what: what.into(), remedy: remedy.into() }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {} ({})", self.path, self.line, self.what, self.remedy)
    }
}

#[cfg(test)]
mod tests;
