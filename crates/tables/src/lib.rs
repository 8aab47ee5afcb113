//! CSV, Parquet, JSON Lines and standard input to typed columns, with errors by row and column.
//!
//! Rows stream: a file of any size takes the memory of one row, or of one page of each column that is
//! read. Parquet and compression (gzip, zstd) are told from the first bytes. After each row the position is known, so that reading can be resumed.

mod error;
mod fast;
mod json_lines;
mod parquet;
mod source;
mod table;
mod value;
mod write;

pub use error::TableError;
pub use fast::{Blocks, FastRow};
pub use json_lines::{JsonLines, JsonRow};
pub use source::{Position, ROW_BYTES_MAX};
pub use table::{Column, Options, Row, Table, did_you_mean};
pub use write::csv_row;

#[cfg(test)]
mod tests;
