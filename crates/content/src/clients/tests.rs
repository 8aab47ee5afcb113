//! Mails in, what they use and who misses it out.

use super::{Support, clients, missed, used};
use crate::{Action, Brand, Content, FrontMatter, Image, Layout, LinkKey, Links, Reader, email};
use model::{ContentName, Map, MessageId, PersonId, Purpose, Topic};
use proptest::prelude::*;

fn check(html: &str, expected: &str) {
    let said = |(what, clients): (String, Vec<&str>)| format!("{what}: {}", clients.join(", "));
    let said: Vec<String> = missed(html).into_iter().map(said).collect();
    assert_eq!(said.join("\n"), expected, "{html}");
}

#[test]
fn what_readers_miss_is_named_with_the_programs_that_do_not_show_it() {
    check("<p style=\"color:red\">x</p>", "");
    check("<div style=\"display:flex\">x</div>", "`display: flex`: Outlook for Windows");
    check("<div style=\"display: inline-flex\">x</div>", "`display: flex`: Outlook for Windows");
    check(
        "<VIDEO></VIDEO>",
        "`<video>`: Gmail, Gmail app, Outlook for Windows, Outlook.com, Yahoo",
    );
    check("<img src=\"a.webp?x=1\" alt=\"\">", "an image as `.webp`: Outlook for Windows");
    check("<img src=\"https://a.example/a.png\" alt=\"\">", "");
    check(
        "<p style=\"width: calc(100% - 2px); height: 3vh\">x</p>",
        "`calc()`: Outlook for Windows, Outlook.com, Yahoo\nthe unit `vh`: Outlook for Windows",
    );
    check("<td style=\"background: url(a.png)\">", "`background-image`: Outlook for Windows");
    check(
        "<style>a::after { content: 'x' } b:after { x: y }</style>",
        "`::after`: Gmail, Gmail app, Outlook for Windows, Yahoo",
    );
}

#[test]
fn what_is_only_added_for_those_who_know_it_is_not_missed() {
    check(
        "<style>@media screen { p { display: grid } } @supports (x: y) { p { gap: 1px } }</style>",
        "",
    );
    check("<p style=\"background: red; background: linear-gradient(red, blue)\">x</p>", "");
    check("<p style=\"float: none; position: static; top: 0\">x</p>", "");
    check("<!--[if mso]><video></video><![endif]-->", "");
    check("<style>/* p { display: flex } */ .a { color: red</style>", "");
}

#[test]
fn the_table_is_whole() {
    assert_eq!(clients().len(), 8);
    let html =
        "<p style=\"padding-left:1px;border-top-left-radius:3px\"><h4>x</h4><ol><li>y</li></ol>";
    let all = used(html);
    assert!(all.iter().all(|it| it.support.len() == clients().len()));
    let words: Vec<String> = all.iter().map(|it| it.words()).collect();
    let expected =
        ["`border-radius`", "`padding`", "`<h1>` to `<h6>`", "`<ul>` and `<ol>`", "`<p>`"];
    assert_eq!(words, expected);
}

/// A mail with all that Markdown has, and with image, button and footer.
fn whole_mail() -> String {
    let front = FrontMatter {
        content: ContentName::from("ride"),
        topic: Topic::from("news"),
        purpose: Some(Purpose::Marketing),
        locale: "en".to_owned(),
        summary: "A ride".to_owned(),
        image: Some(Image {
            url: "https://shop.example/a.jpg".to_owned(),
            alt: "A bicycle".to_owned(),
        }),
        action: Some(Action {
            label: "Plan".to_owned(),
            url: "https://shop.example/plan".to_owned(),
        }),
        ..FrontMatter::default()
    };
    let body = "# One\n\nSome *words* and **more**, [a link](https://shop.example), `code`.\n\n> Said.\n\n- a\n- b\n\n\
                1. c\n\n---\n\n```\nx\n```\n\n![Alt](https://shop.example/b.png)\n";
    let content = Content::from_parts(front, body.to_owned()).expect("good");
    let links = Links {
        key: &LinkKey([7; 32]),
        person: PersonId(3),
        message: MessageId(9),
        campaign: "journey/a",
        followed: true,
    };
    let reader = Reader { traits: &Map::new(), event: &Map::new() };
    email(&content, &Brand::default(), reader, &links, &[]).expect("a mail").html
}

#[test]
fn a_mail_in_the_built_in_layout_is_missed_by_nobody_and_the_manual_says_what_it_uses() {
    let html = whole_mail();
    check(&html, "");
    let mark = |it: &Support| match it {
        Support::Yes => "yes",
        Support::Partly => "partly",
        Support::No => "no",
        Support::Untested => "?",
    };
    let mut table =
        format!("| | {} |\n|---|{}\n", clients().join(" | "), "---|".repeat(clients().len()));
    for it in used(&html) {
        let marks: Vec<&str> = it.support.iter().map(mark).collect();
        table.push_str(&format!("| {} | {} |\n", it.words(), marks.join(" | ")));
    }
    let manual = include_str!("../../../../docs/email-clients.md");
    assert!(manual.contains(&table), "docs/email-clients.md does not hold this table:\n{table}");
}

#[test]
fn what_mjml_makes_of_its_own_elements_is_missed_by_nobody() {
    let source = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ content }}</mj-text><mj-button href=\"x\">a</mj-button>\
                  <mj-image src=\"https://a.example/a.png\" alt=\"\" /><mj-divider /><mj-spacer /></mj-column></mj-section>\
                  <mj-section><mj-text>{{ footer }}</mj-text></mj-section></mj-body></mjml>";
    let source = source
        .replace("<mj-section><mj-text>{{ footer", "<mj-section><mj-column><mj-text>{{ footer");
    let source = source.replace("{{ footer }}</mj-text>", "{{ footer }}</mj-text></mj-column>");
    let layout = Layout::from_mjml(&source).expect("a layout");
    assert_eq!(layout.missed(), []);
}

proptest! {
    #[test]
    fn no_mail_is_too_strange(html in "[<>/a-z=\"' ;:@{}()%.!-]{0,80}", css in "[a-z.#{}:;@*/ \"'(),0-9]{0,60}") {
        let _ = missed(&html);
        let _ = missed(&format!("<style>{css}</style><p style=\"{css}\">"));
    }
}
