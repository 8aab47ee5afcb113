//! `fulcrum identity`: who somebody is and by what, and taking a merge back.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::str::FromStr;

use engine::{Engine, UndoPlan};
use model::{MergeId, Timestamp};
use port::{Merge, Person, Views};
use record::Control;
use serde_json::{Value, json};

use super::{Format, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::providers::Providers;
use crate::remote::Server;
use crate::stop::Stop;

/// See who somebody is, and undo a merge of two people who are not one.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// List a person's identifiers and merges, and whether each can be undone.
    ///
    /// Works while the server runs.
    Show {
        /// An e-mail address, a user id, `kind:value`, or a person's number such as p12.
        #[arg(value_name = "PERSON")]
        person: String,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Make two people again of the one that a merge made; the plan is shown first.
    ///
    /// They are kept apart from then on, whatever they share: see `allow`.
    Undo {
        /// The merge, such as j7; `fulcrum identity show` lists them.
        #[arg(value_name = "MERGE")]
        merge: String,
        /// Show what would go back to whom, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Do not ask.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        server: Server,
    },
    /// Let the two of an undone merge become one again by the next event that says so.
    Allow {
        /// The merge that was undone, such as j7.
        #[arg(value_name = "MERGE")]
        merge: String,
        #[command(flatten)]
        server: Server,
    },
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    match &arguments.action {
        Action::Show { person, format } => show(&data, person, *format),
        Action::Undo { merge, dry_run, yes, server } => {
            let merge = MergeId::from_str(merge).map_err(Stop::usage)?;
            let asking = Asking { dry_run: *dry_run, yes: *yes };
            match data.is_running()? {
                true => undo_over_api(&config, server, merge, asking),
                false => undo_offline(&config, &data, merge, asking),
            }
        }
        Action::Allow { merge, server } => {
            let merge = MergeId::from_str(merge).map_err(Stop::usage)?;
            match data.is_running()? {
                true => {
                    let server = server.connect(&config)?;
                    server.post(&format!("/api/v1/merges/{merge}/allow"), &json!({}))?;
                }
                false => allow_offline(&config, &data, merge)?,
            }
            print(&format!("{merge} keeps nobody apart any more\n"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Whether somebody is asked before it is done.
#[derive(Clone, Copy)]
struct Asking {
    dry_run: bool,
    yes: bool,
}

fn show(data: &DataDir, asked: &str, format: Format) -> anyhow::Result<ExitCode> {
    if format == Format::Csv {
        let stop = Stop::usage("an identity has no form as CSV");
        return Err(stop.hint("--format table or json").into());
    }
    let still = data.read()?.engine()?;
    let views = still.engine.reader()?;
    let person = super::why::find(&*views, asked)?;
    let merges = merges(&still.engine, &*views, &person, data::now())?;
    print(&match format {
        Format::Json => {
            let it = json!({
                "id": person.id.to_string(),
                "identifiers": identifiers_json(&person, &merges),
                "merges": merges.iter().map(merge_json).collect::<Vec<Value>>(),
            });
            serde_json::to_string_pretty(&it)? + "\n"
        }
        Format::Table | Format::Csv => identity_text(&person, &merges),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A merge, and whether it can be undone: until when, or why not.
struct Listed {
    merge: Merge,
    undo: Result<Timestamp, String>,
}

/// The latest first.
fn merges(
    engine: &Engine,
    views: &dyn Views,
    person: &Person,
    now: Timestamp,
) -> anyhow::Result<Vec<Listed>> {
    let mut listed = Vec::new();
    for merge in views.merges_of(person.id)?.into_iter().rev() {
        let refusal = engine::undo_refusal(views, &merge, engine.loaded(), now)?;
        let until = engine::undo_until(&merge, engine.loaded()).unwrap_or_default();
        let undo = refusal.map_or(Ok(until), |why| Err(why.to_string()));
        listed.push(Listed { merge, undo });
    }
    Ok(listed)
}

/// The merge by which an identifier came, if it came by one that stands.
fn came_by<'a>(person: &Person, merges: &'a [Listed], it: &model::Identifier) -> Option<&'a Merge> {
    let standing = merges.iter().map(|it| &it.merge).filter(|it| it.undone.is_none());
    let mut absorbing = standing.filter(|merge| merge.record.survivor == person.id);
    absorbing.find(|merge| merge.record.absorbed_known.has(it))
}

fn identity_text(person: &Person, merges: &[Listed]) -> String {
    let mut text = format!("{}, known since {}\n", title(person), person.known.created);
    for (it, joined) in &person.known.identifiers {
        let by = match came_by(person, merges, it) {
            Some(merge) => format!("with {} from {}", merge.id, merge.record.absorbed),
            None => "by an event".to_owned(),
        };
        text += &format!("  {it}, since {joined}, {by}\n");
    }
    for Listed { merge, undo } in merges {
        let record = &merge.record;
        let (one, other) = (record.absorbed, record.survivor);
        text += &format!("\n{} {}: {one} became part of {other}\n", merge.id, record.at);
        text += &format!("  {}: {}\n", record.cause, record.by);
        text += &match (&merge.undone, undo) {
            (Some(undone), _) => {
                let allowed = match &undone.allowed {
                    Some((at, by)) => format!("allowed again on {at} by {by}"),
                    None => "the two are kept apart".to_owned(),
                };
                format!("  undone on {} by {}; {allowed}\n", undone.at, undone.by)
            }
            (None, Ok(until)) => format!("  can be undone until {until}\n"),
            (None, Err(why)) => format!("  cannot be undone: {why}\n"),
        };
    }
    if merges.is_empty() {
        text += "\nWas never merged with anybody.\n";
    }
    text
}

fn identifiers_json(person: &Person, merges: &[Listed]) -> Vec<Value> {
    let shown = |(it, joined): (&model::Identifier, &Timestamp)| {
        json!({
            "kind": it.kind.name(),
            "value": it.value,
            "joined": joined.to_string(),
            "merge": came_by(person, merges, it).map(|it| it.id.to_string()),
        })
    };
    person.known.identifiers.iter().map(shown).collect()
}

fn merge_json(listed: &Listed) -> Value {
    let (merge, record) = (&listed.merge, &listed.merge.record);
    json!({
        "id": merge.id.to_string(),
        "at": record.at.to_string(),
        "survivor": record.survivor.to_string(),
        "absorbed": record.absorbed.to_string(),
        "by": record.by.to_string(),
        "cause": record.cause,
        "undo_until": listed.undo.as_ref().ok().map(ToString::to_string),
        "refusal": listed.undo.as_ref().err(),
        "undone": merge.undone.as_ref().map(|it| json!({
            "at": it.at.to_string(),
            "by": it.by,
            "allowed_at": it.allowed.as_ref().map(|it| it.0.to_string()),
            "allowed_by": it.allowed.as_ref().map(|it| it.1.clone()),
        })),
    })
}

fn undo_offline(
    config: &Config,
    data: &DataDir,
    merge: MergeId,
    asking: Asking,
) -> anyhow::Result<ExitCode> {
    let mut engine = settled(config, data)?;
    let views = engine.reader()?;
    let now = data::now();
    let plan = UndoPlan::of(&*views, engine.facts(), engine.loaded(), merge, now)?;
    let plan = plan.map_err(|why| Stop::failed(format!("{merge} cannot be undone: {why}")))?;
    let survivor = half_text("survivor", &plan.survivor, plan.survivor_facts);
    let absorbed = half_text("absorbed", &plan.absorbed, plan.absorbed_facts);
    print(&format!("{}{survivor}{absorbed}", heading(merge, &plan.merge.record.cause)))?;
    if !agreed(asking)? {
        return Ok(unless_dry(asking));
    }
    offline::decide(&mut engine, Control::Undo { merge, by: "fulcrum identity".to_owned() })?;
    let done = views.merge(merge)?.is_some_and(|it| it.undone.is_some());
    if !done {
        return Err(Stop::failed(format!("{merge} was not undone; look at the plan again")).into());
    }
    print(&format!("{merge} is undone, and the two are kept apart\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn allow_offline(config: &Config, data: &DataDir, merge: MergeId) -> anyhow::Result<()> {
    let mut engine = settled(config, data)?;
    let views = engine.reader()?;
    let undone = views.merge(merge)?.and_then(|it| it.undone);
    if undone.is_none_or(|it| it.allowed.is_some()) {
        return Err(Stop::failed(format!("{merge} keeps nobody apart")).into());
    }
    offline::decide(&mut engine, Control::AllowMerge { merge, by: "fulcrum identity".to_owned() })
}

/// With everything taken in that the log holds, so that the plan is about what is.
fn settled(config: &Config, data: &DataDir) -> anyhow::Result<Engine> {
    let opened = data.open()?;
    let providers = Providers::set_for(&opened.store, config)?;
    offline::settle(opened, providers, None)
}

fn undo_over_api(
    config: &Config,
    server: &Server,
    merge: MergeId,
    asking: Asking,
) -> anyhow::Result<ExitCode> {
    let server = server.connect(config)?;
    let path = format!("/api/v1/merges/{merge}/undo");
    let plan = server.get(&path)?;
    let halves = half_of_json("survivor", &plan) + &half_of_json("absorbed", &plan);
    let cause = plan["cause"].as_str().unwrap_or_default();
    print(&format!("{}{halves}", heading(merge, cause)))?;
    if !agreed(asking)? {
        return Ok(unless_dry(asking));
    }
    server.post(&path, &json!({ "plan": plan["plan"] }))?;
    print(&format!("{merge} is undone, and the two are kept apart\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn heading(merge: MergeId, cause: &str) -> String {
    format!("Undoing {merge} ({cause}) gives back\n")
}

fn title(person: &Person) -> String {
    match person.display_name() {
        name if name.is_empty() => person.id.to_string(),
        name => format!("{name} ({})", person.id),
    }
}

/// What one of the two would have, line by line; what there is none of has no line.
fn half_text(half: &str, person: &Person, facts: usize) -> String {
    let names = |all: Vec<String>| all.join(", ");
    let identifiers = person.known.identifiers.keys().map(ToString::to_string).collect();
    let journeys = person.runs.active().iter().map(|it| it.journey.to_string()).collect();
    lines(
        half,
        &title(person),
        &[
            ("identifiers", names(identifiers)),
            ("events since", facts.to_string()),
            ("traits", names(person.profile.traits.keys().cloned().collect())),
            ("audiences", names(person.profile.memberships().keys().cloned().collect())),
            ("journeys", names(journeys)),
            ("open messages", count(person.open.len() as u64)),
            ("contacts that count", count(person.contacts.slots().len() as u64)),
        ],
    )
}

/// The same from the answer of a server.
fn half_of_json(key: &str, plan: &Value) -> String {
    let half = &plan[key];
    let texts = |field: &str| -> String {
        let all = half[field].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |it: &Value| it.as_str().or(it["name"].as_str()).unwrap_or_default().to_owned();
        all.iter().map(text).collect::<Vec<String>>().join(", ")
    };
    let number = |field: &str| half[field].as_u64().unwrap_or(0);
    let (id, name) = (half["id"].as_str().unwrap_or(""), half["name"].as_str().unwrap_or(""));
    let title = if name.is_empty() { id.to_owned() } else { format!("{name} ({id})") };
    lines(
        key,
        &title,
        &[
            ("identifiers", texts("identifiers")),
            ("events since", number("events").to_string()),
            ("traits", texts("traits")),
            ("audiences", texts("audiences")),
            ("journeys", texts("journeys")),
            ("open messages", count(number("open_messages"))),
            ("contacts that count", count(number("contacts"))),
        ],
    )
}

fn count(n: u64) -> String {
    if n == 0 { String::new() } else { n.to_string() }
}

fn lines(half: &str, title: &str, rows: &[(&str, String)]) -> String {
    let mut text = format!("  {title}, the {half}\n");
    for (name, value) in rows.iter().filter(|it| !it.1.is_empty()) {
        text += &format!("    {name:<20} {value}\n");
    }
    text
}

fn unless_dry(asking: Asking) -> ExitCode {
    if asking.dry_run { ExitCode::SUCCESS } else { ExitCode::from(super::EXIT_FAILED) }
}

fn agreed(asking: Asking) -> anyhow::Result<bool> {
    if asking.dry_run {
        tell("nothing was changed");
        return Ok(false);
    }
    if asking.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("nobody is there to ask").hint("say --yes to do it").into());
    }
    write!(std::io::stderr(), "Undo it? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        tell("nothing was changed");
    }
    Ok(yes)
}
