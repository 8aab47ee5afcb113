//! Which columns a file has, and what their values mean.

use super::footer::{Element, Footer, Stored};

/// What the values of a column mean.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// The bytes as they are.
    Text,
    Bool,
    Int,
    Unsigned32,
    Unsigned64,
    Float,
    Double,
    Half,
    /// Digits after the point.
    Decimal(usize),
    /// Days since 1970.
    Date,
    /// Parts of a second since midnight.
    Time {
        per_second: i64,
    },
    /// Parts of a second since 1970, in UTC or in a zone that nobody says.
    Instant {
        per_second: i64,
        utc: bool,
    },
    /// Nanoseconds of a day and a Julian day, as older programs write instants.
    Julian,
    Uuid,
    /// Why it cannot be read.
    Unreadable(String),
}

/// A column of the table.
#[derive(Clone, Debug)]
pub struct FileColumn {
    /// Its place among the columns that hold values.
    pub leaf: usize,
    pub stored: Stored,
    pub nullable: bool,
    pub meaning: Meaning,
}

/// The columns by name, in the order of the file. Nothing if the tree of columns is damaged.
pub fn columns(footer: &Footer) -> Option<Vec<(Vec<u8>, FileColumn)>> {
    let (root, mut rest) = footer.elements.split_first()?;
    let mut columns = Vec::new();
    let mut leaf = 0;
    for _ in 0..root.children {
        let (top, after) = rest.split_first()?;
        let (leaves, length) = extent(rest)?;
        let (stored, meaning) = match top.stored() {
            Some(stored) if top.children == 0 && top.repetition != REPEATED => {
                (stored, meaning(top, stored))
            }
            _ => (Stored::Bytes, nested(top)),
        };
        let nullable = top.repetition != REQUIRED;
        columns.push((top.name.clone(), FileColumn { leaf, stored, nullable, meaning }));
        leaf += leaves;
        rest = after.get(length - 1..)?;
    }
    rest.is_empty().then_some(columns)
}

const REQUIRED: i64 = 0;
const REPEATED: i64 = 2;

/// How many leaves the first branch has, and how many elements.
fn extent(elements: &[Element]) -> Option<(usize, usize)> {
    let (mut leaves, mut at, mut open) = (0, 0, 1_u64);
    while 0 < open {
        let element = elements.get(at)?;
        leaves += usize::from(element.children == 0);
        open = (open - 1).checked_add(element.children)?;
        at += 1;
    }
    Some((leaves, at))
}

fn nested(top: &Element) -> Meaning {
    // Numbers of the format: a list or a map, in the newer and the older way to say it.
    let kind = match (top.logical.id, top.converted) {
        (3, _) | (_, 3) => "lists",
        (2, _) | (_, 1 | 2) => "maps",
        _ if top.repetition == REPEATED => "lists",
        _ => "nested values",
    };
    Meaning::Unreadable(format!("holds {kind}, not one value a row"))
}

fn meaning(column: &Element, stored: Stored) -> Meaning {
    let unreadable =
        |what: &str| Meaning::Unreadable(format!("holds {what}, which cannot be read"));
    let whole = matches!(stored, Stored::Int32 | Stored::Int64);
    let logical = &column.logical;
    // The numbers that the format gives to meanings.
    match logical.id {
        _ if stored == Stored::Int96 => return Meaning::Julian,
        5 => return decimal(stored, logical.scale, logical.precision),
        6 if whole => return Meaning::Date,
        7 if whole => return Meaning::Time { per_second: per_second(logical.unit) },
        8 if whole => {
            let per_second = per_second(logical.unit);
            return Meaning::Instant { per_second, utc: logical.utc };
        }
        10 if whole && !logical.signed => return unsigned(stored),
        13 => return unreadable("BSON"),
        14 if stored == Stored::Fixed(16) => return Meaning::Uuid,
        15 if stored == Stored::Fixed(2) => return Meaning::Half,
        16 => return unreadable("variants"),
        17 | 18 => return unreadable("shapes"),
        _ => {}
    }
    match column.converted {
        5 => decimal(stored, column.scale, column.precision),
        6 if whole => Meaning::Date,
        7 if whole => Meaning::Time { per_second: 1_000 },
        8 if whole => Meaning::Time { per_second: 1_000_000 },
        9 if whole => Meaning::Instant { per_second: 1_000, utc: true },
        10 if whole => Meaning::Instant { per_second: 1_000_000, utc: true },
        11..=14 if whole => unsigned(stored),
        20 => unreadable("BSON"),
        21 => unreadable("intervals"),
        _ => match stored {
            Stored::Bool => Meaning::Bool,
            Stored::Int32 | Stored::Int64 => Meaning::Int,
            Stored::Float => Meaning::Float,
            Stored::Double => Meaning::Double,
            Stored::Int96 => Meaning::Julian,
            Stored::Bytes | Stored::Fixed(_) => Meaning::Text,
        },
    }
}

fn unsigned(stored: Stored) -> Meaning {
    if stored == Stored::Int64 { Meaning::Unsigned64 } else { Meaning::Unsigned32 }
}

fn decimal(stored: Stored, scale: i64, precision: i64) -> Meaning {
    /// As many digits as 128 bits hold.
    const DIGITS_MAX: i64 = 38;
    if matches!(stored, Stored::Bool | Stored::Float | Stored::Double) {
        return Meaning::Unreadable("holds decimals that are stored as no decimals".to_owned());
    }
    match usize::try_from(scale) {
        Ok(places) if precision <= DIGITS_MAX && scale <= DIGITS_MAX => Meaning::Decimal(places),
        _ => Meaning::Unreadable(format!("holds decimals of more than {DIGITS_MAX} digits")),
    }
}

fn per_second(unit: i64) -> i64 {
    match unit {
        1 => 1_000,
        2 => 1_000_000,
        _ => 1_000_000_000,
    }
}
