//! The OpenAPI document, the app's files, health and metrics.

use crate::world::World;
use std::path::Path;

#[test]
fn the_document_in_the_manual_is_what_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let mut made = serde_json::to_string_pretty(&server::openapi()).expect("JSON");
    made.push('\n');
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&path, &made).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is not what the server serves; run UPDATE_OPENAPI=1 cargo test -p server, \
         and generate web/src/api/schema.d.ts from it"
    );
}

#[test]
fn the_list_of_words_in_the_manual_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/words.md");
    let mut made = String::from(
        "# Texts of the customers' pages\n\nMade from the table in the program. How a programme changes \
         them is in [programme.md](programme.md).\n\n| key | English |\n|---|---|\n",
    );
    for word in content::Word::ALL {
        made += &format!("| `{}` | {} |\n", word.key(), word.english());
    }
    if std::env::var_os("UPDATE_WORDS").is_some() {
        std::fs::write(&path, &made).expect("docs/ can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/words.md is old; run UPDATE_WORDS=1 cargo test -p server");
}

#[tokio::test]
async fn the_document_is_served() {
    let world = World::new().await;
    let document = world.json("GET /api/v1/openapi.json").await;
    assert_eq!(document, serde_json::to_value(server::openapi()).expect("JSON"));
}

#[tokio::test]
async fn the_app_is_served_for_its_own_addresses_only() {
    let world = World::new().await;
    for path in ["/", "/people", "/people/p1"] {
        let answer = world.ask(&format!("GET {path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    for path in ["/assets/none.js", "/.env", "/../Cargo.toml", "/wp-login.php"] {
        assert_eq!(world.status(&format!("GET {path}")).await, 404, "{path}");
    }
    assert_eq!(world.status("POST /people").await, 404);
}

#[tokio::test]
async fn a_monitor_sees_what_happened() {
    let world = World::new().await;
    world.check("GET /healthz", "200 ok").await;
    world.check("GET /readyz", "200 ok").await;
    world.with_mail().await;
    world.ask("POST /v1/track?writeKey=WK\n\n{\"userId\":\"u1\"}").await;
    world.ask("POST /v1/track\n\n{\"userId\":\"u1\"}").await;
    let text = world.ask("GET /metrics").await.body;
    for line in [
        "fulcrum_events_accepted_total{source=\"shop\"} 2",
        "fulcrum_events_rejected_total{reason=\"no_name\"} 1",
        "fulcrum_events_rejected_total{reason=\"bad_write_key\"} 1",
        "fulcrum_messages{state=\"sent\"} 1",
        "fulcrum_people 1",
        "fulcrum_hold 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is missing in\n{text}");
    }
    let sane = |it: &str| {
        it.starts_with("# ") || it.split_once(' ').is_some_and(|(_, n)| n.parse::<f64>().is_ok())
    };
    assert!(text.lines().all(sane), "{text}");
}
