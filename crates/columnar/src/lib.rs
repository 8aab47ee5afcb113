//! Parquet files: a reader that no bytes make panic, and a writer of flat columns.
//!
//! Reading goes by row group and column, a page at a time, and only what is asked for is unpacked.
//! What a file says of itself is believed as far as its bytes bear it out.

mod batch;
mod compact;
mod delta;
mod encode;
mod footer;
mod pages;
mod runs;
mod schema;
mod thrift;
mod values;
mod writer;
mod written;

pub use batch::{Batch, Cells, Failure, Group};
pub use footer::{Chunk, Footer, RowGroup, Stored};
pub use pages::Shared;
pub use schema::{FileColumn, Meaning, columns};
pub use writer::{Kind, NewColumn, Writer};

#[cfg(test)]
mod tests;
