//! How much one request and one event may carry.

/// All bounds of this crate. Each default says its reason; a setting may change them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// As it arrives. Segment takes 500 KB per request; SDKs with their own flush size and imports
    /// send more, and 4 MiB still reads in a few milliseconds.
    pub body_bytes_max: usize,
    /// After decompression. 10,000 events of one kilobyte, with room to spare; a bomb stops here.
    pub unpacked_bytes_max: usize,
    /// Segment's own limit, which SDKs know and keep to. A person's whole record is of this order.
    pub event_bytes_max: usize,
    /// As many as an import line tool sends at once; an acknowledgement waits for all of them.
    pub events_max: usize,
    /// Levels of nesting in one event, itself included. Real events have five or six; conditions
    /// reach by dotted path and nobody writes a path of thirty.
    pub depth_max: usize,
    /// Of event names and of ids: they are keys of indexes. 32-byte ids and sentences fit.
    pub name_chars_max: usize,
    /// How much of a rejected event is kept for the one who looks for its reason.
    pub excerpt_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes_max: 4 * 1024 * 1024,
            unpacked_bytes_max: 16 * 1024 * 1024,
            event_bytes_max: 32 * 1024,
            events_max: 10_000,
            depth_max: 32,
            name_chars_max: 512,
            excerpt_bytes_max: 2 * 1024,
        }
    }
}
