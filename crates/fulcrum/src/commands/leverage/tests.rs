//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the contents in files `units.csv` (and `shares.csv`), runs up to the report, and returns
/// it or the complaint without the folder.
fn ask(line: &str, content: &str, shares: &str) -> Result<Leverage, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("units.csv"), content).expect("a file");
    std::fs::write(path("shares.csv"), shares).expect("a file");
    let line = line.replace("units.csv", &path("units.csv"));
    let line = line.replace("shares.csv", &path("shares.csv"));
    let parsed = Line::try_parse_from(std::iter::once("leverage").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    report(&arguments).map_err(clean)
}

/// Ten people in each cell of two channels; everything is 1 to 10, plus 2 where both are on.
fn people() -> String {
    let mut text = "email,social,spend,before\n".to_owned();
    for on in 0..4_u32 {
        for i in 1..=10_u32 {
            let (email, social) = (on & 1, on >> 1);
            text += &format!("{email},{social},{},{}\n", i + 2 * (email & social), i * 3 % 7);
        }
    }
    text
}

const ASK: &str = "--units units.csv --outcome spend --channels email,social";

#[test]
fn leverage_is_read_from_people() {
    let report = ask(ASK, &people(), "").expect("a report");
    assert_eq!((report.n, report.design, report.order), (40, "factorial", 2));
    let leverage = report.leverage.estimate.expect("identified");
    assert!((leverage - 2.0).abs() < 1e-12);
    // Each cell has variance 55/6, so 4 × (55/6) / 10.
    let se = report.leverage.se.expect("identified");
    assert!((se - (55.0_f64 / 15.0).sqrt()).abs() < 1e-12);
}

#[test]
fn people_and_their_sums_say_the_same() {
    // 1 to 10 and 3 to 12: sums, squares, cubes.
    let sums = "email,social,n,sum_y,sum_y2,sum_y3,nonzero\n\
                0,0,10,55,385,3025,10\n1,0,10,55,385,3025,10\n\
                0,1,10,55,385,3025,10\n1,1,10,75,645,6075,10\n";
    let from_sums = ask("--sums units.csv", sums, "").expect("a report");
    let from_people = ask(ASK, &people(), "").expect("a report");
    let close = |a: &Estimate, b: &Estimate| {
        let near =
            |a: Option<f64>, b: Option<f64>| (a.expect("known") - b.expect("known")).abs() < 1e-9;
        near(a.estimate, b.estimate) && near(a.low, b.low) && near(a.p, b.p)
    };
    assert!(close(&from_sums.leverage, &from_people.leverage));
    assert!(close(&from_sums.shapley[0].estimate, &from_people.shapley[0].estimate));
}

#[test]
fn a_cap_is_another_outcome_and_both_are_shown() {
    let report = ask(&format!("{ASK} --cap 3"), &people(), "").expect("a report");
    // 1, 2, 3 × 8 against 3 × 10: the cap takes most of it.
    assert_eq!(report.cap, Some(3.0));
    assert!((report.leverage.estimate.expect("identified") - 0.3).abs() < 1e-12);
    let uncapped = report.uncapped.expect("shown beside");
    assert!((uncapped.leverage.estimate.expect("identified") - 2.0).abs() < 1e-12);
}

#[test]
fn declared_shares_are_tested() {
    let shares = "email,social,share\n0,0,0.25\n1,0,0.25\n0,1,0.25\n1,1,0.25\n";
    let report = ask(&format!("{ASK} --shares shares.csv"), &people(), shares).expect("a report");
    let test = report.sample_ratio.expect("declared");
    assert_eq!((test.chi2, test.df, test.p), (Some(0.0), 3.0, 1.0));
    let line = format!("{ASK} --panel 0.1 --design factorial");
    let test = ask(&line, &people(), "").expect("a report").sample_ratio.expect("declared");
    assert!(test.p < 0.001, "nearly everybody should have all on");
}

#[test]
fn the_json_has_the_promised_keys() {
    let report = ask(&format!("{ASK} --covariate before"), &people(), "").expect("a report");
    let json = serde_json::to_value(&report).expect("JSON");
    for key in [
        "n",
        "channels",
        "baseline",
        "cells",
        "values",
        "interactions",
        "shapley",
        "leverage",
        "leverage_ratio",
        "sample_ratio",
        "variance",
        "order",
        "design",
        "warnings",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    let keys = |value: &serde_json::Value, keys: &[&str]| {
        keys.iter().for_each(|key| assert!(value.get(key).is_some(), "{key} in {value}"));
    };
    keys(&json["cells"][0], &["on", "n", "mean", "se"]);
    let common = ["estimate", "se", "df", "low", "high", "sequence_low", "sequence_high"];
    keys(&json["values"][0], &common);
    keys(&json["values"][0], &["channels"]);
    keys(&json["interactions"][2], &common);
    keys(&json["interactions"][2], &["channels", "p", "p_holm"]);
    keys(&json["shapley"][0], &["channel", "estimate", "se", "low", "high"]);
    keys(&json["leverage"], &common);
    keys(&json["leverage"], &["p"]);
    keys(&json["leverage_ratio"], &["estimate", "low", "high", "kind"]);
    assert!(json.get("insufficient").is_none(), "only where there is not enough");
}

#[track_caller]
fn complains(line: &str, content: &str, expected: &str) {
    let complaint = ask(line, content, "").expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let wrong = people().replacen("1,1,3,", "1,maybe,3,", 1);
    complains(ASK, &wrong, "units.csv row 32 column social: `maybe` is not 0/1");
    complains(
        "--units units.csv --outcome spent --channels email,social",
        &people(),
        "has no column `spent`\n  hint: did you mean `spend`?",
    );
    complains("--units units.csv --outcome spend --channels email", "", "two or more");
    complains("--units units.csv --outcome spend --channels email,email", "", "twice");
    complains("--units units.csv --channels email,social", "", "--outcome");
    complains(&format!("{ASK} --confidence 95"), "", "between 0 and 1");
    complains(&format!("{ASK} --order 1"), "", "order 1 assumes");
    complains(&format!("{ASK} --cluster city"), "", "unexpected argument '--cluster'");
    complains("--channels a,b", "", "--units");
    let sums = "email,social,n,sum_y,sum_y2\n0,0,9,90,1\n";
    complains("--sums units.csv", sums, "row 2 column n: sum_y2 is smaller");
    let twice = "email,social,n,sum_y,sum_y2\n0,0,9,9,10\n0,0,9,9,10\n";
    complains("--sums units.csv", twice, "row 3 column n: is a second row for cell `none`");
}

#[test]
fn the_table_says_what_it_means_within_a_hundred_columns() {
    let report = ask(ASK, &people(), "").expect("a report");
    let text = table(&report, Some("spend"));
    let first = "No leverage is shown: together the channels bring 2.0 more spend per person";
    assert!(text.contains(first), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("├") && text.contains("email + social"), "{text}");
    let few: String = people().lines().take(22).map(|line| format!("{line}\n")).collect();
    let report = ask(ASK, &few, "").expect("a report all the same");
    let text = table(&report, Some("spend"));
    assert!(
        text.contains("Not enough data to know the leverage: no people in cell `email+social`"),
        "{text}"
    );
    assert_eq!(csv(&report).lines().count(), 1 + 2 + 1 + 3 + 3 + 2 + 3);
}

#[test]
fn drawings_show_where_zero_is() {
    assert_eq!(drawing(1.0, 2.0, 3.0, 0.0, 3.1), "┊       ├───────●───────┤");
    assert_eq!(drawing(-1.0, 0.5, 2.0, -1.0, 2.0).chars().count(), DRAWING);
}
