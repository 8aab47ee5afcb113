//! Campaigns in, findings out, one a line.

use super::*;
use crate::{Action, EmailForm, Forms, FrontMatter, LocaleFront, PostForm, PushForm, SmsForm};
use model::{Map, Topic};

fn front(name: &str) -> FrontMatter {
    FrontMatter {
        content: ContentName::from(name),
        topic: Topic::from("news"),
        locale: "en".to_owned(),
        summary: "Spring".to_owned(),
        ..FrontMatter::default()
    }
}

fn made(front: FrontMatter, body: &str) -> Content {
    Content::from_parts(front, body.to_owned()).expect("a good content")
}

fn check_with(contents: &[Content], people: &[Map], networks: &[Network], expected: &str) {
    let nothing = Map::new();
    let campaign = Campaign {
        name: "journey/a".to_owned(),
        brand: &Brand::default(),
        contents: contents
            .iter()
            .map(|content| Used {
                content,
                channels: vec![Channel::Email, Channel::Sms],
                networks: networks.to_vec(),
            })
            .collect(),
        people: people.iter().map(|traits| Reader { traits, event: &nothing }).collect(),
    };
    let line = |it: &Finding| {
        format!(
            "{:?} {} {}/{}:{} {}",
            it.severity, it.content, it.form, it.locale, it.line, it.message
        )
    };
    let said: Vec<String> = check(&campaign)
        .iter()
        .filter(|it| !it.message.contains("how to stop them"))
        .map(line)
        .collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    assert_eq!(said, expected);
}

fn agrees(expected: &str, contents: &[Content]) {
    check_with(contents, &[], &[], expected);
}

fn pushed(body: &str, push: &str) -> Content {
    let push = Some(PushForm { title: "Sale".to_owned(), body: push.to_owned() });
    made(FrontMatter { forms: Forms { push, ..Forms::default() }, ..front("a") }, body)
}

#[test]
fn a_price_is_the_same_however_it_is_written() {
    for written in ["€10", "10 EUR", "10,00 €", "EUR 10.00", "€ 10,-", "10 euro", "only €10!"]
    {
        agrees("", &[pushed("From €10.00, or €1.250,50 for two.", written)]);
    }
    agrees("", &[pushed("For 1,250.50 EUR.", "{{ person.city }} 1\u{a0}250,50 €")]);
    agrees(
        "Problem a push/:0 says EUR 12.00, and the body says EUR 10.00",
        &[pushed("From €10.00, or €20.", "From 12 EUR")],
    );
    // Another currency is another price list.
    agrees("", &[pushed("From €10 or £9.", "From $11")]);
}

#[test]
fn a_day_is_the_same_however_it_is_written() {
    for written in [
        "22 November",
        "Nov 22, 2026",
        "2026-11-22",
        "22.11.2026",
        "22. November",
        "November 22nd",
        "22 november",
        "11/22/2026",
    ] {
        agrees("", &[pushed("Until 22 November 2026, from 1 March.", written)]);
    }
    agrees(
        "Problem a push/:0 says 11-23, and the body says 2026-11-22",
        &[pushed("Until 22 November 2026.", "Until 23 November")],
    );
    agrees(
        "Problem a push/:0 says 2027-11-22, and the body says 2026-11-22",
        &[pushed("Until 22 November 2026.", "Until 22-11-2027")],
    );
    // Who would know which of them is the month?
    agrees("", &[pushed("Until 22 November 2026.", "01/02/2026, {{ person.n }} March, 3 seats")]);
}

#[test]
fn languages_of_one_content_agree_too() {
    let mut content = pushed("Until 22 May for €10.", "Now");
    let dutch = LocaleFront { summary: Some("Lente".to_owned()), ..LocaleFront::default() };
    content.translate("nl", "a.nl.md", dutch, "Tot 23 mei voor € 12,50.".to_owned());
    agrees(
        "Problem a body/nl:0 says 05-23, and the body says 05-22
         Problem a body/nl:0 says EUR 12.50, and the body says EUR 10.00
         Hint a push/nl:0 the form push is that of the document",
        &[content],
    );
}

#[test]
fn a_language_that_only_some_have_is_missed() {
    let mut first = made(front("a"), "Hello.");
    let dutch = LocaleFront { summary: Some("Lente".to_owned()), ..LocaleFront::default() };
    first.translate("nl", "a.nl.md", dutch, "Hallo.".to_owned());
    agrees(
        "Hint b /nl:0 it is not there in nl, as other contents of journey/a are",
        &[first, made(front("b"), "Hello.")],
    );
}

#[test]
fn addresses_that_nobody_can_reach_are_found_with_their_line() {
    let mut front = front("a");
    front.body_line = 5;
    front.action =
        Some(Action { label: "Go".to_owned(), url: "https://www.example.com/x".to_owned() });
    front.forms.x = Some(PostForm { text: "See http://localhost:8080/a".to_owned(), thread: None });
    agrees(
        "Problem a action url/:0 `https://www.example.com/x` is an example and no page
         Problem a email/:7 `http://intranet/a` names no site on the internet
         Problem a x/:0 `http://localhost:8080/a` leads to a machine that readers cannot reach
         Hint a email/:5 `https://shop.example/?utm_source=x` has tags of its own, which are kept",
        &[made(front, "[a](https://shop.example/?utm_source=x)\n\n[b](http://intranet/a)")],
    );
}

#[test]
fn every_form_is_made_for_the_sample_and_every_network() {
    let mut front = front("a");
    front.forms.email =
        Some(EmailForm { subject: "Hi {{ person.name }}".to_owned(), ..EmailForm::default() });
    front.forms.social = Some(PostForm { text: "Hi {{ person.name }}".to_owned(), thread: None });
    front.forms.linkedin = Some(PostForm { text: "a ".repeat(2_000), thread: None });
    front.forms.sms = Some(SmsForm { text: "ж".repeat(300), segments: None });
    let named = Map::from([("name".to_owned(), "Anna".into())]);
    let networks = [Network::Linkedin, Network::X];
    check_with(
        &[made(front, "Hello.")],
        &[named, Map::new()],
        &networks,
        "Problem a email/:0 subject: person.name has no value for this person
         Problem a linkedin/:0 linkedin text: the post has 3999 characters, and linkedin takes 3000
         Problem a sms/:0 sms text: it takes 5 segments, and 3 are allowed
         Problem a x/:0 social text: person.name is about one person, and a post speaks to everyone",
    );
}

#[test]
fn what_a_layout_has_that_some_programs_do_not_show_is_said_once() {
    let source = "<mjml><mj-body><mj-section><mj-column><mj-text><p style=\"display: flex\">{{ footer }}</p>\
                  {{ content }}</mj-text></mj-column></mj-section></mj-body></mjml>";
    let layout = crate::Layout::from_mjml(source).expect("a layout");
    let layouts = BTreeMap::from([("news".to_owned(), std::sync::Arc::new(layout))]);
    let laid_out = |name: &str, layout: &str| {
        let mut content = made(FrontMatter { layout: layout.to_owned(), ..front(name) }, "Hello");
        content.lay_out(&Brand::default(), &layouts).expect("a layout");
        content
    };
    agrees(
        "Hint a email/:0 the layout `news` has `display: flex`, which Outlook for Windows does not show",
        &[laid_out("a", "news"), laid_out("b", "news"), laid_out("c", "")],
    );
}
