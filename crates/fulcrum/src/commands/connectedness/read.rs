//! People's evidence from a file, added up per person, group and period.

use std::collections::HashMap;

use anyhow::Context;
use measurement::{Connectedness, Evidence, Observed, PARTS, Retained, Sums};
use tables::{Column, Options, Row, Table};

use super::Arguments;
use super::columns::{self, AllColumns};
use crate::commands::names::Names;

pub struct Input {
    /// Names; the place is the number.
    pub people: Vec<String>,
    pub groups: Vec<String>,
    pub periods: Vec<String>,
    /// One per person, group and period.
    pub observed: Vec<Observed>,
    /// One per person, where asked for.
    retained: Vec<Option<bool>>,
    /// Treated and held out, value by cost, where asked for.
    pub arms: Option<[Sums; 2]>,
    pub without_person: u64,
}

/// More audiences or periods than that are a column of something else.
const NAMES_MAX: usize = 1_000;

struct Columns {
    person: Option<Column>,
    group: Option<Column>,
    period: Option<Column>,
    parts: AllColumns,
    retained: Option<Column>,
    arm: Option<Arm>,
}

struct Arm {
    holdout: Column,
    value: Vec<Column>,
    cost: Vec<Column>,
}

/// What a person's rows add up to.
#[derive(Clone, Copy)]
struct Account {
    held_out: bool,
    value: f64,
    cost: f64,
}

pub fn read(arguments: &Arguments) -> anyhow::Result<Input> {
    let delimiter = arguments.separator.bytes().next().context("--separator is empty")?;
    let mut table = Table::open_with(&arguments.people, Options { delimiter })?;
    let columns = Columns::of(&table, arguments)?;
    let (mut people, mut groups, mut periods) =
        (Names::default(), Names::default(), Names::default());
    let mut places: HashMap<(u32, Option<u32>, Option<u32>), usize> = HashMap::new();
    let mut observed: Vec<Observed> = Vec::new();
    let mut retained: Vec<Option<bool>> = Vec::new();
    let mut accounts: Vec<Option<Account>> = Vec::new();
    let mut without_person = 0;
    while let Some(row) = table.next_row()? {
        let name = match columns.person {
            Some(column) => row.text(column)?.to_owned(),
            None => row.number.to_string(),
        };
        if name.is_empty() {
            without_person += 1;
            continue;
        }
        let person = people.number(&name)?;
        retained.resize(people.all.len(), None);
        accounts.resize(people.all.len(), None);
        let group = named(&row, columns.group, &mut groups)?;
        let period = named(&row, columns.period, &mut periods)?;
        let evidence = columns.evidence(&row)?;
        let place = *places.entry((person, group, period)).or_insert_with(|| {
            observed.push(Observed { person, group, period, evidence: Default::default() });
            observed.len() - 1
        });
        let all = &mut observed[place].evidence;
        all.iter_mut().zip(evidence).for_each(|(all, more)| *all = all.and(more));
        if let Some(column) = columns.retained {
            stay(&row, column, &mut retained[person as usize])?;
        }
        if let Some(arm) = &columns.arm {
            account(&row, arm, &mut accounts[person as usize])?;
        }
    }
    let ((groups, group_places), (periods, period_places)) = (groups.sorted(), periods.sorted());
    for it in &mut observed {
        it.group = it.group.map(|number| group_places[number as usize]);
        it.period = it.period.map(|number| period_places[number as usize]);
    }
    let arms = columns.arm.is_some().then(|| arms(&accounts));
    Ok(Input { people: people.all, groups, periods, observed, retained, arms, without_person })
}

impl Columns {
    fn of(table: &Table, arguments: &Arguments) -> anyhow::Result<Columns> {
        let column = |name: &Option<String>| -> anyhow::Result<Option<Column>> {
            Ok(name.as_deref().map(|name| table.column(name)).transpose()?)
        };
        let added = |name: &Option<String>, option: &str| {
            let name = name.as_deref().with_context(|| format!("a holdout needs {option}"))?;
            columns::added(table, name)
        };
        let arm = match column(&arguments.holdout_column)? {
            None => None,
            Some(holdout) => Some(Arm {
                holdout,
                value: added(&arguments.value_column, "--value-column")?,
                cost: added(&arguments.cost_column, "--cost-column")?,
            }),
        };
        Ok(Columns {
            person: column(&arguments.person_column)?,
            group: column(&arguments.group_column)?,
            period: column(&arguments.period_column)?,
            parts: columns::all(table, &arguments.part)?,
            retained: column(&arguments.retained)?,
            arm,
        })
    }

    fn evidence(&self, row: &Row) -> anyhow::Result<[Evidence; PARTS]> {
        let mut evidence = [Evidence::default(); PARTS];
        for (slot, columns) in evidence.iter_mut().zip(&self.parts) {
            if let Some(columns) = columns {
                *slot = columns.evidence(row)?;
            }
        }
        Ok(evidence)
    }
}

/// The number of the name in this column, if it has one.
fn named(row: &Row, column: Option<Column>, names: &mut Names) -> anyhow::Result<Option<u32>> {
    let Some(column) = column else { return Ok(None) };
    let name = row.text(column)?;
    if name.is_empty() {
        return Ok(None);
    }
    let number = names.number(name)?;
    if NAMES_MAX < names.all.len() {
        let message = format!("there are more than {NAMES_MAX} different values");
        return Err(row
            .error(column, message)
            .hint("give a column with fewer, larger groups")
            .into());
    }
    Ok(Some(number))
}

fn stay(row: &Row, column: Column, known: &mut Option<bool>) -> anyhow::Result<()> {
    let stayed = flag(row, column, "1 where the person stayed and 0 where they left")?;
    if known.is_some_and(|it| it != stayed) {
        let error = row.error(column, "says otherwise than an earlier row of the same person");
        return Err(error.hint("a person stayed or left once, after all evidence").into());
    }
    *known = Some(stayed);
    Ok(())
}

fn account(row: &Row, arm: &Arm, known: &mut Option<Account>) -> anyhow::Result<()> {
    let held_out = flag(row, arm.holdout, "1 where the person was held out and 0 where not")?;
    let mut it = known.unwrap_or(Account { held_out, value: 0.0, cost: 0.0 });
    if it.held_out != held_out {
        let error = row.error(arm.holdout, "says otherwise than an earlier row of the same person");
        return Err(error.hint("a person is in one arm for good").into());
    }
    for column in &arm.value {
        it.value += row.number(*column)?;
    }
    for column in &arm.cost {
        it.cost += row.number(*column)?;
    }
    *known = Some(it);
    Ok(())
}

fn flag(row: &Row, column: Column, hint: &str) -> anyhow::Result<bool> {
    Ok(row.binary(column).map_err(|error| error.hint(format!("write {hint}")))?)
}

fn arms(accounts: &[Option<Account>]) -> [Sums; 2] {
    let mut arms = [Sums::default(), Sums::default()];
    for it in accounts.iter().flatten() {
        arms[usize::from(it.held_out)].push_with(it.value, it.cost);
    }
    arms
}

impl Input {
    /// One per person of whom it is known whether they stayed, by all their evidence.
    pub fn retained_people(&self, found: &Connectedness) -> Vec<Retained> {
        let mut all: Vec<Observed> = (0..self.people.len() as u32)
            .map(|person| Observed {
                person,
                group: None,
                period: None,
                evidence: Default::default(),
            })
            .collect();
        for it in &self.observed {
            let evidence = &mut all[it.person as usize].evidence;
            evidence.iter_mut().zip(it.evidence).for_each(|(all, more)| *all = all.and(more));
        }
        let expected = found.expected(&all);
        let known = self.retained.iter().zip(&self.people).zip(expected);
        known
            .filter_map(|((stayed, name), parts)| {
                Some(Retained { parts, stayed: (*stayed)?, key: key(name) })
            })
            .collect()
    }
}

/// FNV-1a (Fowler, Noll and Vo): the same for a name in every version and on every machine.
fn key(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
