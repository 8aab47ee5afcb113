//! Mautic: the export of its contacts, and its tables as CSV.
//!
//! The contacts' export has the fields by their aliases with `id`, `points` and `stage`
//! (`ExportHelper::parseLeadToExport`); who must not be contacted is in the table `lead_donotcontact`
//! (`DoNotContact.php`). Mautic keeps no yes: it writes to everybody who did not say no.

use super::said::{EARLIEST, Said, address, closing, identify, put, put_list, put_value};
use super::{Book, Cells, Reach, Sheet, Tool, latest, time};
use crate::Refusal;
use crate::event::refuse;
use model::{Rejection, Timestamp};
use serde_json::{Map, Value as Json, json};

/// Columns with another name here.
const NAMES: [(&str, &str); 6] = [
    ("firstname", "first_name"),
    ("lastname", "last_name"),
    ("preferred_locale", "locale"),
    ("zipcode", "postal_code"),
    ("address1", "address"),
    ("id", "mautic_id"),
];

/// Read elsewhere, or about Mautic's own keeping of the row.
const NOT_TRAITS: [&str; 16] = [
    "email",
    "mobile",
    "phone",
    "date_added",
    "date_modified",
    "date_identified",
    "owner_id",
    "stage_id",
    "is_published",
    "created_by",
    "created_by_user",
    "modified_by",
    "modified_by_user",
    "checked_out",
    "checked_out_by",
    "checked_out_by_user",
];

pub(super) fn sheet(columns: &[&str]) -> Option<Sheet> {
    let has = |all: &[&str]| all.iter().all(|it| columns.contains(it));
    if has(&["lead_id", "channel", "reason"]) {
        Some(Sheet::DoNotContact)
    } else if has(&["lead_id", "tag_id"]) {
        Some(Sheet::TagsOfContacts)
    } else if has(&["id", "tag"]) {
        Some(Sheet::Tags)
    } else {
        has(&["id", "email"]).then_some(Sheet::Contacts)
    }
}

pub(super) fn carry(book: &Book, sheet: Sheet, row: &Cells) -> Result<Vec<Json>, Refusal> {
    match sheet {
        Sheet::Contacts => contact(book, row),
        Sheet::DoNotContact => do_not_contact(book, row),
        Sheet::Tags
        | Sheet::TagsOfContacts
        | Sheet::Subscribers
        | Sheet::Lists
        | Sheet::Subscriptions
        | Sheet::Bounces
        | Sheet::Campaigns
        | Sheet::Links
        | Sheet::Views
        | Sheet::Clicks
        | Sheet::Subscribed
        | Sheet::Unsubscribed
        | Sheet::Cleaned
        | Sheet::NonSubscribed => Ok(Vec::new()),
    }
}

fn contact(book: &Book, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let phone = row.first(&["mobile", "phone"]);
    let email = match row.get("email") {
        "" if phone.is_empty() => {
            return refuse(Rejection::NoIdentity, "a contact without e-mail address and phone");
        }
        "" => None,
        email => Some(address(email)?),
    };
    let added = time(row.first(&["date_identified", "date_added"]))?;
    let changed = time(row.get("date_modified"))?.or(added).unwrap_or(book.terms.exported);
    let mut traits = Map::new();
    for (column, _) in row.0.iter().filter(|it| !NOT_TRAITS.contains(&it.0)) {
        let name = NAMES.iter().find(|it| it.0 == *column).map_or(*column, |it| it.1);
        match *column {
            "points" | "attribution" => put_value(&mut traits, name, row.get(column)),
            _ => put(&mut traits, name, row.get(column)),
        }
    }
    let tags = book.tags_of.get(row.get("id")).into_iter().flatten();
    put_list(&mut traits, "tags", tags.filter_map(|it| book.tags.get(it)).cloned().collect());
    put(&mut traits, "phone", phone);
    if let Some(email) = &email {
        traits.insert("email".to_owned(), json!(email));
    }
    let mut carried = vec![identify(traits, changed)];
    if let (Some(email), Some(vouch), Some(topic)) = (&email, &book.terms.vouch, &book.terms.topic)
    {
        let said = Said {
            tool: Tool::Mautic,
            email,
            topic: Some(topic.clone()),
            at: added.unwrap_or(EARLIEST),
            proof: format!("Mautic contact {}", row.get("id")),
            vouched: Some(vouch),
        };
        carried.push(said.yes(book.terms.exported));
    }
    Ok(carried)
}

/// Mautic's reasons: 1 the person said no, 2 mail came back, 3 the team said so. 0 is contactable.
fn do_not_contact(book: &Book, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let Some(reach) = book.people.get(row.get("lead_id")) else {
        return refuse(Rejection::NoIdentity, "no contact has this `lead_id`");
    };
    let at = latest(row.get("date_added"), &book.terms);
    let channel = match row.get("channel") {
        "email" => "email",
        "sms" => "sms",
        "notification" | "browser" => "push",
        _ => return refuse(Rejection::BadField, "`channel` is none that exists here"),
    };
    let proof = match row.get("comments") {
        "" => format!("Mautic contact {}", row.get("lead_id")),
        comments => format!("Mautic contact {}: {comments}", row.get("lead_id")),
    };
    match row.get("reason") {
        "0" => Ok(Vec::new()),
        "1" => Ok(vec![no(reach, channel, at, "mautic", &proof)?]),
        "3" => Ok(vec![no(reach, channel, at, "mautic, by the team", &proof)?]),
        "2" => bounced(reach, channel, at),
        _ => refuse(Rejection::BadField, "`reason` is none of 0, 1, 2 and 3"),
    }
}

fn no(reach: &Reach, channel: &str, at: Timestamp, by: &str, proof: &str) -> Result<Json, Refusal> {
    let (kind, address) = identifier(reach, channel)?;
    Ok(json!({
        "type": "track",
        "event": "Consent Withdrawn",
        "timestamp": at.to_string(),
        "properties": {"channel": channel, "address": address, "source": by, "proof": proof},
        "context": {"traits": {kind: address}},
    }))
}

fn bounced(reach: &Reach, channel: &str, at: Timestamp) -> Result<Vec<Json>, Refusal> {
    let (kind, address) = identifier(reach, channel)?;
    let name = if kind == "email" { "Email Bounced" } else { "Message Bounced" };
    let event = json!({
        "type": "track",
        "event": name,
        "timestamp": at.to_string(),
        "properties": {"source": "mautic"},
        "context": {"traits": {kind: address}},
    });
    Ok(vec![closing(event, &address, "bounced")])
}

/// What the channel reaches the contact by, and whom the row is then about. Push reaches devices,
/// which are not in the export: such a no is said by the person, for all of them.
fn identifier(reach: &Reach, channel: &str) -> Result<(&'static str, String), Refusal> {
    match channel {
        "sms" if !reach.phone.is_empty() => Ok(("phone", reach.phone.to_string())),
        "sms" => refuse(Rejection::NoIdentity, "the contact has no phone"),
        _ => Ok(("email", address(&reach.email)?)),
    }
}
