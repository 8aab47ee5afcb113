//! listmonk: the export of its subscribers' page, and its tables as CSV.
//!
//! Columns and states are those of `schema.sql` and of `cmd/subscribers.go` in its repository. The
//! page's export has the state of the *subscriber*, and none of the subscriptions: these are in the
//! table `subscriber_lists`.

use super::said::{EARLIEST, Said, address, closing, event, identify, put_name};
use super::{Book, Cells, Sheet, Subscription, Tool, latest, time};
use crate::Refusal;
use crate::event::refuse;
use model::{Rejection, Timestamp};
use serde_json::{Map, Value as Json, json};

pub(super) fn sheet(file: &str, columns: &[&str]) -> Option<Sheet> {
    let has = |all: &[&str]| all.iter().all(|it| columns.contains(it));
    if has(&["subscriber_id", "list_id", "status"]) {
        Some(Sheet::Subscriptions)
    } else if has(&["subscriber_id", "type", "created_at"]) {
        Some(Sheet::Bounces)
    } else if has(&["subscriber_id", "link_id"]) {
        Some(Sheet::Clicks)
    } else if has(&["subscriber_id", "campaign_id"]) {
        Some(Sheet::Views)
    } else if has(&["email", "status", "name"]) {
        Some(Sheet::Subscribers)
    } else if has(&["id", "name", "optin"]) {
        Some(Sheet::Lists)
    } else if has(&["id", "url"]) && !has(&["subject"]) {
        Some(Sheet::Links)
    } else if has(&["id", "name", "subject"]) {
        Some(Sheet::Campaigns)
    } else {
        // The page's export of older versions has no state.
        (file.contains("subscribers") && has(&["email", "name"])).then_some(Sheet::Subscribers)
    }
}

pub(super) fn carry(book: &Book, sheet: Sheet, row: &Cells) -> Result<Vec<Json>, Refusal> {
    match sheet {
        Sheet::Subscribers => subscriber(book, row),
        Sheet::Subscriptions => subscription(book, row),
        Sheet::Bounces => bounce(book, row),
        Sheet::Views | Sheet::Clicks => opened(book, sheet, row),
        Sheet::Lists
        | Sheet::Campaigns
        | Sheet::Links
        | Sheet::Contacts
        | Sheet::DoNotContact
        | Sheet::Tags
        | Sheet::TagsOfContacts
        | Sheet::Subscribed
        | Sheet::Unsubscribed
        | Sheet::Cleaned
        | Sheet::NonSubscribed => Ok(Vec::new()),
    }
}

fn subscriber(book: &Book, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let email = address(row.get("email"))?;
    let blocked = matches!(row.get("status"), "blocklisted" | "blacklisted");
    let said = |topic: Option<String>, at: Timestamp, vouched| Said {
        tool: Tool::Listmonk,
        email: &email,
        topic,
        at,
        proof: proof(row.get("uuid"), ""),
        vouched,
    };
    let changed = latest(row.first(&["updated_at", "created_at"]), &book.terms);
    let mut carried = Vec::new();
    match traits(row, &email) {
        Ok(traits) => carried.push(identify(traits, changed)),
        // Their no is taken whatever stands beside it.
        Err(_) if blocked => {}
        Err(refusal) => return Err(refusal),
    }
    if blocked {
        carried.push(closing(said(None, changed, None).no(), &email, "blocked"));
        return Ok(carried);
    }
    let (created, updated) = (time(row.get("created_at"))?, time(row.get("updated_at"))?);
    if book.has_subscriptions || row.get("status") == "disabled" {
        return Ok(carried);
    }
    let Some(topic) = book.terms.topic.clone().map(Some) else { return Ok(carried) };
    let began = created.or(updated).unwrap_or(EARLIEST);
    let vouched = book.terms.vouch.as_deref();
    carried.push(match (book.terms.subscription, vouched) {
        (Some(Subscription::Confirmed), _) => said(topic, began, None).yes(book.terms.exported),
        (Some(Subscription::Unsubscribed), _) => said(topic, book.terms.exported, None).no(),
        (Some(Subscription::Unconfirmed) | None, Some(_)) => {
            said(topic, began, vouched).yes(book.terms.exported)
        }
        (Some(Subscription::Unconfirmed) | None, None) => said(topic, began, None).request(),
    });
    Ok(carried)
}

fn traits(row: &Cells, email: &str) -> Result<Map<String, Json>, Refusal> {
    let mut traits = Map::new();
    let attributes = row.first(&["attributes", "attribs"]);
    if !attributes.is_empty() {
        match serde_json::from_str::<Json>(attributes) {
            Ok(Json::Object(own)) => traits.extend(own),
            // PHP-made rows have an empty list there.
            Ok(Json::Array(none)) if none.is_empty() => {}
            Ok(Json::Null) => {}
            _ => return refuse(Rejection::BadJson, "`attributes` is no JSON object"),
        }
    }
    put_name(&mut traits, row.get("name"));
    traits.insert("email".to_owned(), json!(email));
    Ok(traits)
}

fn subscription(book: &Book, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let email = &reached(book, row)?;
    let Some(list) = book.lists.get(row.get("list_id")) else {
        return refuse(Rejection::BadField, "no list has this `list_id`; export `lists` too");
    };
    let Some(state) = Subscription::from_name(row.get("status")) else {
        return refuse(Rejection::BadField, "`status` is none of the states of a subscription");
    };
    let no_since = latest(row.get("updated_at"), &book.terms);
    let (created, updated) = match state {
        Subscription::Unsubscribed => (None, None),
        Subscription::Confirmed | Subscription::Unconfirmed => {
            (time(row.get("created_at"))?, time(row.get("updated_at"))?)
        }
    };
    let began = created.or(updated).unwrap_or(EARLIEST);
    // With double opt-in the row's last change is the confirmation.
    let confirmed = if list.is_double { updated.unwrap_or(began) } else { began };
    let meta: Json = serde_json::from_str(row.get("meta")).unwrap_or_default();
    let ip = meta["optin_ip"].as_str().unwrap_or_default();
    let vouch = book.terms.vouch.as_deref().filter(|_| !list.is_double);
    let said = |at: Timestamp, vouched| Said {
        tool: Tool::Listmonk,
        email,
        topic: Some(book.topic_of(&list.name)),
        at,
        proof: proof(&format!("{} on list {}", row.get("subscriber_id"), row.get("list_id")), ip),
        vouched,
    };
    Ok(vec![match (state, vouch) {
        (Subscription::Confirmed, _) => said(confirmed, None).yes(book.terms.exported),
        (Subscription::Unconfirmed, Some(_)) => said(began, vouch).yes(book.terms.exported),
        (Subscription::Unconfirmed, None) => said(began, None).request(),
        (Subscription::Unsubscribed, _) => said(no_since, None).no(),
    }])
}

fn bounce(book: &Book, row: &Cells) -> Result<Vec<Json>, Refusal> {
    let email = reached(book, row)?;
    let at = latest(row.get("created_at"), &book.terms);
    let campaign = book.campaigns.get(row.get("campaign_id"));
    let properties = json!({"source": "listmonk", "campaign": campaign});
    let of = |name: &str| event(name, &email, at, properties.clone());
    match row.get("type") {
        "hard" => Ok(vec![closing(of("Email Bounced"), &email, "bounced")]),
        "complaint" => Ok(vec![closing(of("Email Complained"), &email, "complained")]),
        "soft" => Ok(vec![of("Email Delayed")]),
        _ => refuse(Rejection::BadField, "`type` is none of soft, hard and complaint"),
    }
}

/// Nothing where listmonk did not keep who it was.
fn opened(book: &Book, sheet: Sheet, row: &Cells) -> Result<Vec<Json>, Refusal> {
    if row.get("subscriber_id").is_empty() {
        return Ok(Vec::new());
    }
    let email = reached(book, row)?;
    let Some(at) = time(row.get("created_at"))? else {
        return refuse(Rejection::BadTime, "`created_at` is empty");
    };
    let campaign = book.campaigns.get(row.get("campaign_id"));
    let mut properties = json!({"source": "listmonk", "campaign": campaign});
    let name = match sheet {
        Sheet::Clicks => {
            properties["url"] = json!(book.links.get(row.get("link_id")));
            "Email Link Clicked"
        }
        _ => "Email Opened",
    };
    Ok(vec![event(name, &email, at, properties)])
}

/// The address of the subscriber that a row is about.
fn reached(book: &Book, row: &Cells) -> Result<String, Refusal> {
    match book.people.get(row.get("subscriber_id")) {
        Some(reach) => address(&reach.email),
        None => refuse(
            Rejection::NoIdentity,
            "no subscriber has this `subscriber_id`; export the table `subscribers`, which has ids",
        ),
    }
}

fn proof(of: &str, ip: &str) -> String {
    match ip.is_empty() {
        true => format!("listmonk subscriber {of}"),
        false => format!("listmonk subscriber {of}, opt-in from {ip}"),
    }
}
