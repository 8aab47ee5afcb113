//! Lines in; calendars, effects and complaints out.

use std::collections::BTreeSet;

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn parse(line: &str) -> Result<Action, String> {
    let parsed = Line::try_parse_from(std::iter::once("switchback").chain(line.split(' ')));
    Ok(parsed.map_err(|error| error.to_string())?.arguments.action)
}

/// What `plan` prints, with a clock that stands still.
fn plan(line: &str) -> Result<String, String> {
    let Action::Plan(arguments) = parse(&format!("plan {line}"))? else {
        return Err("no plan".into());
    };
    let planned = plan::planned(&arguments).map_err(|error| format!("{error:#}"))?;
    plan::text(&planned, &arguments, jiff::Timestamp::UNIX_EPOCH).map_err(|error| error.to_string())
}

/// Without line ends.
fn flat(text: &str) -> String {
    text.replace('\n', " ")
}

/// Puts the contents in `calendar.csv` and `units.csv` and runs up to the report.
fn effect(line: &str, calendar: &str, units: &str) -> Result<effect::Report, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut line = format!("effect {line}");
    for (name, content) in [("calendar.csv", calendar), ("units.csv", units)] {
        let path = folder.path().join(name).display().to_string();
        std::fs::write(&path, content).expect("a file");
        line = line.replace(name, &path);
    }
    let Action::Effect(arguments) = parse(&line)? else { return Err("no effect".into()) };
    effect::report(&arguments)
        .map_err(|error| format!("{error:#}").replace(&format!("{}/", folder.path().display()), ""))
}

const PLAN: &str =
    "--start 2027-01-04 --blocks 24 --block 7d --carry-over 2d --channels posts --seed autumn";
const ASK: &str = "--calendar calendar.csv --units units.csv --outcome orders --time day";

/// 24 weeks of days that begin two days before the calendar: the block before brings 20 for its
/// carry-over, this one 20 after it.
fn days(calendar: &str, brings: f64) -> String {
    let on: Vec<f64> = calendar
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(5).expect("posts").parse().expect("0 or 1"))
        .collect();
    let first = jiff::civil::date(2027, 1, 2);
    let mut text = "day,orders\n".to_owned();
    for at in 0..24 * 7 + 4_i64 {
        let day = first.checked_add(jiff::Span::new().days(at)).expect("a date");
        // With a lag of two days the state is that of the carry-over before.
        let state = (at - 4).div_euclid(7);
        let on = usize::try_from(state).ok().and_then(|it| on.get(it)).copied().unwrap_or(0.0);
        let season =
            at as f64 / 7.0 + f64::from(u8::from(day.weekday() == jiff::civil::Weekday::Sunday));
        let weather = (at * 37 % 11) as f64 / 5.0;
        text += &format!("{day},{}\n", 100.0 + season + weather + brings * on);
    }
    text
}

fn csv() -> String {
    plan(&format!("{PLAN} --format csv")).expect("a calendar")
}

#[test]
fn the_calendar_is_printed_and_read_back() {
    let text = csv();
    let mut lines = text.lines();
    let header = "block,from,to,counted_from,stratum,posts,probability,design";
    assert_eq!(lines.next(), Some(header));
    let first = lines.next().expect("a block");
    assert!(first.starts_with("1,2027-01-04,2027-01-11,2027-01-06,1,"), "{first}");
    assert!(first.ends_with(",0.5,separate"), "{first}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calendar.csv");
    std::fs::write(&path, &text).expect("a file");
    let read = calendar::Calendar::read(&path).expect("a calendar");
    assert_eq!(calendar::csv(&read.channels, &read.blocks, read.design), text);
    // Hours of a wall clock too, and combinations.
    let line = "--start 2027-01-04T06:00 --blocks 16 --block 36h --carry-over 12h --channels a,b \
                --factorial --seed x --format csv";
    let text = plan(line).expect("a calendar");
    assert!(text.contains("2,2027-01-05T18:00,2027-01-07T06:00,2027-01-06T06:00,1,"), "{text}");
    std::fs::write(&path, &text).expect("a file");
    let read = calendar::Calendar::read(&path).expect("a calendar");
    assert_eq!(calendar::csv(&read.channels, &read.blocks, read.design), text);
}

/// Made by another program from the published definitions of BLAKE3 and SplitMix64.
#[test]
fn a_seed_gives_the_calendar_that_it_gave_before() {
    const ORACLE: &str = include_str!("../../../../../fixtures/oracles/switchback_calendars.csv");
    let mut calendars = 0;
    for case in ORACLE.split("# ").filter(|case| !case.is_empty()) {
        let (line, expected) = case.split_once('\n').expect("a line and its calendar");
        let found = plan(&format!("{line} --format csv")).expect("a calendar");
        let dealt = |text: &str, from: usize| -> Vec<String> {
            let channels = |line: &str| line.split(',').skip(from).collect::<Vec<_>>().join(",");
            text.lines().map(channels).collect()
        };
        // Block, times and stratum go before the channels.
        assert_eq!(dealt(&found, 5)[1..], dealt(expected, 0), "{line}");
        calendars += 1;
    }
    assert_eq!(calendars, 3);
}

#[test]
fn longer_plans_begin_alike_and_other_seeds_do_not() {
    let longer = plan(&format!("{} --format csv", PLAN.replace("24", "40"))).expect("a calendar");
    assert!(longer.starts_with(&csv()));
    let other = plan(&format!("{} --format csv", PLAN.replace("autumn", "winter")));
    assert_ne!(other.expect("a calendar"), csv());
    let drawn = || plan(&format!("{} --format csv", PLAN.replace(" --seed autumn", "")));
    assert_ne!(drawn(), drawn(), "2^36 calendars");
}

#[test]
fn the_table_says_what_to_do_and_what_will_be_seen() {
    let text = plan(&format!("{PLAN} --spread 10 --effect 6")).expect("a calendar");
    for part in [
        "Switchback of posts · 24 blocks of 7d · 2d left out at the start of each · separate design",
        "    1  2027-01-04  2027-01-06    2027-01-11  1",
        "posts speaks in 12 of 24 blocks.",
        // (2.1098 + 0.8633) · 20 / √24, by tables of Student with 17 degrees of freedom.
        "an effect of 12 is seen with 80 % chance",
        "An effect of 6 needs",
        "Seed: autumn",
    ] {
        assert!(flat(&text).contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn events_are_icalendar() {
    let text = plan(&format!("{PLAN} --format ics")).expect("a calendar");
    assert_eq!(text.matches("BEGIN:VEVENT\r\n").count(), 24);
    let start = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Fulcrum//switchback//EN\r\n";
    assert!(text.starts_with(start) && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    for part in [
        "DTSTAMP:19700101T000000Z\r\n",
        "DTSTART;VALUE=DATE:20270104\r\nDTEND;VALUE=DATE:20270111\r\n",
        "TRANSP:TRANSPARENT\r\n",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        text.contains("SUMMARY:posts ON\r\n") && text.contains("SUMMARY:posts off\r\n"),
        "{text}"
    );
    let line = "--start 2027-01-04T06:00 --blocks 12 --block 36h --carry-over 12h \
                --channels öffentliche;Beiträge_und_Anzeigen_in_allen_Zeitungen_des_Landes,pages --format ics";
    let text = plan(line).expect("a calendar");
    assert!(text.contains("DTSTART:20270104T060000\r\n"), "{text}");
    assert!(text.contains("\r\nSUMMARY:öffentliche\\;Beiträge"), "{text}");
    assert!(
        text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])),
        "{text}"
    );
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains("Zeitungen_des_Landes ON\\, pages "), "{unfolded}");
    let ids = |text: &str| -> BTreeSet<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let again = plan(&format!("{PLAN} --format ics")).expect("a calendar");
    let other = plan(&format!("{} --format ics", PLAN.replace("autumn", "x"))).expect("a calendar");
    assert_eq!(ids(&again).len(), 24);
    assert!(ids(&again).is_disjoint(&ids(&other)));
}

#[test]
fn days_tell_the_effect_and_the_carry_over_is_left_out() {
    let calendar = csv();
    let report = effect(ASK, &calendar, &days(&calendar, 20.0)).expect("a report");
    let counts = effect::Rows { counted: 24 * 5, carry_over: 24 * 2, outside: 4 };
    assert_eq!(report.rows, counts);
    let posts = &report.found.channels[0];
    assert_eq!((posts.blocks_on, posts.blocks_off), (12, 12));
    let (low, high) = (posts.low.expect("known"), posts.high.expect("known"));
    assert!(low < 20.0 && 20.0 < high && high - low < 4.0, "{posts:?}");
    assert!(posts.randomisation_p.expect("few") < 0.001);
    let text = effect::table(&report);
    for part in [
        "Switchback of posts · 24 blocks in 6 strata · 120 rows counted, 48 within the carry-over",
        "While posts speaks: ",
        "more orders than the 1",
        "4 rows lie outside the calendar.",
        "(1,999",
    ] {
        assert!(flat(&text).contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    // Rows that name their block, without the carry-over, say the same as days.
    let mut by_number = "week,orders\n".to_owned();
    let all = days(&calendar, 20.0);
    let orders: Vec<&str> = all.lines().skip(3).filter_map(|line| line.split(',').nth(1)).collect();
    for (week, orders) in (1..=24).zip(orders.chunks(7)) {
        orders[2..].iter().for_each(|it| by_number += &format!("{week},{it}\n"));
    }
    let line = "--calendar calendar.csv --units units.csv --outcome orders --block-column week";
    let by_block = effect(line, &calendar, &by_number).expect("a report");
    assert_eq!(by_block.found.channels, report.found.channels);
    assert_eq!(by_block.rows.counted, 120);
}

#[test]
fn what_is_missing_is_said() {
    let calendar = csv();
    let all = days(&calendar, 0.0);
    let lines = |n: usize| all.lines().take(n).map(|line| format!("{line}\n")).collect::<String>();
    // The header, two days before and the carry-over; sixteen weeks and a day.
    let report = effect(ASK, &calendar, &lines(1 + 2 + 16 * 7 + 3)).expect("a report");
    assert_eq!((report.found.blocks, report.found.insufficient.as_deref()), (17, None));
    let warnings = report.found.warnings.join("\n");
    assert!(warnings.contains("are left out: 18, 19, 20, 21, 22, 23, 24"), "{warnings}");
    assert!(warnings.contains("the usual 5 rows count like the others: 17;"), "{warnings}");
    let few = effect(ASK, &calendar, &lines(1 + 2 + 8 * 7)).expect("a report all the same");
    let reason = "8 blocks with an outcome; at least 12 are needed";
    assert_eq!(few.found.insufficient.as_deref(), Some(reason));
    assert!(effect::table(&few).contains(&format!("Not enough data: {reason}.")));
}

#[test]
fn mistakes_are_named_with_their_place() {
    #[track_caller]
    fn refused(line: &str, expected: &str) {
        let complaint = plan(line).expect_err("refused");
        assert!(complaint.contains(expected), "{complaint}");
    }
    refused(
        &PLAN.replace("--carry-over 2d", "--carry-over 3d"),
        "at least 3 times as long as the carry-over",
    );
    refused(&PLAN.replace("--blocks 24", "--blocks 8"), "plan at least 12");
    refused(&PLAN.replace("--blocks 24", "--blocks 25"), "plan 24 or 28 blocks");
    refused(&PLAN.replace("2027-01-04", "Monday"), "--start must be a date");
    refused(&PLAN.replace("--block 7d", "--block week"), "--block must be a time above 0");
    refused(&PLAN.replace("--block 7d", "--block 100000.5s"), "--block must be in whole minutes");
    refused(&PLAN.replace("posts", "posts,posts"), "named twice");
    refused(&PLAN.replace("posts", "block"), "cannot be called `block`");
    refused(&PLAN.replace("posts", "a,b,c,d,e"), "5 channels");
    refused(&format!("{PLAN} --factorial"), "two or more channels");
    refused(&format!("{PLAN} --effect 3"), "--spread");
    refused(&format!("{PLAN} --stratum week"), "write month, quarter, or a number");
    refused(&format!("{PLAN} --spread 0"), "spread of block means must be above 0");

    #[track_caller]
    fn complains(line: &str, calendar: &str, units: &str, expected: &str) {
        let complaint = effect(line, calendar, units).expect_err("a complaint");
        assert!(complaint.contains(expected), "{complaint}");
    }
    let calendar = csv();
    let units = days(&calendar, 1.0);
    complains(ASK, "block,posts\n1,1\n", &units, "has no column `from`");
    let header = calendar.lines().next().expect("a header").to_owned() + "\n";
    complains(ASK, &header, &units, "has no blocks");
    let twice = calendar.clone() + calendar.lines().last().expect("a block") + "\n";
    complains(
        ASK,
        &twice,
        &units,
        "calendar.csv row 26 column from: begins before the block above",
    );
    let wrong = calendar.replacen("2027-01-06", "2027-01-26", 1);
    complains(ASK, &wrong, &units, "row 2 column counted_from: is not between");
    complains(ASK, &calendar.replacen("separate", "odd", 1), &units, "`odd` is neither separate");
    complains(
        ASK,
        &calendar,
        "day,orders\nyesterday,3\n",
        "units.csv row 2 column day: `yesterday` is not a time",
    );
    complains(ASK, &calendar, "day,orders\n2020-01-01,3\n", "no row of units.csv lies in a block");
    let by_block = ASK.replace("--time", "--block-column");
    complains(
        &by_block,
        &calendar,
        "day,orders\n25,3\n",
        "row 2 column day: the calendar has no block 25",
    );
    complains(&format!("{ASK} --zone Mars"), &calendar, &units, "`Mars` is no time zone");
    complains(&format!("{ASK} --confidence 95"), &calendar, &units, "between 0 and 1");
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    use serde_json::Value;
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/switchback.json"))
            .expect("JSON");
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let text = plan(&format!("{PLAN} --spread 10 --effect 6 --format json")).expect("a calendar");
    let planned: Value = serde_json::from_str(&text).expect("JSON");
    let calendar = csv();
    let mut report = effect(ASK, &calendar, &days(&calendar, 20.0)).expect("a report");
    report.found.insufficient = Some("for the key".to_owned());
    report.found.channels[0].reason = Some("for the key".to_owned());
    let found = serde_json::to_value(&report).expect("JSON");
    for (name, value) in [
        ("plan", &planned),
        ("block", &planned["blocks"][0]),
        ("visible", &planned["visible"]),
        ("effect", &found),
        ("rows", &found["rows"]),
        ("channel", &found["channels"][0]),
    ] {
        assert_eq!(keys(&schema["$defs"][name]["properties"]), keys(value), "{name}");
    }
}

/// The manual's example, whose data were made by another program from this calendar.
#[test]
fn the_manual_shows_what_is_printed() {
    const MANUAL: &str = include_str!("../../../../../docs/measurement/switchback.md");
    const ORDERS: &str = include_str!("../../../../../fixtures/switchback/orders.csv");
    let line = "--start 2027-01-04 --blocks 24 --block 7d --carry-over 2d --channels posts --seed spring_campaign";
    let text = plan(&format!("{line} --spread 5 --effect 5")).expect("a calendar");
    let calendar = plan(&format!("{line} --format csv")).expect("a calendar");
    let report = effect(ASK, &calendar, ORDERS).expect("a report");
    let found = effect::table(&report);
    assert!(MANUAL.contains(&text) && MANUAL.contains(&found), "{text}=====\n{found}=====");
    let posts = &report.found.channels[0];
    assert!(posts.low.expect("known") < 12.0 && 12.0 < posts.high.expect("known"), "the truth");
}
