//! A series and the bounds of its media from files.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use measurement::Named;
use tables::{Column, Options, Row, Table, TableError};

use super::Arguments;

#[derive(Default)]
pub struct Input {
    pub outcome: Vec<f64>,
    pub media: Vec<Named>,
    /// Those of the file, then the trend.
    pub controls: Vec<Named>,
    pub season: Vec<Named>,
    /// What the media cost, where it has columns of its own.
    pub spend: Vec<Named>,
    /// What a unit of the outcome earns, by row.
    pub value: Vec<f64>,
    /// Of a panel, whose rows are one region after another.
    pub regions: Vec<String>,
    pub population: Vec<f64>,
    /// Of the rows, or of those of each region; empty where they have none.
    pub dates: Vec<String>,
}

/// Half a century of days. The model looks at each row hundreds of times.
const ROWS_MAX: usize = 20_000;

pub fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    let mut table = open(arguments, &arguments.series)?;
    let columns = |names: &[String]| -> anyhow::Result<Vec<(Column, Named)>> {
        let named = |name: &String| {
            let column = table.column(name)?;
            Ok((column, Named { name: name.clone(), values: Vec::new() }))
        };
        names.iter().map(named).collect()
    };
    let one = |name: &Option<String>| name.as_deref().map(|name| table.column(name)).transpose();
    let outcome = table.column(&arguments.outcome)?;
    let (mut media, mut controls) = (columns(&arguments.media)?, columns(&arguments.controls)?);
    let mut cost = columns(&arguments.spend)?;
    let date = one(&arguments.date)?;
    let (region, people) = (one(&arguments.panel_column)?, one(&arguments.population_column)?);
    let value = one(&arguments.value_column)?;
    let mut input = Input::default();
    let mut regions = Regions::default();
    while let Some(row) = table.next_row()? {
        input.outcome.push(row.number(outcome)?);
        for (column, named) in media.iter_mut().chain(&mut cost) {
            named.values.push(spend(&row, *column)?);
        }
        for (column, named) in &mut controls {
            named.values.push(row.number(*column)?);
        }
        if let Some(column) = value {
            input.value.push(row.number(column)?);
        }
        regions.push(&row, region, people, date)?;
        ensure!(
            input.outcome.len() <= ROWS_MAX,
            "{} has more than {ROWS_MAX} rows; sum them by week",
            table.file()
        );
    }
    let values = |columns: Vec<(Column, Named)>| columns.into_iter().map(|it| it.1).collect();
    (input.media, input.controls, input.spend) = (values(media), values(controls), values(cost));
    regions.check(table.file())?;
    if region.is_some() {
        regions.arrange(&mut input);
    }
    let weeks = input.outcome.len() / regions.known.len().max(1);
    if arguments.trend {
        let values = (0..input.outcome.len()).map(|row| (row % weeks.max(1)) as f64).collect();
        input.controls.push(Named { name: "trend".to_owned(), values });
    }
    let dates = regions.known.first().map(|it| it.dates.dates.as_slice());
    input.dates = dates.unwrap_or_default().iter().map(Date::to_string).collect();
    input.season = regions.season(arguments.seasonality.unwrap_or(0));
    Ok(input)
}

/// The regions of a panel; a single series is one of them.
#[derive(Default)]
struct Regions {
    known: Vec<Region>,
    /// By row of the file.
    row: Vec<usize>,
}

struct Region {
    name: String,
    population: Option<f64>,
    dates: Dates,
    rows: usize,
}

impl Regions {
    fn push(
        &mut self,
        row: &Row,
        region: Option<Column>,
        people: Option<Column>,
        date: Option<Column>,
    ) -> Result<(), TableError> {
        let name = region.map_or(Ok(""), |column| row.text(column))?;
        let at = match self.known.iter().position(|it| it.name == name) {
            Some(at) => at,
            None => {
                let dates = Dates::default();
                self.known.push(Region { name: name.to_owned(), population: None, dates, rows: 0 });
                self.known.len() - 1
            }
        };
        if let Some(column) = people {
            let found = row.number(column)?;
            if found <= 0.0 || found.is_nan() {
                return Err(row.error(column, format!("{found} is no population")));
            }
            let before = *self.known[at].population.get_or_insert(found);
            if before != found {
                return Err(row
                    .error(column, format!("`{name}` has {found} here and {before} above"))
                    .hint("give each region one population, such as its mean"));
            }
        }
        if let Some(column) = date {
            self.known[at].dates.push(row, column)?;
        }
        self.known[at].rows += 1;
        self.row.push(at);
        Ok(())
    }

    /// Whether all regions have the same weeks.
    fn check(&self, file: &str) -> anyhow::Result<()> {
        let Some(first) = self.known.first() else { return Ok(()) };
        for other in &self.known[1..] {
            ensure!(
                first.rows == other.rows,
                "{file}: `{}` has {} rows and `{}` has {}; each region needs the same weeks, with 0 \
                 where nothing was spent",
                first.name,
                first.rows,
                other.name,
                other.rows
            );
            ensure!(
                first.dates.dates == other.dates.dates,
                "{file}: `{}` and `{}` have other dates; each region needs the same weeks",
                first.name,
                other.name
            );
        }
        Ok(())
    }

    /// Puts the rows of each region together.
    fn arrange(&self, input: &mut Input) {
        let mut order: Vec<usize> = (0..self.row.len()).collect();
        order.sort_by_key(|row| self.row[*row]);
        let sorted =
            |values: &mut Vec<f64>| *values = order.iter().map(|row| values[*row]).collect();
        sorted(&mut input.outcome);
        if !input.value.is_empty() {
            sorted(&mut input.value);
        }
        let columns = input.media.iter_mut().chain(&mut input.controls).chain(&mut input.spend);
        columns.for_each(|it| sorted(&mut it.values));
        input.regions = self.known.iter().map(|it| it.name.clone()).collect();
        input.population = self.known.iter().filter_map(|it| it.population).collect();
    }

    fn season(&self, pairs: usize) -> Vec<Named> {
        let mut all: Vec<Named> = Vec::new();
        for region in &self.known {
            let own = region.dates.season(pairs);
            if all.is_empty() {
                all = own;
            } else {
                all.iter_mut().zip(own).for_each(|(it, own)| it.values.extend(own.values));
            }
        }
        all
    }
}

pub fn open(arguments: &Arguments, path: &Path) -> anyhow::Result<Table> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    Ok(Table::open_with(path, Options { delimiter })?)
}

fn spend(row: &Row, column: Column) -> Result<f64, TableError> {
    let spend = row.number(column)?;
    match 0.0 <= spend {
        true => Ok(spend),
        false => Err(row
            .error(column, format!("{spend} is below 0"))
            .hint("spend cannot be negative; book a refund in the row of what it takes back")),
    }
}

/// The dates of the rows, which must be evenly apart: the carry-over goes from row to row.
#[derive(Default)]
struct Dates {
    dates: Vec<Date>,
    /// Days between the first two.
    gap: i32,
}

impl Dates {
    fn push(&mut self, row: &Row, column: Column) -> Result<(), TableError> {
        let text = row.text(column)?;
        let Ok(pieces) = Pieces::parse(text) else {
            /// Enough to find the value by.
            const SHOWN_MAX: usize = 40;
            let shown: String = text.chars().take(SHOWN_MAX).collect();
            return Err(row
                .error(column, format!("`{shown}` is not a date"))
                .hint("write dates like 2026-11-21 or 20261121"));
        };
        let date = pieces.date();
        if let Some(before) = self.dates.last() {
            let gap = date.since(*before).map_or(0, |span| span.get_days());
            if gap == 0 {
                return Err(row.error(column, format!("{date} is the date of the row above as well")).hint(
                    "one row per date: sum regions and products, or give a file for each of them",
                ));
            }
            if gap < 0 {
                return Err(row
                    .error(column, format!("{date} is before the row above"))
                    .hint("sort the file by date"));
            }
            if self.dates.len() == 1 {
                self.gap = gap;
            }
            if !evenly(self.gap, gap) {
                let message = format!(
                    "{date} is {gap} days after the row above, where the first two rows are {} apart",
                    self.gap
                );
                return Err(row
                    .error(column, message)
                    .hint("add the rows that are missing, with 0 where nothing was spent"));
            }
        }
        self.dates.push(date);
        Ok(())
    }

    /// sin and cos of 2πk × day of the year / 365.25.
    fn season(&self, pairs: usize) -> Vec<Named> {
        let wave = |k: usize, name: &str, of: fn(f64) -> f64| {
            let at = |date: &Date| {
                of(std::f64::consts::TAU * k as f64 * f64::from(date.day_of_year()) / 365.25)
            };
            Named { name: format!("{name}_{k}"), values: self.dates.iter().map(at).collect() }
        };
        (1..=pairs).flat_map(|k| [wave(k, "sin", f64::sin), wave(k, "cos", f64::cos)]).collect()
    }
}

/// Months and quarters differ by days; weeks and days do not.
fn evenly(first: i32, gap: i32) -> bool {
    let month = 28..=31;
    let quarter = 89..=93;
    let year = 365..=366;
    let both =
        |range: &std::ops::RangeInclusive<i32>| range.contains(&first) && range.contains(&gap);
    first == gap || both(&month) || both(&quarter) || both(&year)
}

/// For each medium, from nothing to the whole budget where the file says nothing else.
pub fn bounds(arguments: &Arguments, budget: f64) -> anyhow::Result<Vec<(f64, f64)>> {
    let mut bounds = vec![(0.0, budget); arguments.media.len()];
    let Some(path) = &arguments.bounds else { return Ok(bounds) };
    let mut table = open(arguments, path)?;
    let (name, low, high) = (table.column("name")?, table.column("low")?, table.column("high")?);
    let mut seen = vec![false; bounds.len()];
    while let Some(row) = table.next_row()? {
        let medium = row.text(name)?;
        let Some(place) = arguments.media.iter().position(|it| it == medium) else {
            let media = arguments.media.join(", ");
            bail!(
                row.error(name, format!("`{medium}` is none of the media"))
                    .hint(format!("the media are {media}"))
            );
        };
        if std::mem::replace(&mut seen[place], true) {
            bail!(row.error(name, format!("`{medium}` has bounds above as well")));
        }
        let value = |column: Column, otherwise: f64| match row.text(column)? {
            "" => Ok(otherwise),
            _ => row.number(column),
        };
        let (least, most) = (value(low, 0.0)?, value(high, budget)?);
        if least < 0.0 {
            bail!(row.error(low, "is below 0").hint("spend cannot be negative"));
        }
        if most < least {
            bail!(row.error(high, format!("{most} is below the low bound of {least}")));
        }
        bounds[place] = (least, most);
    }
    let (least, most) = bounds.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    // Sums of decimals miss what they mean by rounding.
    let room = 1e-9 * budget;
    ensure!(
        least <= budget + room && budget <= most + room,
        "{}: the bounds allow {least} to {most} in all, and the budget is {budget}",
        table.file()
    );
    Ok(bounds)
}
