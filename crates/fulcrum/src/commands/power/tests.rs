//! Arguments in, plans out.

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn ask(line: &str) -> Result<Plan, String> {
    let parsed = Line::try_parse_from(std::iter::once("power").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    plan(&arguments).map_err(|error| error.to_string())
}

const ASK: &str = "--mean 10 --sd 4 --channels 3 --panel 0.95 --people-per-week 1000";

#[test]
fn a_plan_is_read_from_the_line() {
    let plan = ask(ASK).expect("a plan");
    assert_eq!(plan.horizon, Horizon::Weeks(12.0));
    assert_eq!(plan.outcome, Outcome::Amount { mean: 10.0, sd: 4.0 });
    let plan = ask(&format!("{ASK} --leverage 0.5 --design pairs")).expect("a plan");
    assert_eq!((plan.horizon, plan.design.name()), (Horizon::Leverage(0.5), "pairs"));
}

#[test]
fn the_table_names_weeks_cells_and_costs() {
    let plan = ask(ASK).expect("a plan");
    let found = power(&plan).expect("it makes sense");
    let text = table(&found, &plan);
    for part in ["After 12 weeks", "with 80 % chance", "none", "all", "24 weeks", "withheld"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(csv(&found).lines().count(), 13);
    let json = serde_json::to_value(&found).expect("JSON");
    assert!(json["minimum_detectable"]["leverage"].is_number());
    assert_eq!(json["cells"][1]["on"], serde_json::json!([1]));
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    use serde_json::Value;
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/power.json")).expect("JSON");
    let keys = |value: &Value| -> std::collections::BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let plan = ask(&format!("{ASK} --together 2")).expect("a plan");
    let found = power(&plan).expect("it makes sense");
    assert!(table(&found, &plan).contains("which costs about"), "{}", table(&found, &plan));
    let json = serde_json::to_value(&found).expect("JSON");
    for (name, value) in [
        ("power", &json),
        ("smallest", &json["minimum_detectable"]),
        ("cell", &json["cells"][0]),
        ("point", &json["curve"][0]),
        ("forgone", &json["forgone"]),
    ] {
        assert_eq!(keys(&schema["$defs"][name]["properties"]), keys(value), "{name}");
    }
}

#[test]
fn contradictions_are_refused() {
    let complains = |line: &str, expected: &str| {
        let complaint = ask(line).expect_err("refused");
        assert!(complaint.contains(expected), "{complaint}");
    };
    complains("--channels 3 --panel 0.2 --people-per-week 9", "--baseline");
    complains(&format!("{ASK} --baseline 0.1"), "--baseline");
    complains(&format!("{ASK} --weeks 3 --leverage 2"), "--leverage");
    complains("--mean 1 --channels 3 --panel 0.2 --people-per-week 9", "--sd");
}
