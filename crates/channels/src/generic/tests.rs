//! The contract with and without a key, what is filled where, and what settings may say.

use super::meaning::meaning;
use super::template::{Place, Template};
use super::{Generic, GenericConfig};
use crate::http::form::fields;
use crate::http::meaning::Called;
use crate::http::peer::{Peer, Says};
use model::{Channel, Identifier, IdentifierKind, Problem, Reply};
use port::contract::{self, Fault, some_envelope};
use port::{Envelope, Payload};
use proptest::prelude::*;

const SAYS: Says = Says {
    accepted: "200 OK\n\n{\"messages\": [{\"id\": 4711}]}",
    dead: "404 Not Found\n\n{}",
    bad_message: "422 Unprocessable Content\n\n{}",
    not_signed_in: "401 Unauthorized\n\n{}",
    key_header: None,
};

const SETTINGS: &str = r#"
channel = "sms"
url = "BASE/send?sender={{title}}"
headers = {authorization = "Bearer {{env:GATEWAY}}", x-reference = "{{key}}"}
body = '{"to": ["{{to}}"], "text": "{{text}} {{url}}"}'
dead = [404]
id = "messages.0.id"
"#;

fn config(base: &str, more: &str) -> GenericConfig {
    toml::from_str(&format!("{}{more}", SETTINGS.replace("BASE", base))).expect("good settings")
}

fn reveal(name: &str) -> Result<String, Problem> {
    assert_eq!(name, "GATEWAY");
    Ok("s3cret\r\nx-evil: 1".to_owned())
}

fn generic(peer: &Peer, more: &str) -> Generic {
    let config = config(&peer.base, more);
    Generic::over("gateway", config, peer.http.clone(), reveal).expect("good settings")
}

fn envelope() -> Envelope {
    some_envelope(Channel::Sms, Identifier::new(IdentifierKind::Phone, "+31612345678"))
}

#[test]
fn a_provider_without_a_module_keeps_the_contract_of_channels() {
    let make = &mut |fault| {
        let peer = Peer::start(fault, SAYS);
        let channel = Box::new(generic(&peer, ""));
        Some(peer.trial(channel, SAYS))
    };
    contract::channel(make, &envelope());
}

#[test]
fn a_provider_that_knows_keys_keeps_the_contract_and_is_tried_again() {
    let says = Says { key_header: Some("idempotency-key"), ..SAYS };
    let more = "idempotency_header = \"Idempotency-Key\"";
    let make = &mut |fault| {
        let peer = Peer::start(fault, says);
        let channel = Box::new(generic(&peer, more));
        Some(peer.trial(channel, says))
    };
    contract::channel(make, &envelope());
    let peer = Peer::start(Fault::ClosesAfter { taken: true }, says);
    let reply = port::Channel::send(&generic(&peer, more), &envelope());
    assert!(matches!(reply, Reply::Deferred { .. }), "{reply:?}");
}

#[test]
fn a_call_is_filled_and_no_value_leaves_its_place() {
    let peer = Peer::start(Fault::None, SAYS);
    let mut envelope = envelope();
    envelope.key = "a\r\nx-evil: 1".to_owned();
    envelope.payload = Payload::Short {
        title: "Velo & Zoë/..?#".to_owned(),
        body: "\"}], \"x\": \\".to_owned(),
        label: None,
        url: None,
    };
    let reply = port::Channel::send(&generic(&peer, ""), &envelope);
    assert_eq!(reply, Reply::Accepted { provider_id: "4711".to_owned() });
    let call = peer.calls().remove(0);
    let (head, body) = call.split_once("\r\n\r\n").expect("a head and a body");
    let first = "POST /send?sender=Velo%20%26%20Zo%C3%AB%2F..%3F%23 HTTP/1.1\r\n";
    assert!(head.starts_with(first), "{head}");
    for line in [
        "authorization: Bearer s3cret%0D%0Ax-evil: 1",
        "x-reference: a%0D%0Ax-evil: 1",
        "content-type: application/json",
    ] {
        assert!(head.lines().any(|it| it == line), "{line} is not in\n{head}");
    }
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let expected = serde_json::json!({"to": ["+31612345678"], "text": "\"}], \"x\": \\ "});
    assert_eq!(body, expected);
}

#[test]
fn statuses_mean_what_the_settings_say_and_else_what_http_says() {
    let more = "accepted = [202]\ndeferred = [409, 420]\nrefused = [418]";
    let config = config("https://gateway.example", more);
    let check = |status: u16| {
        let body = Some(b"{\"messages\": [{\"id\": \"not an id, <b>\"}]}".to_vec());
        match meaning(&Called { status, retry_after: None, kind: None, body }, &config) {
            Reply::Accepted { provider_id } => format!("accepted {provider_id}"),
            Reply::Deferred { .. } => "deferred".to_owned(),
            Reply::Refused { dead: true, .. } => "dead".to_owned(),
            Reply::Refused { dead: false, .. } => "refused".to_owned(),
            Reply::Lost { .. } => "lost".to_owned(),
        }
    };
    let statuses = [202, 200, 404, 409, 418, 400, 429, 500].map(check);
    let expected =
        ["accepted ", "lost", "dead", "deferred", "refused", "refused", "deferred", "lost"];
    assert_eq!(statuses, expected);
}

#[test]
fn settings_are_checked_and_say_what_to_do() {
    let check = |from: &str, to: &str| {
        let text = SETTINGS.replace("BASE", "https://gateway.example").replace(from, to);
        let config: GenericConfig = toml::from_str(&text).map_err(|it| it.to_string())?;
        config.check("gateway").map_err(|it| it.to_string())
    };
    assert_eq!(check("", ""), Ok(()));
    let says = |from: &str, to: &str, what: &str| {
        let why = check(from, to).expect_err(to);
        assert!(why.contains(what), "{why} is not {what}");
    };
    says("\"sms\"", "\"email\"", "cannot be email");
    says("gateway.example", "{{to}}.example", "stands in the host");
    says("gateway.example", "ada:x@gateway.example", "a name or password");
    says("{{title}}", "{{name}}", "there are to, text, title, url, key");
    says("{{title}}", "{{title", "has no `}}`");
    says("\"{{text}} {{url}}\"", "{{text}}", "within quotes");
    says("{{text}}", "", "to whom, or what");
    says("{{env:GATEWAY}}", "s3cret", "write {{env:NAME}}");
    says("x-reference", "Host", "not yours to set");
    says("x-reference", "\"a b\"", "letters, digits and hyphens");
    says("dead = [404]", "dead = [404]\nrefused = [404]", "in two lists");
    says("dead = [404]", "dead = [99]", "no status");
    says("dead = [404]", "dead = [404]\nidempotency_header = \"X-Reference\"", "too");
    says("dead", "daed", "unknown field");
}

proptest! {
    /// Whatever people are called and told, a body reads back as it was filled.
    #[test]
    fn values_come_back_as_they_were(to in ".{0,20}", text in any::<String>()) {
        let value = |it: super::template::Variable| match it.name() {
            "to" => to.clone(),
            _ => text.clone(),
        };
        let json = Template::parse("{\"a\": \"{{to}}\", \"b\": [\"{{text}}\"]}", Place::Json);
        let filled = json.expect("a template").fill(value);
        let read: serde_json::Value = serde_json::from_str(&filled).expect("JSON");
        prop_assert_eq!(&read, &serde_json::json!({"a": to, "b": [text]}));
        let form = Template::parse("a={{to}}&b={{text}}", Place::Form).expect("a template");
        let expected = vec![("a".to_owned(), to.clone()), ("b".to_owned(), text.clone())];
        prop_assert_eq!(fields(form.fill(value).as_bytes()), Some(expected));
        let header = Template::parse("x {{text}}", Place::Header).expect("a template").fill(value);
        prop_assert!(header.bytes().all(|it| (b' '..=b'~').contains(&it)), "{}", header);
    }

    #[test]
    fn no_template_is_too_strange(text in "(\\{\\{|\\}\\}|to|env:| |x){0,12}") {
        if let Ok(template) = Template::parse(&text, Place::Plain) {
            template.fill(|_| String::new());
        }
    }
}
