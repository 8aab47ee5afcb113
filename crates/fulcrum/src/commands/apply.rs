//! `fulcrum apply`: makes a programme the one that runs, after it was shown what that does.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use record::Control;
use serde_json::json;
use server::ProgrammePlan;

use super::plan_text::plan_text;
use super::{grouped, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::programme_files::{self, Files};
use crate::providers::Providers;
use crate::remote::{Remote, Server};
use crate::running::{self, Running};
use crate::stop::Stop;

/// Check a programme, show what it would do, and make it the one that runs, in one step.
///
/// Everybody is placed in the audiences anew. Works while the server runs: it then goes through the
/// server's API. What is applied is what was shown: if another programme runs by then, nothing is.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Apply nothing where a content has a problem, with --yes either; hints are none.
    #[arg(long)]
    strict: bool,
    /// Who applies it, for the record.
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    server: Server,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let files = programme_files::read(&arguments.directory)?;
    programme_files::parse(&files)?;
    let data = DataDir::new(config.data_dir(place));
    if arguments.server.is_named() || data.is_running()? {
        let server = arguments.server.connect(&config)?;
        return over_api(server, &files, arguments);
    }
    offline(&config, &data, files, arguments)
}

fn over_api(server: Remote, files: &Files, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let running = Running::Api(server);
    let plan = running.plan(files)?;
    print(&plan_text(&plan))?;
    let Running::Api(server) = running else { return Ok(ExitCode::SUCCESS) };
    if !plan.files_differ || !agreed(&plan, arguments)? {
        return Ok(ExitCode::SUCCESS);
    }
    let order = json!({ "files": files, "plan": plan.id, "by": arguments.by });
    let applied = server.post("/api/v1/programme", &order)?;
    print(&format!("version {} of the programme runs\n", applied["version"]))?;
    Ok(ExitCode::SUCCESS)
}

fn offline(
    config: &Config,
    data: &DataDir,
    files: Files,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    let mut opened = data.open()?;
    data::touch_if_unused(&mut opened.store)?;
    let providers = Providers::set_for(&opened.store, config)?;
    // What the log still holds comes first: it may be another programme.
    let mut engine = offline::settle(opened, providers, None)?;
    let plan = running::plan(&engine, &files)?;
    print(&plan_text(&plan))?;
    if !plan.files_differ || !agreed(&plan, arguments)? {
        return Ok(ExitCode::SUCCESS);
    }
    let by = arguments.by.clone().unwrap_or_else(|| "fulcrum apply".to_owned());
    offline::decide(&mut engine, Control::Apply { files, by, after: Some(plan.running) })?;
    let status = engine.status();
    print(&format!("version {} of the programme runs\n", status.programme_version))?;
    for (name, size) in &status.tallies.audiences {
        print(&format!("  {name:<24}{:>12} people\n", grouped(size.unsigned_abs())))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn agreed(plan: &ProgrammePlan, arguments: &Arguments) -> anyhow::Result<bool> {
    let problems = plan.findings.iter().filter(|it| it.finding.is_problem()).count();
    let with = match problems {
        0 => String::new(),
        1 => " with 1 problem".to_owned(),
        many => format!(" with {many} problems"),
    };
    if arguments.strict && 0 < problems {
        let stop = Stop::usage(format!("nothing was applied: the programme comes{with}"));
        return Err(stop
            .hint("`fulcrum check` lists them; without --strict it can be applied")
            .into());
    }
    if arguments.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("nobody is there to ask").hint("say --yes to apply it").into());
    }
    write!(std::io::stderr(), "Apply it{with}? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        tell("nothing was changed");
    }
    Ok(yes)
}
