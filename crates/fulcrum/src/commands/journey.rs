//! `fulcrum journey`: taking running people to the latest version of a journey.

use std::fmt::Write;
use std::process::ExitCode;

use engine::{Engine, MovePlan};
use model::JourneyName;
use record::Control;
use serde_json::{Value, json};

use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::DataDir;
use crate::offline;
use crate::providers::Providers;
use crate::remote::Server;
use crate::stop::Stop;

/// Take running people to the latest version of a journey.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Show what would become of the runs of an older version, step by step; with --yes, do it.
    ///
    /// Runs move where the latest version has a step of the same kind with the same id, and keep their
    /// deadline. The others stay where they are.
    Move {
        #[arg(value_name = "NAME")]
        name: String,
        /// The version whose runs are taken along; the newest one with runs beside the latest if
        /// not said.
        #[arg(long)]
        from: Option<u64>,
        /// Do it.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        server: Server,
    },
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    let Action::Move { name, from, yes, server } = &arguments.action;
    match data.is_running()? {
        true => over_api(&config, server, name, *from, *yes),
        false => stopped(&config, &data, name, *from, *yes),
    }
}

fn stopped(
    config: &Config,
    data: &DataDir,
    name: &str,
    from: Option<u64>,
    yes: bool,
) -> anyhow::Result<ExitCode> {
    let opened = data.open()?;
    let providers = Providers::set_for(&opened.store, config)?;
    let mut engine = offline::settle(opened, providers, None)?;
    let journey = JourneyName::new(name);
    let plan = plan_of(&engine, &journey, from)?;
    print(&plan_text(name, plan.from, plan.to, plan.rows()))?;
    if !yes {
        tell("nothing was changed; say --yes to do it");
        return Ok(ExitCode::SUCCESS);
    }
    let by = "fulcrum journey".to_owned();
    let control = Control::Move { journey: journey.clone(), from: plan.from, by };
    offline::decide(&mut engine, control)?;
    let moved = engine.moves().get(&journey).map_or(0, |it| it.moved);
    print(&format!("{moved} runs are in version {} now\n", plan.to))?;
    Ok(ExitCode::SUCCESS)
}

fn plan_of(engine: &Engine, name: &JourneyName, from: Option<u64>) -> anyhow::Result<MovePlan> {
    let loaded = engine.loaded();
    if loaded.journeys.latest(name).is_none() {
        return Err(Stop::failed(format!("there is no journey `{name}`")).into());
    }
    let plan = MovePlan::of(loaded, engine.steps(), name, from);
    plan.ok_or_else(|| {
        let which = from.map_or("an older version".to_owned(), |it| format!("version {it}"));
        Stop::failed(format!("the journey `{name}` has no runs in {which}")).into()
    })
}

fn over_api(
    config: &Config,
    server: &Server,
    name: &str,
    from: Option<u64>,
    yes: bool,
) -> anyhow::Result<ExitCode> {
    let server = server.connect(config)?;
    let path = format!("/api/v1/journeys/{}/move", in_path(name));
    let query = from.map(|it| format!("?from={it}")).unwrap_or_default();
    let plan = server.get(&format!("{path}{query}"))?;
    let number = |field: &str| plan[field].as_u64().unwrap_or(0);
    let all = plan["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let steps = all.iter().map(|it: &Value| {
        let text = |field: &str| it[field].as_str().unwrap_or_default();
        let moves = it["moves"].as_bool().unwrap_or(false);
        (text("step"), it["runs"].as_u64().unwrap_or(0), moves, text("text"))
    });
    print(&plan_text(name, number("from"), number("to"), steps))?;
    if !yes {
        tell("nothing was changed; say --yes to do it");
        return Ok(ExitCode::SUCCESS);
    }
    server.post(&path, &json!({"from": number("from")}))?;
    print(&format!("{} runs are being taken to version {}\n", number("moving"), number("to")))?;
    Ok(ExitCode::SUCCESS)
}

fn plan_text<'a, 'w>(
    name: &str,
    from: u64,
    to: u64,
    steps: impl Iterator<Item = (&'a str, u64, bool, &'w str)>,
) -> String {
    let mut text = format!("{name}, from version {from} to {to}\n");
    for (step, runs, moves, why) in steps {
        let word = if moves { "move" } else { "stay" };
        let _ = writeln!(text, "  {step:<24} {runs:>9} {word}: {why}");
    }
    text
}

/// A name as a part of a path.
pub(super) fn in_path(name: &str) -> String {
    let plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'~');
    name.bytes().fold(String::new(), |mut text, byte| {
        match plain(byte) {
            true => text.push(char::from(byte)),
            false => drop(write!(text, "%{byte:02X}")),
        }
        text
    })
}
