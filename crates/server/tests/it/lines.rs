//! What a provider tells over a line that it holds open becomes facts of the person it is about, and is
//! acknowledged after that.

use crate::world::World;
use channels::callbacks::{Callback, Heard, Listens, What};
use model::{Identifier, IdentifierKind, Message, MessageState};
use port::Ledger;
use server::Readers;
use server::lines::{Line, Lines};
use server::mailboxes::{MailboxStates, Needs};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

struct Provider(Mutex<Receiver<Heard>>);

impl Listens for Provider {
    fn hear(&self, at_most: Duration) -> Result<Vec<Heard>, String> {
        let told = self.0.lock().expect("one reader");
        Ok(told.recv_timeout(at_most.min(Duration::from_millis(50))).into_iter().collect())
    }
}

struct Told {
    world: World,
    mail: Message,
    tell: Sender<Heard>,
    _lines: Lines,
}

async fn told() -> Told {
    let mut world = World::with(|_| {}).await;
    world.sign_in().await;
    let mail = world.with_mail().await;
    world.track(r#"{"type":"identify","userId":"ann","traits":{"phone":"+31612345678"}}"#).await;
    let views = world.store.clone();
    let needs = Needs {
        log: Arc::new(world.log.clone()),
        handle: world.handle.clone(),
        readers: Readers::new(move || port::Store::reader(&views)),
        keys: world.keys,
        clock: Arc::new(crate::mailboxes::now),
        states: MailboxStates::default(),
    };
    let (tell, told) = channel();
    let provider = Box::new(Provider(Mutex::new(told)));
    let _lines = Lines::start(vec![Line { name: "smpp".to_owned(), provider }], &needs);
    Told { world, mail, tell, _lines }
}

impl Told {
    /// Says it, and whether it was stored.
    async fn say(&self, to: Identifier, provider_id: Option<String>, what: What) -> bool {
        let answered = self.begin_to_say(to, provider_id, what);
        let wait = move || answered.recv_timeout(Duration::from_secs(20));
        tokio::task::spawn_blocking(wait).await.expect("a thread").expect("an answer")
    }

    /// Says it, and where the answer comes.
    fn begin_to_say(
        &self,
        to: Identifier,
        provider_id: Option<String>,
        what: What,
    ) -> Receiver<bool> {
        let mut callback = Callback::new("", what);
        callback.to = Some(to);
        callback.provider_id = provider_id;
        let (answer, answered) = channel();
        let heard = Heard::new(callback, move |stored| answer.send(stored).unwrap_or(()));
        self.tell.send(heard).expect("a line");
        answered
    }
}

/// The message that a fact names.
fn about(fact: &record::Fact) -> Option<String> {
    fact.event.properties.get("message").and_then(|it| it.as_text().map(str::to_owned))
}

fn phone() -> Identifier {
    Identifier::new(IdentifierKind::Phone, "+31612345678")
}

#[tokio::test]
async fn who_writes_stop_is_heard_before_it_is_acknowledged() {
    let told = told().await;
    assert!(told.say(phone(), None, What::Unsubscribed).await);
    assert_eq!(told.world.noes(told.world.person("ann")), ["sms, every topic (smpp, sms)"]);
    let text = "Where is it?".to_owned();
    assert!(told.say(phone(), None, What::Said { text }).await);
    told.world.until("the words", |it| it.facts("SMS Replied").len() == 1).await;
}

#[tokio::test]
async fn a_receipt_finds_its_message_by_the_id_that_the_provider_gave() {
    let told = told().await;
    // The provider of these tests takes a message under its own id.
    let id = told.mail.id.to_string();
    let ann = Identifier::email("ann@example.test");
    let bounced = || What::Bounced { hard: false, reason: "UNDELIV".to_owned(), status: None };
    assert!(told.say(ann.clone(), Some(id.clone()), bounced()).await);
    assert!(told.say(ann, Some("m999".to_owned()), bounced()).await);
    told.world.until("both", |it| it.facts("Email Bounced").len() == 2).await;
    let facts = told.world.facts("Email Bounced");
    assert_eq!(facts.iter().map(about).collect::<Vec<_>>(), [Some(id), None]);
    // Nobody we know: acknowledged, so that it is not told for ever.
    assert!(told.say(Identifier::email("no@example.test"), None, What::Unsubscribed).await);
}

#[tokio::test]
async fn a_receipt_that_overtook_its_message_was_about_nothing() {
    let told = told().await;
    let ann = Identifier::email("ann@example.test");
    let person = told.world.person("ann");
    let speak = told.world.mute();
    let order = r#"{"type":"track","event":"Order Completed","userId":"ann","properties":{"order_id":"o2"}}"#;
    told.world.track(order).await;
    let flying = |it: &World| {
        let messages = it.store.messages_of(person, None, 10).expect("messages");
        let flies = |it: &Message| matches!(it.state, MessageState::InFlight { .. });
        messages.into_iter().find(flies).map(|it| it.id.to_string())
    };
    told.world.until("the mail is on the wire", |it| flying(it).is_some()).await;
    let id = flying(&told.world).expect("it stays there");
    let receipt = told.begin_to_say(ann.clone(), Some(id.clone()), What::Delivered);
    // What is told after it is not held up, nor is it a receipt of what was taken before.
    assert!(told.say(phone(), None, What::Unsubscribed).await);
    let earlier = told.mail.id.to_string();
    assert!(told.say(ann, Some(earlier.clone()), What::Delivered).await);
    assert_eq!(receipt.try_recv(), Err(TryRecvError::Empty));
    drop(speak);
    let wait = move || receipt.recv_timeout(Duration::from_secs(20));
    assert!(tokio::task::spawn_blocking(wait).await.expect("a thread").expect("an answer"));
    told.world.until("both", |it| it.facts("Email Delivered").len() == 2).await;
    let facts = told.world.facts("Email Delivered");
    assert_eq!(facts.iter().map(about).collect::<Vec<_>>(), [Some(earlier), Some(id)]);
}
