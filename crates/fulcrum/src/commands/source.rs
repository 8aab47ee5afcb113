//! `fulcrum source`: where events come from.

use std::process::ExitCode;

use anyhow::anyhow;
use model::SourceId;
use port::{Catalog, Space};

use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};

/// Make and list sources of events.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Make a source; its write key is shown once.
    Create {
        /// What it is called, such as "Web shop".
        name: String,
    },
    /// List the sources.
    List,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    match &arguments.action {
        Action::Create { name } => {
            let mut opened = data.open()?;
            let (id, write_key) = create(&mut opened.store, name)?;
            tell(&format!("source `{id}`; its write key is shown only now"));
            print(&format!("{write_key}\n"))?;
        }
        Action::List => {
            let reading = data.read()?;
            for (id, entry) in stored(&reading.store)? {
                print(&format!("{:<24}  {}  since {}\n", id.as_str(), entry.name, entry.created))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A new source and its write key.
pub fn create(
    store: &mut store_sqlite::SqliteStore,
    name: &str,
) -> anyhow::Result<(SourceId, String)> {
    let taken: Vec<SourceId> = stored(store)?.into_iter().map(|it| it.0).collect();
    let (id, write_key, entry) =
        server::new_source(name, &taken, data::now()).map_err(|it| anyhow!(it))?;
    data::put(store, vec![entry])?;
    Ok((id, write_key))
}

pub fn stored(
    views: &(impl Catalog + ?Sized),
) -> anyhow::Result<Vec<(SourceId, server::SourceEntry)>> {
    let mut sources = Vec::new();
    for (id, bytes) in views.list(Space::Source, "")? {
        let entry = serde_json::from_slice(&bytes)
            .map_err(|error| anyhow!("the stored source {id} cannot be read: {error}"))?;
        sources.push((SourceId::new(id), entry));
    }
    Ok(sources)
}
