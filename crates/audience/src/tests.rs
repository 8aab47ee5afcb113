//! Text in, text out for profiles and membership.

mod filling;
mod model_of_all_events;
mod properties;
mod verdicts_of_duckdb;

use super::*;
use ::model::{Channel, Event, EventFlags, EventKind, Map, SourceId, Span, Timestamp, Value};
use expr::{Expr, Truth, explain, parse};
use std::collections::BTreeSet;

#[test]
fn time_alone_ends_a_window_to_the_millisecond() {
    check(
        r#"recent: did("Order", last 30d)"#,
        "0 Order; 29d23h refresh; 29d23h59m59s999ms refresh; 30d refresh",
        "0s +recent next 30d; 30d -recent",
    );
}

#[test]
fn an_engine_that_waits_for_next_at_misses_nothing() {
    check(
        r#"lapsing: count("Order", last 365d) >= 2 and not did("Order", last 90d)"#,
        "0 Order; 10d Order; 100d wait; 100d wait; 375d wait",
        "100d +lapsing next 365d; 365d -lapsing",
    );
}

#[test]
fn late_events_count_from_when_they_happened() {
    check(
        r#"recent: did("Order", last 30d)"#,
        "40d Order @5d; 40d Order @20d; 50d wait",
        "40d +recent next 50d; 50d -recent",
    );
}

#[test]
fn the_newest_statement_of_a_trait_wins_whatever_arrives_first() {
    check(
        r#"pro: trait("plan") == "pro""#,
        "5d identify plan pro; 6d identify plan free @3d; 7d identify plan free @5d; \
         8d identify plan pro @6d; 9d identify plan null @7d; 10d identify plan pro @6d; \
         11d identify plan pro @7d",
        "5d +pro; 7d -pro; 8d +pro; 9d -pro; 11d +pro",
    );
}

#[test]
fn only_identify_and_the_context_state_traits() {
    check(
        r#"pro: trait("plan") == "pro""#,
        "1d track plan pro; 2d context plan pro; 3d context plan free",
        "2d +pro; 3d -pro",
    );
}

#[test]
fn nested_audiences_follow_each_other_in_one_step() {
    check(
        "c: audience(\"b\") and not audience(\"a\")\nb: not audience(\"a\")\na: did(\"Order\", last 1d)",
        "0 refresh; 1h Order; 2d wait",
        "0s +b +c; 1h +a -b -c next 1d1h; 1d1h -a +b +c",
    );
}

#[test]
fn consent_is_seen_at_the_next_refresh() {
    check(
        r#"reachable: consent("email", "offers")"#,
        "0 refresh; 1d consent; 2d withdraw",
        "1d +reachable; 2d -reachable",
    );
}

#[test]
fn an_expired_consent_ends_a_membership_at_its_moment() {
    check(
        r#"reachable: consent("email", "offers")"#,
        "1d consent until 30d; 60d wait",
        "1d +reachable next 30d; 30d -reachable",
    );
}

#[test]
fn filters_see_the_event_as_it_arrived() {
    check(r#"big: count("Order" where x > 50) >= 1"#, "0 Order 50; 1d Order 51", "1d +big");
    check(r#"home: did("Page Viewed" where name == "Home")"#, "0 page Home", "0s +home");
}

#[test]
fn a_property_that_is_no_number_adds_nothing() {
    check(
        r#"spent: sum("Order", x, last 10d) >= 100"#,
        "0 Order 60; 1d Order; 2d Order 40; 10d wait",
        "2d +spent next 10d; 10d -spent next 12d",
    );
}

#[test]
fn definitions_that_cannot_work_are_refused_by_name() {
    let check = |audiences: &str, others: &str, expected: &str| {
        let others: Vec<Expr> = others.lines().map(|it| parse(it).expect("a condition")).collect();
        let problems = Definitions::compile(&read_audiences(audiences), &others)
            .expect_err("refused")
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n");
        assert_eq!(problems, expected, "for `{audiences}`");
    };
    check(
        "a: audience(\"b\")\nb: audience(\"c\") or true\nc: not audience(\"b\")\nd: true",
        "",
        "audiences refer to each other in a circle: b → c → b\n  hint: state the condition of one of them in full",
    );
    check(
        r#"lapsing: audience("lapsign")"#,
        r#"audience("lapsnig")"#,
        "audience `lapsing`: there is no audience `lapsign`\n  hint: did you mean `lapsing`?\n\
         `audience(\"lapsnig\")`: there is no audience `lapsnig`\n  hint: did you mean `lapsing`?",
    );
    check(
        r#"a: property("x") > 3"#,
        "",
        "audience `a` reads a property of the event at hand\n  hint: membership is not about one event: write did(\"…\" where …)",
    );
    check("a: true\na: false", "", "there are two audiences `a`\n  hint: rename one of them");
}

#[test]
fn new_definitions_are_taken_over_at_the_next_event_or_refresh() {
    let old = compile("a: did(\"Order\", last 30d)\nb: true");
    let new = compile("a: did(\"Order\", last 30d)\nc: count(\"Order\") >= 1");
    let (mut profile, facts) = (Profile::default(), Known::default());
    profile.observe(&event("Order", 0), &old, &facts, at(0));
    let changes = profile.refresh(&new, &facts, at(1));
    assert_eq!(changes, [Change::Left("b".into())], "a new counter starts empty");
    let changes = profile.observe(&event("Order", 2), &new, &facts, at(2));
    assert_eq!(changes, [Change::Entered("c".into())]);
    // Back to the old ones, and to the new ones again: what was not kept in between is not believed.
    profile.refresh(&old, &facts, at(3));
    let changes = profile.refresh(&new, &facts, at(4));
    assert_eq!(changes, [Change::Left("b".into())]);
    let kept: Vec<&str> = profile.memberships().keys().map(String::as_str).collect();
    assert_eq!(kept, ["a"]);
}

#[test]
fn a_trait_set_by_a_journey_is_due_at_once() {
    let defs = compile("pro: trait(\"plan\") == \"pro\"\ncity: trait(\"home.city\") == \"Delft\"");
    let (mut profile, facts) = (Profile::default(), Known::default());
    profile.refresh(&defs, &facts, at(0));
    profile.set_trait("plan", Value::from("pro"), at(1));
    assert!(profile.next_at().is_some_and(|it| it <= at(1)));
    assert_eq!(profile.refresh(&defs, &facts, at(1)), [Change::Entered("pro".into())]);
    let home: Map = [("city".to_owned(), Value::from("Delft"))].into();
    let stated = identify("home", Value::Map(home), 2);
    let changes = profile.observe(&stated, &defs, &facts, at(2));
    assert_eq!(changes, [Change::Entered("city".into())]);
}

#[test]
fn traits_have_bounds_and_what_is_refused_is_counted() {
    let mut profile = Profile::default();
    for n in 0..MAX_TRAITS + 5 {
        profile.set_trait(format!("t{n}"), Value::from(true), at(0));
        profile.set_trait(format!("gone{n}"), Value::Null, at(0));
    }
    profile.set_trait("t0", Value::from("x".repeat(MAX_TRAIT_BYTES + 1)), at(1));
    assert_eq!((profile.traits.len(), profile.refused_traits), (MAX_TRAITS, 6));
    profile.set_trait("t0", Value::from("fits"), at(2));
    assert_eq!(profile.trait_value("t0"), Some(&Value::from("fits")));
}

/// The bound is what design section 6.3 promises: at most one step of the oldest is too much.
#[test]
fn a_crowded_window_is_kept_in_steps_and_says_so() {
    let defs = compile("busy: sum(\"Order\", x, last 100h) >= 1");
    let (mut profile, facts) = (Profile::default(), Known::default());
    let minute = |n: i64| Timestamp(n * Span::MINUTE.0);
    for n in 0..3_000 {
        profile.observe(&amount("Order", minute(n), 1.0), &defs, &facts, minute(n));
    }
    let spec = defs.condition("busy").expect("defined").counters().remove(0);
    for n in (3_000..12_000).step_by(37) {
        let exact = (0..3_000).filter(|it| n < it + 6_000).count() as f64;
        let view = View { profile: &profile, facts: &facts, event: None };
        let kept = expr::Lookup::counter(&view, &spec, minute(n)).value.expect("a sum");
        assert!(exact <= kept && kept <= exact + 60.0, "{kept} for {exact} at minute {n}");
    }
    let view = View { profile: &profile, facts: &facts, event: None };
    let why = explain(defs.condition("busy").expect("defined"), &view, minute(3_000));
    assert_eq!(
        why.detail,
        "sum of x over Order in the last 4d4h is 3000, needs at least 1 (after more than 256 of \
         them, kept in steps of 1h: the oldest step counts whole)"
    );
    assert!(serde_json::to_string(&profile).expect("JSON").len() < 2_000);
    // A year of one event every minute must not fill the record either.
    let defs = compile("busy: sum(\"Order\", x, last 365d) >= 1");
    for n in 0..100_000 {
        profile.observe(&amount("Order", minute(n * 5), 1.0), &defs, &facts, minute(n * 5));
    }
    assert!(serde_json::to_string(&profile).expect("JSON").len() < 8_000);
}

/// Design section 9: a person's hot record is 2 KB, of which a profile is about half.
#[test]
fn a_typical_person_is_about_a_kilobyte_and_survives_storage() {
    let defs = compile(
        "lapsing: count(\"Order\", last 365d) >= 2 and not did(\"Order\", last 90d)\n\
         big: sum(\"Order\", x, last 90d) >= 100\nnew: first(\"Order\") within last 30d\n\
         active: count(\"Page Viewed\", last 30d) >= 5",
    );
    let (mut profile, facts) = (Profile::default(), Known::default());
    for name in ["email", "first_name", "last_name", "plan", "city", "country", "birthday"] {
        let stated = identify(name, Value::from("a typical value"), 1_795_348_800_000);
        profile.observe(&stated, &defs, &facts, at(1_795_348_800_000));
    }
    for n in 0..10 {
        let time = Timestamp(1_795_348_800_000 + n * 60_000);
        profile.observe(&amount("Order", time, 19.99), &defs, &facts, time);
        profile.observe(&amount("Page Viewed", time, 1.0), &defs, &facts, time);
    }
    let stored = serde_json::to_string(&profile).expect("JSON");
    assert!(stored.len() < 1_300, "{} bytes: {stored}", stored.len());
    assert_eq!(serde_json::from_str::<Profile>(&stored).expect("a profile"), profile);
    assert_eq!(serde_json::from_str::<Profile>("{}").expect("a profile"), Profile::default());
}

/// Plays a script against audiences (`name: condition`, one a line) and tells what changed, with
/// the next moment of change where there is one.
///
/// Steps are `TIME what`: `Order [x] [@TIME]`, `identify NAME VALUE [@TIME]`, `context NAME VALUE`,
/// `track NAME VALUE`, `page NAME`, `consent [until TIME]`, `withdraw`, `refresh`, and `wait`, which refreshes at
/// each `next_at` until then.
fn check(audiences: &str, script: &str, expected: &str) {
    let defs = compile(audiences);
    let (mut profile, mut facts, mut told) = (Profile::default(), Known::default(), Vec::new());
    let mut tell = |now: Timestamp, changes: Vec<Change>, next: Option<Timestamp>| {
        if changes.is_empty() {
            return;
        }
        let changes: Vec<String> = changes
            .into_iter()
            .map(|it| match it {
                Change::Entered(name) => format!("+{name}"),
                Change::Left(name) => format!("-{name}"),
            })
            .collect();
        let next = next.map_or(String::new(), |it| format!(" next {}", Span(it.0)));
        told.push(format!("{} {}{next}", Span(now.0), changes.join(" ")));
    };
    for step in script.split(';') {
        let mut words: Vec<&str> = step.split_whitespace().collect();
        let now = read_time(words.remove(0));
        let time = words.iter().position(|it| it.starts_with('@')).map(|it| words.remove(it));
        let time = time.map_or(now, |it| read_time(&it[1..])).0;
        let changes = match words.as_slice() {
            ["wait"] => {
                while let Some(due) = profile.next_at().filter(|it| *it <= now) {
                    let changes = profile.refresh(&defs, &facts, due);
                    assert!(profile.next_at().is_none_or(|it| due < it), "stuck at {due}");
                    tell(due, changes, profile.next_at());
                }
                Vec::new()
            }
            ["refresh"] => profile.refresh(&defs, &facts, now),
            ["consent", "until", end] => {
                facts = Known { email: true, expires: Some(read_time(end)) };
                profile.refresh(&defs, &facts, now)
            }
            ["consent" | "withdraw"] => {
                facts.email = words == ["consent"];
                profile.refresh(&defs, &facts, now)
            }
            ["identify", name, value] => {
                profile.observe(&identify(name, read_value(value), time), &defs, &facts, now)
            }
            ["context", name, value] => {
                let mut event = event("Any", time);
                let traits: Map = [((*name).to_owned(), read_value(value))].into();
                event.context.insert("traits".to_owned(), Value::Map(traits));
                profile.observe(&event, &defs, &facts, now)
            }
            ["track", name, value] => {
                let mut event = event("Any", time);
                event.properties.insert((*name).to_owned(), read_value(value));
                profile.observe(&event, &defs, &facts, now)
            }
            ["page", name] => {
                let kind = EventKind::Page { name: (*name).to_owned() };
                profile.observe(&Event { kind, ..event("", time) }, &defs, &facts, now)
            }
            [name] => profile.observe(&event(name, time), &defs, &facts, now),
            [name, x] => {
                let event = amount(name, Timestamp(time), x.parse().expect("a number"));
                profile.observe(&event, &defs, &facts, now)
            }
            other => panic!("{other:?} is not a step"),
        };
        tell(now, changes, profile.next_at());
    }
    assert_eq!(told.join("; "), expected, "for `{audiences}` and `{script}`");
}

fn compile(audiences: &str) -> Definitions {
    Definitions::compile(&read_audiences(audiences), &[]).expect("definitions")
}

fn read_audiences(text: &str) -> Vec<(String, Expr)> {
    text.lines()
        .map(|line| {
            let (name, condition) = line.split_once(": ").expect("a name and a condition");
            (name.to_owned(), parse(condition).expect("a condition"))
        })
        .collect()
}

fn read_time(text: &str) -> Timestamp {
    if text == "0" { Timestamp(0) } else { Timestamp(Span::parse(text).expect("a time").0) }
}

fn read_value(text: &str) -> Value {
    if text == "null" { Value::Null } else { Value::from(text) }
}

fn at(millis: i64) -> Timestamp {
    Timestamp(millis)
}

fn event(name: &str, millis: i64) -> Event {
    Event {
        source: SourceId::new("test"),
        message_id: None,
        kind: EventKind::Track { name: name.to_owned() },
        user_id: None,
        anonymous_id: None,
        properties: Map::new(),
        context: Map::new(),
        time: Timestamp(millis),
        received: Timestamp(millis),
        flags: EventFlags::default(),
    }
}

fn amount(name: &str, time: Timestamp, x: f64) -> Event {
    let mut event = event(name, time.0);
    event.properties.insert("x".to_owned(), Value::Number(x));
    event
}

fn identify(name: &str, value: Value, millis: i64) -> Event {
    let properties = [(name.to_owned(), value)].into();
    Event { kind: EventKind::Identify, properties, ..event("", millis) }
}

#[derive(Default, Clone, Copy)]
struct Known {
    email: bool,
    expires: Option<Timestamp>,
}

impl Facts for Known {
    fn consent(&self, channel: Channel, _topic: &str, now: Timestamp) -> Truth {
        let expires = self.expires.filter(|it| now < *it);
        let holds = self.email
            && channel == Channel::Email
            && (self.expires.is_none() || expires.is_some());
        Truth { holds, changes_at: expires }
    }
}

fn names(profile: &Profile) -> BTreeSet<String> {
    profile.memberships().keys().cloned().collect()
}
