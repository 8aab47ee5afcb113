//! Pieces of a file folded by several threads, and merged in the order of the file.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::TableError;

/// What one piece came to.
pub struct Done<A> {
    pub result: Result<(), TableError>,
    pub sum: A,
    pub rows: u64,
    pub bytes: u64,
}

/// Takes pieces with `next`, which numbers them from 0, folds each with `work`, and hands the results to
/// `merge` in order. Errors come with the row in their piece, and get that in the file: `before` rows
/// stand before the first piece. Returns the rows of all pieces, or the first error of the file.
pub fn fold<S: Default, A>(
    file: &str,
    threads: usize,
    before: u64,
    next: impl Fn(&mut S) -> Option<u64> + Sync,
    work: impl Fn(&mut S) -> Done<A> + Sync,
    merge: impl FnMut(A, u64) -> Result<(), TableError> + Send,
) -> Result<u64, TableError> {
    let line = Mutex::new(Line { turn: 0, rows: before, bytes: 0, merge, failed: None });
    let moved = Condvar::new();
    let run = || {
        let _release = Release { line: &line, moved: &moved, file };
        let mut piece = S::default();
        while lock(&line).failed.is_none() {
            let Some(number) = next(&mut piece) else { break };
            let done = work(&mut piece);
            let mut line = lock(&line);
            while line.turn != number && line.failed.is_none() {
                line = moved.wait(line).unwrap_or_else(PoisonError::into_inner);
            }
            if line.turn == number && line.failed.is_none() {
                line.take(done);
            }
            drop(line);
            moved.notify_all();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
    match line.failed {
        Some(error) => Err(error),
        None => Ok(line.rows - before),
    }
}

/// A thread that panicked ends the whole in its scope; until then the others need no second panic.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where finished pieces wait for their turn.
struct Line<M> {
    turn: u64,
    /// Rows before the piece whose turn it is, the header included.
    rows: u64,
    bytes: u64,
    merge: M,
    failed: Option<TableError>,
}

impl<M> Line<M> {
    fn take<A>(&mut self, done: Done<A>)
    where
        M: FnMut(A, u64) -> Result<(), TableError>,
    {
        self.bytes += done.bytes;
        let placed = done.result.map_err(|mut error| {
            error.row += self.rows;
            error
        });
        self.failed = placed.and_then(|()| (self.merge)(done.sum, self.bytes)).err();
        self.rows += done.rows;
        self.turn += 1;
    }
}

/// Lets the other threads go when one panics; its panic then ends the whole.
struct Release<'a, M> {
    line: &'a Mutex<Line<M>>,
    moved: &'a Condvar,
    file: &'a str,
}

impl<M> Drop for Release<'_, M> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(self.line).failed = Some(TableError::new(self.file, "could not be read through"));
            self.moved.notify_all();
        }
    }
}
