//! Contents in, pages out.

use crate::{Brand, Content, Forms, FrontMatter, PageForm, page};
use model::{ContentName, Timestamp, Topic};

fn content(form: PageForm, body: &str) -> Content {
    let front = FrontMatter {
        content: ContentName::from("spring"),
        topic: Topic::from("news"),
        summary: "What the hills are like in {{ brand.name }}'s spring".to_owned(),
        forms: Forms { page: Some(form), ..Forms::default() },
        body_line: 1,
        ..FrontMatter::default()
    };
    Content::from_parts(front, body.to_owned()).expect("a good content")
}

fn sound() -> PageForm {
    PageForm {
        title: "Spring".to_owned(),
        published: "2026-03-01".to_owned(),
        ..PageForm::default()
    }
}

fn brand() -> Brand {
    Brand { name: "Velo".to_owned(), ..Brand::default() }
}

/// The body's HTML without line ends between elements.
#[track_caller]
fn check(body: &str, expected: &str) {
    let content = content(sound(), body);
    let brand = brand();
    let made = page(&content, &brand).expect("a page").expect("filled in");
    assert_eq!(made.html(&brand).expect("a body").trim().replace(">\n<", "><"), expected, "{body}");
}

#[test]
fn a_body_becomes_plain_elements_below_the_title() {
    check("Hello *there*.", "<p>Hello <em>there</em>.</p>");
    check("## Hills\n\nUp.", "<h2>Hills</h2><p>Up.</p>");
    check("# Hills\n\n## North", "<h2>Hills</h2><h3>North</h3>");
    check(
        "[a](https://shop.example/?utm_source=x)",
        r#"<p><a href="https://shop.example/?utm_source=x">a</a></p>"#,
    );
    check(
        "![Hills](https://shop.example/h.jpg)",
        r#"<p><img src="https://shop.example/h.jpg" alt="Hills" /></p>"#,
    );
    check("By {{ brand.name }}", "<p>By Velo</p>");
}

#[test]
fn no_markup_and_no_strange_address_gets_through() {
    check("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>");
    check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
    check("[a](javascript:alert(1))", "<p>a</p>");
    check("![a](data:image/png;base64,AAAA)", "<p>a</p>");
    check("a <!-- b --> c", "<p>a  c</p>");
}

#[test]
fn what_is_about_a_person_needs_a_default() {
    check("Hello {{ person.first_name | default: \"friend\" }}", "<p>Hello friend</p>");
    let problems = content(sound(), "Hello {{ person.first_name }}").check();
    let said = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(said.contains("the page cannot be written: body"), "{said}");
    assert!(said.contains("first_name"), "{said}");
}

#[test]
fn what_a_page_lacks_is_said_before_it_is_out() {
    let check = |change: fn(&mut PageForm), expected: &str| {
        let mut form = sound();
        change(&mut form);
        let problems = content(form, "Body.").check();
        // The content has no subject, and its summary stands in for it.
        let said: Vec<String> = problems.iter().map(|it| it.message.clone()).collect();
        assert_eq!(said.join("; "), expected);
    };
    check(|_| {}, "");
    check(|it| it.title = String::new(), "the page has no title");
    check(|it| it.published = String::new(), "an article needs the time of its publication");
    check(|it| it.published = "soon".to_owned(), "`published: soon` is no time");
    check(|it| it.slug = "../etc".to_owned(), "the slug `../etc` cannot be the page's address");
    check(|it| it.tags = vec!["a/b".to_owned()], "`a/b` cannot be a page's tag");
    check(
        |it| it.enclosure = Some(crate::page::Enclosure::default()),
        "the enclosure's url `` is not a web address; `` is no type of sound or film; the enclosure does not say its size",
    );
}

#[test]
fn a_page_is_there_from_its_time_on_and_not_before() {
    let content = content(sound(), "Body.");
    let out = |at: &str| content.is_page_out(Timestamp::parse(at).expect("a time"));
    assert!(!out("2026-02-28T23:59:59.999Z"));
    assert!(out("2026-03-01T00:00:00Z"));
}

#[test]
fn a_language_leaves_to_the_document_what_it_does_not_say() {
    let own = PageForm { title: "Lente".to_owned(), ..PageForm::default() };
    let whole = own.or(&sound());
    assert_eq!((whole.title.as_str(), whole.published.as_str()), ("Lente", "2026-03-01"));
}
