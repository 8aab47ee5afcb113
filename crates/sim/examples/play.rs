//! Plays a market in memory and prints what came of it: for trying out sizes and coefficients.

use content::LinkKey;
use engine::{EngineSettings, Keys};
use model::{ChanceKey, ChannelSet};
use port::{MemoryLog, MemoryStore};
use sim::{MarketOptions, Stage, find_truth, play};
use std::sync::Arc;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let people = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(2_000);
    let seed = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(1);
    let options = MarketOptions { people, seed, ..MarketOptions::default() };
    let keys = Keys { chance: ChanceKey([seed as u8; 32]), link: LinkKey([1; 32]) };
    let stage = Stage {
        store: Box::new(MemoryStore::new()),
        log: Arc::new(MemoryLog::new()),
        keys,
        settings: EngineSettings::default(),
        mail: None,
        swallow: ChannelSet::EMPTY,
    };
    let began = Instant::now();
    let played = play(options.clone(), stage, |_| {})?;
    println!("play: {:?}, {:?}", began.elapsed(), played.engine.status().stats);
    let began = Instant::now();
    let truth = find_truth(&options, keys, &|_, _| {})?;
    println!("truth: {:?} {truth:?}", began.elapsed());
    let result = sim::demo::result(&played, &truth)?;
    println!("{}", serde_json::to_string_pretty(&result)?);
    Ok(())
}
