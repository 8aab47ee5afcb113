//! Rows of many sources in one order.

use crate::fields::Key;
use crate::stream::Stream;
use port::{HistoryError, HistoryRow};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// Where rows come from, in their order.
pub enum Source<'a> {
    Part(Box<Stream<'a>>),
    /// Rows in memory, and which is in hand.
    Rows(Vec<HistoryRow<'static>>, Option<usize>),
}

impl Source<'_> {
    fn advance(&mut self) -> Result<Option<Key>, HistoryError> {
        match self {
            Source::Part(stream) => stream.advance(),
            Source::Rows(rows, at) => {
                let next = at.map_or(0, |it| it + 1);
                *at = Some(next);
                Ok(rows.get(next).map(Key::of))
            }
        }
    }
}

/// Hands on all rows in order, until `each` says that it is enough.
pub fn merge<E: From<HistoryError>>(
    mut sources: Vec<Source<'_>>,
    mut each: impl FnMut(&HistoryRow<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    let mut heap = BinaryHeap::with_capacity(sources.len());
    for (number, source) in sources.iter_mut().enumerate() {
        if let Some(key) = source.advance()? {
            heap.push(Reverse((key, number)));
        }
    }
    while let Some(mut first) = heap.peek_mut() {
        let Reverse((_, number)) = *first;
        let source = &mut sources[number];
        let go_on = match source {
            Source::Part(stream) => each(&stream.row()?)?,
            Source::Rows(rows, at) => match at.and_then(|it| rows.get(it)) {
                Some(row) => each(row)?,
                None => true,
            },
        };
        if !go_on {
            return Ok(());
        }
        match source.advance()? {
            Some(key) => *first = Reverse((key, number)),
            None => drop(PeekMut::pop(first)),
        }
    }
    Ok(())
}
