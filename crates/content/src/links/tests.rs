//! Links survive the round trip, and nothing but our own is believed.

use super::*;
use proptest::prelude::*;

const KEY: LinkKey = LinkKey([7; 32]);
const OTHER: LinkKey = LinkKey([8; 32]);

fn click(url: &str) -> Link {
    Link::Click { message: MessageId(300), url: url.to_owned() }
}

fn links() -> Vec<Link> {
    let (person, message) = (PersonId(u64::MAX), MessageId(1));
    vec![
        click("https://shop.example/plan?a=b#c"),
        Link::Open { message },
        Link::Unsubscribe { person, message },
        Link::Preferences { person, message },
        Link::Why { person, message },
    ]
}

#[test]
fn what_was_signed_is_read_back_and_only_under_the_same_key() {
    for link in links() {
        let token = link.sign(&KEY);
        assert_eq!(verify(&token, &KEY), Some(link));
        assert_eq!(verify(&token, &OTHER), None);
    }
}

#[test]
fn no_altered_shortened_or_longer_token_is_taken() {
    for link in links() {
        let token = link.sign(&KEY);
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("our own token");
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[at] ^= 1 << bit;
                assert_eq!(verify(&URL_SAFE_NO_PAD.encode(altered), &KEY), None, "{at}:{bit}");
            }
            assert_eq!(verify(&URL_SAFE_NO_PAD.encode(&bytes[..at]), &KEY), None);
        }
        assert_eq!(verify(&format!("{token}A"), &KEY), None);
        assert_eq!(verify(&format!("{token}="), &KEY), None);
    }
    assert_eq!(verify(&"A".repeat(TOKEN_MAX_BYTES + 1), &KEY), None);
}

#[test]
fn one_kind_of_link_cannot_be_used_as_another() {
    let token = Link::Preferences { person: PersonId(1), message: MessageId(2) }.sign(&KEY);
    let mut bytes = URL_SAFE_NO_PAD.decode(&token).expect("our own token");
    bytes[1] = UNSUBSCRIBE;
    assert_eq!(verify(&URL_SAFE_NO_PAD.encode(bytes), &KEY), None);
}

#[test]
fn a_click_leads_only_to_a_web_address() {
    let refused = [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/plan",
        "mailto:a@b.example",
        "https://",
        "https:///x",
        "ftp://a.example",
        "https://a.example/\r\nSet-Cookie: x",
        "https://a.example/ b",
        "https://shop.example@evil.example/",
        "https:\\\\evil.example",
        "https://shop.example\\@evil.example",
        "",
    ];
    for url in refused {
        assert_eq!(verify(&click(url).sign(&KEY), &KEY), None, "{url}");
    }
    let long = format!("https://a.example/{}", "x".repeat(URL_MAX_BYTES));
    assert_eq!(verify(&click(&long).sign(&KEY), &KEY), None);
    for url in ["https://a.example", "HTTP://A.example:8080/ü?q=%20#f", "http://[::1]/"] {
        assert!(verify(&click(url).sign(&KEY), &KEY).is_some(), "{url}");
    }
    let longest = format!("https://a.example/{}", "x".repeat(URL_MAX_BYTES - 18));
    assert!(verify(&click(&longest).sign(&KEY), &KEY).is_some());
}

#[test]
fn tokens_are_short() {
    assert!(Link::Open { message: MessageId(1_000_000) }.sign(&KEY).len() <= 28);
    let link = Link::Unsubscribe { person: PersonId(1_000_000), message: MessageId(1_000_000) };
    assert!(link.sign(&KEY).len() <= 32);
}

#[test]
fn parameters_are_added_before_the_fragment_and_never_twice() {
    let add = |url| with_parameters(url, &[("utm_medium", "email"), ("utm_campaign", "a/b c")]);
    assert_eq!(add("https://a"), "https://a?utm_medium=email&utm_campaign=a%2Fb%20c");
    assert_eq!(add("https://a/?x=1#f"), "https://a/?x=1&utm_medium=email&utm_campaign=a%2Fb%20c#f");
    assert_eq!(add("https://a?utm_medium=own"), "https://a?utm_medium=own&utm_campaign=a%2Fb%20c");
    assert_eq!(add("https://a?"), "https://a?utm_medium=email&utm_campaign=a%2Fb%20c");
    assert_eq!(
        add("https://a?not_utm_medium=1"),
        "https://a?not_utm_medium=1&utm_medium=email&utm_campaign=a%2Fb%20c"
    );
}

proptest! {
    #[test]
    fn any_ids_survive(person: u64, message: u64) {
        let link = Link::Why { person: PersonId(person), message: MessageId(message) };
        prop_assert_eq!(verify(&link.sign(&KEY), &KEY), Some(link));
    }

    #[test]
    fn any_text_that_was_not_signed_is_refused(token in "[A-Za-z0-9_-]{0,80}") {
        prop_assert_eq!(verify(&token, &KEY), None);
    }
}
