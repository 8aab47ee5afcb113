//! Everything that is held about a person, for that person.

use std::process::ExitCode;

use anyhow::Context;
use engine::FactSource;
use server::export::PersonExport;

use super::super::{print, why};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::remote::Server;
use crate::stop::Stop;

/// Everything that is held about a person, to give to them.
///
/// What the random comparison of the measurement withheld from them is not in it.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// An e-mail address, a user id, `kind:value`, or a person's number such as p12.
    #[arg(value_name = "PERSON")]
    person: String,
    #[arg(long, value_enum, default_value_t = Form::Json)]
    format: Form,
    /// The language of the page, such as nl; of --format html.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: String,
    #[command(flatten)]
    server: Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Json,
    /// A page to read, in one file.
    Html,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    let still = data.read()?.engine()?;
    let views = still.engine.reader()?;
    let person = why::find(&*views, &arguments.person)?;
    // Where a copy is read, a server has the data open, and the log with it.
    let all: PersonExport = if still.is_copy() {
        let server = arguments.server.connect(&config)?;
        let answer = server.get(&format!("/api/v1/people/{}/export", person.id))?;
        serde_json::from_value(answer).context("the server's answer cannot be read")?
    } else {
        let log =
            log_segments::SegmentLog::open(&data.log_path(), log_segments::Options::default())?;
        let history = data.open_history(views.log_position()?)?;
        let facts = FactSource { log: &log, history: Some(&history) };
        server::export::of(&*views, facts, person.id, data::now(), &|| true)
            .map_err(|it| Stop::failed(it.detail.unwrap_or(it.title)))?
    };
    print(&match arguments.format {
        Form::Json => serde_json::to_string_pretty(&all)? + "\n",
        Form::Html => server::export::html(&all, still.engine.loaded(), &arguments.language),
    })?;
    Ok(ExitCode::SUCCESS)
}
