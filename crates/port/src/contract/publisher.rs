//! What every publisher must do. Each line is a MUST of `docs/channel-spec.md`, named after it.

use super::T0;
use crate::{PostOrder, Published, Publisher, PublisherError};
use model::{Mark, Marked, Post, PostPart, PostRef, Span};

/// What the network does with the next call that would publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Takes it.
    Takes,
    /// Asks for fewer calls, and says for how many seconds, or does not.
    Limits(Option<u32>),
    /// Answers this status, which says nothing about the post.
    Fails(u16),
    /// Will not have this post.
    Refuses,
    /// Does not know the token, in this call and any other.
    SignsOut,
    /// Publishes, and closes the connection without an answer.
    Closes,
    /// Publishes, begins to answer and never ends.
    Drips,
    /// Leads elsewhere.
    Redirects,
    /// Nobody can prove to be the network.
    Untrusted,
    /// The network's name leads nowhere.
    Nowhere,
}

/// A publisher, before a network on this machine that does what it is told.
pub struct Place {
    pub publisher: Box<dyn Publisher>,
    /// How many posts stand there.
    pub posts: Box<dyn Fn() -> usize>,
    /// Its fate is over: from now on it takes everything.
    pub recovers: Box<dyn Fn()>,
    /// The network tells that a key comes again.
    pub knows_keys: bool,
    /// What nobody may ever read.
    pub secret: String,
}

/// `make` gives a network without any posts and a publisher before it.
pub fn publisher(make: &mut dyn FnMut(Fate) -> Place) {
    a_post_is_published_once_and_found(make(Fate::Takes));
    a_part_answers_the_one_before(make(Fate::Takes));
    the_same_key_is_one_post(make(Fate::Takes));
    what_is_taken_back_is_gone(make(Fate::Takes));
    metrics_are_in_order_and_none_for_what_is_gone(make(Fate::Takes));
    an_edit_keeps_the_post(make(Fate::Takes));
    checking_publishes_nothing(make(Fate::Takes));
    a_limit_is_later_with_the_wait_that_is_asked(make);
    an_unready_server_is_later(make(Fate::Fails(503)));
    a_broken_server_is_later_only_where_a_key_is_known(make);
    a_refusal_is_refused(make(Fate::Refuses));
    a_broken_token_is_later_and_check_says_so(make(Fate::SignsOut));
    silence_is_lost_and_can_be_settled(make);
    a_redirect_is_not_followed(make(Fate::Redirects));
    what_was_never_sent_is_later(make);
}

fn a_post_is_published_once_and_found(place: Place) {
    let post = post(&place, &["Good morning"]);
    let order = order(&post, 0, &[]);
    assert_eq!(ok(place.publisher.find(&order)), None, "nothing stands there yet");
    let done = done(&place, &order);
    assert!(!done.id.is_empty());
    assert_eq!((place.posts)(), 1);
    let found = ok(place.publisher.find(&order)).expect("it stands there");
    assert_eq!(found.id, done.id);
}

fn a_part_answers_the_one_before(place: Place) {
    let post = post(&place, &["One", "Two", "Three"]);
    let mut before = Vec::new();
    for part in 0..3 {
        match place.publisher.publish(&order(&post, part, &before)) {
            Published::Done(done) => before.push(done),
            // A network without threads says so, and not by a post that stands alone.
            Published::Refused { detail } if 0 < part => {
                assert!(detail.contains("thread"), "{detail}");
                return assert_eq!((place.posts)(), 1);
            }
            other => panic!("part {part}: {other:?}"),
        }
    }
    assert_eq!((place.posts)(), 3);
    let found = ok(place.publisher.find(&order(&post, 2, &before[..2])));
    assert_eq!(found.expect("the last stands there").id, before[2].id);
}

fn the_same_key_is_one_post(place: Place) {
    let post = post(&place, &["Only once"]);
    let order = order(&post, 0, &[]);
    let first = done(&place, &order);
    if !place.knows_keys {
        return;
    }
    // Another try is made later, by somebody who may not know of the first.
    let again = PostOrder { at: T0 + Span::minutes(5), ..order };
    assert_eq!(done(&place, &again).id, first.id);
    assert_eq!((place.posts)(), 1);
    let other = PostOrder { key: "post/p2/1", ..order };
    assert_ne!(done(&place, &other).id, first.id, "another key is another post");
}

fn what_is_taken_back_is_gone(place: Place) {
    let post = post(&place, &["Not for long"]);
    let order = order(&post, 0, &[]);
    let done = done(&place, &order);
    ok(place.publisher.delete(&done));
    assert_eq!((place.posts)(), 0);
    ok(place.publisher.delete(&done));
    assert_eq!(ok(place.publisher.find(&order)), None);
}

fn metrics_are_in_order_and_none_for_what_is_gone(place: Place) {
    let post = post(&place, &["Counted"]);
    let here = done(&place, &order(&post, 0, &[]));
    let gone = done(&place, &PostOrder { key: "post/p2/1", ..order(&post, 0, &[]) });
    ok(place.publisher.delete(&gone));
    match place.publisher.metrics(&[gone, here]) {
        Ok(found) => {
            let stands: Vec<bool> = found.iter().map(Option::is_some).collect();
            assert_eq!(stands, [false, true]);
        }
        Err(PublisherError::NotAllowed(_)) => {}
        Err(other) => panic!("{other:?}"),
    }
    assert_eq!(ok_or_not_allowed(place.publisher.metrics(&[])).unwrap_or_default(), []);
}

fn an_edit_keeps_the_post(place: Place) {
    let before = post(&place, &["A tpyo"]);
    let done = done(&place, &order(&before, 0, &[]));
    let after = post(&place, &["A typo"]);
    let edited = place.publisher.edit(&done, &order(&after, 0, &[]));
    if let Some(edited) = ok_or_not_allowed(edited) {
        assert!(!edited.id.is_empty());
    }
    assert_eq!((place.posts)(), 1);
}

fn checking_publishes_nothing(place: Place) {
    let account = ok(place.publisher.check());
    assert!(!account.name.is_empty());
    assert!(0 < account.limits.characters);
    assert!(!format!("{account:?}").contains(&place.secret));
    assert_eq!((place.posts)(), 0);
}

fn a_limit_is_later_with_the_wait_that_is_asked(make: &mut dyn FnMut(Fate) -> Place) {
    for seconds in [Some(90), None] {
        let place = make(Fate::Limits(seconds));
        let post = post(&place, &["Slowly"]);
        let (_, asked) = later(&place, &order(&post, 0, &[]));
        assert_eq!(asked, seconds.map(|it| Span::seconds(i64::from(it))));
        succeeds_afterwards(&place);
    }
}

fn an_unready_server_is_later(place: Place) {
    let post = post(&place, &["Unready"]);
    later(&place, &order(&post, 0, &[]));
    succeeds_afterwards(&place);
}

fn a_broken_server_is_later_only_where_a_key_is_known(make: &mut dyn FnMut(Fate) -> Place) {
    for status in [500, 502, 504] {
        let place = make(Fate::Fails(status));
        let post = post(&place, &["Broken"]);
        let order = order(&post, 0, &[]);
        match place.publisher.publish(&order) {
            Published::Later { detail, .. } if place.knows_keys => guarded(&place, &detail),
            Published::Lost { detail } if !place.knows_keys => guarded(&place, &detail),
            other => panic!("{status}: {other:?}"),
        }
    }
}

fn a_refusal_is_refused(place: Place) {
    let post = post(&place, &["Not this"]);
    match place.publisher.publish(&order(&post, 0, &[])) {
        Published::Refused { detail } => guarded(&place, &detail),
        other => panic!("{other:?}"),
    }
    assert_eq!((place.posts)(), 0);
}

fn a_broken_token_is_later_and_check_says_so(place: Place) {
    match place.publisher.check() {
        Err(PublisherError::SignIn(detail)) => guarded(&place, &detail),
        other => panic!("{other:?}"),
    }
    let post = post(&place, &["After the sign-in"]);
    later(&place, &order(&post, 0, &[]));
    succeeds_afterwards(&place);
}

fn silence_is_lost_and_can_be_settled(make: &mut dyn FnMut(Fate) -> Place) {
    for fate in [Fate::Closes, Fate::Drips] {
        let place = make(fate);
        let post = post(&place, &["Anybody?"]);
        let order = order(&post, 0, &[]);
        match place.publisher.publish(&order) {
            Published::Lost { detail } => guarded(&place, &detail),
            other => panic!("{fate:?}: {other:?}"),
        }
        assert_eq!((place.posts)(), 1, "{fate:?}: it was published");
        (place.recovers)();
        let found = ok(place.publisher.find(&order)).expect("it stands there");
        if place.knows_keys {
            assert_eq!(done(&place, &order).id, found.id);
        }
        assert_eq!((place.posts)(), 1, "{fate:?}");
    }
}

fn a_redirect_is_not_followed(place: Place) {
    let post = post(&place, &["Elsewhere"]);
    later(&place, &order(&post, 0, &[]));
    succeeds_afterwards(&place);
}

fn what_was_never_sent_is_later(make: &mut dyn FnMut(Fate) -> Place) {
    for fate in [Fate::Untrusted, Fate::Nowhere] {
        let place = make(fate);
        let post = post(&place, &["Into the void"]);
        later(&place, &order(&post, 0, &[]));
    }
}

/// Nothing stood there, and now it can be published.
fn succeeds_afterwards(place: &Place) {
    assert_eq!((place.posts)(), 0);
    (place.recovers)();
    let post = post(place, &["At last"]);
    done(place, &order(&post, 0, &[]));
    assert_eq!((place.posts)(), 1);
}

fn later(place: &Place, order: &PostOrder<'_>) -> (String, Option<Span>) {
    match place.publisher.publish(order) {
        Published::Later { detail, retry_after } => {
            guarded(place, &detail);
            (detail, retry_after)
        }
        other => panic!("{other:?}"),
    }
}

fn done(place: &Place, order: &PostOrder<'_>) -> PostRef {
    match place.publisher.publish(order) {
        Published::Done(done) => done,
        other => panic!("{other:?}"),
    }
}

/// What is said is read by people and stored: it says something, and nothing that is secret.
fn guarded(place: &Place, detail: &str) {
    assert!(!detail.is_empty());
    assert!(!detail.contains(&place.secret), "the secret is in `{detail}`");
    assert!(detail.chars().count() <= 500, "{} characters: {detail}", detail.chars().count());
}

fn ok<T>(result: Result<T, PublisherError>) -> T {
    result.expect("the network does it")
}

fn ok_or_not_allowed<T>(result: Result<T, PublisherError>) -> Option<T> {
    match result {
        Ok(it) => Some(it),
        Err(PublisherError::NotAllowed(_)) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// Each part ends in a link, so that what is published is not just what is written.
fn post(place: &Place, texts: &[&str]) -> Post {
    let link = "https://shop.example/a?b=c";
    let part = |text: &&str| {
        let text = format!("{text} é shop.example/a");
        let start = text.len() - "shop.example/a".len();
        let mark = Mark { start, end: text.len(), what: Marked::Link(link.to_owned()) };
        PostPart { text, marks: vec![mark], ..PostPart::default() }
    };
    let parts = texts.iter().map(part).collect();
    Post { network: place.publisher.network(), parts, language: Some("en".to_owned()) }
}

fn order<'a>(post: &'a Post, part: usize, before: &'a [PostRef]) -> PostOrder<'a> {
    let key = ["post/p1/1", "post/p1/2", "post/p1/3"][part];
    PostOrder { key, at: T0, post, part, before }
}
