//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the contents in files, runs up to the report, and returns it with the file of people, or the
/// complaint without the folder.
fn ask(line: &str, content: &str, values: &str) -> Result<(Report, String), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("in.csv"), content).expect("a file");
    std::fs::write(path("values.csv"), values).expect("a file");
    let line = ["in.csv", "values.csv", "people.csv"].iter().fold(line.to_owned(), |line, name| {
        line.replace(&format!(" {name}"), &format!(" {}", path(name)))
    });
    let parsed = Line::try_parse_from(std::iter::once("influence").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    let question = question(&arguments).map_err(clean)?;
    let input = read::read(&arguments).map_err(clean)?;
    let report = report(&arguments, &question, &input);
    let mut people = String::new();
    if let Some(path) = &arguments.people {
        write_people(path, &input, &report.found).map_err(clean)?;
        people = std::fs::read_to_string(path).expect("written");
    }
    Ok((report, people))
}

const ASK: &str = "--referrals in.csv --referrer-column by --referred-column who";
const VALUES: &str = "--values values.csv --person-column who --value-column worth";

fn some() -> (String, String) {
    let mut referrals = "who,by,when\nann,,2026-01-01\n".to_owned();
    let mut values = "who,worth\nann,100\n".to_owned();
    for i in 0..40 {
        let by = if i < 30 { "ann".to_owned() } else { format!("p{}", i - 30) };
        referrals += &format!("p{i},{by},2026-01-{:02}\n", 2 + i / 2);
        values += &format!("p{i},{}\np{i},1\n", i);
    }
    (referrals, values)
}

#[test]
fn people_are_brought_and_valued() {
    let (referrals, values) = some();
    let line = format!("{ASK} --time-column when {VALUES} --window 5d --people people.csv");
    let (report, people) = ask(&line, &referrals, &values).expect("a report");
    let found = &report.found;
    assert_eq!((found.people, found.brought, found.bringers, found.generations), (41, 40, 11, 2));
    // 0 + … + 39 and one more each; those of the second step at half.
    assert_eq!((found.value.direct, found.value.indirect), (820.0, 177.5));
    assert_eq!(found.value.total, 920.0);
    assert_eq!(report.top[0].person, "ann");
    let mut rows = people.lines();
    assert_eq!(rows.next(), Some("person,value,brought,descendants,direct,indirect,network"));
    assert!(rows.next().expect("ann").starts_with("ann,100,30,40,465,177.5,0."));
    assert_eq!(rows.count(), 40);
    assert!(found.insufficient.is_none());
    let text = show::table(&report);
    for part in [
        "Of 41 people 40 were brought, by 11 others",
        "820 of 920",
        "brings within 5 days is not known",
        "ann",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(show::csv(&report).lines().count(), 1 + 3 + 4 + 3 + 5 * report.top.len());
}

#[test]
fn the_json_is_the_one_in_the_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/influence.json"))
            .expect("a schema");
    let (referrals, values) = some();
    let line = format!("{ASK} --time-column when {VALUES} --window 5d");
    let (mut report, _) = ask(&line, &referrals, &values).expect("a report");
    report.found.insufficient = Some("for the key".to_owned());
    report.found.per_person.reason = Some("for the key".to_owned());
    report.found.per_person.window = Some(1.0);
    report.found.top_tenth.reason = Some("for the key".to_owned());
    let json = serde_json::to_value(&report).expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    for (name, value) in [
        ("influence", &json),
        ("value", &json["value"]),
        ("left_out", &json["left_out"]),
        ("rate", &json["per_person"]),
        ("share", &json["top_tenth"]),
        ("person", &json["top"][0]),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[test]
fn without_times_claims_share_and_without_values_people_count() {
    let text = "who,by\nc,a\nc,b\nd,c\n,a\n";
    let (report, _) = ask(ASK, text, "").expect("a report");
    assert_eq!(report.found.rule, ClaimRule::Equal);
    assert_eq!((report.found.value.direct, report.found.referrals), (2.0, 3));
    assert!(report.found.insufficient.is_some() && report.found.reproduction.is_none());
    assert_eq!(report.found.warnings.len(), 2);
    let text = show::table(&report);
    assert!(text.contains("How uneven bringers are is not known"), "{text}");
    let (report, _) = ask(ASK, "who,by\n", "").expect("a report");
    assert!(show::table(&report).starts_with("Not enough data to speak of influence: nobody"));
}

#[track_caller]
fn complains(line: &str, content: &str, values: &str, expected: &str) {
    let complaint = ask(line, content, values).expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let text = "who,by,when\nb,a,2026-01-02\nc,a,soon\n";
    let timed = format!("{ASK} --time-column when");
    complains(&timed, text, "", "in.csv row 3 column when: `soon` is not a time\n  hint: write");
    complains(&ASK.replace("by", "from"), text, "", "has no column `from`");
    complains(&format!("{ASK} --claims first"), text, "", "needs --time-column");
    complains(
        &format!("{ASK} {VALUES}"),
        text,
        "who,worth\nb,much\n",
        "values.csv row 2 column worth: `much` is not a number",
    );
    complains(&format!("{ASK} --values values.csv"), text, "", "--person-column");
    complains(&format!("{ASK} --discount 2"), text, "", "from 0 to 1");
    complains(&format!("{ASK} --damping 1"), text, "", "--damping");
    complains(&format!("{ASK} --window soon"), text, "", "--window");
    complains(&format!("{ASK} --confidence 95"), text, "", "between 0 and 1");
    complains(ASK, "", "", "is empty");
}
