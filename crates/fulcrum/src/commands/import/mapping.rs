//! Which column becomes which field or property.

use std::borrow::Cow;

use collection::Refusal;
use model::Rejection;
use tables::{Column, Row, Table};

use super::Arguments;
use crate::stop::Stop;

/// What an event has; anything else goes with `--property`.
const FIELDS: [&str; 8] =
    ["type", "event", "userId", "anonymousId", "groupId", "previousId", "messageId", "timestamp"];

/// As asked on the command line.
pub struct Mapping {
    fields: Vec<(String, String)>,
    properties: Vec<(String, Vec<String>)>,
    event: Option<String>,
    time_format: Option<String>,
}

/// The same for one file, with its columns found.
pub struct Plan {
    /// Columns that are taken as they are: under which name, from where.
    plain: Vec<(String, Column)>,
    properties: Vec<(String, Vec<Column>)>,
}

impl Mapping {
    pub fn read(arguments: &Arguments) -> anyhow::Result<Mapping> {
        let mut fields = Vec::new();
        for text in &arguments.map {
            let (field, column) = pair("--map", text)?;
            // A trait or a place in the context may be named too, such as traits.email.
            if !FIELDS.contains(&field) && !field.contains('.') && field != "email" {
                let stop = Stop::usage(format!("--map does not know the field `{field}`"));
                let near = tables::did_you_mean(field, FIELDS.into_iter());
                let hint = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("fields are {}; others go with --property", FIELDS.join(", ")),
                };
                return Err(stop.hint(hint).into());
            }
            fields.push((field.to_owned(), column.to_owned()));
        }
        let mut properties = Vec::new();
        for text in &arguments.property {
            let (name, columns) = pair("--property", text)?;
            let columns = columns.split('*').map(|it| it.trim().to_owned()).collect();
            properties.push((name.to_owned(), columns));
        }
        Ok(Mapping {
            fields,
            properties,
            event: arguments.event.clone(),
            time_format: arguments.time_format.clone(),
        })
    }

    pub fn must_be_empty(&self) -> anyhow::Result<()> {
        let empty = self.fields.is_empty() && self.properties.is_empty();
        if empty && self.event.is_none() && self.time_format.is_none() {
            return Ok(());
        }
        let stop =
            Stop::usage("--map, --property, --event and --time-format are for CSV and Parquet");
        Err(stop.hint("each line of JSON Lines is a whole event already").into())
    }

    pub fn plan(&self, table: &Table) -> anyhow::Result<Plan> {
        let find = |name: &str| table.column(name).map_err(|error| Stop::usage(error.to_string()));
        let mut plain = Vec::new();
        for (field, column) in &self.fields {
            plain.push((field.clone(), find(column)?));
        }
        let mut properties = Vec::new();
        for (name, columns) in &self.properties {
            let columns: Result<Vec<Column>, Stop> = columns.iter().map(|it| find(it)).collect();
            properties.push((name.clone(), columns?));
        }
        if properties.is_empty() {
            let mapped = |name: &String| self.fields.iter().any(|it| it.1 == *name);
            for name in table.columns().iter().filter(|it| !it.is_empty() && !mapped(it)) {
                plain.push((name.clone(), find(name)?));
            }
        }
        Ok(Plan { plain, properties })
    }

    /// The row under the names of the event.
    pub fn cells<'a>(
        &'a self,
        plan: &'a Plan,
        row: &Row<'a>,
    ) -> Result<Vec<(&'a str, Cow<'a, str>)>, Refusal> {
        let unreadable = |error: tables::TableError| Refusal {
            rejection: Rejection::NoConversion,
            detail: format!("column {}: {}", error.column, error.message),
        };
        let mut cells = Vec::with_capacity(plan.plain.len() + plan.properties.len() + 1);
        if let Some(event) = &self.event {
            cells.push(("event", Cow::Borrowed(event.as_str())));
        }
        for (name, column) in &plan.plain {
            let text = row.text(*column).map_err(unreadable)?;
            let cell = match &self.time_format {
                Some(format) if name == "timestamp" => Cow::Owned(time(text, format)?),
                Some(_) | None => Cow::Borrowed(text),
            };
            cells.push((name.as_str(), cell));
        }
        for (name, columns) in &plan.properties {
            let cell = match columns.as_slice() {
                [one] => number_text(row.text(*one).map_err(unreadable)?),
                several => {
                    let mut product = 1.0;
                    for column in several {
                        product *= row.number(*column).map_err(unreadable)?;
                    }
                    Cow::Owned(in_millionths(product).to_string())
                }
            };
            cells.push((name.as_str(), cell));
        }
        Ok(cells)
    }
}

/// `6.0` and `2.50` as the numbers they are; `007`, `+31…` and `1e5` stay as they are written.
fn number_text(text: &str) -> Cow<'_, str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = match digits.split_once('.') {
        Some((whole, part)) => {
            let all = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
            all(whole) && all(part) && (whole == "0" || !whole.starts_with('0'))
        }
        None => false,
    };
    match text.parse::<f64>() {
        Ok(number) if plain => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(text),
    }
}

/// Money has few decimals; 3 × 1.1 is 3.3 and not 3.3000000000000003.
fn in_millionths(number: f64) -> f64 {
    let rounded = (number * 1e6).round() / 1e6;
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn time(text: &str, format: &str) -> Result<String, Refusal> {
    let refuse = |detail: String| Refusal { rejection: Rejection::BadTime, detail };
    if text.is_empty() {
        return Ok(String::new());
    }
    let parsed = jiff::fmt::strtime::parse(format, text)
        .map_err(|error| refuse(format!("`{text}` is not written as {format}: {error}")))?;
    if let Ok(instant) = parsed.to_timestamp() {
        return Ok(instant.to_string());
    }
    let civil = parsed
        .to_datetime()
        .or_else(|_| parsed.to_date().map(|it| it.to_datetime(jiff::civil::Time::midnight())));
    civil.map(|it| it.to_string()).map_err(|error| refuse(format!("`{text}`: {error}")))
}

fn pair<'a>(option: &str, text: &'a str) -> anyhow::Result<(&'a str, &'a str)> {
    match text.split_once('=') {
        Some((name, column)) if !name.trim().is_empty() && !column.trim().is_empty() => {
            Ok((name.trim(), column.trim()))
        }
        _ => {
            let stop = Stop::usage(format!("{option} {text} does not say what comes from where"));
            Err(stop.hint(format!("write it like {option} userId=CustomerID")).into())
        }
    }
}

/// Sixteen hexadecimal digits of what a row says.
pub fn fingerprint(columns: &[(&str, &str)]) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, cell) in columns {
        for part in [name, cell] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    crate::data::hex(&hasher.finalize().as_bytes()[..8])
}
