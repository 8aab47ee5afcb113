//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the content in `in.csv`, runs up to the result, and returns it with its table, or the
/// complaint without the folder.
fn ask(line: &str, content: &str) -> Result<(Uplift, String), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.csv").display().to_string();
    std::fs::write(&path, content).expect("a file");
    let line = line.replace("in.csv", &path);
    let parsed = Line::try_parse_from(std::iter::once("uplift").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    check(&arguments).map_err(clean)?;
    let found = estimate(&arguments, &read(&arguments).map_err(clean)?);
    let text = show::table(&found, &arguments.outcome);
    Ok((found, text))
}

const ASK: &str = "--units in.csv --outcome visit --treatment mail --score points";

/// Four hundred people; of every ten with a score over 20 and a mail two more visit.
fn people() -> String {
    let mut text = "mail,points,visit,spend\n".to_owned();
    for i in 0..400_u32 {
        let (mail, points) = (i % 2, i / 10);
        let visits = u32::from(i / 2 % 5 == 0 || (mail == 1 && 20 < points && i / 2 % 5 == 1));
        text += &format!("{mail},{points},{visits},{}\n", visits * (5 + i % 7));
    }
    text
}

#[test]
fn a_score_is_worth_what_its_order_gains() {
    let (found, text) = ask(ASK, &people()).expect("a result");
    assert_eq!((found.n, found.treated, found.control, found.binary), (400, 200, 200, true));
    let top = &found.top[3];
    assert_eq!((top.people, top.treated, top.score), (200, 100, Some(20.0)));
    // A fifth visits without mail; with it two fifths of those over 20.
    assert!((top.uplift.estimate.expect("known") - 0.19).abs() < 0.02);
    assert!((found.average.estimate.expect("known") - 0.095).abs() < 1e-12);
    assert!(0.0 < found.qini.estimate.expect("known"));
    assert!(text.contains("Qini coefficient") && text.contains("top 50 % (200)"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let rows = show::csv(&found);
    assert_eq!(rows.lines().count(), 1 + 4 + 4 + found.curve.len());
    let money = ASK.replace("visit", "spend");
    let (found, text) = ask(&money, &people()).expect("a result");
    assert!(found.qini.estimate.is_none() && found.area.low.is_some());
    assert!(text.contains("not known: Qini coefficient"), "{text}");
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let few: String = people().lines().take(150).map(|line| format!("{line}\n")).collect();
    let (found, text) = ask(ASK, &few).expect("a result all the same");
    let reason = found.insufficient.expect("not enough");
    assert!(reason.contains("at least 100 must"), "{reason}");
    assert!(text.contains("Not enough data to know what the score is worth: 7"), "{text}");
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/uplift.json")).expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let (mut found, _) = ask(ASK, &people()).expect("a result");
    found.insufficient = Some("for the key".to_owned());
    found.qini.reason = Some("for the key".to_owned());
    found.top[0].uplift.reason = Some("for the key".to_owned());
    let json = serde_json::to_value(&found).expect("JSON");
    for (name, value) in [
        ("uplift", &json),
        ("estimate", &json["qini"]),
        ("top", &json["top"][0]),
        ("point", &json["curve"][1]),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    let complains = |line: &str, content: &str, expected: &str| {
        let complaint = ask(line, content).expect_err("a complaint");
        assert!(complaint.contains(expected), "{complaint}");
    };
    complains(
        ASK,
        "mail,points,visit\nmaybe,1,0\n",
        "in.csv row 2 column mail: `maybe` is not 0/1",
    );
    complains(
        ASK,
        "mail,points,visit\n1,NaN,0\n",
        "in.csv row 2 column points: `NaN` is not a number",
    );
    complains(ASK, "mail,point,visit\n", "has no column `points`\n  hint: did you mean `point`?");
    complains(&format!("{ASK} --top 30"), "", "--top must be shares between 0 and 1");
    complains(&format!("{ASK} --confidence 95"), "", "between 0 and 1");
    complains(&ASK.replace("points", "visit"), "", "the column `visit` is named twice");
    complains("--units in.csv --outcome visit --treatment mail", "", "--score");
}
