//! A post meets a network that does anything, and a process that may end at any moment.

use crate::{PartState, PostAnswer, PostTask, Posting, Standing};
use model::{Network, Post, PostPart, PostRef, Published, PublisherError, Span, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn post(parts: usize) -> Post {
    let part = |n: usize| PostPart { text: format!("part {n}"), ..PostPart::default() };
    Post { network: Network::Mastodon, parts: (0..parts).map(part).collect(), language: None }
}

/// How a network treats one order.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Takes,
    /// It stands, and nobody hears of it.
    TakesSilently,
    /// It does not stand, and nobody hears of it.
    LosesSilently,
    Later,
    Refuses,
    /// It stands, and the process ends before the answer.
    TakesAndCrash,
    Crash,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Takes),
        1 => Just(Fate::TakesSilently),
        1 => Just(Fate::LosesSilently),
        2 => Just(Fate::Later),
        1 => Just(Fate::Refuses),
        1 => Just(Fate::TakesAndCrash),
        1 => Just(Fate::Crash),
    ]
}

#[derive(Default)]
struct World {
    /// Copies by part: how often each was made.
    copies: BTreeMap<usize, u32>,
    order: Vec<usize>,
}

impl World {
    fn make(&mut self, part: usize) -> PostRef {
        *self.copies.entry(part).or_default() += 1;
        self.order.push(part);
        PostRef { id: part.to_string(), ..PostRef::default() }
    }

    fn answer(&mut self, task: PostTask, fate: Fate) -> Option<PostAnswer> {
        let detail = "so it is".to_owned();
        let later = PublisherError::Later { detail: detail.clone(), retry_after: None };
        Some(match (task, fate) {
            (_, Fate::Crash) => return None,
            (PostTask::Publish(part), Fate::TakesAndCrash) => {
                self.make(part);
                return None;
            }
            (_, Fate::TakesAndCrash) => return None,
            (PostTask::Publish(part), Fate::Takes) => {
                PostAnswer::Published(Published::Done(self.make(part)))
            }
            (PostTask::Publish(part), Fate::TakesSilently) => {
                self.make(part);
                PostAnswer::Published(Published::Lost { detail })
            }
            (PostTask::Publish(_), Fate::LosesSilently) => {
                PostAnswer::Published(Published::Lost { detail })
            }
            (PostTask::Publish(_), Fate::Later) => {
                PostAnswer::Published(Published::Later { detail, retry_after: None })
            }
            (PostTask::Publish(_), Fate::Refuses) => {
                PostAnswer::Published(Published::Refused { detail })
            }
            (PostTask::Find(part), Fate::Takes) => {
                let found = self
                    .copies
                    .get(&part)
                    .map(|_| PostRef { id: part.to_string(), ..PostRef::default() });
                PostAnswer::Found(Ok(found))
            }
            // A network that answers, and cannot tell.
            (PostTask::Find(_), Fate::LosesSilently) => PostAnswer::Found(Ok(None)),
            (PostTask::Find(_), _) => PostAnswer::Found(Err(later)),
            (PostTask::Edit(part), _) => {
                PostAnswer::Edited(Ok(PostRef { id: part.to_string(), ..PostRef::default() }))
            }
            (PostTask::Delete(_), _) => PostAnswer::Deleted(Ok(())),
            (PostTask::Count, Fate::Takes) => {
                let parts = self.copies.len();
                PostAnswer::Counted(Ok(vec![Some(model::PostMetrics::default()); parts]))
            }
            (PostTask::Count, _) => PostAnswer::Counted(Err(later)),
        })
    }
}

/// Lives until nothing more happens by itself, as the engine would.
fn live(parts: usize, fates: Vec<Fate>) -> (Posting, World) {
    let mut posting = Posting::new(post(parts), NOW, Span::hours(12));
    let (mut world, mut fates) = (World::default(), fates.into_iter());
    let mut now = NOW;
    for _ in 0..2_000 {
        posting.expire(now);
        let Some(wake) = posting.wake_at(true) else { return (posting, world) };
        // What is stored is what is read again.
        let stored = serde_json::to_string(&posting).expect("plain data");
        posting = serde_json::from_str(&stored).expect("what was stored");
        let over = posting.over();
        now = now.max(if now < over { wake.min(over) } else { wake });
        let Some(task) = posting.next(now, true) else { continue };
        posting.claim(task, now);
        let fate = fates.next().unwrap_or(Fate::Takes);
        match world.answer(task, fate) {
            Some(answer) => posting.answer(&answer, now),
            None => posting.found_on_the_wire(now),
        }
    }
    panic!("it never comes to rest: {posting:?}");
}

proptest! {
    #[test]
    fn no_part_is_ever_published_twice_and_threads_are_in_order(
        parts in 1_usize..4,
        fates in prop::collection::vec(fate(), 0..60),
    ) {
        let (posting, world) = live(parts, fates);
        prop_assert!(world.copies.values().all(|it| *it == 1), "{:?}", world.copies);
        prop_assert!(world.order.is_sorted(), "{:?}", world.order);
        for (part, state) in posting.parts.iter().enumerate() {
            let made = world.copies.contains_key(&part);
            match state {
                PartState::Stands { .. } => prop_assert!(made, "part {part} stands nowhere"),
                // Nothing is called off here, so only a count that finds it gone makes it so.
                PartState::Refused { .. } | PartState::Late => prop_assert!(!made, "part {part}"),
                PartState::Lost { look_at, .. } => prop_assert!(look_at.is_none()),
                PartState::Waiting { .. } => {
                    let before = &posting.parts[..part];
                    prop_assert!(before.iter().any(|it| !it.stands()), "part {part} waits");
                }
                PartState::Gone => prop_assert!(false, "nobody took part {part} back"),
            }
        }
        prop_assert!(posting.standing().is_ended() || posting.standing() == Standing::Waiting);
    }
}

#[test]
fn a_late_answer_to_something_else_changes_nothing() {
    let mut posting = Posting::new(post(1), NOW, Span::HOUR);
    posting.claim(PostTask::Publish(0), NOW);
    let before = posting.clone();
    posting.answer(&PostAnswer::Deleted(Ok(())), NOW);
    assert_eq!(posting, before);
    posting.answer(&PostAnswer::Published(Published::Done(PostRef::default())), NOW);
    let stands = posting.clone();
    posting.answer(&PostAnswer::Published(Published::Lost { detail: String::new() }), NOW);
    assert_eq!(posting, stands);
}
