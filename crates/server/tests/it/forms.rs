//! Forms for everybody: what they ask, what becomes of it, and what nobody can do with them.

use crate::programme::programme;
use crate::world::{Answer, World};
use content::Link;
use decision::ConsentState;
use model::{Channel, EventKind, Identifier, PersonId, Span, Timestamp, Value};
use port::{Directory, Ledger, People};
use serde_json::json;

const NEWS: &str = "form: news
title: Rides & routes
fields:
  - {field: name, kind: name, trait: first_name}
  - {field: size, kind: choice, label: Size, choices: [S, M], required: true}
topics: [{topic: rides, wording: 'Send me rides, twice a month'}]
thanks: See you on the road.
";

const GUIDE: &str = "---
content: guide
topic: rides
summary: The guide
forms:
  page: {title: The guide, kind: landing, form: news, download: the-guide.pdf}
---
All roads.
";

async fn world(form: &str) -> World {
    world_with(form, |_| {}).await
}

async fn world_with(form: &str, change: impl FnOnce(&mut server::Settings)) -> World {
    let world = World::with(change).await;
    let mut files = programme();
    files.insert("forms/news.yaml".to_owned(), form.to_owned());
    files.insert("content/guide.md".to_owned(), GUIDE.to_owned());
    world.apply(files).await;
    world
}

/// The token in a page's form.
fn token(page: &str) -> String {
    let after = page.split("name=\"token\" value=\"").nth(1).expect("a token");
    after.split('"').next().expect("its end").to_owned()
}

/// A form that somebody fetched, and took some seconds to fill in.
async fn fetched(world: &World, path: &str) -> String {
    let page = world.ask(&format!("GET {path}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.headers["cache-control"], "private, no-store");
    world.advance(Span::seconds(3));
    token(&page.body)
}

async fn post(world: &World, body: &str) -> Answer {
    let head = "POST /forms/news\ncontent-type: application/x-www-form-urlencoded";
    world.ask(&format!("{head}\n\n{body}")).await
}

async fn owner(world: &World, email: &str) -> PersonId {
    let address = [Identifier::email(email)];
    let find = |it: &World| it.store.owners(&address).expect("owners")[0];
    world.until("the person", |it| find(it).is_some()).await;
    find(world).expect("a person")
}

fn state(world: &World, person: PersonId) -> Option<ConsentState> {
    let address = Identifier::email("eve@example.test");
    let consents = world.consents(person);
    consents.state(
        model::Purpose::Marketing,
        Channel::Email,
        &"rides".into(),
        Some(&address),
        world.now(),
    )
}

#[tokio::test]
async fn a_form_is_answered_when_it_is_durable_and_counts_when_it_is_confirmed() {
    let world = world(NEWS).await;
    let token = fetched(&world, "/read/guide?utm_source=paper&utm_campaign=spring&ref=ann").await;
    let body =
        format!("token={token}&email=Eve%40example.test&name=Eve&size=M&topic.0=yes&userId=root");
    let answer = post(&world, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(
        answer.body.contains("See you on the road.") && answer.body.contains("Eve@example.test")
    );
    assert!(!answer.body.contains("/d/"), "the file waits for the confirmation: {}", answer.body);
    // No waiting here: the log had it before the answer.
    let facts = world.facts("Form Submitted");
    let event = &facts[0].event;
    let said = |name: &str| event.properties.get(name).and_then(Value::as_text);
    assert_eq!(
        (said("form"), said("size"), said("page")),
        (Some("news"), Some("M"), Some("/read/guide"))
    );
    assert_eq!(said("userId"), None);
    let context = |path: &str| Value::at(&event.context, path).and_then(Value::as_text);
    assert_eq!(
        (context("campaign.source"), context("campaign.name")),
        (Some("paper"), Some("spring"))
    );
    assert_eq!(
        (context("referrer.id"), context("landing_page")),
        (Some("ann"), Some("/read/guide"))
    );
    assert_eq!(event.user_id, None);
    let given = &world.facts("Consent Given")[0].event;
    assert_eq!(
        given.properties.get("wording").and_then(Value::as_text),
        Some("Send me rides, twice a month")
    );
    assert!(world.facts("Identify").iter().all(|it| matches!(it.event.kind, EventKind::Identify)));

    let person = owner(&world, "eve@example.test").await;
    world
        .until("the mail", |it| !it.store.messages_of(person, None, 9).expect("all").is_empty())
        .await;
    let message = world.store.messages_of(person, None, 9).expect("messages").remove(0).id;
    let path = world.path(&Link::Confirm { person, message });
    let rides = "rides".into();
    let allows =
        |world: &World| world.consents(person).allows(Channel::Email, &rides, Timestamp(0));
    assert_eq!(world.status(&format!("GET {path}")).await, 200);
    world.settle().await;
    assert!(!allows(&world), "opening the link confirms nothing");
    let page = world.ask(&format!("POST {path}\n\n")).await;
    assert!(allows(&world));
    let said = world.consents(person).listing(Timestamp(0))[0].source.clone();
    assert!(said.contains("form news at /read/guide"), "{said}");
    assert!(page.body.contains("/d/") && page.body.contains("the-guide.pdf"), "{}", page.body);
}

#[tokio::test]
async fn what_was_typed_stands_there_again_with_what_is_wrong() {
    let world = world(NEWS).await;
    let token = fetched(&world, "/forms/news").await;
    let body = format!("token={token}&email=eve&name=%3Cb%3EEve%3C%2Fb%3E&topic.0=yes");
    let answer = post(&world, &body).await;
    assert_eq!(answer.status, 422);
    for expected in [
        "value=\"eve\"",
        "value=\"&lt;b&gt;Eve&lt;/b&gt;\"",
        "href=\"#size\"",
        "aria-describedby=\"email-error\"",
        "name=\"topic.0\" value=\"yes\" checked",
    ] {
        assert!(answer.body.contains(expected), "{expected} is not in {}", answer.body);
    }
    assert!(!answer.body.contains("<b>Eve"), "{}", answer.body);
    assert_eq!(world.facts("Form Submitted").len(), 0);
    // The corrected form need not wait again.
    let token = self::token(&answer.body);
    let answer = post(&world, &format!("token={token}&email=eve%40example.test&size=S")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn programs_are_asked_once_more_and_store_nothing() {
    let world = world(NEWS).await;
    let token = fetched(&world, "/forms/news").await;
    let sound = "email=eve%40example.test&size=S";
    let sealed = |made, key| {
        let form = "news".to_owned();
        content::form::Token { form, made, ..Default::default() }.seal(&key)
    };
    // As young as can be, however long this test takes.
    let young = sealed(world.now() + Span::hours(1), world.keys.link);
    let foreign = sealed(world.now() - Span::seconds(3), content::LinkKey([1; 32]));
    // Its seal is another one after this, whichever letters it is made of.
    let (first, rest) = token.split_at(token.len() / 2);
    let other = if rest.starts_with('A') { "B" } else { "A" };
    let altered = format!("{first}{other}{}", &rest[1..]);
    for body in [
        sound.to_owned(),
        format!("token={young}&{sound}"),
        format!("token={token}&website=x&{sound}"),
        format!("token={foreign}&{sound}"),
        format!("token={altered}&{sound}"),
    ] {
        let answer = post(&world, &body).await;
        assert_eq!(answer.status, 422, "for {body}: {}", answer.body);
        assert!(answer.body.contains("send it once more"), "for {body}: {}", answer.body);
        assert!(answer.body.contains("value=\"eve@example.test\""), "for {body}");
    }
    world.advance(Span::days(2));
    assert_eq!(post(&world, &format!("token={token}&{sound}")).await.status, 422);
    assert_eq!(world.facts("Form Submitted").len(), 0);
}

#[tokio::test]
async fn a_form_on_ones_own_page_is_looked_over_and_sent() {
    let world = world(NEWS).await;
    let body = "email=eve%40example.test&size=S&utm_source=shop&topic.0=yes";
    let answer = post(&world, body).await;
    assert_eq!(answer.status, 422);
    world.advance(Span::seconds(3));
    let token = token(&answer.body);
    assert_eq!(post(&world, &format!("token={token}&{body}")).await.status, 200);
    let event = &world.facts("Form Submitted")[0].event;
    assert_eq!(Value::at(&event.context, "campaign.source").and_then(Value::as_text), Some("shop"));
}

#[tokio::test]
async fn a_double_click_is_one_form_and_many_are_too_many() {
    let world = world(NEWS).await;
    let token = fetched(&world, "/forms/news").await;
    let body = format!("token={token}&email=eve%40example.test&size=S");
    for _ in 0..5 {
        assert_eq!(post(&world, &body).await.status, 200);
    }
    let answer = post(&world, &body).await;
    assert_eq!(answer.status, 429);
    assert!(answer.headers.contains_key("retry-after"), "{}", answer.body);
    world.settle().await;
    world.until("the duplicates", |it| it.handle.status().stats.duplicates == 8).await;
}

#[tokio::test]
async fn nobody_says_anything_about_somebody_who_is_known() {
    let world = world(NEWS).await;
    world.track(r#"{"type":"identify","userId":"eve","traits":{"email":"eve@example.test","first_name":"Eve"}}"#).await;
    let person = world.person("eve");
    let token = fetched(&world, "/forms/news").await;
    let body = format!("token={token}&email=eve%40example.test&size=S&name=Mallory");
    assert_eq!(post(&world, &body).await.status, 200);
    world.settle().await;
    world.until("the form", |it| it.handle.status().stats.events >= 3).await;
    let traits = world.store.load(&[person]).expect("people").remove(0).profile.traits;
    assert_eq!(traits["first_name"].value.as_text(), Some("Eve"));
    assert_eq!(state(&world, person), None);
}

#[tokio::test]
async fn a_form_leads_only_where_its_file_says() {
    let form = format!("{NEWS}then: 'https://shop.test/thanks?a=b'\n")
        .replace("thanks: See you on the road.\n", "");
    let world = World::new().await;
    let mut files = programme();
    files.insert("forms/news.yaml".to_owned(), form);
    world.apply(files).await;
    let page = world.ask("GET /forms/news?then=https://evil.test").await;
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("form-action 'self' https://shop.test;"), "{policy}");
    world.advance(Span::seconds(3));
    let body = format!(
        "token={}&email=eve%40example.test&size=S&then=https://evil.test",
        token(&page.body)
    );
    let answer = post(&world, &body).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["location"]),
        (303, &"https://shop.test/thanks?a=b".parse().expect("a header"))
    );
}

#[tokio::test]
async fn a_form_that_cannot_be_stored_is_not_thanked_for() {
    let world = world(NEWS).await;
    let token = fetched(&world, "/forms/news").await;
    world.log.set_failing(true);
    let answer = post(&world, &format!("token={token}&email=eve%40example.test&size=S")).await;
    assert_eq!(answer.status, 503);
    let long = "x".repeat(300 << 10);
    assert_eq!(post(&world, &format!("email={long}")).await.status, 413);
    assert_eq!(world.status("GET /forms/other").await, 404);
}

#[tokio::test]
async fn a_file_is_opened_by_its_link_alone_and_not_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("files")).expect("a folder");
    let text = "The whole guide.".repeat(10_000);
    std::fs::write(folder.path().join("files/the-guide.pdf"), &text).expect("a file");
    let form = format!("{NEWS}double_opt_in: false\n");
    let path = folder.path().to_owned();
    let limits =
        server::Limits { free_bytes_min: 0, free_share_min: 0.0, ..server::Limits::default() };
    let world = world_with(&form, |it| (it.data_dir, it.limits) = (Some(path), limits)).await;
    let token = fetched(&world, "/read/guide").await;
    let answer = post(&world, &format!("token={token}&email=eve%40example.test&size=S")).await;
    let link = answer.body.split("href=\"/d/").nth(1).and_then(|it| it.split('"').next());
    let link = format!("/d/{}", link.expect("a link"));
    let file = world.ask(&format!("GET {link}")).await;
    assert!(file.status == 200 && file.body == text, "{}", file.status);
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"the-guide.pdf\"");
    let person = owner(&world, "eve@example.test").await;
    let said = world.facts("Content Downloaded");
    assert_eq!(said.iter().map(|it| it.person).collect::<Vec<_>>(), [Some(person)]);
    let until = world.now() + Span::DAY;
    let other = Link::Download { person, until, page: "spring".to_owned() };
    let forged = Link::Download { person, until, page: "guide".to_owned() };
    let forged = forged.sign(&content::LinkKey([1; 32]));
    for wrong in [
        world.path(&other),
        format!("/d/{forged}"),
        format!("{link}x"),
        "/d/../files/the-guide.pdf".to_owned(),
    ] {
        assert_ne!(world.status(&format!("GET {wrong}")).await, 200, "{wrong}");
    }
    world.advance(Span::days(3));
    let late = world.ask(&format!("GET {link}")).await;
    assert!(late.status == 410 && late.body.contains("/read/guide"), "{}", late.body);
}

#[tokio::test]
async fn the_team_sees_where_each_form_stands_and_what_came_of_it() {
    let mut world = world(NEWS).await;
    world.sign_in().await;
    let path = "/api/v1/forms";
    let found = world.json(&format!("GET {path}")).await;
    let form = &found["forms"][0];
    assert_eq!((&form["name"], &form["title"]), (&json!("news"), &json!("Rides & routes")));
    assert_eq!(
        (&form["submitted"], &form["rate"], &form["last"]),
        (&json!(0), &json!(null), &json!(null))
    );
    assert_eq!(form["address"], "http://shop.test/forms/news");
    let page = json!([{"title": "The guide", "address": "http://shop.test/read/guide"}]);
    assert_eq!((&form["pages"], &form["topics"]), (&page, &json!(["rides"])));
    let embed = form["embed"].as_str().expect("HTML");
    for part in [
        "<form method=\"post\" action=\"http://shop.test/forms/news\">",
        "name=\"email\" required",
        "name=\"topic.0\" value=\"yes\"> Send me rides, twice a month",
    ] {
        assert!(embed.contains(part), "{embed}");
    }
    // Two say yes, and one of them presses the button in the mail; the third wants nothing.
    for (name, yes) in [("eve", "&topic.0=yes"), ("bob", "&topic.0=yes"), ("ann", "")] {
        let token = fetched(&world, "/forms/news").await;
        let body = format!("token={token}&email={name}%40example.test&size=S{yes}");
        assert_eq!(post(&world, &body).await.status, 200);
    }
    world.shown(path, |it| it["forms"][0]["submitted"] == 3).await;
    let person = owner(&world, "eve@example.test").await;
    world
        .until("the mail", |it| !it.store.messages_of(person, None, 9).expect("all").is_empty())
        .await;
    let message = world.store.messages_of(person, None, 9).expect("messages").remove(0).id;
    let link = world.path(&Link::Confirm { person, message });
    for _ in 0..2 {
        assert_eq!(world.status(&format!("POST {link}")).await, 200);
    }
    let found = world.shown(path, |it| it["forms"][0]["confirmed"] == 1).await;
    let form = &found["forms"][0];
    assert_eq!((&form["submitted"], &form["asked"]), (&json!(3), &json!(2)));
    assert!(form["last"].is_string());
    // Of one in two, Wilson's interval is 1/2 ± z / (2 √(2 + z²)), with z = 1.959964.
    let of = |name: &str| form["rate"][name].as_f64().expect("a share");
    assert_eq!(of("share"), 0.5);
    assert!((of("low") - 0.094_531_205_734_230_74).abs() < 1e-6, "{}", of("low"));
    assert!((of("high") - 0.905_468_794_265_769_3).abs() < 1e-6, "{}", of("high"));
}
