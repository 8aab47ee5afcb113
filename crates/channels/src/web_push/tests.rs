//! The example of the RFC, the contract, and what is sent and answered.

use super::encrypt::{Draw, TEXT_BYTES_MAX, encrypt};
use super::request::topic;
use super::response::meaning;
use super::vapid::Vapid;
use super::{Subscription, Urgency, WebPush, WebPushConfig};
use crate::http::meaning::Called;
use crate::http::peer::{Peer, Says};
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Channel, Identifier, IdentifierKind, Reply, Span};
use port::contract::{self, Fault, some_envelope};
use proptest::prelude::*;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// RFC 8291, section 5 and appendix A.
const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const PUBLIC: &str =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
const SECRET: &str = "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs";
const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const MESSAGE: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
    Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNW\
    QexSgSxsj_Qulcy4a-fN";

const KEY: &str = include_str!("../../../../fixtures/web-push/vapid.pem");

const SAYS: Says = Says {
    accepted: "201 Created\n\n",
    dead: "410 Gone\n\n",
    bad_message: "413 Payload Too Large\n\n",
    not_signed_in: "403 Forbidden\n\n",
    key_header: None,
};

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64")
}

fn subscription(base: &str) -> Subscription {
    let text = format!("{base}/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV#p256dh={P256DH}&auth={AUTH}");
    Subscription::parse(&text).expect("a subscription")
}

fn config() -> WebPushConfig {
    WebPushConfig {
        key: Secret::given(KEY),
        contact: "mailto:web@shop.example".to_owned(),
        keep: Span(86_400_000),
        urgency: Urgency::Normal,
        concurrency: 4,
        allow: Vec::new(),
        ca_file: None,
    }
}

fn device(value: &str) -> Identifier {
    Identifier::new(IdentifierKind::DeviceToken, value)
}

#[test]
fn the_example_of_rfc_8291_is_made_to_the_byte() {
    let draw = Draw {
        salt: bytes(SALT).try_into().expect("a salt"),
        public: bytes(PUBLIC).try_into().expect("a key"),
        secret: bytes(SECRET),
    };
    let text = b"When I grow up, I want to be a watermelon";
    let body = encrypt(text, &subscription("https://push.example.net"), &draw).expect("a body");
    assert_eq!(URL_SAFE_NO_PAD.encode(body), MESSAGE);
    let longest = vec![b'x'; TEXT_BYTES_MAX];
    let body = encrypt(&longest, &subscription("https://push.example.net"), &draw).expect("a body");
    assert_eq!(body.len(), 4_096);
    let longer = vec![b'x'; TEXT_BYTES_MAX + 1];
    assert_eq!(encrypt(&longer, &subscription("https://push.example.net"), &draw), None);
}

#[test]
fn web_push_keeps_the_contract_of_channels() {
    let make = &mut |fault| {
        let peer = Peer::start(fault, SAYS);
        let to = device(&subscription(&peer.base).to_string());
        let push = WebPush::over(config(), peer.http.clone()).expect("good settings");
        let trial = peer.trial(Box::new(push), SAYS);
        Some(contract::Trial { to: Some(to), ..trial })
    };
    let to = device(&subscription("https://push.example.net").to_string());
    contract::channel(make, &some_envelope(Channel::Push, to));
}

#[test]
fn a_call_says_who_we_are_and_how_long_it_is_good() {
    let peer = Peer::start(Fault::None, SAYS);
    let push = WebPush::over(config(), peer.http.clone()).expect("good settings");
    let to = subscription(&peer.base);
    let envelope = some_envelope(Channel::Push, device(&to.to_string()));
    let reply = port::Channel::send(&push, &envelope);
    assert_eq!(reply, Reply::Accepted { provider_id: String::new() });
    let call = peer.calls().remove(0);
    let head = call.split("\r\n\r\n").next().expect("a head");
    assert!(head.starts_with("POST /push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV HTTP/1.1\r\n"), "{head}");
    let topic = format!("topic: {}", topic("journey/welcome/r1/0/1"));
    for line in ["ttl: 86400", "urgency: normal", "content-encoding: aes128gcm", topic.as_str()] {
        assert!(head.lines().any(|it| it == line), "{line} is not in\n{head}");
    }
    assert!(!call.contains("auth=") && !call.contains(AUTH), "the keys stay here: {call}");
    let line = head.lines().find_map(|it| it.strip_prefix("authorization: vapid t="));
    let (token, key) = line.expect("who we are").split_once(", k=").expect("a key");
    assert_eq!(key, push.public_key());
    let (said, signature) = token.rsplit_once('.').expect("a token");
    let verifies = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes(key))
        .verify(said.as_bytes(), &bytes(signature));
    assert_eq!(verifies, Ok(()));
    let claims = String::from_utf8(bytes(said.split_once('.').expect("claims").1)).expect("text");
    let until = 1_795_338_000 + 12 * 3_600;
    let origin = &peer.base;
    assert_eq!(
        claims,
        format!(r#"{{"aud":"{origin}","exp":{until},"sub":"mailto:web@shop.example"}}"#)
    );
}

#[test]
fn answers_mean_what_the_rfc_says() {
    let check = |status: u16| match meaning(&Called {
        status,
        retry_after: None,
        kind: None,
        body: None,
    }) {
        Reply::Accepted { .. } => "accepted",
        Reply::Deferred { .. } => "deferred",
        Reply::Refused { dead: true, .. } => "dead",
        Reply::Refused { dead: false, .. } => "refused",
        Reply::Lost { .. } => "lost",
    };
    let statuses = [201, 202, 404, 410, 413, 400, 401, 403, 429, 503, 500, 502];
    let expected = [
        "accepted", "accepted", "dead", "dead", "refused", "refused", "deferred", "deferred",
        "deferred", "deferred", "lost", "lost",
    ];
    assert_eq!(statuses.map(check), expected);
}

#[test]
fn a_subscription_is_one_url_whatever_form_it_came_in() {
    let url = subscription("https://push.example.net").to_string();
    let json = format!(
        "{{\"expirationTime\": null, \"keys\": {{\"auth\": \"{AUTH}==\", \"p256dh\": \"{P256DH}=\"}}, \
         \"endpoint\": \"https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV\"}}"
    );
    let of_json = Subscription::parse(&json).expect("a subscription");
    assert_eq!(of_json.to_string(), url);
    assert_eq!(of_json.origin(), "https://push.example.net");
    assert_eq!(subscription("http://127.0.0.1:81").origin(), "http://127.0.0.1:81");
    let keys = format!("p256dh={P256DH}&auth={AUTH}");
    for text in [
        String::new(),
        "fcm-token".to_owned(),
        format!("ftp://a/#{keys}"),
        format!("https://a\r\nb: c/#{keys}"),
        format!("https://a/#{}", keys.replace("auth=BT", "auth=")),
        format!("https://a/#{}", keys.replace("=BC", "=CC")),
        "https://a/#auth=BTBZMqHH6r4Tts7J_aSIgg".to_owned(),
        format!("https://{}/#{keys}", "a".repeat(2_000)),
    ] {
        assert_eq!(Subscription::parse(&text), None, "{text}");
    }
    assert!(!format!("{of_json:?}").contains("JzLQ"), "{of_json:?}");
}

#[test]
fn a_key_that_is_no_point_is_a_dead_address() {
    let push = WebPush::over(config(), Peer::start(Fault::None, SAYS).http.clone());
    let mut to = subscription("https://push.example.net");
    to.p256dh[64] ^= 1;
    let reply = port::Channel::send(
        &push.expect("good settings"),
        &some_envelope(Channel::Push, device(&to.to_string())),
    );
    assert!(matches!(reply, Reply::Refused { dead: true, .. }), "{reply:?}");
}

#[test]
fn settings_are_read_and_checked() {
    let check = |text: &str| {
        let config: WebPushConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let good = "key = \"env:VAPID\"\ncontact = \"mailto:web@shop.example\"\n";
    assert_eq!(check(&format!("{good}keep = \"2h\"\nurgency = \"very-low\"")), Ok(()));
    assert!(check(&format!("{good}keep = \"9w\"")).is_err());
    assert!(check("key = \"env:VAPID\"\ncontact = \"web\"").is_err());
    assert!(check("key = \"-----BEGIN\"\ncontact = \"mailto:a@b\"").is_err());
    assert!(Vapid::from_pem(include_str!("../../../../fixtures/dkim/rsa.pem")).is_err());
    assert!(!format!("{:?}", config()).contains("PRIVATE"));
}

proptest! {
    #[test]
    fn no_subscription_is_too_strange(text in "(https://a/#p256dh=|\\{\"endpoint\":)?.{0,60}") {
        if let Some(it) = Subscription::parse(&text) {
            prop_assert_eq!(Subscription::parse(&it.to_string()), Some(it));
        }
    }
}
