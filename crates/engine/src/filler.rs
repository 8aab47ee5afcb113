//! The thread that reads the history for new counters, beside the loop.

use crate::{FillOrder, Handle, fill};
use port::{History, LogPosition};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often it looks whether there is something to read, and whether the history has come so far.
const LOOKS_EVERY: Duration = Duration::from_millis(250);

/// After an error the disk may need a while, or a hand.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Dropping it ends the thread after what it is at. What it read and nobody took is read again by
/// the next one.
pub struct Filler(#[allow(dead_code)] Sender<()>);

impl Filler {
    /// Whoever writes the history sees by [`Handle::fill_order`] how far it has to reach before
    /// anything can be read.
    pub fn start(handle: Handle, history: Arc<dyn History>) -> Filler {
        let (stop, stopped) = channel();
        std::thread::spawn(move || {
            let mut pause = LOOKS_EVERY;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = LOOKS_EVERY;
                let Some(order) = handle.fill_order() else { continue };
                if !read(&handle, &*history, &order, &stopped) {
                    pause = PAUSE_AFTER_FAILURE;
                }
            }
        });
        Filler(stop)
    }
}

/// Whether nothing went wrong.
fn read(handle: &Handle, history: &dyn History, order: &FillOrder, stopped: &Receiver<()>) -> bool {
    let until = LogPosition(order.filling.until);
    let number = order.filling.number;
    let read = history.position().and_then(|at| {
        if at < until {
            return Ok(());
        }
        tracing::info!(
            counters = order.filling.counters.len(),
            "the history is read for new counters"
        );
        let stands = || handle.fill_order().is_none_or(|it| it.filling.number == number);
        let is_over = || stopped.try_recv() != Err(std::sync::mpsc::TryRecvError::Empty);
        fill(history, order, &mut |chunk| !is_over() && stands() && handle.filled(chunk)).map(drop)
    });
    if let Err(error) = &read {
        tracing::error!(%error, "the history cannot be read; new audiences wait for it");
        return false;
    }
    // The loop has chunks of this order still before it: reading again would be for nothing.
    while handle.is_filling(number)
        && stopped.recv_timeout(LOOKS_EVERY) == Err(RecvTimeoutError::Timeout)
    {
        if handle.fills_waiting() == 0 {
            break;
        }
    }
    true
}
