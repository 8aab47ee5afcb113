//! What every store must do with what waits on a site.

use super::{T0, commit, ok};
use crate::{InboxItem, Store};
use model::{Identifier, MessageId, PersonId, Timestamp};

pub(super) fn inbox(make: &mut dyn FnMut() -> Box<dyn Store>) {
    what_waits_is_found_by_its_address_the_latest_first(make());
    a_key_is_there_once_and_is_taken_out_for_good(make());
    what_has_ended_is_not_shown_and_forgotten(make());
    nothing_that_was_written_for_an_erased_person_stays(make());
}

fn what_waits_is_found_by_its_address_the_latest_first(mut store: Box<dyn Store>) {
    let (visitor, person) = (Identifier::anonymous_id("a1"), Identifier::user_id("a1"));
    let other = InboxItem { to: Identifier::user_id("u2"), ..item("other", 9) };
    let known = InboxItem {
        to: person.clone(),
        message: None,
        person: None,
        label: None,
        url: None,
        ..item("known", 2)
    };
    commit(&mut *store, |it| {
        it.inbox.extend([item("first", 1), item("third", 3), known.clone(), other]);
    });
    let one = std::slice::from_ref(&visitor);
    assert_eq!(keys(&*store, one, 9), ["third", "first"]);
    assert_eq!(keys(&*store, one, 1), ["third"]);
    assert_eq!(keys(&*store, &[visitor.clone(), person.clone()], 9), ["third", "known", "first"]);
    assert!(keys(&*store, &[], 9).is_empty());
    assert_eq!(ok(store.waiting(&[visitor], at(5), 1)), [item("third", 3)], "as it was put there");
    assert_eq!(ok(store.waiting(&[person], at(5), 9)), [known]);
}

fn a_key_is_there_once_and_is_taken_out_for_good(mut store: Box<dyn Store>) {
    let again = InboxItem { title: "Another".to_owned(), ..item("a", 1) };
    commit(&mut *store, |it| it.inbox.extend([item("a", 0), item("b", 1)]));
    commit(&mut *store, |it| it.inbox.push(again));
    assert_eq!(ok(store.waiting(&[visitor()], at(5), 9)), [item("b", 1), item("a", 0)]);
    commit(&mut *store, |it| it.inbox_taken.extend(["a".to_owned(), "nobody".to_owned()]));
    assert_eq!(keys(&*store, &[visitor()], 9), ["b"]);
}

fn what_has_ended_is_not_shown_and_forgotten(mut store: Box<dyn Store>) {
    let short = InboxItem { until: at(4), ..item("short", 1) };
    commit(&mut *store, |it| it.inbox.extend([short, item("long", 0)]));
    let shown = |store: &dyn Store, now: i64| -> Vec<String> {
        let found = ok(store.waiting(&[visitor()], at(now), 9));
        found.into_iter().map(|it| it.key).collect()
    };
    assert_eq!(shown(&*store, 3), ["short", "long"]);
    assert_eq!(shown(&*store, 4), ["long"]);
    commit(&mut *store, |it| it.forget_inbox = Some(at(4)));
    assert_eq!(shown(&*store, 0), ["long"], "it is gone, and not only hidden");
}

fn nothing_that_was_written_for_an_erased_person_stays(mut store: Box<dyn Store>) {
    let theirs = Identifier::user_id("u1");
    commit(&mut *store, |it| {
        it.identifiers.push((theirs.clone(), PersonId(1)));
        it.inbox.push(InboxItem { person: Some(PersonId(1)), ..item("for them", 0) });
        it.inbox.push(InboxItem { person: None, to: theirs.clone(), ..item("to them", 0) });
        it.inbox.push(InboxItem { person: Some(PersonId(2)), ..item("other", 0) });
    });
    // What the same commit still puts there goes too.
    commit(&mut *store, |it| {
        it.inbox.push(InboxItem { person: Some(PersonId(1)), ..item("late", 0) });
        it.erased.push(PersonId(1));
    });
    assert_eq!(keys(&*store, &[visitor(), theirs], 9), ["other"]);
}

fn keys(store: &dyn Store, to: &[Identifier], limit: usize) -> Vec<String> {
    ok(store.waiting(to, at(5), limit)).into_iter().map(|it| it.key).collect()
}

fn visitor() -> Identifier {
    Identifier::anonymous_id("a1")
}

fn item(key: &str, after: i64) -> InboxItem {
    InboxItem {
        key: key.to_owned(),
        message: Some(MessageId(7)),
        person: Some(PersonId(9)),
        to: visitor(),
        title: "Velo & Zoë".to_owned(),
        body: "Your first ride is \"free\"".to_owned(),
        label: Some("Plan my ride".to_owned()),
        url: Some("https://go.shop.example/c/x".to_owned()),
        at: at(after),
        until: at(1_000),
    }
}

fn at(after: i64) -> Timestamp {
    Timestamp(T0.0 + after)
}
