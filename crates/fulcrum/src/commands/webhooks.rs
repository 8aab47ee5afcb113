//! `fulcrum webhooks`: calls of other systems, looked at, made again, tried out; and their secret.

use std::fmt::Write;
use std::process::ExitCode;

use channels::webhook::Secret;
use model::{HookReply, HookState};
use port::{Caller, Changes, Hook, HookChange, HookRecord, Hooks, Store};
use serde_json::{Value, json};

use super::journey::in_path;
use super::{Format, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::remote::Server;
use crate::stop::Stop;
use crate::wiring;

/// See calls of other systems, have them made again, and show the secret that signs them.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    server: Server,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// List the latest calls.
    List {
        /// Only those in this state: waiting, answered or given_up.
        #[arg(long, value_name = "STATE", value_parser = ["waiting", "answered", "given_up"])]
        state: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
        limit: u16,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Have a call made again, from the beginning of its schedule.
    Retry {
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Make one signed call that says `{"type": "test"}`.
    Test {
        #[arg(value_name = "URL")]
        url: String,
    },
    /// Show the secret with which receivers verify signatures.
    Secret,
    /// Make a new secret; the old one signs beside it for a week.
    Rotate,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    let server = &arguments.server;
    let is_running = data.is_running()?;
    match &arguments.action {
        Action::List { state, limit, format } => {
            let calls = match is_running {
                true => listed_there(&config, server, state.as_deref(), *limit)?,
                false => listed_here(&data, state.as_deref(), *limit)?,
            };
            print(&shown(&calls, *format)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Retry { key } => {
            match is_running {
                true => {
                    let path = format!("/api/v1/webhooks/{}/retry", in_path(key));
                    server.connect(&config)?.post(&path, &json!({}))?;
                }
                false => retry_here(&data, key)?,
            }
            print(&format!("{key} is made again\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Action::Test { url } => test(&config, &data, server, is_running, url),
        Action::Secret | Action::Rotate => {
            let rotate = matches!(arguments.action, Action::Rotate);
            print(&format!("{}\n", secret(&config, &data, server, is_running, rotate)?))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn listed_there(
    config: &Config,
    server: &Server,
    state: Option<&str>,
    limit: u16,
) -> anyhow::Result<Vec<Value>> {
    let state = state.map(|it| format!("&state={it}")).unwrap_or_default();
    let page = server.connect(config)?.get(&format!("/api/v1/webhooks?limit={limit}{state}"))?;
    Ok(page["calls"].as_array().cloned().unwrap_or_default())
}

fn listed_here(data: &DataDir, state: Option<&str>, limit: u16) -> anyhow::Result<Vec<Value>> {
    let state = state.and_then(HookState::parse);
    let found = data.read()?.store.hooks(state, None, usize::from(limit))?;
    let line = |it: &HookRecord| {
        json!({
            "key": it.hook.key,
            "url": it.hook.url,
            "state": it.state.name(),
            "person": it.hook.person.map(|it| it.to_string()),
            "made": it.hook.made.to_string(),
            "tries": it.tries,
            "tried_at": it.tried_at.map(|it| it.to_string()),
            "next_at": it.next_at.map(|it| it.to_string()),
            "detail": it.detail,
        })
    };
    Ok(found.iter().map(line).collect())
}

fn shown(calls: &[Value], format: Format) -> anyhow::Result<String> {
    /// In the order of the columns.
    const FIELDS: [&str; 9] =
        ["key", "url", "state", "person", "made", "tries", "tried_at", "next_at", "detail"];
    let text = |it: &Value| match it {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Ok(match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(calls)?),
        Format::Csv => {
            let rows = calls.iter().map(|it| FIELDS.map(|field| text(&it[field])).to_vec());
            let head = FIELDS.map(str::to_owned).to_vec();
            std::iter::once(head).chain(rows).map(|row| super::csv_row(&row)).collect()
        }
        Format::Table => {
            let mut table = String::new();
            for it in calls {
                let [key, url, state, tries, made, detail] =
                    ["key", "url", "state", "tries", "made", "detail"].map(|name| text(&it[name]));
                let _ = writeln!(table, "{made}  {state:<8} {tries:>2}  {key}");
                let _ = writeln!(table, "    {url}  {detail}");
            }
            if calls.is_empty() {
                table.push_str("no calls\n");
            }
            table
        }
    })
}

fn retry_here(data: &DataDir, key: &str) -> anyhow::Result<()> {
    let mut store = data.open_store()?;
    let Some(record) = store.hook(key)? else {
        let stop = Stop::failed(format!("there is no call with the key `{key}`"));
        return Err(stop.hint("`fulcrum webhooks list` shows the keys").into());
    };
    if record.hook.body.is_empty() {
        let why = "it was answered, and what it said of an erased person is gone";
        return Err(Stop::failed(why).into());
    }
    // Not a moment of the engine: the time since its own last commit decides about a hold.
    let now = port::Catalog::last_commit(&store)?.unwrap_or_else(data::now);
    let (state, next_at, detail) = (HookState::Waiting, Some(data::now()), record.detail);
    let (tries, tried_at) = (0, None);
    let change = HookChange { key: key.to_owned(), state, tries, tried_at, next_at, detail };
    let hook_changes = vec![change];
    store.commit(&Changes { now, durable: true, hook_changes, ..Changes::default() })?;
    tell("no server runs; the call leaves when one does");
    Ok(())
}

fn test(
    config: &Config,
    data: &DataDir,
    server: &Server,
    is_running: bool,
    url: &str,
) -> anyhow::Result<ExitCode> {
    let (answered, detail) = if is_running {
        let tried = server.connect(config)?.post("/api/v1/webhooks/test", &json!({"url": url}))?;
        let detail = tried["detail"].as_str().unwrap_or_default().to_owned();
        (tried["answered"] == true, detail)
    } else {
        let mut store = data.open_store()?;
        data::webhook_secrets(&mut store)?;
        let webhooks =
            wiring::webhooks(&config.webhooks, crate::shared_store::SharedStore::new(store));
        let (now, key) = (data::now(), format!("test/{}", data::hex(&data::random::<8>()?)));
        let body = json!({"type": "test", "key": key, "at": now.to_string()}).to_string();
        let (url, body) = (url.to_owned(), body.into_bytes());
        let hook = Hook { key, url, body, made: now, person: None, lane: None };
        match webhooks.call(&hook, now) {
            HookReply::Answered { status } => (true, status.to_string()),
            HookReply::Later { detail, .. } | HookReply::Never { detail } => (false, detail),
        }
    };
    if !answered {
        return Err(Stop::failed(format!("the call failed: {detail}")).into());
    }
    print(&format!("the receiver answered {detail}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn secret(
    config: &Config,
    data: &DataDir,
    server: &Server,
    is_running: bool,
    rotate: bool,
) -> anyhow::Result<String> {
    if let Some(secret) = &config.webhooks.secret {
        if !rotate {
            return Ok(secret.trim().to_owned());
        }
        let stop = Stop::usage("the secret is set in fulcrum.toml or the environment");
        return Err(stop.hint("move it to old_secret there, and set a new one as secret").into());
    }
    if is_running {
        let server = server.connect(config)?;
        let said = match rotate {
            true => server.post("/api/v1/webhooks/secret/rotate", &json!({}))?,
            false => server.get("/api/v1/webhooks/secret")?,
        };
        return Ok(said["secret"].as_str().unwrap_or_default().to_owned());
    }
    let mut store = data.open_store()?;
    let secrets = data::webhook_secrets(&mut store)?;
    if !rotate {
        return Ok(secrets.secret);
    }
    let rotated = secrets.rotated(Secret::of(data::random()?).text(), data::now());
    data::put_webhook_secrets(&mut store, &rotated)?;
    Ok(rotated.secret)
}
