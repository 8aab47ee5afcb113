//! Colleagues: invited, signed in, taken out; and two of them for one broadcast.

use crate::programme::programme;
use crate::world::{PASSWORD, World};
use model::Span;
use serde_json::{Value, json};

/// `METHOD /path` with a body, as somebody with a cookie.
fn by(cookie: &str, line: &str, body: Value) -> String {
    format!("{line}\ncontent-type: application/json\ncookie: {cookie}\n\n{body}")
}

async fn signed_in(world: &World, email: Option<&str>, password: &str) -> String {
    let body = json!({"email": email, "password": password});
    let answer = world.ask(&by("", "POST /api/v1/session", body)).await;
    answer.cookie().expect("a session")
}

/// A member who has used the invitation, signed in.
async fn member(world: &World, admin: &str, email: &str) -> String {
    let invited = world.json(&by(admin, "POST /api/v1/team", json!({"email": email}))).await;
    let path = invited["path"].as_str().expect("a path");
    let token = path.strip_prefix("/setup?token=").expect("a link");
    let body = json!({"token": token, "password": "ten letters"});
    let answer = world.ask(&by("", "POST /api/v1/setup", body)).await;
    answer.cookie().expect("a session")
}

async fn without_cookie() -> World {
    let mut world = World::signed_in().await;
    world.forget_cookie();
    world
}

#[tokio::test]
async fn an_invitation_makes_a_member_once_and_in_time() {
    let world = without_cookie().await;
    let admin = signed_in(&world, None, PASSWORD).await;
    let invite = |email: &str| by(&admin, "POST /api/v1/team", json!({"email": email}));
    let invited = world.json(&invite(" Bob@Shop.example")).await;
    assert_eq!(invited["email"], "bob@shop.example");
    let team = world.json(&by(&admin, "GET /api/v1/team", json!({}))).await;
    assert_eq!(team, json!({"members": [{"email": "bob@shop.example", "active": false}]}));
    assert_eq!(world.status(&invite("bob")).await, 400);
    let early = json!({"email": "bob@shop.example", "password": "ten letters"});
    assert_eq!(world.status(&by("", "POST /api/v1/session", early)).await, 401);

    let set_up = |path: &Value| {
        let token = path.as_str().and_then(|it| it.strip_prefix("/setup?token=")).expect("a link");
        by("", "POST /api/v1/setup", json!({"token": token, "password": "ten letters"}))
    };
    assert_eq!(world.status(&set_up(&invited["path"])).await, 204);
    assert_eq!(world.status(&set_up(&invited["path"])).await, 403, "the link is used up");
    let bob = signed_in(&world, Some("BOB@shop.example"), "ten letters").await;
    let who = world.json(&by(&bob, "GET /api/v1/session", json!({}))).await;
    assert_eq!(who["who"], "bob@shop.example");
    let stranger = json!({"email": "bob@shop.example", "password": "another one"});
    assert_eq!(world.status(&by("", "POST /api/v1/session", stranger)).await, 401);
    let crony = by(&bob, "POST /api/v1/team", json!({"email": "eve@shop.example"}));
    assert_eq!(world.status(&crony).await, 403, "members cannot make members");

    let late = world.json(&invite("cat@shop.example")).await;
    let gone = by(&admin, "DELETE /api/v1/team/bob@shop.example", json!({}));
    assert_eq!(world.status(&gone).await, 204);
    assert_eq!(world.status(&gone).await, 404);
    assert_eq!(world.status(&by(&bob, "GET /api/v1/team", json!({}))).await, 401, "at once");
    world.advance(Span::days(8));
    assert_eq!(world.status(&set_up(&late["path"])).await, 403, "a week is over");
}

#[tokio::test]
async fn one_plans_and_another_approves() {
    let world = without_cookie().await;
    let admin = signed_in(&world, None, PASSWORD).await;
    let mut files = programme();
    let spring = files.get_mut("broadcasts/spring.yaml").expect("the broadcast");
    spring.push_str("\napproval: true\nrate: {at_most: 100, per: 1m}\n");
    world.apply(files).await;
    let bob = member(&world, &admin, "bob@shop.example").await;
    let step = |who: &str, step: &str| {
        by(who, &format!("POST /api/v1/broadcasts/spring/{step}"), json!({}))
    };
    assert_eq!(world.status(&step(&bob, "plan")).await, 200);
    let refused = world.ask(&step(&bob, "start")).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("nobody has approved it yet"), "{}", refused.body);
    assert_eq!(world.status(&step(&bob, "approve")).await, 409, "not one's own");
    let approved = world.json(&step(&admin, "approve")).await;
    assert_eq!(approved["approval"]["planned_by"], "bob@shop.example");
    assert_eq!(approved["approval"]["approved_by"], "admin");
    assert_eq!(approved["rate"], "100 per 1m");
    assert_eq!(world.status(&step(&bob, "start")).await, 200);
}
