//! A play over what a running server has: it plays, we ask how far it is.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use replay::{Compared, Replayed};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Arguments, instant};
use crate::Place;
use crate::commands::print;
use crate::config::Config;
use crate::programme_files::Files;
use crate::progress::{Bars, Unit};
use crate::stop::Stop;

const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Deserialize)]
struct Found {
    replay: Replayed,
    against: Option<Replayed>,
    compared: Option<Compared>,
}

pub fn play(place: &Place, arguments: &Arguments, files: &Files) -> anyhow::Result<ExitCode> {
    let server = arguments.server.connect(&Config::load(place)?)?;
    let mut order = json!({"files": files, "compare": true});
    for (name, time) in [("from", &arguments.from), ("to", &arguments.to)] {
        if let Some(time) = time {
            order[name] = instant(time)?.to_string().into();
        }
    }
    let begun = server.post("/api/v1/replays", &order)?;
    let job = begun["job"].as_str().context("the server named no job")?;
    let path = format!("/api/v1/jobs/{job}");
    let bars = Bars::new();
    let mut bar = None;
    let found = loop {
        let report = server.get(&path)?;
        let number = |name: &str| report[name].as_u64().unwrap_or(0);
        match report["state"].as_str() {
            Some("running") => {}
            Some("done") => break report["result"].clone(),
            Some("stopped") => return Err(Stop::failed("somebody stopped the play").into()),
            _ => {
                let why = report["problem"]["detail"].as_str().unwrap_or("no reason given");
                return Err(Stop::failed(format!("the server could not play it: {why}")).into());
            }
        }
        if 0 < number("total") {
            let bar = bar.get_or_insert_with(|| bars.begin("played", number("total"), Unit::Steps));
            bar.at(number("done"));
        }
        std::thread::sleep(LOOK_EVERY);
    };
    let found: Found = serde_json::from_value(found).context("the server said something else")?;
    let (against, compared) = (found.against.as_ref(), found.compared.as_ref());
    print(&Answer { replay: &found.replay, against, compared }.shown(arguments.format)?)?;
    Ok(ExitCode::SUCCESS)
}
