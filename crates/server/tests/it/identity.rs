//! Who somebody is, and taking a merge back.

use crate::world::World;
use serde_json::Value as Json;

/// A visitor and a user who turn out to be one, and what they did since.
async fn merged() -> World {
    let world = World::signed_in().await;
    world.track(r#"{"type":"page","anonymousId":"k1"}"#).await;
    world.track(r#"{"type":"identify","userId":"ann","traits":{"name":"Ann"}}"#).await;
    world.track(r#"{"type":"identify","userId":"ann","anonymousId":"k1"}"#).await;
    world.track(r#"{"type":"identify","anonymousId":"k1","traits":{"size":8}}"#).await;
    world
}

fn words(list: &Json, fields: &[&str]) -> Vec<String> {
    let row = |it: &Json| {
        let text = |field: &&str| match &it[*field] {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        fields.iter().map(text).collect::<Vec<_>>().join(" ")
    };
    list.as_array().expect("a list").iter().map(row).collect()
}

#[tokio::test]
async fn identifiers_and_merges_are_listed_with_how_they_came() {
    let world = merged().await;
    let person = world.person("ann");
    let found = world.json(&format!("GET /api/v1/people/{person}/identity")).await;
    let fields = ["kind", "value", "merge"];
    assert_eq!(words(&found["identifiers"], &fields), ["user_id ann null", "anonymous_id k1 j1"]);
    let fields = ["id", "absorbed", "survivor", "by", "refusal", "undone"];
    assert_eq!(words(&found["merges"], &fields), ["j1 p1 p2 anonymous_id:k1 null null"]);
    assert_eq!(found["apart"], Json::Array(Vec::new()));
    assert_eq!(world.status("GET /api/v1/people/p99/identity").await, 404);
}

#[tokio::test]
async fn a_merge_is_undone_as_planned_and_allowed_again() {
    let world = merged().await;
    let plan = world.json("GET /api/v1/merges/j1/undo").await;
    assert_eq!(plan["absorbed"]["identifiers"], serde_json::json!(["anonymous_id:k1"]));
    assert_eq!((&plan["absorbed"]["events"], &plan["survivor"]["events"]), (&1.into(), &1.into()));
    assert_eq!(words(&plan["absorbed"]["traits"], &["name", "value"]), ["size 8.0"]);
    // Something happens between the look and the word.
    world.track(r#"{"type":"page","anonymousId":"k1"}"#).await;
    let order = |plan: &Json| {
        format!(
            "POST /api/v1/merges/j1/undo\ncontent-type: application/json\n\n{{\"plan\":{plan}}}"
        )
    };
    let stale = world.ask(&order(&plan["plan"])).await;
    assert_eq!(stale.status, 409, "{}", stale.body);
    assert!(stale.body.contains("look at it again"), "{}", stale.body);
    let plan = world.json("GET /api/v1/merges/j1/undo").await;
    let found = world.json(&order(&plan["plan"])).await;
    let undone = &found["merges"][0]["undone"];
    assert_eq!((&undone["by"], &undone["allowed_at"]), (&"admin".into(), &Json::Null));
    assert_eq!(words(&found["apart"], &["person", "merge"]), ["p1 j1"]);
    let visitor = world.json("GET /api/v1/people/p1").await;
    assert_eq!(words(&visitor["identifiers"], &["value"]), ["k1"]);
    let person = world.json("GET /api/v1/people/p2").await;
    assert_eq!(person["merged"], Json::Array(Vec::new()));
    let page = world.json("GET /api/v1/people/p2/timeline").await;
    let titles = words(&page["items"], &["title"]);
    assert!(titles.contains(&"p1 and p2 are two again".to_owned()), "{titles:?}");
    let twice = world.ask(&order(&Json::from("j1-1-2"))).await;
    assert_eq!(twice.status, 409);
    assert!(
        twice.body.contains("merge j1 cannot be undone: it was undone already"),
        "{}",
        twice.body
    );
    let allow = "POST /api/v1/merges/j1/allow\ncontent-type: application/json\n\n{}";
    let found = world.json(allow).await;
    assert_eq!(found["merges"][0]["undone"]["allowed_by"], "admin");
    assert_eq!(found["apart"], Json::Array(Vec::new()));
    assert_eq!(world.status(allow).await, 409);
    assert_eq!(world.status("GET /api/v1/merges/j9/undo").await, 404);
    assert_eq!(world.status("GET /api/v1/merges/nine/undo").await, 404);
}

#[tokio::test]
async fn a_later_merge_is_named() {
    let world = merged().await;
    world.track(r#"{"type":"page","anonymousId":"k2"}"#).await;
    world.track(r#"{"type":"identify","userId":"ann","anonymousId":"k2"}"#).await;
    let answer = world.ask("GET /api/v1/merges/j1/undo").await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("undo j2 first"), "{}", answer.body);
    let found = world.json("GET /api/v1/people/p2/identity").await;
    assert_eq!(found["merges"][1]["refusal"]["code"], "later_merge");
}
