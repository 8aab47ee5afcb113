//! Decisions from a file: the rows of one decision together, with what the other rule would do.

use std::collections::BTreeMap;

use anyhow::Context;
use measurement::{Decision, Possible};
use model::Channel;
use tables::{Column, Options, Row, Table, TableError};

use super::{Arguments, Rule};
use crate::commands::names::Names;

pub struct Input {
    pub file: String,
    pub decisions: Vec<Decision>,
    /// What the file calls them, in the same order.
    pub names: Vec<String>,
    pub impossible: u64,
}

struct Columns {
    decision: Column,
    person: Column,
    fold: Option<Column>,
    channel: Column,
    hour: Column,
    probability: Column,
    taken: Column,
    response: Column,
    target: Option<Column>,
}

/// One row.
struct Line {
    channel: Channel,
    hour: u32,
    probability: f64,
    target: f64,
    taken: bool,
}

/// One decision while its rows are read.
struct Open {
    person: u32,
    fold: Option<u8>,
    response: f64,
    lines: Vec<Line>,
}

pub fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    let mut table = Table::open_with(&arguments.decisions, Options { delimiter })?;
    let columns = columns(&table, &arguments.rule)?;
    let file = table.file().to_owned();
    let (mut names, mut people) = (Names::default(), Names::default());
    let mut open: BTreeMap<u32, Open> = BTreeMap::new();
    while let Some(row) = table.next_row()? {
        let decision = names.number(row.text(columns.decision)?)?;
        let person = people.number(row.text(columns.person)?)?;
        let fold = columns.fold.map(|it| fold(&row, it)).transpose()?;
        let line = line(&row, &columns)?;
        let response = row.number(columns.response)?;
        let entry = open.entry(decision).or_insert_with(|| Open {
            person,
            fold,
            response: f64::NAN,
            lines: Vec::new(),
        });
        if line.taken {
            entry.response = response;
        }
        entry.lines.push(line);
    }
    let mut input = Input { file, decisions: Vec::new(), names: names.all, impossible: 0 };
    for decision in open.into_values() {
        let (decision, was_possible) = closed(decision, &arguments.rule);
        input.impossible += u64::from(!was_possible);
        input.decisions.push(decision);
    }
    Ok(input)
}

fn columns(table: &Table, rule: &Rule) -> Result<Columns, TableError> {
    Ok(Columns {
        decision: table.column("decision")?,
        person: table.column("person")?,
        fold: table.find("fold"),
        channel: table.column("channel")?,
        hour: table.column("hour")?,
        probability: table.column("probability")?,
        taken: table.column("taken")?,
        response: table.column("response")?,
        target: rule.target_column.as_deref().map(|name| table.column(name)).transpose()?,
    })
}

fn fold(row: &Row, column: Column) -> Result<u8, TableError> {
    row.binary(column).map(u8::from)
}

fn line(row: &Row, columns: &Columns) -> Result<Line, TableError> {
    const HOURS: u64 = 168;
    let name = row.text(columns.channel)?;
    let channel = Channel::from_name(name)
        .ok_or_else(|| row.error(columns.channel, format!("`{name}` is not a channel")))?;
    let hour = row.count(columns.hour)?;
    if HOURS <= hour {
        return Err(row
            .error(columns.hour, format!("{hour} is not an hour of the week"))
            .hint("0 is Monday from midnight to one, 167 the last hour of Sunday"));
    }
    Ok(Line {
        channel,
        hour: hour as u32,
        probability: row.number(columns.probability)?,
        target: columns.target.map_or(Ok(0.0), |it| row.number(it))?,
        taken: row.binary(columns.taken)?,
    })
}

/// With the other rule's probabilities; and whether it could have its way.
fn closed(open: Open, rule: &Rule) -> (Decision, bool) {
    let wanted = |it: &Line| {
        rule.channel.as_deref().is_none_or(|name| it.channel.name() == name)
            && rule.hour.is_none_or(|hour| it.hour % 24 == hour)
    };
    let own = rule.channel.is_some() || rule.hour.is_some();
    let total: f64 = open.lines.iter().filter(|it| wanted(it)).map(|it| it.probability).sum();
    let was_possible = !own || 0.0 < total;
    let even = 1.0 / open.lines.len() as f64;
    let target = |it: &Line| {
        if rule.even {
            even
        } else if rule.target_column.is_some() {
            it.target
        } else if own && was_possible {
            if wanted(it) { it.probability / total } else { 0.0 }
        } else {
            it.probability
        }
    };
    let possible = open.lines.iter().map(|it| Possible {
        kind: (it.channel as u32) * 24 + it.hour % 24,
        group: it.channel as u32,
        logged: it.probability,
        target: target(it),
    });
    let decision = Decision {
        person: open.person,
        fold: open.fold.unwrap_or((open.person & 1) as u8),
        possible: possible.collect(),
        taken: open.lines.iter().position(|it| it.taken).unwrap_or(usize::MAX),
        response: if open.response.is_nan() { 0.0 } else { open.response },
    };
    (decision, was_possible)
}
