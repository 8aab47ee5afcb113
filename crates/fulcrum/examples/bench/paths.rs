//! Attribution of paths and of touches, against only reading and parsing the same file.

use crate::events::mark;
use crate::figure::Run;
use crate::machine;
use crate::measurement::{Size, ended};
use anyhow::ensure;
use measurement::{PathModel, PathQuestion, PathSettings, Paths, attribution};
use std::path::Path;
use tables::{Blocks, FastRow, Options, TableError};

/// What the command runs.
#[path = "../../src/commands/attribution/fold.rs"]
mod fold;
#[path = "../../src/commands/times.rs"]
mod times;
#[path = "../../src/commands/attribution/touches.rs"]
mod touches;

/// CPU seconds and MB that ten million paths may take with all rules and order 1, and with order 3.
const AIM_S: f64 = 2.0;
const AIM_ORDER_3_S: f64 = 4.0;
const AIM_MB: f64 = 400.0;

pub fn all_models(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let shown = answer(&dir.join(size.file("paths")), size, 1, &PathModel::ALL)?;
    let mut figure = ended(&format!("attribution of {size} paths, all rules and Markov 1"))?;
    if size == Size::TenMillion {
        figure = figure.detail("aim, CPU s", AIM_S).detail("aim, MB", AIM_MB);
    }
    Ok(Run { figures: vec![figure], checksum: mark(&shown) })
}

pub fn order_3(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let shown = answer(&dir.join(size.file("paths")), size, 3, &[PathModel::Markov])?;
    let mut figure = ended(&format!("attribution of {size} paths, Markov 3"))?;
    if size == Size::TenMillion {
        figure = figure.detail("aim, CPU s", AIM_ORDER_3_S);
    }
    Ok(Run { figures: vec![figure], checksum: mark(&shown) })
}

fn open(path: &Path) -> anyhow::Result<(Blocks, fold::PathColumns)> {
    let blocks = Blocks::open(path, Some(Options { delimiter: b';' }))?;
    let columns = fold::PathColumns {
        path: blocks.column("path")?,
        conversions: blocks.column("total_conversions")?,
        value: Some(blocks.column("total_conversion_value")?),
        nulls: Some(blocks.column("total_null")?),
    };
    Ok((blocks, columns))
}

fn answer(path: &Path, size: Size, order: usize, models: &[PathModel]) -> anyhow::Result<String> {
    let (blocks, columns) = open(path)?;
    let settings = PathSettings { orders: vec![order], value: true, ..PathSettings::default() };
    let (paths, blanks) = fold::paths(blocks, &columns, b">", &settings, machine::cores(), |_| {})?;
    ensure!(blanks == 0 && paths.rows() == size.rows(), "{} rows were found", paths.rows());
    shown(&paths, order, models)
}

fn shown(paths: &Paths, order: usize, models: &[PathModel]) -> anyhow::Result<String> {
    let mut shown = String::new();
    for model in models {
        let question = PathQuestion { order: Some(order), ..PathQuestion::new(*model) };
        let report = attribution(paths, &question);
        ensure!(report.insufficient.is_none(), "{:?}", report.insufficient);
        shown += &serde_json::to_string(&report)?;
    }
    Ok(shown)
}

/// What cannot be saved: rows apart, channels apart, numbers read.
pub fn floor(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (blocks, columns) = open(&dir.join(size.file("paths")))?;
    let numbers = [Some(columns.conversions), columns.value, columns.nulls];
    let touches = counted(blocks, |row| {
        let path = row.bytes(columns.path).split(|byte| *byte == b'>');
        for column in numbers.iter().flatten() {
            row.number(*column)?;
        }
        Ok(path.filter(|name| !name.trim_ascii().is_empty()).count() as u64)
    })?;
    let figure = ended("reading and parsing only")?;
    Ok(Run { figures: vec![figure], checksum: mark(&touches.to_string()) })
}

fn open_touches(path: &Path) -> anyhow::Result<(Blocks, touches::TouchColumns)> {
    let blocks = Blocks::open(path, None)?;
    let columns = touches::TouchColumns {
        person: blocks.column("user")?,
        time: blocks.column("time")?,
        channel: blocks.column("channel")?,
        conversion: blocks.column("conversion")?,
        value: None,
    };
    Ok((blocks, columns))
}

pub fn all_models_of_touches(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (blocks, columns) = open_touches(&dir.join(size.file("touches")))?;
    let all = touches::touches(blocks, &columns, machine::cores(), |_| {})?;
    let mut paths = Paths::new(&PathSettings { orders: vec![1], ..PathSettings::default() });
    let lookback = times::length_ms("30d").unwrap_or(0);
    ensure!(all.journeys(lookback, &mut paths).is_ok(), "there are too many channels");
    let shown = shown(&paths, 1, &PathModel::ALL)?;
    let figure = ended(&format!("attribution of {size} touches, all rules and Markov 1"))?;
    Ok(Run { figures: vec![figure], checksum: mark(&shown) })
}

pub fn floor_of_touches(dir: &Path, size: Size) -> anyhow::Result<Run> {
    let (blocks, columns) = open_touches(&dir.join(size.file("touches")))?;
    let found = counted(blocks, |row| {
        row.number(columns.conversion)?;
        let instant = times::instant_ms(row.text(columns.time)?);
        let text = row.bytes(columns.person).len() + row.bytes(columns.channel).len();
        Ok(text as u64 + u64::from(instant.is_some()))
    })?;
    let figure = ended("reading and parsing only")?;
    Ok(Run { figures: vec![figure], checksum: mark(&found.to_string()) })
}

/// The sum of a number of each row.
pub fn counted(
    blocks: Blocks,
    each: impl Fn(&FastRow) -> Result<u64, TableError> + Sync,
) -> anyhow::Result<u64> {
    let mut all = 0_u64;
    blocks.fold(
        machine::cores(),
        || 0_u64,
        |sum, row| {
            *sum = sum.wrapping_add(each(row)?);
            Ok(())
        },
        |sum, _| {
            all = all.wrapping_add(sum);
            Ok(())
        },
    )?;
    Ok(all)
}
