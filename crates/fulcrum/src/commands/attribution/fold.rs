//! Rows of paths into sums, by several threads: what the command does and the benchmark measures.

use measurement::{NameProblem, PathChannel, PathSettings, PathWeight, Paths, WeightProblem};
use tables::{Blocks, Column, FastRow, TableError};

/// What one block of a file of paths adds up to.
struct PathSum {
    paths: Paths,
    /// The path in hand.
    touches: Vec<PathChannel>,
    /// Places between two separators where no channel stands.
    blanks: u64,
}

pub struct PathColumns {
    pub path: Column,
    pub conversions: Column,
    pub value: Option<Column>,
    pub nulls: Option<Column>,
}

/// All rows in one, and how many places between two separators were empty. `progress` is told the
/// bytes that are done.
pub fn paths(
    blocks: Blocks,
    columns: &PathColumns,
    separator: &[u8],
    settings: &PathSettings,
    threads: usize,
    mut progress: impl FnMut(u64) + Send,
) -> Result<(Paths, u64), TableError> {
    let file = TableError::new(blocks.file(), "");
    let (mut all, mut blanks) = (Paths::new(settings), 0);
    blocks.fold(
        threads,
        || PathSum { paths: Paths::new(settings), touches: Vec::new(), blanks: 0 },
        |sum, row| sum.add(row, columns, separator),
        |sum, bytes| {
            blanks += sum.blanks;
            all.merge(&sum.paths).map_err(|problem| named(file.clone(), problem))?;
            progress(bytes);
            Ok(())
        },
    )?;
    Ok((all, blanks))
}

impl PathSum {
    fn add(
        &mut self,
        row: &FastRow,
        columns: &PathColumns,
        separator: &[u8],
    ) -> Result<(), TableError> {
        self.touches.clear();
        let mut rest = row.bytes(columns.path);
        loop {
            let (token, after) = match separator {
                [byte] => cut_at_byte(rest, *byte),
                _ => cut_at(rest, separator),
            };
            let name = token.trim_ascii();
            if !name.is_empty() {
                let channel = self.paths.channel(name);
                let at = |problem| named(row.error(columns.path, ""), problem);
                self.touches.push(channel.map_err(at)?);
            } else if after.is_some() || !self.touches.is_empty() {
                self.blanks += 1;
            }
            let Some(after) = after else { break };
            rest = after;
        }
        let optional = |column: Option<Column>| column.map_or(Ok(0.0), |it| row.number(it));
        let conversions = row.number(columns.conversions)?;
        let (nulls, value) = (optional(columns.nulls)?, optional(columns.value)?);
        let weight = PathWeight::new(conversions, nulls, value).map_err(|problem| {
            negative(
                row,
                match problem {
                    WeightProblem::Conversions => columns.conversions,
                    WeightProblem::Nulls => columns.nulls.unwrap_or(columns.conversions),
                    WeightProblem::Value => columns.value.unwrap_or(columns.conversions),
                },
            )
        })?;
        self.paths.add(self.touches.iter().copied(), weight);
        Ok(())
    }
}

/// The text before the separator, and that after it if there is one.
fn cut_at_byte(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

fn cut_at<'a>(text: &'a [u8], separator: &[u8]) -> (&'a [u8], Option<&'a [u8]>) {
    match text.windows(separator.len()).position(|window| window == separator) {
        Some(at) => (&text[..at], Some(&text[at + separator.len()..])),
        None => (text, None),
    }
}

/// The reader makes sure of finite numbers.
pub fn negative(row: &FastRow, column: Column) -> TableError {
    let text = String::from_utf8_lossy(row.bytes(column)).trim().to_owned();
    row.error(column, format!("`{text}` is below 0"))
        .hint("counts and values begin at 0; take returns out beforehand")
}

/// Completes an error about a name.
pub fn named(error: TableError, problem: NameProblem) -> TableError {
    let (message, hint) = match problem {
        NameProblem::NotText => {
            ("is not UTF-8 text".to_owned(), "save the file with the encoding UTF-8")
        }
        NameProblem::Reserved => (
            "has a channel that is called like a state before or after a path".to_owned(),
            "rename `(start)`, `(conversion)` and `(null)`",
        ),
        NameProblem::TooMany { limit } => (
            format!("has more than {limit} different channels"),
            "is --separator right? if so, put rare channels together",
        ),
    };
    TableError { message, ..error }.hint(hint)
}
