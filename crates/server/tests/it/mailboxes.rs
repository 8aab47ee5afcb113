//! What stands in a mailbox becomes facts of the person it is about, and is put away after that.

use crate::world::World;
use model::{Identifier, LedgerState, Message};
use port::{Ledger, MailboxError, MemoryMailbox};
use server::Readers;
use server::mailboxes::{MailboxStates, Mailboxes, Needs, ReadMailbox};
use std::collections::BTreeSet;
use std::sync::Arc;

struct Read {
    world: World,
    mail: Message,
    mailbox: MemoryMailbox,
    states: MailboxStates,
}

/// Someone with a mail that was sent, and a mailbox that is not read yet.
async fn read() -> Read {
    let states = MailboxStates::default();
    let given = states.clone();
    let mut world = World::with(|it| it.mailboxes = given).await;
    world.sign_in().await;
    let mail = world.with_mail().await;
    Read { world, mail, mailbox: MemoryMailbox::new(), states }
}

impl Read {
    fn start(&self) -> Mailboxes {
        let views = self.world.store.clone();
        let needs = Needs {
            log: Arc::new(self.world.log.clone()),
            handle: self.world.handle.clone(),
            readers: Readers::new(move || port::Store::reader(&views)),
            keys: self.world.keys,
            clock: Arc::new(now),
            states: self.states.clone(),
        };
        let mailbox = Box::new(self.mailbox.clone());
        let name = "bounces".to_owned();
        Mailboxes::start(vec![ReadMailbox { name, mailbox, interval: model::Span(5) }], &needs)
    }

    /// As it left.
    fn mail_id(&self) -> String {
        format!("<{}>", engine::mail_id(&self.world.keys, &self.mail, "hello@example.test"))
    }

    fn bounce(&self, status: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
             Final-Recipient: rfc822; ann@example.test\r\nAction: failed\r\nStatus: {status}\r\n\r\n--x\r\n\
             Content-Type: message/rfc822\r\n\r\nMessage-ID: {}\r\n\r\n--x--\r\n",
            self.mail_id()
        )
    }

    fn answer(&self, from: &str, more: &str, text: &str) -> String {
        format!(
            "From: Ann <{from}>\r\nSubject: Re: Welcome\r\nIn-Reply-To: {}\r\n{more}\r\n{text}\r\n",
            self.mail_id()
        )
    }

    fn said(&self, event: &str, name: &str) -> Vec<String> {
        let facts = self.world.facts(event);
        let text = |it: &record::Fact| {
            it.event.properties.get(name).and_then(|it| it.as_text()).unwrap_or("-").to_owned()
        };
        facts.iter().map(text).collect()
    }

    fn is_suppressed(&self) -> bool {
        let consents = self.world.consents(self.world.person("ann"));
        consents.suppression(&Identifier::email("ann@example.test")).is_some()
    }
}

pub fn now() -> model::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    model::Timestamp(i64::try_from(since.expect("after 1970").as_millis()).expect("before 2^63"))
}

#[tokio::test]
async fn a_bounce_in_the_mailbox_closes_the_address_and_is_put_away_only_then() {
    let read = read().await;
    read.mailbox.put(read.bounce("5.1.1").as_bytes());
    let _reading = read.start();
    read.world.until("the mail is put away", |_| read.mailbox.mails().is_empty()).await;
    assert!(read.is_suppressed(), "committed before it was put away");
    assert_eq!(read.said("Email Bounced", "status"), ["5.1.1"]);
    let message = read.world.store.message(read.mail.id).expect("memory").expect("the mail");
    assert_eq!(message.ledger_state(), LedgerState::Sent);
}

#[tokio::test]
async fn a_mail_that_is_read_again_or_handed_over_as_well_counts_once() {
    let read = read().await;
    for (event, mail) in [
        ("Email Bounced", read.bounce("5.1.1")),
        ("Email Replied", read.answer("ann@example.test", "", "Yes.")),
    ] {
        let hook = format!("POST /hooks/mail\n\n{mail}");
        assert!(read.world.ask(&hook).await.body.contains("\"known\":true"));
        // As after a crash between the storing and the putting away.
        read.mailbox.put(mail.as_bytes());
        let reading = read.start();
        read.world.until("the mail is put away", |_| read.mailbox.mails().is_empty()).await;
        drop(reading);
        let facts = read.world.facts(event);
        let ids: BTreeSet<_> = facts.iter().map(|it| it.event.message_id.clone()).collect();
        assert_eq!(ids.len(), 1, "one mail is one event");
    }
    let path = format!("/api/v1/people/{}/timeline", read.world.person("ann"));
    let timeline = read
        .world
        .shown(&path, |it| {
            let items = it["items"].as_array().expect("items");
            items.iter().any(|it| it["title"] == "Email Replied")
        })
        .await;
    let items = timeline["items"].as_array().expect("items");
    assert_eq!(items.iter().filter(|it| it["title"] == "Email Replied").count(), 1);
}

#[tokio::test]
async fn a_forged_bounce_and_a_strangers_letter_stay_where_they_are_and_change_nothing() {
    let read = read().await;
    let forged = read
        .bounce("5.1.1")
        .replace(&read.mail_id(), &format!("<{}.0123456789abcdef@example.test>", read.mail.id));
    read.mailbox.put(forged.as_bytes());
    read.mailbox.put(b"From: eve@other.example\r\nSubject: hello\r\n\r\nHow are you?\r\n");
    let _reading = read.start();
    read.world.until("both were looked at", |_| read.states.all()["bounces"].left == 2).await;
    assert_eq!(read.mailbox.mails().len(), 2);
    assert!(!read.is_suppressed());
    assert!(read.world.facts("Email Bounced").is_empty());
}

#[tokio::test]
async fn what_a_person_answers_stands_on_their_timeline_with_the_message_it_answers() {
    let read = read().await;
    let text = "Does it come in blue?\r\n\r\nOn Mon, Nov 23, 2026 Shop <hello@example.test> wrote:\r\n> Welcome";
    read.mailbox.put(read.answer("ann@example.test", "", text).as_bytes());
    let away = read.answer("ann@example.test", "Auto-Submitted: auto-replied\r\n", "I am away.");
    read.mailbox.put(away.as_bytes());
    let _reading = read.start();
    read.world.until("both are put away", |_| read.mailbox.mails().is_empty()).await;
    assert_eq!(read.said("Email Replied", "text"), ["Does it come in blue?"]);
    assert_eq!(read.said("Email Replied", "subject"), ["Re: Welcome"]);
    assert_eq!(read.said("Email Replied", "from"), ["-"], "it is their own address");
    assert_eq!(read.said("Email Auto-Replied", "text"), ["-"], "nobody wrote it");
    let path = format!("/api/v1/people/{}/timeline", read.world.person("ann"));
    read.world
        .shown(&path, |it| {
            let items = it["items"].as_array().expect("items");
            let about = |title: &str| {
                items.iter().any(|it| {
                    it["title"] == title && it["message"] == read.mail.id.to_string().as_str()
                })
            };
            about("Email Replied") && about("Email Auto-Replied")
        })
        .await;
}

#[tokio::test]
async fn an_answer_from_another_address_says_so_and_makes_nobody_one_with_anybody() {
    let read = read().await;
    let answer = read.answer("colleague@other.example", "Reply-To: desk@other.example\r\n", "Yes.");
    read.mailbox.put(answer.as_bytes());
    let _reading = read.start();
    read.world.until("it is put away", |_| read.mailbox.mails().is_empty()).await;
    assert_eq!(read.said("Email Replied", "from"), ["colleague@other.example"]);
    assert_eq!(read.said("Email Replied", "reply_to"), ["desk@other.example"]);
    let stranger = Identifier::email("colleague@other.example");
    let owners = port::Directory::owners(&read.world.store, &[stranger]).expect("memory");
    assert_eq!(owners, [None]);
}

#[tokio::test]
async fn trouble_is_shown_with_its_words_and_ends_by_itself() {
    let read = read().await;
    read.mailbox.fail(Some(MailboxError::SignIn("the server does not let us in".to_owned())));
    let _reading = read.start();
    let path = "/api/v1/mailboxes";
    read.world
        .shown(path, |it| it["items"][0]["trouble"]["why"] == "the server does not let us in")
        .await;
    assert!(read.world.json(&format!("GET {path}")).await["items"][0]["last_read"].is_null());
    read.mailbox.put(read.bounce("4.2.2").as_bytes());
    read.mailbox.fail(None);
    read.world
        .shown(path, |it| it["items"][0]["trouble"].is_null() && it["items"][0]["taken"] == 1)
        .await;
    assert!(!read.is_suppressed(), "a full mailbox is no dead address");
}
