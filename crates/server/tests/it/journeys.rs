//! Journeys and tasks through the API: begun by a call, looked at step by step, moved, done.

use crate::programme::programme;
use crate::world::World;
use serde_json::{Value, json};

const ORDER: &str = "journey: order
owner: crm@shop.test
trigger: {api: true}
key: order_id
reentry: always
steps:
  - tell_sales: {note: Called, otherwise: sam@shop.test}
  - {id: rest, wait: 1d}
";

const CARE: &str = "journey: care
trigger: {conversation: {kind: complaint}}
steps:
  - task: {title: Find out why, for: care@shop.test, due: 2d}
";

async fn world(order: &str) -> World {
    let world = World::signed_in().await;
    apply(&world, order).await;
    world
}

async fn apply(world: &World, order: &str) {
    let mut files = programme();
    files.insert("journeys/order.yaml".to_owned(), order.to_owned());
    files.insert("journeys/care.yaml".to_owned(), CARE.to_owned());
    world.apply(files).await;
}

#[tokio::test]
async fn a_call_begins_a_run_once_and_its_steps_are_counted() {
    let world = world(ORDER).await;
    let call = "POST /api/v1/journeys/order/runs\ncontent-type: application/json\n\n{\"user_id\":\"ann\",\"data\":{\"order_id\":\"a7\"},\"idempotency_key\":\"k1\"}";
    for _ in 0..2 {
        world.check(call, r#"202 {"idempotency_key":"k1"}"#).await;
    }
    let order = |listed: &Value| -> Option<Value> {
        listed["journeys"].as_array()?.iter().find(|it| it["name"] == "order").cloned()
    };
    let is_counted = |it: &Value| it["running"] == 1 && it["started"] == 1;
    let begun = |it: &Value| order(it).is_some_and(|it| is_counted(&it));
    let listed = world.shown("/api/v1/journeys", begun).await;
    let order = order(&listed).expect("the journey");
    assert_eq!(order["trigger"], "a call of the API");
    let listed = world.json("GET /api/v1/journeys").await;
    let order =
        listed["journeys"].as_array().and_then(|all| all.iter().find(|it| it["name"] == "order"));
    let order = order.expect("the journey");
    assert_eq!((&order["begins"], &order["has_goal"]), (&json!({"api": true}), &json!(false)));
    let shown = world.json("GET /api/v1/journeys/order").await;
    assert_eq!(shown["definition"]["steps"][1], json!({"id": "rest", "wait": "1d"}));
    let steps = &shown["versions"][0]["steps"];
    assert_eq!(
        (&steps[0]["step"], &steps[0]["entered"], &steps[0]["waiting"]),
        (&json!("0"), &json!(1), &json!(0))
    );
    assert_eq!((&steps[1]["step"], &steps[1]["waiting"]), (&json!("rest"), &json!(1)));
    let tasks = world.json("GET /api/v1/tasks?assignee=sam@shop.test").await;
    assert_eq!((&tasks["total"], &tasks["tasks"][0]["kind"]), (&json!(1), &json!("lead")));
}

#[tokio::test]
async fn a_call_says_for_whom_and_what_is_called_is_begun_by_calls() {
    let world = world(ORDER).await;
    let status = async |path: &str, body: &str| {
        world.status(&format!("POST {path}\ncontent-type: application/json\n\n{body}")).await
    };
    let order = "/api/v1/journeys/order/runs";
    assert_eq!(status(order, "{}").await, 400);
    assert_eq!(status(order, r#"{"person":"p77"}"#).await, 404);
    assert_eq!(status(order, r#"{"person":"p1","user_id":"ann"}"#).await, 400);
    assert_eq!(status("/api/v1/journeys/hello/runs", r#"{"user_id":"ann"}"#).await, 409);
    assert_eq!(status("/api/v1/journeys/none/runs", r#"{"user_id":"ann"}"#).await, 404);
    assert_eq!(world.status("GET /api/v1/journeys/none").await, 404);
}

#[tokio::test]
async fn a_task_is_listed_until_it_is_done_and_then_under_what_was_done() {
    let world = world(ORDER).await;
    world.track(r#"{"type":"track","event":"Email Complained","userId":"bob"}"#).await;
    let open = world.json("GET /api/v1/tasks").await;
    let task = &open["tasks"][0];
    assert_eq!(
        (&task["title"], &task["assignee"]),
        (&json!("Find out why"), &json!("care@shop.test"))
    );
    let id = task["id"].as_str().expect("an id").to_owned();
    let person = open["tasks"][0]["person"].as_str().expect("a person");
    let theirs = world.json(&format!("GET /api/v1/tasks?person={person}")).await;
    assert!(
        0 < theirs["total"].as_u64().expect("a number") && theirs["tasks"][0]["person"] == person
    );
    assert_eq!(world.json("GET /api/v1/tasks?person=p9999").await["total"], 0);
    assert_eq!(world.status("GET /api/v1/tasks?person=nobody").await, 400);
    let done = world.json(&format!("POST /api/v1/tasks/{id}/done")).await;
    assert_eq!((&done["done"], &done["done_by"]), (&json!(true), &json!("admin")));
    assert_eq!(world.json("GET /api/v1/tasks").await["total"], 0);
    assert_eq!(world.json("GET /api/v1/tasks?done=true").await["tasks"][0]["id"], json!(id));
    assert_eq!(world.status("POST /api/v1/tasks/r99.0.1/done").await, 404);
}

#[tokio::test]
async fn running_people_are_moved_as_the_plan_says() {
    let world = world(ORDER).await;
    world.status("POST /api/v1/journeys/order/runs\ncontent-type: application/json\n\n{\"user_id\":\"ann\",\"data\":{\"order_id\":\"a7\"}}").await;
    world.settle().await;
    assert_eq!(world.status("GET /api/v1/journeys/order/move").await, 404, "there is one version");
    apply(&world, &ORDER.replace("  - tell_sales: {note: Called, otherwise: sam@shop.test}\n", ""))
        .await;
    let plan = world.shown("/api/v1/journeys/order/move", |it| it["moving"] == 1).await;
    assert_eq!((&plan["moving"], &plan["staying"]), (&json!(1), &json!(0)));
    let body = format!("{{\"from\":{}}}", plan["from"]);
    let answer = world
        .ask(&format!("POST /api/v1/journeys/order/move\ncontent-type: application/json\n\n{body}"))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let shown = world.shown("/api/v1/journeys/order", |it| it["moved"]["done"] == true).await;
    assert_eq!(shown["moved"]["moved"], 1);
    let versions = shown["versions"].as_array().expect("a list");
    let running: Vec<i64> = versions.iter().filter_map(|it| it["running"].as_i64()).collect();
    assert_eq!(running, [0, 1]);
}
