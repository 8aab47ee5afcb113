//! What an export would bring, counted before anything is taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use collection::exports::Sheet;
use collection::{Closing, Refusal};
use model::{Event, EventKind, Identifier, Reason, Rejection, Value};
use port::Views;

use crate::commands::grouped;

/// Rejected rows that are named one by one; the others are counted by reason.
const NAMED_MAX: usize = 20;

/// Identifiers that are looked up at once.
const LOOKED_UP_AT_ONCE: usize = 1_000;

#[derive(Default)]
pub struct Plan {
    files: Vec<(PathBuf, Sheet, u64)>,
    /// Everybody, by the strongest identifier of an event about them.
    people: BTreeSet<Identifier>,
    new: Option<u64>,
    /// By what was said, then by topic.
    said: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Of the granted, those on the team's word.
    vouched: u64,
    closed: BTreeMap<Reason, BTreeSet<Identifier>>,
    happened: BTreeMap<String, u64>,
    rejected: BTreeMap<Rejection, u64>,
    named: Vec<String>,
}

impl Plan {
    pub fn begin_file(&mut self, path: &Path, sheet: Sheet) {
        self.files.push((path.to_owned(), sheet, 0));
    }

    pub fn row(&mut self) {
        if let Some(file) = self.files.last_mut() {
            file.2 += 1;
        }
    }

    pub fn add(&mut self, event: &Event, closing: Option<&Closing>) {
        self.people.extend(event.identifiers().into_iter().next());
        if let Some(Closing { address, reason }) = closing {
            self.closed.entry(*reason).or_default().insert(address.clone());
        }
        let EventKind::Track { name } = &event.kind else { return };
        let said = match name.as_str() {
            "Consent Given" => "yes",
            "Consent Requested" => "not confirmed",
            "Consent Withdrawn" => "no",
            other => return *self.happened.entry(other.to_owned()).or_default() += 1,
        };
        let text = |name: &str| event.properties.get(name).map(Value::to_string);
        let what = match (text("topic"), text("channel")) {
            (Some(topic), _) => topic,
            (None, channel) => format!("every topic by {}", channel.unwrap_or_default()),
        };
        *self.said.entry(said).or_default().entry(what).or_default() += 1;
        self.vouched += u64::from(said == "yes" && text("wording").is_some());
    }

    pub fn reject(&mut self, file: &Path, row: u64, refusal: Refusal) {
        *self.rejected.entry(refusal.rejection).or_default() += 1;
        if self.named.len() < NAMED_MAX {
            let Refusal { rejection, detail } = refusal;
            let file = file.file_name().unwrap_or_default().to_string_lossy();
            self.named.push(format!("  {file}, row {row}: {} ({detail})", rejection.text()));
        }
    }

    /// Finds out whom nobody knows yet; where there are no data, it is everybody.
    pub fn look_up(&mut self, views: Option<&(impl Views + ?Sized)>) -> anyhow::Result<()> {
        let Some(views) = views else {
            self.new = Some(self.people.len() as u64);
            return Ok(());
        };
        let people: Vec<Identifier> = self.people.iter().cloned().collect();
        let mut new = 0;
        for chunk in people.chunks(LOOKED_UP_AT_ONCE) {
            new += views.owners(chunk)?.iter().filter(|it| it.is_none()).count() as u64;
        }
        self.new = Some(new);
        Ok(())
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for (path, sheet, rows) in &self.files {
            let unit = if *rows == 1 { "row" } else { "rows" };
            let rows = grouped(*rows);
            text += &format!("{}: {}, {rows} {unit}\n", path.display(), sheet.text());
        }
        let people = self.people.len() as u64;
        let mut line =
            |count: u64, what: String| text += &format!("{:>12}  {what}\n", grouped(count));
        match self.new {
            Some(new) => {
                line(people, format!("people, {} of them new", grouped(new)));
            }
            None => line(people, "people".to_owned()),
        }
        for (said, topics) in &self.said {
            for (topic, count) in topics {
                line(*count, format!("{said}: {topic}"));
            }
        }
        if 0 < self.vouched {
            line(self.vouched, "of the yeses on your word alone".to_owned());
        }
        for (reason, addresses) in &self.closed {
            line(addresses.len() as u64, format!("addresses closed: {}", reason.text()));
        }
        for (name, count) in &self.happened {
            line(*count, format!("events: {name}"));
        }
        for (rejection, count) in &self.rejected {
            line(*count, format!("rows rejected: {}", rejection.text()));
        }
        if !self.named.is_empty() {
            text += "The first of them:\n";
            text += &(self.named.join("\n") + "\n");
        }
        text
    }
}
