//! What every store must do with calls of other systems.

use super::{T0, commit, ok};
use crate::{ForgetHooks, Hook, HookChange, HookCounts, HookRecord, Store};
use model::{HookState, PersonId, Timestamp};

pub(super) fn hooks(make: &mut dyn FnMut() -> Box<dyn Store>) {
    calls_wait_in_order_and_each_key_is_there_once(make());
    one_receiver_does_not_hide_the_others(make());
    a_call_is_settled_and_tried_again(make());
    calls_of_one_lane_go_one_after_the_other(make());
    ended_calls_are_forgotten_in_time(make());
    calls_about_an_erased_person_are_forgotten(make());
}

fn calls_wait_in_order_and_each_key_is_there_once(mut store: Box<dyn Store>) {
    let (late, early) = (hook("journey/t/r1/0/1", 20), hook("journey/t/r2/0/1", 10));
    commit(&mut *store, |it| it.hooks.extend([late.clone(), early.clone()]));
    let other = Hook { body: b"other".to_vec(), ..hook("journey/t/r1/0/1", 0) };
    commit(&mut *store, |it| it.hooks.push(other));
    assert!(due(&*store, 9).is_empty());
    assert_eq!(ok(store.due_hooks(at(20), 9, 1))[0].hook, early);
    let both: Vec<Hook> = ok(store.due_hooks(at(20), 9, 9)).into_iter().map(|it| it.hook).collect();
    assert_eq!(both, [early.clone(), late]);
    assert_eq!(ok(store.next_hook(at(0))), Some(at(10)));
    assert_eq!(ok(store.next_hook(at(10))), Some(at(20)), "after, and not at");
    assert_eq!(ok(store.next_hook(at(20))), None);
    let found = ok(store.hook("journey/t/r2/0/1")).expect("it is there");
    let (state, next_at) = (HookState::Waiting, Some(at(10)));
    let (tried_at, detail) = (None, String::new());
    let expected =
        HookRecord { number: 2, hook: early, state, tries: 0, tried_at, next_at, detail };
    assert_eq!(found, expected);
    assert_eq!(ok(store.hook("journey/t/r3/0/1")), None);
}

fn one_receiver_does_not_hide_the_others(mut store: Box<dyn Store>) {
    let many = (0..9).map(|n| hook(&format!("a{n}"), n));
    let single = Hook { url: "https://other.example:8443/x".to_owned(), ..hook("z", 50) };
    commit(&mut *store, |it| {
        it.hooks.extend(many);
        it.hooks.push(single);
    });
    let keys = |per_host: usize, limit: usize| -> Vec<String> {
        let due = ok(store.due_hooks(at(99), per_host, limit));
        due.into_iter().map(|it| it.hook.key).collect()
    };
    assert_eq!(keys(2, 9), ["a0", "a1", "z"]);
    assert_eq!(keys(2, 2), ["a0", "a1"]);
}

fn a_call_is_settled_and_tried_again(mut store: Box<dyn Store>) {
    commit(&mut *store, |it| it.hooks.extend([hook("a", 0), hook("b", 0), hook("c", 0)]));
    let again = HookChange {
        tries: 1,
        tried_at: Some(at(1)),
        next_at: Some(at(30)),
        detail: "503".to_owned(),
        ..change("a", HookState::Waiting)
    };
    commit(&mut *store, |it| {
        it.hook_changes = vec![
            again,
            change("b", HookState::Answered),
            change("c", HookState::GivenUp),
            change("nobody", HookState::Answered),
        ];
    });
    assert!(due(&*store, 29).is_empty());
    assert_eq!(due(&*store, 30), ["a"]);
    let found = ok(store.hook("a")).expect("a");
    assert_eq!((found.tries, found.tried_at, found.detail.as_str()), (1, Some(at(1)), "503"));
    assert_eq!(found.hook, hook("a", 0), "what is sent stays");
    assert_eq!(ok(store.hook("b")).expect("b").next_at, None);
    assert_eq!(ok(store.hook("b")).expect("b").hook.body, b"{}");
    let list = |state, before| -> Vec<String> {
        ok(store.hooks(state, before, 2)).into_iter().map(|it| it.hook.key).collect()
    };
    assert_eq!(list(None, None), ["c", "b"], "the latest first");
    assert_eq!(list(None, Some(2)), ["a"]);
    assert_eq!(list(Some(HookState::Waiting), None), ["a"]);
    assert_eq!(list(Some(HookState::GivenUp), None), ["c"]);
    let counts = HookCounts { waiting: 1, failing: 1, given_up: 1 };
    assert_eq!(ok(store.hook_counts()), counts);
    let again = HookChange { next_at: Some(at(5)), ..change("c", HookState::Waiting) };
    commit(&mut *store, |it| it.hook_changes.push(again));
    assert_eq!(due(&*store, 29), ["c"], "a person had it tried again");
    commit(&mut *store, |it| it.hooks.push(hook("b", 40)));
    assert!(!due(&*store, 99).contains(&"b".to_owned()), "an answered key is not called anew");
}

fn calls_of_one_lane_go_one_after_the_other(mut store: Box<dyn Store>) {
    let on = |key: &str, lane: &str| Hook { lane: Some(lane.to_owned()), ..hook(key, 0) };
    commit(&mut *store, |it| it.hooks.extend([on("a1", "a"), on("a2", "a"), on("b1", "b")]));
    commit(&mut *store, |it| it.hooks.push(on("a3", "a")));
    assert_eq!(due(&*store, 9), ["a1", "b1"]);
    let later = HookChange { tries: 1, next_at: Some(at(50)), ..change("a1", HookState::Waiting) };
    commit(&mut *store, |it| it.hook_changes.push(later));
    assert_eq!(due(&*store, 9), ["b1"], "while the first is tried, the second waits");
    commit(&mut *store, |it| it.hook_changes.push(change("a1", HookState::Answered)));
    assert_eq!(due(&*store, 9), ["a2", "b1"]);
    commit(&mut *store, |it| it.hook_changes.push(change("a2", HookState::GivenUp)));
    assert_eq!(due(&*store, 9), ["b1", "a3"]);
    commit(&mut *store, |it| it.hook_changes.push(change("a3", HookState::Answered)));
    commit(&mut *store, |it| it.hooks.push(on("a4", "a")));
    assert_eq!(due(&*store, 9), ["b1", "a4"]);
}

fn ended_calls_are_forgotten_in_time(mut store: Box<dyn Store>) {
    let ended = |key: &str, state, after: i64| HookChange {
        tried_at: Some(at(after)),
        ..change(key, state)
    };
    commit(&mut *store, |it| {
        it.hooks.extend(["a", "b", "c", "d", "e"].map(|key| hook(key, 0)));
    });
    commit(&mut *store, |it| {
        it.hook_changes = vec![
            ended("a", HookState::Answered, 10),
            ended("b", HookState::Answered, 20),
            ended("c", HookState::GivenUp, 4),
            ended("d", HookState::GivenUp, 10),
        ];
    });
    let forget = ForgetHooks { answered: at(20), given_up: at(5) };
    commit(&mut *store, |it| it.forget_hooks = Some(forget));
    let left: Vec<String> =
        ok(store.hooks(None, None, 9)).into_iter().map(|it| it.hook.key).collect();
    assert_eq!(left, ["e", "d", "b"]);
}

fn calls_about_an_erased_person_are_forgotten(mut store: Box<dyn Store>) {
    let of = |key: &str, person| Hook { person, lane: Some("lane".to_owned()), ..hook(key, 0) };
    let (first, second) = (Some(PersonId(1)), Some(PersonId(2)));
    commit(&mut *store, |it| it.hooks.extend([of("a", first), of("b", first)]));
    commit(&mut *store, |it| it.hooks.push(Hook { lane: None, ..of("c", second) }));
    commit(&mut *store, |it| {
        it.erased.push(PersonId(1));
        it.hooks.push(of("gone", None));
    });
    let keys = |store: &dyn Store| -> Vec<String> {
        ok(store.hooks(None, None, 9)).into_iter().map(|it| it.hook.key).collect()
    };
    assert_eq!(keys(&*store), ["gone", "c"], "what is said of the erasure itself stays");
    assert_eq!(due(&*store, 9), ["c", "gone"], "and waits for nothing that was erased");
    commit(&mut *store, |it| it.hook_changes.push(change("gone", HookState::Answered)));
    assert!(ok(store.hook("gone")).expect("it is listed").hook.body.is_empty());
}

fn due(store: &dyn Store, after: i64) -> Vec<String> {
    let due = ok(store.due_hooks(at(after), 9, 9));
    due.into_iter().map(|it| it.hook.key).collect()
}

fn hook(key: &str, after: i64) -> Hook {
    Hook {
        key: key.to_owned(),
        url: "https://crm.example/in?x".to_owned(),
        body: b"{}".to_vec(),
        made: at(after),
        person: Some(PersonId(7)),
        lane: None,
    }
}

fn change(key: &str, state: HookState) -> HookChange {
    let (tries, tried_at, next_at) = (0, None, None);
    HookChange { key: key.to_owned(), state, tries, tried_at, next_at, detail: String::new() }
}

fn at(after: i64) -> Timestamp {
    Timestamp(T0.0 + after)
}
