//! Texts in, alphabets and segments out.

use super::*;
use crate::links::verify;
use crate::{Action, Forms, FrontMatter, Link, LinkKey, SmsForm};
use model::{ContentName, Map, MessageId, PersonId, Topic};
use proptest::prelude::*;

const KEY: LinkKey = LinkKey([7; 32]);

fn check(text: &str, alphabet: &str, units: usize, segments: usize) {
    let size = size(text);
    assert_eq!(
        (size.alphabet.to_string().as_str(), size.units, size.segments),
        (alphabet, units, segments),
        "{text}"
    );
}

fn sent(text: &str, segments: Option<usize>, campaign: &str) -> Result<Sms, RenderError> {
    let front = FrontMatter {
        content: ContentName::from("ride"),
        topic: Topic::from("news"),
        action: Some(Action {
            label: "Plan".to_owned(),
            url: "https://shop.example/plan?x=1".to_owned(),
        }),
        forms: Forms { sms: Some(SmsForm { text: text.to_owned(), segments }), ..Forms::default() },
        ..FrontMatter::default()
    };
    let content = Content::from_parts(front, String::new()).expect("a good content");
    let brand = Brand { base_url: "https://go.shop.example".to_owned(), ..Brand::default() };
    let links =
        Links { key: &KEY, person: PersonId(3), message: MessageId(9), campaign, followed: true };
    sms(&content, &brand, Reader { traits: &Map::new(), event: &Map::new() }, &links)
}

/// The borders of 3GPP TS 23.038 and 23.040: 160 and 153 septets, 70 and 67 units of UCS-2.
#[test]
fn segments_are_counted_as_networks_bill_them() {
    check(&"a".repeat(160), "GSM-7", 160, 1);
    check(&"a".repeat(161), "GSM-7", 161, 2);
    check(&"a".repeat(306), "GSM-7", 306, 2);
    check(&"a".repeat(307), "GSM-7", 307, 3);
    check(&"ж".repeat(70), "UCS-2", 70, 1);
    check(&"ж".repeat(71), "UCS-2", 71, 2);
    check(&"ж".repeat(134), "UCS-2", 134, 2);
    check(&"ж".repeat(135), "UCS-2", 135, 3);
    check("", "GSM-7", 0, 1);
}

#[test]
fn signs_of_the_extension_take_two_and_are_not_cut() {
    check(&"€".repeat(80), "GSM-7", 160, 1);
    // Of 153 places in each segment one stays empty.
    check(&"€".repeat(152), "GSM-7", 304, 2);
    check(&"€".repeat(153), "GSM-7", 306, 3);
    // An emoji is two units: 33 of them in 67 places.
    check(&"🚲".repeat(35), "UCS-2", 70, 1);
    check(&"🚲".repeat(66), "UCS-2", 132, 2);
    check(&"🚲".repeat(67), "UCS-2", 134, 3);
}

#[test]
fn the_alphabet_is_that_of_the_standard() {
    // 128 codes with the escape; the extension has ten characters.
    assert_eq!((BASIC.chars().count(), EXTENSION.chars().count()), (127, 10));
    for (text, is_in) in [
        ("Grüße, señor Åse: ¿50 £? à Ç", true),
        ("ç", false),
        ("á", false),
        ("“", false),
        ("`", false),
        ("\t", false),
        ("[x]{y}~|\\^", true),
    ] {
        assert_eq!(size(text).foreign.is_empty(), is_in, "{text}");
    }
}

#[test]
fn what_single_characters_cost_is_said() {
    let text = format!("“Spring” {}", "a".repeat(140));
    assert_eq!(size(&text).note().as_deref(), Some("“ ” make it 3 segments instead of 1"));
    assert_eq!(size("“Spring”").note(), None);
    assert_eq!(size(&"a".repeat(200)).note(), None);
}

#[test]
fn a_text_message_has_a_short_link_that_leads_where_it_says() {
    let sms = sent("Your ride is ready", None, "journey/welcome").expect("a message");
    let url = sms.url.clone().expect("a link");
    assert!(url.len() <= 100, "{} {url}", url.len());
    assert_eq!(sms.text(), format!("Your ride is ready {url}"));
    let token = url.rsplit('/').next().expect("a token");
    let tagged = "https://shop.example/plan?x=1&utm_source=journey&utm_medium=sms\
                  &utm_campaign=journey%2Fwelcome";
    let link = Link::Click { message: MessageId(9), url: tagged.to_owned() };
    assert_eq!(verify(token, &KEY), Some(link));
    assert_eq!(verify(token, &LinkKey([8; 32])), None);
    let sms = sent("Look: https://shop.example/a.", None, "broadcast/x").expect("a message");
    assert!(sms.body.starts_with("Look: https://go.shop.example/c/"), "{}", sms.body);
    assert!(sms.body.ends_with('.'), "{}", sms.body);
}

#[test]
fn too_many_segments_are_an_error_that_says_why() {
    let text = "word ".repeat(100);
    let error = sent(&text, None, "journey/a").expect_err("too long");
    assert_eq!(
        error.to_string(),
        "sms text: it takes 4 segments, and 3 are allowed; shorten it, or write `segments:` in the form"
    );
    assert!(sent(&text, Some(4), "journey/a").is_ok());
    // With the link some 330 characters: 5 segments of 67, or 3 of 153.
    let error = sent(&format!("…{}", "word ".repeat(50)), None, "journey/a").expect_err("too long");
    assert!(error.hint.starts_with("… makes it 5 segments instead of 3"), "{error}");
}

proptest! {
    #[test]
    fn a_short_link_that_was_altered_means_nothing(at in 0_usize..500, bit in 0_u8..8) {
        let sms = sent("Hi", None, "journey/welcome").expect("a message");
        let url = sms.url.expect("a link");
        let token = url.rsplit('/').next().expect("a token");
        use base64::Engine;
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let mut bytes = engine.decode(token).expect("base64");
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        prop_assert_eq!(verify(&engine.encode(bytes), &KEY), None);
    }

    #[test]
    fn a_short_link_comes_back_for_every_campaign_and_page(
        campaign in "[a-z/é-]{0,300}",
        path in "[a-z0-9/?=&#.-]{0,60}",
        http in any::<bool>(),
        id in any::<u64>(),
    ) {
        let url = format!("{}://shop.example/{path}", if http { "http" } else { "https" });
        let base = "https://go.shop.example";
        let address = short_click(MessageId(id), &campaign, &url, base, &KEY).expect("a link");
        let token = address.rsplit('/').next().expect("a token");
        let Some(Link::Click { message, url: found }) = verify(token, &KEY) else {
            return Err(TestCaseError::fail("no link"));
        };
        prop_assert_eq!(message, MessageId(id));
        let plain = url.split('#').next().unwrap_or_default();
        prop_assert!(found.starts_with(plain), "{} {}", found, url);
    }
}
