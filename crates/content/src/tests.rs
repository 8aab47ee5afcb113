//! Whole contents, from front matter to what a person reads.

use super::*;
use model::{Channel, ContentName, Purpose, Topic, Value};
use proptest::prelude::*;

const KEY: LinkKey = LinkKey([7; 32]);

const BODY: &str = "# Hello {{ person.first_name | default: \"friend\" }}\n\n\
    Your *first* ride is **on us**. [Plan it](https://shop.example/plan?x=1#map), or\n\
    [write to us](mailto:hello@shop.example).\n\n- one\n- two\n\n1. first\n2. second\n";

fn front() -> FrontMatter {
    FrontMatter {
        content: ContentName::from("welcome"),
        topic: Topic::from("product news"),
        summary: "Your first ride is on us".to_owned(),
        action: Some(Action {
            label: "Plan my ride".to_owned(),
            url: "https://shop.example/plan".to_owned(),
        }),
        forms: Forms {
            email: Some(EmailForm {
                subject: "Welcome, {{ person.first_name | default: 'friend' }}".to_owned(),
                preheader: "One thing to do today".to_owned(),
            }),
            push: Some(PushForm {
                title: "Your ride".to_owned(),
                body: "Tap to plan it".to_owned(),
            }),
            bluesky: Some(PostForm {
                text: "New here? {{ brand.name }} welcomes you.".to_owned(),
                thread: None,
            }),
            ..Forms::default()
        },
        ..FrontMatter::default()
    }
}

fn brand() -> Brand {
    Brand {
        name: "Velo & Co".to_owned(),
        postal_address: "Dorpsstraat 1\n1234 AB Utrecht".to_owned(),
        base_url: "https://go.shop.example/".to_owned(),
        from_name: "Velo".to_owned(),
        from_address: "hello@shop.example".to_owned(),
        ..Brand::default()
    }
}

fn content(front: FrontMatter, body: &str) -> Content {
    Content::from_parts(front, body.to_owned()).expect("a good content")
}

fn anna(first_name: &str) -> Map {
    Map::from([("first_name".to_owned(), Value::from(first_name))])
}

fn send(content: &Content, traits: &Map) -> Result<Email, RenderError> {
    let event = Map::new();
    email(content, &brand(), Reader { traits, event: &event }, &links(), &[])
}

/// The content as a part of another mail, under a message of its own.
fn as_part(content: &Content, traits: &Map) -> Result<Part, RenderError> {
    let links = Links { message: MessageId(10), campaign: "journey/other", ..links() };
    part(content, &brand(), Reader { traits, event: &Map::new() }, &links)
}

fn links() -> Links<'static> {
    Links {
        key: &KEY,
        person: PersonId(3),
        message: MessageId(9),
        campaign: "journey/welcome",
        followed: true,
    }
}

/// The signed links in a text, with what they mean.
fn meanings(text: &str) -> Vec<Link> {
    let base = "https://go.shop.example/";
    let ends = |it: char| !it.is_ascii_alphanumeric() && it != '-' && it != '_';
    text.split(base)
        .skip(1)
        .filter_map(|rest| {
            let (_, token) = rest.split_once('/')?;
            links::verify(token.split(ends).next()?, &KEY)
        })
        .collect()
}

#[test]
fn a_mail_is_filled_in_for_its_reader() {
    let mail = send(&content(front(), BODY), &anna("Anna")).expect("a mail");
    assert_eq!(mail.subject, "Welcome, Anna");
    assert_eq!(mail.preheader, "One thing to do today");
    assert!(mail.html.contains(">Hello Anna</h1>"), "{}", mail.html);
    assert!(mail.html.contains("Velo &amp; Co"), "{}", mail.html);
    let mail = send(&content(front(), BODY), &Map::new()).expect("a mail");
    assert_eq!(mail.subject, "Welcome, friend");
}

#[test]
fn the_text_part_reads_as_plain_text() {
    let mail = send(&content(front(), BODY), &anna("Anna")).expect("a mail");
    let body = mail.text.split("\n\n[1] ").next().expect("the part before the links");
    let expected = "Hello Anna\n\nYour first ride is on us. Plan it [1], or\nwrite to us [2].\n\n\
                    - one\n- two\n\n1. first\n2. second";
    assert_eq!(body, expected);
    assert!(mail.text.contains("\n[2] mailto:hello@shop.example\n"), "{}", mail.text);
    assert!(mail.text.contains("\n\nPlan my ride:\nhttps://go.shop.example/c/"), "{}", mail.text);
    assert!(mail.text.contains("Dorpsstraat 1\n1234 AB Utrecht"), "{}", mail.text);
    assert!(!mail.text.contains('<'), "{}", mail.text);
}

#[test]
fn push_messages_are_as_short_as_phones_show_them() {
    let with = |title: String, body: String| FrontMatter {
        forms: Forms { push: Some(PushForm { title, body }), ..front().forms },
        ..front()
    };
    let name = "{{ person.first_name | default: \"a friend of a long name\" }}";
    let fits = with(format!("{}{name}", "a".repeat(65)), "é".repeat(240));
    assert_eq!(content(fits, BODY).check(), []);
    let problems = content(with("a".repeat(66), "é".repeat(241)), BODY).check();
    let said: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "the push title has 66 characters, and phones show 65",
            "the push body has 241 characters, and phones show 240"
        ]
    );
}

#[test]
fn every_mail_says_who_where_why_and_how_to_stop_in_both_parts() {
    for purpose in [Purpose::Marketing, Purpose::Transactional] {
        let front = FrontMatter { purpose: Some(purpose), ..front() };
        let mail = send(&content(front, "Hello"), &Map::new()).expect("a mail");
        let (person, message) = (PersonId(3), MessageId(9));
        for part in [&mail.html, &mail.text] {
            let meanings = meanings(part);
            assert!(meanings.contains(&Link::Unsubscribe { person, message }), "{part}");
            assert!(meanings.contains(&Link::Preferences { person, message }), "{part}");
            assert!(meanings.contains(&Link::Why { person, message }), "{part}");
            assert!(part.contains("1234 AB Utrecht"), "{part}");
        }
        assert!(meanings(&mail.html).contains(&Link::Open { message }));
    }
}

#[test]
fn marketing_can_be_unsubscribed_in_one_click_as_rfc_8058_says() {
    let mail = send(&content(front(), "Hello"), &Map::new()).expect("a mail");
    let [(list, target), (post, how)] = mail.headers.as_slice() else { panic!("two headers") };
    assert_eq!((list.as_str(), post.as_str()), ("List-Unsubscribe", "List-Unsubscribe-Post"));
    assert!(target.starts_with("<https://go.shop.example/u/") && target.ends_with('>'), "{target}");
    assert_eq!(how, "List-Unsubscribe=One-Click");
    let front = FrontMatter { purpose: Some(Purpose::Transactional), ..front() };
    assert_eq!(send(&content(front, "Hello"), &Map::new()).expect("a mail").headers, vec![]);
}

#[test]
fn web_links_go_through_signed_clicks_with_utm_and_others_stay() {
    let mail = send(&content(front(), BODY), &Map::new()).expect("a mail");
    let utm =
        "utm_source=journey&utm_medium=email&utm_campaign=journey%2Fwelcome&utm_content=welcome";
    let url = format!("https://shop.example/plan?x=1&{utm}#map");
    for part in [&mail.html, &mail.text] {
        let click = Link::Click { message: MessageId(9), url: url.clone() };
        assert!(meanings(part).contains(&click), "{part}");
        assert!(!part.contains("https://shop.example"), "an untracked link in {part}");
    }
    assert!(mail.html.contains("href=\"mailto:hello@shop.example\""), "{}", mail.html);
}

#[test]
fn links_that_do_not_lead_to_the_web_are_only_text() {
    let body = "[a](javascript:alert) [b](/plan) [c](data:text/html,x) ![d](file:///etc)";
    let mail = send(&content(front(), body), &Map::new()).expect("a mail");
    assert!(mail.html.contains(">a b c d</p>"), "{}", mail.html);
    let front = FrontMatter {
        action: Some(Action { label: "Go".into(), url: "{{ person.url }}".into() }),
        ..front()
    };
    let traits = Map::from([("url".to_owned(), Value::from("javascript:alert(1)"))]);
    let error = send(&content(front, "x"), &traits).expect_err("no such link");
    assert_eq!(error.to_string(), "action url: it is not a web address; begin it with https://");
}

#[test]
fn a_person_cannot_inject_html_markdown_or_headers() {
    let evil = "<script>alert(1)</script> [x](https://evil.example) **b** ![i](https://e.example/i)\r\nBcc: a@b";
    let body = "Hello {{ person.first_name }}\n\n<div>{{ person.first_name }}</div>\n\n`{{ person.first_name }}`";
    let mail = send(&content(front(), body), &anna(evil)).expect("a mail");
    assert!(!mail.html.contains("<script"), "{}", mail.html);
    assert!(!mail.html.contains("href=\"https://evil"), "{}", mail.html);
    assert!(!mail.html.contains("<strong>"), "{}", mail.html);
    assert!(!mail.html.contains("src=\"https://e.example"), "{}", mail.html);
    assert!(!mail.html.contains("<div>"), "{}", mail.html);
    assert!(
        mail.html.contains("Hello &lt;script&gt;alert(1)&lt;/script&gt; [x](https://evil"),
        "{}",
        mail.html
    );
    assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
    assert!(meanings(&mail.html).iter().all(|it| !format!("{it:?}").contains("evil")));
}

#[test]
fn a_person_without_a_needed_value_gets_no_mail_and_the_error_names_it() {
    let error =
        send(&content(front(), "Hello {{ person.city }}"), &anna("A")).expect_err("no city");
    assert_eq!(
        error.to_string(),
        "body: person.city has no value for this person; give it one with `| default: \"…\"`, \
         or put it in an {% if %}"
    );
}

#[test]
fn a_mail_that_would_be_cut_off_is_refused() {
    let body = "{% for i in (1..900) %}[x](https://shop.example/x) {% endfor %}";
    let error = send(&content(front(), body), &Map::new()).expect_err("too long");
    assert_eq!(error.message, "the mail is larger than 102400 bytes");
}

#[test]
fn other_channels_take_their_own_form_or_the_summary() {
    let (content, traits, event) = (content(front(), BODY), Map::new(), Map::new());
    let reader = Reader { traits: &traits, event: &event };
    let say = |channel| short(&content, channel, &brand(), reader, &links()).expect("a form");
    let push = say(Channel::Push);
    assert_eq!((push.title.as_str(), push.body.as_str()), ("Your ride", "Tap to plan it"));
    let meaning = format!("{:?}", meanings(push.url.as_deref().expect("a link")));
    assert!(meaning.starts_with("[Click") && meaning.contains("utm_medium=push"), "{meaning}");
    assert_eq!(say(Channel::Social).body, "New here? Velo & Co welcomes you.");
    let sms = say(Channel::Sms);
    assert_eq!((sms.title.as_str(), sms.body.as_str()), ("Velo & Co", "Your first ride is on us"));
}

#[test]
fn a_part_of_another_mail_says_its_own_and_its_link_is_one_of_its_own_message() {
    let other = as_part(&content(front(), BODY), &anna("<b>Bo</b>")).expect("a part");
    let (host, traits) = (content(front(), "Hello"), Map::new());
    let reader = Reader { traits: &traits, event: &traits };
    let mail = email(&host, &brand(), reader, &links(), &[other]).expect("a mail");
    assert!(mail.html.contains(">Welcome, &lt;b&gt;Bo&lt;/b&gt;</h2>"), "{}", mail.html);
    assert!(mail.html.contains(">Your first ride is on us</p>"), "{}", mail.html);
    let text = "\n\n* * *\n\nWelcome, <b>Bo</b>\n\nYour first ride is on us\n\nPlan my ride:\n";
    assert!(mail.text.contains(text), "{}", mail.text);
    for part in [&mail.html, &mail.text] {
        let of = |id: u64| {
            let is =
                |it: &&Link| matches!(it, Link::Click { message, .. } if *message == MessageId(id));
            meanings(part).iter().filter(is).count()
        };
        assert_eq!((of(9), of(10)), (1, 1), "{part}");
    }
}

/// Found in a real mail: a subject that is the summary stood there twice.
#[test]
fn a_part_does_not_say_its_title_twice() {
    let mut front = front();
    front.forms.email =
        Some(EmailForm { subject: front.summary.clone(), preheader: String::new() });
    let said = as_part(&content(front.clone(), "x"), &Map::new()).expect("a part");
    assert_eq!((said.title.as_str(), said.text.as_str()), ("Your first ride is on us", ""));
    front.forms.email =
        Some(EmailForm { subject: front.summary.clone(), preheader: "Until Sunday".to_owned() });
    let said = as_part(&content(front, "x"), &Map::new()).expect("a part");
    assert_eq!(said.text, "Until Sunday");
}

#[test]
fn whoever_is_not_measured_gets_plain_links_and_nothing_that_tells_of_reading() {
    let content = content(front(), BODY);
    let traits = Map::new();
    let reader = Reader { traits: &traits, event: &traits };
    let links = Links { followed: false, ..links() };
    let mail = email(&content, &brand(), reader, &links, &[]).expect("a mail");
    for part in [&mail.html, &mail.text] {
        assert!(part.contains("https://shop.example/plan?x=1#map"), "{part}");
        let followed = |it: &&Link| matches!(it, Link::Click { .. } | Link::Open { .. });
        assert_eq!(meanings(part).iter().find(followed), None, "{part}");
        assert!(!part.contains("utm_"), "{part}");
    }
    assert!(!mail.html.contains("<img"), "{}", mail.html);
    let push = short(&content, Channel::Push, &brand(), reader, &links).expect("a message");
    assert_eq!(push.url.as_deref(), Some("https://shop.example/plan"));
}

#[test]
fn a_content_that_cannot_be_read_says_where() {
    let mut front = front();
    front.body_line = 12;
    if let Some(email) = &mut front.forms.email {
        email.subject = "{{ person.name | shout }}".to_owned();
    }
    let problems = Content::from_parts(front, "Hello\n\n{% if %}".to_owned()).expect_err("bad");
    let shown: Vec<String> = problems.iter().map(|it| it.to_string()).collect();
    assert!(shown[0].starts_with("14:1: "), "{shown:?}");
    assert!(shown[1].starts_with("subject: there is no filter `shout`"), "{shown:?}");
    assert_eq!(shown.len(), 2);
}

#[test]
fn a_check_finds_what_would_not_do() {
    let check = |front: FrontMatter, body: &str| {
        let problems = content(front, body).check();
        problems
            .iter()
            .map(|it| format!("{}:{}", it.line, it.message))
            .collect::<Vec<_>>()
            .join("|")
    };
    assert_eq!(check(front(), BODY), "");
    let no_subject = FrontMatter { forms: Forms::default(), summary: String::new(), ..front() };
    assert_eq!(check(no_subject, "x"), "0:the e-mail has no subject");
    let no_topic = FrontMatter { topic: Topic::default(), ..front() };
    assert_eq!(check(no_topic, "x"), "0:marketing needs a topic");
    let action = Some(Action { label: String::new(), url: "/plan".to_owned() });
    assert_eq!(
        check(FrontMatter { action, ..front() }, "x"),
        "0:the action has no label|0:the action's url `/plan` is not a web address"
    );
    assert_eq!(
        check(
            FrontMatter { body_line: 10, ..front() },
            "a\n\n[b](/c) ![](https://d.example)\nTODO <b>x</b>"
        ),
        "12:`/c` leads nowhere from a mail|12:the image https://d.example has no alt text|\
         13:HTML is shown as text|13:HTML is shown as text|13:`TODO` is still in the text"
    );
    assert_eq!(check(front(), "[a](https://x.example/{{ person.id }})"), "");
    assert_eq!(check(FrontMatter { digest: true, ..front() }, BODY), "");
    let receipt = Some(Purpose::Transactional);
    assert_eq!(
        check(FrontMatter { digest: true, purpose: receipt, ..front() }, BODY),
        "0:what is transactional shares no mail"
    );
    assert_eq!(
        check(FrontMatter { digest: true, summary: String::new(), ..front() }, BODY),
        "0:a content with `digest: true` has no summary"
    );
}

proptest! {
    /// Whatever a person is called, the mail keeps its structure.
    #[test]
    fn no_name_changes_the_structure_of_a_mail(name in "[ -~\\n\\t<>&\"'`*_#\\[\\]()!é-]{1,40}") {
        prop_assume!(!name.trim().is_empty());
        let body = "Hello {{ person.first_name }}, *bye*\n\n> {{ person.first_name }}\n\n- {{ person.first_name }}";
        let content = content(front(), body);
        let shape = |name: &str| -> Vec<String> {
            let html = send(&content, &anna(name)).expect("a mail").html;
            html.split('<').skip(1).map(|it| it.split('>').next().unwrap_or_default().to_owned()).collect()
        };
        prop_assert_eq!(shape(&name), shape("Anna"));
    }
}
