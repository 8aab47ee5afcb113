//! `fulcrum schema`: what editors need to complete and check a programme's files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use record::programme::SCHEMAS;
use serde_json::{Map, Value, json};

use super::{init, print};
use crate::stop::Stop;

/// Print or write the JSON Schemas (draft 2020-12) of a programme's files.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// One kind of file; without it, their names are listed.
    #[arg(value_name = "KIND", conflicts_with = "dir")]
    kind: Option<String>,
    /// Write all of them into this directory.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match (&arguments.dir, &arguments.kind) {
        (Some(dir), _) => {
            std::fs::create_dir_all(dir)
                .with_context(|| format!("could not make {}", dir.display()))?;
            for schema in SCHEMAS {
                let path = dir.join(format!("{}.json", schema.name));
                std::fs::write(&path, schema.text)
                    .with_context(|| format!("could not write {}", path.display()))?;
            }
            print(&format!("wrote {} schemas to {}\n", SCHEMAS.len(), dir.display()))?;
        }
        (None, Some(kind)) => {
            let Some(schema) = SCHEMAS.iter().find(|it| it.name == kind) else {
                let stop = Stop::usage(format!("there is no schema `{kind}`"));
                return Err(stop.hint(format!("one of {}", names().join(", "))).into());
            };
            print(schema.text)?;
        }
        (None, None) => {
            let line = |it: &record::programme::Schema| format!("{:<12}{}\n", it.name, it.files);
            print(&SCHEMAS.iter().map(line).collect::<String>())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Schemas beside a new programme, and where Visual Studio Code looks which is whose. Nothing is
/// fetched from anywhere.
pub fn write_for_editors(directory: &Path) -> anyhow::Result<()> {
    let mut places = Map::new();
    for schema in SCHEMAS {
        let path = directory.join("schema").join(format!("{}.json", schema.name));
        if !path.exists() {
            init::write(&path, schema.text)?;
        }
        // Editors know no schema for what stands at the head of Markdown.
        if schema.files.ends_with(".yaml") {
            let files = Value::from(format!("program/{}", schema.files));
            places.insert(format!("./schema/{}.json", schema.name), files);
        }
    }
    let settings = directory.join(".vscode/settings.json");
    if settings.exists() {
        return Ok(());
    }
    let text = serde_json::to_string_pretty(&json!({ "yaml.schemas": places }))? + "\n";
    init::write(&settings, &text)
}

fn names() -> Vec<&'static str> {
    SCHEMAS.iter().map(|it| it.name).collect()
}
