//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

const CDNOW: &str = include_str!("../../../../../fixtures/oracles/cdnow.csv");

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
    let line = line.replace("in.csv", &path("in.csv")).replace("people.csv", &path("people.csv"));
    let parsed = Line::try_parse_from(std::iter::once("lifetime").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    check(&arguments).map_err(clean)?;
    let input = read::read(&arguments).map_err(clean)?;
    let report = report(&arguments, &input);
    let mut people = String::new();
    if let Some(path) = &arguments.people {
        write_people(path, &input, &report.found).map_err(clean)?;
        people = std::fs::read_to_string(path).expect("written");
    }
    Ok((report, people))
}

fn json(report: &Report) -> Value {
    serde_json::to_value(report).expect("JSON")
}

const PURCHASES: &str = "--transactions in.csv --person-column who --time-column when";

/// CDNOW's summary with the column names of the command.
fn summary() -> String {
    CDNOW.replacen("ID,x,t_x,T,zbar", "ID,frequency,recency,T,monetary_value", 1)
}

/// The same customers as purchases: the first on 1 January 1997 at the earliest, the last on its
/// day, the others evenly between.
fn purchases() -> String {
    let mut text = "who,when,price,items\n".to_owned();
    let first_day = jiff::civil::date(1997, 1, 1);
    for line in CDNOW.lines().skip(1) {
        let field: Vec<f64> = line.split(',').map(|it| it.parse().expect("a number")).collect();
        let days = |weeks: f64| (weeks * 7.0).round() as i64;
        let (times, recency, age) = (field[1] as i64, days(field[2]), days(field[3]));
        let start = 272 - age;
        for i in 0..=times {
            // Purchases of one day would be one.
            let after = if i == 0 { 0 } else { recency - (times - i).min(recency - i) };
            let span = jiff::Span::new().days(start + after);
            let day = first_day.checked_add(span).expect("a day");
            text += &format!("{},{day},{},2\n", field[0], field[4] / 2.0);
        }
    }
    text
}

#[test]
fn a_summary_and_the_purchases_behind_it_say_the_same() {
    let line = "--summary in.csv --person-column ID --people people.csv";
    let (summed, people) = ask(line, &summary()).expect("a report");
    let line =
        format!("{PURCHASES} --value-column price --quantity-column items --people people.csv");
    let (bought, others) = ask(&line, &purchases()).expect("a report");
    let fit = |report: &Report| report.found.bgnbd.clone().expect("a model");
    // The summary is rounded to hundredths of a week.
    let near = |a: f64, b: f64| assert!((a - b).abs() < 2e-3 * a.abs(), "{a} and {b}");
    near(fit(&summed).r, fit(&bought).r);
    near(fit(&summed).alpha, fit(&bought).alpha);
    near(fit(&summed).a, fit(&bought).a);
    near(summed.found.expected_value.expect("known"), bought.found.expected_value.expect("known"));
    assert_eq!(bought.end.as_deref(), Some("1997-09-30"));
    let head = "person,alive_probability,expected_purchases,expected_value";
    assert_eq!((people.lines().next(), people.lines().count()), (Some(head), 2_358));
    let second = |text: &str| -> Vec<f64> {
        let line = text.lines().nth(1).expect("a person");
        line.split(',').map(|it| it.parse().expect("a number")).collect()
    };
    second(&people).into_iter().zip(second(&others)).for_each(|(a, b)| near(a, b));
}

#[test]
fn later_purchases_check_the_model() {
    let mut text = purchases();
    for i in 0..1_800 {
        text += &format!("{},1998-06-{:02},1,1\n", i % 600 + 1, i / 600 + 1);
    }
    text += "late,1998-06-30,5,1\n";
    let (report, _) = ask(&format!("{PURCHASES} --end 19970930"), &text).expect("a report");
    let holdout = report.holdout.expect("purchases after the end");
    assert_eq!((holdout.span, holdout.purchases), (39.0, 1_800));
    assert!((1_500.0..2_000.0).contains(&holdout.expected.estimate));
    assert_eq!(report.left_out.expect("counted").people_after_end, 1);
    assert_eq!(report.found.n, 2_357);
}

#[test]
fn the_json_has_the_promised_keys() {
    let (report, _) = ask("--summary in.csv", &summary()).expect("a report");
    let json = json(&report);
    let keys = |value: &Value, keys: &[&str]| {
        keys.iter().for_each(|key| assert!(value[*key].is_number(), "{key} in {value}"));
    };
    keys(&json, &["n", "expected_purchases", "expected_value", "horizon", "discount"]);
    keys(&json["bgnbd"], &["r", "alpha", "a", "b", "log_likelihood"]);
    keys(&json["gamma_gamma"], &["p", "q", "v", "log_likelihood"]);
    assert!(json.get("insufficient").is_none(), "only where there is not enough");
    let (report, _) = ask(PURCHASES, &purchases()).expect("a report");
    let json = self::json(&report);
    assert!(json.get("gamma_gamma").is_none() && json.get("expected_value").is_none());
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/lifetime.json"))
            .expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    let mut text = purchases();
    text += "1,1998-06-30,5,1\n";
    let line = format!("{PURCHASES} --value-column price --end 1997-09-30");
    let (mut report, _) = ask(&line, &text).expect("a report");
    report.found.insufficient = Some("for the key".to_owned());
    let of =
        |model: &str| ask(&format!("{line} --model {model}"), &text).expect("a report").0.found;
    report.found.mbgnbd = of("mbgnbd").mbgnbd;
    report.found.paretonbd = of("paretonbd").paretonbd;
    let json = json(&report);
    for (name, value) in [
        ("lifetime", &json),
        ("bgnbd", &json["bgnbd"]),
        ("bgnbd_numbers", &json["bgnbd"]["low"]),
        ("bgnbd", &json["mbgnbd"]),
        ("paretonbd", &json["paretonbd"]),
        ("paretonbd_numbers", &json["paretonbd"]["high"]),
        ("gamma_gamma", &json["gamma_gamma"]),
        ("gamma_gamma_numbers", &json["gamma_gamma"]["high"]),
        ("total", &json["purchases"]),
        ("holdout", &json["holdout"]),
        ("left_out", &json["left_out"]),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[test]
fn the_table_and_the_spreadsheet_show_all() {
    let (report, _) = ask("--summary in.csv", &summary()).expect("a report");
    let text = show::table(&report);
    for part in ["Of 2,357 people", "Within 52 weeks", "BG/NBD alpha", "Gamma-Gamma q", "today"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert_eq!(show::csv(&report).lines().count(), 1 + 3 + 7);
}

#[test]
fn other_models_say_their_own_name() {
    for (model, name, text) in [
        ("mbgnbd", "MBG/NBD b", "after a purchase, the first too, 36 % of them leave"),
        ("paretonbd", "Pareto/NBD beta", "64 % of them leave within their first 52 weeks"),
    ] {
        let (report, people) =
            ask(&format!("--summary in.csv --model {model} --people people.csv"), &summary())
                .expect("a report");
        let shown = show::table(&report).replace('\n', " ");
        assert!(shown.contains(name) && shown.contains(text), "{shown}");
        assert_eq!((people.lines().count(), show::csv(&report).lines().count()), (2_358, 11));
        let json = json(&report);
        assert!(json["bgnbd"].is_null() && json[model].is_object());
        assert_eq!(json["model"], model);
    }
}

#[test]
fn a_value_a_year_later_counts_less_by_the_rate() {
    let value = |options: &str| {
        let line = format!("--summary in.csv{options}");
        ask(&line, &summary()).expect("a report").0.found.expected_value.expect("known")
    };
    let (now, later) = (value(" --discount 0"), value(" --discount 0.25"));
    // Purchases are spread over the year, so that half of it is lost on average.
    let share = later / now;
    assert!(0.88 < share && share < 0.92, "{share}");
    assert!(value(" --unit day --discount 0.25") > later, "52 days are no year");
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let text = "frequency,recency,T\n0,0,10\n0,0,12\n1,3,9\n";
    let (report, people) = ask("--summary in.csv --people people.csv", text).expect("a report");
    let json = json(&report);
    assert!(json["bgnbd"].is_null() && json["expected_purchases"].is_null());
    let reason = json["insufficient"].as_str().expect("a reason");
    assert!(reason.contains("1 of 3 people came back"), "{reason}");
    assert_eq!(people.lines().nth(1), Some("2,,,"), "the row of the file, and nothing known");
    assert!(show::table(&report).starts_with("Not enough data"));
    let (report, _) = ask(PURCHASES, "who,when\n").expect("a report");
    assert_eq!(report.found.insufficient.as_deref(), Some("there are no people"));
}

#[track_caller]
fn complains(line: &str, content: &str, expected: &str) {
    let complaint = ask(line, content).expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let bought = "who,when,price\na,2026-01-02,3\na,12/1/2026,4\n";
    complains(
        PURCHASES,
        bought,
        "in.csv row 3 column when: `12/1/2026` is not a date\n  hint: write dates like 2026-11-21",
    );
    complains(
        &format!("{PURCHASES} --value-column cost"),
        bought,
        "has no column `cost`\n  hint: the columns are `who`, `when`, `price`",
    );
    let wrong = "who,when,price\na,2026-01-02,much\n";
    complains(
        &format!("{PURCHASES} --value-column price"),
        wrong,
        "in.csv row 2 column price: `much` is not a number",
    );
    complains("--summary in.csv", "frequency,recency\n1,2\n", "has no column `T`");
    let summary = |row: &str| format!("frequency,recency,T,monetary_value\n{row}\n");
    complains("--summary in.csv", &summary("2,9,8,5"), "in.csv row 2 column recency: recency 9");
    complains("--summary in.csv", &summary("1.5,3,8,5"), "is not a whole number");
    complains(
        "--summary in.csv",
        &summary("1,3,8,-5"),
        "column monetary_value: a mean value of -5",
    );
    complains("--summary in.csv", &summary("1,3,NaN,5"), "is not a number");
    complains("--summary in.csv", "", "is empty");
    complains("--summary in.csv --end 2026-01-01", "", "cannot be used with");
    complains("--transactions in.csv --person-column who", "", "--time-column");
    complains(&format!("{PURCHASES} --end soon"), bought, "--end `soon` is not a date");
    complains("--summary in.csv --horizon -1", "", "--horizon");
    complains("--summary in.csv --discount -0.1", "", "--discount");
    complains("--summary in.csv --confidence 95", "", "between 0 and 1");
    complains("--horizon 52", "", "--transactions");
}

#[test]
fn times_count_by_their_day_and_nobody_is_left_out_in_silence() {
    let text = "who,when,price\n\
        a,2026-01-02 08:26:00,3\na,2026-01-02T23:59:59Z,4\na,20260109,5\n,2026-01-09,5\n\
        b,2026-01-05T10:00:00+01:00,5\nb,2026-01-20,-9\nc,2026-01-30,1\n";
    let line = format!("{PURCHASES} --value-column price");
    let (report, _) = ask(&line, text).expect("a report");
    let counted = report.left_out.expect("counted");
    assert_eq!((counted.rows_without_person, counted.days_below_zero), (1, 1));
    assert_eq!((report.found.n, report.found.repeaters), (3, 1));
    assert_eq!(report.found.warnings.len(), 2);
    assert_eq!(report.end.as_deref(), Some("2026-01-30"));
}
