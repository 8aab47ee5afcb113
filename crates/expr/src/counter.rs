//! What must be kept about a person's events so that a condition never rescans them.

use crate::Expr;
use crate::money::Currency;
use model::Span;
use std::cmp::Ordering;
use std::fmt;

/// One thing to keep per person: how often, how much, first or last.
#[derive(Clone)]
pub struct CounterSpec {
    pub event: String,
    /// Reads only properties of the counted event.
    pub filter: Option<Box<Expr>>,
    pub window: Option<Span>,
    pub kind: CounterKind,
    text: String,
    id: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CounterKind {
    /// Whether there were at least so many: the latest n times are enough.
    AtLeast(u32),
    Count,
    Sum {
        property: String,
        /// Adds only what is in this currency.
        currency: Option<Currency>,
    },
    First,
    Last,
    /// The latest times themselves, [`crate::MAX_TIMES`] of them, for sequences.
    Times,
}

impl CounterSpec {
    pub fn new(
        event: impl Into<String>,
        filter: Option<Box<Expr>>,
        window: Option<Span>,
        kind: CounterKind,
    ) -> CounterSpec {
        let event = event.into();
        let mut spec =
            CounterSpec { event, filter, window, kind, text: String::new(), id: String::new() };
        spec.text = match &spec.kind {
            CounterKind::AtLeast(n) => format!("{} >= {n}", crate::print::counter(&spec)),
            CounterKind::Sum { currency: Some(currency), .. } => {
                format!("{} in {currency}", crate::print::counter(&spec))
            }
            CounterKind::Count
            | CounterKind::Sum { currency: None, .. }
            | CounterKind::First
            | CounterKind::Last
            | CounterKind::Times => crate::print::counter(&spec),
        };
        spec.id = short_id(&spec.text);
        spec
    }

    /// What a sequence needs to know of an event: when it last happened, some times over.
    pub fn times(event: impl Into<String>, filter: Option<Box<Expr>>) -> CounterSpec {
        CounterSpec::new(event, filter, None, CounterKind::Times)
    }

    /// Whether it needs more of an event than its name and time.
    pub fn reads_properties(&self) -> bool {
        self.filter.is_some() || matches!(self.kind, CounterKind::Sum { .. })
    }

    /// A short, stable name for stored state: eight letters and digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is kept, in the words of the language.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Eight letters and digits from 40 bits of a hash (FNV-1a, folded). Stable for ever: stored
/// profiles use it. Whoever keeps many must refuse two texts with one id.
pub fn short_id(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 40;
    (0..8).map(|n| char::from(ALPHABET[(hash >> (5 * n) & 31) as usize])).collect()
}

impl PartialEq for CounterSpec {
    fn eq(&self, other: &CounterSpec) -> bool {
        self.text == other.text
    }
}

impl Eq for CounterSpec {}

impl PartialOrd for CounterSpec {
    fn partial_cmp(&self, other: &CounterSpec) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CounterSpec {
    fn cmp(&self, other: &CounterSpec) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl fmt::Display for CounterSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for CounterSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
