//! Broadcasts, and the end of a hold.

use crate::programme::programme;
use crate::world::World;
use port::Ledger;
use record::{Control, LogRecord};

#[tokio::test]
async fn a_broadcast_is_planned_looked_at_and_sent() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    let state =
        async || world.json("GET /api/v1/broadcasts").await["broadcasts"][0]["state"].clone();
    assert_eq!(state().await, "draft");
    let answer = world.ask("POST /api/v1/broadcasts/spring/start").await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("plan it first"), "{}", answer.body);
    let plan = world.json("POST /api/v1/broadcasts/spring/plan").await;
    assert_eq!(plan["recipients"], 1);
    let counted: u64 = plan["by_reason"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["count"].as_u64())
        .sum();
    assert_eq!(counted, 1);
    assert_eq!(state().await, "planned");
    let started = world.json("POST /api/v1/broadcasts/spring/start").await;
    assert!(started["state"] == "running" || started["state"] == "done", "{started}");
    let both =
        |it: &World| it.store.messages_of(mail.person, None, 10).expect("messages").len() == 2;
    world.until("the candidate", both).await;
    let listed = world.json("GET /api/v1/broadcasts").await;
    assert_eq!(
        (&listed["broadcasts"][0]["recipients"], &listed["broadcasts"][0]["counts"]["candidates"]),
        (&1.into(), &1.into())
    );
    let cancelled = world.json("POST /api/v1/broadcasts/spring/cancel").await;
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(world.status("POST /api/v1/broadcasts/none/plan").await, 404);
}

#[tokio::test]
async fn steps_are_in_the_log_with_who_took_them() {
    let world = World::signed_in().await;
    world.json("POST /api/v1/broadcasts/spring/plan").await;
    world.json("POST /api/v1/broadcasts/spring/cancel").await;
    let records = port::FactLog::read(&world.log, port::LogPosition(0), usize::MAX, usize::MAX)
        .expect("the log");
    let steps: Vec<String> = records
        .iter()
        .filter_map(|(_, bytes)| match LogRecord::decode(bytes) {
            Ok(LogRecord::Control(Control::Broadcast { name, action, by })) => {
                Some(format!("{by}: {action:?} {name}"))
            }
            Ok(_) | Err(_) => None,
        })
        .collect();
    assert_eq!(steps, ["admin: Plan spring", "admin: Cancel spring"]);
}

#[tokio::test]
async fn a_step_that_the_log_does_not_take_is_not_confirmed() {
    let world = World::signed_in().await;
    world.log.set_failing(true);
    assert_eq!(world.status("POST /api/v1/broadcasts/spring/plan").await, 503);
    world.log.set_failing(false);
    assert_eq!(world.json("GET /api/v1/broadcasts").await["broadcasts"][0]["state"], "draft");
}

#[tokio::test]
async fn without_a_hold_nothing_is_released() {
    let world = World::signed_in().await;
    let before = world.events();
    world.check("POST /api/v1/resume", r#"200 {"released":0}"#).await;
    assert_eq!(world.events(), before);
}

#[tokio::test]
async fn the_plan_says_who_of_them_are_seeds() {
    let world = World::signed_in().await;
    world.with_mail().await;
    world.track(r#"{"type":"identify","userId":"sam","traits":{"email":"sam@example.test","seed":true}}"#).await;
    let mut files = programme();
    let seeds = "audience: office\nwhen: trait(\"seed\")\n";
    files.insert("audiences/office.yaml".to_owned(), seeds.to_owned());
    files.insert("policy.yaml".to_owned(), "consent: none\nseeds: office\n".to_owned());
    world.apply(files).await;
    let plan = world.json("POST /api/v1/broadcasts/spring/plan").await;
    assert_eq!((&plan["recipients"], &plan["seeds"]), (&2.into(), &1.into()), "{plan}");
}
