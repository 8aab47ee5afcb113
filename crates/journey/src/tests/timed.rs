//! Journeys that time begins: dates and schedules, in the weeks when clocks change and otherwise.

use super::notation::{Player, START, check, read_journeys};
use super::written::parse_journeys;
use crate::*;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use model::{Span, Timestamp};

/// The days between two moments on which a trigger is due, with the moment: each day looked at, and the
/// moment found on the clock minute by minute. `basis` is the trait's text up to the first line break.
pub fn days(
    trigger: &Trigger,
    basis: &str,
    zone: Option<&str>,
    from: Timestamp,
    until: Timestamp,
) -> Vec<(Date, Timestamp)> {
    let zone = zone.map_or(TimeZone::UTC, |it| TimeZone::get(it).unwrap());
    let local = |at: Timestamp| zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap());
    let (first, last) = (local(from).date(), local(until).date());
    let looked_at = |before: i64, after: i64| {
        let days = (first - before.days()).until(last + after.days()).unwrap().get_days();
        let first = first - before.days();
        (0..=days).map(move |it| first + i64::from(it).days())
    };
    let at = |day: Date, time: LocalTime| {
        let (hour, minute) = (time.minutes() / 60, time.minutes() % 60);
        clock_shows(&zone, day.at(hour as i8, minute as i8, 0, 0))
    };
    match trigger {
        Trigger::Schedule(it) => looked_at(2, 2)
            .filter(|day| match &it.every {
                Every::Day => true,
                Every::Week(days) => {
                    days.contains(&Weekday::ALL[day.weekday().to_monday_zero_offset() as usize])
                }
                Every::Month(days) => days.iter().any(|it| {
                    let is_last = day.tomorrow().unwrap().day() == 1;
                    *it == day.day() as u8 || (is_last && (day.day() as u8) < *it)
                }),
            })
            .map(|day| (day, at(day, it.at)))
            .filter(|(day, at)| matches!(it.every, Every::Month(_)) || local(*at).date() == *day)
            .collect(),
        Trigger::Date(it) => {
            let text = basis.split('\n').next().unwrap();
            let instant = text.parse::<jiff::Timestamp>().ok();
            let Some(said) =
                instant.map(|it| zone.to_datetime(it)).or_else(|| text.parse::<DateTime>().ok())
            else {
                return Vec::new();
            };
            let (days, rest) = (it.offset.0 / Span::DAY.0, Span(it.offset.0 % Span::DAY.0));
            looked_at(800, 800)
                .filter(|day| match it.yearly {
                    false => *day == said.date(),
                    true => said.year() < day.year() && is_anniversary(said.date(), *day),
                })
                .map(|day| {
                    let moved = day + days.days();
                    let at = match (it.at, instant) {
                        (Some(time), _) => at(moved, time),
                        (None, Some(exact)) if days == 0 && !it.yearly => {
                            Timestamp(exact.as_millisecond())
                        }
                        (None, _) => clock_shows(&zone, moved.to_datetime(said.time())),
                    };
                    (day, at + rest)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn is_anniversary(of: Date, day: Date) -> bool {
    let leap = of.month() == 2 && of.day() == 29 && !day.in_leap_year();
    (day.month(), day.day()) == (of.month(), if leap { 28 } else { of.day() })
}

/// The first moment at which the clock on the wall shows this; if it never does, as long after the jump
/// as was asked for after its beginning.
fn clock_shows(zone: &TimeZone, wanted: DateTime) -> Timestamp {
    let middle = wanted.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    let shown = |at: i64| zone.to_datetime(jiff::Timestamp::from_millisecond(at).unwrap());
    let utc = |it: DateTime| it.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    let hours = (-27..=27).map(|it| middle + it * 3_600_000);
    let moments = hours.map(|it| middle - (utc(shown(it)) - it));
    if let Some(found) = moments.filter(|it| shown(*it) == wanted).min() {
        return Timestamp(found);
    }
    let mut minutes = (-51 * 60..=51 * 60).map(|it| middle + it * 60_000);
    let jump = minutes.find(|it| wanted < shown(*it)).expect("the clock goes on");
    let before = shown(jump - 60_000) + 1.minutes();
    let into = before.until(wanted).unwrap().total(jiff::Unit::Minute).unwrap();
    Timestamp(jump + (into * 60_000.0) as i64)
}

/// Lets time pass, tick by tick as they are asked for, and lists when something begins.
fn begins(player: &mut Player, until: Timestamp) -> Vec<Timestamp> {
    let mut found = Vec::new();
    while let Some(at) = player.runs.next_at().filter(|it| *it <= until) {
        let commands = player.feed(&super::notation::Happens::Tick, at);
        found
            .extend(commands.iter().filter(|it| matches!(it, Command::Started { .. })).map(|_| at));
    }
    found
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Each line of the oracle: (zone, day, time of day, moment).
fn oracle() -> Vec<(&'static str, &'static str, &'static str, Timestamp)> {
    let text = include_str!("../../../../fixtures/oracles/local_days.csv");
    let lines = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    lines.map(|it| (it[0], it[1], it[2], moment(it[3]))).collect()
}

#[test]
fn a_schedule_keeps_the_clock_on_the_wall_when_the_clock_changes() {
    let mut zones = std::collections::BTreeSet::new();
    let mut weeks: std::collections::BTreeMap<_, Vec<Timestamp>> = Default::default();
    for (zone, day, time, at) in oracle() {
        zones.insert(zone);
        // Weeks of one zone are months apart.
        weeks.entry((zone, &day[..7], time)).or_default().push(at);
    }
    assert!(10 <= zones.len(), "{zones:?}");
    for ((zone, _, time), expected) in weeks {
        let mut player = Player::new(read_journeys(&format!(
            "journey t on schedule all day {time}\n  set done=1"
        )));
        player.zone = Some(zone.to_owned());
        player.audiences.insert("all".to_owned());
        player.replan(expected[0] - Span::SECOND);
        let found = begins(&mut player, expected[expected.len() - 1]);
        assert_eq!(found, expected, "at {time} in {zone}");
    }
}

#[test]
fn a_date_begins_at_its_time_on_the_clock_of_the_person() {
    for (zone, day, time, at) in oracle() {
        let text = format!("journey t on date day -3d {time}\n  set done=1");
        let mut player = Player::new(read_journeys(&text));
        player.zone = Some(zone.to_owned());
        let said = day.parse::<Date>().unwrap() + 3.days();
        player.traits.insert("day".to_owned(), said.to_string().into());
        player.replan(at - Span::days(400));
        assert_eq!(begins(&mut player, at + Span::days(800)), [at], "{day} {time} in {zone}");
    }
}

#[test]
fn an_anniversary_comes_each_year_and_29_february_on_the_28th_in_most() {
    let mut player =
        Player::new(read_journeys("journey t on date birthday yearly 09:00\n  set done=1"));
    player.traits.insert("birthday".to_owned(), "1988-02-29".into());
    player.replan(moment("2026-01-01"));
    let days = ["2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28"];
    let expected: Vec<Timestamp> =
        days.iter().map(|it| moment(&format!("{it}T09:00:00Z"))).collect();
    assert_eq!(begins(&mut player, moment("2029-12-31")), expected);
}

#[test]
fn days_beyond_the_end_of_a_month_are_its_last_one() {
    let mut player =
        Player::new(read_journeys("journey t on schedule all month 1,30,31 00:00\n  set done=1"));
    player.audiences.insert("all".to_owned());
    player.replan(moment("2027-01-15"));
    let days = ["01-30", "01-31", "02-01", "02-28", "03-01", "03-30", "03-31", "04-01", "04-30"];
    let expected: Vec<Timestamp> = days.iter().map(|it| moment(&format!("2027-{it}"))).collect();
    assert_eq!(begins(&mut player, moment("2027-04-30T12:00:00Z")), expected);
}

const RENEWAL: &str = "journey renewal on date renewal -7d 09:00\n  set told=1";

#[test]
fn a_date_that_is_moved_begins_at_its_new_time_only() {
    check(
        RENEWAL,
        "0 trait renewal=2026-12-01; 0 event A
         1h trait renewal=2026-12-05; 1h event A
         2d9h tick; 6d9h tick; 7d tick; 400d tick",
        "6d9h r1 starts renewal v1
         6d9h r1 sets told=1
         6d9h r1 ends: completed",
    );
}

#[test]
fn what_was_over_when_it_became_known_does_not_begin() {
    check(
        RENEWAL,
        "0 trait renewal=2026-11-29; 0 event A; 9h tick",
        "
        9h r1 starts renewal v1
        9h r1 sets told=1
        9h r1 ends: completed",
    );
    check(RENEWAL, "9h trait renewal=2026-11-29; 9h event A; 10h tick; 9d tick", "");
    check(RENEWAL, "0 trait renewal=some day; 0 event A; 400d tick", "");
    check(RENEWAL, "0 trait renewal=5; 0 event A; 400d tick", "");
}

#[test]
fn what_was_missed_for_longer_than_late_does_not_begin_and_is_counted() {
    let daily = "journey tip on schedule all day 09:00\n  late 2h\n  set told=1";
    check(
        daily,
        "0 member all; 0 event A; 11h tick",
        "
        11h r1 starts tip v1
        11h r1 sets told=1
        11h r1 ends: completed",
    );
    check(
        daily,
        "0 member all; 0 event A; 3d10h tick; 3d11h tick",
        "
        3d10h no tip: late
        3d10h no tip: late
        3d10h no tip: late
        3d10h r1 starts tip v1
        3d10h r1 sets told=1
        3d10h r1 ends: completed",
    );
    check(
        daily,
        "0 member all; 0 event A; 1d8h tick; 1d9h tick",
        "
        1d8h no tip: late
        1d9h r1 starts tip v1
        1d9h r1 sets told=1
        1d9h r1 ends: completed",
    );
}

/// Years of missed days are passed over in several calls, each of which is due at once.
#[test]
fn years_away_are_counted_without_a_long_call() {
    let mut player =
        Player::new(read_journeys("journey tip on schedule all day 09:00\n  set told=1"));
    player.audiences.insert("all".to_owned());
    player.replan(START);
    let now = START + Span::days(3_650) + Span::hours(10);
    let (mut late, mut started, mut calls) = (0, 0, 0);
    while player.runs.next_at().is_some_and(|it| it <= now) {
        calls += 1;
        for command in player.feed(&super::notation::Happens::Tick, now) {
            late += usize::from(matches!(command, Command::NotStarted { .. }));
            started += usize::from(matches!(command, Command::Started { .. }));
        }
    }
    assert_eq!((late, started), (3_650, 1));
    assert!(5 < calls, "{calls} calls");
}

const DAILY: &str = "journey tip on schedule all day 09:00\n  set told=1";

#[test]
fn no_day_begins_twice_though_clock_zone_programme_and_membership_move() {
    let once = "9h r1 starts tip v1
                9h r1 sets told=1
                9h r1 ends: completed";
    let back = "0 member all; 0 event A; 9h tick; 8h tick; 8h event A; 9h tick; 10h tick";
    check(DAILY, back, once);
    let west = "0 member all; 0 event A; 9h tick; 9h zone America/New_York; 9h event A; 14h tick; 20h tick";
    check(DAILY, west, once);
    let left = "0 member all; 0 event A; 9h tick; 9h nonmember all; 9h event A; 9h member all;
                8h event A; 9h tick; 10h tick";
    check(DAILY, left, once);
    let again = "0 member all; 0 event A; 9h tick; 9h close tip; 9h replan;
                 9h publish journey tip 2 on schedule all day 09:30|  set told=1; 9h replan; 9h30m tick; 10h tick";
    check(DAILY, again, once);
}

#[test]
fn somebody_who_moves_gets_the_day_on_their_new_clock() {
    check(
        DAILY,
        "0 member all; 0 event A; 8h zone Asia/Kolkata; 8h event A; 8h tick; 1d3h29m tick; 1d3h30m tick",
        "8h r1 starts tip v1
         8h r1 sets told=1
         8h r1 ends: completed
         1d3h30m r2 starts tip v1
         1d3h30m r2 sets told=1
         1d3h30m r2 ends: completed",
    );
}

#[test]
fn only_members_are_begun_for() {
    check(
        DAILY,
        "0 event A; 9h tick; 10h entered all; 20h left all; 1d9h tick; 2d entered all; 2d9h tick",
        "2d9h r1 starts tip v1
         2d9h r1 sets told=1
         2d9h r1 ends: completed",
    );
}

#[test]
fn the_rules_of_a_journey_hold_for_what_time_begins() {
    let text = "journey tip on schedule all day 09:00\n  reentry never\n  set told=1";
    check(
        text,
        "0 member all; 0 event A; 9h tick; 1d9h tick",
        "
        9h r1 starts tip v1
        9h r1 sets told=1
        9h r1 ends: completed
        1d9h no tip: reentry",
    );
    let text = "journey tip on schedule all day 09:00\n  exit trait(\"off\") == true\n  set told=1";
    check(text, "0 member all; 0 trait off=true; 0 event A; 9h tick", "9h no tip: exit_holds");
    let text = "journey tip on schedule all day 09:00\n  wait 2d";
    check(
        text,
        "0 member all; 0 event A; 9h tick; 1d9h tick",
        "
        9h r1 starts tip v1
        1d9h no tip: already_active",
    );
}

/// The absorbed person's day was not begun yet; the survivor's was.
#[test]
fn a_merge_begins_each_day_once_and_an_undone_one_too() {
    let journeys = read_journeys(DAILY);
    let member = |player: &mut Player, from: Timestamp| {
        player.audiences.insert("all".to_owned());
        player.replan(from);
    };
    let (mut one, mut two) = (Player::new(journeys.clone()), Player::new(journeys.clone()));
    member(&mut one, START);
    member(&mut two, START + Span::HOUR);
    let nine = START + Span::hours(9);
    assert_eq!(begins(&mut one, nine), [nine]);
    let (own, other) = (one.runs.clone(), two.runs.clone());
    let (merged, _) = Runs::merge(&own, &other, &journeys);
    one.runs = merged;
    assert!(one.runs.next_at() <= Some(nine + Span::DAY), "early is right, late is not");
    one.replan(nine);
    assert_eq!(begins(&mut one, nine + Span::DAY), [nine + Span::DAY]);
    // Undone after the second day: it was theirs both.
    two.runs = Runs::apart(&one.runs, &other, &own, &[], |_| false);
    two.replan(nine + Span::DAY + Span::HOUR);
    assert_eq!(begins(&mut two, nine + Span::days(2)), [nine + Span::days(2)]);
}

#[test]
fn an_appointment_is_told_of_hours_before_it() {
    check(
        "journey soon on date meeting -2h\n  set told=1",
        "0 trait meeting=2026-11-22T15:30:00+01:00; 0 event A; 12h29m59s tick; 12h30m tick",
        "12h30m r1 starts soon v1
         12h30m r1 sets told=1
         12h30m r1 ends: completed",
    );
}

#[test]
fn what_a_trigger_of_time_may_not_say_is_told() {
    let told = |trigger: &str| {
        let journey = parse_journeys(&format!("journey t on {trigger}\n  set done=1")).remove(0);
        crate::check(&journey).into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(told("date day yearly -7d 09:00"), "");
    assert_eq!(told("date day -90m 09:00"), "trigger: with `at`, the offset must be whole days");
    assert_eq!(
        told("date day yearly -400d"),
        "trigger: the offset from a day that comes each year is longer than a year"
    );
    assert_eq!(told("schedule all month 0,32 09:00"), "trigger: a month has no such day");
    assert_eq!(told("schedule all week mon,mon 09:00"), "trigger: a day is there twice");
}
