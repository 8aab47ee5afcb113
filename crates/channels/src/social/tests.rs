//! Text without marks, forms with a file, and what an answer means.

use super::{CLOCKS_APART_MAX, Standing, find_among, moment};
use super::{Multipart, Reply, Trouble, plain_text};
use model::{LinkCard, Mark, Marked, PostPart, PostRef, Span, Timestamp};
use port::{Published, PublisherError};
use proptest::prelude::*;

fn part(text: &str, links: &[(&str, &str)], card: Option<&str>) -> PostPart {
    let mark = |(shown, url): &(&str, &str)| {
        let start = text.find(shown).expect("it is shown");
        Mark { start, end: start + shown.len(), what: Marked::Link((*url).to_owned()) }
    };
    let card = card.map(|url| LinkCard {
        url: url.to_owned(),
        title: String::new(),
        description: String::new(),
        image: None,
    });
    let marks = links.iter().map(mark).collect();
    PostPart { text: text.to_owned(), marks, images: Vec::new(), card }
}

#[test]
fn links_are_written_where_the_network_knows_no_marks() {
    let check = |text: &str, links: &[(&str, &str)], card: Option<&str>| {
        plain_text(&part(text, links, card), true)
    };
    let url = "https://www.shop.example/spring?a=b";
    assert_eq!(
        check("See shop.example/spr… é", &[("shop.example/spr…", url)], None),
        format!("See {url} é")
    );
    assert_eq!(check(&format!("See {url}."), &[(url, url)], Some(url)), format!("See {url}."));
    assert_eq!(check("Our spring", &[("spring", url)], None), format!("Our spring {url}"));
    assert_eq!(check("Our spring", &[], Some(url)), format!("Our spring\n\n{url}"));
    assert_eq!(check("", &[], Some(url)), url);
    let both = [("One", "https://a.b/1"), ("two", "https://a.b/2")];
    assert_eq!(check("One, two", &both, None), "One https://a.b/1, two https://a.b/2");
    assert_eq!(plain_text(&part("Spring", &[], Some(url)), false), "Spring");
    let mut broken = part("é", &[("é", url)], None);
    broken.marks[0].start = 1;
    assert_eq!(plain_text(&broken, true), "é");
}

#[test]
fn a_file_goes_in_a_form_with_a_boundary_of_its_own() {
    let (kind, body) = Multipart::file("file", "a.png", "image/png", b"\x89PNG\r\n")
        .text("description", "é")
        .end();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\r\n<PNG\r\n\r\n--{boundary}\r\nContent-Disposition: form-data; \
         name=\"description\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\né\r\n--{boundary}--\r\n"
    );
    let expected: Vec<u8> = expected.replacen('<', "\u{1}", 1).into_bytes();
    let expected: Vec<u8> = expected.iter().map(|it| if *it == 1 { 0x89 } else { *it }).collect();
    assert_eq!(body, expected);
    assert!(boundary.len() <= 70, "RFC 2046 allows no more");
}

#[test]
fn an_answer_means_what_its_status_says() {
    let check = |status: u16, said: &str| {
        let reply = Reply { status, wait: Some(Span::seconds(9)), ..Reply::default() };
        Trouble::of(&reply, said)
    };
    assert_eq!(check(401, "no"), Trouble::SignIn("401: no".to_owned()));
    assert_eq!(check(403, ""), Trouble::Refused("403".to_owned()));
    assert_eq!(check(422, " too\r\n long "), Trouble::Refused("422: too long".to_owned()));
    for status in [408, 425, 429, 503] {
        let (detail, retry_after) = (status.to_string(), Some(Span::seconds(9)));
        assert_eq!(check(status, ""), Trouble::Later { detail, retry_after });
    }
    assert_eq!(check(502, ""), Trouble::Broken("502".to_owned()));
    assert!(matches!(check(302, ""), Trouble::Later { retry_after: None, .. }));
    let long = check(400, &"é".repeat(999));
    assert!(matches!(long, Trouble::Refused(it) if it.chars().count() == 206));
}

#[test]
fn what_broke_is_lost_unless_a_key_is_known_or_nobody_saw() {
    let broken = || Trouble::Broken("502".to_owned());
    assert!(matches!(broken().published(true), Published::Later { .. }));
    assert!(matches!(broken().published(false), Published::Lost { .. }));
    let lost = || Trouble::Lost("silence".to_owned());
    assert!(matches!(lost().published(true), Published::Lost { .. }));
    assert!(matches!(lost().unseen().published(false), Published::Later { .. }));
    assert!(matches!(PublisherError::from(lost()), PublisherError::Later { .. }));
    let sign_in = Trouble::SignIn("401".to_owned()).published(false);
    assert!(
        matches!(sign_in, Published::Later { detail, .. } if detail.contains("connected anew"))
    );
}

#[test]
fn a_post_is_found_by_its_text_its_time_and_what_it_answers() {
    let claimed = Timestamp(1_800_000_000_000);
    let standing = |id: &str, text: &str, answers: Option<&str>, at: Option<Timestamp>| Standing {
        post: PostRef { id: id.to_owned(), ..PostRef::default() },
        text: text.to_owned(),
        answers: answers.map(str::to_owned),
        at,
    };
    let all = [
        standing("old", "Hello", None, Some(claimed - CLOCKS_APART_MAX - Span(1))),
        standing("second", "Hello", None, Some(claimed + Span::seconds(9))),
        standing("first", "Hello\n", None, Some(claimed - CLOCKS_APART_MAX)),
        standing("other", "Hello!", None, Some(claimed)),
        standing("answer", "Hello", Some("root"), Some(claimed)),
        standing("when", "Never", None, None),
    ];
    let check = |text: &str, answers: Option<&str>| {
        find_among(all.to_vec(), text, answers, claimed).map(|it| it.id)
    };
    assert_eq!(check("Hello", None).as_deref(), Some("first"), "the oldest since it was claimed");
    assert_eq!(check("Hello", Some("root")).as_deref(), Some("answer"));
    assert_eq!(check("Hello", Some("another")), None);
    assert_eq!(check("Hello?", None), None);
    assert_eq!(check("Never", None), None, "who knows when");
}

#[test]
fn moments_are_read_in_the_forms_of_the_networks() {
    let wanted = Timestamp::parse("2023-10-17T05:42:03Z").ok();
    for text in ["2023-10-17T05:42:03+0000", "2023-10-17T07:42:03+0200", "2023-10-17T05:42:03.000Z"]
    {
        assert_eq!(moment(text), wanted, "{text}");
    }
    for text in ["", "+0000", "soon", "x+0é0", "+é00"] {
        assert_eq!(moment(text), None, "{text}");
    }
}

/// Answers as they may come: of the right form, of another network's, cut, or nonsense.
fn answers() -> impl Strategy<Value = (u16, Vec<u8>)> {
    let known = [
        include_str!("../../../../fixtures/social/facebook-posts.json"),
        include_str!("../../../../fixtures/social/facebook-error-token.json"),
        include_str!("../../../../fixtures/social/threads-insights.json"),
        include_str!("../../../../fixtures/social/threads-posts.json"),
        include_str!("../../../../fixtures/social/linkedin-counts.json"),
        include_str!("../../../../fixtures/social/linkedin-posts.json"),
        include_str!("../../../../fixtures/social/x-posts.json"),
        include_str!("../../../../fixtures/social/x-counts.json"),
    ];
    let whole = (prop::sample::select(known.to_vec()), 0_usize..2_000, ".{0,3}");
    let cut = whole.prop_map(|(text, at, by)| match text.char_indices().nth(at) {
        Some((at, it)) => format!("{}{by}{}", &text[..at], &text[at + it.len_utf8()..]),
        None => text.to_owned(),
    });
    let body = prop_oneof![cut.prop_map(String::into_bytes), any::<Vec<u8>>()];
    let status = prop::sample::select(vec![200_u16, 201, 204, 206, 302, 400, 401, 403, 404, 503]);
    (status, body)
}

proptest! {
    /// Whatever a network answers is understood or is trouble; and what is trouble can be told.
    #[test]
    fn no_answer_is_too_strange((status, body) in answers()) {
        use crate::{bluesky, facebook, linkedin, mastodon, threads, x};
        let posts = [PostRef { id: "1".to_owned(), ..PostRef::default() }];
        let it = || Reply { status, body: body.clone(), ..Reply::default() };
        let troubles = [
            bluesky::response::put(it()).err(),
            bluesky::response::record(it()).err(),
            bluesky::response::metrics(it(), &posts).err(),
            facebook::response::latest(it()).err(),
            facebook::response::metrics(it()).err(),
            linkedin::response::latest(it()).err(),
            linkedin::response::metrics(it(), &posts).err(),
            mastodon::response::latest(it()).err(),
            mastodon::response::instance(it()).err(),
            threads::response::latest(it()).err(),
            threads::response::metrics(it()).err(),
            x::response::latest(it()).err(),
            x::response::metrics(it(), &posts).err(),
        ];
        for trouble in troubles.into_iter().flatten() {
            match trouble.published(false) {
                Published::Done(_) => unreachable!("trouble is no success"),
                Published::Later { detail, .. }
                | Published::Refused { detail }
                | Published::Lost { detail } => prop_assert!(detail.chars().count() <= 500),
            }
        }
    }
}
