//! The pages behind signed links.

use crate::world::World;
use content::Link;
use model::{Channel, Message, MessageId, PersonId, Span, Timestamp};
use port::{Fault, Ledger};

#[tokio::test]
async fn a_withdrawal_is_committed_before_the_page_says_so() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let page = unsubscribe(&world, &mail);
    let check = async |body: &str, expected: &[&str]| {
        let answer = world
            .ask(&format!("POST {page}\ncontent-type: application/x-www-form-urlencoded\n\n{body}"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        // No waiting here: the state holds it at the moment of the answer.
        assert_eq!(world.noes(mail.person), expected, "for {body}");
    };
    check("scope=topic", &["every channel, rides (unsubscribe page)"]).await;
    check(
        "List-Unsubscribe=One-Click",
        &["every channel, rides (unsubscribe page)", "email, every topic (one-click unsubscribe)"],
    )
    .await;
    check(
        "scope=everything",
        &[
            "every channel, every topic (unsubscribe page)",
            "every channel, rides (unsubscribe page)",
            "email, every topic (one-click unsubscribe)",
        ],
    )
    .await;
}

#[tokio::test]
async fn one_click_is_understood_in_both_forms_of_the_standard() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let head = format!(
        "POST {}\ncontent-type: multipart/form-data; boundary=b",
        unsubscribe(&world, &mail)
    );
    assert_eq!(world.ask_bytes(&head, body.as_bytes().to_vec()).await.status, 200);
    assert_eq!(world.noes(mail.person), ["email, every topic (one-click unsubscribe)"]);
}

#[tokio::test]
async fn a_withdrawal_does_not_need_the_log() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world.log.set_failing(true);
    assert_eq!(
        world.status(&format!("POST {}\n\nscope=channel", unsubscribe(&world, &mail))).await,
        200
    );
    assert_eq!(world.noes(mail.person), ["email, every topic (unsubscribe page)"]);
}

#[tokio::test]
async fn a_withdrawal_that_was_not_committed_is_not_confirmed() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world.log.set_failing(true);
    world.store.fail_after(0, Fault::Refuse);
    let answer = world.ask(&format!("POST {}\n\nscope=channel", unsubscribe(&world, &mail))).await;
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("try again"), "{}", answer.body);
}

#[tokio::test]
async fn the_copy_in_the_log_is_known_to_the_engine() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world.check_unsubscribed(&mail).await;
    assert_eq!(world.facts("Unsubscribed").len(), 1);
    world.until("the duplicate", |it| it.handle.status().stats.duplicates == 1).await;
    assert_eq!(world.noes(mail.person).len(), 1);
}

#[tokio::test]
async fn a_yes_from_a_clock_that_runs_ahead_does_not_win_over_a_no() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world.consent(mail.person, Span::minutes(4));
    world.settle().await;
    world.check_unsubscribed(&mail).await;
    assert!(!world.consents(mail.person).allows(Channel::Email, &"offers".into(), Timestamp::MAX));
}

#[tokio::test]
async fn following_a_link_changes_nothing() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let (person, message) = (mail.person, mail.id);
    world.settle().await;
    let (consents, events) = (world.consents(person), world.events());
    for link in [
        Link::Unsubscribe { person, message },
        Link::Preferences { person, message },
        Link::Why { person, message },
    ] {
        let path = world.path(&link);
        for method in ["GET", "HEAD"] {
            let answer = world.ask(&format!("{method} {path}?scope=everything")).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("set-cookie"), "");
        }
        let page = world.ask(&format!("GET {path}")).await.body;
        assert!(page.contains("<html lang=\"en\" dir=\"ltr\">"), "{page}");
        assert!(
            !page.contains("<script") && !page.contains("Ann") && !page.contains("ann@"),
            "{page}"
        );
    }
    assert_eq!((world.consents(person), world.events()), (consents, events));
}

#[tokio::test]
async fn a_token_that_was_changed_is_nobodys() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let good = unsubscribe(&world, &mail);
    let other_kind = good.replace("/u/", "/p/");
    let (head, last) = good.split_at(good.len() - 1);
    let changed = format!("{head}{}", if last == "A" { "B" } else { "A" });
    let cut = good[..good.len() - 4].to_owned();
    for path in [
        other_kind,
        changed,
        cut,
        "/u/x".to_owned(),
        "/c/x".to_owned(),
        "/w/%00".to_owned(),
        "/o/x.gif".to_owned(),
    ] {
        assert_eq!(world.status(&format!("GET {path}")).await, 404, "{path}");
    }
    assert_eq!(
        world.status(&format!("POST {}\n\nscope=everything", good.replace("/u/", "/u/A"))).await,
        404
    );
    assert_eq!(world.noes(mail.person), Vec::<String>::new());
}

#[tokio::test]
async fn the_preference_page_only_restricts() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world
        .track(r#"{"type":"track","event":"Consent Given","userId":"ann","properties":{"channel":"push"}}"#)
        .await;
    let page = world.path(&Link::Preferences { person: mail.person, message: mail.id });
    let check = async |body: &str, expected: &str| {
        let answer = world.ask(&format!("POST {page}\n\n{body}")).await;
        assert!(answer.status == 200 || answer.status == 422, "{}", answer.body);
        let consents = world.consents(mail.person);
        let wishes = consents.wishes();
        let limit = wishes.limit.map_or("-".to_owned(), |(n, per)| format!("{n}/{per}"));
        let quiet = wishes
            .quiet_hours
            .map_or("-".to_owned(), |it| format!("{}-{}", it.from / 60, it.to / 60));
        let shown = format!(
            "off {}; limit {limit}; quiet {quiet}; no to {}",
            wishes.channels_off,
            world.noes(mail.person).len()
        );
        assert_eq!(shown, expected, "for {body}");
    };
    check("channels=shown&channel=email&channel=push", "off none; limit -; quiet -; no to 0").await;
    check(
        "channels=shown&channel=email&limit_n=3&limit_per=week",
        "off push; limit 3/7d; quiet -; no to 0",
    )
    .await;
    // More than before is not taken, whatever a forged form says.
    check(
        "channels=shown&channel=email&channel=push&limit_n=3&limit_per=day",
        "off push; limit 3/7d; quiet -; no to 0",
    )
    .await;
    check(
        "limit_n=1&limit_per=week&quiet_from=20:00&quiet_to=09:00",
        "off push; limit 1/7d; quiet 20-9; no to 0",
    )
    .await;
    check("quiet_from=23:00&quiet_to=06:00", "off push; limit 1/7d; quiet 20-9; no to 0").await;
    check(
        "quiet_from=19:00&quiet_to=10:00&stop=offers",
        "off push; limit 1/7d; quiet 19-10; no to 1",
    )
    .await;
    // Whatever more a form may have, on this page it loosens nothing.
    check(
        "channels=shown&channel=email&channel=push&only=push&topics=shown&topic=offers&no_limit=yes\
         &end_pause=yes&no_quiet=yes&quiet_from=&quiet_to=&limit_n=&limit_per=",
        "off push; limit 1/7d; quiet 19-10; no to 1",
    )
    .await;
    check(
        "channels=shown&channel=push&topic=offers&topics=shown&no_limit=yes&no_quiet=yes",
        "off email+push; limit 1/7d; quiet 19-10; no to 1",
    )
    .await;
    check(
        "stop=nothing-we-know&limit_n=x&pause=x&quiet_from=9&quiet_to=",
        "off email+push; limit 1/7d; quiet 19-10; no to 1",
    )
    .await;
}

#[tokio::test]
async fn a_pause_grows_and_never_shrinks() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let page = world.path(&Link::Preferences { person: mail.person, message: mail.id });
    let until = async |body: &str| {
        world.ask(&format!("POST {page}\n\n{body}")).await;
        world.consents(mail.person).wishes().paused_until.expect("a pause")
    };
    let long = until("pause=3-months").await;
    assert_eq!(until("pause=1-week").await, long);
    assert_eq!(until("limit_n=1&limit_per=day").await, long);
}

#[tokio::test]
async fn the_reason_is_told_without_anything_personal() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let mut files = crate::programme::programme();
    let policy = "caps:\n  - {channels: any, at_most: 4, per: 7d}\nquiet_hours: {from: \"21:00\", to: \"08:00\"}\n";
    files.insert("policy.yaml".to_owned(), policy.to_owned());
    world.apply(files).await;
    let page = world
        .ask(&format!("GET {}", world.path(&Link::Why { person: mail.person, message: mail.id })))
        .await
        .body;
    for words in [
        "“Order Completed”",
        "“thanks”",
        "At most 4 messages in any 7 days",
        "between 21:00 and 08:00",
        "The provider took the message.",
    ] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    for secret in ["ann@", "Ann", "o1", &mail.key] {
        assert!(!page.contains(secret), "{secret} stands in {page}");
    }
}

#[tokio::test]
async fn a_click_is_written_down_and_leads_on() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let path = world.click(mail.id, "https://shop.test/a?b=c");
    let click = async |head: &str, expected: bool| {
        let before = world.facts("Email Link Clicked").len();
        let answer = world.ask(head).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (302, "https://shop.test/a?b=c")
        );
        let facts = world.facts("Email Link Clicked");
        assert_eq!(facts.len(), before + 1, "{head}");
        let fact = facts.last().expect("a fact");
        assert_eq!(fact.person, Some(mail.person));
        let automatic = fact.event.properties.get("automatic").and_then(model::Value::as_bool);
        assert_eq!(automatic, Some(expected), "{head}");
    };
    let browser = "user-agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0";
    // The mail left a moment ago: nobody reads so fast.
    click(&format!("GET {path}\n{browser}"), true).await;
    world.advance(Span::MINUTE);
    click(&format!("GET {path}\n{browser}"), false).await;
    click(&format!("HEAD {path}\n{browser}"), true).await;
    click(&format!("GET {path}\n{browser}\npurpose: prefetch"), true).await;
    click(&format!("GET {path}\nuser-agent: Barracuda Sentinel"), true).await;
    click(&format!("GET {path}"), true).await;
}

#[tokio::test]
async fn a_click_leads_on_whatever_fails() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let before = world.events();
    world.log.set_failing(true);
    world.check_redirect(&world.click(mail.id, "https://shop.test/x")).await;
    world.log.set_failing(false);
    // Of a message that the state does not know.
    world.check_redirect(&world.click(MessageId(9_999), "https://shop.test/x")).await;
    assert_eq!(world.events(), before);
}

#[tokio::test]
async fn an_open_is_a_dot() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let answer = world.ask(&format!("GET {}", world.path(&Link::Open { message: mail.id }))).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/gif"));
    assert_eq!(world.facts("Email Opened").len(), 1);
}

#[tokio::test]
async fn after_a_no_nothing_more_is_sent() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    world.check_unsubscribed(&mail).await;
    let consents = world.consents(mail.person);
    assert!(!consents.allows(Channel::Email, &"offers".into(), Timestamp::MAX));
    let messages = world.store.messages_of(mail.person, None, 10).expect("messages");
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn somebody_whom_we_do_not_know_can_say_no_too() {
    let world = World::new().await;
    let link = Link::Unsubscribe { person: PersonId(77), message: MessageId(1) };
    assert_eq!(
        world.status(&format!("POST {}\n\nList-Unsubscribe=One-Click", world.path(&link))).await,
        200
    );
}

impl World {
    async fn check_unsubscribed(&self, mail: &Message) {
        let path = unsubscribe(self, mail);
        assert_eq!(self.status(&format!("POST {path}\n\nscope=channel")).await, 200);
        assert_eq!(self.noes(mail.person), ["email, every topic (unsubscribe page)"]);
    }

    pub async fn check_redirect(&self, path: &str) {
        let answer = self.ask(&format!("GET {path}\nuser-agent: Firefox/140.0")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (302, "https://shop.test/x")
        );
    }
}

fn unsubscribe(world: &World, mail: &Message) -> String {
    world.path(&Link::Unsubscribe { person: mail.person, message: mail.id })
}

/// The link in the mail is opened by programs that look for danger before the person sees it.
#[tokio::test]
async fn only_the_button_confirms_an_address() {
    let world = World::new().await;
    let mut files = crate::programme::programme();
    let policy = files.get_mut("policy.yaml").expect("a policy");
    policy.push_str("double_opt_in: email\nconsent_lasts: 730d\n");
    world.apply(files).await;
    world
        .track(
            r#"{"type":"track","event":"Consent Given","userId":"eve",
            "properties":{"channel":"email","topic":"rides","wording":"Rides, twice a month"},
            "context":{"traits":{"email":"eve@example.test"}}}"#,
        )
        .await;
    let person = world.person("eve");
    let rides = "rides".into();
    let allows =
        |world: &World| world.consents(person).allows(Channel::Email, &rides, model::Timestamp(0));
    world
        .until("the mail", |it| !it.store.messages_of(person, None, 9).expect("all").is_empty())
        .await;
    let message = world.store.messages_of(person, None, 9).expect("messages").remove(0).id;
    let path = world.path(&Link::Confirm { person, message });
    for _ in 0..2 {
        let page = world.ask(&format!("GET {path}")).await;
        assert!(page.body.contains("“rides”") && page.body.contains("Rides, twice a month"));
        assert!(!page.body.contains("eve"), "{}", page.body);
    }
    world.settle().await;
    assert!(!allows(&world));
    let page = world.ask(&format!("POST {path}\n\n")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("From now on you get"), "{}", page.body);
    assert!(allows(&world));
    let consents = world.consents(person);
    let said = consents.listing(Timestamp(0))[0];
    assert_eq!(said.address, Some(model::Identifier::email("eve@example.test")));
    assert_eq!(said.wording, "Rides, twice a month");
    assert_eq!(said.expires.map(|it| it - said.at), Some(Span::days(730)));
    assert!(said.proof.contains(&message.to_string()), "{}", said.proof);
    // Pressed again, or taken back meanwhile: nothing new.
    let page = world.ask(&format!("POST {path}\n\n")).await;
    assert!(page.body.contains("nothing left to confirm"), "{}", page.body);
    assert_eq!(world.facts("Consent Confirmed").len(), 1);
}
