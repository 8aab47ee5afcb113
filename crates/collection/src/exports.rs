//! What other tools export, as events in the form of the HTTP API: who people are, what they said yes
//! and no to and when, and which addresses are closed.
//!
//! Two rules hold for every tool. Nobody is taken to have agreed to more than the export says: a yes
//! needs a trace of the person's own act, else it is a request that waits for one. And where a date is
//! missing, a yes takes the earliest that it can have and a no the latest, so that no old yes lifts a
//! newer no.

mod listmonk;
mod mailchimp;
mod mautic;
mod said;

#[cfg(test)]
mod tests;

use crate::Refusal;
use model::{Rejection, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Whose export it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    Listmonk,
    Mautic,
    Mailchimp,
}

/// What one file of an export holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Sheet {
    /// listmonk: subscribers, from the page's export or the table.
    Subscribers,
    Lists,
    /// Which subscriber is on which list, and what they said.
    Subscriptions,
    Bounces,
    Campaigns,
    Links,
    Views,
    Clicks,
    /// Mautic: contacts, from the page's export or the table.
    Contacts,
    DoNotContact,
    Tags,
    TagsOfContacts,
    /// Mailchimp: members by their state.
    Subscribed,
    Unsubscribed,
    Cleaned,
    NonSubscribed,
}

/// What the export itself does not say.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The topic that a list stands for, where the list has no other.
    pub topic: Option<String>,
    /// The topic of each list by its name.
    pub list_topics: BTreeMap<String, String>,
    /// How people agreed whose own act the export does not show, in the words of whoever answers for
    /// it. Without it they are asked for and not granted.
    pub vouch: Option<String>,
    /// What listmonk's filter was set to when a list was exported; the file itself does not say it.
    pub subscription: Option<Subscription>,
    /// When the export was made: until then a no without a date was said.
    pub exported: Timestamp,
}

/// The states of a subscription in listmonk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subscription {
    Confirmed,
    Unconfirmed,
    Unsubscribed,
}

/// What is known from the files that others refer to.
#[derive(Debug)]
pub struct Book {
    tool: Tool,
    terms: Terms,
    /// By the tool's own id.
    people: BTreeMap<String, Reach>,
    lists: BTreeMap<String, List>,
    tags: BTreeMap<String, String>,
    tags_of: BTreeMap<String, Vec<String>>,
    campaigns: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
    has_subscriptions: bool,
}

/// How somebody is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reach {
    email: Box<str>,
    phone: Box<str>,
}

#[derive(Clone, Debug)]
struct List {
    name: String,
    /// Who joined it confirmed the address.
    is_double: bool,
}

/// One row, with its cells by column.
pub struct Cells<'a>(pub &'a [(&'a str, &'a str)]);

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Tool::Listmonk => "listmonk",
            Tool::Mautic => "mautic",
            Tool::Mailchimp => "mailchimp",
        }
    }

    /// What a file holds, by its columns and, where these do not tell, by its name.
    pub fn sheet(self, file: &str, columns: &[&str]) -> Option<Sheet> {
        match self {
            Tool::Listmonk => listmonk::sheet(file, columns),
            Tool::Mautic => mautic::sheet(columns),
            Tool::Mailchimp => mailchimp::sheet(file, columns),
        }
    }
}

impl Sheet {
    /// In the plan.
    pub fn text(self) -> &'static str {
        match self {
            Sheet::Subscribers => "subscribers",
            Sheet::Lists => "lists",
            Sheet::Subscriptions => "subscriptions",
            Sheet::Bounces => "bounces",
            Sheet::Campaigns => "campaigns",
            Sheet::Links => "links",
            Sheet::Views => "opened mails",
            Sheet::Clicks => "followed links",
            Sheet::Contacts => "contacts",
            Sheet::DoNotContact => "who must not be contacted",
            Sheet::Tags => "tags",
            Sheet::TagsOfContacts => "tags of contacts",
            Sheet::Subscribed => "subscribed",
            Sheet::Unsubscribed => "unsubscribed",
            Sheet::Cleaned => "cleaned",
            Sheet::NonSubscribed => "not subscribed",
        }
    }

    /// Other files refer to its rows, so that it is read before them.
    pub fn is_referred_to(self) -> bool {
        match self {
            Sheet::Subscribers
            | Sheet::Lists
            | Sheet::Campaigns
            | Sheet::Links
            | Sheet::Contacts
            | Sheet::Tags
            | Sheet::TagsOfContacts => true,
            Sheet::Subscriptions
            | Sheet::Bounces
            | Sheet::Views
            | Sheet::Clicks
            | Sheet::DoNotContact
            | Sheet::Subscribed
            | Sheet::Unsubscribed
            | Sheet::Cleaned
            | Sheet::NonSubscribed => false,
        }
    }
}

impl Subscription {
    pub const ALL: [Subscription; 3] =
        [Subscription::Confirmed, Subscription::Unconfirmed, Subscription::Unsubscribed];

    pub fn name(self) -> &'static str {
        match self {
            Subscription::Confirmed => "confirmed",
            Subscription::Unconfirmed => "unconfirmed",
            Subscription::Unsubscribed => "unsubscribed",
        }
    }

    fn from_name(name: &str) -> Option<Subscription> {
        Subscription::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Book {
    /// `sheets` are all that the export has: what a subscriber's own row can say depends on whether
    /// their subscriptions are there too.
    pub fn new(tool: Tool, terms: Terms, sheets: &[Sheet]) -> Book {
        Book {
            tool,
            terms,
            people: BTreeMap::new(),
            lists: BTreeMap::new(),
            tags: BTreeMap::new(),
            tags_of: BTreeMap::new(),
            campaigns: BTreeMap::new(),
            links: BTreeMap::new(),
            has_subscriptions: sheets.contains(&Sheet::Subscriptions),
        }
    }

    /// Remembers a row that others refer to; [`Sheet::is_referred_to`] says of which sheets.
    pub fn learn(&mut self, sheet: Sheet, row: &Cells) {
        let id = || row.get("id").to_owned();
        match sheet {
            Sheet::Subscribers | Sheet::Contacts => {
                let phone = [row.get("mobile"), row.get("phone")];
                let phone = phone.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
                let reach = Reach { email: row.get("email").into(), phone: phone.into() };
                if !row.get("id").is_empty() {
                    self.people.insert(id(), reach);
                }
            }
            Sheet::Lists => {
                let is_double = row.get("optin") == "double";
                self.lists.insert(id(), List { name: row.get("name").to_owned(), is_double });
            }
            Sheet::Campaigns => drop(self.campaigns.insert(id(), row.get("name").to_owned())),
            Sheet::Links => drop(self.links.insert(id(), row.get("url").to_owned())),
            Sheet::Tags => drop(self.tags.insert(id(), row.get("tag").to_owned())),
            Sheet::TagsOfContacts => {
                let tags = self.tags_of.entry(row.get("lead_id").to_owned()).or_default();
                tags.push(row.get("tag_id").to_owned());
            }
            Sheet::Subscriptions
            | Sheet::Bounces
            | Sheet::Views
            | Sheet::Clicks
            | Sheet::DoNotContact
            | Sheet::Subscribed
            | Sheet::Unsubscribed
            | Sheet::Cleaned
            | Sheet::NonSubscribed => {}
        }
    }

    /// The events that a row becomes, as texts of the HTTP API's import; none for a row that only
    /// others refer to. The same row gives the same events with the same ids, whenever it is read.
    pub fn carry(&self, sheet: Sheet, row: &Cells) -> Result<Vec<String>, Refusal> {
        let said = match self.tool {
            Tool::Listmonk => listmonk::carry(self, sheet, row)?,
            Tool::Mautic => mautic::carry(self, sheet, row)?,
            Tool::Mailchimp => mailchimp::carry(self, sheet, row)?,
        };
        Ok(said.into_iter().map(|it| identified(self.tool, it)).collect())
    }

    /// The topics that the export's lists become, for whoever checks that the programme has them.
    pub fn topics(&self) -> Vec<String> {
        let of_lists = self.lists.values().map(|it| self.topic_of(&it.name));
        let mut topics: Vec<String> = of_lists.chain(self.terms.topic.clone()).collect();
        topics.sort();
        topics.dedup();
        topics
    }

    /// The lists of the export.
    pub fn list_names(&self) -> Vec<&str> {
        self.lists.values().map(|it| it.name.as_str()).collect()
    }

    /// A list's own topic, else the one for all, else its name.
    fn topic_of(&self, list: &str) -> String {
        let own = self.terms.list_topics.get(list).or(self.terms.topic.as_ref());
        own.cloned().unwrap_or_else(|| list.to_owned())
    }
}

impl<'a> Cells<'a> {
    /// The cell without blanks around it; empty where the column is missing. What databases write
    /// for "no value" is none.
    pub fn get(&self, column: &str) -> &'a str {
        let found = self.0.iter().find(|it| it.0 == column).map_or("", |it| it.1.trim());
        match found {
            "\\N" | "NULL" => "",
            found => found,
        }
    }

    /// The first of these that is there.
    fn first(&self, columns: &[&str]) -> &'a str {
        columns.iter().map(|it| self.get(it)).find(|it| !it.is_empty()).unwrap_or_default()
    }
}

/// The event with an id made of what it says: the same statement in another file is the same one.
fn identified(tool: Tool, mut event: Json) -> String {
    let hash = blake3::hash(event.to_string().as_bytes()).to_hex();
    event["messageId"] = Json::from(format!("{}:{}", tool.name(), &hash[..24]));
    event.to_string()
}

/// When a no was said, or an address closed: a date that is missing or cannot be read takes neither
/// away, and makes it as late as it can have been.
fn latest(text: &str, terms: &Terms) -> Timestamp {
    time(text).ok().flatten().unwrap_or(terms.exported)
}

/// A time as these tools write it: RFC 3339, PostgreSQL's `2024-01-15 10:30:00.5+00`, Go's `…+0000
/// UTC`, and a date and time without a zone, which is UTC.
fn time(text: &str) -> Result<Option<Timestamp>, Refusal> {
    if text.is_empty() || text.starts_with("0000-00-00") {
        return Ok(None);
    }
    let unreadable = || Refusal {
        rejection: Rejection::BadTime,
        detail: format!("`{}` is no time", crate::event::excerpt(text, 40)),
    };
    // Go adds the zone's name to its offset, which says it already.
    let mut words = text.split_ascii_whitespace();
    let (date, clock, zone) = (words.next(), words.next(), words.next());
    let written = match (date, clock, zone) {
        (Some(date), None, None) => date.to_owned(),
        (Some(date), Some(clock), zone) => format!("{date}T{clock}{}", zone.unwrap_or_default()),
        _ => return Err(unreadable()),
    };
    let known = crate::time::read_time(&written)
        .or_else(|| crate::time::read_time(&format!("{written}:00")))
        .filter(|it| *it <= Timestamp::MAX);
    known.map(Some).ok_or_else(unreadable)
}
