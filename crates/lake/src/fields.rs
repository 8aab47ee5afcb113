//! The columns of a part, and a row of them as the port has it.

use columnar::{Cells, Kind, NewColumn, Writer};
use model::{PersonId, Timestamp};
use port::{HistoryRow, LogPosition, Wanted};
use std::borrow::Cow;
use std::io::{self, Write};

/// In the order of the file. Ids and positions are signed, because some programs know no other
/// whole numbers of 64 bits; both stay far below the difference.
pub const COLUMNS: [NewColumn; COUNT] = [
    NewColumn { name: "person", kind: Kind::Int, nullable: true },
    NewColumn { name: "time", kind: Kind::Instant, nullable: false },
    NewColumn { name: "position", kind: Kind::Int, nullable: false },
    NewColumn { name: "received_at", kind: Kind::Instant, nullable: false },
    NewColumn { name: "source", kind: Kind::Word, nullable: false },
    NewColumn { name: "kind", kind: Kind::Word, nullable: false },
    NewColumn { name: "event", kind: Kind::Word, nullable: false },
    NewColumn { name: "detail", kind: Kind::Text, nullable: true },
    NewColumn { name: "message_id", kind: Kind::Text, nullable: true },
    NewColumn { name: "user_id", kind: Kind::Text, nullable: true },
    NewColumn { name: "anonymous_id", kind: Kind::Text, nullable: true },
    NewColumn { name: "properties", kind: Kind::Text, nullable: true },
    NewColumn { name: "context", kind: Kind::Text, nullable: true },
    NewColumn { name: "clock", kind: Kind::Bool, nullable: false },
    NewColumn { name: "historical", kind: Kind::Bool, nullable: false },
    NewColumn { name: "named", kind: Kind::Int, nullable: true },
    NewColumn { name: "acts", kind: Kind::Text, nullable: true },
];

pub const COUNT: usize = 17;
pub const PERSON: usize = 0;
pub const TIME: usize = 1;
pub const POSITION: usize = 2;
pub const RECEIVED: usize = 3;
const SOURCE: usize = 4;
const KIND: usize = 5;
pub const EVENT: usize = 6;
const DETAIL: usize = 7;
const MESSAGE_ID: usize = 8;
const USER_ID: usize = 9;
const ANONYMOUS_ID: usize = 10;
const PROPERTIES: usize = 11;
const CONTEXT: usize = 12;
const CLOCK: usize = 13;
const HISTORICAL: usize = 14;
const NAMED: usize = 15;
const ACTS: usize = 16;

/// By what the rows of a part are sorted.
pub const SORTED_BY: [usize; 3] = [PERSON, TIME, POSITION];

/// Which columns have to be read.
pub fn wanted(wanted: Wanted) -> [bool; COUNT] {
    let mut columns = [wanted.rest; COUNT];
    for column in [PERSON, TIME, POSITION, EVENT] {
        columns[column] = true;
    }
    columns[PROPERTIES] = wanted.properties;
    columns[CONTEXT] = wanted.context;
    columns
}

pub fn put<W: Write>(out: &mut Writer<W>, row: &HistoryRow<'_>) -> io::Result<()> {
    let number = |it: u64| i64::try_from(it).ok();
    let person = |it: Option<PersonId>| it.and_then(|it| number(it.0));
    out.int(PERSON, person(row.person));
    out.int(TIME, Some(row.time.0));
    out.int(POSITION, Some(number(row.position.0).unwrap_or(i64::MAX)));
    out.int(RECEIVED, Some(row.received.0));
    out.text(SOURCE, Some(&row.source));
    out.text(KIND, Some(&row.kind));
    out.text(EVENT, Some(&row.event));
    out.text(DETAIL, row.detail.as_deref());
    out.text(MESSAGE_ID, row.message_id.as_deref());
    out.text(USER_ID, row.user_id.as_deref());
    out.text(ANONYMOUS_ID, row.anonymous_id.as_deref());
    out.text(PROPERTIES, row.properties.as_deref());
    out.text(CONTEXT, row.context.as_deref());
    out.bool(CLOCK, row.clock);
    out.bool(HISTORICAL, row.historical);
    out.int(NAMED, person(row.named));
    out.text(ACTS, row.acts.as_deref());
    out.end_row()
}

/// The row at this place, of the columns that were read. None where text is no UTF-8 or what is never
/// null is.
pub fn get(cells: &[Option<Cells>; COUNT], key: Key, at: usize) -> Option<HistoryRow<'_>> {
    let mut row = HistoryRow {
        person: key.person(),
        time: Timestamp(key.time),
        position: LogPosition(key.position),
        ..HistoryRow::default()
    };
    let text = |column: usize| match &cells[column] {
        None => Some(None),
        Some(cells) => match cells.bytes(at) {
            None => Some(None),
            Some(bytes) => std::str::from_utf8(bytes).ok().map(|it| Some(Cow::Borrowed(it))),
        },
    };
    let bool = |column: usize| cells[column].as_ref().and_then(|it| it.bool(at));
    row.event = text(EVENT)?.unwrap_or_default();
    if let Some(received) = &cells[RECEIVED] {
        row.received = Timestamp(received.int(at)?);
        row.source = text(SOURCE)??;
        row.kind = text(KIND)??;
        row.detail = text(DETAIL)?;
        row.message_id = text(MESSAGE_ID)?;
        row.user_id = text(USER_ID)?;
        row.anonymous_id = text(ANONYMOUS_ID)?;
        row.clock = bool(CLOCK)?;
        row.historical = bool(HISTORICAL)?;
        let named = cells[NAMED].as_ref().and_then(|it| it.int(at));
        row.named = named.and_then(|it| u64::try_from(it).ok()).map(PersonId);
        row.acts = text(ACTS)?;
    }
    row.properties = text(PROPERTIES)?;
    row.context = text(CONTEXT)?;
    Some(row)
}

/// By what rows are sorted. Nobody comes after everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Key {
    person: u64,
    pub time: i64,
    pub position: u64,
}

impl Key {
    const NOBODY: u64 = u64::MAX;

    pub fn new(person: Option<u64>, time: i64, position: u64) -> Key {
        Key { person: person.unwrap_or(Key::NOBODY), time, position }
    }

    pub fn of(row: &HistoryRow<'_>) -> Key {
        Key::new(row.person.map(|it| it.0), row.time.0, row.position.0)
    }

    pub fn person(self) -> Option<PersonId> {
        (self.person != Key::NOBODY).then_some(PersonId(self.person))
    }
}
