//! Style sheets and texts in, texts out.

use super::inline::Sheets;
use super::{declarations, statements, without_comments};
use crate::html::tags;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The elements with their styles, and behind them what stays in the sheet.
fn inlined(html: &str, css: &str) -> String {
    let mut sheets = Sheets::default();
    match sheets.read(css) {
        Err(fault) => format!("{}: {}", fault.at, fault.message),
        Ok(()) => match sheets.inline(html, 10_000) {
            Err(message) => message,
            Ok(done) => format!("{}{}", done.html, done.rests.concat()),
        },
    }
}

fn check(html: &str, css: &str, expected: &str) {
    assert_eq!(inlined(html, css), expected, "{html} with {css}");
}

#[test]
fn rules_are_written_into_the_elements_that_they_are_for() {
    check("<p>x</p>", "p { color: red; margin: 0 }", "<p style=\"color:red;margin:0\">x</p>");
    check("<p class=\"a b\">x</p>", ".b{color:red}", "<p class=\"a b\" style=\"color:red\">x</p>");
    check("<P>x</P>", "p{color:red}", "<P style=\"color:red\">x</P>");
    check("<br/>", "br{color:red}", "<br style=\"color:red\"/>");
    check(
        "<p>a<br>b</p><b>c</b>",
        "p>b{color:red}b{margin:0}",
        "<p>a<br>b</p><b style=\"margin:0\">c</b>p>b { color:red }",
    );
    check("<title>x</title><p>y", "*{color:red}", "<title>x</title><p style=\"color:red\">y");
}

#[test]
fn what_wins_stands_last_and_what_loses_goes() {
    let own = "<p id=\"a\" class=\"b\" style=\"padding-left:1px; color: green\">x</p>";
    let with = |css: &str, style: &str| {
        check(own, css, &format!("<p id=\"a\" class=\"b\" style=\"{style}\">x</p>"));
    };
    with("p{color:red}", "padding-left:1px;color:green");
    with("p{padding:9px}", "padding:9px;padding-left:1px;color:green");
    with("p{padding:9px!important}", "padding-left:1px;color:green;padding:9px");
    with(".b{margin:1px}p{margin:2px}", "margin:1px;padding-left:1px;color:green");
    // What another program reads in place of it stays with it.
    with(
        "p{background:red;background:linear-gradient(red,blue)}",
        "background:red;background:linear-gradient(red,blue);padding-left:1px;color:green",
    );
}

#[test]
fn what_depends_on_reader_or_screen_stays_in_the_sheet() {
    let dark = "@media (prefers-color-scheme: dark) { p { color: white !important } }";
    check("<p>x</p>", dark, &format!("<p>x</p>{dark}"));
    check(
        "<a>x</a>",
        "@import url(x;y); a, a:hover { color: red } b { margin: 0 }",
        "<a style=\"color:red\">x</a>@import url(x;y);\na:hover { color: red }\nb { margin: 0 }",
    );
    check("<a>x</a>", "a::before{content:\"}\"}", "<a>x</a>a::before { content:\"}\" }");
    check("<a>x</a>", "@charset \"utf-8\"", "<a>x</a>@charset \"utf-8\"");
}

#[test]
fn nothing_that_cannot_be_read_is_dropped() {
    let fails = |css: &str, expected: &str| check("<p>x</p>", css, expected);
    fails("p ~ b { }", "0: the selector `p ~ b` cannot be written into elements");
    fails("a,\n[x^=y] {}", "3: the selector `[x^=y]` cannot be written into elements");
    fails("a/b {}", "0: the selector `a/b` cannot be written into elements");
    fails("a,,b {}", "2: the selector `` cannot be written into elements");
    fails("> b {}", "0: the selector `> b` cannot be written into elements");
    fails("p { color }", "4: `color` is no declaration; write `name: value`");
    fails("p { color: ; }", "4: `color` is no declaration; write `name: value`");
    fails("p { a { color: red } }", "6: rules cannot stand in rules");
    fails("p { color: red", "2: a block is not closed");
    fails("p", "0: there is no block `{ … }` after the selector");
    fails("p {} /* x", "5: a comment has no end");
    let many = "b{}".repeat(501);
    fails(&many, "1500: there are more than 500 selectors");
    let long = format!("<p>{}</p>", "<b>x</b>".repeat(700));
    check(&long, "b { color: red }", "with its styles written out it is longer than 10000 bytes");
    check(&"<b>".repeat(1_100), "i{}", "elements are nested deeper than 1000");
}

#[test]
fn quotes_and_entities_keep_what_they_hold() {
    check(
        "<p style=\"font-family:&quot;A;B&quot;,serif;color:&#114;ed\">x</p>",
        "p{margin:0}",
        "<p style=\"margin:0;font-family:&quot;A;B&quot;,serif;color:&#114;ed\">x</p>",
    );
    check("<p style='a:\"b\"'>x</p>", "p{c:d}", "<p style=\"c:d;a:&quot;b&quot;\">x</p>");
    check(
        "<p>x</p>",
        "p { background: url(\"?a&b;c\"); color:\n  red }",
        "<p style=\"background:url(&quot;?a&amp;b;c&quot;);color:red\">x</p>",
    );
    check("<p class=x title='</p>'>x</p>", "p{a:b}", "<p class=x title='</p>' style=\"a:b\">x</p>");
}

#[test]
fn conditional_comments_are_left_as_they_are() {
    let html =
        "<!--[if mso]><p class=\"a\">x</p><![endif]--><!--[if !mso]><!--><p>y</p><!--<![endif]-->";
    let expected = html.replace("<p>y", "<p style=\"color:red\">y");
    check(html, "p{color:red}", &expected);
}

#[derive(serde::Deserialize)]
struct Case {
    name: String,
    html: String,
    css: String,
    values: BTreeMap<String, BTreeMap<String, String>>,
}

/// The winning values by id and name.
fn values(html: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for tag in tags(html) {
        let Some(id) = tag.attribute("id") else { continue };
        let of = found.entry(id.value.to_owned()).or_default();
        let own = declarations(tag.attribute("style").map_or("", |it| it.value));
        for important in [false, true] {
            for it in own.iter().filter(|it| it.important == important) {
                of.insert(it.name.clone(), it.value.clone());
            }
        }
    }
    found
}

#[test]
fn it_agrees_with_the_inliners_of_others() {
    let cases = include_str!("../../../../fixtures/css/inlined.json");
    let cases: Vec<Case> = serde_json::from_str(cases).expect("cases");
    assert!(10 < cases.len());
    for case in cases {
        let mut sheets = Sheets::default();
        sheets.read(&case.css).unwrap_or_else(|it| panic!("{}: {it:?}", case.name));
        let ours = sheets.inline(&case.html, 10_000).expect("short");
        assert_eq!(values(&ours.html), case.values, "{}: {}", case.name, ours.html);
    }
}

/// Something that looks like a mail and a sheet often enough.
fn html() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<a class=\"b c\" style=\"color:red;margin:0 !important\">".to_owned()),
        Just("<td id=a style='padding:1px;padding:2px'>".to_owned()),
        Just("<br>".to_owned()),
        Just("<!--[if mso]><p>x<![endif]-->".to_owned()),
        "[<>/a-z=\"' ;:&#-]{0,8}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|it| it.concat())
}

fn css() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("p { color: blue; padding: 3px !important }".to_owned()),
        Just(".b, td { background: red; background: url(\"a;b\") }".to_owned()),
        Just("#a > p, a + td p { padding-left: 1px }".to_owned()),
        Just("@media screen { p { color: red } }".to_owned()),
        Just("* { x: y }".to_owned()),
        "[a-z.#{}:;@*/ \"'é\\[\\]()>+&-]{0,6}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|it| it.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_inlining_twice_changes_nothing(html in html(), css in css()) {
        let mut sheets = Sheets::default();
        if sheets.read(&css).is_ok() {
            let once = sheets.inline(&html, 100_000).expect("short");
            let twice = sheets.inline(&once.html, 100_000).expect("short");
            prop_assert_eq!(&once, &twice);
        }
    }

    #[test]
    fn no_style_sheet_makes_it_panic(css in ".{0,60}") {
        let css = without_comments(&css).unwrap_or(css);
        let _ = statements(&css);
        let _ = declarations(&css);
        let _ = Sheets::default().read(&css);
    }

    #[test]
    fn what_no_rule_is_for_stays_as_it_is(html in ".{0,80}") {
        let mut sheets = Sheets::default();
        sheets.read(".nobody { color: red }").expect("a sheet");
        prop_assert_eq!(sheets.inline(&html, 10_000).expect("short").html, html);
    }
}
