//! Today and the leverage report.

use crate::programme::programme;
use crate::world::World;
use model::Span;
use serde_json::Value as Json;

#[tokio::test]
async fn today_balances_and_says_what_needs_a_person() {
    let world = World::signed_in().await;
    world.with_mail().await;
    world
        .until("the tally", |it| {
            it.handle.status().tallies.journeys.values().any(|it| 0 < it.messages)
        })
        .await;
    let today = world.json("GET /api/v1/today").await;
    let ledger = &today["ledger"];
    let count = |key: &str| ledger[key].as_u64().expect("a count");
    let parts =
        ["sent", "suppressed", "held_out", "dropped", "merged", "failed", "unknown", "pending"];
    assert_eq!(count("candidates"), parts.iter().map(|it| count(it)).sum::<u64>());
    assert_eq!((count("candidates"), count("sent")), (1, 1));
    let days = today["days"].as_array().expect("days");
    let sent: u64 = days.iter().filter_map(|it| it["sent"].as_u64()).sum();
    assert_eq!((days.len(), sent), (14, 1));
    let journeys = today["journeys"].as_array().expect("a list");
    let messages = journeys.iter().map(|it| format!("{} {}", it["name"], it["messages"]));
    assert_eq!(messages.collect::<Vec<_>>(), ["\"hello\" 0", "\"thanks\" 1"]);
    assert_eq!(today["audiences"][0]["condition"], "did(\"Order Completed\", last 365d)");
    assert_eq!((&today["engine"]["hold"], &today["truth"]), (&Json::Null, &Json::Null));
    assert_eq!(today["attention"], Json::Array(vec![]));
}

#[tokio::test]
async fn leverage_has_the_documented_form_and_says_what_is_missing() {
    let world = World::signed_in().await;
    world.with_mail().await;
    world.track(r#"{"type":"track","event":"Signed Up","userId":"ann"}"#).await;
    world.until("the panel", |it| !it.handle.sums().outcomes().is_empty()).await;
    let report = leverage(&world).await;
    let reason = report["insufficient"].as_str().expect("a reason");
    assert!(
        reason.contains("1 people are being counted; the first windows of 28d end at"),
        "{reason}"
    );
    world.advance(Span::days(30));
    let report = leverage(&world).await;
    assert_eq!((report["n"].as_u64(), report["running"].as_u64()), (Some(1), Some(0)));
    assert!(report["insufficient"].is_string());
}

#[test]
fn a_full_report_has_the_documented_form() {
    let channels = ["email".to_owned(), "push".to_owned()];
    let cell = |on: u32, buyers: u64| {
        let outcomes: Vec<f64> =
            (0..400).map(|n| if n % 400 < buyers { 12.5 } else { 0.0 }).collect();
        measurement::Cell { on, sums: measurement::Sums::of(&outcomes) }
    };
    let cohorts = [vec![cell(0, 20), cell(1, 40), cell(2, 30), cell(3, 80)]];
    let shares = [(0, 0.25), (1, 0.25), (2, 0.25), (3, 0.25)];
    let question = measurement::Question {
        expected_shares: Some(&shares),
        ..measurement::Question::new(&channels, &cohorts)
    };
    let found = measurement::leverage_with_uncapped(&question, 500.0, &question);
    assert!(found.conversion.is_some() && found.sample_ratio.is_some());
    let mut report = serde_json::to_value(&found).expect("JSON");
    report["outcome"] = serde_json::json!({"name": "revenue"});
    report["inside_minus_outside"] = serde_json::to_value(&found.leverage).expect("JSON");
    report["running"] = 0.into();
    report["next_end"] = Json::Null;
    assert_eq!(crate::conforms::problem("GET", "/api/v1/leverage", &report), None);
}

#[tokio::test]
async fn without_a_panel_leverage_says_how_to_get_one() {
    let world = World::signed_in().await;
    let mut files = programme();
    files.insert("policy.yaml".to_owned(), "caps: []\n".to_owned());
    world.apply(files).await;
    let report = leverage(&world).await;
    assert!(report["insufficient"].as_str().expect("a reason").contains("policy.yaml"));
    let mut files = programme();
    files.insert("outcomes.yaml".to_owned(), "[]\n".to_owned());
    world.apply(files).await;
    let report = leverage(&world).await;
    assert!(report["insufficient"].as_str().expect("a reason").contains("outcomes.yaml"));
}

#[tokio::test]
async fn after_an_absence_nothing_is_sent_until_somebody_says_so() {
    let mut world = World::after_absence().await;
    world.sign_in().await;
    world
        .track(r#"{"type":"identify","userId":"ann","traits":{"email":"ann@example.test"}}"#)
        .await;
    world.track(r#"{"type":"track","event":"Order Completed","userId":"ann"}"#).await;
    let held = |it: &World| it.handle.status().hold.is_some();
    world.until("the hold", held).await;
    let today = world.json("GET /api/v1/today").await;
    assert_eq!(
        (&today["engine"]["hold"]["waiting"], &today["attention"][0]["kind"]),
        (&1.into(), &"hold".into())
    );
    assert_eq!(today["ledger"]["sent"], 0);
    world.check("POST /api/v1/resume", r#"200 {"released":1}"#).await;
    world.until("the end of the hold", |it| !held(it)).await;
    let sent = |it: &World| {
        port::Ledger::counts(&it.store)
            .expect("counts")
            .iter()
            .any(|(key, n)| key.state == model::LedgerState::Sent && *n == 1)
    };
    world.until("the mail", sent).await;
    world.check("POST /api/v1/resume", r#"200 {"released":0}"#).await;
}

/// As a program asks, whose token does not end after two weeks.
async fn leverage(world: &World) -> Json {
    let (entry, token) = server::new_token("reports", model::Timestamp(0));
    world.put(vec![entry]).await;
    world.json(&format!("GET /api/v1/leverage\nauthorization: Bearer {token}")).await
}

#[tokio::test]
async fn a_campaign_that_was_stopped_goes_on_when_somebody_says_so() {
    let stopped =
        r#"{"harm":{"sent":200,"bounced":11,"complained":0},"stopped":["bounces",1700000000000]}"#;
    let key = "brake/journey/hello";
    let entry = port::Entry::put(port::Space::Campaign, key, stopped.as_bytes().to_vec());
    let world = World::after_storing(vec![entry]).await;
    let release = |campaign: &str| {
        format!(
            "POST /api/v1/campaigns/release\ncontent-type: application/json\n\n{{\"campaign\":\"{campaign}\"}}"
        )
    };
    let brakes = |today: &Json| -> Vec<Json> {
        let all = today["attention"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter(|it| it["kind"] == "brake").map(|it| it["brake"].clone()).collect()
    };
    let today = world.json("GET /api/v1/today").await;
    let expected = serde_json::json!({"campaign": "journey/hello", "why": "bounces", "sent": 200,
        "harmed": 11, "since": "2023-11-14T22:13:20Z"});
    assert_eq!(brakes(&today), [expected]);
    assert_eq!(world.status(&release("journey/thanks")).await, 404);
    assert_eq!(world.status(&release("journey/hello")).await, 204);
    world.shown("/api/v1/today", |it| brakes(it).is_empty()).await;
    assert_eq!(world.status(&release("journey/hello")).await, 404);
}
