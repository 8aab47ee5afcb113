//! Progress of long work: a bar where a terminal is there, and a line per tenth elsewhere.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::commands::tell;

/// Clones of one `Bars` share the lines of the terminal.
#[derive(Clone)]
pub struct Bars {
    terminal: Option<MultiProgress>,
}

/// One piece of work. May be told of progress by several threads.
pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    length: u64,
    /// Tenths that were printed already, where there is no bar.
    told: AtomicU64,
}

impl Bars {
    pub fn new() -> Bars {
        Bars { terminal: std::io::stderr().is_terminal().then(MultiProgress::new) }
    }

    /// `length` 0 means that nobody knows.
    pub fn begin(&self, what: &str, length: u64, unit: Unit) -> Progress {
        let bar = self.terminal.as_ref().map(|terminal| {
            let bar = match length {
                0 => ProgressBar::new_spinner(),
                _ => ProgressBar::new(length),
            };
            let template = match (length, unit) {
                (0, _) => "{msg:<28} {spinner} {pos}",
                (_, Unit::Bytes) => "{msg:<28} {bar:30} {bytes:>10} of {total_bytes}  {eta:>4}",
                (_, Unit::Steps) => "{msg:<28} {bar:30} {percent:>3} %  {eta:>4}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            terminal.add(bar).with_message(what.to_owned())
        });
        Progress { bar, what: what.to_owned(), length, told: AtomicU64::new(0) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Bytes,
    Steps,
}

impl Progress {
    pub fn at(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            return;
        }
        let tenth = (position * 10).checked_div(self.length).unwrap_or(0).min(10);
        if self.told.fetch_max(tenth, Ordering::Relaxed) < tenth {
            tell(&format!("{}: {} %", self.what, tenth * 10));
        }
    }

    pub fn finish(&self) {
        match &self.bar {
            Some(bar) => bar.finish_and_clear(),
            None => self.at(self.length),
        }
    }
}
