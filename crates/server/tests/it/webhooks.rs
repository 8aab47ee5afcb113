//! Calls of other systems through the API: listed, looked at, made again, tried out; and their secret.

use crate::programme::programme;
use crate::world::{PASSWORD, World};
use port::{Entry, Space};
use record::{WEBHOOK_SECRETS, WebhookSecrets};
use serde_json::json;

const JSON: &str = "content-type: application/json";

/// Ada's call is answered by a receiver that takes everything, Bob's is given up by one that is gone.
async fn two_calls() -> World {
    let world = World::signed_in().await;
    let mut files = programme();
    for (name, event, host) in
        [("good", "Visit", "good.example"), ("gone", "Leave", "gone.example")]
    {
        let text = format!(
            "journey: {name}\ntrigger: {{event: {event}}}\nsteps:\n  - webhook: {{url: \"https://{host}/in\", data: {{}}}}\n"
        );
        files.insert(format!("journeys/{name}.yaml"), text);
    }
    world.apply(files).await;
    for (user, event) in [("ada", "Visit"), ("bob", "Leave")] {
        world.track(&json!({"type": "track", "userId": user, "event": event}).to_string()).await;
    }
    world
        .until("two calls that have ended", |it| {
            let all = port::Hooks::hooks(&it.store, None, None, 9).expect("memory");
            all.len() == 2 && all.iter().all(|it| it.state != model::HookState::Waiting)
        })
        .await;
    world
}

#[tokio::test]
async fn calls_are_listed_page_by_page_and_by_state() {
    let world = two_calls().await;
    let first = world.json("GET /api/v1/webhooks?limit=1").await;
    assert_eq!((&first["waiting"], &first["given_up"]), (&json!(0), &json!(1)));
    let cursor = first["next_cursor"].as_str().expect("a further page");
    let second = world.json(&format!("GET /api/v1/webhooks?limit=1&cursor={cursor}")).await;
    assert_eq!(second["next_cursor"], json!(null));
    let both = [&first["calls"][0], &second["calls"][0]];
    assert!(both.iter().any(|it| it["state"] == "answered" && it["detail"] == "200"), "{both:?}");
    let gone = world.json("GET /api/v1/webhooks?state=given_up").await;
    assert_eq!(gone["calls"].as_array().map(Vec::len), Some(1));
    assert_eq!(gone["calls"][0]["url"], "https://gone.example/in");
    assert_eq!(world.status("GET /api/v1/webhooks?state=lost").await, 400);
    assert_eq!(world.status("GET /api/v1/webhooks?cursor=x").await, 400);
    let today = world.json("GET /api/v1/today").await;
    let attention = today["attention"].as_array().expect("a list");
    assert!(attention.iter().any(|it| it["kind"] == "webhooks"), "{attention:?}");
}

#[tokio::test]
async fn a_call_is_looked_at_and_made_again() {
    let world = two_calls().await;
    let gone = world.json("GET /api/v1/webhooks?state=given_up").await;
    let key = gone["calls"][0]["key"].as_str().expect("a key").to_owned();
    let path = format!("/api/v1/webhooks/{}", key.replace('/', "%2F"));
    let call = world.json(&format!("GET {path}")).await;
    let body: serde_json::Value =
        serde_json::from_str(call["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!((&body["key"], &body["user_id"]), (&json!(key), &json!("bob")));
    let tried = call["tried_at"].as_str().expect("a time").to_owned();
    let again = world.json(&format!("POST {path}/retry\n{JSON}\n\n{{}}")).await;
    assert_eq!(again["key"], json!(key));
    world
        .until("a second try", |it| {
            let found = port::Hooks::hook(&it.store, &key).expect("memory").expect("the call");
            let ended = found.state == model::HookState::GivenUp;
            ended && found.tried_at.is_some_and(|it| it.to_string() != tried)
        })
        .await;
    assert_eq!(world.status("GET /api/v1/webhooks/nothing").await, 404);
    let retry = format!("POST /api/v1/webhooks/nothing/retry\n{JSON}\n\n{{}}");
    assert_eq!(world.status(&retry).await, 404);
}

#[tokio::test]
async fn a_receiver_is_tried_out_without_a_trace() {
    let world = World::signed_in().await;
    let test = |host: &str| {
        let body = json!({"url": format!("https://{host}/in")});
        format!("POST /api/v1/webhooks/test\n{JSON}\n\n{body}")
    };
    world.check(&test("good.example"), r#"200 {"answered":true,"detail":"200"}"#).await;
    world.check(&test("gone.example"), r#"200 {"answered":false,"detail":"410"}"#).await;
    assert_eq!(world.json("GET /api/v1/webhooks").await["calls"], json!([]));
}

#[tokio::test]
async fn the_secret_is_the_admins_to_see_and_to_change() {
    let world = World::signed_in().await;
    assert_eq!(world.status("GET /api/v1/webhooks/secret").await, 404);
    let first = WebhookSecrets::new("whsec_first".to_owned());
    world.put(vec![Entry::put(Space::System, WEBHOOK_SECRETS, first.encode())]).await;
    let shown = world.json("GET /api/v1/webhooks/secret").await;
    assert_eq!((&shown["secret"], &shown["old_secret"]), (&json!("whsec_first"), &json!(null)));
    let rotate = format!("POST /api/v1/webhooks/secret/rotate\n{JSON}\n\n{{}}");
    let rotated = world.json(&rotate).await;
    assert_eq!(rotated["old_secret"], "whsec_first");
    assert_ne!(rotated["secret"], "whsec_first");
    assert_eq!(world.json("GET /api/v1/webhooks/secret").await, rotated);
    world.advance(model::Span::days(8));
    let mut world = sign_in_again(world).await;
    let later = world.json("GET /api/v1/webhooks/secret").await;
    assert_eq!((&later["secret"], &later["old_secret"]), (&rotated["secret"], &json!(null)));
    world.forget_cookie();
    assert_eq!(world.status("GET /api/v1/webhooks/secret").await, 401);
}

async fn sign_in_again(mut world: World) -> World {
    let body = json!({"password": PASSWORD});
    let answer = world.ask(&format!("POST /api/v1/session\n{JSON}\n\n{body}")).await;
    assert!(answer.cookie().is_some());
    world.keep_cookie(answer.cookie());
    world
}

#[tokio::test]
async fn a_secret_of_the_settings_is_not_shown() {
    let mut world = World::with(|settings| settings.webhook_secret_is_set = true).await;
    world.sign_in().await;
    assert_eq!(world.status("GET /api/v1/webhooks/secret").await, 409);
    let rotate = format!("POST /api/v1/webhooks/secret/rotate\n{JSON}\n\n{{}}");
    assert_eq!(world.status(&rotate).await, 409);
}
