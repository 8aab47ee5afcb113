//! The link that is mailed on request, what it shows and allows, and erasing.

use crate::world::{Answer, World};
use content::Link;
use model::{Channel, Identifier, Message, PersonId, Purpose, Span, Timestamp};
use port::{FactLog, Ledger, LogPosition, People, Store};
use record::{Control, LogRecord};

/// A person with a mail, and the link that they had mailed to themselves.
struct Case {
    world: World,
    mail: Message,
    /// `/f/TOKEN`
    page: String,
}

impl Case {
    async fn new() -> Case {
        Case::over(World::new().await).await
    }

    async fn over(world: World) -> Case {
        let mail = world.with_mail().await;
        let page = fresh(&world, &mail).await;
        Case { world, mail, page }
    }

    async fn get(&self, rest: &str) -> Answer {
        self.world.ask(&format!("GET {}{rest}", self.page)).await
    }

    async fn post(&self, rest: &str, body: &str) -> Answer {
        self.world.ask(&format!("POST {}{rest}\n\n{body}", self.page)).await
    }

    /// Posts the choices, and shows what holds then.
    async fn check(&self, body: &str, expected: &str) {
        let answer = self.post("", body).await;
        assert_eq!(answer.status, 200, "for {body}: {}", answer.body);
        assert_eq!(self.shown(), expected, "for {body}");
    }

    fn shown(&self) -> String {
        let consents = self.world.consents(self.mail.person);
        let wishes = consents.wishes();
        let limit = wishes.limit.map_or("-".to_owned(), |(n, per)| format!("{n}/{per}"));
        let quiet = wishes
            .quiet_hours
            .map_or("-".to_owned(), |it| format!("{}-{}", it.from / 60, it.to / 60));
        let paused = if wishes.paused_until.is_some() { "paused" } else { "-" };
        let allows = |topic: &str| {
            let may = |it: &Channel| consents.allows(*it, &topic.into(), Timestamp(0));
            let channels: Vec<&str> = [Channel::Email, Channel::Push]
                .iter()
                .filter(|it| may(it))
                .map(|it| it.name())
                .collect();
            format!("{topic} by {}", channels.join("+"))
        };
        format!(
            "off {}; limit {limit}; quiet {quiet}; {paused}; yes to {}, {}",
            wishes.channels_off,
            allows("rides"),
            allows("offers")
        )
    }
}

/// Asks for the link on the preference page, and finds it in the mail that comes.
async fn fresh(world: &World, mail: &Message) -> String {
    let page = world.path(&Link::Preferences { person: mail.person, message: mail.id });
    let answer = world.ask(&format!("POST {page}/link\n\n")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let sent = |it: &Message| it.ledger_state() == model::LedgerState::Sent;
    let of_link = |it: &Message| it.scope() == "request/link" && sent(it);
    let find = |it: &World| {
        let messages = it.store.messages_of(mail.person, None, 99).expect("messages");
        messages.into_iter().find(of_link)
    };
    world.until("the mail with the link", |it| find(it).is_some()).await;
    let message = find(world).expect("the mail");
    let until = message.created + engine::LINK_LASTS;
    world.path(&Link::Fresh { person: mail.person, message: message.id, until })
}

#[tokio::test]
async fn the_mailed_link_allows_more_and_says_in_whose_words() {
    let case = Case::new().await;
    let both = "channels=shown&channel=email&channel=push";
    let topics = "topics=shown&topic=rides&topic=offers";
    case.check(
        "channels=shown&topics=shown&topic=rides&limit_n=1&limit_per=week&pause=1-month&quiet_from=20:00&quiet_to=09:00",
        "off email; limit 1/7d; quiet 20-9; paused; yes to rides by email, offers by ",
    )
    .await;
    case.check(
        &format!("{both}&topics=shown&topic=rides&limit_n=9&limit_per=day&end_pause=yes&quiet_from=23:00&quiet_to=06:00"),
        "off none; limit 9/1d; quiet 23-6; -; yes to rides by email+push, offers by ",
    )
    .await;
    case.check(
        &format!("{both}&{topics}&no_limit=yes&no_quiet=yes"),
        "off none; limit -; quiet -; -; yes to rides by email+push, offers by email+push",
    )
    .await;
    let consents = case.world.consents(case.mail.person);
    let said = consents.listing(Timestamp(0));
    let yes =
        said.iter().find(|it| it.wording == "Yes, you may write to me about “offers”: E-mail.");
    let yes = yes.unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!(yes.address, Some(Identifier::email("ann@example.test")));
    assert_eq!(yes.source, "preference page, by a mailed link");
    assert!(yes.proof.starts_with("the link in m"), "{}", yes.proof);
}

#[tokio::test]
async fn whoever_does_not_want_to_be_measured_is_followed_no_more() {
    let case = Case::new().await;
    let (world, mail) = (&case.world, &case.mail);
    let clicks = async || {
        world.check_redirect(&world.click(mail.id, "https://shop.test/x")).await;
        world.facts("Email Link Clicked").len()
    };
    let measured = || world.consents(mail.person).may_be_measured(false, Timestamp(0));
    assert_eq!((clicks().await, measured()), (1, true));
    // The link in every message can only say no.
    let page = world.path(&Link::Preferences { person: mail.person, message: mail.id });
    assert_eq!(world.status(&format!("POST {page}\n\nmeasure=no")).await, 200);
    assert_eq!((clicks().await, measured()), (1, false));
    assert_eq!(world.status(&format!("POST {page}\n\nmeasure=yes&measuring=shown")).await, 200);
    assert!(!measured());
    let shown = world.ask(&format!("GET {page}")).await.body;
    assert!(shown.contains("Nothing is measured with you."), "{shown}");
    // The mailed one says yes again, in the words on the page.
    assert_eq!(case.post("", "measuring=shown&measure=yes").await.status, 200);
    assert_eq!((clicks().await, measured()), (2, true));
    let said = world.consents(mail.person);
    let said = said.listing(Timestamp(0)).into_iter().find(|it| it.purpose == Purpose::Measurement);
    assert_eq!(said.map(|it| it.wording.as_str()), Some("You may measure this with me"));
    assert_eq!(case.post("", "measuring=shown").await.status, 200);
    assert!(!measured());
}

#[tokio::test]
async fn after_unsubscribing_from_everything_only_what_is_ticked_comes_again() {
    let case = Case::new().await;
    case.check("all=stop", "off none; limit -; quiet -; -; yes to rides by , offers by ").await;
    let page = case.get("").await.body;
    assert!(page.contains("You are unsubscribed from everything."), "{page}");
    case.check(
        "channels=shown&channel=email&topics=shown&topic=rides",
        "off none; limit -; quiet -; -; yes to rides by email, offers by ",
    )
    .await;
    case.check(
        "channels=shown&channel=email&topics=shown&topic=rides&only=push",
        "off email; limit -; quiet -; -; yes to rides by email+push, offers by ",
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_at_its_field_and_nothing_is_taken() {
    let case = Case::new().await;
    let before = case.world.events();
    for (body, field) in [
        ("limit_n=0&limit_per=day", "limit_n"),
        ("limit_n=3", "limit_n"),
        ("limit_per=week", "limit_n"),
        ("pause_until=2020-01-01", "pause_until"),
        ("pause_until=2999-01-01", "pause_until"),
        ("pause_until=tomorrow", "pause_until"),
        ("quiet_from=20:00", "quiet_from"),
        ("quiet_from=20:00&quiet_to=20:00", "quiet_from"),
    ] {
        let answer = case.post("", body).await;
        assert_eq!(answer.status, 422, "{body}");
        for part in [
            "role=\"alert\"".to_owned(),
            format!("href=\"#{field}\""),
            format!("aria-describedby=\"{field}-error\""),
            format!("id=\"{field}-error\""),
        ] {
            assert!(answer.body.contains(&part), "{body}: {part} is missing in {}", answer.body);
        }
    }
    assert_eq!(case.world.events(), before);
}

#[tokio::test]
async fn a_pause_lasts_until_the_date_that_was_chosen() {
    let case = Case::new().await;
    let date: String = (case.mail.created + Span::days(40)).to_string().chars().take(10).collect();
    assert_eq!(case.post("", &format!("pause_until={date}")).await.status, 200);
    let until = case.world.consents(case.mail.person).wishes().paused_until.expect("a pause");
    assert_eq!(until.to_string(), format!("{date}T00:00:00Z"));
}

#[tokio::test]
async fn looking_at_the_pages_changes_nothing() {
    let case = Case::new().await;
    case.world.settle().await;
    let (consents, events) = (case.world.consents(case.mail.person), case.world.events());
    for rest in ["", "/messages", "/data", "/data.json", "/erase", "/new"] {
        for method in ["GET", "HEAD"] {
            let answer = case
                .world
                .ask(&format!("{method} {}{rest}?all=stop&lang=nl\nuser-agent: scanner", case.page))
                .await;
            assert_eq!(answer.status, 200, "{rest}");
            assert_eq!(answer.header("cache-control"), "no-store", "{rest}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{rest}");
            assert_eq!(answer.header("set-cookie"), "");
            assert!(!answer.body.contains("<script"), "{rest}");
        }
    }
    assert_eq!(case.world.status("GET /f").await, 200);
    let now = (case.world.consents(case.mail.person), case.world.events());
    assert_eq!(now, (consents, events));
}

#[tokio::test]
async fn an_expired_link_shows_and_changes_nothing_and_offers_another() {
    let case = Case::new().await;
    let before = case.shown();
    case.world.advance(Span::minutes(61));
    for rest in ["", "/messages", "/data", "/data.json", "/erase"] {
        let answer = case.get(rest).await;
        assert_eq!(answer.status, 410, "{rest}");
        assert!(answer.body.contains("This link has expired"), "{}", answer.body);
        assert!(!answer.body.contains("ann"), "{}", answer.body);
    }
    for rest in ["", "/erase"] {
        assert_eq!(case.post(rest, "limit_n=1&limit_per=day").await.status, 410, "{rest}");
    }
    assert_eq!(case.shown(), before);
    let answer = case.post("/new", "").await;
    assert!(answer.body.contains("a link is on its way"), "{}", answer.body);
}

#[tokio::test]
async fn a_forged_link_is_nobodys() {
    let case = Case::new().await;
    let (person, message) = (case.mail.person, case.mail.id);
    let later = case.mail.created + Span::days(30);
    let other = content::LinkKey([1; 32]);
    let forged = Link::Fresh { person, message, until: later }.address("", &other);
    // Another kind of link of ours, under this address.
    let mailed = case.world.path(&Link::Preferences { person, message }).replace("/p/", "/f/");
    for page in [forged, mailed, "/f/x".to_owned()] {
        for (method, rest) in
            [("GET", ""), ("GET", "/data.json"), ("POST", ""), ("POST", "/erase"), ("POST", "/new")]
        {
            let answer =
                case.world.ask(&format!("{method} {page}{rest}\n\nlimit_n=1&limit_per=day")).await;
            assert_eq!(answer.status, 404, "{method} {page}{rest}");
        }
    }
    // Ours and in time, from a mail that went to nobody, as that of an order.
    let odd = case.world.path(&Link::Fresh { person, message, until: later });
    assert_eq!(case.world.ask(&format!("GET {odd}")).await.status, 410);
    assert!(case.world.store.load(&[person]).expect("people").len() == 1);
}

#[tokio::test]
async fn the_answer_does_not_say_whether_anybody_has_the_address() {
    let world = World::new().await;
    let mail = world.with_mail().await;
    let ask = async |address: &str| {
        let answer = world.ask(&format!("POST /f\n\nemail={address}")).await;
        (answer.status, answer.body)
    };
    let known = ask("ann%40example.test").await;
    assert_eq!(known, ask("nobody%40example.test").await);
    assert!(known.1.contains("If we know the address"), "{}", known.1);
    assert_eq!(ask("ann").await.0, 422);
    let came = |it: &World| {
        let all = it.store.messages_of(mail.person, None, 9).expect("messages");
        all.iter().filter(|it| it.scope() == "request/link").count() == 1
    };
    world.until("the link", came).await;
}

#[tokio::test]
async fn the_whole_reason_is_told_to_the_person_alone() {
    let world = World::new().await;
    let mut files = crate::programme::programme();
    // Nothing is left to chance.
    let policy = "caps:\n  - {channels: any, at_most: 9, per: 7d}\nconsent: [email]\n";
    files.insert("policy.yaml".to_owned(), policy.to_owned());
    world.apply(files).await;
    let case = Case::over(world).await;
    case.world.track(r#"{"type":"track","event":"Signed Up","userId":"ann"}"#).await;
    let told = |it: &World| ended(it, case.mail.person).iter().any(|it| it == "story sent sent");
    case.world.until("the story", told).await;
    let page = case.get("/messages").await.body;
    for words in [
        "“hello”",
        "“Signed Up”",
        "“Order Completed”",
        "It rested on your yes of",
        "(form)",
        "Why did I get this?",
        "the provider took the message",
    ] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
    for secret in ["random", "holdout", "cell"] {
        assert!(!page.contains(secret), "{secret} stands in {page}");
    }
}

#[tokio::test]
async fn pages_speak_the_language_that_is_wanted() {
    let case = Case::new().await;
    let title = async |head: &str| {
        let body = case.world.ask(head).await.body;
        let title = body.split("<h1>").nth(1).and_then(|it| it.split("</h1>").next());
        let tag = body.split("<html lang=\"").nth(1).and_then(|it| it.split('"').next());
        format!("{}: {}", tag.unwrap_or_default(), title.unwrap_or_default())
    };
    let (person, message) = (case.mail.person, case.mail.id);
    let mailed = case.world.path(&Link::Preferences { person, message });
    let check = async |head: String, expected: &str| assert_eq!(title(&head).await, expected);
    check(format!("GET {mailed}"), "en: What you get from us").await;
    check(format!("GET {mailed}\naccept-language: fr, nl;q=0.9"), "nl: Wat je van ons krijgt")
        .await;
    check(format!("GET {mailed}?lang=de\naccept-language: nl"), "de: Was Sie von uns bekommen")
        .await;
    case.world.track(r#"{"type":"identify","userId":"ann","traits":{"locale":"nl-NL"}}"#).await;
    // The mailed link may be in other hands; the fresh one is the person's.
    check(format!("GET {mailed}\naccept-language: de"), "de: Was Sie von uns bekommen").await;
    check(format!("GET {}\naccept-language: de", case.page), "nl: Je keuzes en je gegevens").await;
    check(format!("GET {}?lang=en", case.page), "en: Your choices and your data").await;
}

#[tokio::test]
async fn a_programme_brings_another_language() {
    let world = World::new().await;
    let mut files = crate::programme::programme();
    files.insert("words/ar.yaml".to_owned(), "choices.title: ما يصلك منا\n".to_owned());
    world.apply(files).await;
    let mail = world.with_mail().await;
    let page = world.path(&Link::Preferences { person: mail.person, message: mail.id });
    let body = world.ask(&format!("GET {page}?lang=ar")).await.body;
    assert!(
        body.contains("<html lang=\"ar\" dir=\"rtl\">") && body.contains("ما يصلك منا"),
        "{body}"
    );
    assert!(body.contains("Quiet hours"), "what is missing is in English: {body}");
}

#[tokio::test]
async fn the_download_holds_everything_and_not_what_chance_withheld() {
    let case = Case::new().await;
    let answer = case.get("/data.json").await;
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"my-data.json\"");
    let all: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(all["person"]["name"], "Ann");
    let kinds: Vec<&str> = all["person"]["identifiers"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["user_id", "email"]);
    assert_eq!(all["person"]["consents"][0]["source"], "form");
    let contents: Vec<&str> = all["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["content"].as_str())
        .collect();
    assert_eq!(contents, ["request-link", "receipt"]);
    let events: Vec<&str> = all["events"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert!(
        events.contains(&"Order Completed") && events.contains(&"Link Requested"),
        "{events:?}"
    );
    assert_eq!(all["events_complete"], true);
    let page = case.get("/data").await.body;
    for words in ["Order Completed", "ann@example.test", "order_id: o1"] {
        assert!(page.contains(words), "{words} is missing in {page}");
    }
}

#[tokio::test]
async fn of_an_erased_person_nothing_is_left_but_counts() {
    let mut world = World::new().await;
    world.sign_in().await;
    let case = Case::over(world).await;
    let (world, person) = (&case.world, case.mail.person);
    assert_eq!(world.json("GET /api/v1/people?q=ann").await["total"], 1);
    let page = case.get("/erase").await.body;
    assert!(page.contains("What stays") && page.contains("This cannot be undone."), "{page}");
    let counts = world.store.counts().expect("counts");
    let answer = case.post("/erase", "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("You are erased"), "{}", answer.body);
    // No waiting: the state is without them at the moment of the answer.
    assert!(world.store.load(&[person]).expect("people").is_empty());
    assert!(world.store.messages_of(person, None, 9).expect("messages").is_empty());
    assert_eq!(world.json("GET /api/v1/people?q=ann").await["total"], 0);
    assert_eq!(world.status(&format!("GET /api/v1/people/{person}")).await, 404);
    assert_eq!(world.store.counts().expect("counts"), counts, "nothing was open");
    assert_eq!(world.store.counts().expect("counts"), world.store.recount().expect("counts"));
    let message = world.store.message(case.mail.id).expect("ledger").expect("the row");
    let row = serde_json::to_string(&message).expect("JSON");
    for trace in ["ann", "o1", "order", &person.to_string()] {
        let trace = format!("\"{trace}");
        assert!(!row.contains(&trace), "{trace} in {row}");
    }
    // Every link of theirs answers.
    let id = case.mail.id;
    for link in [
        Link::Preferences { person, message: id },
        Link::Why { person, message: id },
        Link::Unsubscribe { person, message: id },
    ] {
        assert_eq!(world.ask(&format!("GET {}", world.path(&link))).await.status, 200);
    }
    let gone = case.get("").await;
    assert!(
        gone.status == 410 && gone.body.contains("There is nothing about you here"),
        "{}",
        gone.body
    );
    // Within days, the log.
    world.settle().await;
    let before = records(world);
    assert!(before.iter().any(|it| it.contains("ann@example.test")));
    sweep(world, Span::MINUTE).await;
    assert!(records(world).iter().any(|it| it.contains("ann@example.test")), "it has not settled");
    sweep(world, Span::hours(2)).await;
    let after = records(world);
    assert_eq!(after.len(), before.len());
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old.len(), new.len());
    }
    for trace in ["ann", "Ann", "o1", "Order Completed\""] {
        let found = after.iter().find(|it| it.contains(trace) && !it.contains("content/"));
        assert_eq!(found, None, "{trace}");
    }
    assert!(after.iter().any(|it| it.contains("\"erase\"")), "the erasure itself is on record");
}

#[tokio::test]
async fn the_address_of_an_erased_person_is_mailed_again_only_after_a_new_consent() {
    let case = Case::new().await;
    let world = &case.world;
    assert_eq!(case.post("/erase", "").await.status, 200);
    // In the millisecond of the erasure everything still counts as before it.
    world.advance(Span::SECOND);
    let order = r#"{"type":"track","event":"Order Completed","userId":"ann2","properties":{"order_id":"o2"},"context":{"traits":{"email":"Ann@Example.test"}}}"#;
    world.track(order).await;
    let person = world.person("ann2");
    world.until("a message that ends", |it| ended(it, person).len() == 1).await;
    assert_eq!(ended(world, person), ["receipt suppressed erased"]);
    world.track(r#"{"type":"track","event":"Consent Given","userId":"ann2","properties":{"channel":"email"},"context":{"traits":{"email":"ann@example.test"}}}"#).await;
    world.track(&order.replace("o2", "o3")).await;
    world.until("the mail", |it| ended(it, person).len() == 2).await;
    assert_eq!(ended(world, person), ["receipt suppressed erased", "receipt sent sent"]);
    let left = world.catalog(port::Space::Erased);
    assert!(!left.iter().any(|it| it.1.is_empty()) && left.len() == 2, "{}", left.len());
}

#[tokio::test]
async fn the_team_exports_and_erases_by_the_api() {
    let mut world = World::new().await;
    world.sign_in().await;
    let mail = world.with_mail().await;
    let path = format!("/api/v1/people/{}", mail.person);
    let all = world.json(&format!("GET {path}/export")).await;
    assert_eq!(all["messages"][0]["content"], "receipt");
    let json = "content-type: application/json";
    let dry = world.json(&format!("POST {path}/erase\n{json}\n\n{{\"dry_run\":true}}")).await;
    assert_eq!((&dry["erased"], &dry["messages"]), (&false.into(), &1.into()));
    assert_eq!(world.status(&format!("GET {path}")).await, 200);
    let done = world.json(&format!("POST {path}/erase\n{json}\n\n{{}}")).await;
    assert_eq!(done["erased"], true);
    for rest in ["", "/export", "/timeline"] {
        assert_eq!(world.status(&format!("GET {path}{rest}")).await, 404);
    }
    world.forget_cookie();
    assert_eq!(world.status(&format!("POST {path}/erase\n{json}\n\n{{}}")).await, 401);
    assert_eq!(world.status(&format!("GET {path}/export")).await, 401);
}

#[tokio::test]
async fn what_is_older_than_the_programme_keeps_is_blanked() {
    let world = World::new().await;
    world.with_mail().await;
    world.track(r#"{"type":"page","name":"Home","userId":"ann"}"#).await;
    let mut files = crate::programme::programme();
    let policy = files.get_mut("policy.yaml").expect("a policy");
    policy.push_str("keep: {events: 400d, \"Page Viewed\": 30d}\n");
    world.apply(files).await;
    let has = |it: &World, what: &str| {
        records(it).iter().any(|record| record.contains(what) && !record.contains("content/"))
    };
    sweep(&world, Span::days(29)).await;
    assert!(has(&world, "Home"));
    sweep(&world, Span::days(31)).await;
    assert!(!has(&world, "Home") && has(&world, "Order Completed"));
    // Looked for once a day at most.
    sweep(&world, Span::days(31)).await;
    sweep(&world, Span::days(401)).await;
    assert!(!has(&world, "Order Completed"));
    assert!(has(&world, "footer"), "a statement of consent is proof and stays");
}

/// What became of a person's messages, the oldest first.
fn ended(world: &World, person: PersonId) -> Vec<String> {
    let messages = world.store.messages_of(person, None, 99).expect("messages");
    let ended = messages.iter().rev().filter(|it| it.ledger_state() != model::LedgerState::Pending);
    let last = |it: &Message| it.trail.last().map(|it| it.reason.code()).unwrap_or_default();
    ended.map(|it| format!("{} {} {}", it.content, it.ledger_state().name(), last(it))).collect()
}

fn records(world: &World) -> Vec<String> {
    let all = world.log.read(LogPosition(0), usize::MAX, usize::MAX).expect("the log");
    all.into_iter().map(|it| String::from_utf8_lossy(&it.1).into_owned()).collect()
}

/// Sweeps as the process does, so long from now.
async fn sweep(world: &World, after: Span) {
    let views = world.store.reader().expect("views");
    let now = Timestamp(world.now().0 + after.0);
    let loaded = world.handle.loaded();
    let swept =
        engine::sweep(world.fact_source(), &*views, &world.keys, &loaded, now).expect("a sweep");
    if let Some(swept) = swept {
        world.put(swept.entries).await;
    }
}

#[test]
fn a_blank_is_as_long_as_what_stood_there() {
    let by = "x".repeat(40);
    let bytes = LogRecord::Control(Control::Resume { by }).encode();
    let blank = LogRecord::blank(bytes.len());
    assert_eq!(blank.len(), bytes.len());
    assert_eq!(LogRecord::decode(&blank).expect("a record"), LogRecord::Blank);
}
