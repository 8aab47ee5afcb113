//! The contract with each provider, and what each is told.

use super::request::{Credentials, request};
use super::response::meaning;
use super::sigv4::{Signing, authorization};
use super::{MailApi, MailApiConfig, Provider};
use crate::http::form::fields;
use crate::http::meaning::Called;
use crate::http::peer::{Peer, Says};
use crate::secret::Secret;
use base64::Engine as _;
use model::{Channel, Identifier, Reply};
use port::contract::{self, Fault, some_envelope};
use port::{Envelope, Payload};
use serde_json::{Value, json};

const POSTMARK: Says = Says {
    accepted: "200 OK\n\n{\"ErrorCode\": 0, \"MessageID\": \"b7bc2f4a-e38e\", \"To\": \"anna@example.org\"}",
    dead: "422 Unprocessable Entity\n\n{\"ErrorCode\": 406, \"Message\": \"anna@example.org is inactive\"}",
    bad_message: "422 Unprocessable Entity\n\n{\"ErrorCode\": 300, \"Message\": \"Zero recipients\"}",
    not_signed_in: "401 Unauthorized\n\n{\"ErrorCode\": 10}",
    key_header: None,
};
const SENDGRID: Says = Says {
    accepted: "202 Accepted\n\n",
    bad_message: "413 Payload Too Large\n\n{\"errors\": []}",
    not_signed_in: "403 Forbidden\n\n{\"errors\": []}",
    ..POSTMARK
};
const MAILGUN: Says = Says {
    accepted: "200 OK\n\n{\"id\": \"<2027.1.ABC@mg.shop.example>\", \"message\": \"Queued. Thank you.\"}",
    bad_message: "400 Bad Request\n\n{\"message\": \"to parameter is not a valid address\"}",
    not_signed_in: "401 Unauthorized\n\nForbidden",
    ..POSTMARK
};

const SES: Says = Says {
    accepted: "200 OK\n\n{\"MessageId\": \"0100018f-1b2c-3d4e-000000\"}",
    bad_message: "400 Bad Request\n\n{\"__type\": \"MessageRejected\", \"message\": \"no\"}",
    not_signed_in: "403 Forbidden\n\n{\"message\": \"The security token included in the request is invalid.\"}",
    ..POSTMARK
};

fn config(provider: Provider, base: &str) -> MailApiConfig {
    MailApiConfig {
        provider,
        base: Some(base.to_owned()),
        key: Secret::given("s3cret"),
        key_id: (provider == Provider::Ses).then(|| Secret::given("AKIDEXAMPLE")),
        session_token: None,
        region: (provider == Provider::Ses).then(|| "eu-west-1".to_owned()),
        configuration_set: (provider == Provider::Ses).then(|| "news".to_owned()),
        domain: (provider == Provider::Mailgun).then(|| "mg.shop.example".to_owned()),
        stream: None,
        concurrency: 4,
        allow: Vec::new(),
        ca_file: None,
    }
}

fn envelope() -> Envelope {
    some_envelope(Channel::Email, Identifier::email("anna@example.org"))
}

fn keeps_the_contract(provider: Provider, says: Says) {
    let make = &mut |fault| {
        // The others say who is dead by a callback.
        if fault == Fault::Dead && provider != Provider::Postmark {
            return None;
        }
        let peer = Peer::start(fault, says);
        let api = MailApi::over(config(provider, &peer.base), peer.http.clone());
        Some(peer.trial(Box::new(api.expect("good settings")), says))
    };
    contract::channel(make, &envelope());
}

#[test]
fn postmark_keeps_the_contract_of_channels() {
    keeps_the_contract(Provider::Postmark, POSTMARK);
}

#[test]
fn sendgrid_keeps_the_contract_of_channels() {
    keeps_the_contract(Provider::SendGrid, SENDGRID);
}

#[test]
fn mailgun_keeps_the_contract_of_channels() {
    keeps_the_contract(Provider::Mailgun, MAILGUN);
}

#[test]
fn ses_keeps_the_contract_of_channels() {
    keeps_the_contract(Provider::Ses, SES);
}

/// The head's line with the proof, and the body.
fn sent(provider: Provider, says: Says) -> (String, String, Reply) {
    let peer = Peer::start(Fault::None, says);
    let api = MailApi::over(config(provider, &peer.base), peer.http.clone());
    let reply = port::Channel::send(&api.expect("good settings"), &envelope());
    let call = peer.calls().remove(0);
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    (head.to_owned(), body.to_owned(), reply)
}

fn accepted(id: &str) -> Reply {
    Reply::Accepted { provider_id: id.to_owned() }
}

#[test]
fn postmark_is_told_what_it_asks_for() {
    let (head, body, reply) = sent(Provider::Postmark, POSTMARK);
    assert_eq!(reply, accepted("b7bc2f4a-e38e"));
    assert!(head.starts_with("POST /email HTTP/1.1\r\n"), "{head}");
    assert!(head.lines().any(|it| it == "x-postmark-server-token: s3cret"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["From"], "\"Velo & Zoë\" <hello@shop.example>");
    assert_eq!(body["Metadata"], json!({"fulcrum-message": "m7"}));
    let headers = body["Headers"].as_array().expect("headers");
    let unsubscribe = json!({"Name": "List-Unsubscribe", "Value": "<https://go.example/u/x>"});
    let id = json!({"Name": "Message-ID", "Value": "<x7@shop.example>"});
    assert!(headers.contains(&unsubscribe) && headers.contains(&id), "{headers:?}");
}

#[test]
fn sendgrid_is_told_what_it_asks_for() {
    let (head, body, reply) = sent(Provider::SendGrid, SENDGRID);
    assert_eq!(reply, accepted(""));
    assert!(head.starts_with("POST /v3/mail/send HTTP/1.1\r\n"), "{head}");
    assert!(head.lines().any(|it| it == "authorization: Bearer s3cret"), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["from"], json!({"email": "hello@shop.example", "name": "Velo & Zoë"}));
    let one = &body["personalizations"][0];
    assert_eq!(one["to"], json!([{"email": "anna@example.org"}]));
    assert_eq!(one["custom_args"], json!({"fulcrum-message": "m7"}));
    assert_eq!(body["headers"]["X-Fulcrum-Message"], "m7");
}

#[test]
fn mailgun_is_told_what_it_asks_for() {
    let (head, body, reply) = sent(Provider::Mailgun, MAILGUN);
    assert_eq!(reply, accepted("2027.1.ABC"));
    assert!(head.starts_with("POST /v3/mg.shop.example/messages HTTP/1.1\r\n"), "{head}");
    assert!(head.lines().any(|it| it == "authorization: Basic YXBpOnMzY3JldA=="), "{head}");
    let fields = fields(body.as_bytes()).expect("a form");
    let get = |name: &str| fields.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
    assert_eq!(get("from"), Some("\"Velo & Zoë\" <hello@shop.example>"));
    assert_eq!(get("v:fulcrum-message"), Some("m7"));
    assert_eq!(get("h:List-Unsubscribe"), Some("<https://go.example/u/x>"));
    assert_eq!(get("h:Message-ID"), Some("<x7@shop.example>"));
}

#[test]
fn ses_is_told_what_it_asks_for() {
    let (head, body, reply) = sent(Provider::Ses, SES);
    assert_eq!(reply, accepted("0100018f-1b2c-3d4e-000000"));
    assert!(head.starts_with("POST /v2/email/outbound-emails HTTP/1.1\r\n"), "{head}");
    let signed =
        "/eu-west-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=";
    assert!(head.contains(signed), "{head}");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body["Destination"], json!({"ToAddresses": ["anna@example.org"]}));
    assert_eq!(body["EmailTags"], json!([{"Name": "fulcrum-message", "Value": "m7"}]));
    assert_eq!(body["ConfigurationSetName"], "news");
    let raw = body["Content"]["Raw"]["Data"].as_str().expect("base64");
    let raw = base64::engine::general_purpose::STANDARD.decode(raw).expect("base64");
    let mail = mail_parser::MessageParser::default().parse(&raw).expect("a mail");
    assert_eq!(mail.message_id(), Some("x7@shop.example"));
    assert_eq!(mail.header_raw("X-Fulcrum-Message").map(str::trim), Some("m7"));
    assert_eq!(
        mail.header_raw("List-Unsubscribe").map(str::trim),
        Some("<https://go.example/u/x>")
    );
    assert_eq!(mail.from().and_then(|it| it.first()?.name()), Some("Velo & Zoë"));
}

/// Three of the cases that Amazon publishes for who writes a signer; `fixtures/mail_api/README.md` says where from.
#[test]
fn signatures_are_those_of_amazons_published_cases() {
    let signing = Signing {
        key_id: "AKIDEXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token: None,
        region: "us-east-1",
        service: "service",
    };
    let cases = include_str!("../../fixtures/mail_api/sigv4.txt");
    let mut count = 0;
    for case in cases.split("\n\n").filter(|it| !it.trim().is_empty()) {
        let mut lines = case.lines().filter(|it| !it.starts_with('#'));
        let method = lines.next().expect("a method");
        let body = lines.next().expect("a body").trim_start_matches("body:");
        let expected = lines.next().expect("a signature").trim_start_matches("signature:");
        let header = |it: &str| it.split_once(':').map(|it| (it.0.to_owned(), it.1.to_owned()));
        let mut headers: Vec<_> = lines.filter_map(header).collect();
        let moment = "20150830T123600Z";
        let said = authorization(method, "/", &mut headers, body.as_bytes(), &signing, moment);
        assert!(said.ends_with(&format!("Signature={expected}")), "{case}\n{said}");
        count += 1;
    }
    assert_eq!(count, 3);
}

#[test]
fn an_account_of_ses_that_may_not_send_loses_no_mail() {
    let check = |status: u16, kind: Option<&str>, body: &str| {
        let (kind, body) = (kind.map(str::to_owned), Some(body.as_bytes().to_vec()));
        meaning(&Called { status, retry_after: None, kind, body }, Provider::Ses)
    };
    let deferred = |it: &Reply| matches!(it, Reply::Deferred { .. });
    for kind in ["SendingPausedException", "AccountSuspendedException:http://internal.amazon.com/"]
    {
        let said = check(400, Some(kind), "{\"message\": \"no\"}");
        assert!(deferred(&said), "{said:?}");
    }
    let in_body =
        check(400, None, "{\"__type\": \"com.amazonaws.sesv2#AccountSuspendedException\"}");
    assert!(deferred(&in_body), "{in_body:?}");
    assert!(deferred(&check(429, None, "{}")) && deferred(&check(404, None, "{}")));
    let refused = check(400, Some("MessageRejected"), "{\"message\": \"anna@example.org\"}");
    assert_eq!(refused, Reply::Refused { detail: "400: MessageRejected".to_owned(), dead: false });
    assert!(matches!(check(500, None, ""), Reply::Lost { .. }));
}

#[test]
fn nothing_that_comes_from_people_begins_a_header() {
    let mut evil = envelope();
    if let Payload::Email { from_name, headers, .. } = &mut evil.payload {
        *from_name = "a\", eve@evil.example\r\nBcc: x".to_owned();
        headers.push(("X-A: b\r\nBcc".to_owned(), "eve@evil.example".to_owned()));
        headers.push(("X-B".to_owned(), "b\r\nBcc: eve@evil.example".to_owned()));
    }
    let credentials =
        Credentials { key: "k".to_owned(), key_id: "i".to_owned(), session_token: None };
    for provider in [Provider::Postmark, Provider::SendGrid, Provider::Mailgun] {
        let config = config(provider, "https://mail.example");
        let body = request(&evil, &config, &credentials).expect("a call").body;
        let body = String::from_utf8(body).expect("text");
        for broken in ["\\r\\nBcc", "%0D%0ABcc", "X-A"] {
            assert!(!body.contains(broken), "{broken} in {body}");
        }
    }
}

#[test]
fn settings_are_read_and_checked() {
    let check = |text: &str| {
        let config: MailApiConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    assert_eq!(check("provider = \"postmark\"\nkey = \"env:KEY\"\nstream = \"broadcast\""), Ok(()));
    assert_eq!(check("provider = \"sendgrid\"\nkey = \"env:KEY\""), Ok(()));
    let mailgun = "provider = \"mailgun\"\nkey = \"env:KEY\"\n";
    assert_eq!(check(&format!("{mailgun}domain = \"mg.shop.example\"")), Ok(()));
    assert!(check(mailgun).expect_err("no domain").contains("needs its domain"));
    assert!(check(&format!("{mailgun}domain = \"a/../b\"")).is_err());
    assert!(check("provider = \"sendgrid\"\nkey = \"env:KEY\"\nstream = \"x\"").is_err());
    assert!(check("provider = \"sendgrid\"\nkey = \"hunter2\"").is_err());
    let ses = "provider = \"ses\"\nkey = \"env:SECRET\"\n";
    let whole = format!("{ses}key_id = \"env:KEY\"\nregion = \"eu-west-1\"");
    assert_eq!(check(&whole), Ok(()));
    assert!(check(ses).expect_err("no access key").contains("access key"));
    assert!(check(&format!("{ses}key_id = \"env:KEY\"")).expect_err("where").contains("region"));
    assert!(check(&format!("{whole}\nconfiguration_set = \"a b\"")).is_err());
    assert!(check("provider = \"postmark\"\nkey = \"env:KEY\"\nregion = \"x\"").is_err());
    assert!(check("provider = \"sendgrid\"\nkey = \"env:KEY\"\nbase = \"ftp://x\"").is_err());
}
