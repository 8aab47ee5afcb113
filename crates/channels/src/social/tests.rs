//! Text without marks, forms, and what an answer means.

use super::{Multipart, Reply, Secret, Trouble, encode, form, plain_text};
use model::{LinkCard, Mark, Marked, PostPart, Span};
use port::{Published, PublisherError};

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
fn forms_are_encoded_as_oauth_wants_it() {
    // The examples of RFC 5849, 3.6, and its rule that a space is %20.
    assert_eq!(encode("Ladies + Gentlemen"), "Ladies%20%2B%20Gentlemen");
    assert_eq!(encode("An encoded string!"), "An%20encoded%20string%21");
    assert_eq!(encode("☃-._~"), "%E2%98%83-._~");
    assert_eq!(form(&[("a", "1&2"), ("b c", "")]), "a=1%262&b%20c=");
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
fn a_secret_does_not_show() {
    let secret: Secret = serde_json::from_str("\"hunter2\"").expect("a secret");
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert_eq!(secret.text(), "hunter2");
}
