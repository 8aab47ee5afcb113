//! The calendar as a file: one row per block, with a 0/1 column for each channel.

use std::path::Path;

use anyhow::{bail, ensure};
use measurement::{PUBLIC_CHANNELS_MAX, SwitchbackDesign, TIME_BLOCKS_MAX, TimeBlock};
use tables::{Column, Row, Table};

use crate::commands::csv_row;
use crate::commands::walls::{wall_ms, wall_text};

/// The columns of a calendar that are not channels.
const COLUMNS: [&str; 7] =
    ["block", "from", "to", "counted_from", "stratum", "probability", "design"];

pub struct Calendar {
    pub channels: Vec<String>,
    /// One after the other in time.
    pub blocks: Vec<TimeBlock>,
    pub design: SwitchbackDesign,
}

/// Where a moment lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the block at this place of the list, after its carry-over.
    Counted(usize),
    CarryOver,
    Outside,
}

impl Calendar {
    pub fn read(path: &Path) -> anyhow::Result<Calendar> {
        let mut table = Table::open(path)?;
        let columns = table.columns().iter();
        let channels: Vec<String> =
            columns.filter(|name| !COLUMNS.contains(&name.as_str())).cloned().collect();
        check_channels(&channels)?;
        let mut found = Vec::new();
        for name in COLUMNS {
            found.push(table.column(name)?);
        }
        let on: Result<Vec<Column>, _> = channels.iter().map(|name| table.column(name)).collect();
        let on = on?;
        let (mut blocks, mut design): (Vec<TimeBlock>, _) = (Vec::new(), None);
        while let Some(row) = table.next_row()? {
            let (block, of_row) = read_block(&row, &found, &on)?;
            if blocks.last().is_some_and(|last| block.from_ms < last.to_ms) {
                let error = row.error(found[1], "begins before the block above it ends");
                bail!(error.hint("give the calendar as it was printed, in order of time"));
            }
            if *design.get_or_insert(of_row) != of_row {
                bail!(row.error(found[6], "is another design than in the row above"));
            }
            blocks.push(block);
            ensure!(blocks.len() <= TIME_BLOCKS_MAX, "more than {TIME_BLOCKS_MAX} blocks");
        }
        let Some(design) = design else { bail!("{} has no blocks", path.display()) };
        Ok(Calendar { channels, blocks, design })
    }

    pub fn place(&self, at_ms: i64) -> Place {
        let Some(at) = self.blocks.partition_point(|it| it.from_ms <= at_ms).checked_sub(1) else {
            return Place::Outside;
        };
        match &self.blocks[at] {
            block if block.to_ms <= at_ms => Place::Outside,
            block if at_ms < block.counted_from_ms => Place::CarryOver,
            _ => Place::Counted(at),
        }
    }
}

pub fn csv(channels: &[String], blocks: &[TimeBlock], design: SwitchbackDesign) -> String {
    let before = COLUMNS[..5].iter().map(|it| (*it).to_owned());
    let after = COLUMNS[5..].iter().map(|it| (*it).to_owned());
    let header: Vec<String> = before.chain(channels.iter().cloned()).chain(after).collect();
    let mut text = csv_row(&header);
    for block in blocks {
        let times = [block.from_ms, block.to_ms, block.counted_from_ms].map(wall_text);
        let mut row = vec![block.number.to_string()];
        row.extend(times);
        row.push(block.stratum.clone());
        row.extend((0..channels.len()).map(|bit| (block.on >> bit & 1).to_string()));
        row.extend([block.probability.to_string(), design.name().to_owned()]);
        text += &csv_row(&row);
    }
    text
}

/// What can be the name of a channel of a calendar.
pub fn check_channels(channels: &[String]) -> anyhow::Result<()> {
    ensure!(
        (1..=PUBLIC_CHANNELS_MAX).contains(&channels.len()),
        "{} channels: a calendar is for 1 to {PUBLIC_CHANNELS_MAX}",
        channels.len()
    );
    for (i, name) in channels.iter().enumerate() {
        ensure!(!name.trim().is_empty(), "a channel has an empty name");
        ensure!(!name.contains(char::is_control), "the channel {name:?} has a control character");
        ensure!(!channels[..i].contains(name), "the channel `{name}` is named twice");
        ensure!(
            !COLUMNS.contains(&name.as_str()),
            "a channel cannot be called `{name}`: the calendar has a column of that name"
        );
    }
    Ok(())
}

fn read_block(
    row: &Row,
    columns: &[Column],
    channels: &[Column],
) -> anyhow::Result<(TimeBlock, SwitchbackDesign)> {
    let &[number, from, to, counted_from, stratum, probability, design] = columns else {
        bail!("a calendar has {} columns beside its channels", COLUMNS.len());
    };
    let time = |column: Column| -> anyhow::Result<i64> {
        let text = row.text(column)?;
        let found = wall_ms(text, &jiff::tz::TimeZone::UTC).ok_or_else(|| {
            row.error(column, format!("`{text}` is not a time"))
                .hint("write 2027-03-31 or 2027-03-31T14:05")
        })?;
        Ok(found)
    };
    let mut on = 0;
    for (bit, column) in channels.iter().enumerate() {
        on |= u32::from(row.binary(*column)?) << bit;
    }
    let block = TimeBlock {
        number: usize::try_from(row.count(number)?).unwrap_or(usize::MAX),
        from_ms: time(from)?,
        to_ms: time(to)?,
        counted_from_ms: time(counted_from)?,
        stratum: row.text(stratum)?.trim().to_owned(),
        on,
        probability: row.number(probability)?,
    };
    if !(block.from_ms <= block.counted_from_ms && block.counted_from_ms < block.to_ms) {
        bail!(row.error(counted_from, "is not between the start and the end of the block"));
    }
    let design = match row.text(design)?.trim() {
        "separate" => SwitchbackDesign::Separate,
        "factorial" => SwitchbackDesign::Factorial,
        other => bail!(row.error(design, format!("`{other}` is neither separate nor factorial"))),
    };
    Ok((block, design))
}
