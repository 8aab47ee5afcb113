//! What journeys do, one story per test.

use super::notation::{Happens, Player, START, check, event, play, read_journeys, show};
use super::written::parse_journeys;
use crate::*;
use model::{Map, PersonId, Span, Value};

const WELCOME: &str = "
journey welcome on SignUp
  goal Order within 14d value revenue
  exit trait(\"angry\") == true
  wait 10m
  message hello email,push
  until Order 3d end
  message thanks
";

#[test]
fn a_run_goes_through_its_steps_and_completes() {
    check(
        "
journey tour on SignUp
  wait 10m
  message hello email,push
  set stage=1
  wait 1d
  message bye
        ",
        "0 event SignUp plan=pro; 9m tick; 10m tick; 1d10m tick; 2d tick",
        "
        0 r1 starts tour v1
        10m hello by email+push plan=pro as journey/tour/r1/1/1
        10m r1 sets stage=1
        1d10m bye by email plan=pro as journey/tour/r1/4/1
        1d10m r1 ends: completed
        ",
    );
}

#[test]
fn timer_with_minute_steps_fires_at_its_second_and_neither_before_nor_twice() {
    let journey = "journey t on A\n  wait 1m30s\n  message m";
    let ticks: Vec<String> = (1..=300).map(|it| format!("{it}s tick")).collect();
    check(
        journey,
        &format!("0 event A; {}", ticks.join("; ")),
        "0 r1 starts t v1\n90s m by email as journey/t/r1/1/1\n90s r1 ends: completed",
    );
    let minutes: Vec<String> = (1..=5).map(|it| format!("{it}m tick")).collect();
    check(
        journey,
        &format!("0 event A; {}", minutes.join("; ")),
        "0 r1 starts t v1\n2m m by email as journey/t/r1/1/1\n2m r1 ends: completed",
    );
    // Started between two minutes, it is due between two minutes.
    check(
        journey,
        "45s250ms event A; 2m15s249ms tick; 2m15s250ms tick",
        "45s250ms r1 starts t v1
         2m15s250ms m by email as journey/t/r1/1/1
         2m15s250ms r1 ends: completed",
    );
}

#[test]
fn a_tick_that_comes_years_late_goes_on_at_once_and_waits_from_then() {
    check(
        "journey t on A\n  wait 10m\n  message m\n  wait 3660d\n  message n",
        "0 event A; 1000d tick; 4659d23h59m59s tick; 4660d tick",
        "
        0 r1 starts t v1
        1000d m by email as journey/t/r1/1/1
        4660d n by email as journey/t/r1/3/1
        4660d r1 ends: completed
        ",
    );
}

#[test]
fn facts_do_not_make_timers_go_off() {
    check(
        "journey t on A\n  wait 10m\n  message m",
        "0 event A; 20m event B; 21m tick",
        "0 r1 starts t v1\n21m m by email as journey/t/r1/1/1\n21m r1 ends: completed",
    );
}

#[test]
fn the_next_tick_is_asked_for_at_the_first_wake() {
    let mut player = Player::new(read_journeys(
        "journey slow on A\n  wait 2h\n  message m\njourney quick on A\n  wait 1h\n  message m",
    ));
    play(&mut player, "0 event A");
    assert_eq!(player.runs.next_at(), Some(START + Span::HOUR));
    play(&mut player, "1h tick");
    assert_eq!(player.runs.next_at(), Some(START + Span::hours(2)));
    play(&mut player, "2h tick");
    assert_eq!(player.runs.next_at(), None);
}

#[test]
fn waiting_for_an_event_ends_with_it_or_with_the_timeout() {
    check(
        WELCOME,
        "0 event SignUp; 10m tick; 3d9m59s tick; 3d10m tick",
        "
        0 r1 starts welcome v1
        10m hello by email+push as journey/welcome/r1/1/1
        3d10m r1 ends: timed_out
        ",
    );
    let until = "journey t on A\n  until B 1h when property(\"n\") > 1\n  message m";
    check(
        until,
        "0 event A; 1m event B n=1; 2m event B n=2",
        "0 r1 starts t v1\n2m m by email as journey/t/r1/1/1\n2m r1 ends: completed",
    );
    check(
        until,
        "0 event A; 1h tick",
        "0 r1 starts t v1\n1h m by email as journey/t/r1/1/1\n1h r1 ends: completed",
    );
}

#[test]
fn an_event_after_the_deadline_does_not_count_though_the_tick_is_late() {
    let until = "journey t on A\n  until B 1h end\n  message m";
    check(until, "0 event A; 1h event B; 1h tick", "0 r1 starts t v1\n1h r1 ends: timed_out");
    check(
        until,
        "0 event A; 2h event B ago=61m",
        "0 r1 starts t v1\n2h m by email as journey/t/r1/1/1\n2h r1 ends: completed",
    );
}

#[test]
fn one_event_satisfies_one_wait() {
    check(
        "journey t on A\n  until A 1d\n  until A 1d\n  message m",
        "0 event A; 1h event A; 2h event A",
        "
        0 r1 starts t v1
        1h no t: already_active
        2h m by email as journey/t/r1/2/1
        2h r1 ends: completed
        2h no t: reentry
        ",
    );
}

#[test]
fn waiting_for_an_audience_passes_at_once_for_its_members() {
    let until = "journey t on A\n  until entered vip 1h end\n  message m";
    check(
        until,
        "0 event A; 5m entered other; 6m left vip; 10m entered vip",
        "0 r1 starts t v1\n10m m by email as journey/t/r1/1/1\n10m r1 ends: completed",
    );
    check(
        until,
        "0 entered vip; 1m event A",
        "1m r1 starts t v1\n1m m by email as journey/t/r1/1/1\n1m r1 ends: completed",
    );
}

#[test]
fn audiences_trigger_on_the_way_in_and_on_the_way_out() {
    check(
        "journey in on entered vip\n  message hi\njourney out on left vip\n  message bye",
        "0 entered vip; 1h left vip; 2h entered vip",
        "
        0 r1 starts in v1
        0 hi by email as journey/in/r1/0/1
        0 r1 ends: completed
        1h r2 starts out v1
        1h bye by email as journey/out/r2/0/1
        1h r2 ends: completed
        2h no in: reentry
        ",
    );
}

#[test]
fn a_trigger_may_have_a_condition() {
    check(
        "journey t on Order when property(\"revenue\") > 50\n  message m",
        "0 event Order revenue=50; 1h event Order revenue=51",
        "1h r1 starts t v1
         1h m by email revenue=51 as journey/t/r1/0/1
         1h r1 ends: completed",
    );
}

#[test]
fn a_branch_takes_the_first_arm_that_fits_or_goes_on() {
    let branch = "
journey t on A
  branch
    when trait(\"plan\") == \"pro\"
      message pro
    when property(\"n\") > 1
      message many
    otherwise
      wait 1m
      message rest
  message all
    ";
    check(
        branch,
        "0 trait plan=pro; 0 event A n=5",
        "0 r1 starts t v1
         0 pro by email n=5 as journey/t/r1/0.0.0/1
         0 all by email n=5 as journey/t/r1/1/1
         0 r1 ends: completed",
    );
    check(
        branch,
        "0 event A n=5",
        "0 r1 starts t v1
         0 many by email n=5 as journey/t/r1/0.1.0/1
         0 all by email n=5 as journey/t/r1/1/1
         0 r1 ends: completed",
    );
    check(
        branch,
        "0 event A; 1m tick",
        "0 r1 starts t v1
         1m rest by email as journey/t/r1/0.2.1/1
         1m all by email as journey/t/r1/1/1
         1m r1 ends: completed",
    );
    check(
        "journey t on A\n  branch\n    when trait(\"x\") == 1\n      message no\n  message all",
        "0 event A",
        "0 r1 starts t v1\n0 all by email as journey/t/r1/1/1\n0 r1 ends: completed",
    );
}

#[test]
fn a_branch_reads_the_trigger_also_when_another_event_woke_the_run() {
    check(
        "
journey t on A
  until B 1h
  branch
    when property(\"n\") == 1
      message one
  message all
        ",
        "0 event A n=1; 1m event B n=2",
        "0 r1 starts t v1
         1m one by email n=1 as journey/t/r1/1.0.0/1
         1m all by email n=1 as journey/t/r1/2/1
         1m r1 ends: completed",
    );
}

#[test]
fn a_branch_sees_the_trait_that_a_step_before_it_set() {
    check(
        "
journey t on A
  set stage=2
  branch
    when trait(\"stage\") == 2
      message two
    otherwise
      message one
        ",
        "0 trait stage=1; 0 event A",
        "0 r1 starts t v1
         0 r1 sets stage=2
         0 two by email as journey/t/r1/1.0.0/1
         0 r1 ends: completed",
    );
}

#[test]
fn a_random_arm_drawn_again_on_each_pass_would_show_here() {
    let journey = |version: u32, story: u32, offer: u32| {
        format!(
            "
journey t {version} on A
  reentry always
  #test split
    story {story}
      message s
    offer {offer}
      message o"
        )
    };
    let mut seen = std::collections::BTreeSet::new();
    for person in 1..=20 {
        let mut player = Player::new(read_journeys(&journey(1, 50, 50)));
        player.person = PersonId(person);
        let arm = |out: String| {
            let line = out.lines().find(|it| it.contains("takes")).unwrap().to_owned();
            line.split(' ').nth(3).unwrap().to_owned()
        };
        let first = arm(play(&mut player, "0 event A"));
        for hour in 1..=10 {
            assert_eq!(first, arm(play(&mut player, &format!("{hour}h event A"))));
        }
        // Other weights, a step before it, another version: the same arm.
        for (version, story, offer) in [(2, 1, 999), (3, 999, 1)] {
            let text = journey(version, story, offer).replace("  #test", "  set x=1\n  #test");
            player.journeys.insert(parse_journeys(&text).remove(0)).unwrap();
            assert_eq!(first, arm(play(&mut player, &format!("{}h event A", 20 + version))));
        }
        // Another person record with the same id draws the same, without anything stored.
        let mut other = Player::new(read_journeys(&journey(1, 50, 50)));
        other.person = PersonId(person);
        assert_eq!(first, arm(play(&mut other, "5d event A")));
        seen.insert(first);
    }
    assert_eq!(seen.len(), 2, "twenty persons are in both arms");
}

#[test]
fn split_arms_get_their_shares() {
    let text = "journey t on A\n  split\n    a 1\n      message a\n    b 3\n      message b";
    let journeys = read_journeys(text);
    let count = (0..4_000)
        .filter(|person| {
            let mut player = Player::new(journeys.clone());
            (player.person, player.restarts) = (PersonId(*person), false);
            play(&mut player, "0 event A").contains("takes a")
        })
        .count();
    // A quarter of 4,000 with a standard deviation of 27.4; five of them on each side.
    assert!((863..=1137).contains(&count), "{count}");
}

#[test]
fn an_empty_arm_of_a_split_is_a_control_group() {
    let text = "journey t on A\n  split\n    none 1\n    all 1\n      message m\n  message after";
    let journeys = read_journeys(text);
    let mut seen = std::collections::BTreeSet::new();
    for person in 0..20 {
        let mut player = Player::new(journeys.clone());
        player.person = PersonId(person);
        let out = play(&mut player, "0 event A");
        assert!(out.contains("after"));
        assert_eq!(out.contains("takes all"), out.contains("0 m by"));
        seen.insert(out.contains("takes none"));
    }
    assert_eq!(seen.len(), 2);
}

#[test]
fn exits_are_checked_on_every_fact_before_advancing() {
    check(
        WELCOME,
        "0 event SignUp; 1m trait angry=true; 2m tick; 5m event Complaint; 10m tick",
        "0 r1 starts welcome v1\n5m r1 ends: exited",
    );
    check(
        WELCOME,
        "0 event SignUp; 10m trait angry=true; 10m tick",
        "0 r1 starts welcome v1\n10m r1 ends: exited",
    );
    check(
        WELCOME,
        "0 trait angry=true; 0 event SignUp; 1m trait angry=false; 1m event SignUp",
        "0 no welcome: exit_holds\n1m r1 starts welcome v1",
    );
}

#[test]
fn a_goal_counts_within_its_window_and_ends_the_run() {
    check(
        WELCOME,
        "0 event SignUp; 5m event Order revenue=49.5; 10m tick",
        "0 r1 starts welcome v1\n5m r1 reaches its goal worth 49.5\n5m r1 ends: goal",
    );
}

#[test]
fn a_goal_counts_once_also_after_the_end_of_the_run() {
    check(
        WELCOME,
        "0 event SignUp; 10m tick; 3d10m tick; 13d event Order revenue=20; 13d1h event Order",
        "
        0 r1 starts welcome v1
        10m hello by email+push as journey/welcome/r1/1/1
        3d10m r1 ends: timed_out
        13d r1 reaches its goal worth 20
        ",
    );
    let ended = "
        0 r1 starts welcome v1
        10m hello by email+push as journey/welcome/r1/1/1
        3d10m r1 ends: timed_out
        ";
    check(WELCOME, "0 event SignUp; 10m tick; 3d10m tick; 14d event Order", ended);
    // It happened in time and is known late.
    check(
        WELCOME,
        "0 event SignUp; 10m tick; 3d10m tick; 14d event Order ago=1s",
        &format!("{ended}14d r1 reaches its goal"),
    );
}

#[test]
fn a_goal_before_the_trigger_is_not_its_success() {
    check(
        WELCOME,
        "1h event SignUp; 1h1m event Order ago=2m; 1h2m event Order ago=1m",
        "1h r1 starts welcome v1\n1h2m r1 reaches its goal\n1h2m r1 ends: goal",
    );
    // The trigger arrived late: what came after it counts.
    check(
        WELCOME,
        "1h event SignUp ago=10m; 1h1m event Order ago=10m",
        "1h r1 starts welcome v1\n1h1m r1 reaches its goal\n1h1m r1 ends: goal",
    );
    check(
        "journey again on Order\n  goal Order within 30d\n  wait 1d\n  message m",
        "0 event Order; 1h event Order",
        "0 r1 starts again v1
         1h r1 reaches its goal
         1h r1 ends: goal
         1h no again: reentry",
    );
}

#[test]
fn a_goal_that_stays_counts_once_and_the_run_goes_on() {
    check(
        "journey t on A\n  goal B stays\n  wait 1d\n  message m",
        "0 event A; 1h event B; 2h event B; 1d tick; 2d event B",
        "0 r1 starts t v1
         1h r1 reaches its goal
         1d m by email as journey/t/r1/1/1
         1d r1 ends: completed",
    );
}

#[test]
fn one_event_is_the_goal_of_the_newest_run_only() {
    check(
        "journey t on A\n  goal B within 30d\n  reentry always\n  message m\n  wait 1d",
        "0 event A; 1d tick; 2d event A; 3d event B; 4d event B",
        "0 r1 starts t v1
         0 m by email as journey/t/r1/0/1
         1d r1 ends: completed
         2d r2 starts t v1
         2d m by email as journey/t/r2/0/1
         3d r2 reaches its goal
         3d r2 ends: goal",
    );
}

#[test]
fn a_keyed_run_is_one_per_key_and_hears_only_of_its_key() {
    let cart = "
journey cart on Cart
  key cart.id
  goal Order within 7d
  until Paid 1h
  message reminder
    ";
    let cart = cart.replace("cart.id", "cart");
    check(
        &cart,
        "0 event Cart cart=a; 1m event Cart cart=b; 2m event Cart cart=a; 3m event Paid cart=b;
         4m event Paid cart=c; 1h tick",
        "0 r1 starts cart v1 for a
         1m r2 starts cart v1 for b
         2m no cart: already_active
         3m reminder by email cart=b as journey/cart/r2/1/1
         3m r2 ends: completed
         1h reminder by email cart=a as journey/cart/r1/1/1
         1h r1 ends: completed",
    );
    check(
        &cart,
        "0 event Cart cart=7; 0 event Cart cart=8; 1m event Order cart=8; 2m event Order",
        "0 r1 starts cart v1 for 7
         0 r2 starts cart v1 for 8
         1m r2 reaches its goal
         1m r2 ends: goal
         2m r1 reaches its goal
         2m r1 ends: goal",
    );
}

#[test]
fn without_its_key_no_run_begins_and_the_reason_is_told() {
    let cart = "journey cart on Cart\n  key cart\n  message m";
    check(
        cart,
        &format!("0 event Cart; 1m event Cart cart=null; 2m event Cart cart={}", "x".repeat(201)),
        "0 no cart: no_key\n1m no cart: no_key\n2m no cart: key_too_long",
    );
    let mut player = Player::new(read_journeys(cart));
    let list = Map::from([("cart".to_owned(), Value::List(Vec::new()))]);
    let commands = player.feed(&Happens::Event(event("Cart", START, START, list)), START);
    assert_eq!(show(&commands[0]), "no cart: no_key");
}

#[test]
fn re_entry_follows_its_rule() {
    let journey = |rule: &str| format!("journey t on A\n  reentry {rule}\n  wait 1h\n  set x=1");
    let script = "0 event A; 30m event A; 1h tick; 2h event A; 3h tick; 1d event A";
    check(
        &journey("never"),
        script,
        "0 r1 starts t v1
         30m no t: already_active
         1h r1 sets x=1
         1h r1 ends: completed
         2h no t: reentry
         1d no t: reentry",
    );
    check(
        &journey("always"),
        script,
        "0 r1 starts t v1
         30m no t: already_active
         1h r1 sets x=1
         1h r1 ends: completed
         2h r2 starts t v1
         3h r2 sets x=1
         3h r2 ends: completed
         1d r3 starts t v1",
    );
    check(
        &journey("1d"),
        script,
        "0 r1 starts t v1
         30m no t: already_active
         1h r1 sets x=1
         1h r1 ends: completed
         2h no t: reentry
         1d r2 starts t v1",
    );
}

#[test]
fn late_and_historical_events_begin_and_advance_nothing_but_end_runs() {
    check(
        WELCOME,
        "2d event SignUp ago=24h1s; 2d1s event SignUp historical; 2d2s event SignUp ago=24h",
        "2d no welcome: late\n2d1s no welcome: late\n2d2s r1 starts welcome v1",
    );
    check(
        "journey t on A\n  exit property(\"bad\") == true\n  late 1h\n  until B 30d\n  message m",
        "0 event A; 3h event B ago=2h; 3h1m event B historical; 4h event C bad=true ago=2h",
        "0 r1 starts t v1\n4h r1 ends: exited",
    );
    check(
        WELCOME,
        "0 event SignUp; 3d event Order ago=50h; 4d event SignUp ago=50h",
        "0 r1 starts welcome v1
         3d r1 reaches its goal
         3d r1 ends: goal
         4d no welcome: late",
    );
}

#[test]
fn an_audience_entered_by_an_import_begins_nothing_and_may_end_runs() {
    let text = "
journey in on entered vip
  message hi
journey t on A
  exit audience(\"vip\")
  until entered vip 1d
  message m
journey u on A
  until entered vip 1d
  message m
    ";
    let mut player = Player::new(read_journeys(text));
    play(&mut player, "0 event A");
    player.historical = true;
    assert_eq!(play(&mut player, "1h entered vip"), "1h r1 ends: exited\n1h no in: late\n");
    player.historical = false;
    let out = play(&mut player, "2h entered vip");
    assert!(out.starts_with("2h m by email as journey/u/r2/1/1\n") && out.contains("starts in"));
}

#[test]
fn a_run_stays_with_its_version_and_ends_when_that_is_gone() {
    let script = "
        0 event A
        1m publish journey t 2 on A|  reentry always|  wait 1h|  message new
        2m event A
        1h tick
        1h1m event A
        1h2m remove t 2
        2h tick
        2h1m tick
        3h event A
    ";
    check(
        "journey t on A\n  reentry always\n  wait 1h\n  message old",
        script,
        "0 r1 starts t v1
         2m no t: already_active
         1h old by email as journey/t/r1/1/1
         1h r1 ends: completed
         1h1m r2 starts t v2
         2h1m r2 ends: version_gone
         3h r3 starts t v1",
    );
    check(
        "journey t on A\n  wait 1h\n  message old",
        "0 event A; 1m remove t 1; 2m event B; 1h tick",
        "0 r1 starts t v1\n2m r1 ends: version_gone",
    );
}

#[test]
fn a_closed_journey_begins_no_runs_and_finishes_those_it_has() {
    check(
        "journey t on A\n  reentry always\n  wait 1h\n  message m",
        "0 event A; 1m close t; 1h tick; 2h event A",
        "0 r1 starts t v1
         1h m by email as journey/t/r1/1/1
         1h r1 ends: completed",
    );
}

#[test]
fn a_version_never_changes() {
    let mut journeys = read_journeys("journey t 3 on A\n  message m");
    let same = parse_journeys("journey t 3 on A\n  message m").remove(0);
    assert_eq!(journeys.insert(same), Ok(()));
    let other = parse_journeys("journey t 3 on A\n  message n").remove(0);
    let problems = journeys.insert(other).unwrap_err();
    assert_eq!(problems[0].message, "version 3 of journey `t` exists and is different");
    let name = model::JourneyName::from("t");
    assert_eq!(journeys.latest(&name).map(|it| it.version), Some(3));
    assert!(journeys.version(&name, 2).is_none());
}

#[test]
fn two_runs_in_one_call_come_in_a_fixed_order() {
    check(
        "
journey b on A
  wait 1h
  message m
journey a on A
  wait 2h
  message m
        ",
        "0 event A; 3h tick",
        "0 r1 starts a v1
         0 r2 starts b v1
         3h m by email as journey/b/r2/1/1
         3h r2 ends: completed
         3h m by email as journey/a/r1/1/1
         3h r1 ends: completed",
    );
}

#[test]
fn runs_beyond_the_limit_are_refused_and_the_old_ones_stay() {
    let mut player = Player::new(read_journeys("journey t on A\n  key k\n  wait 1h\n  set x=1"));
    for key in 0..MAX_ACTIVE {
        assert!(play(&mut player, &format!("0 event A k={key}")).contains("starts"));
    }
    assert_eq!(play(&mut player, "1m event A k=more"), "1m no t: too_many\n");
    assert_eq!(player.runs.active().len(), MAX_ACTIVE);
    let out = play(&mut player, "1h tick; 2h event A k=more");
    assert_eq!(out.matches("ends: completed").count(), MAX_ACTIVE);
    assert!(out.contains("starts t v1 for more"));
}

#[test]
fn a_call_executes_a_bounded_number_of_steps_and_the_rest_follows() {
    let sets = "  set x=1\n".repeat(399);
    let text = format!("journey t on A\n  key k\n  wait 1h\n{sets}");
    let mut player = Player::new(read_journeys(&text));
    for key in 0..5 {
        play(&mut player, &format!("0 event A k={key}"));
    }
    let mut done = Vec::new();
    while player.runs.next_at().is_some_and(|it| it <= START + Span::HOUR) {
        done.push(play(&mut player, "1h tick").matches("sets").count());
    }
    assert_eq!(done, [1000, 995], "1,995 sets in bites of at most 1,000 steps");
    assert!(player.runs.active().is_empty());
}

#[test]
fn old_keys_are_forgotten_before_runs_without_a_key() {
    let mut player = Player::new(read_journeys(
        "journey keyed on A\n  key k\n  set x=1\njourney plain on B\n  set x=1",
    ));
    play(&mut player, "0 event B");
    for key in 0..=MAX_PAST {
        play(&mut player, &format!("{}s event A k={key}", key + 1));
    }
    let out = play(&mut player, "1h event B; 1h event A k=1; 1h event A k=0");
    assert!(out.contains("no plain: reentry") && out.contains("no keyed: reentry"));
    assert!(out.contains("starts keyed v1 for 0"), "the oldest of 257 keys is forgotten");
}

#[test]
fn a_window_waits_for_local_time_and_looks_again_after_a_late_tick() {
    let journey = "journey t on A\n  window 09:00-17:00 mon,tue\n  message m";
    // Time 0 is a Sunday, 01:00 in Amsterdam.
    check(
        journey,
        "0 zone Europe/Amsterdam; 0 event A; 1d7h59m tick; 1d8h tick",
        "0 r1 starts t v1
         1d8h m by email as journey/t/r1/1/1
         1d8h r1 ends: completed",
    );
    check(
        journey,
        "0 zone Europe/Amsterdam; 0 event A; 1d16h tick; 2d8h tick",
        "0 r1 starts t v1
         2d8h m by email as journey/t/r1/1/1
         2d8h r1 ends: completed",
    );
    for zone in ["Europe/Atlantis", "", "UTC"] {
        check(
            journey,
            &format!("0 zone {zone}; 0 event A; 1d8h59m tick; 1d9h tick"),
            "0 r1 starts t v1
             1d9h m by email as journey/t/r1/1/1
             1d9h r1 ends: completed",
        );
    }
}

/// Walks every variant of [`Step`] through the engine, so that none exists in the format only.
#[test]
fn every_step_does_something() {
    let journey = parse_journeys(
        "
journey all on A
  wait 1m
  until B 1h
  window 01:00-02:00
  branch
    when property(\"n\") == 1
      message arm
  split
    only 1
      message in-split
    none 0.000000001
  set x=1
  message m
  experiment orders
    seen 1
      message in-experiment
    unseen 0.000000001
  tag +vip
  repeat 2
    message again
  hook https://x.example/a n=property:n
  task call for ada
  lead hot else eve
  end
        ",
    )
    .remove(0);
    let marks = |step: &Step| match step {
        Step::Wait(_) => "0 waits at 0",
        Step::WaitUntil { .. } => "1m waits at 1",
        Step::WaitForWindow(_) => "2m waits at 2",
        Step::Branch(_) => "1h arm by email n=1 as journey/all/r1/3.0.0/1",
        Step::Split(_) => "1h r1 takes only at 4",
        Step::Message(_) => "1h m by email n=1 as journey/all/r1/6/1",
        Step::SetTrait { .. } => "1h r1 sets x=1",
        Step::Experiment(_) => "1h r1 takes seen at 7",
        Step::Tag(_) => "1h r1 sets tags=",
        Step::Repeat(_) => "1h again by email n=1 as journey/all/r1/9.round.0/2",
        Step::Webhook(_) => "1h r1 calls https://x.example/a n=1 as journey/all/r1/10/1",
        Step::Task(_) => "1h task `call` for ada as r1.11.1",
        Step::TellSales(_) => "1h lead `hot` for eve as r1.12.1",
        Step::End => "1h r1 ends: completed",
    };
    let mut player = Player::new(Journeys::new());
    player.journeys.insert(journey.clone()).unwrap();
    let mut out = String::new();
    for line in ["0 event A n=1", "1m tick", "2m event B", "1h tick"] {
        out.push_str(&play(&mut player, line));
        if let Some(run) = player.runs.active().first() {
            out.push_str(&format!("{} waits at {}\n", line.split(' ').next().unwrap(), run.step));
        }
    }
    let kinds: std::collections::BTreeSet<String> = journey
        .steps
        .iter()
        .map(|it| {
            assert!(out.contains(marks(&it.step)), "{:?} left no mark in\n{out}", it.step);
            format!("{:?}", std::mem::discriminant(&it.step))
        })
        .collect();
    assert_eq!(kinds.len(), 14, "the journey has a step of each kind");
    // And all of it survives being stored as a definition.
    let stored = serde_json::to_string(&journey).unwrap();
    assert_eq!(serde_json::from_str::<Journey>(&stored).unwrap(), journey);
}

#[test]
fn a_merge_keeps_the_run_that_began_first_and_ends_the_other() {
    let text = "
journey welcome on A
  wait 1d
  message m
journey cart on B
  key k
  reentry always
  wait 1d
  message m
    ";
    let journeys = read_journeys(text);
    let mut known = Player::new(journeys.clone());
    play(&mut known, "1h event A; 1h event B k=1");
    let mut anonymous = Player::new(journeys.clone());
    anonymous.last_run = 100;
    play(&mut anonymous, "0 event A; 0 event B k=2");
    let (merged, commands) = Runs::merge(&known.runs, &anonymous.runs, &journeys);
    let shown: Vec<String> = commands.iter().map(show).collect();
    assert_eq!(shown, ["r1 ends: merged_away"]);
    let ids: Vec<String> = merged.active().iter().map(|it| it.id.to_string()).collect();
    assert_eq!(ids, ["r101", "r102", "r2"]);
    let (other_way, _) = Runs::merge(&anonymous.runs, &known.runs, &journeys);
    assert_eq!(other_way, merged);
    let (with_nobody, nothing) = Runs::merge(&merged, &Runs::default(), &journeys);
    assert_eq!((with_nobody, nothing), (merged, Vec::new()));
}

#[test]
fn a_merge_ends_a_run_that_the_others_past_forbids() {
    let journeys = read_journeys("journey welcome on A\n  wait 1d\n  message m");
    let mut known = Player::new(journeys.clone());
    play(&mut known, "0 event A; 1d tick");
    let mut anonymous = Player::new(journeys.clone());
    anonymous.last_run = 100;
    play(&mut anonymous, "5d event A");
    let (merged, commands) = Runs::merge(&known.runs, &anonymous.runs, &journeys);
    assert_eq!(commands.iter().map(show).collect::<Vec<_>>(), ["r101 ends: merged_away"]);
    known.runs = merged;
    assert_eq!(play(&mut known, "6d event A"), "6d no welcome: reentry\n");
}

#[test]
fn a_run_knows_by_which_identifier_it_began() {
    let mut player = Player::new(read_journeys("journey t on A\n  wait 1h"));
    play(&mut player, "0 event A");
    assert_eq!(player.runs.active()[0].begun_by, Some(model::Identifier::user_id("u1")));
}

#[test]
fn what_is_stored_for_one_plain_run_is_small() {
    let mut player = Player::new(read_journeys(WELCOME));
    play(&mut player, "0 event SignUp; 10m tick");
    let stored = serde_json::to_string(&player.runs).unwrap();
    assert!(stored.len() < 300, "{} bytes: {stored}", stored.len());
    assert_eq!(serde_json::to_string(&Runs::default()).unwrap(), "{}");
}

const FALLBACK: &str = "
journey a on A
  message hello email
    message text sms
    wait 1h
  set done=1
";

#[test]
fn a_run_that_cares_waits_until_it_is_known_what_became_of_its_message() {
    check(
        FALLBACK,
        "0 event A; 1h event B; 2h sent journey/a/r1/0/1",
        "0 r1 starts a v1
         0 hello by email as journey/a/r1/0/1
         2h r1 sets done=1
         2h r1 ends: completed",
    );
}

#[test]
fn what_did_not_go_out_is_followed_by_something_else() {
    check(
        FALLBACK,
        "0 event A; 2h unsent journey/a/r1/0/1; 3h tick",
        "0 r1 starts a v1
         0 hello by email as journey/a/r1/0/1
         2h text by sms as journey/a/r1/0.otherwise.0/1
         3h r1 sets done=1
         3h r1 ends: completed",
    );
}

/// Nobody says so, for a day after the message expired: it did not go out.
#[test]
fn a_message_of_which_nobody_ever_hears_does_not_hold_its_run_for_ever() {
    check(
        FALLBACK,
        "0 event A; 1d23h tick; 2d tick; 2d1h tick",
        "0 r1 starts a v1
         0 hello by email as journey/a/r1/0/1
         2d text by sms as journey/a/r1/0.otherwise.0/1
         2d1h r1 sets done=1
         2d1h r1 ends: completed",
    );
}
