//! Campaigns: the funnel and the ledger of journeys and broadcasts, and what went wrong with which person.

use crate::programme::programme;
use crate::world::World;
use content::Link;
use model::{Reply, Span};
use serde_json::{Value as Json, json};

const THANKS: &str = "/api/v1/campaigns/journey/thanks";

const STATES: [&str; 8] =
    ["sent", "suppressed", "held_out", "dropped", "merged", "failed", "unknown", "pending"];

/// The sum of all states is what was asked for.
fn closes(counts: &Json) -> bool {
    let of = |state: &str| counts[state].as_u64().expect("a count");
    STATES.iter().map(|it| of(it)).sum::<u64>() == of("candidates")
}

#[tokio::test]
async fn a_funnel_counts_people_once_and_machines_apart() {
    let world = World::signed_in().await;
    let mail = world.with_mail().await;
    // Nobody clicks so soon after it was sent.
    world.advance(Span::minutes(1));
    let click = world.click(mail.id, "https://shop.test/rides");
    let open = world.path(&Link::Open { message: mail.id });
    let person = "user-agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
    for _ in 0..2 {
        assert_eq!(world.status(&format!("GET {click}\n{person}")).await, 302);
    }
    // The proxy that loads pictures for everybody.
    assert_eq!(world.status(&format!("GET {open}\nuser-agent: Mozilla/5.0")).await, 200);
    let both = |it: &Json| it["funnel"]["clicked"] == 1 && it["funnel"]["opened_by_machine"] == 1;
    let shown = world.shown(THANKS, both).await;
    let funnel = json!({"candidates": 1, "decided": 1, "sent": 1, "delivered": null, "opened": 0,
        "opened_by_machine": 1, "clicked": 1, "clicked_by_machine": 0, "replied": 0, "bounced": 0,
        "complained": 0, "unsubscribed": 0, "goal": null});
    assert_eq!(shown["funnel"], funnel);
    // One click in the mail program is a no, and the campaign hears of it.
    let stop = world.path(&Link::Unsubscribe { person: mail.person, message: mail.id });
    assert_eq!(world.status(&format!("POST {stop}\n\nList-Unsubscribe=One-Click")).await, 200);
    world.shown(THANKS, |it| it["funnel"]["unsubscribed"] == 1).await;
    let campaign = &shown["campaign"];
    assert!(closes(&campaign["counts"]), "{campaign}");
    assert_eq!(campaign["state"], "running");
    assert_eq!(campaign["contents"], json!(["receipt"]));
    let sent = json!([{"outcome": "sent", "reason": "sent", "text": "sent", "messages": 1}]);
    assert_eq!(shown["reasons"], sent);
    assert_eq!(shown["days"].as_array().map(Vec::len), Some(1));
    assert_eq!((&shown["days"][0]["counts"], &shown["holds"]), (&campaign["counts"], &json!([])));
}

#[tokio::test]
async fn what_failed_is_listed_with_its_person_and_the_reason() {
    let world = World::signed_in().await;
    world.answer_with(Reply::Refused { detail: "550 no".to_owned(), dead: false });
    world.track(r#"{"type":"identify","userId":"bob","traits":{"email":"bob@example.test","name":"Bob"}}"#).await;
    let bob = world.person("bob");
    world.consent(bob, Span::minutes(-1));
    world.track(r#"{"type":"track","event":"Order Completed","userId":"bob","properties":{"order_id":"o9"}}"#).await;
    let path = format!("{THANKS}/faults");
    let found = world.shown(&path, |it| it["faults"][0].is_object()).await;
    let fault = &found["faults"][0];
    let said = [&fault["person"], &fault["name"], &fault["state"], &fault["reason"]["code"]];
    assert_eq!(said, [&json!(bob.to_string()), &json!("Bob"), &json!("failed"), &json!("refused")]);
    assert_eq!(fault["detail"], "try 1: 550 no");
    assert_eq!(found["next_cursor"], Json::Null);
    assert_eq!(
        world.json("GET /api/v1/campaigns/broadcast/spring/faults").await["faults"],
        json!([])
    );
    // The channel has it too, in the provider's own number.
    let shown =
        world.shown("/api/v1/channels", |it| it["channels"][0]["today"]["refused"] == 1).await;
    let email = &shown["channels"][0];
    assert_eq!(email["codes"], json!([{"answer": "refused", "code": "550", "count": 1}]));
    assert_eq!(email["last"][0]["detail"], "550 no");
}

#[tokio::test]
async fn campaigns_are_listed_and_one_that_is_gone_keeps_its_ledger() {
    let world = World::signed_in().await;
    world.with_mail().await;
    let names = |it: &Json| -> Vec<String> {
        let all = it["campaigns"].as_array().expect("a list").iter();
        all.map(|it| format!("{} {} {}", it["kind"], it["name"], it["state"]).replace('"', ""))
            .collect()
    };
    let listed = world.json("GET /api/v1/campaigns").await;
    assert_eq!(
        names(&listed),
        ["journey thanks running", "journey hello running", "broadcast spring draft"],
        "what asked for something last comes first"
    );
    let mut files = programme();
    files.remove("journeys/thanks.yaml");
    world.apply(files).await;
    let gone = world.shown(THANKS, |it| it["campaign"]["state"] == "gone").await;
    assert_eq!(gone["campaign"]["counts"]["sent"], 1);
    assert_eq!(world.status("GET /api/v1/campaigns/journey/nothing").await, 404);
    assert_eq!(world.status("GET /api/v1/campaigns/newsletter/thanks").await, 404);
}

#[tokio::test]
async fn a_channel_tells_how_it_goes_by_receiving_domain() {
    let world = World::signed_in().await;
    world.with_mail().await;
    let shown =
        world.shown("/api/v1/channels", |it| it["channels"][0]["today"]["accepted"] == 1).await;
    let email = &shown["channels"][0];
    assert_eq!((&email["ready"], &email["concurrency"]), (&json!(true), &json!(2)));
    let domain = &email["domains"][0];
    assert_eq!(
        (&domain["domain"], &domain["counts"]["accepted"]),
        (&json!("example.test"), &json!(1))
    );
    // Of one message nobody knows much: Wilson's interval for 0 of 1.
    let high = domain["bounces"]["high"].as_f64().expect("a number");
    assert!((0.79..0.80).contains(&high), "{high}");
    assert_eq!(domain["bounces"]["above"], false);
    let sms =
        shown["channels"].as_array().expect("a list").iter().find(|it| it["channel"] == "sms");
    assert_eq!(sms.map(|it| &it["ready"]), Some(&json!(false)));
}

#[tokio::test]
async fn what_has_to_stand_in_the_dns_is_told_and_asked_for() {
    let zone = "shop.test TXT v=spf1 mx -all\n_dmarc.shop.test TXT v=DMARC1; p=none";
    let resolver = channels::dns::sink::start(zone).expect("a resolver");
    let mut world = World::with(|it| it.resolver = Some(resolver)).await;
    world.sign_in().await;
    let told = world.json("GET /api/v1/channels/email/domain").await;
    assert_eq!((&told["domain"], &told["records"][0]["state"]), (&json!("shop.test"), &Json::Null));
    let asked = world.json("GET /api/v1/channels/email/domain?check=true").await;
    let states: Vec<String> = asked["records"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {}", it["purpose"], it["state"]).replace('"', ""))
        .collect();
    assert_eq!(states, ["spf found", "dmarc found", "return_path missing", "links missing"]);
    assert_eq!(asked["records"][0]["found"], json!(["v=spf1 mx -all"]));
    let mut unset = World::new().await;
    unset.sign_in().await;
    let asked = unset.json("GET /api/v1/channels/email/domain?check=true").await;
    assert!(asked["problem"].as_str().is_some_and(|it| it.contains("[dns]")), "{asked}");
}

#[tokio::test]
async fn a_journey_is_paused_and_goes_on() {
    let world = World::signed_in().await;
    world.with_mail().await;
    let steer =
        async |step: &str| world.status(&format!("POST /api/v1/journeys/thanks/{step}")).await;
    let campaign = "/api/v1/campaigns/journey/thanks";
    assert_eq!(steer("pause").await, 204);
    let found = world.shown(campaign, |it| it["campaign"]["state"] == "paused").await;
    assert_eq!(found["holds"][0]["kind"], "paused");
    assert!(
        found["holds"][0]["text"].as_str().is_some_and(|it| it.ends_with(" paused it")),
        "{found}"
    );
    world.track(r#"{"type":"track","event":"Order Completed","userId":"ann","properties":{"order_id":"o2"}}"#).await;
    world.settle().await;
    let found = world.shown(campaign, |it| it["campaign"]["counts"]["pending"] == 1).await;
    assert_eq!(found["campaign"]["counts"]["sent"], 1, "{found}");
    let listed = world.json("GET /api/v1/journeys").await;
    let paused = |it: usize| listed["journeys"][it]["paused"]["since"].is_string();
    assert!(!paused(0) && paused(1), "{listed}");
    assert_eq!(steer("resume").await, 204);
    world.shown(campaign, |it| it["campaign"]["state"] == "running").await;
    assert_eq!(world.status("POST /api/v1/journeys/none/pause").await, 404);
}
