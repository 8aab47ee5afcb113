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

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    use serde_json::Value;
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/leverage.json"))
            .expect("JSON");
    let keys = |value: &Value| -> std::collections::BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    };
    let json = |report: &Leverage| serde_json::to_value(report).expect("JSON");
    let shares = "email,social,share\n0,0,0.25\n1,0,0.25\n0,1,0.25\n1,1,0.25\n";
    let with_none = people().replace(",10,", ",0,");
    let line = format!("{ASK} --cap 3 --shares shares.csv");
    let mut full = ask(&line, &with_none, shares).expect("a report");
    full.insufficient = Some("for the key".to_owned());
    full.clusters = ask(
        "--units units.csv --outcome spend --channels email,posts --cluster block",
        &days(),
        "",
    )
    .expect("a report")
    .clusters;
    let (binary, _) = binary_report();
    full.log_odds = binary.log_odds;
    let mut full = json(&full);
    full["log_odds"]["leverage"]["reason"] = "for the key".into();
    full["log_odds"]["interactions"][0]["reason"] = "for the key".into();
    full["leverage_ratio"]["reason"] = "for the key".into();
    full["leverage"]["reason"] = "for the key".into();
    full["conversion"]["insufficient"] = "for the key".into();
    full["interactions"][0]["reason"] = "for the key".into();
    full["values"][0]["reason"] = "for the key".into();
    full["shapley"][0]["reason"] = "for the key".into();
    for (name, value) in [
        ("leverage", &full),
        ("estimate", &full["leverage"]),
        ("cell", &full["cells"][0]),
        ("value", &full["values"][0]),
        ("interaction", &full["interactions"][0]),
        ("share", &full["shapley"][0]),
        ("ratio", &full["leverage_ratio"]),
        ("sample_ratio", &full["sample_ratio"]),
        ("clusters", &full["clusters"]),
        ("summary", &full["conversion"]),
        ("log_odds_report", &full["log_odds"]),
        ("log_odds", &full["log_odds"]["leverage"]),
        ("log_odds_effect", &full["log_odds"]["interactions"][0]),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

/// Of a hundred in each cell 20, 40, 50 and 80 buy; and the same as sums.
fn binary_report() -> (Leverage, Leverage) {
    let mut people = "email,social,bought\n".to_owned();
    let mut sums = "email,social,n,sum_y,sum_y2\n".to_owned();
    for (on, events) in [(0_u32, 20_u32), (1, 40), (2, 50), (3, 80)] {
        let (email, social) = (on & 1, on >> 1);
        for i in 0..100 {
            people += &format!("{email},{social},{}\n", u32::from(i < events));
        }
        sums += &format!("{email},{social},100,{events},{events}\n");
    }
    let line = "--units units.csv --outcome bought --channels email,social";
    let of_people = ask(line, &people, "").expect("a report");
    (of_people, ask("--sums units.csv", &sums, "").expect("a report"))
}

#[test]
fn a_rate_has_log_odds_from_people_and_from_sums() {
    let (of_people, of_sums) = binary_report();
    let found = of_people.log_odds.as_ref().expect("0 or 1");
    assert_eq!(of_sums.log_odds.as_ref(), Some(found));
    // (0.8 / 0.2) (0.2 / 0.8) / ((0.4 / 0.6) (0.5 / 0.5)), and 1/20 + 1/80 + … of the counts.
    let pair = &found.interactions[2].log_odds;
    assert!((pair.estimate.expect("known") - 1.5_f64.ln()).abs() < 1e-12);
    let variance = 2.0 * (1.0 / 20.0 + 1.0 / 80.0) + 1.0 / 40.0 + 1.0 / 60.0 + 2.0 / 50.0;
    assert!((pair.se.expect("known") - f64::sqrt(variance)).abs() < 1e-12);
    let text = table(&of_people, Some("bought"));
    assert!(text.contains("In log odds: a set adds"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(
        server::leverage_csv(&of_people).lines().count(),
        1 + 2 + 1 + 3 + 3 + 2 + (1 + 3 + 3 + 1) + 4
    );
    let amounts = ask(ASK, &people(), "").expect("a report");
    assert!(serde_json::to_value(amounts).expect("JSON").get("log_odds").is_none());
}

/// Forty-eight days in blocks of two, posts in every other block; each day's people with and without
/// e-mail. The first day of a block still shows what the block before did: it is a hundred more.
fn days() -> String {
    let mut text = "email,posts,spend,block,week,day\n".to_owned();
    for day in 0..48_u32 {
        let (block, late) = (day / 2, day % 2);
        for email in 0..2 {
            let posts = block % 2;
            let weather = block * 7 % 5;
            let spend = weather + 3 * email * posts + 100 * (1 - late) + email * (block * 5 % 3);
            let week = if block / 2 % 2 == 0 { "even" } else { "odd" };
            text +=
                &format!("{email},{posts},{spend},b{block},{week},2027-03-{:02}\n", day % 28 + 1);
        }
    }
    text
}

#[test]
fn blocks_of_time_are_clusters_and_their_first_day_can_be_left_out() {
    let line = "--units units.csv --outcome spend --channels email,posts --cluster block --blocks";
    let report = ask(line, &days(), "").expect("a report");
    let clusters = report.clusters.as_ref().expect("told");
    assert_eq!((report.variance, clusters.n), ("CR2", 24));
    assert_eq!(clusters.dealt, ["posts"]);
    assert!(clusters.randomisation_p.expect("few") < 0.01, "3 more in each block with both");
    let text = table(&report, Some("spend"));
    assert!(text.contains("96 rows in 24 clusters"), "{text}");
    assert!(text.contains("If posts had been dealt to the clusters in another order"), "{text}");
    let baseline = report.baseline.estimate.expect("filled");

    let later = format!("{line} --stratum week --carry-over 1d --time day");
    let report = ask(&later, &days(), "").expect("a report");
    assert_eq!(report.n, 48, "one of two days, and two rows each");
    let note = "48 rows within 1d of the start of their cluster are not counted";
    assert!(report.warnings.iter().any(|warning| warning == note), "{:?}", report.warnings);
    assert!(
        report.baseline.estimate.expect("filled") + 49.0 < baseline,
        "a hundred in half of them"
    );
}

#[test]
fn weights_stand_for_people() {
    // A row that counts twice is that row twice, in the mean; its error knows that it is one row.
    let weighted = people().replacen("before\n", "before,count\n", 1);
    let mut lines = weighted.lines().map(str::to_owned).collect::<Vec<_>>();
    lines.iter_mut().skip(1).for_each(|line| *line += ",1");
    lines[1] = lines[1].replace(",1,3,1", ",1,3,2");
    let report = ask(&format!("{ASK} --weight count"), &lines.join("\n"), "").expect("a report");
    assert_eq!((report.variance, report.n), ("HC2", 40));
    assert!((report.baseline.estimate.expect("filled") - 56.0 / 11.0).abs() < 1e-12);
    assert!(report.clusters.is_none());
}

#[test]
fn covariates_may_be_several_and_those_without_use_are_named() {
    let line = format!("{ASK} --covariate before --covariate twice");
    let mut lines = people().lines().map(str::to_owned).collect::<Vec<_>>();
    lines[0] += ",twice";
    for line in lines.iter_mut().skip(1) {
        let before: f64 = line.rsplit(',').next().expect("a field").parse().expect("a number");
        *line += &format!(",{}", 2.0 * before);
    }
    let two = ask(&line, &lines.join("\n"), "").expect("a report");
    let one = ask(&format!("{ASK} --covariate before"), &people(), "").expect("a report");
    let (a, b) = (two.leverage.se.expect("known"), one.leverage.se.expect("known"));
    assert!((a - b).abs() < 1e-9, "the copy adds nothing: {a} {b}");
    let note = "the covariate `twice` of units.csv is not used";
    assert!(
        two.warnings.iter().any(|warning| warning.contains("`twice`")),
        "{note}: {:?}",
        two.warnings
    );
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
    complains(&format!("{ASK} --cluster city"), &people(), "has no column `city`");
    complains(&format!("{ASK} --blocks"), "", "--blocks needs --cluster");
    complains(&format!("{ASK} --carry-over 2d"), "", "--carry-over needs --cluster");
    let line = format!("{ASK} --cluster before --carry-over 2d");
    complains(&line, &people(), "--carry-over and --time belong together");
    let line = format!("{ASK} --weight before");
    complains(&line, &people(), "row 8 column before: `0` is not above 0");
    complains(&format!("{line} --order 2"), &people(), "--order cannot be had");
    complains(&format!("{ASK} --covariate before --covariate before"), "", "twice");
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
    assert_eq!(server::leverage_csv(&report).lines().count(), 1 + 2 + 1 + 3 + 3 + 2 + 3);
}

#[test]
fn drawings_show_where_zero_is() {
    assert_eq!(drawing(1.0, 2.0, 3.0, 0.0, 3.1), "┊       ├───────●───────┤");
    assert_eq!(drawing(-1.0, 0.5, 2.0, -1.0, 2.0).chars().count(), DRAWING);
}

/// 24 blocks of two days, posts in every other: what the first day shows is the block before's.
#[test]
fn a_calendar_says_where_each_day_belongs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calendar.csv");
    let mut calendar = "block,from,to,counted_from,stratum,posts,probability,design\n".to_owned();
    let (mut by_calendar, mut by_hand) =
        ("email,spend,day\n".to_owned(), "email,posts,spend,block,stratum\n".to_owned());
    let first = jiff::civil::date(2027, 1, 4);
    let day = |at: i64| first.checked_add(jiff::Span::new().days(at)).expect("a date");
    for block in 0..24_i64 {
        let (posts, stratum) = ((block + block / 4) % 2, block / 4);
        let (from, later, to) = (day(2 * block), day(2 * block + 1), day(2 * block + 2));
        calendar += &format!("{},{from},{to},{later},{stratum},{posts},0.5,separate\n", block + 1);
        for email in 0..2 {
            let spend = block * 7 % 5 + 3 * email * posts + email * (block * 5 % 3);
            by_calendar += &format!("{email},1000,{from}\n{email},{spend},{later}T13:00\n");
            by_hand += &format!("{email},{posts},{spend},{block},{stratum}\n");
        }
    }
    by_calendar += "0,1000,2028-01-01\n";
    std::fs::write(&path, calendar).expect("a file");
    let line = "--units units.csv --outcome spend --channels email --time day --calendar";
    let line = format!("{line} {}", path.display());
    let mut found = ask(&line, &by_calendar, "").expect("a report");
    let hand = "--units units.csv --outcome spend --channels email,posts --cluster block --blocks --stratum stratum";
    let expected = ask(hand, &by_hand, "").expect("a report");
    let note = "48 rows within the carry-over and 1 outside the calendar are not counted";
    assert_eq!(found.warnings.pop().as_deref(), Some(note));
    assert_eq!(found, expected);
    complains(&format!("{line} --cluster day"), &by_calendar, "cannot be used with");
    complains(
        &line.replace("email", "posts"),
        &by_hand,
        "names `posts`, which is a channel of the calendar",
    );
    let alone = line.replace("--channels email ", "");
    complains(&alone, &by_calendar, "`fulcrum switchback effect` tells what one brings");
}
