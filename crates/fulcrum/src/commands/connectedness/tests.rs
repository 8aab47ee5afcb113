//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the content in `in.csv`, runs up to the report, and returns it with the file of people, or
/// the complaint without the folder.
fn ask(line: &str, content: &str) -> Result<(Report, String), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("in.csv"), content).expect("a file");
    let line = line.replace("in.csv", &path("in.csv")).replace("out.csv", &path("out.csv"));
    let parsed = Line::try_parse_from(std::iter::once("connectedness").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    let weights = check(&arguments).map_err(clean)?;
    let input = read::read(&arguments).map_err(clean)?;
    let report = report(&arguments, weights, &input);
    let mut people = String::new();
    if let Some(path) = &arguments.write {
        write_people(path, &input, &report.found).map_err(clean)?;
        people = std::fs::read_to_string(path).expect("written");
    }
    Ok((report, people))
}

/// 300 people in two groups and two periods; the more useful, the likelier they stay.
fn some() -> String {
    let mut text =
        "who,team,quarter,useful_yes,useful_of,welcome_yes,welcome_of,stayed,out,worth,fame,cost\n"
            .to_owned();
    for i in 0..300_u32 {
        for quarter in ["q2", "q1"] {
            let useful = (i * 7 + 3) % 11;
            let stayed = u32::from(5 < useful + i % 4);
            let out = u32::from(i % 3 == 0);
            text += &format!(
                "p{i},{},{quarter},{useful},12,{},5,{stayed},{out},{},1,{}\n",
                ["north", "south"][(i % 2) as usize],
                4 + i % 2,
                10 + i % 5 + 4 * (1 - out),
                1 - out
            );
        }
    }
    text
}

const ASK: &str = "--people in.csv --person-column who";
const ALL: &str = "--people in.csv --person-column who --group-column team --period-column quarter \
                   --retained stayed --learn-weights --holdout-column out --value-column worth+fame \
                   --cost-column cost --write out.csv";

#[test]
fn parts_index_groups_periods_and_return_are_shown() {
    let (report, people) = ask(ALL, &some()).expect("a report");
    let found = &report.found;
    assert_eq!((found.people, found.parts.len(), found.levels.len()), (300, 2, 9));
    assert_eq!(found.levels[3].period.as_deref(), Some("q1"), "in their order");
    assert_eq!(found.parts[0].evidence.of, 2 * 300 * 12);
    let relationship = report.relationship.as_ref().expect("asked for");
    // Two rows each: 8 of value and 2 of cost more.
    assert_eq!((relationship.treated, relationship.holdout), (200, 100));
    let per_cost = relationship.per_cost.estimate.expect("known");
    assert!((per_cost - 4.0).abs() < 0.1, "{per_cost}");
    let learned = report.learned.as_ref().expect("asked for");
    assert_eq!(learned.people, 300);
    let lines: Vec<&str> = people.lines().collect();
    assert_eq!(lines.len(), 601);
    assert!(
        lines[0].starts_with("person,group,period,index,index_low,index_high,useful,useful_low")
    );
    assert!(lines[1].starts_with("p0,north,q2,0."), "{}", lines[1]);
    let text = show::table(&report);
    for part in ["The connectedness of 300 people", "Return on relationship", "north, q1", "useful"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(show::csv(&report).lines().count(), 1 + 2 + 9 * 3 + 3);
}

#[test]
fn columns_can_be_named_added_and_turned() {
    let parts = "--part useful=useful_yes+welcome_yes/useful_of+welcome_of --part welcome=!out/1";
    let (report, _) = ask(&format!("--people in.csv {parts}"), &some()).expect("a report");
    let found = &report.found;
    assert_eq!(found.people, 600, "each row is a person without their names");
    assert_eq!(found.parts[0].evidence.of, 600 * 17);
    assert_eq!((found.parts[1].evidence.yes, found.parts[1].evidence.of), (400, 600));
    let (report, _) = ask(&format!("{ASK} --weights welcome=3"), &some()).expect("a report");
    let weights: Vec<Option<f64>> = report.found.parts.iter().map(|it| it.weight).collect();
    assert_eq!(weights, [Some(0.0), Some(1.0)]);
}

#[test]
fn the_json_is_the_one_in_the_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/connectedness.json"))
            .expect("a schema");
    let (mut report, _) = ask(ALL, &some()).expect("a report");
    report.found.insufficient = Some("for the key".to_owned());
    report.found.parts[0].reason = Some("for the key".to_owned());
    let relationship = report.relationship.as_mut().expect("asked for");
    relationship.insufficient = Some("for the key".to_owned());
    relationship.gain.reason = Some("for the key".to_owned());
    relationship.per_cost.reason = Some("for the key".to_owned());
    let json = serde_json::to_value(&report).expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    for (name, value) in [
        ("connectedness", &json),
        ("part", &json["parts"][0]),
        ("rate", &json["parts"][0]["mean"]),
        ("level", &json["levels"][0]),
        ("level_part", &json["levels"][0]["parts"][0]),
        ("learned", &json["learned"]),
        ("weight", &json["learned"]["weights"][0]),
        ("relationship", &json["relationship"]),
        ("estimate", &json["relationship"]["gain"]),
        ("ratio", &json["relationship"]["return"]),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let (report, people) =
        ask(&format!("{ASK} --write out.csv"), "who,useful_yes,useful_of\na,1,2\n")
            .expect("a report");
    assert!(report.found.insufficient.is_some());
    assert!(show::table(&report).starts_with("Not enough data to speak of connectedness"));
    assert_eq!(people.lines().count(), 1);
}

#[track_caller]
fn complains(line: &str, content: &str, expected: &str) {
    let complaint = ask(line, content).expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let text = "who,useful_yes,useful_of\na,1,2\nb,3,2\n";
    complains(
        ASK,
        text,
        "in.csv row 3 column useful_yes: 3 of 2 is more than all\n  hint: count the occasions",
    );
    complains(
        ASK,
        "who,useful_yes,useful_of\na,-1,2\n",
        "row 2 column useful_yes: `-1` is not a whole",
    );
    complains(ASK, "who,useful_yes\na,1\n", "has no column `useful_of`");
    complains(ASK, "who,clicks\na,1\n", "has no part\n  hint: name two columns");
    complains(&format!("{ASK} --part usefull=a/b"), text, "did you mean `useful`?");
    complains(&format!("{ASK} --part useful=who"), text, "NAME=YES/OF");
    complains(&format!("{ASK} --part useful"), text, "is not NAME=YES/OF");
    complains(&format!("{ASK} --weights useful"), text, "is not NAME=WEIGHT");
    complains(&format!("{ASK} --weights useful=-1"), text, "a number from 0 on");
    complains(&format!("{ASK} --weights useful=0"), text, "a weight above 0");
    complains(&format!("{ASK} --learn-weights"), text, "--retained");
    complains(&format!("{ASK} --confidence 2"), text, "between 0 and 1");
    let twice = "who,useful_yes,useful_of,stayed\na,1,2,1\na,1,2,0\n";
    complains(
        &format!("{ASK} --retained stayed --learn-weights"),
        twice,
        "row 3 column stayed: says otherwise",
    );
    complains("--people in.csv", "", "is empty");
}
