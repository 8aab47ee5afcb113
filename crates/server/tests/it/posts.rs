//! Posts to everybody, and the calendar.

use crate::programme::programme;
use crate::world::World;
use port::contract::Fate;
use serde_json::Value;

const JSON: &str = "content-type: application/json";

async fn with_post(extra: &str) -> World {
    let world = World::signed_in().await;
    let mut files = programme();
    let news = "---\ncontent: launch\ntopic: rides\nsummary: New bikes\n---\nCome and see.\n";
    files.insert("content/launch.md".to_owned(), news.to_owned());
    let post = format!(
        "post: launch\ncontent: launch\nnetworks: [bluesky, mastodon]\n# before the fair\nat: 2027-03-01T09:00\n{extra}"
    );
    files.insert("posts/launch.yaml".to_owned(), post);
    world.apply(files).await;
    world
}

async fn step(world: &World, action: &str) -> Value {
    world.json(&format!("POST /api/v1/posts/launch/{action}\n{JSON}\n\n{{}}")).await
}

fn standings(post: &Value) -> Vec<String> {
    let all = post["networks"].as_array().cloned().unwrap_or_default();
    all.iter().map(|it| format!("{}: {}", it["network"], it["standing"]).replace('"', "")).collect()
}

#[tokio::test]
async fn a_post_is_planned_started_edited_and_taken_back() {
    let world = with_post("").await;
    let listed = world.json("GET /api/v1/posts").await;
    assert_eq!(listed["posts"][0]["state"], "draft");
    assert_eq!(listed["posts"][0]["networks"][0]["parts"][0]["text"], "New bikes");
    assert_eq!(listed["accounts"][0]["network"], "bluesky");
    let refused = world.ask(&format!("POST /api/v1/posts/launch/start\n{JSON}\n\n{{}}")).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("plan it first"), "{}", refused.body);
    let planned = step(&world, "plan").await;
    assert_eq!(
        (&planned["state"], &planned["at"]),
        (&"planned".into(), &"2027-03-01T09:00:00Z".into())
    );
    step(&world, "start").await;
    let stands = |it: &Value| standings(it) == ["bluesky: stands", "mastodon: stands"];
    let post = world.shown("/api/v1/posts/launch", stands).await;
    let url = post["networks"][0]["parts"][0]["url"].as_str().unwrap_or_default();
    assert!(url.starts_with("https://social.example/"), "{post}");
    assert_eq!(world.networks[0].posts().len(), 1);

    let mut files = programme();
    let news = "---\ncontent: launch\ntopic: rides\nsummary: Old bikes\n---\nCome and see.\n";
    files.insert("content/launch.md".to_owned(), news.to_owned());
    let post =
        "post: launch\ncontent: launch\nnetworks: [bluesky, mastodon]\nat: 2027-03-01T09:00\n";
    files.insert("posts/launch.yaml".to_owned(), post.to_owned());
    world.apply(files).await;
    step(&world, "edit").await;
    let says = |it: &Value| it["networks"][1]["parts"][0]["text"] == "Old bikes";
    world.shown("/api/v1/posts/launch", says).await;
    let texts: Vec<String> = world.networks[1].posts().into_values().map(|it| it.text).collect();
    assert_eq!(texts, ["Old bikes"]);

    let body = r#"{"network":"mastodon"}"#;
    world.json(&format!("POST /api/v1/posts/launch/delete\n{JSON}\n\n{body}")).await;
    let gone = |it: &Value| standings(it) == ["bluesky: stands", "mastodon: gone"];
    world.shown("/api/v1/posts/launch", gone).await;
    assert!(world.networks[1].posts().is_empty());
}

#[tokio::test]
async fn what_only_a_person_can_bring_on_is_on_today() {
    let world = with_post("").await;
    world.networks[1].will(Fate::Refuses);
    step(&world, "plan").await;
    step(&world, "start").await;
    let refused = |it: &Value| standings(it) == ["bluesky: stands", "mastodon: refused"];
    let post = world.shown("/api/v1/posts/launch", refused).await;
    assert_eq!(post["needs_person"], true);
    let today = world.json("GET /api/v1/today").await;
    let items = today["attention"].as_array().cloned().unwrap_or_default();
    let of_post: Vec<&Value> = items.iter().filter(|it| it["kind"] == "post").collect();
    assert_eq!(of_post.len(), 1, "{items:?}");
    assert_eq!(of_post[0]["href"], "/posts/launch");
    world.networks[1].will(Fate::Takes);
    step(&world, "again").await;
    let stands = |it: &Value| standings(it) == ["bluesky: stands", "mastodon: stands"];
    world.shown("/api/v1/posts/launch", stands).await;
}

#[tokio::test]
async fn who_planned_a_post_cannot_approve_it() {
    let world = with_post("approval: true\n").await;
    let planned = step(&world, "plan").await;
    assert_eq!(planned["approval"]["needed"], true);
    assert!(
        planned["approval"]["lacks"].as_str().is_some_and(|it| it.contains("nobody has approved"))
    );
    let own = world.ask(&format!("POST /api/v1/posts/launch/approve\n{JSON}\n\n{{}}")).await;
    assert_eq!(own.status, 409, "{}", own.body);
    let unknown = world.ask(&format!("POST /api/v1/posts/launch/shout\n{JSON}\n\n{{}}")).await;
    assert_eq!(unknown.status, 404, "{}", unknown.body);
}

#[tokio::test]
async fn the_calendar_shows_all_channels_and_moves_what_has_not_begun() {
    let world = with_post("").await;
    step(&world, "plan").await;
    let march = "GET /api/v1/calendar?from=2027-03-01T00:00:00Z&to=2027-04-01T00:00:00Z";
    let found = world.json(march).await;
    let items = found["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(items.len(), 1, "{found}");
    assert_eq!(
        (&items[0]["name"], &items[0]["at"]),
        (&"launch".into(), &"2027-03-01T09:00:00Z".into())
    );
    let undated = found["undated"].as_array().cloned().unwrap_or_default();
    assert!(undated.iter().any(|it| it["name"] == "spring"), "{found}");
    let body = r#"{"kind":"post","name":"launch","at":"2027-03-05T16:00"}"#;
    let moved = world.json(&format!("POST /api/v1/calendar/move\n{JSON}\n\n{body}")).await;
    assert_eq!(
        (&moved["at"], &moved["state"]),
        (&"2027-03-05T16:00:00Z".into(), &"planned".into())
    );
    let file = world.json("GET /api/v1/programme/files/posts%2Flaunch.yaml").await;
    assert!(file["text"].as_str().is_some_and(|it| it.contains("# before the fair")), "{file}");
    assert_eq!(world.json("GET /api/v1/posts/launch").await["at"], "2027-03-05T16:00:00Z");
    let soon = r#"{"kind":"post","name":"launch","at":"soon"}"#;
    assert_eq!(world.status(&format!("POST /api/v1/calendar/move\n{JSON}\n\n{soon}")).await, 400);
    let wide = "GET /api/v1/calendar?from=2020-01-01T00:00:00Z&to=2027-04-01T00:00:00Z";
    assert_eq!(world.status(wide).await, 400);
}

#[tokio::test]
async fn a_page_is_on_the_calendar_and_moved_until_it_is_out() {
    let world = with_post("").await;
    let mut files = programme();
    for (name, day) in [("hills", "2027-03-20"), ("dunes", "2026-01-05")] {
        let page = format!(
            "---\ncontent: {name}\ntopic: rides\nsummary: A ride\nforms:\n  page: {{title: A ride, published: {day}}}\n---\nUp.\n"
        );
        files.insert(format!("content/{name}.md"), page);
    }
    world.apply(files).await;
    let to = |name: &str, at: &str| {
        let body = format!(r#"{{"kind":"page","name":"{name}","at":"{at}"}}"#);
        format!("POST /api/v1/calendar/move\n{JSON}\n\n{body}")
    };
    let moved = world.json(&to("hills", "2027-03-22T08:30:00Z")).await;
    assert_eq!((&moved["kind"], &moved["state"]), (&"page".into(), &"planned".into()));
    let march = "GET /api/v1/calendar?from=2027-03-01T00:00:00Z&to=2027-04-01T00:00:00Z";
    let found = world.json(march).await;
    assert_eq!(found["items"][0]["at"], "2027-03-22T08:30:00Z", "{found}");
    let file = world.json("GET /api/v1/programme/files/content%2Fhills.md").await;
    let text = file["text"].as_str().unwrap_or_default();
    assert!(text.contains("{title: A ride, published: 2027-03-22T08:30:00Z}"), "{text}");
    assert_eq!(world.status(&to("hills", "2027-03-22T08:30")).await, 400);
    assert_eq!(world.status(&to("dunes", "2027-03-22T08:30:00Z")).await, 409, "it is out");
    assert_eq!(world.status(&to("nothing", "2027-03-22T08:30:00Z")).await, 404);
}

#[tokio::test]
async fn moving_a_page_rewrote_a_summary_that_spoke_of_published() {
    let world = with_post("").await;
    let mut files = programme();
    let page = "---\ncontent: hills\ntopic: rides\nsummary: \"Just published: hills, and more\"\nforms:\n  page: {title: Hills, published: 2027-03-20}\n---\nUp.\n";
    files.insert("content/hills.md".to_owned(), page.to_owned());
    world.apply(files).await;
    let body = r#"{"kind":"page","name":"hills","at":"2027-03-22T08:30:00Z"}"#;
    let moved = format!("POST /api/v1/calendar/move\n{JSON}\n\n{body}");
    assert_eq!(world.status(&moved).await, 409);
    let file = world.json("GET /api/v1/programme/files/content%2Fhills.md").await;
    assert_eq!(file["text"], page, "nothing of it changed");
}
