//! Some rows of a row group by column: values as they are stored, and as text where that is asked.

use std::cell::OnceCell;
use std::sync::Arc;

use super::footer::{RowGroup, Stored};
use super::pages::{Form, Page, Pages, Result, Shared};
use super::runs::Runs;
use super::schema::{FileColumn, Meaning};
use super::values::Values;
use super::written;

/// Enough that a batch costs little beside its values.
const ROWS_MAX: usize = 8_192;

/// A row group that is being read, of some of its columns.
pub struct Group {
    /// By column of the table; nothing where nobody asked for it.
    streams: Vec<Option<Stream>>,
    left: u64,
}

/// What could not be read, and in which column.
pub struct Failure {
    pub column: usize,
    pub message: String,
}

impl Group {
    pub fn open(
        file: &Arc<Shared>,
        group: &RowGroup,
        columns: &[FileColumn],
        wanted: &[bool],
    ) -> std::result::Result<Group, Failure> {
        let open = |(column, (about, wanted)): (usize, (&FileColumn, &bool))| {
            let failed = |message: String| Failure { column, message };
            match wanted {
                true => Stream::open(file, group, about).map(Some).map_err(failed),
                false => Ok(None),
            }
        };
        let streams: std::result::Result<Vec<Option<Stream>>, Failure> =
            columns.iter().zip(wanted).enumerate().map(open).collect();
        Ok(Group { streams: streams?, left: group.rows })
    }

    /// How many rows there are after those that were handed out by [`Group::batch`].
    pub fn rows(&self) -> u64 {
        self.left
    }

    /// The next values of one column, for whoever reads columns apart. Who does, calls
    /// [`Group::batch`] never.
    pub fn read(&mut self, column: usize, rows: usize) -> std::result::Result<Cells, Failure> {
        let failed =
            |error: String| Failure { column, message: format!("cannot be read: {error}") };
        match self.streams.get_mut(column).and_then(Option::as_mut) {
            Some(stream) => stream.read(rows).map_err(failed),
            None => Err(failed("nobody asked for it".to_owned())),
        }
    }

    /// Passes over values of one column. Pages of which nothing is needed are not even read.
    pub fn pass(&mut self, column: usize, rows: u64) {
        if let Some(stream) = self.streams.get_mut(column).and_then(Option::as_mut) {
            stream.passed += rows;
        }
    }

    /// The next rows, or nothing at the end.
    pub fn batch(&mut self) -> std::result::Result<Option<Batch>, Failure> {
        let rows = self.left.min(ROWS_MAX as u64) as usize;
        if rows == 0 {
            return Ok(None);
        }
        self.left -= rows as u64;
        let mut columns = Vec::with_capacity(self.streams.len());
        for (column, stream) in self.streams.iter_mut().enumerate() {
            let cells = stream.as_mut().map(|stream| stream.read(rows)).transpose();
            let failed = |error| Failure { column, message: format!("cannot be read: {error}") };
            columns.push(cells.map_err(failed)?);
        }
        Ok(Some(Batch { rows, columns }))
    }
}

/// A column from its first page on.
struct Stream {
    pages: Pages,
    stored: Stored,
    meaning: Meaning,
    dictionary: Option<Values>,
    page: Option<Current>,
    /// Rows that are to be passed over before the next are read.
    passed: u64,
}

/// The page in hand.
struct Current {
    body: Arc<Vec<u8>>,
    /// Rows that were not taken yet.
    left: usize,
    /// Whether a row has a value; nothing where each has.
    levels: Option<Runs>,
    form: Form,
    numbers: Runs,
    /// Where the next value begins.
    at: usize,
    /// Values that were taken.
    done: usize,
}

impl Stream {
    fn open(file: &Arc<Shared>, group: &RowGroup, about: &FileColumn) -> Result<Stream> {
        if let Meaning::Unreadable(why) = &about.meaning {
            return Err(why.clone());
        }
        let chunk = group.chunks.get(about.leaf);
        let chunk = chunk.ok_or_else(|| "is missing in a row group".to_owned())?;
        let pages = Pages::of(Arc::clone(file), chunk, about)
            .map_err(|error| format!("cannot be read: {error}"))?;
        let (stored, meaning) = (about.stored, about.meaning.clone());
        Ok(Stream { pages, stored, meaning, dictionary: None, page: None, passed: 0 })
    }

    fn read(&mut self, rows: usize) -> Result<Cells> {
        while 0 < self.passed {
            let left = self.page.as_ref().map_or(0, |page| page.left as u64);
            if left == 0 {
                match self.pages.pass(self.passed)? {
                    Some(rows) => self.passed -= rows,
                    None => self.turn()?,
                }
                continue;
            }
            let some = left.min(self.passed).min(ROWS_MAX as u64);
            self.take(some as usize)?;
            self.passed -= some;
        }
        self.take(rows)
    }

    fn take(&mut self, rows: usize) -> Result<Cells> {
        let mut values = Values::new(self.stored, rows);
        // By row, 1 where there is a value.
        let mut filled: Vec<u32> = Vec::new();
        let (mut read, mut scratch) = (0, Vec::new());
        while read < rows {
            let Some(page) = self.page.as_mut().filter(|page| 0 < page.left) else {
                self.turn()?;
                continue;
            };
            let some = page.left.min(rows - read);
            let damaged = || "a page is shorter than it says".to_owned();
            let count = match &mut page.levels {
                None => some,
                Some(levels) => {
                    // Until now all rows had a value.
                    filled.resize(read, 1);
                    levels.take(&page.body, some, &mut filled).ok_or_else(damaged)?;
                    filled[read..].iter().filter(|it| **it == 1).count()
                }
            };
            page.values(self.stored, self.dictionary.as_ref(), count, &mut values, &mut scratch)
                .ok_or_else(damaged)?;
            page.left -= some;
            read += some;
        }
        let places = (values.len() < rows).then(|| {
            filled.resize(rows, 1);
            places(&filled)
        });
        let meaning = self.meaning.clone();
        Ok(Cells { values, places, meaning, rows, text: OnceCell::new() })
    }

    /// Goes to the next page.
    fn turn(&mut self) -> Result<()> {
        let damaged = || "a page is damaged".to_owned();
        match self.pages.next_page()? {
            None => Err("it ends before its row group does".to_owned()),
            Some(Page::Dictionary { body, values }) => {
                let body = Arc::new(body);
                let mut dictionary = Values::new(self.stored, values.min(body.len()));
                dictionary.plain(self.stored, &body, 0, values, 0).ok_or_else(damaged)?;
                self.dictionary = Some(dictionary);
                Ok(())
            }
            Some(Page::Data { body, rows, levels, values_at, form }) => {
                let levels = levels.map(|(at, end)| Runs::new(at, end, 1).ok_or_else(damaged));
                let (mut at, mut numbers) = (values_at, Runs::default());
                if form == Form::Numbers && at < body.len() {
                    numbers =
                        Runs::new(at + 1, body.len(), usize::from(body[at])).ok_or_else(damaged)?;
                    at += 1;
                }
                if form == Form::Runs {
                    numbers = Runs::new(at, body.len(), 1).ok_or_else(damaged)?;
                }
                let levels = levels.transpose()?;
                let body = Arc::new(body);
                self.page = Some(Current { body, left: rows, levels, form, numbers, at, done: 0 });
                Ok(())
            }
        }
    }
}

impl Current {
    /// Appends the next values. Nothing if the page has not as many.
    fn values(
        &mut self,
        stored: Stored,
        dictionary: Option<&Values>,
        count: usize,
        values: &mut Values,
        scratch: &mut Vec<u32>,
    ) -> Option<()> {
        if count == 0 {
            return Some(());
        }
        scratch.clear();
        match self.form {
            Form::Plain => self.at = values.plain(stored, &self.body, self.at, count, self.done)?,
            Form::Numbers => {
                self.numbers.take(&self.body, count, scratch)?;
                values.pick(dictionary?, scratch)?;
            }
            Form::Runs => {
                self.numbers.take(&self.body, count, scratch)?;
                values.push_bits(scratch)?;
            }
        }
        self.done += count;
        Some(())
    }
}

/// Where each row's value is among those that are there.
fn places(filled: &[u32]) -> Vec<u32> {
    let mut next = 0;
    let place = |filled: &u32| match filled {
        1 => {
            next += 1;
            next - 1
        }
        _ => NONE,
    };
    filled.iter().map(place).collect()
}

/// The place of what is null.
const NONE: u32 = u32::MAX;

pub struct Batch {
    pub rows: usize,
    columns: Vec<Option<Cells>>,
}

/// One column of some rows.
pub struct Cells {
    values: Values,
    places: Option<Vec<u32>>,
    meaning: Meaning,
    rows: usize,
    text: OnceCell<Text>,
}

/// All values one after the other, and where each ends.
struct Text {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Batch {
    pub fn empty() -> Batch {
        Batch { rows: 0, columns: Vec::new() }
    }

    /// The value as text, nothing for null. None if nobody asked for the column.
    pub fn bytes(&self, column: usize, row: usize) -> Option<&[u8]> {
        let cells = self.columns.get(column)?.as_ref()?;
        let place = cells.place(row);
        match (&cells.values, &cells.meaning) {
            (Values::Bytes(values), Meaning::Text) => {
                Some(place.and_then(|at| values.get(at)).unwrap_or_default())
            }
            _ => {
                let text = cells.text.get_or_init(|| cells.written());
                let begin = row.checked_sub(1).map_or(0, |before| text.ends[before]);
                Some(&text.text[begin..text.ends[row]])
            }
        }
    }

    /// What the text would read as, where that is known without it.
    pub fn number(&self, column: usize, row: usize) -> Option<f64> {
        let cells = self.columns.get(column)?.as_ref()?;
        let place = cells.place(row)?;
        match (&cells.values, &cells.meaning) {
            (Values::Double(values), Meaning::Double) => {
                values.get(place).copied().filter(|it| it.is_finite())
            }
            (Values::Int32(values), Meaning::Int) => values.get(place).map(|it| f64::from(*it)),
            (Values::Int64(values), Meaning::Int) => values.get(place).map(|it| *it as f64),
            _ => None,
        }
    }

    /// The same for 0 or 1, true or false.
    pub fn binary(&self, column: usize, row: usize) -> Option<bool> {
        let cells = self.columns.get(column)?.as_ref()?;
        let place = cells.place(row)?;
        let bit = match (&cells.values, &cells.meaning) {
            (Values::Bool(values), _) => return values.get(place).copied(),
            (Values::Int32(values), Meaning::Int | Meaning::Unsigned32) => {
                i64::from(*values.get(place)?)
            }
            (Values::Int64(values), Meaning::Int) => *values.get(place)?,
            _ => return None,
        };
        match bit {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Cells {
    /// A whole number or an instant as it is stored; nothing for null and for other kinds.
    pub fn int(&self, row: usize) -> Option<i64> {
        match &self.values {
            Values::Int64(values) => values.get(self.place(row)?).copied(),
            Values::Int32(values) => values.get(self.place(row)?).map(|it| i64::from(*it)),
            Values::Bool(_)
            | Values::Int96(_)
            | Values::Float(_)
            | Values::Double(_)
            | Values::Bytes(_) => None,
        }
    }

    pub fn bool(&self, row: usize) -> Option<bool> {
        match &self.values {
            Values::Bool(values) => values.get(self.place(row)?).copied(),
            Values::Int32(_)
            | Values::Int64(_)
            | Values::Int96(_)
            | Values::Float(_)
            | Values::Double(_)
            | Values::Bytes(_) => None,
        }
    }

    /// Bytes as they are stored; nothing for null and for other kinds.
    pub fn bytes(&self, row: usize) -> Option<&[u8]> {
        match &self.values {
            Values::Bytes(values) => values.get(self.place(row)?),
            Values::Bool(_)
            | Values::Int32(_)
            | Values::Int64(_)
            | Values::Int96(_)
            | Values::Float(_)
            | Values::Double(_) => None,
        }
    }

    /// Where the value stands: equal for equal values of a dictionary, as long as it is the same.
    pub fn span(&self, row: usize) -> Option<(u32, u32)> {
        match &self.values {
            Values::Bytes(values) => values.span(self.place(row)?),
            Values::Bool(_)
            | Values::Int32(_)
            | Values::Int64(_)
            | Values::Int96(_)
            | Values::Float(_)
            | Values::Double(_) => None,
        }
    }

    fn place(&self, row: usize) -> Option<usize> {
        match &self.places {
            None => Some(row),
            Some(places) => places.get(row).filter(|it| **it != NONE).map(|it| *it as usize),
        }
    }

    fn written(&self) -> Text {
        let (mut text, mut ends) = (Vec::new(), Vec::with_capacity(self.rows));
        for row in 0..self.rows {
            if let Some(place) = self.place(row) {
                self.write(&mut text, place);
            }
            ends.push(text.len());
        }
        Text { text, ends }
    }

    fn write(&self, out: &mut Vec<u8>, place: usize) {
        match &self.values {
            Values::Bool(values) => {
                values.get(place).iter().for_each(|it| written::bool(out, **it))
            }
            Values::Int32(values) => {
                let value = values.get(place).copied().unwrap_or_default();
                written::int(out, i64::from(value), &self.meaning);
            }
            Values::Int64(values) => {
                let value = values.get(place).copied().unwrap_or_default();
                written::int(out, value, &self.meaning);
            }
            Values::Int96(values) => {
                values.get(place).iter().for_each(|it| written::julian(out, **it));
            }
            Values::Float(values) => {
                values.get(place).iter().for_each(|it| written::float(out, **it));
            }
            Values::Double(values) => {
                values.get(place).iter().for_each(|it| written::double(out, **it));
            }
            Values::Bytes(values) => {
                let value = values.get(place).unwrap_or_default();
                written::bytes(out, value, &self.meaning);
            }
        }
    }
}
