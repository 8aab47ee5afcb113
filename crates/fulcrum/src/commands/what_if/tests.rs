//! Arguments and a file in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn ask(line: &str, content: &str) -> Result<Report, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.csv").display().to_string();
    std::fs::write(&path, content).expect("a file");
    let words = ["what-if", "--decisions", path.as_str()].into_iter().chain(line.split(' '));
    let arguments = Line::try_parse_from(words).map_err(|error| error.to_string())?.arguments;
    report(&arguments)
        .map_err(|error| format!("{error:#}").replace(&format!("{}/", folder.path().display()), ""))
}

const HEAD: &str = "decision,person,fold,channel,hour,probability,taken,response,mine\n";

/// Each person twice; e-mail is answered by every second, push by every fourth.
fn some() -> String {
    let mut text = HEAD.to_owned();
    for n in 0..600 {
        let email = n % 5 < 3;
        let response = if email { n % 2 == 0 } else { n % 4 == 0 };
        let row = |channel: &str, hour: u32, probability: f64, mine: f64, taken: bool| {
            format!(
                "m{n},p{},{},{channel},{hour},{probability},{},{},{mine}\n",
                n / 2,
                n / 2 % 2,
                u8::from(taken),
                u8::from(response)
            )
        };
        text += &row("email", 33, 0.4, 0.5, n % 5 < 2);
        text += &row("email", 34, 0.2, 0.0, n % 5 == 2);
        text += &row("push", 33, 0.4, 0.5, !email);
    }
    text
}

fn value(it: &measurement::Compared) -> f64 {
    it.value.estimate.expect("known")
}

#[test]
fn a_rule_that_takes_one_channel_brings_what_that_channel_brought() {
    let report = ask("--channel email", &some()).expect("a report");
    // Of the decisions for e-mail, half were answered.
    assert!((value(&report.found.self_normalised) - 0.5).abs() < 0.02, "{report:?}");
    assert!(0.0 < report.found.doubly_robust.difference.low.expect("low"), "{report:?}");
    assert_eq!((report.found.n, report.found.people, report.impossible), (600, 300, 0));
    let text = show::table(&report);
    for part in [
        "would have brought more",
        "always email",
        "one decision at a time, and not the course of a relationship under caps",
        "doubly robust",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(show::csv(&report).lines().count(), 1 + 1 + 6 + 5);
}

#[test]
fn the_same_rule_brings_what_it_brought() {
    let report = ask("--logged", &some()).expect("a report");
    let logged = report.found.logged.estimate.expect("known");
    assert!((value(&report.found.inverse_propensity) - logged).abs() < 1e-12);
    assert!((report.found.effective_n - 600.0).abs() < 1e-9);
    assert!(show::table(&report).contains("cannot be told"), "{}", show::table(&report));
}

#[test]
fn rules_by_hour_by_column_and_even() {
    let hour = ask("--hour 10", &some()).expect("a report");
    assert_eq!((hour.rule.as_str(), hour.impossible), ("always at 10:00", 0));
    let both = ask("--channel push --hour 10", &some()).expect("a report");
    assert_eq!(both.impossible, 600, "push at 10:00 was never possible");
    let mine = ask("--target-column mine", &some()).expect("a report");
    assert_eq!(mine.rule, "the probabilities in `mine`");
    assert!(mine.found.insufficient.is_none());
    assert_eq!(ask("--even", &some()).expect("a report").found.n, 600);
}

#[test]
fn the_json_is_the_one_in_the_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/what-if.json"))
            .expect("a schema");
    let mut report = ask("--even", &some()).expect("a report");
    report.found.insufficient = Some("for the key".to_owned());
    report.found.logged.reason = Some("for the key".to_owned());
    let json = serde_json::to_value(&report).expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let mut compared = json["doubly_robust"].clone();
    compared["reason"] = Value::from("for the key");
    for (name, value) in
        [("what_if", &json), ("estimate", &json["logged"]), ("compared", &compared)]
    {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[track_caller]
fn complains(line: &str, content: &str, expected: &str) {
    let complaint = ask(line, content).expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let row = |channel: &str, hour: u32, probability: f64, taken: u32| {
        format!("m1,p1,0,{channel},{hour},{probability},{taken},1,0.5\n")
    };
    let two = |first: String, second: String| format!("{HEAD}{first}{second}");
    complains(
        "--even",
        &two(row("pigeon", 1, 0.5, 1), row("push", 1, 0.5, 0)),
        "in.csv row 2 column channel",
    );
    complains(
        "--even",
        &two(row("email", 168, 0.5, 1), row("push", 1, 0.5, 0)),
        "is not an hour of the week",
    );
    complains(
        "--even",
        &two(row("email", 1, 0.5, 1), row("push", 1, 0.2, 0)),
        "decision `m1`: the probabilities do not add up to 1",
    );
    complains(
        "--even",
        &two(row("email", 1, 0.5, 0), row("push", 1, 0.5, 0)),
        "what was done is not among what was possible",
    );
    complains("--target-column yours", &some(), "has no column `yours`");
    complains("--channel pigeon", &some(), "`pigeon` is not a channel");
    complains("--hour 24", &some(), "--hour must be from 0 to 23");
    assert!(ask("--confidence 0.9", &some()).is_err(), "a rule is needed");
    let none = ask("--even", HEAD).expect("a report");
    assert_eq!(none.found.insufficient.as_deref(), Some("there are no decisions"));
}
