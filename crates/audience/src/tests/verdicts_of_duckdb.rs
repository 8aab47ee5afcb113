//! What DuckDB says of the same people: `tests/slow/clients/conditions_duckdb.py` makes random conditions as trees
//! and random histories, writes its own SQL for each, and notes who fits when. The committed file is
//! read always; `tests/slow/run.sh conditions` gives thousands more on standard input.

use crate::{Definitions, Facts, Profile, Truth};
use expr::{Expr, Tree};
use model::{Channel, Event, Map, Span, Timestamp, Value};
use serde::Deserialize;

const COMMITTED: &str = include_str!("../../../../fixtures/conditions/duckdb.jsonl");

/// Audiences that are compiled together; all of them would need too many counters.
const AT_ONCE: usize = 150;

#[derive(Deserialize)]
struct World {
    people: Vec<Person>,
    moments: Vec<Timestamp>,
}

#[derive(Deserialize)]
struct Person {
    traits: Map,
    consent: bool,
    events: Vec<Seen>,
}

#[derive(Deserialize)]
struct Seen {
    name: String,
    time: Timestamp,
    received: Timestamp,
    properties: Map,
}

#[derive(Deserialize)]
struct Case {
    tree: Tree,
    /// A digit for each person and moment.
    holds: String,
}

struct Agreed(bool);

impl Facts for Agreed {
    fn consent(&self, channel: Channel, topic: &str, _now: Timestamp) -> Truth {
        Truth::lasting(self.0 && channel == Channel::Email && topic == "t")
    }
}

impl Person {
    /// Which of the audiences the person is in at each moment, kept step by step. Between the moments the
    /// profile is looked at only when it is due.
    fn memberships(&self, defs: &Definitions, moments: &[Timestamp]) -> Vec<Profile> {
        let facts = Agreed(self.consent);
        let mut profile = Profile::default();
        let start = moments[0] - Span::days(365);
        for (name, value) in &self.traits {
            profile.set_trait(name, value.clone(), start);
        }
        profile.refresh(defs, &facts, start);
        let mut waiting = self.events.iter().peekable();
        let mut seen = Vec::new();
        for now in moments {
            while let Some(it) = waiting.next_if(|it| it.received <= *now) {
                let (received, properties) = (it.received, it.properties.clone());
                let event = Event { received, properties, ..super::event(&it.name, it.time.0) };
                profile.observe(&event, defs, &facts, it.received);
            }
            if profile.next_at().is_some_and(|due| due <= *now) {
                profile.refresh(defs, &facts, *now);
            }
            seen.push(profile.clone());
        }
        seen
    }
}

/// The conditions on which the two differ, and how many there were.
fn differences(text: &str) -> (Vec<String>, usize) {
    let mut lines = text.lines();
    let world: World = serde_json::from_str(lines.next().expect("a world")).expect("a world");
    let cases: Vec<Case> =
        lines.map(|it| serde_json::from_str(it).unwrap_or_else(|e| panic!("{e}: {it}"))).collect();
    let mut found = Vec::new();
    for cases in cases.chunks(AT_ONCE) {
        let audiences: Vec<(String, Expr)> = (cases.iter().enumerate())
            .map(|(n, case)| {
                let expr = Expr::from_tree(&case.tree);
                (format!("a{n}"), expr.unwrap_or_else(|it| panic!("{it}: {:?}", case.tree)))
            })
            .collect();
        let defs = Definitions::compile(&audiences, &[]).expect("definitions");
        let seen: Vec<Profile> =
            world.people.iter().flat_map(|it| it.memberships(&defs, &world.moments)).collect();
        for (case, (name, expr)) in cases.iter().zip(&audiences) {
            let own: String = (seen.iter())
                .map(|it| if it.memberships().contains_key(name) { '1' } else { '0' })
                .collect();
            if own != case.holds {
                found.push(format!("{expr}\n  duckdb {}\n  ours   {own}", case.holds));
            }
        }
    }
    (found, cases.len())
}

#[test]
fn duckdb_says_the_same_of_random_conditions_and_histories() {
    let text = match std::env::var_os("FULCRUM_CONDITIONS") {
        Some(_) => std::io::read_to_string(std::io::stdin()).expect("standard input"),
        None => COMMITTED.to_owned(),
    };
    let (found, conditions) = differences(&text);
    assert!(found.is_empty(), "{} of {conditions} differ\n{}", found.len(), found.join("\n"));
    assert!(100 <= conditions, "only {conditions} conditions");
}

/// The comparison can fail: one verdict turned round is found.
#[test]
fn a_wrong_verdict_is_found() {
    let (world, cases) = COMMITTED.split_once('\n').expect("lines");
    let first = cases.lines().next().expect("a case");
    let mut case: serde_json::Value = serde_json::from_str(first).expect("JSON");
    let holds = case["holds"].as_str().expect("verdicts");
    let turned = if holds.starts_with('0') { "1" } else { "0" };
    case["holds"] = format!("{turned}{}", &holds[1..]).into();
    assert_eq!(differences(&format!("{world}\n{case}")).0.len(), 1);
    assert_eq!(differences(&format!("{world}\n{first}")).0.len(), 0);
}

/// Every kind of condition and term that DuckDB can judge is among the committed ones, and holds for some
/// and not for others.
#[test]
fn the_committed_conditions_are_of_every_kind() {
    let vocabulary = expr::vocabulary();
    let forms = [vocabulary.groups, vocabulary.conditions, vocabulary.terms].concat();
    for kind in forms.iter().map(|it| it.kind).filter(|it| *it != "audience") {
        let named = format!("\"kind\":\"{kind}\"");
        let cases = COMMITTED.lines().skip(1).filter(|it| it.contains(&named));
        let verdicts: Vec<Value> = cases
            .map(|it| serde_json::from_str::<Map>(it).expect("a case")["holds"].clone())
            .collect();
        let has = |digit: char| {
            verdicts.iter().any(|it| it.as_text().is_some_and(|it| it.contains(digit)))
        };
        assert!(has('0') && has('1'), "{kind} is not judged");
    }
}
