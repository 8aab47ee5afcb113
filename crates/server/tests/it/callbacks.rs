//! What providers call back becomes facts of the person it is about, if the provider proves itself.

use crate::world::World;
use channels::callbacks::{CallbacksConfig, Receiver};
use model::{Identifier, LedgerState, Message, Timestamp};
use port::Ledger;
use std::sync::Arc;

/// Someone with a mail that was sent, and Postmark, which says `hook:secret`.
async fn world() -> (World, Message) {
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hook:secret").expect("a file");
    let settings = serde_json::json!({"postmark": {"basic": format!("file:{}", secret.display())}});
    let config: CallbacksConfig = serde_json::from_value(settings).expect("settings");
    let receiver = Receiver::new(&config, None).expect("a secret");
    let mut world = World::with(|it| it.callbacks = Some(Arc::new(receiver))).await;
    world.sign_in().await;
    let mail = world.with_mail().await;
    (world, mail)
}

/// Base64 of `hook:secret`.
const PROOF: &str = "authorization: Basic aG9vazpzZWNyZXQ=";

fn call(record: &str, more: &str) -> String {
    format!(
        "POST /hooks/postmark\n{PROOF}\n\n{{\"RecordType\":\"{record}\",\"MessageID\":\"p1\",{more}}}"
    )
}

fn about(mail: &Message) -> String {
    format!("\"Metadata\":{{\"fulcrum-message\":\"{}\"}}", mail.id)
}

fn suppressed(world: &World) -> bool {
    let consents = world.consents(world.person("ann"));
    consents.suppression(&Identifier::email("ann@example.test")).is_some()
}

#[tokio::test]
async fn who_cannot_prove_who_they_are_is_not_believed() {
    let (world, mail) = world().await;
    let body = format!(
        "{{\"RecordType\":\"SpamComplaint\",\"ID\":1,\"Email\":\"ann@example.test\",{}}}",
        about(&mail)
    );
    for head in ["", "authorization: Basic aG9vazpub25l\n"] {
        let answer = world.ask(&format!("POST /hooks/postmark\n{head}\n{body}")).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    assert_eq!(world.status(&format!("POST /hooks/sendgrid\n{PROOF}\n\n[]")).await, 404);
    assert_eq!(world.status(&format!("POST /hooks/postmark\n{PROOF}\n\nnonsense")).await, 400);
    assert!(!suppressed(&world));
}

#[tokio::test]
async fn a_dead_address_is_suppressed_before_the_answer_and_a_full_mailbox_is_not() {
    let (world, mail) = world().await;
    let soft = call(
        "Bounce",
        "\"ID\":1,\"Type\":\"SoftBounce\",\"Email\":\"ann@example.test\",\"Details\":\"smtp;452 4.2.2 full\"",
    );
    assert_eq!(world.status(&soft).await, 204);
    world.settle().await;
    assert!(!suppressed(&world));
    let bounce = format!(
        "\"ID\":2,\"Type\":\"HardBounce\",\"Email\":\"ann@example.test\",\"Details\":\"smtp;550 5.1.1 unknown\",{}",
        about(&mail)
    );
    assert_eq!(world.status(&call("Bounce", &bounce)).await, 204);
    assert!(suppressed(&world), "committed before it was answered");
    let facts = world.facts("Email Bounced");
    let said = |name: &str| -> Vec<String> {
        facts
            .iter()
            .map(|it| it.event.properties[name].as_text().unwrap_or("-").to_owned())
            .collect()
    };
    assert_eq!(said("kind"), ["soft", "hard"]);
    assert_eq!(said("status"), ["4.2.2", "5.1.1"]);
    assert_eq!(facts[1].event.properties["message"].as_text(), Some(&*mail.id.to_string()));
    // The same once more is known.
    assert_eq!(world.status(&call("Bounce", &bounce)).await, 204);
    let message = world.store.message(mail.id).expect("memory").expect("the mail");
    assert_eq!(message.ledger_state(), LedgerState::Sent, "that it came back later is no doubt");
}

#[tokio::test]
async fn a_message_counts_only_for_its_own_person() {
    let (world, mail) = world().await;
    // Signed, and about somebody else: nobody here has that address.
    let other = format!("\"ID\":3,\"Email\":\"eve@example.test\",{}", about(&mail));
    assert_eq!(world.status(&call("SpamComplaint", &other)).await, 204);
    assert!(!suppressed(&world));
    assert!(world.facts("Email Complained").is_empty());
    let own = format!("\"ID\":4,\"Email\":\"ann@example.test\",{}", about(&mail));
    assert_eq!(world.status(&call("SpamComplaint", &own)).await, 204);
    assert!(suppressed(&world));
}

#[tokio::test]
async fn an_unsubscribing_at_the_provider_is_a_no_and_its_undoing_there_is_no_yes() {
    let (world, _) = world().await;
    let says_yes = |world: &World| {
        let consents = world.consents(world.person("ann"));
        consents.listing(Timestamp(i64::MAX / 2)).iter().any(|it| {
            it.channel == Some(model::Channel::Email)
                && it.state == decision::ConsentState::Granted
                && it.source.starts_with("postmark")
        })
    };
    let change = |stops: bool| {
        let more = format!(
            "\"ChangedAt\":\"2030-02-01T10:53:3{}Z\",\"Recipient\":\"ann@example.test\",\"SuppressSending\":{stops}",
            u8::from(stops)
        );
        call("SubscriptionChange", &more)
    };
    assert_eq!(world.status(&change(true)).await, 204);
    let consents = world.consents(world.person("ann"));
    assert!(
        consents
            .listing(Timestamp(0))
            .iter()
            .any(|it| it.state == decision::ConsentState::Withdrawn
                && it.source == "postmark, email")
    );
    assert_eq!(world.status(&change(false)).await, 204);
    world.settle().await;
    assert!(!says_yes(&world));
}
