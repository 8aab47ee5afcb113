//! Where the evidence of each part stands in a file.

use anyhow::{Context, bail, ensure};
use measurement::{Evidence, PARTS, Part};
use tables::{Column, Row, Table, TableError};

/// The columns of one part.
pub struct PartColumns {
    yes: Vec<Column>,
    of: Occasions,
    /// `yes` counts what spoke against the relationship.
    against: bool,
}

enum Occasions {
    Columns(Vec<Column>),
    Number(u64),
}

pub type AllColumns = [Option<PartColumns>; PARTS];

/// The part of this name.
pub fn part(name: &str) -> anyhow::Result<Part> {
    let known = Part::ALL.map(Part::name);
    let name = name.trim();
    Part::ALL.into_iter().find(|it| it.name() == name).with_context(|| {
        let meant = tables::did_you_mean(name, known.into_iter());
        let hint = meant.map_or_else(
            || format!("the parts are {}", known.join(", ")),
            |it| format!("did you mean `{it}`?"),
        );
        format!("there is no part `{name}`\n  hint: {hint}")
    })
}

/// From --part, or by the usual names.
pub fn all(table: &Table, given: &[String]) -> anyhow::Result<AllColumns> {
    let mut all: AllColumns = [const { None }; PARTS];
    for text in given {
        let (name, columns) =
            text.split_once('=').with_context(|| format!("--part `{text}` is not NAME=YES/OF"))?;
        let slot = &mut all[part(name)? as usize];
        ensure!(slot.is_none(), "--part {name} is given twice");
        *slot = Some(parsed(table, text, columns)?);
    }
    if given.is_empty() {
        for part in Part::ALL {
            all[part as usize] = usual(table, part)?;
        }
    }
    if all.iter().all(Option::is_none) {
        bail!(
            "{} has no part\n  hint: name two columns like `useful_yes` and `useful_of`, or say where \
             they are with --part useful=clicks/messages",
            table.file()
        );
    }
    Ok(all)
}

fn usual(table: &Table, part: Part) -> anyhow::Result<Option<PartColumns>> {
    let (yes, of) = (format!("{}_yes", part.name()), format!("{}_of", part.name()));
    // One without the other is a mistake, and the error says which is missing.
    if table.find(&yes).is_none() && table.find(&of).is_none() {
        return Ok(None);
    }
    Ok(Some(PartColumns {
        yes: vec![table.column(&yes)?],
        of: Occasions::Columns(vec![table.column(&of)?]),
        against: false,
    }))
}

fn parsed(table: &Table, text: &str, columns: &str) -> anyhow::Result<PartColumns> {
    // From the right: a name of a column may hold a slash.
    let (yes, of) = columns
        .rsplit_once('/')
        .with_context(|| format!("--part `{text}` does not say of how many: NAME=YES/OF"))?;
    let (yes, against) = match yes.trim().strip_prefix('!') {
        Some(yes) => (yes, true),
        None => (yes, false),
    };
    let of = match of.trim().parse::<u64>() {
        Ok(number) if table.find(of.trim()).is_none() => Occasions::Number(number),
        _ => Occasions::Columns(added(table, of)?),
    };
    Ok(PartColumns { yes: added(table, yes)?, of, against })
}

/// `a+b`, or a single column whose name holds a plus.
pub fn added(table: &Table, text: &str) -> anyhow::Result<Vec<Column>> {
    if let Some(column) = table.find(text.trim()) {
        return Ok(vec![column]);
    }
    text.split('+').map(|name| Ok(table.column(name.trim())?)).collect()
}

impl PartColumns {
    pub fn evidence(&self, row: &Row) -> Result<Evidence, TableError> {
        let yes = sum(row, &self.yes)?;
        let of = match &self.of {
            Occasions::Number(number) => *number,
            Occasions::Columns(columns) => sum(row, columns)?,
        };
        let found = Evidence::new(yes, of).map_err(|complaint| {
            row.error(self.yes[0], complaint)
                .hint("count the occasions, and of those the ones that spoke for the relationship")
        })?;
        Ok(if self.against { Evidence { yes: of - yes, of } } else { found })
    }
}

/// A cell that is empty counts nothing.
fn sum(row: &Row, columns: &[Column]) -> Result<u64, TableError> {
    let mut sum = 0_u64;
    for column in columns {
        if !row.text(*column)?.is_empty() {
            sum = sum.saturating_add(row.count(*column)?);
        }
    }
    Ok(sum)
}
