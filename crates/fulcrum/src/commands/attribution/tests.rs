//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the content into `a.csv`, runs up to the reports, and returns them or the complaint without
/// the folder.
fn ask_bytes(line: &str, content: &[u8]) -> Result<Vec<Attribution>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, content).expect("a file");
    let shown = path.display().to_string();
    let word = |word| if word == "a.csv" { shown.as_str() } else { word };
    let words = std::iter::once("attribution").chain(line.split_whitespace().map(word));
    let parsed = Line::try_parse_from(words);
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    answers(&arguments).map(|it| it.0).map_err(clean)
}

fn ask(line: &str, content: &str) -> Result<Vec<Attribution>, String> {
    ask_bytes(line, content.as_bytes())
}

const PATHS: &str = "path;total_conversions;total_conversion_value;total_null\n\
                     eta > iota > eta;1;0.5;3\niota;2;3;6\neta>iota;0;0;1\n";
const ASK: &str = "--paths a.csv --null-column total_null --value-column total_conversion_value";

/// `channel conversions value`, for each channel.
fn shown(report: &Attribution) -> String {
    let row = |row: &measurement::ChannelCredit| {
        let number = |it: Option<f64>| it.map_or("-".to_owned(), |it| format!("{it:.3}"));
        format!("{} {} {}", row.channel, number(row.conversions), number(row.value))
    };
    report.channels.iter().map(row).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check(line: &str, content: &str, expected: &str) {
    let shown: Result<Vec<String>, String> =
        ask(line, content).map(|reports| reports.iter().map(shown).collect());
    assert_eq!(shown.map_or_else(|error| error, |it| it.join("; ")), expected);
}

#[test]
fn paths_are_read_whatever_the_separators() {
    let expected = "eta 0.667 0.333, iota 2.333 3.167";
    check(&format!("{ASK} --model linear"), PATHS, expected);
    check(&format!("{ASK} --model linear"), &PATHS.replace(';', ","), expected);
    check(&format!("{ASK} --model linear --delimiter ;"), PATHS, expected);
    let arrows = PATHS.replace('>', "->");
    check(&format!("{ASK} --model linear --separator=->"), &arrows, expected);
    let named = PATHS.replace("total_conversions", "c").replace("path;", "way;");
    let asked = format!("{ASK} --model linear --path-column way --conversions-column c");
    check(&asked, &named, expected);
    check(&format!("{ASK} --model first"), PATHS, "eta 1.000 0.500, iota 2.000 3.000");
    check(&format!("{ASK} --model last"), PATHS, "eta 1.000 0.500, iota 2.000 3.000");
    check("--paths a.csv --model last", PATHS, "eta 1.000 -, iota 2.000 -");
}

#[test]
fn quotes_are_read() {
    let quoted = "path,total_conversions\r\n\"a, b > c\",1\r\n\"\"\"d\"\"\",2\r\n";
    check("--paths a.csv --model first", quoted, "\"d\" 2.000 -, a, b 1.000 -, c 0.000 -");
}

#[test]
fn what_cannot_be_read_is_told_with_its_place_and_remedy() {
    let with = |row: &str| format!("{PATHS}{row}\n");
    check(
        ASK,
        &with("a;-1;0;0"),
        "a.csv row 5 column total_conversions: `-1` is below 0\n  hint: counts and values begin at 0; take returns out beforehand",
    );
    check(
        ASK,
        &with("a;1;0;NaN"),
        "a.csv row 5 column total_null: `NaN` is not a number\n  hint: write numbers like 12.5",
    );
    check(
        ASK,
        &with("a;1;inf;0"),
        "a.csv row 5 column total_conversion_value: `inf` is not a number\n  hint: write numbers like 12.5",
    );
    check(
        ASK,
        &with("a;;0;0"),
        "a.csv row 5 column total_conversions: `` is not a number\n  hint: fill it in, with 0 where nothing happened, or leave the row out",
    );
    check(
        ASK,
        &with("a;1;0"),
        "a.csv row 5: has 3 values where the header names 4 columns\n  hint: a value that holds the separator must stand in double quotes",
    );
    check(
        ASK,
        &with("a > (null);1;0;0"),
        "a.csv row 5 column path: has a channel that is called like a state before or after a path\n  hint: rename `(start)`, `(conversion)` and `(null)`",
    );
    check(ASK, "path;path\n", "a.csv row 1: two columns are named `path`");
    check(ASK, "", "a.csv: is empty\n  hint: the first row must name the columns");
    check(
        ASK,
        "way;total_conversions\n",
        "a.csv: has no column `path`\n  hint: the columns are `way`, `total_conversions`",
    );
    check(
        "--paths none.csv",
        "",
        "none.csv: cannot be read: No such file or directory (os error 2)\n  hint: check the path; `-` reads standard input",
    );
    let many: String = (0..1_001).map(|it| format!("{it};1;0;0\n")).collect();
    let many = format!("{PATHS}{many}");
    check(
        ASK,
        &many,
        "a.csv row 1003 column path: has more than 1000 different channels\n  hint: is --separator right? if so, put rare channels together",
    );
    let binary = ask_bytes(ASK, &[PATHS.as_bytes(), b"\xff\xfe;1;0;0\n"].concat());
    assert_eq!(
        binary.err().as_deref(),
        Some(
            "a.csv row 5 column path: is not UTF-8 text\n  hint: save the file with the encoding UTF-8"
        )
    );
}

#[test]
fn contradictions_are_refused() {
    let complains = |line: &str, expected: &str| {
        let complaint = ask(line, PATHS).expect_err("refused");
        assert!(complaint.contains(expected), "{complaint}");
    };
    complains("", "--paths");
    complains("--paths a.csv --touches a.csv", "--touches");
    complains(&format!("{ASK} --order 6"), "--order must be a whole number from 1 to 5, or `auto`");
    complains(&format!("{ASK} --half-life 0"), "--half-life");
    complains(&format!("{ASK} --confidence 1"), "--confidence");
    complains(&format!("{ASK} --delimiter ;;"), "--delimiter");
    complains("--paths a.csv --lookback 3d", "--lookback");
    complains("--touches a.csv --lookback 3", "--lookback must be a time above 0");
}

#[test]
fn what_is_left_out_is_said() {
    let warnings =
        |line: &str, content: &str| ask(line, content).expect("a report")[0].warnings.join("; ");
    let unused = warnings("--paths a.csv --model last", PATHS);
    assert!(unused.contains("`total_null` is not used"), "{unused}");
    let blanks = warnings(ASK, &format!("{PATHS}a > > b >;1;0;0\n;4;0;0\n"));
    assert!(blanks.contains("2 places between two separators"), "{blanks}");
    assert!(blanks.contains("4 conversions had no touch"), "{blanks}");
    let single = warnings(&format!("{ASK} --separator ,"), PATHS);
    assert!(single.contains("no path has two touches"), "{single}");
}

const TOUCHES: &str = "user,time,channel,conversion,value\n\
    ann,2027-01-01,ad,0,\nbob,2027-01-02T10:00:00Z,mail,false,0\n\
    ann,2027-01-03 12:00,mail,1,20\nbob,1799000000,,true,5\nbob,2027-03-01,web,0,\n";

#[test]
fn touches_are_read_in_any_form_of_time() {
    let ask_touches = "--touches a.csv --value-column value";
    check(
        &format!("{ask_touches} --model first"),
        TOUCHES,
        "ad 1.000 20.000, mail 1.000 5.000, web 0.000 0.000",
    );
    // 1799000000 is 2027-01-03 18:13:20: over a day after Bob's mail.
    let late = format!("{ask_touches} --model first --lookback 24h");
    let reports = ask(&late, TOUCHES).expect("a report");
    assert_eq!(shown(&reports[0]), "ad 0.000 0.000, mail 1.000 20.000, web 0.000 0.000");
    assert_eq!((reports[0].unattributed, reports[0].rows), (1.0, 5));
    let broken = |row: &str, expected: &str| {
        check(ask_touches, &format!("{TOUCHES}{row}\n"), expected);
    };
    broken(
        "ann,yesterday,ad,0,",
        "a.csv row 7 column time: `yesterday` is not a time\n  hint: write 2027-03-31, 2027-03-31 14:05, 2027-03-31T14:05:00Z or seconds since 1970",
    );
    broken(
        "ann,2027-01-01,,0,",
        "a.csv row 7 column channel: is empty\n  hint: name the channel; only a row with a conversion can be without one",
    );
    broken(
        ",2027-01-01,ad,0,",
        "a.csv row 7 column user: is empty\n  hint: each row must say who it was",
    );
    broken(
        "ann,2027-01-01,ad,maybe,",
        "a.csv row 7 column conversion: `maybe` is not a number\n  hint: write 1 (or true) where the person converted and 0 (or false) where not",
    );
    broken(
        "ann,2027-01-01,ad,1,-3",
        "a.csv row 7 column value: `-3` is below 0\n  hint: counts and values begin at 0; take returns out beforehand",
    );
}

#[test]
fn the_json_has_the_keys_that_scripts_rely_on() {
    let json = |line: &str| {
        let reports = ask(line, PATHS).expect("a report");
        serde_json::to_value(&reports).expect("JSON")
    };
    let all = json(&format!("{ASK} --transitions"));
    let names: Vec<&str> =
        all.as_array().expect("models").iter().filter_map(|it| it["model"].as_str()).collect();
    assert_eq!(names, ["first", "last", "linear", "time-decay", "position", "markov", "shapley"]);
    for report in all.as_array().expect("models") {
        assert_eq!(report["nature"], "observational");
        assert_eq!((&report["paths"], &report["conversions"]), (&13.into(), &3.into()));
        assert_eq!(report["value"], 3.5);
        let is_markov = report["model"] == "markov";
        assert_eq!(report.get("order").is_some(), is_markov);
        assert_eq!(report.get("transitions").is_some(), is_markov);
        assert!(report.get("insufficient").is_none());
        for row in report["channels"].as_array().expect("channels") {
            assert!(row["channel"].is_string() && row["share"].is_number(), "{row}");
            assert_eq!(row.get("removal_effect").is_some(), is_markov);
        }
    }
    let markov = &all[5]["transitions"];
    assert!(
        markov
            .as_array()
            .expect("rows")
            .iter()
            .any(|it| it["from"] == "(start)" && it["to"] == "eta")
    );
    let without = json("--paths a.csv --model last");
    assert!(without[0].get("value").is_none() && without[0]["channels"][0].get("value").is_none());
    let auto = json(&format!("{ASK} --model markov --order auto"));
    assert_eq!(auto[0]["orders"].as_array().map(Vec::len), Some(5));
    let pairs = json(&format!("{ASK} --model markov --pairs"));
    assert_eq!(pairs[0]["pairs"][0]["channels"], serde_json::json!(["eta", "iota"]));
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/attribution.json"))
            .expect("JSON");
    let keys = |definition: &Value| -> Vec<String> {
        definition["properties"].as_object().expect("properties").keys().cloned().collect()
    };
    let line = format!("{ASK} --model markov --order auto --pairs --transitions");
    let mut report = ask(&line, PATHS).expect("a report").remove(0);
    report.insufficient = Some("for the key".to_owned());
    let json = serde_json::to_value(&report).expect("JSON");
    let definitions = &schema["$defs"];
    for (name, value) in [
        ("attribution", &json),
        ("channel", &json["channels"][0]),
        ("pair", &json["pairs"][0]),
        ("transition", &json["transitions"][0]),
        ("order", &json["orders"][0]),
    ] {
        let mut known = keys(&definitions[name]);
        let mut printed: Vec<String> =
            value.as_object().expect("an object").keys().cloned().collect();
        known.sort_unstable();
        printed.sort_unstable();
        assert_eq!(known, printed, "{name}");
        for required in definitions[name]["required"].as_array().expect("a list") {
            assert!(known.iter().any(|it| required == it), "{name}: {required}");
        }
    }
}

#[test]
fn the_table_says_what_it_is_and_stays_narrow() {
    let long = PATHS.replace("eta", "a channel with a name that nobody could read");
    for line in [
        ASK.to_owned(),
        format!("{ASK} --model markov --order auto"),
        format!("{ASK} --model last"),
    ] {
        let reports = ask(&line, &long).expect("a report");
        let text = match reports.len() {
            1 => show::table(&reports[0]),
            _ => show::all(&reports),
        };
        assert!(
            text.contains("Observational") && text.contains("13 paths · 3 conversions"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        let csv = show::csv(&reports);
        assert_eq!(csv.lines().count(), 1 + 2 * reports.len());
        assert!(csv.starts_with("model,order,channel,conversions,value,share"), "{csv}");
    }
}

#[test]
fn without_conversions_there_is_no_answer_and_still_an_account() {
    let reports = ask(ASK, "path;total_conversions;total_conversion_value;total_null\na;0;0;5\n")
        .expect("an account");
    assert!(reports.iter().all(|report| report.insufficient.is_some() && report.paths == 5.0));
    assert!(show::all(&reports).contains("Not enough data"));
    let json = serde_json::to_value(&reports[0]).expect("JSON");
    assert_eq!(json["channels"][0]["share"], Value::Null);
    let empty =
        ask(ASK, "path;total_conversions;total_conversion_value;total_null\n").expect("an account");
    assert_eq!(empty[0].insufficient.as_deref(), Some("there are no paths"));
}

/// Rows of an oracle: the channel, then the named columns.
fn oracle(name: &str, columns: &[&str]) -> Vec<(String, Vec<f64>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/oracles/");
    let text = std::fs::read_to_string(format!("{folder}{name}.csv")).expect("an oracle");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        let field: Vec<&str> = line.split(',').collect();
        let number = |name: &&str| {
            let at = header.iter().position(|it| it == name).expect("the column");
            field[at].parse::<f64>().expect("a number")
        };
        (field[0].to_owned(), columns.iter().map(number).collect())
    };
    lines.map(row).collect()
}

#[track_caller]
fn assert_oracle(report: &Attribution, name: &str, columns: [&str; 2]) {
    let rows = oracle(name, &columns);
    assert_eq!(report.channels.len(), rows.len());
    for (channel, expected) in rows {
        let row = report.channels.iter().find(|it| it.channel == channel).expect("the channel");
        for (got, expected) in [row.conversions, row.value].into_iter().zip(expected) {
            let got = got.expect("known");
            assert!(
                (got - expected).abs() <= 1e-9 * expected,
                "{name} {channel}: {got} {expected}"
            );
        }
    }
}

/// The rules and chains that another program has the numbers of, on a whole file.
fn assert_file(file: &str, prefix: &str, markov: &str, columns: [&str; 2], orders: usize) {
    let named = "--null-column total_null --value-column total_conversion_value";
    let line = |more: &str| format!("--paths {file} {named} {more}");
    for rule in ["first", "last", "linear"] {
        let report = &ask(&line(&format!("--model {rule}")), "").expect("a report")[0];
        let columns = [format!("{rule}_touch_conversions"), format!("{rule}_touch_value")];
        assert_oracle(
            report,
            &format!("{prefix}_heuristics"),
            columns.each_ref().map(String::as_str),
        );
    }
    for order in 1..=orders {
        let report =
            &ask(&line(&format!("--model markov --order {order}")), "").expect("a report")[0];
        assert_oracle(report, &format!("{markov}_markov_order{order}"), columns);
    }
}

/// The sample of ChannelAttribution as it is shipped, where it lies beside the repository.
#[test]
fn the_whole_sample_gives_the_numbers_of_the_other_program() {
    let file =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/pathdata/pathdata.csv.gz");
    if std::env::var_os("FULCRUM_SLOW").is_some() && std::path::Path::new(file).exists() {
        let prefix = "channelattribution_pathdata";
        assert_file(file, prefix, prefix, ["exact_conversions", "exact_value"], 3);
    }
}

/// A million simulated paths, where FULCRUM_SYN1M names the file that the README of the oracles says
/// how to make.
#[test]
fn a_million_paths_give_the_numbers_of_the_other_program() {
    if let Some(file) = std::env::var_os("FULCRUM_SYN1M") {
        let file = file.into_string().expect("a path");
        assert_file(&file, "syn1m", "syn1m", ["exact_conv", "exact_value"], 2);
    }
}
