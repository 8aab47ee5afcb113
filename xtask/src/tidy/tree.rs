//! The workspace as text: what the rules look at.

use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Directories that hold nothing of ours, or nothing that is kept.
const SKIPPED: [&str; 6] = ["target", "node_modules", "dist", ".git", ".stamps", ".slow"];

#[derive(Default)]
pub struct Tree {
    /// The texts that rules read, by path below the root with `/`.
    files: BTreeMap<String, String>,
    /// Everything that exists, directories too.
    exists: BTreeSet<String>,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Tree> {
        let mut tree = Tree::default();
        tree.folder(root, "")?;
        Ok(tree)
    }

    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("could not list {prefix:?}"))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("could not list {prefix:?}"))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if SKIPPED.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{prefix}{name}");
            self.exists.insert(path.clone());
            let kind = entry.file_type().with_context(|| format!("could not look at {path}"))?;
            if kind.is_dir() {
                self.folder(&entry.path(), &format!("{path}/"))?;
            } else if [".rs", ".toml", ".md", ".txt"].iter().any(|it| name.ends_with(it)) {
                let text = fs::read_to_string(entry.path());
                self.files.insert(path.clone(), text.with_context(|| format!("reading {path}"))?);
            }
        }
        Ok(())
    }

    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    pub fn exists(&self, path: &str) -> bool {
        self.exists.contains(path.trim_end_matches('/'))
    }

    pub fn files(&self, ending: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |it| it.0.ends_with(ending))
    }

    /// Rust files of `crates/` and `xtask/`.
    pub fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files(".rs").filter(|it| it.0.starts_with("crates/") || it.0.starts_with("xtask/"))
    }

    /// The directories of `crates/` that have a manifest, in order.
    pub fn crates(&self) -> Vec<&str> {
        let manifests = self.files("/Cargo.toml").filter_map(|it| it.0.strip_prefix("crates/"));
        let names = manifests.filter_map(|it| it.strip_suffix("/Cargo.toml"));
        names.filter(|it| !it.contains('/')).collect()
    }

    /// Reads `=== path` followed by the file's lines, again and again.
    #[cfg(test)]
    pub fn parse(text: &str) -> Tree {
        let mut tree = Tree::default();
        let mut path = String::new();
        for line in text.lines() {
            if let Some(next) = line.strip_prefix("=== ") {
                next.clone_into(&mut path);
                let folders = path.match_indices('/').map(|it| path[..it.0].to_owned());
                tree.exists.extend(folders);
                tree.exists.insert(path.clone());
                tree.files.entry(path.clone()).or_default();
            } else if let Some(file) = tree.files.get_mut(&path) {
                file.push_str(line);
                file.push('\n');
            }
        }
        tree
    }
}

/// Whether the file holds tests or examples and nothing that runs for a user.
pub fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || ["/tests/", "/examples/", "/benches/"].iter().any(|it| path.contains(it))
}
