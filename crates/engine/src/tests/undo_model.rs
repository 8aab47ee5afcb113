//! Persons as folds over facts, slow and obvious, compared with the engine on random sequences of
//! events, merges and undos.
//!
//! Nothing is frozen here. A merge makes a tree of two, which keeps what came since beside it, and
//! an undo takes the tree apart; what a person is, is always folded anew from all facts in it.

use super::play::{output, output_filed};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const PROGRAMME: &str = r#"
== audiences/readers.yaml
audience: readers
when: count("Read") >= 2
== journeys/follow.yaml
journey: follow
trigger: {event: "Read"}
reentry: always
steps:
  - wait: 5d
  - message: {content: hello, channels: [onsite]}
"#;

/// The same with an audience of which nobody was counted before.
const LATER: &str = r#"
== audiences/often.yaml
audience: often
when: count("Read", last 365d) >= 3
"#;

/// Small users, addresses and cookies, so that everybody meets everybody.
#[derive(Clone, Debug, Default)]
struct Fact {
    /// Strongest first: users are `u…`, addresses `e…`, cookies `k…`.
    names: Vec<String>,
    colour: Option<u64>,
    reads: bool,
    says: Option<(&'static str, bool)>,
    /// Minutes since the beginning.
    at: u64,
}

#[derive(Clone, Debug)]
enum Step {
    Event(Fact),
    Undo(u64),
    Allow(u64),
}

#[derive(Clone, Debug)]
struct Node {
    id: u64,
    created: u64,
    names: BTreeSet<String>,
    /// Facts of this person alone; of a merged one, those since.
    facts: Vec<Fact>,
    /// What was said by somebody else while they were one, and counts here too.
    carried: Vec<Fact>,
    parts: Option<Box<Parts>>,
    apart: BTreeMap<u64, bool>,
}

#[derive(Clone, Debug)]
struct Parts {
    merge: u64,
    survivor: Node,
    absorbed: Node,
}

#[derive(Default)]
struct Model {
    people: Vec<Node>,
    persons: u64,
    merges: u64,
}

impl Model {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Event(fact) => self.event(fact),
            Step::Undo(merge) => self.undo(*merge),
            Step::Allow(merge) => {
                if self.people.iter().filter(|it| it.apart.contains_key(merge)).count() == 2 {
                    for person in &mut self.people {
                        person.apart.remove(merge);
                    }
                }
            }
        }
    }

    fn event(&mut self, fact: &Fact) {
        let mut members: Vec<usize> = Vec::new();
        let mut joins: Vec<String> = Vec::new();
        for name in &fact.names {
            let Some(owner) = self.people.iter().position(|it| it.names.contains(name)) else {
                joins.push(name.clone());
                continue;
            };
            if members.contains(&owner) {
                continue;
            }
            let users = |it: &BTreeSet<String>| -> Option<String> {
                it.iter().find(|name| name.starts_with('u')).cloned()
            };
            let mut here: BTreeSet<String> = joins.iter().cloned().collect();
            members.iter().for_each(|it| here.extend(self.people[*it].names.iter().cloned()));
            let (ours, theirs) = (users(&here), users(&self.people[owner].names));
            let guarded = ours.is_some() && theirs.is_some() && ours != theirs;
            let parted = members.iter().any(|it| {
                let (one, other) = (&self.people[*it].apart, &self.people[owner].apart);
                one.iter().any(|(merge, half)| other.get(merge).is_some_and(|it| it != half))
            });
            if !guarded && !parted {
                members.push(owner);
            }
        }
        let mut gathered: Vec<u64> = members.iter().map(|it| self.people[*it].id).collect();
        if gathered.is_empty() {
            self.persons += 1;
            self.people.push(Node {
                id: self.persons,
                created: fact.at,
                names: BTreeSet::new(),
                facts: Vec::new(),
                carried: Vec::new(),
                parts: None,
                apart: BTreeMap::new(),
            });
            gathered.push(self.persons);
        }
        let rank = |id: &u64| {
            let node = self.people.iter().find(|it| it.id == *id).expect("alive");
            (!node.names.iter().any(|it| it.starts_with('u')), node.created, node.id)
        };
        let survivor = *gathered.iter().min_by_key(|it| rank(it)).expect("somebody");
        for absorbed in gathered.into_iter().filter(|it| *it != survivor) {
            self.merge(survivor, absorbed);
        }
        let node = self.people.iter_mut().find(|it| it.id == survivor).expect("alive");
        node.names.extend(joins);
        node.facts.push(fact.clone());
    }

    fn merge(&mut self, survivor: u64, absorbed: u64) {
        let mut out = |id: u64| {
            let place = self.people.iter().position(|it| it.id == id).expect("alive");
            self.people.remove(place)
        };
        let (survivor, absorbed) = (out(survivor), out(absorbed));
        self.merges += 1;
        let mut apart = survivor.apart.clone();
        apart.extend(&absorbed.apart);
        self.people.push(Node {
            id: survivor.id,
            created: survivor.created.min(absorbed.created),
            names: survivor.names.union(&absorbed.names).cloned().collect(),
            facts: Vec::new(),
            carried: Vec::new(),
            parts: Some(Box::new(Parts { merge: self.merges, survivor, absorbed })),
            apart,
        });
    }

    fn undo(&mut self, merge: u64) {
        let is_it = |it: &Node| it.parts.as_ref().is_some_and(|it| it.merge == merge);
        // Inside another tree it waits for a later merge; nowhere, it was undone.
        let Some(place) = self.people.iter().position(is_it) else { return };
        let merged = self.people.remove(place);
        let Parts { mut survivor, mut absorbed, .. } = *merged.parts.expect("a tree");
        let mut said: BTreeMap<&str, Fact> = BTreeMap::new();
        let mut statements: Vec<&Fact> = merged.facts.iter().chain(&merged.carried).collect();
        statements.sort_by_key(|it| it.at);
        for fact in statements {
            if let Some((topic, _)) = fact.says {
                said.insert(topic, fact.clone());
            }
        }
        for fact in &merged.facts {
            let known = |it: &Node, name: &String| it.names.contains(name);
            let first =
                fact.names.iter().find(|it| known(&survivor, it) || known(&absorbed, it)).cloned();
            let theirs = first.is_some_and(|it| absorbed.names.contains(&it));
            let joined: Vec<String> = fact
                .names
                .iter()
                .filter(|it| merged.names.contains(*it))
                .filter(|it| !known(&survivor, it) && !known(&absorbed, it))
                .cloned()
                .collect();
            let half = if theirs { &mut absorbed } else { &mut survivor };
            half.names.extend(joined);
            half.facts.push(fact.clone());
        }
        for half in [&mut survivor, &mut absorbed] {
            half.apart.retain(|merge, _| merged.apart.contains_key(merge));
            for fact in said.values().filter(|it| it.says.is_some_and(|it| !it.1)) {
                half.carried.push(Fact { says: fact.says, at: fact.at, ..Fact::default() });
            }
        }
        survivor.apart.insert(merge, true);
        absorbed.apart.insert(merge, false);
        self.people.extend([survivor, absorbed]);
    }

    /// `often`: whether that audience is filled.
    fn show(&self, often: bool) -> Vec<String> {
        let mut people: Vec<&Node> = self.people.iter().collect();
        people.sort_by_key(|it| it.id);
        people.into_iter().map(|it| it.show(often)).collect()
    }
}

impl Node {
    fn all_facts(&self) -> Vec<Fact> {
        let mut all = self.facts.clone();
        if let Some(parts) = &self.parts {
            all.extend(parts.survivor.all_facts());
            all.extend(parts.absorbed.all_facts());
        }
        all.sort_by_key(|it| it.at);
        all
    }

    /// What each of those who became one had said, each with what was said since.
    fn groups(&self) -> Vec<Vec<Fact>> {
        let own: Vec<Fact> = self.facts.iter().chain(&self.carried).cloned().collect();
        let mut groups = match &self.parts {
            Some(parts) => [parts.survivor.groups(), parts.absorbed.groups()].concat(),
            None => vec![Vec::new()],
        };
        groups.iter_mut().for_each(|it| it.extend(own.iter().cloned()));
        groups
    }

    fn show(&self, often: bool) -> String {
        let kind = |it: &String| ["u", "e", "k"].iter().position(|kind| it.starts_with(kind));
        let mut names: Vec<&String> = self.names.iter().collect();
        names.sort_by_key(|it| (kind(it), (*it).clone()));
        let shown = |it: &&String| match it.chars().next() {
            Some('e') => format!("{it}@shop.example"),
            Some('k') => format!("~{it}"),
            _ => (*it).clone(),
        };
        let names: Vec<String> = names.iter().map(shown).collect();
        let mut text = format!("p{} = {}", self.id, names.join(" "));
        let facts = self.all_facts();
        if let Some(colour) = facts.iter().rev().find_map(|it| it.colour) {
            let _ = write!(text, "; colour={colour}");
        }
        match facts.iter().filter(|it| it.reads).count() {
            0 | 1 => {}
            2 => text.push_str("; in readers"),
            _ if often => text.push_str("; in often readers"),
            _ => text.push_str("; in readers"),
        }
        let mut said: BTreeMap<&str, bool> = BTreeMap::new();
        for mut group in self.groups() {
            group.sort_by_key(|it| it.at);
            let latest: BTreeMap<&str, bool> = group.iter().filter_map(|it| it.says).collect();
            for (topic, yes) in latest {
                let all = said.entry(topic).or_insert(yes);
                *all &= yes;
            }
        }
        let words: Vec<&str> =
            said.values().map(|yes| if *yes { "granted" } else { "withdrawn" }).collect();
        if !words.is_empty() {
            let _ = write!(text, "; says {}", words.join(" "));
        }
        text
    }
}

/// A reproducible series of numbers.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

fn some_step(chance: &mut Chance, at: u64, merges: u64) -> Step {
    if 0 < merges && chance.one_in(5) {
        // The latest ones mostly, since the others are refused.
        let merge = merges - chance.below(merges.min(3));
        return if chance.one_in(6) { Step::Allow(merge) } else { Step::Undo(merge) };
    }
    let mut fact = Fact { at, ..Fact::default() };
    for (kind, all, one_in) in [("u", 3, 2), ("e", 3, 2), ("k", 5, 1)] {
        if chance.one_in(one_in) && !(kind == "k" && chance.one_in(4) && !fact.names.is_empty()) {
            fact.names.push(format!("{kind}{}", chance.below(all)));
        }
    }
    match chance.below(4) {
        0 => fact.colour = Some(chance.below(9)),
        1 => fact.reads = true,
        2 => fact.says = Some((["news", "offers"][chance.below(2) as usize], chance.one_in(2))),
        _ => {}
    }
    if fact.reads || fact.says.is_some() {
        // Only an `identify` carries an address.
        fact.names.retain(|it| !it.starts_with('e'));
        if fact.names.is_empty() {
            fact.names.push(format!("k{}", chance.below(5)));
        }
    }
    Step::Event(fact)
}

/// The step as a line of a script.
fn line(step: &Step, at: u64) -> String {
    let time = format!("{}.{:02}:{:02}", 1 + at / 1_440, at / 60 % 24, at % 60);
    let fact = match step {
        Step::Undo(merge) => return format!("{time} undo j{merge}"),
        Step::Allow(merge) => return format!("{time} allow j{merge}"),
        Step::Event(fact) => fact,
    };
    let of = |kind: char| fact.names.iter().find(|it| it.starts_with(kind)).cloned();
    let (user, cookie) = (of('u').unwrap_or_default(), of('k'));
    let who = match cookie {
        Some(cookie) => format!("{user}~{cookie}"),
        None if user.is_empty() => "~".to_owned(),
        None => user,
    };
    let email = of('e').map(|it| format!(" email={it}@shop.example")).unwrap_or_default();
    let colour = fact.colour.map(|it| format!(" colour={it}")).unwrap_or_default();
    match (fact.reads, fact.says) {
        (true, _) => format!("{time} track {who} \"Read\""),
        (false, Some((topic, yes))) => {
            let state = if yes { "granted" } else { "withdrawn" };
            format!("{time} says {who} {state} {topic}")
        }
        (false, None) => format!("{time} identify {who}{email}{colour}"),
    }
}

/// When the second programme is applied, and when all that it needs of the past is read: until then,
/// undos are refused.
#[derive(Clone, Copy)]
struct Fill {
    applied: u64,
    done: u64,
}

fn compare(seed: u64, steps: u64, fill: Option<Fill>) -> (u64, u64) {
    let (mut chance, mut model) = (Chance(seed), Model::default());
    let (mut script, mut expected, mut undone) = (String::new(), Vec::new(), 0);
    if fill.is_some() {
        script.push_str("1.08:59 history\n");
    }
    for n in 0..steps {
        let at = 540 + n * 7;
        if let Some(fill) = fill {
            if n == fill.applied {
                script.push_str("apply 2\n");
            }
            if n == fill.done {
                script.push_str("fill\n");
            } else if fill.applied < n && n < fill.done && chance.one_in(2) {
                script.push_str("fill on\n");
            }
        }
        let fills = fill.is_some_and(|it| it.applied <= n && n < it.done);
        let filled = fill.is_some_and(|it| it.done <= n);
        let step = some_step(&mut chance, at, model.merges);
        let before = model.people.len();
        if !fills || !matches!(step, Step::Undo(_)) {
            model.take(&step);
        }
        undone += u64::from(matches!(step, Step::Undo(_)) && before < model.people.len());
        let _ = writeln!(script, "{}", line(&step, at));
        if chance.one_in(9) {
            script.push_str("crash ; start\n");
            if filled {
                // What the crash took of it is read again.
                script.push_str("fill\n");
            }
        }
        if chance.one_in(3) || n + 1 == steps {
            script.push_str("show people\n");
            expected.extend(model.show(filled));
        }
    }
    let programme = format!("{PROGRAMME}==== 2{PROGRAMME}{LATER}");
    let actual = output(&programme, &script);
    if fill.is_none() {
        assert_eq!(output_filed(&programme, &script), actual, "seed {seed}: with a history");
    }
    let without_runs = |line: &str| {
        let parts = line.split("; ").filter(|it| !it.starts_with("at "));
        parts.collect::<Vec<_>>().join("; ")
    };
    let actual: Vec<String> =
        actual.lines().filter(|it| it.starts_with('p')).map(without_runs).collect();
    let differs = actual.iter().zip(&expected).find(|(a, b)| a != b);
    assert!(actual == expected, "seed {seed}: was and should be {differs:?}\n{script}");
    (model.merges, undone)
}

#[test]
fn every_person_is_what_their_own_facts_make_them() {
    let (mut merges, mut undone) = (0, 0);
    let runs = if std::env::var_os("FULCRUM_SLOW").is_some() { 3_000 } else { 40 };
    for seed in 0..runs {
        let counted = compare(seed, 40, None);
        merges += counted.0;
        undone += counted.1;
    }
    // Otherwise the comparison would say nothing.
    assert!(3 * runs < merges && runs < undone, "{merges} merges, {undone} undone");
}

/// Also what was counted only later, wherever the fill stands when two become one.
#[test]
fn every_person_is_what_their_own_facts_make_them_after_a_fill_too() {
    let (mut merges, mut undone) = (0, 0);
    let runs = if std::env::var_os("FULCRUM_SLOW").is_some() { 3_000 } else { 40 };
    for seed in 0..runs {
        let mut chance = Chance(seed + 77);
        let applied = 3 + chance.below(20);
        let fill = Fill { applied, done: applied + 1 + chance.below(6) };
        let counted = compare(seed, 40, Some(fill));
        merges += counted.0;
        undone += counted.1;
    }
    assert!(3 * runs < merges && 0 < undone, "{merges} merges, {undone} undone");
}
