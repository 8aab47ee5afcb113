//! Who gets in, and who does not.

use crate::world::{PASSWORD, SETUP_TOKEN, World};
use model::Span;
use port::Space;

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn every_route_but_sign_in_needs_a_sign_in() {
    let world = World::new().await;
    let document = serde_json::to_value(server::openapi()).expect("JSON");
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        if path == "/api/v1/session" || path == "/api/v1/setup" {
            continue;
        }
        for method in item.as_object().expect("operations").keys() {
            let path = path.replace("{id}", "p1").replace("{name}", "spring");
            let request = format!("{} {path}\n{JSON}", method.to_uppercase());
            assert_eq!(world.status(&request).await, 401, "{request}");
            checked += 1;
        }
    }
    assert!(14 < checked, "{checked} routes");
}

#[tokio::test]
async fn the_one_time_link_sets_the_password_once() {
    let mut world = World::new().await;
    let set_up = |token: &str, password: &str| {
        format!(
            "POST /api/v1/setup\n{JSON}\n\n{{\"token\":\"{token}\",\"password\":\"{password}\"}}"
        )
    };
    let session = world.json("GET /api/v1/session").await;
    assert_eq!(
        (session["signed_in"].as_bool(), session["needs_setup"].as_bool()),
        (Some(false), Some(true))
    );
    assert_eq!(world.status(&set_up("wrong", PASSWORD)).await, 403);
    assert_eq!(world.status(&set_up(SETUP_TOKEN, "short")).await, 400);
    world.sign_in().await;
    let session = world.json("GET /api/v1/session").await;
    assert_eq!(
        (session["signed_in"].as_bool(), session["needs_setup"].as_bool()),
        (Some(true), Some(false))
    );
    world.forget_cookie();
    assert_eq!(world.status(&set_up(SETUP_TOKEN, "another password")).await, 403);
}

#[tokio::test]
async fn a_session_begins_with_the_password_and_ends_by_itself_or_by_signing_out() {
    let mut world = World::signed_in().await;
    world.forget_cookie();
    let sign_in =
        |password: &str| format!("POST /api/v1/session\n{JSON}\n\n{{\"password\":\"{password}\"}}");
    assert_eq!(world.status(&sign_in("not the password")).await, 401);
    let answer = world.ask(&sign_in(PASSWORD)).await;
    assert_eq!(answer.status, 204);
    let set = answer.header("set-cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/"),
        "{set}"
    );
    let cookie = answer.cookie().expect("a cookie");
    let today = format!("GET /api/v1/today\ncookie: {cookie}");
    assert_eq!(world.status(&today).await, 200);
    world.advance(Span::days(13));
    assert_eq!(world.status(&today).await, 200);
    world.advance(Span::days(1));
    assert_eq!(world.status(&today).await, 401);
    let cookie = world.ask(&sign_in(PASSWORD)).await.cookie().expect("a cookie");
    let today = format!("GET /api/v1/today\ncookie: {cookie}");
    assert_eq!(world.status(&today).await, 200);
    assert_eq!(world.status(&format!("DELETE /api/v1/session\ncookie: {cookie}")).await, 204);
    assert_eq!(world.status(&today).await, 401);
}

#[tokio::test]
async fn nothing_that_lets_anybody_in_is_stored_in_the_clear() {
    let world = World::signed_in().await;
    let (entry, token) = server::new_token("reports", model::Timestamp(0));
    world.put(vec![entry]).await;
    let created =
        world.json(&format!("POST /api/v1/sources\n{JSON}\n\n{{\"name\":\"App\"}}")).await;
    let write_key = created["write_key"].as_str().expect("a key");
    let spaces = [Space::Access, Space::Source];
    let stored = spaces.into_iter().flat_map(|it| world.catalog(it));
    for (key, value) in stored {
        let text = format!("{key} {}", String::from_utf8_lossy(&value));
        for secret in [PASSWORD, token.as_str(), write_key, SETUP_TOKEN] {
            assert!(!text.contains(secret), "{key}");
        }
    }
}

#[tokio::test]
async fn programs_come_with_a_token() {
    let world = World::new().await;
    let (entry, token) = server::new_token("reports", model::Timestamp(0));
    world.put(vec![entry]).await;
    assert_eq!(
        world.status(&format!("GET /api/v1/today\nauthorization: Bearer {token}")).await,
        200
    );
    assert_eq!(world.status("GET /api/v1/today\nauthorization: Bearer nonsense").await, 401);
    // A session's secret is no token, and a token no session.
    assert_eq!(
        world.status(&format!("GET /api/v1/today\ncookie: fulcrum_session={token}")).await,
        401
    );
}

#[tokio::test]
async fn another_site_cannot_act_in_somebodys_name() {
    let world = World::signed_in().await;
    let check = async |headers: &str, expected: u16| {
        let request = format!("POST /api/v1/resume\n{headers}");
        assert_eq!(world.status(&request).await, expected, "{headers}");
    };
    check("", 200).await;
    check("sec-fetch-site: same-origin", 200).await;
    check("sec-fetch-site: cross-site", 403).await;
    check("sec-fetch-site: same-site", 403).await;
    check("content-type: application/x-www-form-urlencoded", 403).await;
    check("content-type: text/plain", 403).await;
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let world = World::with(|it| {
        it.limits.sign_ins_max = 3;
        it.limits.sign_in_every = std::time::Duration::from_secs(3_600);
    })
    .await;
    let guess = format!("POST /api/v1/session\n{JSON}\n\n{{\"password\":\"guess\"}}");
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(world.status(&guess).await);
    }
    assert_eq!(answers, [401, 401, 401, 429, 429]);
    assert_ne!(world.ask(&guess).await.header("retry-after"), "");
}

#[tokio::test]
async fn errors_are_problems_that_say_what_to_do() {
    let world = World::signed_in().await;
    let check = async |request: &str, status: u16, detail: &str| {
        let answer = world.ask(request).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{request}");
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(json["status"], status, "{request}");
        assert!(json["detail"].as_str().unwrap_or("").contains(detail), "{request}: {json}");
    };
    check("GET /api/v1/people/p99", 404, "no person p99").await;
    check("GET /api/v1/people/somebody", 404, "not an id").await;
    check("GET /api/v1/people?limit=many", 400, "limit").await;
    check("GET /api/v1/people?cursor=x", 400, "not an id").await;
    check("GET /api/v1/nothing", 404, "/api/v1/nothing").await;
    check(&format!("POST /api/v1/sources\n{JSON}\n\n{{\"nome\":1}}"), 400, "name").await;
    check(&format!("POST /api/v1/sources\n{JSON}\n\n{{\"name\":\" \"}}"), 400, "needs a name")
        .await;
    check("GET /api/v1/leverage?outcome=fame", 404, "`fame`").await;
}
