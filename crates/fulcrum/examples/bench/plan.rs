//! A broadcast to a million people: planned by the engine, and shown beforehand with its reasons.

use crate::crowd::{NOON, PEOPLE, at, people};
use crate::events::mark;
use crate::figure::{Figure, Run};
use crate::machine;
use crate::setup::{append, apply, market_files, open_engine, open_log, open_store};
use anyhow::{Context, ensure};
use engine::Preview;
use model::{CampaignName, Channel, ChannelSet};
use record::log::BroadcastAction;
use record::{Control, LogRecord};
use std::path::Path;
use std::time::Instant;

/// Long enough to look at, and no longer.
const AIM: f64 = 30.0;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let store = open_store(dir)?;
    people(&store)?;
    let log = open_log(dir)?;
    append(&log, vec![apply(programme())?])?;
    let mut engine = open_engine(&log, &store, ChannelSet::EMPTY)?;
    // Whoever is in the audience is in it before anybody asks.
    at(&mut engine, &store, NOON, None)?;
    let name = CampaignName::from("sale");
    let providers: ChannelSet = [Channel::Email, Channel::Push].into_iter().collect();
    let began = Instant::now();
    let views = engine.reader()?;
    let preview = Preview::of(&*views, engine.loaded(), providers, &name, NOON)?;
    let shown = began.elapsed().as_secs_f64();
    let preview = preview.context("the broadcast is not there")?;
    ensure!(preview.recipients == PEOPLE, "{} are shown", preview.recipients);
    drop(views);
    let by = "the benchmark".to_owned();
    let plan = Control::Broadcast { name: name.clone(), action: BroadcastAction::Plan, by };
    append(&log, vec![LogRecord::Control(plan).encode()])?;
    let cpu = machine::cpu_seconds()?;
    let took = at(&mut engine, &store, NOON, None)?.as_secs_f64();
    let cpu = machine::cpu_seconds()? - cpu;
    let status = engine.status().broadcasts;
    let planned = status.get(&name).context("the broadcast was not planned")?;
    ensure!(planned.counted == PEOPLE, "{} are planned", planned.counted);
    let reasons = format!("{:?}", preview.by_reason);
    let figures = vec![
        Figure::new("a broadcast to 1 M people, planned", took, "s")
            .limit(AIM, "the aim (less is better)")
            .detail("CPU s", cpu)
            .detail("MB in all", machine::resident()? as f64 / 1e6),
        Figure::new("the same shown with its reasons", shown, "s")
            .detail("decisions/s", PEOPLE as f64 / shown),
    ];
    Ok(Run { figures, checksum: mark(&reasons) })
}

fn programme() -> std::collections::BTreeMap<String, String> {
    let mut files = market_files(&["brand.yaml"]);
    let mut put = |path: &str, text: &str| files.insert(path.to_owned(), text.to_owned());
    put(
        "policy.yaml",
        "zone: UTC\nconsent: [email]\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n\
         caps: [{channels: any, at_most: 3, per: 7d}, {channels: [push], at_most: 1, per: 1d}]\n",
    );
    put("audiences/reachable.yaml", "audience: reachable\nwhen: consent(\"email\", \"offer\")\n");
    put("content/offer.md", "---\ncontent: offer\ntopic: offer\nsummary: A sale\n---\nHello.\n");
    put(
        "broadcasts/sale.yaml",
        "broadcast: sale\naudience: reachable\ncontent: offer\nchannels: [email, push]\n\
         at: 2026-11-25T18:00:00\n",
    );
    files
}
