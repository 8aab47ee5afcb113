//! The contract, what is sent, what answers mean, and what is called back.

use super::callback::read;
use super::request::{is_phone, request};
use super::response::meaning;
use super::{Sms, SmsConfig};
use crate::callbacks::{BadCallback, Callback, Headers, What};
use crate::http::form::{escaped, plain};
use crate::http::meaning::Called;
use crate::http::peer::{Peer, Says};
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Channel, Identifier, IdentifierKind, MessageId, Reply};
use port::contract::{self, Fault, some_envelope};
use port::{Envelope, Payload};
use proptest::prelude::*;
use ring::hmac;

const TOKEN: &str = "12345";

/// As the API's documentation shows its answers, shortened.
const SAYS: Says = Says {
    accepted: "201 Created\n\n{\"sid\": \"SM900\", \"status\": \"queued\", \"error_code\": null}",
    dead: "400 Bad Request\n\n{\"code\": 21211, \"message\": \"'To' number +31612345678 is not valid\"}",
    bad_message: "400 Bad Request\n\n{\"code\": 21602, \"message\": \"Message body is required\"}",
    not_signed_in: "401 Unauthorized\n\n{\"code\": 20003, \"message\": \"Authenticate\"}",
    key_header: None,
};

fn config(base: &str) -> SmsConfig {
    SmsConfig {
        base: base.to_owned(),
        account: "AC123".to_owned(),
        token: Secret::given(TOKEN),
        from: Some("+3197012345".to_owned()),
        messaging_service: None,
        status_callback: Some("https://go.shop.example/callbacks/sms".to_owned()),
        concurrency: 8,
        allow: Vec::new(),
        ca_file: None,
    }
}

fn envelope() -> Envelope {
    some_envelope(Channel::Sms, Identifier::new(IdentifierKind::Phone, "+31 6 12345678"))
}

#[test]
fn sms_keeps_the_contract_of_channels() {
    let make = &mut |fault| {
        let peer = Peer::start(fault, SAYS);
        let sms = Sms::over(config(&peer.base), peer.http.clone()).expect("good settings");
        Some(peer.trial(Box::new(sms), SAYS))
    };
    contract::channel(make, &envelope());
}

#[test]
fn a_call_holds_what_the_api_asks_for() {
    let peer = Peer::start(Fault::None, SAYS);
    let sms = Sms::over(config(&peer.base), peer.http.clone()).expect("good settings");
    let reply = port::Channel::send(&sms, &envelope());
    assert_eq!(reply, Reply::Accepted { provider_id: "SM900".to_owned() });
    let call = peer.calls().remove(0);
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    assert!(
        head.starts_with("POST /2010-04-01/Accounts/AC123/Messages.json HTTP/1.1\r\n"),
        "{head}"
    );
    let secret = format!("authorization: Basic {}", STANDARD.encode("AC123:12345"));
    assert!(head.lines().any(|it| it == secret), "{head}");
    let expected = "To=%2B31612345678&Body=Deine%20erste%20Fahrt%20ist%20%22frei%22%20https%3A%2F%2Fgo.shop.\
                    example%2Fc%2Fx%3Fy%3Dz&From=%2B3197012345&StatusCallback=https%3A%2F%2Fgo.shop.\
                    example%2Fcallbacks%2Fsms%3Fmessage%3Dm7";
    assert_eq!(body, expected);
}

#[test]
fn what_cannot_be_sent_is_refused_before_it_leaves() {
    let refused = |change: fn(&mut Envelope)| {
        let mut envelope = envelope();
        change(&mut envelope);
        match request(&envelope, &config("https://sms.example"), TOKEN).err() {
            Some(Reply::Refused { dead, .. }) => dead,
            other => panic!("{other:?}"),
        }
    };
    assert!(refused(|it| it.to.value = "0612345678".to_owned()));
    assert!(refused(|it| it.to.kind = IdentifierKind::Handle));
    let long = |it: &mut Envelope| {
        it.payload = Payload::Short {
            title: String::new(),
            body: "x".repeat(1_601),
            label: None,
            url: None,
        };
    };
    assert!(!refused(long));
    for (number, good) in [("+31612345678", true), ("+", false), ("+123456789012345678", false)] {
        assert_eq!(is_phone(number), good, "{number}");
    }
}

#[test]
fn numbers_of_errors_decide_what_becomes_of_a_message() {
    let check = |status: u16, code: u32, expected: &str| {
        let body = format!("{{\"code\": {code}, \"message\": \"+31612345678\"}}").into_bytes();
        let reply = meaning(&Called { status, retry_after: None, kind: None, body: Some(body) });
        let shown = match &reply {
            Reply::Accepted { .. } => "accepted".to_owned(),
            Reply::Deferred { detail, .. } => format!("deferred {detail}"),
            Reply::Refused { detail, dead: true } => format!("dead {detail}"),
            Reply::Refused { detail, dead: false } => format!("refused {detail}"),
            Reply::Lost { detail } => format!("lost {detail}"),
        };
        assert!(shown.starts_with(expected), "{shown} for {status} {code}");
        assert!(!shown.contains("+31"), "{shown}");
    };
    check(400, 21_211, "dead 400: 21211");
    check(400, 21_610, "dead 400: 21610");
    check(400, 21_614, "dead 400: 21614");
    check(429, 20_429, "deferred 429: 20429");
    check(400, 21_611, "deferred 400: 21611");
    check(401, 20_003, "deferred 401: 20003");
    check(400, 21_408, "refused 400: 21408");
    check(404, 20_404, "deferred 404: 20404");
    check(500, 20_500, "lost 500: 20500");
    check(200, 0, "accepted");
}

fn called_back(url: &str, body: &str, token: &str) -> Result<Vec<Callback>, BadCallback> {
    let mut fields: Vec<(String, String)> = body
        .split('&')
        .filter_map(|it| it.split_once('='))
        .map(|(name, value)| (plain(name).expect("a name"), plain(value).expect("a value")))
        .collect();
    fields.sort();
    let data = fields.iter().fold(url.to_owned(), |all, (name, value)| all + name + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, data.as_bytes()));
    read(url, Headers(&[("X-Twilio-Signature", &signature)]), body.as_bytes(), TOKEN)
}

const URL: &str = "https://go.shop.example/callbacks/sms?message=m7";

fn what(body: &str) -> What {
    called_back(URL, body, TOKEN).expect("a good call").remove(0).what
}

#[test]
fn the_signature_is_that_of_the_provider_s_own_example() {
    // From Twilio's documentation of request validation and the tests of its libraries.
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    let body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309\
                &To=%2B18005551212";
    let signed = |signature: &str| {
        read(url, Headers(&[("x-twilio-signature", signature)]), body.as_bytes(), TOKEN)
    };
    // It is signed well, and it is about a call and no message.
    assert_eq!(signed("RSOYDt4T1cUTdK1PDd93/VVr8B8="), Err(BadCallback::Unreadable));
    assert_eq!(signed("RSOYDt4T1cUTdK1PDd93/VVr8B9="), Err(BadCallback::Forged));
    assert_eq!(signed("!"), Err(BadCallback::Forged));
    assert_eq!(read(url, Headers(&[]), body.as_bytes(), TOKEN), Err(BadCallback::Unsigned));
}

#[test]
fn receipts_name_our_message_and_say_what_became_of_it() {
    let body = "MessageSid=SM900&MessageStatus=delivered&To=%2B31612345678&From=%2B3197012345";
    let callback = called_back(URL, body, TOKEN).expect("a good call").remove(0);
    assert_eq!((callback.message, callback.what), (Some(MessageId(7)), What::Delivered));
    assert_eq!(callback.provider_id.as_deref(), Some("SM900"));
    assert_eq!(callback.event, "SM900/delivered");
    assert_eq!(callback.to.expect("somebody").value, "+31612345678");
    let failed =
        |code: &str| what(&format!("MessageSid=SM9&MessageStatus=undelivered&ErrorCode={code}"));
    let bounced = |hard, code: &str| What::Bounced {
        hard,
        reason: format!("undelivered: {code}"),
        status: None,
    };
    assert_eq!(failed("30003"), bounced(false, "30003"));
    assert_eq!(failed("30005"), bounced(true, "30005"));
    assert_eq!(what("MessageSid=SM9&MessageStatus=sent"), What::OnItsWay);
    assert_eq!(
        what("MessageSid=SM9&MessageStatus=teleported"),
        What::Other("teleported".to_owned())
    );
    assert_eq!(called_back(URL, body, "other"), Err(BadCallback::Forged));
    let elsewhere = called_back(URL, body, TOKEN).and_then(|_| {
        read(
            "https://go.shop.example/x",
            Headers(&[("x-twilio-signature", "AAAA")]),
            body.as_bytes(),
            TOKEN,
        )
    });
    assert_eq!(elsewhere, Err(BadCallback::Forged));
}

#[test]
fn who_writes_stop_is_heard() {
    let wrote = |text: &str| what(&format!("MessageSid=SM1&From=%2B316&Body={}", escaped(text)));
    for text in ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "Stopall"] {
        assert_eq!(wrote(text), What::Unsubscribed, "{text}");
    }
    assert_eq!(wrote("start"), What::Resubscribed);
    let said = "Please stop by tomorrow";
    assert_eq!(wrote(said), What::Said { text: said.to_owned() });
    assert_eq!(
        what("MessageSid=SM1&SmsStatus=received&OptOutType=STOP&Body=halt"),
        What::Unsubscribed
    );
}

#[test]
fn settings_are_read_and_checked() {
    let check = |text: &str| {
        let config: SmsConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let good = "account = \"AC1\"\ntoken = \"env:SMS_TOKEN\"\n";
    assert_eq!(check(&format!("{good}from = \"+3197012345\"")), Ok(()));
    assert_eq!(check(&format!("{good}messaging_service = \"MG1\"")), Ok(()));
    assert!(check(good).expect_err("nobody").contains("whom messages come from"));
    assert!(check("account = \"AC1\"\ntoken = \"hunter2\"\nfrom = \"x\"").is_err());
    assert!(check(&format!("{good}from = \"x\"\nbase = \"https://a/\"")).is_err());
    assert!(check(&format!("{good}from = \"x\"\nstatus_callback = \"https://a/?b\"")).is_err());
    assert!(check(&format!("{good}from = \"x\"\nconcurrency = 0")).is_err());
    assert!(format!("{:?}", config("https://a")).contains("token: (secret)"));
}

proptest! {
    #[test]
    fn what_is_escaped_reads_back(text in ".{0,40}") {
        prop_assert_eq!(plain(&escaped(&text)), Some(text));
    }

    #[test]
    fn no_call_is_too_strange(body in prop::collection::vec(any::<u8>(), 0..80), url in ".{0,30}") {
        let headers = [("x-twilio-signature", "AAAA")];
        prop_assert!(read(&url, Headers(&headers), &body, TOKEN).is_err());
    }
}
