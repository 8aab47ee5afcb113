//! What every fault on the way makes of a message: how often the person gets it, where it stands in the
//! ledger, and what the team reads on the timeline. The table is the one of `docs/sending.md`.

use crate::world::World;
use model::{Reply, Span};
use port::contract::{FAULTS, Fault, Kind, replies};
use serde_json::Value as Json;
use std::fmt::Write;
use std::path::PathBuf;

const BEGIN: &str = "<!-- faults -->\n";
const END: &str = "<!-- /faults -->";

/// In words, for people who send; several faults that look the same to them are one.
fn words(fault: Fault) -> &'static str {
    match fault {
        Fault::None => "nothing goes wrong",
        Fault::Absent => "nobody listens",
        Fault::MuteAtConnect => "the server says nothing",
        Fault::Untrusted => "the server cannot prove its name",
        Fault::StopsReading => "the server stops reading in the middle of the message",
        Fault::ClosesInBody => "the connection closes in the middle of the message",
        Fault::ClosesAfter { .. } => "the connection closes after the last byte, without an answer",
        Fault::MuteAfter { .. } => "no answer comes after the last byte",
        Fault::StopsInHead { .. } => "the answer breaks off",
        Fault::SlowDetails => "it is taken, and the details of the answer never end",
        Fault::Nonsense { .. } => "the answer is of no known form",
        Fault::Dead => "there is no such address",
        Fault::BadMessage => "the provider does not take this message",
        Fault::NotSignedIn => "the provider does not take who we are",
        Fault::Redirect => "the provider leads elsewhere",
        Fault::TooMany { retry_after: Some(_) } => {
            "the provider asks for fewer, and says when to come back"
        }
        Fault::TooMany { retry_after: None } => "the provider asks for fewer",
        Fault::Unavailable => "the provider says that it is out of order",
        Fault::Broken { .. } => "something broke inside of the provider",
    }
}

fn reply(fault: Fault, kind: Kind) -> Reply {
    let detail = "…".to_owned();
    let retry_after = match fault {
        Fault::TooMany { retry_after } => retry_after,
        _ => None,
    };
    match kind {
        Kind::Accepted => Reply::Accepted { provider_id: String::new() },
        Kind::Deferred => Reply::Deferred { detail, retry_after },
        Kind::Refused => Reply::Refused { detail, dead: false },
        Kind::Dead => Reply::Refused { detail, dead: true },
        Kind::Lost => Reply::Lost { detail },
    }
}

/// As the contract of channels proves of every provider: `Accepted` is one copy, and only `Lost` is in doubt.
fn copies(kind: Kind) -> &'static str {
    match kind {
        Kind::Accepted => "1",
        Kind::Deferred => "0, and 1 after a later try",
        Kind::Refused | Kind::Dead => "0",
        Kind::Lost => "0 or 1",
    }
}

/// Each fault with each reply that a provider may give to it, without those that look the same.
fn rows() -> Vec<(&'static str, Kind, Reply)> {
    let mut rows: Vec<(&str, Kind, Reply)> = Vec::new();
    for fault in FAULTS {
        for kind in replies(fault, false) {
            let row = (words(fault), *kind, reply(fault, *kind));
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows
}

/// State, and the last words of the trail without what is another each time.
fn seen(message: &Json) -> (String, String) {
    let last = message["trail"].as_array().and_then(|it| it.last()).expect("a trail");
    let detail = last["detail"].as_str().unwrap_or_default();
    let when = detail.split_once("; again at ").map_or(detail, |it| it.0);
    let waits = detail.len() != when.len();
    let text = last["text"].as_str().unwrap_or_default();
    let again = if waits { "; again at …" } else { "" };
    (message["state"].as_str().unwrap_or_default().to_owned(), format!("{text}: {when}{again}"))
}

async fn one(world: &World, number: usize, reply: Reply) -> (String, String) {
    let user = format!("f{number}");
    let track = |json: Json| async move { world.track(&json.to_string()).await };
    let traits = serde_json::json!({ "email": format!("{user}@people.test") });
    track(serde_json::json!({"type": "identify", "userId": user, "traits": traits})).await;
    let person = world.person(&user);
    world.consent(person, Span::minutes(-1));
    world.answer_with(reply);
    let properties = serde_json::json!({"order_id": user});
    track(serde_json::json!({"type": "track", "event": "Order Completed", "userId": user, "properties": properties})).await;
    let path = format!("/api/v1/people/{person}/timeline");
    let message_of = |page: &Json| -> Option<Json> {
        let items = page["items"].as_array()?.iter();
        items.into_iter().find(|it| it["kind"] == "message").cloned()
    };
    let tried = |page: &Json| {
        let message = message_of(page).unwrap_or_default();
        let codes = message["trail"].as_array().cloned().unwrap_or_default();
        message["state"] != "pending" || codes.iter().any(|it| it["code"] == "retry")
    };
    let page = world.shown(&path, tried).await;
    seen(&message_of(&page).expect("a message"))
}

#[tokio::test]
async fn what_each_fault_makes_of_a_message_is_as_the_manual_says() {
    let world = World::signed_in().await;
    let mut table = String::from(
        "| what happens | the provider's answer | copies | ledger | on the timeline |\n|---|---|---|---|---|\n",
    );
    for (number, (words, kind, reply)) in rows().into_iter().enumerate() {
        let (state, text) = one(&world, number, reply).await;
        let answer = format!("{kind:?}").to_lowercase();
        writeln!(table, "| {words} | {answer} | {} | {state} | {text} |", copies(kind))
            .expect("text");
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/sending.md");
    let manual = std::fs::read_to_string(&path).expect("the manual");
    let (before, rest) = manual.split_once(BEGIN).expect("the place of the table");
    let (written, after) = rest.split_once(END).expect("its end");
    if std::env::var_os("UPDATE_FAULTS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("the manual");
        return;
    }
    assert_eq!(table, written, "UPDATE_FAULTS=1 writes it anew");
}
