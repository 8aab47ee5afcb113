//! A draft of a programme over what really happened, through the API.

use crate::programme::programme;
use crate::world::World;
use model::Span;
use serde_json::{Value, json};

const JSON: &str = "content-type: application/json";

const THANKS: &str = "journey: calls
trigger: {event: Order Completed}
reentry: always
steps:
  - {id: rest, wait: 1h}
  - branch:
      - when: property(\"revenue\") > 20
        steps: [{task: {title: Call them, for: sam@shop.test}}]
";

async fn played(world: &World, order: Value) -> Value {
    let begun = world.json(&format!("POST /api/v1/replays\n{JSON}\n\n{order}")).await;
    let path = format!("GET /api/v1/jobs/{}", begun["job"].as_str().expect("a job"));
    let mut job = world.json(&path).await;
    while job["state"] == "running" {
        tokio::task::yield_now().await;
        job = world.json(&path).await;
    }
    assert_eq!(job["state"], "done", "{job}");
    job["result"].clone()
}

async fn shop() -> World {
    let world = World::signed_in().await;
    world.apply(programme()).await;
    for (person, revenue) in [("ann", 10), ("bob", 30)] {
        let event = json!({"type": "track", "userId": person, "event": "Order Completed", "properties": {"revenue": revenue}});
        world.track(&event.to_string()).await;
    }
    world.settle().await;
    world
}

fn steps(replay: &Value, journey: &str) -> Vec<String> {
    let all = replay["places"].as_array().expect("places").iter();
    let own = all.filter(|it| it["journey"] == journey);
    own.map(|it| {
        format!("{} {} {}", it["step"].as_str().expect("text"), it["entered"], it["there"])
    })
    .collect()
}

#[tokio::test]
async fn a_draft_is_played_over_what_happened_and_nothing_is_changed() {
    let world = shop().await;
    world.advance(Span::hours(2));
    let order = json!({"changes": {"journeys/calls.yaml": THANKS}, "compare": true});
    let found = played(&world, order).await;
    assert_eq!(found["replay"]["facts"], 2);
    assert_eq!(steps(&found["replay"], "calls"), ["1 2 0", "1.0.0 1 0", "rest 2 0"]);
    assert_eq!(steps(&found["against"], "calls"), [""; 0]);
    assert_eq!((&found["way"], &found["simulated"]), (&json!(null), &json!(false)));
    assert!(found["compared"]["contents"].is_array(), "{found}");
    let listed = world.json("GET /api/v1/journeys").await;
    let names = listed["journeys"].as_array().expect("a list").iter().map(|it| &it["name"]);
    assert!(names.into_iter().all(|it| it != "calls"), "{listed}");
    assert_eq!(world.json("GET /api/v1/tasks").await["total"], 0);
}

#[tokio::test]
async fn one_person_is_followed_step_by_step() {
    let world = shop().await;
    world.advance(Span::hours(2));
    let id = world.person("bob").to_string();
    let order = json!({"changes": {"journeys/calls.yaml": THANKS}, "person": id});
    let found = played(&world, order).await;
    assert_eq!((&found["replay"]["people"], &found["replay"]["facts"]), (&json!(1), &json!(1)));
    let way = found["way"].as_array().expect("a way").iter();
    let own = way.filter(|it| it["journey"] == "calls" || it["kind"] == "event");
    let told: Vec<String> = own
        .map(|it| {
            format!(
                "{} {}",
                it["kind"].as_str().expect("a word"),
                it["step"].as_str().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(told, ["event ", "begun ", "step rest", "step 1", "step 1.0.0", "ended "]);
}

#[tokio::test]
async fn what_cannot_be_played_is_refused_with_the_reason() {
    let world = shop().await;
    let post = |body: Value| format!("POST /api/v1/replays\n{JSON}\n\n{body}");
    let wrong = world.ask(&post(json!({"changes": {"journeys/a.yaml": "journey: a"}}))).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("journeys/a.yaml"), "{}", wrong.body);
    let nobody = world.ask(&post(json!({"person": "p999"}))).await;
    assert_eq!(nobody.status, 404);
    let never = world
        .ask(&post(json!({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"})))
        .await;
    assert_eq!(never.status, 400);
    assert!(never.body.contains("before it begins"), "{}", never.body);
}
