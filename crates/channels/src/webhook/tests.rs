//! Signatures, addresses and answers; and tries against receivers on this machine.

mod receiver;
mod tries;

use super::WebhookConfig;
use super::guard::is_public;
use super::request::{Target, head, signature, webhook_id};
use super::response::{head_end, meaning, parse};
use super::secret::Secret;
use model::{HookReply, Span, Timestamp};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The secret of the reference libraries' tests.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn secret(text: &str) -> Secret {
    Secret::parse(text).expect("a secret")
}

#[test]
fn the_signature_is_that_of_the_reference_libraries() {
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let signed = signature(&secret(SECRET), id, 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn each_secret_signs_while_receivers_change_over() {
    let target = Target::parse("https://crm.example/in?a=b").expect("a url");
    let secrets = [Secret::of([7; 32]), secret(SECRET)];
    let head = head(&target, "journey/hello/r1/0/1", 1_614_265_330, &secrets, b"{}");
    let line = |name: &str| head.lines().find_map(|it| it.strip_prefix(name)).expect("a header");
    assert!(head.starts_with("POST /in?a=b HTTP/1.1\r\nHost: crm.example\r\n"), "{head}");
    assert_eq!(line("webhook-id: "), "journey/hello/r1/0/1");
    let signatures: Vec<String> = secrets
        .iter()
        .map(|it| signature(it, "journey/hello/r1/0/1", 1_614_265_330, b"{}"))
        .collect();
    assert_eq!(line("webhook-signature: "), signatures.join(" "));
    assert_ne!(signatures[0], signatures[1]);
}

#[test]
fn secrets_have_one_form_and_never_show() {
    assert_eq!(secret(SECRET).text(), SECRET);
    assert_eq!(secret(&Secret::of([9; 32]).text()), Secret::of([9; 32]));
    for wrong in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_!", "whsec_"] {
        let problem = Secret::parse(wrong).expect_err(wrong);
        assert!(wrong.len() < 7 || !problem.to_string().contains(wrong), "{problem}");
    }
    let config = WebhookConfig { secret: Some(SECRET.to_owned()), ..WebhookConfig::default() };
    assert!(!format!("{config:?} {:?}", secret(SECRET)).contains("MfKQ"));
}

#[test]
fn an_id_holds_no_full_stop_and_stays_one() {
    assert_eq!(webhook_id("journey/t/r1/0/1"), "journey/t/r1/0/1");
    assert_eq!(webhook_id("a.b c%é\r\n"), "a%2Eb%20c%25%C3%A9%0D%0A");
}

#[test]
fn urls_are_taken_apart_or_refused() {
    let check = |url: &str| match Target::parse(url) {
        Ok(it) => format!("{} {} {} {}", it.https, it.host, it.port, it.path),
        Err(why) => why.to_owned(),
    };
    assert_eq!(check("https://CRM.example"), "true crm.example 443 /");
    assert_eq!(check("http://crm.example:81/a?b=c#d"), "false crm.example 81 /a?b=c");
    assert_eq!(check("https://crm.example?b"), "true crm.example 443 /?b");
    assert_eq!(check("https://[::1]:8443/x"), "true ::1 8443 /x");
    for url in [
        "ftp://crm.example/",
        "//crm.example/",
        "https://",
        "https:///x",
        "https://ada:secret@crm.example/",
        "https://crm.example@127.0.0.1/",
        "https://crm.example\\@127.0.0.1/",
        "https://crm.example/\\x",
        "https://crm.example/ x",
        "https://crm.example/\r\nHost: x",
        "https://crm.example:99999/",
        "https://crm.example:0/",
        "https://crm.example:x/",
        "https://münchen.example/",
        "https://[::1/",
        "https://[x]/",
        "https://[::1]x/",
        "https://a%2eb/",
    ] {
        assert!(Target::parse(url).is_err(), "{url}: {}", check(url));
    }
}

/// What Python calls globally reachable and the guard refuses all the same.
fn is_refused_beyond_python(address: IpAddr) -> bool {
    match address {
        // Relays and services of the registries themselves, and protocols with exceptions that no
        // receiver of calls has an address in.
        IpAddr::V4(it) => {
            let [a, b, c, _] = it.octets();
            matches!(
                (a, b, c),
                (192, 0, 0) | (192, 31, 196) | (192, 52, 193) | (192, 88, 99) | (192, 175, 48)
            )
        }
        // Beyond what was ever given out, and addresses that carry an inner one of IPv4.
        IpAddr::V6(it) => {
            let [a, b, ..] = it.segments();
            a >> 13 != 1 || a == 0x2002 || (a == 0x2001 && b < 0x200) || (a == 0x3fff && b < 0x1000)
        }
    }
}

#[test]
fn what_python_calls_inner_is_refused() {
    let table = include_str!("../../../../fixtures/webhooks/addresses.csv");
    let (mut refused, mut called) = (0, 0);
    for line in table.lines().skip(1) {
        let (address, is_global) = line.split_once(',').expect("two columns");
        let address: IpAddr = address.parse().expect("an address");
        match is_global {
            "no" => {
                assert!(!is_public(address), "{address} is not of the public internet");
                refused += 1;
            }
            _ if is_refused_beyond_python(address) => {}
            _ => {
                assert!(is_public(address), "{address} is of the public internet");
                called += 1;
            }
        }
    }
    assert!(100 < refused && 300 < called, "{refused} refused, {called} called");
}

proptest! {
    /// However an inner address of IPv4 is dressed, it stays one.
    #[test]
    fn an_inner_address_is_refused_in_every_form(bits in any::<u32>(), block in 0..7_usize) {
        let (first, length) = [
            (0x7f00_0000_u32, 8), (0x0a00_0000, 8), (0xac10_0000, 12), (0xc0a8_0000, 16),
            (0xa9fe_0000, 16), (0x6440_0000, 10), (0, 8),
        ][block];
        let inner = Ipv4Addr::from_bits(first | bits & (u32::MAX >> length));
        let [a, b, c, d] = inner.octets().map(u16::from);
        let (high, low) = (a << 8 | b, c << 8 | d);
        let forms = [
            IpAddr::V4(inner),
            IpAddr::V6(inner.to_ipv6_mapped()),
            IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low)),
            IpAddr::V6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1)),
            IpAddr::V6(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, !high, !low)),
        ];
        for form in forms {
            prop_assert!(!is_public(form), "{form}");
        }
    }

    #[test]
    fn no_bytes_of_an_answer_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let end = head_end(&bytes).unwrap_or(bytes.len());
        prop_assert!(end <= bytes.len());
        if let Some(answer) = parse(&bytes[..end], Timestamp(0)) {
            meaning(&answer);
        }
    }

    #[test]
    fn no_url_is_too_strange(url in ".{0,60}") {
        if let Ok(target) = Target::parse(&url) {
            prop_assert!(!target.host.is_empty() && target.path.starts_with('/'));
            let head = head(&target, &url, 0, &[Secret::of([1; 32])], b"");
            prop_assert_eq!(head.matches("\r\n").count(), 11, "one line per header");
        }
    }
}

#[test]
fn answers_mean_what_the_specification_says() {
    // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    let now = Timestamp(784_111_777_000 - 60_000);
    let check = |text: &str| {
        let text = text.replace('\n', "\r\n");
        parse(text.as_bytes(), now).map(|it| meaning(&it))
    };
    let later = |detail: &str, seconds: Option<i64>| {
        let retry_after = seconds.map(Span::seconds);
        Some(HookReply::Later { detail: detail.to_owned(), retry_after })
    };
    assert_eq!(check("HTTP/1.1 200 OK\n\n"), Some(HookReply::Answered { status: 200 }));
    assert_eq!(check("HTTP/1.0 204\n\n"), Some(HookReply::Answered { status: 204 }));
    assert_eq!(check("HTTP/1.1 500 no\n\n"), later("500", None));
    assert_eq!(check("HTTP/1.1 404 no\n\n"), later("404", None));
    assert_eq!(check("HTTP/1.1 503 no\nRetry-After: 120\n\n"), later("503", Some(120)));
    let date = "HTTP/1.1 503 no\nretry-after:  Sun, 06 Nov 1994 08:49:37 GMT\n\n";
    assert_eq!(check(date), later("503", Some(60)));
    assert_eq!(check("HTTP/1.1 503 no\nRetry-After: soon\n\n"), later("503", None));
    assert_eq!(check("HTTP/1.1 503 no\nRetry-After: -1\n\n"), later("503", None));
    assert!(matches!(
        check("HTTP/1.1 429 no\nRetry-After: 99999999999999999999\n\n"),
        Some(HookReply::Later { .. })
    ));
    assert!(
        matches!(check("HTTP/1.1 302 no\nLocation: http://x\n\n"), Some(HookReply::Later { detail, .. }) if detail.contains("redirects"))
    );
    assert!(matches!(check("HTTP/1.1 410 gone\n\n"), Some(HookReply::Never { .. })));
    assert_eq!(check("SMTP/1.1 200 OK\n\n"), None);
    assert_eq!(check("HTTP/1.1 20x OK\n\n"), None);
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: WebhookConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    assert_eq!(check("allow = [\"crm.internal\", \"10.0.0.5:8080\"]"), Ok(()));
    assert_eq!(check(&format!("secret = \"{SECRET}\"\nold_secret = \"{SECRET}\"")), Ok(()));
    assert!(check("allow = [\"http://crm.internal/\"]").is_err());
    assert!(check("allow = [\"*\"]").is_err(), "everything is no list");
    assert!(check(&format!("old_secret = \"{SECRET}\"")).is_err());
    assert!(check("secret = \"hunter2\"").expect_err("no secret").contains("whsec_"));
    assert!(check("sekret = \"x\"").is_err());
}
