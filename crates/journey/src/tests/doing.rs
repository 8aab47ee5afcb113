//! Steps that do something beside messages, loops, and who may begin how often.

use super::notation::{START, check, play, read_journeys};
use super::written::parse_journeys;
use crate::*;
use model::{Span, Value};

#[test]
fn a_loop_goes_round_as_often_as_it_says_and_each_round_has_its_keys() {
    check(
        "
journey t on A
  repeat 3
    message m
    wait 1d
  message bye
        ",
        "0 event A; 1d tick; 2d tick; 3d tick; 4d tick",
        "
        0 r1 starts t v1
        0 m by email as journey/t/r1/0.round.0/1
        1d m by email as journey/t/r1/0.round.0/2
        2d m by email as journey/t/r1/0.round.0/3
        3d bye by email as journey/t/r1/1/1
        3d r1 ends: completed
        ",
    );
}

#[test]
fn a_loop_ends_as_soon_as_its_condition_fails_before_a_round() {
    check(
        "
journey t on A
  repeat 100 while not audience(\"vip\")
    message m
    until entered vip 1d
  set done=1
        ",
        "0 event A; 1d tick; 1d2h entered vip; 9d tick",
        "
        0 r1 starts t v1
        0 m by email as journey/t/r1/0.round.0/1
        1d m by email as journey/t/r1/0.round.0/2
        1d2h r1 sets done=1
        1d2h r1 ends: completed
        ",
    );
}

#[test]
fn a_loop_in_a_loop_never_asks_twice_under_one_key() {
    check(
        "
journey t on A
  repeat 2
    message out
    repeat 2
      message in
        ",
        "0 event A",
        "
        0 r1 starts t v1
        0 out by email as journey/t/r1/0.round.0/1
        0 in by email as journey/t/r1/0.round.1.round.0/1
        0 in by email as journey/t/r1/0.round.1.round.0/2
        0 out by email as journey/t/r1/0.round.0/2
        0 in by email as journey/t/r1/0.round.1.round.0/3
        0 in by email as journey/t/r1/0.round.1.round.0/4
        0 r1 ends: completed
        ",
    );
}

/// A thousand rounds at once are more than one call may take: the rest goes on by itself.
#[test]
fn a_loop_without_a_wait_is_cut_into_calls_and_ends() {
    let text = "journey t on A\n  repeat 1000\n    set n=1\n  set done=1";
    let mut player = super::notation::Player::new(read_journeys(text));
    let mut out = play(&mut player, "0 event A");
    let mut calls = 0;
    while player.runs.next_at().is_some_and(|it| it <= START) {
        calls += 1;
        out.push_str(&play(&mut player, "0 tick"));
    }
    assert_eq!(out.matches("sets n=1").count(), 1_000);
    assert!(out.ends_with("sets done=1\n0 r1 ends: completed\n"));
    assert_eq!(calls, 2, "2,002 steps, 1,000 a call");
}

#[test]
fn a_loop_that_cares_for_its_messages_is_told_of_each_by_its_visit() {
    check(
        "
journey t on A
  repeat 2
    message m email
      set missed=1
        ",
        "0 event A; 1h sent journey/t/r1/0.round.0/1; 2h sent journey/t/r1/0.round.0/1
         3h unsent journey/t/r1/0.round.0/2",
        "
        0 r1 starts t v1
        0 m by email as journey/t/r1/0.round.0/1
        1h m by email as journey/t/r1/0.round.0/2
        3h r1 sets missed=1
        3h r1 ends: completed
        ",
    );
}

#[test]
fn loops_are_bounded_also_inside_each_other() {
    let told = |text: &str| {
        let journey = parse_journeys(&format!("journey t on A\n{text}")).remove(0);
        crate::check(&journey).into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(told("  repeat 1000\n    wait 1d"), "");
    assert_eq!(
        told("  repeat 1001\n    wait 1d"),
        "step 0: it goes round 1001 times, with the loops around it"
    );
    assert_eq!(
        told("  repeat 100\n    repeat 11\n      wait 1d"),
        "step 0.round.0: it goes round 1100 times, with the loops around it"
    );
    assert_eq!(
        told("  repeat 2\n    end\n  wait 1d"),
        "step 1: no run can get here, since all ways before it end"
    );
    assert_eq!(told("  repeat 2 while trait(\"x\")\n    end\n  wait 1d"), "");
    assert_eq!(
        told("  hook ftp://x.example"),
        "step 0: there is no https:// or http:// in the url of the webhook"
    );
    assert_eq!(told("  hook https://"), "step 0: there is no host in the url of the webhook");
    assert_eq!(
        told("  hook https://a:b@x.example"),
        "step 0: there is a name or password in the url of the webhook"
    );
    assert_eq!(told("  tag"), "step 0: no tag is added or removed");
    assert_eq!(told("  tag +a -a"), "step 0: a tag is there twice");
}

const TAGS: &str = "journey t on A\n  reentry always\n  tag +new +seen -old";

#[test]
fn tags_are_a_list_in_which_each_stands_once() {
    check(
        TAGS,
        "0 event A; 1h event A",
        "0 r1 starts t v1
         0 r1 sets tags=new, seen
         0 r1 ends: completed
         1h r2 starts t v1
         1h r2 sets tags=new, seen
         1h r2 ends: completed",
    );
    check(
        TAGS,
        "0 trait tags=old; 0 event A",
        "0 r1 starts t v1
         0 r1 sets tags=new, seen
         0 r1 ends: completed",
    );
}

/// Neither the run nor the other runs stop.
#[test]
fn a_step_that_cannot_be_done_is_told_and_the_run_goes_on() {
    check(
        "
journey broken on A
  tag +new
  lead hot
  message m
journey sound on A
  message n
        ",
        "0 trait tags=7; 0 event A",
        "
        0 r1 starts broken v1
        0 r1 fails at 0: tags_are_no_list
        0 r1 fails at 1: nobody_to_tell
        0 m by email as journey/broken/r1/2/1
        0 r1 ends: completed
        0 r2 starts sound v1
        0 n by email as journey/sound/r2/0/1
        0 r2 ends: completed
        ",
    );
}

#[test]
fn nobody_gets_more_tags_than_a_condition_can_list() {
    let step = Tags { add: vec!["one more".to_owned()], remove: Vec::new() };
    let full = Value::List((0..MAX_TAGS).map(|it| Value::from(format!("t{it}"))).collect());
    let tagged = |before: &Value, step: &Tags| crate::actions::tagged(Some(before), step);
    assert_eq!(tagged(&full, &step), Err(Failure::TooManyTags));
    let step = Tags { add: Vec::new(), remove: vec!["t7".to_owned()] };
    assert!(matches!(tagged(&full, &step), Ok(Value::List(it)) if it.len() == MAX_TAGS - 1));
}

#[test]
fn a_webhook_sends_what_it_is_told_to_and_null_for_what_is_missing() {
    check(
        "journey t on A\n  hook https://crm.example/x kind=lead plan=trait:plan n=property:n q=property:q",
        "0 trait plan=pro; 0 event A n=5",
        "0 r1 starts t v1
         0 r1 calls https://crm.example/x kind=lead n=5 plan=pro q= as journey/t/r1/0/1
         0 r1 ends: completed",
    );
}

#[test]
fn sales_is_told_through_the_owner_of_the_person_or_somebody_else() {
    let text = "journey t on A\n  lead asks for a price else team@shop.example";
    check(
        text,
        "0 trait sales_owner=sam@shop.example; 0 event A",
        "0 r1 starts t v1
         0 lead `asks for a price` for sam@shop.example as r1.0.1
         0 r1 ends: completed",
    );
    check(
        text,
        "0 event A",
        "0 r1 starts t v1
         0 lead `asks for a price` for team@shop.example as r1.0.1
         0 r1 ends: completed",
    );
    let mut journey = parse_journeys("journey t on A\n  lead hot").remove(0);
    journey.owner = "crm@shop.example".to_owned();
    let mut journeys = Journeys::new();
    journeys.insert(journey).unwrap();
    let mut player = super::notation::Player::new(journeys);
    let out = play(&mut player, "0 event A");
    assert!(out.contains("lead `hot` for crm@shop.example as r1.0.1"), "{out}");
}

#[test]
fn the_first_of_several_ends_a_wait() {
    let text = "journey t on A\n  until B|entered vip|left lapsing 3d end\n  message m";
    let goes = |script: &str, at: &str| {
        check(
            text,
            script,
            &format!(
                "0 r1 starts t v1\n{at} m by email as journey/t/r1/1/1\n{at} r1 ends: completed"
            ),
        );
    };
    goes("0 member lapsing; 0 event A; 1h event B", "1h");
    goes("0 member lapsing; 0 event A; 1h entered vip", "1h");
    goes("0 member lapsing; 0 event A; 1h left lapsing", "1h");
    // Not in the audience: it has left already.
    goes("0 event A", "0");
    check(
        text,
        "0 member lapsing; 0 event A; 1h left vip; 3d tick",
        "0 r1 starts t v1\n3d r1 ends: timed_out",
    );
}

#[test]
fn a_journey_is_begun_by_its_name_and_by_no_other() {
    check(
        "
journey t on call
  key n
  reentry always
  wait 1h
  message m
journey u on call
  message m
        ",
        "0 event t; 0 call t n=1; 0 call t n=1; 0 call t n=2; 0 call x; 0 call t; 1h tick",
        "
        0 r1 starts t v1 for 1
        0 no t: already_active
        0 r2 starts t v1 for 2
        0 no t: no_key
        1h m by email n=1 as journey/t/r1/1/1
        1h r1 ends: completed
        1h m by email n=2 as journey/t/r2/1/1
        1h r2 ends: completed
        ",
    );
}

#[test]
fn what_somebody_says_to_us_begins_a_journey() {
    let mut player = super::notation::Player::new(read_journeys(
        "journey any on conversation\n  reentry always\n  set any=1
journey angry on conversation complaint\n  set angry=1",
    ));
    let mut say = |name: &str, hours: i64| {
        let now = START + Span::hours(hours);
        let event = super::notation::event(name, now, now, model::Map::new());
        let commands = player.feed(&super::notation::Happens::Event(event), now);
        let begun = commands.iter().filter_map(|it| match it {
            Command::Started { journey, .. } => Some(journey.to_string()),
            _ => None,
        });
        begun.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(say("Email Replied", 0), "any");
    assert_eq!(say("Email Complained", 1), "angry any");
    assert_eq!(say("Email Auto-Replied", 2), "");
    assert_eq!(say("Email Bounced", 3), "");
}

#[test]
fn nobody_begins_more_often_than_the_journey_allows() {
    check(
        "journey t on A\n  reentry always\n  key k\n  entries 2 10d\n  set x=1",
        "0 event A k=1; 1d event A k=2; 2d event A k=3; 9d23h event A k=4; 10d event A k=5; 10d event A k=6
         11d event A k=7",
        "
        0 r1 starts t v1 for 1
        0 r1 sets x=1
        0 r1 ends: completed
        1d r2 starts t v1 for 2
        1d r2 sets x=1
        1d r2 ends: completed
        2d no t: entry_cap
        9d23h no t: entry_cap
        10d r3 starts t v1 for 5
        10d r3 sets x=1
        10d r3 ends: completed
        10d no t: entry_cap
        11d r4 starts t v1 for 7
        11d r4 sets x=1
        11d r4 ends: completed
        ",
    );
}

/// What was stored before loops, entries and times were known is read as it was.
#[test]
fn runs_of_before_are_read() {
    let stored = r#"{"active":[{"id":1,"journey":"t","version":1,"started":0,"since":0,"step":"0","wake":5}],
        "past":[{"journey":"t","started":0}],"drawn":[{"journey":"t","step":"1","arm":"a","at":0}]}"#;
    let runs: Runs = serde_json::from_str(stored).unwrap();
    assert_eq!((runs.active()[0].visit, runs.next_at()), (1, Some(model::Timestamp(5))));
    let again = serde_json::to_string(&runs).unwrap();
    assert_eq!(again, stored.replace("\n        ", ""));
}

#[test]
fn runs_are_taken_to_another_version_by_equal_ids_and_keep_their_deadline() {
    let text = "
journey t 1 on A
  key k
  #first wait 1d
  #second wait 1d
  #third message m
    set missed=1
  wait 1d
journey t 2 on A
  key k
  set new=1
  #second wait 9d
  #first message m
    set missed=1
  #third message m
    set missed=2
    ";
    let journeys = read_journeys(text);
    let mut player = super::notation::Player::new(journeys.clone());
    let one = parse_journeys(text).remove(0);
    player.journeys = Journeys::new();
    player.journeys.insert(one).unwrap();
    play(&mut player, "0 event A k=1; 1d tick; 1d event A k=2");
    player.journeys = journeys.clone();
    let wakes: Vec<_> = player.runs.active().iter().map(|it| it.wake).collect();
    let name = model::JourneyName::from("t");
    let became = player.runs.take_to(&journeys, &name, 1, 2);
    let shown: Vec<String> =
        became.iter().map(|(step, became)| format!("{step} {}", became.code())).collect();
    assert_eq!(shown, ["second moves", "first is_other"]);
    let after: Vec<_> = player.runs.active().iter().map(|it| (it.version, it.wake)).collect();
    assert_eq!(after, [(2, wakes[0]), (1, wakes[1])]);
    assert_eq!(player.runs.take_to(&journeys, &name, 1, 2).len(), 1, "who has moved has moved");
    // The new version's steps follow, from the same deadline on.
    let out = play(&mut player, "2d tick");
    assert!(
        out.contains("as journey/t/r1/first/2"),
        "behind `second` in version 2, and new: {out}"
    );
    assert_eq!(journeys.moves(&name, 1, 2, "3"), Some(Move::HasNoId));
    assert_eq!(journeys.moves(&name, 1, 2, "third"), Some(Move::Moves));
    assert_eq!(journeys.moves(&name, 2, 1, "0"), Some(Move::HasNoId));
    assert_eq!(journeys.moves(&name, 1, 7, "first"), None);
}
