//! Signatures and answers; and tries against receivers on this machine.

mod tries;

use super::WebhookConfig;
use super::request::{headers, signature, webhook_id};
use super::response::meaning;
use super::secret::Secret;
use model::{HookReply, Span, Timestamp};

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
    let secrets = [Secret::of([7; 32]), secret(SECRET)];
    let headers = headers("journey/hello/r1/0/1", 1_614_265_330, &secrets, b"{}");
    let line = |name: &str| &headers.iter().find(|it| it.0 == name).expect("a header").1;
    assert_eq!(line("webhook-id"), "journey/hello/r1/0/1");
    let signatures: Vec<String> = secrets
        .iter()
        .map(|it| signature(it, "journey/hello/r1/0/1", 1_614_265_330, b"{}"))
        .collect();
    assert_eq!(*line("webhook-signature"), signatures.join(" "));
    assert_ne!(signatures[0], signatures[1]);
}

#[test]
fn a_hub_of_feeds_is_sent_the_form_that_it_reads() {
    let kind = |key: &str| {
        let headers = headers(key, 0, &[Secret::of([7; 32])], b"hub.mode=publish");
        headers.into_iter().find(|it| it.0 == "content-type").expect("a header").1
    };
    assert_eq!(kind("websub/feed.xml/1/read/a"), "application/x-www-form-urlencoded");
    assert_eq!(kind("websubscribers/entered/p1"), "application/json");
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
fn answers_mean_what_the_specification_says() {
    // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110.
    let now = Timestamp(784_111_777_000 - 60_000);
    let check = |status: u16, retry_after: Option<&str>| meaning(status, retry_after, now);
    let later = |detail: &str, seconds: Option<i64>| {
        let retry_after = seconds.map(Span::seconds);
        HookReply::Later { detail: detail.to_owned(), retry_after }
    };
    assert_eq!(check(200, None), HookReply::Answered { status: 200 });
    assert_eq!(check(204, None), HookReply::Answered { status: 204 });
    assert_eq!(check(500, None), later("500", None));
    assert_eq!(check(404, None), later("404", None));
    assert_eq!(check(503, Some("120")), later("503", Some(120)));
    assert_eq!(check(503, Some(" Sun, 06 Nov 1994 08:49:37 GMT")), later("503", Some(60)));
    assert_eq!(check(503, Some("soon")), later("503", None));
    assert_eq!(check(503, Some("-1")), later("503", None));
    assert!(matches!(check(429, Some("99999999999999999999")), HookReply::Later { .. }));
    assert!(
        matches!(check(302, None), HookReply::Later { detail, .. } if detail.contains("redirects"))
    );
    assert!(matches!(check(410, None), HookReply::Never { .. }));
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
