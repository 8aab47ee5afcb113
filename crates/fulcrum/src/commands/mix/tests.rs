//! Arguments and files in; text, JSON and complaints out.

use clap::Parser;
use serde_json::Value;

use super::*;

const MMM: &str = include_str!("../../../../../fixtures/oracles/mmm_example.csv");

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

/// Puts the contents in files, runs up to the result, and returns it with its table, or the
/// complaint without the folder.
fn ask_with(line: &str, content: &str, bounds: &str) -> Result<(Mix, String), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("in.csv"), content).expect("a file");
    std::fs::write(path("bounds.csv"), bounds).expect("a file");
    let line = line.replace("in.csv", &path("in.csv")).replace("bounds.csv", &path("bounds.csv"));
    let parsed = Line::try_parse_from(std::iter::once("mix").chain(line.split(' ')));
    let arguments = parsed.map_err(|error| error.to_string())?.arguments;
    let clean = |error: anyhow::Error| {
        format!("{error:#}").replace(&format!("{}/", folder.path().display()), "")
    };
    check(&arguments).map_err(clean)?;
    let input = read::read(&arguments).map_err(clean)?;
    let mix = estimate(&arguments, &input).map_err(clean)?;
    let text = show::table(&mix, &arguments.outcome, input.outcome.iter().sum());
    Ok((mix, text))
}

fn ask(line: &str, content: &str) -> Result<(Mix, String), String> {
    ask_with(line, content, "")
}

const ASK: &str = "--series in.csv --outcome y --media x1,x2 --model kalman";
const BAYES: &str = "--series in.csv --outcome y --media x1,x2 --model bayes --trend \
                     --controls event_1,event_2 --date date_week --seasonality 2";

const RIDGE: &str = "--series in.csv --outcome y --media x1,x2 --model ridge --controls event_1,event_2 \
                     --trend --transforms bounds.csv --lambda 20,200";
const SETTINGS: &str = "media,theta,alpha,gamma\nx2,0.2,1.5,0.5\nx1,0.4,1.2,0.6\n";

fn mean(mix: &Mix, name: &str) -> f64 {
    mix.parameters.iter().find(|it| it.name == name).expect(name).mean
}

#[test]
fn the_weekly_example_is_read_whole() {
    let line = format!("{ASK} --controls event_1,event_2,t");
    let (mix, text) = ask(&line, MMM).expect("a result");
    assert_eq!((mix.n, mix.insufficient.as_ref()), (179, None));
    // As statsmodels finds; see the oracles of the library.
    assert!((mean(&mix, "lambda") - 0.4543).abs() < 1e-4);
    assert!((mean(&mix, "kappa_x1*x2") - 154.8).abs() < 0.1);
    assert!(text.replace('\n', " ").contains("No leverage is shown"), "{text}");
    // A line over the rows is the column that counts them.
    let with_trend = format!("{ASK} --controls event_1,event_2 --trend --synergy none");
    let (mix, _) = ask(&with_trend, MMM).expect("a result");
    assert!((mean(&mix, "gamma_trend") - 4.5805).abs() < 1e-3);
    assert!(mix.synergy.is_empty() && mix.leverage.is_none());
}

#[test]
fn the_season_is_that_of_the_dates() {
    let line = format!("{ASK} --controls event_1,event_2 --trend --date date_week --seasonality 2");
    let (mix, _) = ask(&line, MMM).expect("a result");
    // The example's own season has both of its cosines and sines; it explains what was noise.
    for name in ["gamma_cos_1", "gamma_sin_2"] {
        let it = mix.parameters.iter().find(|it| it.name == name).expect(name);
        assert!(it.p.expect("known") < 1e-6, "{it:?}");
    }
    assert!(0.85 < mix.diagnostics.r_squared.expect("known"));
}

#[test]
fn the_json_has_the_promised_keys() {
    let bounds = "name,low,high\nx1,0.1,0.9\nx2,,0.5\n";
    let line = format!("{ASK} --synergy x2*x1 --budget 1 --bounds bounds.csv");
    let (mix, text) = ask_with(&line, MMM, bounds).expect("a result");
    let json = serde_json::to_value(&mix).expect("JSON");
    let keys = |value: &Value, keys: &[&str]| {
        keys.iter().for_each(|key| assert!(!value[*key].is_null(), "{key} in {value}"));
    };
    keys(&json, &["model", "n", "parameters", "media", "synergy", "allocation", "diagnostics"]);
    keys(&json["parameters"][0], &["name", "mean", "sd", "low", "high"]);
    keys(&json["media"][0], &["name", "contribution", "share", "return", "marginal_return"]);
    keys(&json["synergy"][0], &["media", "mean", "sd", "low", "high"]);
    keys(&json["allocation"][0], &["name", "spend", "expected"]);
    keys(&json["diagnostics"], &["log_likelihood"]);
    assert_eq!(json["synergy"][0]["media"], serde_json::json!(["x1", "x2"]));
    assert!(json.get("insufficient").is_none(), "only where there is not enough");
    let spend = |i: usize| json["allocation"][i]["spend"].as_f64().expect("a number");
    assert!((spend(0) + spend(1) - 1.0).abs() < 1e-9);
    assert!(spend(0) <= 0.9 + 1e-9 && spend(1) <= 0.5 + 1e-9);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("The best split of the budget"), "{text}");
    let rows = show::csv(&mix);
    assert!(rows.lines().all(|row| row.split(',').count() == 8), "{rows}");
}

/// Robyn's weeks with the season of the oracle's script, through file and command.
#[test]
fn the_ridge_is_that_of_glmnet() {
    const WEEKLY: &str = include_str!("../../../../../fixtures/oracles/robyn_weekly.csv");
    const GLMNET: &str =
        include_str!("../../../../../fixtures/oracles/robyn_glmnet_fixed_hyper.csv");
    let year = std::f64::consts::TAU / 52.18;
    let with_season = |(i, line): (usize, &str)| match i {
        0 => format!("{line},sin52,cos52\n"),
        _ => format!("{line},{},{}\n", (year * i as f64).sin(), (year * i as f64).cos()),
    };
    let text: String = WEEKLY.lines().enumerate().map(with_season).collect();
    let settings = "media,theta,gamma,alpha\ntv_S,0.5,0.65,1.4\nooh_S,0.2,0.5,1.1\n\
                    print_S,0.25,0.6,0.9\nfacebook_S,0.15,0.7,2.0\nsearch_S,0.1,0.55,1.3\n\
                    newsletter,0.25,0.45,1.2\n";
    let line = "--series in.csv --outcome revenue --model ridge --transforms bounds.csv \
                --media tv_S,ooh_S,print_S,facebook_S,search_S,newsletter --lambda 100000,300000 \
                --controls competitor_sales_B,sin52,cos52 --trend";
    let (mix, table) = ask_with(line, &text, settings).expect("a result");
    for (path, place) in mix.ridge.iter().zip([2, 3]) {
        for row in GLMNET.lines().skip(2).take(9) {
            let name = row.split(',').next().expect("a name").trim_matches('"');
            let theirs: f64 =
                row.split(',').nth(place).expect("a value").parse().expect("a number");
            let ours = path.coefficients.iter().find(|it| it.name == name).expect(name).value;
            assert!((ours - theirs).abs() <= 1e-5 * theirs.abs(), "{name}: {ours} not {theirs}");
        }
    }
    assert!(table.contains("no interval exists") && table.contains("none to none"), "{table}");
    assert!(table.contains("the ridge is additive") && table.contains("λ = 300000"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert!(show::csv(&mix).lines().all(|row| row.split(',').count() == 8));
}

#[test]
fn the_ridge_needs_its_settings_and_says_so() {
    let says = |line: &str, settings: &str, expected: &str| {
        let complaint = ask_with(line, MMM, settings).expect_err("a complaint");
        assert!(complaint.contains(expected), "{complaint}");
    };
    says(&format!("{ASK} --lambda 3"), "", "--lambda needs --model ridge");
    says(&format!("{ASK} --transforms bounds.csv"), "", "--transforms needs --model ridge");
    let bare = "--series in.csv --outcome y --media x1,x2 --model ridge";
    says(bare, "", "--model ridge needs --transforms");
    says(&format!("{bare} --transforms bounds.csv"), "", "--model ridge needs --lambda");
    let line = format!("{bare} --transforms bounds.csv --lambda 0");
    says(&line, "", "--lambda must be numbers above 0");
    says(&format!("{RIDGE} --budget 3"), SETTINGS, "--budget are not of --model ridge");
    says(&format!("{RIDGE} --synergy x1*x2"), SETTINGS, "which is additive");
    says(&format!("{RIDGE} --knots 3"), SETTINGS, "--knots needs --model bayes");
    says(RIDGE, "media,theta,alpha,gamma\nx1,0.4,1,0.5\n", "`x2` has no row");
    says(RIDGE, "media,theta,alpha,gamma\ntv,0.4,1,0.5\n", "row 2 column media: `tv` is none of");
    says(RIDGE, "media,theta,alpha,gamma\nx1,1,1,0.5\n", "theta 1 must be from 0 to under 1");
    says(RIDGE, "media,theta,alpha,gamma\nx1,0,1,.5\nx1,0,1,.5\n", "has settings above as well");
}

/// The published schema names every key, and no other.
#[test]
fn the_schema_is_that_of_the_output() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../../docs/schema/mix.json")).expect("JSON");
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
        keys.sort_unstable();
        keys
    };
    // Two media that never meet, for the key of the reason.
    let with_x3 = |(i, line): (usize, &str)| match i {
        0 => format!("{line},x3\n"),
        _ if line.split(',').nth(3) == Some("0.0") => format!("{line},{}\n", i % 5),
        _ => format!("{line},0\n"),
    };
    let text: String = MMM.lines().enumerate().map(with_x3).collect();
    let line = "--series in.csv --outcome y --media x1,x2,x3 --model kalman --effort root \
                --budget 1 --margin 0.00001";
    let (mut mix, _) = ask(line, &text).expect("a result");
    mix.insufficient = Some("for the key".to_owned());
    mix.diagnostics.seconds = Some(0.1);
    let kalman = serde_json::to_value(&mix).expect("JSON");
    let (mut mix, _) =
        ask(&format!("{BAYES} --synergy all --draws 400 --tune 400 --budget 1"), MMM)
            .expect("a result");
    mix.insufficient = Some("for the key".to_owned());
    mix.diagnostics.seconds = Some(0.1);
    let bayes = serde_json::to_value(&mix).expect("JSON");
    let (mix, _) = ask_with(RIDGE, MMM, SETTINGS).expect("a result");
    let ridge = serde_json::to_value(&mix).expect("JSON");
    let json = &kalman;
    let without = json["synergy"].as_array().expect("pairs").iter().find(|it| it["mean"].is_null());
    let beta =
        json["parameters"].as_array().expect("all").iter().find(|it| it["name"] == "beta_x1");
    // Each model leaves out what only the other one has.
    let joined = |value: &Value, other: &Value| -> Value {
        let mut both = value.as_object().expect("an object").clone();
        both.extend(other.as_object().expect("an object").clone());
        Value::Object(both)
    };
    let parameter = joined(beta.expect("a coefficient"), &bayes["parameters"][0]);
    let synergy = joined(without.expect("never met"), &bayes["synergy"][0]);
    let diagnostics = joined(&json["diagnostics"], &bayes["diagnostics"]);
    for (name, value) in [
        ("mix", &joined(json, &ridge)),
        ("parameter", &parameter),
        ("medium", &joined(&json["media"][0], &ridge["media"][0])),
        ("medium", &joined(&bayes["media"][0], &ridge["media"][0])),
        ("ridge_path", &ridge["ridge"][0]),
        ("coefficient", &ridge["ridge"][0]["coefficients"][0]),
        ("ridge_medium", &ridge["ridge"][0]["media"][0]),
        ("synergy", &synergy),
        ("contribution", &bayes["contributions"][0]),
        ("contribution", &json["contributions"][0]),
        ("predictive", &bayes["diagnostics"]["predictive"]),
        ("interval", &json["leverage"]),
        ("allocated", &json["allocation"][0]),
        ("allocated", &json["optimum"][0]),
        ("response", &json["response"][0]),
        ("point", &json["response"][0]["points"][0]),
        ("diagnostics", &diagnostics),
    ] {
        let definition = &schema["$defs"][name];
        assert_eq!(keys(&definition["properties"]), keys(value), "{name}");
        for required in definition["required"].as_array().expect("a list") {
            assert!(definition["properties"].get(required.as_str().expect("a name")).is_some());
        }
    }
}

#[test]
fn a_margin_asks_for_the_budget() {
    let line = format!("{ASK} --effort root --margin 0.0005");
    let (mix, text) = ask(&line, MMM).expect("a result");
    assert_eq!(mix.optimum.expect("asked for").len(), 2);
    assert!(text.contains("The budget that earns most"), "{text}");
    let (mix, text) = ask(&format!("{ASK} --effort root --margin 10"), MMM).expect("a result");
    assert!(mix.insufficient.expect("none is best").contains("no budget is best"));
    assert!(text.contains("not known: the synergy found is so large"), "{text}");
}

#[test]
fn pairs_are_found_by_their_names() {
    let media: Vec<String> = ["tv", "tv*", "radio"].map(str::to_owned).to_vec();
    let of = |text: &str| pairs(text, &media).map_err(|error| error.to_string());
    assert_eq!(of("all"), Ok(vec![(0, 1), (0, 2), (1, 2)]));
    assert_eq!(of("none"), Ok(vec![]));
    assert_eq!(of("radio*tv, tv**radio"), Ok(vec![(0, 2), (1, 2)]));
    let refuses = |text: &str, expected: &str| {
        let complaint = of(text).expect_err("refused");
        assert!(complaint.contains(expected), "{complaint}");
    };
    refuses("tv*press", "`tv*press` is no pair of media; write all, none, or pairs such as tv*tv*");
    refuses("tv", "is no pair");
    refuses("tv*tv", "with itself");
    refuses("tv*radio,radio*tv", "twice");
    refuses("", "is no pair");
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let few: String = MMM.lines().take(15).map(|line| format!("{line}\n")).collect();
    let (mix, text) = ask(ASK, &few).expect("a result");
    let json = serde_json::to_value(&mix).expect("JSON");
    assert!(json["insufficient"].as_str().expect("a reason").contains("14 rows are too few"));
    assert!(text.starts_with("Not enough data to know what the media do"), "{text}");
    let (mix, _) = ask("--series in.csv --outcome y --media x1,t --model kalman --trend", MMM)
        .expect("a result");
    assert!(mix.insufficient.expect("a reason").contains("`t` is `trend` in another unit"));
}

#[track_caller]
fn complains(line: &str, content: &str, expected: &str) {
    let complaint = ask(line, content).expect_err("a complaint");
    assert!(complaint.contains(expected), "{complaint}");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let weeks =
        |third: &str| format!("week,y,x1,x2\n2026-01-05,1,2,3\n2026-01-12,1,2,3\n{third}\n");
    let dated = format!("{ASK} --date week");
    complains(
        ASK,
        &weeks("2026-01-19,1,-2,3"),
        "in.csv row 4 column x1: -2 is below 0\n  hint: spend",
    );
    complains(ASK, &weeks("2026-01-19,NaN,2,3"), "row 4 column y: `NaN` is not a number");
    complains(ASK, &weeks("2026-01-19,1,,3"), "row 4 column x1: `` is not a number");
    complains(&dated, &weeks("2026-01-26,1,2,3"), "row 4 column week: 2026-01-26 is 14 days after");
    complains(&dated, &weeks("2026-01-12,1,2,3"), "is the date of the row above as well");
    complains(&dated, &weeks("2026-01-01,1,2,3"), "is before the row above\n  hint: sort");
    complains(&dated, &weeks("19/1/2026,1,2,3"), "`19/1/2026` is not a date");
    complains(
        "--series in.csv --outcome y --media x1,x3 --model kalman",
        &weeks("2026-01-19,1,2,3"),
        "has no column `x3`\n  hint: did you mean `x",
    );
    complains(ASK, "", "is empty");
    complains(ASK, "y,x1,x1\n", "two columns are named `x1`");
    complains("--series in.csv --outcome y --media x1,x1 --model kalman", "", "named twice");
    complains("--series in.csv --outcome y --media x1,y --model kalman", "", "named twice");
    complains("--series in.csv --outcome y --media x1", "", "--model");
    complains("--series in.csv --outcome y --media x1 --model bays", "", "kalman");
    complains(&format!("{ASK} --seasonality 2"), "", "--date");
    complains(&format!("{dated} --seasonality 0"), "", "1 to 10 pairs");
    complains(&format!("{ASK} --margin 1"), "", "--effort root");
    complains(&format!("{ASK} --budget -1"), "", "--budget");
    complains(&format!("{ASK} --confidence 95"), "", "between 0 and 1");
    complains(&format!("{ASK} --synergy x1*x9"), MMM, "`x1*x9` is no pair");
}

#[test]
fn months_and_quarters_are_evenly_apart() {
    let text = |dates: &[&str]| {
        let rows = dates.iter().map(|date| format!("{date},1,2,3\n"));
        rows.fold("week,y,x1,x2\n".to_owned(), |text, row| text + &row)
    };
    let dated = format!("{ASK} --date week");
    for dates in [
        ["2026-01-31", "2026-02-28", "2026-03-31"],
        ["2026-01-01", "2026-04-01", "2026-07-01"],
        ["2026-01-05", "2026-01-06", "2026-01-07"],
    ] {
        assert!(ask(&dated, &text(&dates)).is_ok(), "{dates:?}");
    }
    complains(&dated, &text(&["2026-01-01", "2026-02-01", "2026-04-01"]), "is 59 days after");
}

#[test]
fn bounds_are_checked_before_anything_is_spent() {
    let line = format!("{ASK} --budget 10 --bounds bounds.csv");
    let refuses = |bounds: &str, expected: &str| {
        let complaint = ask_with(&line, MMM, bounds).expect_err("a complaint");
        assert!(complaint.contains(expected), "{complaint}");
    };
    refuses("name,low,high\nx3,0,1\n", "bounds.csv row 2 column name: `x3` is none of the media");
    refuses("name,low,high\nx1,5,1\n", "row 2 column high: 1 is below the low bound of 5");
    refuses("name,low,high\nx1,-5,1\n", "row 2 column low: is below 0");
    refuses("name,low,high\nx1,0,1\nx1,0,1\n", "row 3 column name: `x1` has bounds above as well");
    refuses(
        "name,low,high\nx1,0,1\nx2,0,1\n",
        "the bounds allow 0 to 2 in all, and the budget is 10",
    );
    refuses("name,low\nx1,0\n", "has no column `high`");
}

#[test]
fn the_bayesian_model_answers_with_its_chains() {
    let line = format!("{BAYES} --draws 200 --tune 200 --budget 1");
    let (mix, text) = ask(&line, MMM).expect("a result");
    assert_eq!(mix.insufficient, None);
    // The example was made with carry-overs of 0.4 and 0.2, and without synergy.
    assert!(
        (mean(&mix, "alpha_x1") - 0.4).abs() < 0.1 && (mean(&mix, "alpha_x2") - 0.2).abs() < 0.1
    );
    let pair = &mix.synergy[0];
    assert!(pair.low.expect("known") < 0.0 && 0.0 < pair.high.expect("known"), "{pair:?}");
    let (again, _) = ask(&line, MMM).expect("a result");
    assert_eq!(again, mix, "the same seed, the same numbers");
    assert!(text.contains("4 chains of 200 draws: R-hat up to 1.0"), "{text}");
    assert!(text.contains("Probability that a synergy is above 0: x1*x2"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    let rows = show::csv(&mix);
    assert!(rows.lines().all(|row| row.split(',').count() == 8), "{rows}");
    assert!(rows.contains("rhat,alpha_x1,1.0"), "{rows}");
}

#[test]
fn priors_and_experiments_come_from_a_file() {
    let believed = "[priors]\nalpha = { beta = { a = 1, b = 3 } }\nalpha_x1 = { fixed = { value = 0.5 } }\n\
                    [[experiments]]\nmedia = [\"x2\"]\nfrom = [0]\nto = [0.5]\neffect = 400\nse = 60\n";
    let line = format!("{BAYES} --synergy none --draws 150 --tune 150 --prior bounds.csv");
    let (mix, _) = ask_with(&line, MMM, believed).expect("a result");
    assert_eq!(mean(&mix, "alpha_x1"), 0.5);
    let refuses = |text: &str, expected: &str| {
        let complaint = ask_with(&line, MMM, text).expect_err("a complaint");
        assert!(complaint.contains(expected), "{complaint}");
    };
    refuses("[priors]\nalpha = { bata = { a = 1, b = 3 } }\n", "unknown variant `bata`");
    refuses("[priors]\nalpha = { beta = { a = 1, c = 3 } }\n", "c = 3");
    refuses("[prior]\n", "unknown field `prior`");
    let experiment =
        "[[experiments]]\nmedia = [\"x9\"]\nfrom = [0]\nto = [1]\neffect = 1\nse = 1\n";
    refuses(experiment, "experiment 1: `x9` is none of the media, which are x1, x2");
    let (mix, text) = ask_with(&line, MMM, "[priors]\nsigma = { normal = { mean = 0, sd = 1 } }\n")
        .expect("JSON");
    assert!(mix.insufficient.expect("a reason").contains("`sigma`: it is above 0"), "{text}");
}

#[test]
fn regions_are_put_together_and_compared() {
    let panel = |weeks: &[(&str, u32)]| {
        let row = |(region, week): &(&str, u32)| {
            let (tv, web) = ((week * 7 + 3) % 11, (week * 5 + 1) % 7);
            let size = if *region == "north" { 2 } else { 1 };
            let y = size * (100 + 5 * tv + 3 * web + week % 3);
            format!(
                "{region},2026-{:02}-{:02},{y},{},{}\n",
                1 + week / 28,
                1 + week % 28,
                size * tv,
                web
            )
        };
        let rows = weeks.iter().map(row);
        rows.fold("region,day,y,tv,web\n".to_owned(), |text, row| text + &row)
    };
    let line = "--series in.csv --outcome y --media tv,web --model bayes --synergy none --date day \
                --panel-column region --draws 400 --tune 400";
    let both: Vec<(&str, u32)> =
        (0..28).flat_map(|week| [("north", week), ("south", week)]).collect();
    let (mix, text) = ask(line, &panel(&both)).expect("a result");
    assert_eq!(mix.n, 56);
    assert!(mix.parameters.iter().any(|it| it.name == "eta_tv"), "{text}");
    complains(line, &panel(&both[..55]), "`north` has 28 rows and `south` has 27");
    let line = line.replace("bayes", "kalman");
    complains(&line, &panel(&both), "--panel-column needs --model bayes");
}
