//! What reads old facts finds them when the log has let go of them.

use crate::world::World;
use model::{Span, Timestamp};
use port::{FactLog, History, LogPosition, PersonRange, Redirects, Scan, Store, Wanted};
use std::ops::ControlFlow;

/// Two who became one, with a past of each, some of it sent twice.
async fn shop() -> World {
    let world = World::signed_in().await;
    world.track(r#"{"type":"page","name":"Home","anonymousId":"k1","messageId":"a"}"#).await;
    world.track(r#"{"type":"identify","userId":"ann","traits":{"name":"Ann"}}"#).await;
    let order = r#"{"type":"track","event":"Order Completed","userId":"ann","messageId":"o1","properties":{"revenue":20}}"#;
    world.track(order).await;
    world.track(order).await;
    world.track(r#"{"type":"identify","userId":"ann","anonymousId":"k1"}"#).await;
    world.track(r#"{"type":"identify","anonymousId":"k1","traits":{"size":8}}"#).await;
    world
}

const PATHS: [&str; 3] =
    ["/api/v1/people/p2/timeline", "/api/v1/people/p2/export", "/api/v1/merges/j1/undo"];

/// As the three pages have it, but for the time of the export.
async fn read(world: &World) -> Vec<serde_json::Value> {
    let mut pages = Vec::new();
    for path in PATHS {
        let mut page = world.json(&format!("GET {path}")).await;
        if let Some(page) = page.as_object_mut() {
            page.remove("exported");
        }
        pages.push(page);
    }
    pages
}

/// Event and person of each fact that is filed.
fn filed(world: &World) -> Vec<String> {
    let redirects = Redirects::default();
    let scan = Scan {
        persons: PersonRange::ALL,
        events: None,
        wanted: Wanted::ALL,
        until: LogPosition(u64::MAX),
        redirects: &redirects,
    };
    let mut rows = Vec::new();
    let mut visit = |row: &port::HistoryRow<'_>| {
        rows.push(format!("p{} {}", row.person.map_or(0, |it| it.0), row.event));
        ControlFlow::Continue(())
    };
    world.history.scan(&scan, &mut visit).expect("a scan");
    rows
}

#[tokio::test]
async fn timeline_export_and_undo_are_the_same_from_the_history() {
    let world = shop().await;
    let before = read(&world).await;
    let text = before[1].to_string();
    assert_eq!(text.matches("Order Completed").count(), 1, "{text}");
    world.file_and_trim().await;
    assert!(LogPosition(0) < world.log.first());
    let orders = filed(&world).iter().filter(|it| *it == "p2 Order Completed").count();
    assert_eq!(orders, 1, "what came twice is filed once");
    assert_eq!(read(&world).await, before);
    // More comes, and stands in the log alone.
    world.track(r#"{"type":"page","name":"Shop","anonymousId":"k1"}"#).await;
    let plan = world.json("GET /api/v1/merges/j1/undo").await;
    assert_eq!((&plan["absorbed"]["events"], &plan["survivor"]["events"]), (&2.into(), &1.into()));
    world.undo("j1").await;
    world.file_and_trim().await;
    // What was filed while they were one stands with the one whose it is.
    assert_eq!(
        filed(&world),
        [
            "p1 Page Viewed",
            "p1 Identify",
            "p1 Page Viewed",
            "p2 Identify",
            "p2 Order Completed",
            "p2 Identify",
        ]
    );
    let visitor = world.json("GET /api/v1/people/p1/export").await.to_string();
    assert!(visitor.contains("Shop") && !visitor.contains("Order Completed"), "{visitor}");
}

#[tokio::test]
async fn after_an_undo_nobody_is_given_what_is_the_others() {
    let world = shop().await;
    world.track(r#"{"type":"page","name":"Secret","anonymousId":"k1"}"#).await;
    world.undo("j1").await;
    for filed in [false, true] {
        if filed {
            world.file_and_trim().await;
        }
        let person = world.json("GET /api/v1/people/p2/export").await.to_string();
        let visitor = world.json("GET /api/v1/people/p1/export").await.to_string();
        assert!(person.contains("Order Completed") && !person.contains("Secret"), "{person}");
        assert!(!visitor.contains("Order Completed") && visitor.contains("Secret"), "{visitor}");
    }
}

#[tokio::test]
async fn who_is_erased_is_taken_out_of_the_files() {
    let world = shop().await;
    world.track(r#"{"type":"page","name":"Home","userId":"bob"}"#).await;
    world.file_and_trim().await;
    let erase = "POST /api/v1/people/p2/erase\ncontent-type: application/json\n\n{}";
    world.json(erase).await;
    world.file_and_trim().await;
    let views = world.store.reader().expect("views");
    let now = Timestamp(world.now().0 + Span::hours(2).0);
    let loaded = world.handle.loaded();
    engine::sweep(world.fact_source(), &*views, &world.keys, &loaded, now)
        .expect("a sweep")
        .expect("something to do");
    let left = filed(&world);
    assert_eq!(left.iter().filter(|it| !it.contains("Person Erased")).count(), 1, "{left:?}");
    assert!(left.iter().any(|it| it.ends_with("Page Viewed")), "another's stays: {left:?}");
}
