//! Purchases or summaries from a file, as customers.

use std::path::Path;

use anyhow::{Context, bail};
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use measurement::{Customer, purchase_history};
use tables::{Column, Options, Row, Table, TableError};

use super::{Arguments, LeftOut};
use crate::commands::names::Names;
use crate::progress::{Bars, Progress, Unit};

pub struct Input {
    pub customers: Vec<Customer>,
    /// Their names, in the same order.
    pub people: Vec<String>,
    pub has_values: bool,
    pub end: Option<String>,
    /// After the end: how long, and the purchases of the customers.
    pub later: Option<(f64, u64)>,
    pub left_out: LeftOut,
}

pub fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    match (&arguments.transactions, &arguments.summary) {
        (Some(path), _) => read_transactions(arguments, path),
        (_, Some(path)) => read_summary(arguments, path),
        (None, None) => bail!("give --transactions or --summary"),
    }
}

fn open(arguments: &Arguments, path: &Path) -> anyhow::Result<Table> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    Ok(Table::open_with(path, Options { delimiter })?)
}

/// A bar over files that take a while; smaller ones are read before anybody looks.
pub struct Reading {
    progress: Option<Progress>,
    rows: u64,
}

impl Reading {
    pub fn of(path: &Path) -> Reading {
        const WORTH_A_BAR_BYTES: u64 = 64 * 1024 * 1024;
        let length = std::fs::metadata(path).map_or(0, |about| about.len());
        let progress = (WORTH_A_BAR_BYTES <= length).then(|| {
            // Positions are in the text, so that a compressed file has no known end.
            let compressed = path.extension().is_some_and(|kind| kind == "gz" || kind == "zst");
            Bars::new().begin("reading", if compressed { 0 } else { length }, Unit::Bytes)
        });
        Reading { progress, rows: 0 }
    }

    pub fn row(&mut self, table: &Table) {
        const ROWS_PER_LOOK: u64 = 8_192;
        self.rows += 1;
        if let Some(progress) =
            self.progress.as_ref().filter(|_| self.rows.is_multiple_of(ROWS_PER_LOOK))
        {
            progress.at(table.position().byte);
        }
    }

    pub fn finish(self) {
        if let Some(progress) = self.progress {
            progress.finish();
        }
    }
}

/// One row: who by number, the day, the value.
struct Purchase {
    person: u32,
    day: i32,
    value: f64,
}

fn read_transactions(arguments: &Arguments, path: &Path) -> anyhow::Result<Input> {
    let mut table = open(arguments, path)?;
    let named = |name: &Option<String>, option: &str| -> anyhow::Result<Column> {
        let name = name.as_deref().with_context(|| format!("--transactions needs {option}"))?;
        Ok(table.column(name)?)
    };
    let person = named(&arguments.person_column, "--person-column")?;
    let time = named(&arguments.time_column, "--time-column")?;
    let column = |name: &Option<String>| name.as_deref().map(|it| table.column(it)).transpose();
    let (value, quantity) = (column(&arguments.value_column)?, column(&arguments.quantity_column)?);
    let end = arguments.end.as_deref().map(end_day).transpose()?;
    let mut people = Names::default();
    let mut purchases: Vec<Purchase> = Vec::new();
    let mut without_person = 0;
    let mut reading = Reading::of(path);
    while let Some(row) = table.next_row()? {
        let name = row.text(person)?;
        if name.is_empty() {
            without_person += 1;
            continue;
        }
        let number = people.number(name)?;
        let value = value.map_or(Ok(0.0), |column| row.number(column))?;
        let quantity = quantity.map_or(Ok(1.0), |column| row.number(column))?;
        purchases.push(Purchase { person: number, day: day(&row, time)?, value: value * quantity });
        reading.row(&table);
    }
    reading.finish();
    let mut input = customers(purchases, people.all, end, arguments.unit.days());
    input.has_values = value.is_some();
    input.left_out.rows_without_person = without_person;
    Ok(input)
}

/// Groups the purchases by person. The last day in the file is the end, unless another is given.
fn customers(
    mut purchases: Vec<Purchase>,
    people: Vec<String>,
    end: Option<i32>,
    days_per_unit: f64,
) -> Input {
    let last = purchases.iter().map(|it| it.day).max().unwrap_or(0);
    let end = end.unwrap_or(last);
    purchases.sort_unstable_by_key(|it| (it.person, it.day));
    let mut input = Input {
        customers: Vec::new(),
        people: Vec::new(),
        has_values: false,
        end: shown_day(end),
        later: None,
        left_out: LeftOut::default(),
    };
    let mut later = 0;
    let mut days: Vec<(i64, f64)> = Vec::new();
    for same in purchases.chunk_by(|a, b| a.person == b.person) {
        days.clear();
        days.extend(same.iter().map(|it| (i64::from(it.day), it.value)));
        let found = purchase_history(&mut days, i64::from(end), days_per_unit);
        input.left_out.days_below_zero += u64::from(found.returns);
        match (found.customer, same.first().and_then(|it| people.get(it.person as usize))) {
            (Some(customer), Some(name)) => {
                later += u64::from(found.later);
                input.customers.push(customer);
                input.people.push(name.clone());
            }
            _ => input.left_out.people_after_end += u64::from(0 < found.later),
        }
    }
    if end < last {
        input.later = Some((f64::from(last - end) / days_per_unit, later));
    }
    input
}

fn end_day(text: &str) -> anyhow::Result<i32> {
    days_of(text).with_context(|| format!("--end `{text}` is not a date; write it like 2026-11-21"))
}

fn day(row: &Row, column: Column) -> Result<i32, TableError> {
    /// Enough to find the value by.
    const SHOWN_MAX: usize = 40;
    let text = row.text(column)?;
    days_of(text).ok_or_else(|| {
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        row.error(column, format!("`{shown}` is not a date"))
            .hint("write dates like 2026-11-21 or 20261121, and times like 2026-11-21 14:05")
    })
}

/// Days since 1970 of a date, or of the date in a date and time as it is written.
fn days_of(text: &str) -> Option<i32> {
    const EPOCH: Date = Date::constant(1970, 1, 1);
    let date = Pieces::parse(text).ok()?.date();
    Some(date.since(EPOCH).ok()?.get_days())
}

fn shown_day(days: i32) -> Option<String> {
    let since = jiff::Span::new().try_days(days).ok()?;
    Some(Date::constant(1970, 1, 1).checked_add(since).ok()?.to_string())
}

fn read_summary(arguments: &Arguments, path: &Path) -> anyhow::Result<Input> {
    let mut table = open(arguments, path)?;
    let frequency = table.column("frequency")?;
    let (recency, age) = (table.column("recency")?, table.column("T")?);
    let value = table.find("monetary_value");
    let person = arguments.person_column.as_deref().map(|name| table.column(name)).transpose()?;
    let mut input = Input {
        customers: Vec::new(),
        people: Vec::new(),
        has_values: value.is_some(),
        end: None,
        later: None,
        left_out: LeftOut::default(),
    };
    while let Some(row) = table.next_row()? {
        let bought = row.count(frequency)?;
        let (last, since) = (row.number(recency)?, row.number(age)?);
        let customer = Customer::new(bought, last, since).map_err(|complaint| {
            row.error(recency, complaint)
                .hint("recency and T count from the first purchase on, frequency without it")
        })?;
        let customer = match value.filter(|_| 0 < bought) {
            None => customer,
            Some(column) => customer
                .worth(row.number(column)?)
                .map_err(|complaint| row.error(column, complaint))?,
        };
        // Without a name, the row as a spreadsheet counts.
        let name = match person {
            Some(column) => row.text(column)?.to_owned(),
            None => row.number.to_string(),
        };
        input.customers.push(customer);
        input.people.push(name);
    }
    Ok(input)
}
