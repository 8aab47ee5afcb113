//! Referrals and values from files, with people as numbers.

use std::path::Path;

use anyhow::Context;
use measurement::Referral;
use tables::{Column, Options, Row, Table, TableError};

use super::Arguments;
use crate::commands::names::Names;
use crate::commands::times::instant_ms;

pub struct Input {
    /// Their names; the place is the number.
    pub people: Vec<String>,
    pub referrals: Vec<Referral>,
    /// Not a number where a person has no row.
    pub values: Option<Vec<f64>>,
    /// Rows that name nobody.
    pub without_person: u64,
    /// Rows that name no referrer.
    pub claimless: u64,
}

pub fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    let mut people = Names::default();
    let mut input = Input {
        people: Vec::new(),
        referrals: Vec::new(),
        values: None,
        without_person: 0,
        claimless: 0,
    };
    read_referrals(arguments, &mut people, &mut input)?;
    if let Some(path) = &arguments.values {
        read_values(arguments, path, &mut people, &mut input)?;
    }
    input.people = people.all;
    Ok(input)
}

fn open(arguments: &Arguments, path: &Path) -> anyhow::Result<Table> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    Ok(Table::open_with(path, Options { delimiter })?)
}

fn read_referrals(
    arguments: &Arguments,
    people: &mut Names,
    input: &mut Input,
) -> anyhow::Result<()> {
    let mut table = open(arguments, &arguments.referrals)?;
    let referrer = table.column(&arguments.referrer_column)?;
    let referred = table.column(&arguments.referred_column)?;
    let time = arguments.time_column.as_deref().map(|name| table.column(name)).transpose()?;
    while let Some(row) = table.next_row()? {
        let (above, below) = (row.text(referrer)?, row.text(referred)?);
        if below.is_empty() {
            input.without_person += 1;
            continue;
        }
        let below = people.number(below)?;
        if above.is_empty() {
            input.claimless += 1;
            continue;
        }
        let time = time.map_or(Ok(None), |column| days(&row, column))?;
        input.referrals.push(Referral { referrer: people.number(above)?, referred: below, time });
    }
    Ok(())
}

/// Days since 1970, or nothing where the row does not say.
fn days(row: &Row, column: Column) -> Result<Option<f64>, TableError> {
    const DAY_MS: f64 = 86_400e3;
    /// Enough to find the value by.
    const SHOWN_MAX: usize = 40;
    let text = row.text(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    instant_ms(text).map(|ms| Some(ms as f64 / DAY_MS)).ok_or_else(|| {
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        row.error(column, format!("`{shown}` is not a time"))
            .hint("write times like 2026-11-21 or 2026-11-21T14:05, or as seconds since 1970")
    })
}

fn read_values(
    arguments: &Arguments,
    path: &Path,
    people: &mut Names,
    input: &mut Input,
) -> anyhow::Result<()> {
    let mut table = open(arguments, path)?;
    let named = |name: &Option<String>, option: &str| -> anyhow::Result<Column> {
        let name = name.as_deref().with_context(|| format!("--values needs {option}"))?;
        Ok(table.column(name)?)
    };
    let person = named(&arguments.person_column, "--person-column")?;
    let value = named(&arguments.value_column, "--value-column")?;
    let mut values = vec![f64::NAN; people.all.len()];
    while let Some(row) = table.next_row()? {
        let name = row.text(person)?;
        if name.is_empty() {
            input.without_person += 1;
            continue;
        }
        let worth = row.number(value)?;
        let number = people.number(name)? as usize;
        values.resize(people.all.len(), f64::NAN);
        let sum = &mut values[number];
        *sum = if sum.is_nan() { worth } else { *sum + worth };
    }
    input.values = Some(values);
    Ok(())
}
