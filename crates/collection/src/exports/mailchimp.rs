//! Mailchimp: the export of an audience, one file for each state.
//!
//! `subscribed_…`, `unsubscribed_…`, `cleaned_…` and `nonsubscribed_…`, each with the audience's own
//! fields by their labels and Mailchimp's in capitals. Times are taken as UTC.

use super::said::{EARLIEST, Said, address, closing, event, identify, put, put_list, put_value};
use super::{Book, Cells, Sheet, Tool, latest, time};
use crate::Refusal;
use serde_json::{Map, Value as Json, json};

/// Labels and tags of the fields that have a name here.
const NAMES: [(&str, &str); 12] = [
    ("First Name", "first_name"),
    ("FNAME", "first_name"),
    ("Last Name", "last_name"),
    ("LNAME", "last_name"),
    ("Name", "name"),
    ("Phone Number", "phone"),
    ("PHONE", "phone"),
    ("TIMEZONE", "timezone"),
    ("CC", "country"),
    ("REGION", "region"),
    ("EUID", "mailchimp_id"),
    ("NOTES", "notes"),
];

/// Read elsewhere, or guessed by Mailchimp from an IP address.
const NOT_TRAITS: [&str; 21] = [
    "OPTIN_TIME",
    "OPTIN_IP",
    "CONFIRM_TIME",
    "CONFIRM_IP",
    "LATITUDE",
    "LONGITUDE",
    "GMTOFF",
    "DSTOFF",
    "LAST_CHANGED",
    "LEID",
    "TAGS",
    "UNSUB_TIME",
    "UNSUB_CAMPAIGN_TITLE",
    "UNSUB_CAMPAIGN_ID",
    "UNSUB_REASON",
    "UNSUB_REASON_OTHER",
    "CLEAN_TIME",
    "CLEAN_CAMPAIGN_TITLE",
    "CLEAN_CAMPAIGN_ID",
    "EMAIL_TYPE",
    "MEMBER_RATING",
];

pub(super) fn sheet(file: &str, columns: &[&str]) -> Option<Sheet> {
    email_column(columns)?;
    let file = file.rsplit('/').next().unwrap_or(file).to_lowercase();
    let named = [
        ("unsubscribed", Sheet::Unsubscribed),
        ("nonsubscribed", Sheet::NonSubscribed),
        ("subscribed", Sheet::Subscribed),
        ("cleaned", Sheet::Cleaned),
    ];
    if columns.contains(&"UNSUB_TIME") {
        return Some(Sheet::Unsubscribed);
    }
    if columns.contains(&"CLEAN_TIME") {
        return Some(Sheet::Cleaned);
    }
    named.into_iter().find(|it| file.starts_with(it.0)).map(|it| it.1)
}

pub(super) fn carry(book: &Book, sheet: Sheet, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let columns: Vec<&str> = row.0.iter().map(|it| it.0).collect();
    let email = address(row.get(email_column(&columns).unwrap_or_default()))?;
    let dates = ["LAST_CHANGED", "UNSUB_TIME", "CLEAN_TIME", "CONFIRM_TIME", "OPTIN_TIME"];
    let changed = latest(row.first(&dates), &book.terms);
    let mut carried = vec![identify(traits(row, &email), changed)];
    match sheet {
        Sheet::Subscribed => carried.push(subscribed(book, row, &email)?),
        Sheet::Unsubscribed => carried.push(unsubscribed(book, row, &email)),
        Sheet::Cleaned => carried.push(cleaned(book, row, &email)),
        Sheet::NonSubscribed
        | Sheet::Subscribers
        | Sheet::Lists
        | Sheet::Subscriptions
        | Sheet::Bounces
        | Sheet::Campaigns
        | Sheet::Links
        | Sheet::Views
        | Sheet::Clicks
        | Sheet::Contacts
        | Sheet::DoNotContact
        | Sheet::Tags
        | Sheet::TagsOfContacts => {}
    }
    Ok(carried)
}

/// Whoever signed up left a time or an IP address. A row that has only the time at which it came to
/// the audience was brought there by somebody else.
fn subscribed(book: &Book, row: &Cells, email: &str) -> Result<Json, Refusal> {
    let (signed_up, confirmed) = (time(row.get("OPTIN_TIME"))?, time(row.get("CONFIRM_TIME"))?);
    let ips = [row.get("OPTIN_IP"), row.get("CONFIRM_IP")];
    let own_act = signed_up.is_some() || ips.iter().any(|it| !it.is_empty());
    let vouched = book.terms.vouch.as_deref().filter(|_| !own_act);
    let mut proof = of_member(row);
    for (what, at, ip) in [("opt-in", signed_up, ips[0]), ("confirmed", confirmed, ips[1])] {
        if let Some(at) = at.filter(|_| own_act) {
            proof += &format!("; {what} {at}");
            if !ip.is_empty() {
                proof += &format!(" from {ip}");
            }
        }
    }
    let said = Said {
        tool: Tool::Mailchimp,
        email,
        topic: book.terms.topic.clone(),
        at: confirmed.or(signed_up).unwrap_or(EARLIEST),
        proof,
        vouched,
    };
    Ok(if own_act || vouched.is_some() { said.yes(book.terms.exported) } else { said.request() })
}

fn unsubscribed(book: &Book, row: &Cells, email: &str) -> Json {
    let at = latest(row.first(&["UNSUB_TIME", "LAST_CHANGED"]), &book.terms);
    let reason = row.first(&["UNSUB_REASON_OTHER", "UNSUB_REASON"]);
    let mut proof = of_member(row);
    for (what, text) in [("campaign", row.get("UNSUB_CAMPAIGN_TITLE")), ("reason", reason)] {
        if !text.is_empty() {
            proof += &format!("; {what} {text}");
        }
    }
    let topic = book.terms.topic.clone();
    let no = Said { tool: Tool::Mailchimp, email, topic, at, proof, vouched: None }.no();
    // "Abuse" is Mailchimp's word for a mail that was reported as unwanted.
    let code = row.get("UNSUB_REASON").to_lowercase();
    let complained = code.contains("abuse") || code.contains("complain");
    if complained { closing(no, email, "complained") } else { no }
}

/// Mail to the address came back for good.
fn cleaned(book: &Book, row: &Cells, email: &str) -> Json {
    let at = latest(row.first(&["CLEAN_TIME", "LAST_CHANGED"]), &book.terms);
    let campaign = Some(row.get("CLEAN_CAMPAIGN_TITLE")).filter(|it| !it.is_empty());
    let properties = json!({"source": "mailchimp", "campaign": campaign});
    closing(event("Email Bounced", email, at, properties), email, "bounced")
}

fn of_member(row: &Cells) -> String {
    format!("Mailchimp contact {}", row.first(&["LEID", "EUID"]))
}

fn traits(row: &Cells, email: &str) -> Map<String, Json> {
    let mut traits = Map::new();
    let columns: Vec<&str> = row.0.iter().map(|it| it.0).collect();
    let of_email = email_column(&columns).unwrap_or_default();
    for column in columns.iter().filter(|it| !NOT_TRAITS.contains(it) && **it != of_email) {
        match NAMES.iter().find(|it| it.0 == *column) {
            Some((_, name)) => put(&mut traits, name, row.get(column)),
            None => put_value(&mut traits, &plain_name(column), row.get(column)),
        }
    }
    put_value(&mut traits, "member_rating", row.get("MEMBER_RATING"));
    put_list(&mut traits, "tags", tags(row.get("TAGS")));
    traits.insert("email".to_owned(), json!(email));
    traits
}

/// A label in the form of a name: `Favourite colour` as `favourite_colour`.
fn plain_name(label: &str) -> String {
    let words = label.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// `"VIP","Blog"` or `VIP, Blog`.
fn tags(cell: &str) -> Vec<String> {
    let quoted = cell.contains('"');
    let (mut tags, mut current, mut inside) = (Vec::new(), String::new(), false);
    for it in cell.chars() {
        match it {
            '"' => inside = !inside,
            ',' if !quoted || !inside => tags.push(std::mem::take(&mut current)),
            it => current.push(it),
        }
    }
    tags.push(current);
    tags.into_iter().map(|it| it.trim().to_owned()).collect()
}

/// The audience's owner may have renamed it.
fn email_column<'a>(columns: &[&'a str]) -> Option<&'a str> {
    let exact = ["Email Address", "Email", "EMAIL"];
    let named = exact.iter().find_map(|name| columns.iter().find(|it| *it == name));
    let like = || {
        let is_like = |it: &&&str| {
            let it = it.to_lowercase();
            it.contains("mail") && !it.ends_with("_type") && !it.ends_with("type")
        };
        columns.iter().find(is_like)
    };
    named.or_else(like).copied()
}
