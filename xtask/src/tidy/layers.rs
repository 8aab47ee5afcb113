//! A crate depends only on crates of a lower layer, and says so in the same form as all others.

use super::{Finding, finding, tree::Tree};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// Other people's crates that layers 1 to 3 may use, each with its reason. They are pure
/// computation; a new one is an architecture change.
const ALLOWED_IN_PURE: [(&str, &str); 17] = [
    ("base64", "write keys and link tokens are written in it"),
    ("blake3", "keyed hashes: chance, link signatures, ids of known events"),
    ("flate2", "SDKs send gzip"),
    ("jiff", "time zones and daylight saving; its clock is banned"),
    ("liquid-core", "templates"),
    ("liquid-lib", "the filters and tags of templates"),
    ("mail-parser", "bounces and complaints arrive as mail"),
    ("mrml", "layouts are written in MJML; it is given no loader"),
    ("nuts-rs", "the sampler of posteriors; its seed is an argument"),
    ("pulldown-cmark", "contents are written in Markdown"),
    ("rand", "the sampler's interface to chance"),
    ("rand_chacha", "the same draws for the same seed, on every machine"),
    ("serde", "core state is stored in versioned envelopes"),
    ("serde_json", "events arrive as JSON"),
    ("simplecss", "the tokens of selectors, for styles that are written into a layout's elements"),
    ("statrs", "distributions for intervals"),
    ("unicode-segmentation", "what a reader sees as one character, and where a sentence ends"),
];

/// The edges within a layer, from and to, each with its reason.
const SIDEWAYS: [(&str, &str, &str); 1] =
    [("record", "port", "the stored forms are forms of the person that the port holds")];

/// The highest layer that is pure: decisions, without clock, files, network or threads.
pub const PURE_MAX: i64 = 3;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut manifests = BTreeMap::new();
    for name in tree.crates() {
        let path = format!("crates/{name}/Cargo.toml");
        let text = tree.text(&path).unwrap_or_default();
        match text.parse::<Table>() {
            Ok(table) => {
                manifests.insert(name, (path, text, table));
            }
            Err(error) => findings.push(finding(&path, 1, error.message(), "write valid TOML")),
        }
    }
    let layers: BTreeMap<&str, i64> =
        manifests.iter().filter_map(|(name, it)| Some((*name, layer_of(&it.2)?))).collect();
    for (name, (path, text, table)) in &manifests {
        let manifest = Manifest { name, path, text, table };
        findings.extend(manifest.form());
        match layers.get(name) {
            Some(layer) => findings.extend(manifest.dependencies(*layer, &layers)),
            None => findings.push(finding(
                path,
                1,
                format!("{name} has no layer"),
                "add `layer = N` under [package.metadata]; ARCHITECTURE.md has the map",
            )),
        }
    }
    findings
}

/// The crates of layers 1 to 3.
pub fn pure_crates(tree: &Tree) -> Vec<&str> {
    let is_pure = |name: &&str| {
        let text = tree.text(&format!("crates/{name}/Cargo.toml")).unwrap_or_default();
        let layer = text.parse::<Table>().ok().and_then(|it| layer_of(&it));
        layer.is_some_and(|it| it <= PURE_MAX)
    };
    tree.crates().into_iter().filter(is_pure).collect()
}

fn layer_of(manifest: &Table) -> Option<i64> {
    manifest.get("package")?.get("metadata")?.get("layer")?.as_integer()
}

struct Manifest<'a> {
    name: &'a str,
    path: &'a str,
    text: &'a str,
    table: &'a Table,
}

impl Manifest<'_> {
    /// What every manifest of ours has.
    fn form(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut expect = |path: [&str; 2], value: Value, remedy: &str| {
            let found = self.table.get(path[0]).and_then(|it| it.get(path[1]));
            if found != Some(&value) {
                let what = format!("[{}] has no `{} = {value}`", path[0], path[1]);
                findings.push(finding(self.path, 1, what, remedy));
            }
        };
        let name = Value::from(self.name);
        expect(["package", "name"], name, "a crate is named like its directory");
        let lints = "add it: the lints of the workspace hold everywhere";
        expect(["lints", "workspace"], Value::from(true), lints);
        if self.table.contains_key("lib") {
            let doctests = "add it: each doctest is a program of its own to link; write a test";
            expect(["lib", "doctest"], Value::from(false), doctests);
        }
        findings
    }

    fn dependencies(&self, layer: i64, layers: &BTreeMap<&str, i64>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for section in ["dependencies", "build-dependencies"] {
            let Some(table) = self.table.get(section).and_then(Value::as_table) else { continue };
            for target in table.keys() {
                let line = self.line_of(section, target);
                if let Some((what, remedy)) = self.objection(target, layer, layers) {
                    findings.push(finding(self.path, line, what, remedy));
                }
            }
        }
        if layer <= PURE_MAX && self.table.contains_key("target") {
            let what = format!("{} has dependencies for one target only", self.name);
            findings.push(finding(self.path, 1, what, "a rule is the same on every machine"));
        }
        findings
    }

    fn objection(
        &self,
        target: &str,
        layer: i64,
        layers: &BTreeMap<&str, i64>,
    ) -> Option<(String, String)> {
        let name = self.name;
        let what = format!("{name} must not depend on {target}");
        match layers.get(target) {
            Some(other) if *other < layer => None,
            Some(_) if SIDEWAYS.iter().any(|it| (it.0, it.1) == (name, target)) => None,
            Some(other) if *other == layer => {
                let remedy =
                    format!("both are of layer {layer}; let a higher crate bring them together");
                Some((what, remedy))
            }
            Some(other) => {
                let remedy =
                    format!("{name} is of layer {layer}, {target} of {other}; point down only");
                Some((what, remedy))
            }
            None if PURE_MAX < layer || ALLOWED_IN_PURE.iter().any(|it| it.0 == target) => None,
            None => {
                let remedy = "layers 1 to 3 use the crates listed in xtask/src/tidy/layers.rs; \
                              do it in a higher layer, or add it there with its reason";
                Some((what, remedy.to_owned()))
            }
        }
    }

    fn line_of(&self, section: &str, key: &str) -> usize {
        let header = format!("[{section}]");
        let mut inside = false;
        for (index, line) in self.text.lines().enumerate() {
            if line.starts_with('[') {
                inside = line.trim() == header;
            }
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if inside && name == key {
                return index + 1;
            }
        }
        1
    }
}
