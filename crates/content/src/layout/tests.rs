//! Layouts in, problems or mails out.

use crate::{
    Action, Brand, Content, Email, FrontMatter, Image, Layout, LinkKey, Links, Reader, email,
};
use model::{ContentName, Map, MessageId, PersonId, Purpose, Topic};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const WHOLE: &str = r##"<mjml>
  <mj-head>
    <mj-title>{{ subject }}</mj-title>
    <mj-preview>{{ preheader }}</mj-preview>
    <mj-style>.big { font-size: 30px; }</mj-style>
    <mj-attributes><mj-text font-size="17px" /></mj-attributes>
  </mj-head>
  <mj-body background-color="#eeeeee">
    <mj-section><mj-column>
      <mj-text css-class="big">{{ brand.name }}</mj-text>
      <mj-text>{{ image }}{{ content }}{{ action }}</mj-text>
      <mj-button href="{{ preferences }}">Choose</mj-button>
      <mj-text>{{ footer }}{{ open }}</mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>"##;

fn content(purpose: Purpose) -> Content {
    let front = FrontMatter {
        content: ContentName::from("ride"),
        topic: Topic::from("news"),
        purpose: Some(purpose),
        locale: "nl".to_owned(),
        summary: "Rit & tocht".to_owned(),
        image: Some(Image {
            url: "https://shop.example/a.jpg".to_owned(),
            alt: "Fiets".to_owned(),
        }),
        action: Some(Action {
            label: "Ga <nu>".to_owned(),
            url: "https://shop.example/plan".to_owned(),
        }),
        layout: "main".to_owned(),
        ..FrontMatter::default()
    };
    Content::from_parts(front, "Dag **{{ person.name }}**.".to_owned()).expect("good")
}

fn sent(source: &str) -> Email {
    let layout = Layout::from_mjml(source).unwrap_or_else(|it| panic!("{it:?}"));
    let layouts = BTreeMap::from([("main".to_owned(), Arc::new(layout))]);
    let brand = Brand { name: "Velo & Co".to_owned(), ..Brand::default() };
    let mut content = content(Purpose::Transactional);
    content.lay_out(&brand, &layouts).expect("a layout");
    let traits = Map::from([("name".to_owned(), "A<b>".into())]);
    let links = Links {
        key: &LinkKey([7; 32]),
        person: PersonId(3),
        message: MessageId(9),
        campaign: "journey/a",
        followed: true,
    };
    let reader = Reader { traits: &traits, event: &Map::new() };
    email(&content, &brand, reader, &links, &[]).expect("a mail")
}

fn check(source: &str, expected: &str) {
    let said = match Layout::from_mjml(source) {
        Ok(_) => String::new(),
        Err(problems) => {
            let line = |it: &model::Problem| format!("{}:{}: {}", it.line, it.column, it.message);
            problems.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    };
    assert_eq!(said, expected);
}

fn in_body(text: &str) -> String {
    format!(
        "<mjml><mj-body><mj-section><mj-column>{text}</mj-column></mj-section></mj-body></mjml>"
    )
}

#[test]
fn every_slot_is_filled_and_escaped_where_it_stands() {
    let mail = sent(WHOLE);
    let html = &mail.html;
    for wanted in [
        "<html lang=\"nl\" dir=\"ltr\"",
        "<title>Rit &amp; tocht</title>",
        ">Velo &amp; Co</div>",
        "Dag <strong>A&lt;b&gt;</strong>.",
        "alt=\"Fiets\"",
        ">Ga &lt;nu&gt;</a>",
        ">Afmelden</a>",
        "font-size:17px",
        ".big { font-size: 30px; }",
    ] {
        assert!(html.contains(wanted), "{wanted} is not in {html}");
    }
    assert!(!html.contains("{{") && !html.contains("Zq") && !html.contains("fonts.googleapis"));
    assert_eq!(html.matches("https://shop.example/a.jpg").count(), 1);
    assert_eq!(html.matches("width=\"1\" height=\"1\"").count(), 1);
    assert!(mail.text.contains("Dag A<b>."), "{}", mail.text);
}

#[test]
fn what_a_layout_does_not_place_is_there_all_the_same() {
    let html = sent(&in_body("<mj-text>{{ content }}</mj-text>")).html;
    for wanted in [
        "alt=\"Fiets\"",
        ">Ga &lt;nu&gt;</a>",
        "width=\"1\" height=\"1\"",
        "<html lang=\"nl\"",
        "<title>Rit &amp; tocht</title>",
    ] {
        assert_eq!(html.matches(wanted).count(), 1, "{wanted} in {html}");
    }
}

#[test]
fn inlined_styles_stand_in_the_elements_and_dark_ones_stay_in_the_sheet() {
    let dark = "@media (prefers-color-scheme: dark) { .big div { color: #ffffff !important } }";
    let head = format!(
        "<mj-raw><meta name=\"color-scheme\" content=\"light dark\" /></mj-raw>\
         <mj-style inline=\"inline\">.big div, .big a:hover {{ color: #c00000 }} p {{ margin: 0 }}</mj-style>\
         <mj-style>{dark}</mj-style><mj-style inline=\"inline\">.big div {{ font-size: 31px !important }}\
         </mj-style><mj-style>"
    );
    let html = sent(&WHOLE.replace("<mj-style>", &head)).html;
    for wanted in [
        "text-align:left;color:#000000;font-size:31px\">Velo &amp; Co</div>",
        "<style type=\"text/css\">.big a:hover { color: #c00000 }\np { margin: 0 }</style>",
        "<meta name=\"color-scheme\" content=\"light dark\"",
        &format!("<style type=\"text/css\">{dark}</style>"),
    ] {
        assert!(html.contains(wanted), "{wanted} is not in {html}");
    }
    // Once, and nothing of how it was done.
    assert_eq!(html.matches("31px").count(), 1);
    assert!(!html.contains("Zq") && !html.contains("qZ"), "{html}");
}

#[test]
fn marketing_can_be_unsubscribed_in_every_layout() {
    let lay_out = |purpose, text: &str| {
        let layout = Layout::from_mjml(&in_body(text)).expect("a layout");
        let layouts = BTreeMap::from([("main".to_owned(), Arc::new(layout))]);
        content(purpose).lay_out(&Brand::default(), &layouts).map_err(|it| it.message)
    };
    let bare = "<mj-text>{{ content }}</mj-text>";
    let closed = Err("nobody can unsubscribe in the layout `main`".to_owned());
    assert_eq!(lay_out(Purpose::Marketing, bare), closed);
    assert_eq!(lay_out(Purpose::Transactional, bare), Ok(()));
    let own = format!("{bare}<mj-button href=\"{{{{ unsubscribe }}}}\">Stop</mj-button>");
    assert_eq!(lay_out(Purpose::Marketing, &own), Ok(()));
    let none = content(Purpose::Marketing).lay_out(&Brand::default(), &BTreeMap::new());
    assert_eq!(none.expect_err("a problem").message, "there is no layout `main`");
}

#[test]
fn problems_have_their_place() {
    check(WHOLE, "");
    check(
        &WHOLE.replace("{{ footer }}", "{{ foot }}"),
        "13:16: there is no slot `foot` in a layout",
    );
    check(
        &WHOLE.replace("mj-text>{{ footer", "mj-txt>{{ footer"),
        "13:7: there is no element `mj-txt`",
    );
    check(
        &WHOLE.replace("<mj-style>", "<mj-style inline=\"yes\">"),
        "5:5: `inline` cannot be `yes`",
    );
    let inline = |css: &str| {
        WHOLE.replace("<mj-style>", &format!("<mj-style inline=\"inline\">/* é\n */ {css} "))
    };
    check(&inline(""), "");
    check(
        &inline("p > b, a ~ b { color: red }"),
        "6:12: the selector `a ~ b` cannot be written into elements",
    );
    check(&inline("a { colour }"), "6:9: `colour` is no declaration; write `name: value`");
    check(&WHOLE.replace("{{ preferences }}", "{{ footer }}"), "0:0: `footer` stands inside a tag");
    check(
        &in_body("<mj-include path=\"a\" />{{ content }}"),
        "1:39: a layout takes in no other file",
    );
    check(&in_body("<mj-text>Hi</mj-text>"), "0:0: the layout has no place for the content");
    check("hello", "1:1: the layout cannot be read: unable to parse next template");
    check(
        "<mjml>\n<mj-body>\n<mj-section>\n</mj-body>\n</mjml>",
        "5:1: the layout cannot be read: unexpected end of stream",
    );
    check(&"<mj-wrapper>".repeat(5_000), "1:769: elements are nested deeper than 64");
}

proptest! {
    #[test]
    fn no_layout_makes_it_panic(
        cuts in prop::collection::vec((0_usize..1_000, 0_usize..30, "[<>/a-z{}\" &;=-]{0,12}"), 0..6),
    ) {
        let mut source = WHOLE.to_owned();
        for (at, length, text) in cuts {
            let at = at % source.len();
            let end = (at + length).min(source.len());
            source.replace_range(at..end, &text);
        }
        if let Ok(layout) = Layout::from_mjml(&source) {
            prop_assert!(layout.has(super::Slot::Content));
        }
    }
}
