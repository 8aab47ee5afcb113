//! The programme that runs, wherever it does: in a data directory, or behind the API of a server.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use engine::text_id;
use serde_json::{Value, json};
use server::{ProgrammePlan, planned_findings};

use crate::config::Config;
use crate::data::{self, DataDir, StillEngine};
use crate::programme_files::{self, Files};
use crate::remote::{Remote, Server};
use crate::stop::Stop;

pub enum Running {
    Api(Remote),
    /// Of the data directory, or of a copy of it while a server has it.
    Data(Box<StillEngine>),
}

/// The files that run, and which texts of each path ran before.
pub struct Pulled {
    pub version: u64,
    pub files: Files,
    pub earlier: BTreeMap<String, BTreeSet<String>>,
}

impl Running {
    /// For reading. A server is asked if it was named, or holds the data and a token is there.
    pub fn find(config: &Config, data: &DataDir, server: &Server) -> anyhow::Result<Running> {
        if server.is_named() || (server.has_token() && data.is_running()?) {
            return Ok(Running::Api(server.connect(config)?));
        }
        Ok(Running::Data(Box::new(data.read()?.engine()?)))
    }

    /// What applying `files` would do.
    pub fn plan(&self, files: &Files) -> anyhow::Result<ProgrammePlan> {
        match self {
            Running::Api(server) => {
                let plan = server.post("/api/v1/programme/plan", &json!({ "files": files }))?;
                serde_json::from_value(plan).context("the server's plan cannot be read")
            }
            Running::Data(still) => plan(&still.engine, files),
        }
    }

    pub fn pull(&self) -> anyhow::Result<Pulled> {
        match self {
            Running::Api(server) => {
                let body = server.get("/api/v1/programme")?;
                let read = |it: &Value| it.clone();
                Ok(Pulled {
                    version: body["version"].as_u64().unwrap_or_default(),
                    files: serde_json::from_value(read(&body["files"]))
                        .context("the server's files cannot be read")?,
                    earlier: serde_json::from_value(read(&body["earlier"]))
                        .context("the server's history cannot be read")?,
                })
            }
            Running::Data(still) => {
                let version = still.engine.loaded().version;
                let views = still.engine.reader()?;
                let files = engine::running_files(&*views, version)?;
                let earlier = engine::earlier_texts(&*views, version)?;
                Ok(Pulled { version, files, earlier })
            }
        }
    }
}

impl Pulled {
    /// Whether the text ran under this path at some time.
    pub fn ran(&self, path: &str, text: &str) -> bool {
        self.earlier.get(path).is_some_and(|it| it.contains(&text_id(text)))
    }
}

pub fn plan(engine: &engine::Engine, files: &Files) -> anyhow::Result<ProgrammePlan> {
    let views = engine.reader()?;
    let plan = engine::ProgrammePlan::of(&*views, engine.loaded(), files, data::now())?;
    match plan {
        Ok(plan) => {
            let after = programme_files::parse(files)?;
            let findings = planned_findings(&engine.loaded().programme, &after);
            Ok(ProgrammePlan::new(&plan, findings))
        }
        Err(problems) => {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            Err(Stop::usage(first).hint("`fulcrum check` lists every problem").into())
        }
    }
}
