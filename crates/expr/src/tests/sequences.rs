//! Sequences against their definition: every choice of events is tried, and every moment asked.

use super::world::World;
use crate::{evaluate, parse};
use model::{Map, Span, Timestamp};
use proptest::prelude::*;

/// A sequence by its definition, with seconds for times. `steps` are names with the limit after the step
/// before.
#[derive(Clone, Debug)]
struct Wanted {
    steps: Vec<(char, Option<i64>)>,
    absent: Option<(char, i64)>,
    without: Option<char>,
    window: Option<i64>,
}

impl Wanted {
    fn text(&self) -> String {
        let mut text = String::from("sequence(");
        for (n, (name, within)) in self.steps.iter().enumerate() {
            let then = if n == 0 { "" } else { ", then " };
            let within = within.map_or(String::new(), |it| format!(" within {it}s"));
            text.push_str(&format!("{then}\"{name}\"{within}"));
        }
        if let Some((name, span)) = self.absent {
            text.push_str(&format!(", then not \"{name}\" within {span}s"));
        }
        if let Some(name) = self.without {
            text.push_str(&format!(", without \"{name}\""));
        }
        if let Some(window) = self.window {
            text.push_str(&format!(", last {window}s"));
        }
        text.push(')');
        text
    }

    fn holds(&self, events: &[(char, i64)], now: i64) -> bool {
        self.choices(events, &mut Vec::new(), now)
    }

    /// Tries every event for the next step.
    fn choices(&self, events: &[(char, i64)], chosen: &mut Vec<i64>, now: i64) -> bool {
        let Some((name, within)) = self.steps.get(chosen.len()) else {
            return self.stands(events, chosen, now);
        };
        events.iter().filter(|it| it.0 == *name).any(|(_, time)| {
            if let Some(before) = chosen.last()
                && (time <= before || within.is_some_and(|it| before + it <= *time))
            {
                return false;
            }
            chosen.push(*time);
            let found = self.choices(events, chosen, now);
            chosen.pop();
            found
        })
    }

    fn stands(&self, events: &[(char, i64)], chosen: &[i64], now: i64) -> bool {
        let (first, last) = (chosen[0], chosen[chosen.len() - 1]);
        let complete = last + self.absent.map_or(0, |it| it.1);
        let between = |name: char, from: i64| {
            events.iter().any(|it| it.0 == name && from < it.1 && it.1 < complete)
        };
        self.absent.is_none_or(|(name, _)| !between(name, last) && complete <= now)
            && self.without.is_none_or(|name| !between(name, first))
            && self.window.is_none_or(|it| now < complete + it)
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let name = || prop::sample::select(vec!['A', 'B', 'C']);
    let step = (name(), prop::option::of(1..9i64));
    (
        name(),
        prop::collection::vec(step, 0..4),
        prop::option::of((name(), 1..9i64)),
        prop::option::of(name()),
        prop::option::of(1..20i64),
    )
        .prop_filter("two steps", |it| !it.1.is_empty() || it.2.is_some())
        .prop_map(|(first, then, absent, without, window)| {
            let steps = [(first, None)].into_iter().chain(then).collect();
            Wanted { steps, absent, without, window }
        })
}

fn events() -> impl Strategy<Value = Vec<(char, i64)>> {
    prop::collection::vec((prop::sample::select(vec!['A', 'B', 'C']), 0..30i64), 0..14)
}

fn world(events: &[(char, i64)]) -> World {
    let events = events.iter().map(|it| (it.0.to_string(), at(it.1), Map::new())).collect();
    World { events, ..World::default() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_795_348_800_000) + Span::seconds(seconds)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: super::properties::cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_sequence_holds_when_some_choice_of_events_fits(wanted in wanted(), events in events()) {
        let expr = parse(&wanted.text()).expect("a sequence");
        let world = world(&events);
        let mut announced: Option<Timestamp> = None;
        let mut before = None;
        for now in -1..70 {
            let truth = evaluate(&expr, &world, at(now));
            prop_assert_eq!(truth.holds, wanted.holds(&events, now), "{} at {}", wanted.text(), now);
            prop_assert!(truth.changes_at.is_none_or(|it| at(now) < it));
            // What turned was announced, and what was announced turned: the moment is exact.
            if let Some(before) = before {
                prop_assert_eq!(before != truth.holds, announced == Some(at(now)), "{} at {}", wanted.text(), now);
            }
            (before, announced) = (Some(truth.holds), truth.changes_at);
        }
    }
}
