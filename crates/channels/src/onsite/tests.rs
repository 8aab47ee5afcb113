//! The contract against an inbox that plays its faults, what waits there, and who may see it.

use super::{Onsite, OnsiteConfig, Signers, origin_of};
use crate::secret::Secret;
use model::{Channel, Identifier, MessageId, Reply};
use port::contract::{self, Fault, Trial, some_envelope};
use port::{Envelope, InboxItem, Letterbox, Placed};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type Done = Box<dyn FnOnce(Placed) + Send>;

/// An inbox that plays one fault with what it is given first, and takes all that comes later.
struct Inbox {
    fault: Fault,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    items: BTreeMap<String, InboxItem>,
    tries: usize,
    /// Whom nobody answers.
    unanswered: Vec<Done>,
}

impl Inbox {
    fn new(fault: Fault) -> Arc<Inbox> {
        Arc::new(Inbox { fault, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is stored, and what is said of it: none for silence.
fn plays(fault: Fault) -> (bool, Option<Placed>) {
    match fault {
        Fault::None | Fault::SlowDetails => (true, Some(Placed::Stored)),
        Fault::Absent | Fault::Unavailable => (false, Some(Placed::NotStored)),
        Fault::MuteAtConnect | Fault::StopsReading => (false, None),
        Fault::MuteAfter { taken } | Fault::StopsInHead { taken } => (taken, None),
        Fault::Broken { taken } => (taken, Some(Placed::NotStored)),
        Fault::Dead => (false, Some(Placed::Erased)),
        Fault::BadMessage => (false, Some(Placed::Full)),
        Fault::ClosesInBody
        | Fault::ClosesAfter { .. }
        | Fault::Untrusted
        | Fault::Nonsense { .. }
        | Fault::NotSignedIn
        | Fault::Redirect
        | Fault::TooMany { .. } => (false, None),
    }
}

/// Nobody answers, and nobody ever can: the loop has ended.
fn hangs_up(fault: Fault) -> Option<bool> {
    match fault {
        Fault::ClosesInBody => Some(false),
        Fault::ClosesAfter { taken } => Some(taken),
        _ => None,
    }
}

/// A store has no other names, no protocol, no sign-in and no limit of calls.
fn is_ours(fault: Fault) -> bool {
    !matches!(
        fault,
        Fault::Untrusted
            | Fault::Nonsense { .. }
            | Fault::NotSignedIn
            | Fault::Redirect
            | Fault::TooMany { .. }
    )
}

impl Letterbox for Inbox {
    fn put(&self, item: InboxItem, done: Done) {
        let mut state = self.state();
        state.tries += 1;
        let fault = if state.tries == 1 { self.fault } else { Fault::None };
        let (stored, said) = match hangs_up(fault) {
            Some(stored) => (stored, None),
            None => plays(fault),
        };
        if stored {
            state.items.entry(item.key.clone()).or_insert(item);
        }
        match said {
            Some(said) => done(said),
            None if hangs_up(fault).is_some() => drop(done),
            None => state.unanswered.push(done),
        }
    }
}

fn envelope() -> Envelope {
    some_envelope(Channel::Onsite, Identifier::anonymous_id("5a0f"))
}

#[test]
fn onsite_keeps_the_contract() {
    let mut make = |fault: Fault| {
        let inbox = Inbox::new(fault);
        let channel = Onsite::new(inbox.clone()).waiting(Duration::from_millis(50));
        is_ours(fault).then(|| Trial {
            channel: Box::new(channel),
            copies: Box::new(move || inbox.state().items.len()),
            to: None,
            one_copy_per_key: true,
        })
    };
    contract::channel(&mut make, &envelope());
}

#[test]
fn what_waits_has_the_words_of_the_message_and_its_key() {
    let inbox = Inbox::new(Fault::None);
    let reply = port::Channel::send(&Onsite::new(inbox.clone()), &envelope());
    assert_eq!(reply, Reply::Accepted { provider_id: String::new() });
    let state = inbox.state();
    let item = state.items.values().next().expect("it waits");
    assert_eq!(item.key, "journey/welcome/r1/0/1");
    assert_eq!((item.message, &item.to), (Some(MessageId(7)), &envelope().to));
    assert_eq!((item.title.as_str(), item.label.as_deref()), ("Velo & Zoë", Some("Plan my ride")));
    assert_eq!(item.url.as_deref(), Some("https://go.shop.example/c/x?y=z"));
}

#[test]
fn a_link_that_is_no_web_address_and_endless_words_do_not_wait() {
    let refused = |url: &str, body: &str| {
        let payload = port::Payload::Short {
            title: "Hello".to_owned(),
            body: body.to_owned(),
            label: None,
            url: Some(url.to_owned()),
        };
        let inbox = Inbox::new(Fault::None);
        let envelope = Envelope { payload, ..envelope() };
        let reply = port::Channel::send(&Onsite::new(inbox.clone()), &envelope);
        let is_refused = matches!(reply, Reply::Refused { dead: false, .. });
        assert_eq!(is_refused, inbox.state().items.is_empty());
        is_refused
    };
    assert!(!refused("https://shop.example/", "Hello"));
    assert!(refused("javascript:alert(1)", "Hello"));
    assert!(refused("data:text/html,x", "Hello"));
    assert!(refused("https://shop.example/", &"x".repeat(2_001)));
}

fn config(secret: &str, old: Option<&str>) -> OnsiteConfig {
    let old_secret = old.map(Secret::given);
    OnsiteConfig { secret: Secret::given(secret), old_secret, origins: Vec::new() }
}

/// `printf %s "$USER_ID" | openssl dgst -sha256 -hmac "$SECRET"`.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OF_USER_42: &str = "d6f70521973278294ce7b05519c3131f25d1710102d6c7e2842e84faa1ca1b01";
const OF_ZOE: &str = "43cc3087c5c1e43a483bd908e3aaaf242ff138fc763f73ec6a6437ec4780748c";

#[test]
fn only_who_has_the_secret_says_who_is_signed_in() {
    let signers = Signers::new(&config(SECRET, None)).expect("signers");
    assert!(signers.have_signed("user-42", OF_USER_42));
    assert!(signers.have_signed("user-42", &OF_USER_42.to_uppercase()));
    assert!(signers.have_signed("zoë@shop.example", OF_ZOE));
    for (user, signature) in [
        ("user-43", OF_USER_42),
        ("", OF_USER_42),
        ("user-42", ""),
        ("user-42", &OF_USER_42[..32]),
        ("user-42", OF_ZOE),
        ("user-42", &format!("+{}", &OF_USER_42[1..])),
    ] {
        assert!(!signers.have_signed(user, signature), "{user} {signature}");
    }
    assert!(!format!("{signers:?}").contains(SECRET));
}

#[test]
fn an_old_secret_is_believed_while_the_shop_changes_over() {
    let signed =
        |config| Signers::new(&config).expect("signers").have_signed("user-42", OF_USER_42);
    assert!(signed(config("another-secret-of-ours", Some(SECRET))));
    assert!(!signed(config("another-secret-of-ours", None)));
    let short = Signers::new(&config("hunter2", None)).expect_err("too short");
    assert!(short.to_string().contains("too short") && !short.to_string().contains("hunter2"));
}

#[test]
fn origins_are_written_as_browsers_send_them() {
    let check = |text: &str| {
        let config: Result<OnsiteConfig, _> =
            toml::from_str(&format!("secret = \"env:X\"\norigins = [\"{text}\"]"));
        config.expect("a table").check().map_err(|it| it.to_string())
    };
    assert_eq!(check("https://shop.example"), Ok(()));
    assert_eq!(check("http://127.0.0.1:8080"), Ok(()));
    for bad in ["shop.example", "https://shop.example/", "https://Shop.example", "*", "ftp://x", ""]
    {
        assert!(check(bad).is_err_and(|it| it.contains("is no origin")), "{bad}");
    }
    assert_eq!(origin_of("https://shop.example/a?b#c").as_deref(), Some("https://shop.example"));
}

#[test]
fn the_table_has_no_other_fields_and_no_open_secret() {
    let read = |text: &str| toml::from_str::<OnsiteConfig>(text).map_err(|it| it.to_string());
    assert!(read("secret = \"env:X\"").is_ok());
    assert!(read("").is_err_and(|it| it.contains("secret")));
    assert!(read("secret = \"hunter2\"").is_err_and(|it| it.contains("env:NAME")));
    assert!(read("secret = \"env:X\"\nkeep = \"1d\"").is_err_and(|it| it.contains("keep")));
}
