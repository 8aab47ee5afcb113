//! Logs in, paths out.

use crate::{
    PathModel, PathQuestion, PathSettings, PathWeight, Paths, START, Touch, Touches, attribution,
};

const DAY_MS: i64 = 86_400_000;

/// Rows like `ann 3 mail`: who, on which day, through what; `!` after it for a conversion, alone for
/// one without a touch. Returns each path with how often it was gone and converted.
fn paths(log: &str, lookback_days: i64) -> Paths {
    let mut touches = Touches::default();
    for row in log.split(',') {
        let mut words = row.split_whitespace();
        let person = touches.person(words.next().expect("who").as_bytes()).expect("few people");
        let day: f64 = words.next().expect("when").parse().expect("a day");
        let (mut channel, mut outcome) = (None, PathWeight::default());
        for word in words {
            match word {
                "!" => outcome = PathWeight::new(1.0, 0.0, 10.0).expect("a conversion"),
                name => channel = Some(touches.channel(name.as_bytes()).expect("few channels")),
            }
        }
        let at_ms = (day * DAY_MS as f64) as i64;
        touches.add(Touch { person, at_ms, channel, outcome }).expect("few rows");
    }
    let mut paths =
        Paths::new(&PathSettings { orders: vec![5], value: true, ..PathSettings::default() });
    touches.journeys(lookback_days * DAY_MS, &mut paths).expect("few channels");
    paths
}

#[track_caller]
fn check(log: &str, lookback_days: i64, expected: &str) {
    // With a memory of five, a path of up to five touches is one state.
    let question =
        PathQuestion { order: Some(5), transitions: true, ..PathQuestion::new(PathModel::Markov) };
    let report = attribution(&paths(log, lookback_days), &question);
    let transitions = report.transitions.unwrap_or_default();
    let shown = transitions.iter().filter(|it| it.from == START).map(|start| {
        let converted =
            transitions.iter().find(|it| it.from == start.to && it.to == "(conversion)");
        let people = (start.probability * report.paths).round();
        let converted = (converted.map_or(0.0, |it| it.probability) * people).round();
        format!("{} {converted}/{people}", start.to)
    });
    let mut shown: Vec<String> = shown.collect();
    if 0.0 < report.unattributed {
        shown.push(format!("nobody {}", report.unattributed));
    }
    assert_eq!(shown.join(", "), expected);
}

#[test]
fn a_person_s_touches_in_order_of_time_are_a_path() {
    check("ann 1 ad, ann 3 mail !", 30, "ad > mail 1/1");
    check("ann 3 mail !, ann 1 ad", 30, "ad > mail 1/1");
    check("ann 1 ad, ann 3 !", 30, "ad 1/1");
    check("ann 1 ad, bob 1 ad, ann 2 !, bob 2 mail", 30, "ad 1/1, ad > mail 0/1");
}

#[test]
fn a_conversion_ends_a_path_and_a_new_one_begins() {
    check("a 1 ad, a 2 !, a 3 mail !, a 4 ad", 30, "ad 1/2, mail 1/1");
    check("a 1 ad, a 2 !, a 3 !", 30, "ad 1/1, nobody 1");
}

#[test]
fn touches_older_than_the_look_back_did_not_lead_there() {
    check("a 1 ad, a 40 mail, a 41 !", 30, "ad 0/1, mail 1/1");
    check("a 1 ad, a 31 mail !", 30, "ad > mail 1/1");
    check("a 1 ad, a 50 !, b 1 mail !", 30, "ad 0/1, mail 1/1, nobody 1");
    // A long pause parts what no conversion could have joined.
    check("a 1 ad, a 2 mail, a 50 ad, b 1 mail !", 30, "ad 0/1, mail 1/1, ad > mail 0/1");
}

#[test]
fn a_conversion_at_the_same_time_comes_after_the_touch() {
    check("a 1 !, a 1 ad, a 1 mail", 30, "ad > mail 1/1");
}

#[test]
fn the_end_of_the_data_is_not_the_end_of_a_path() {
    let report = attribution(
        &paths("a 1 ad, a 2 !, b 95 mail, c 10 mail, d 99 ad, d 100 !", 30),
        &PathQuestion::new(PathModel::First),
    );
    assert!(report.warnings.iter().any(|it| it.starts_with("1 of the paths")), "{report:?}");
    assert_eq!((report.rows, report.paths), (6, 4.0));
}

/// MAM's rule: 2^(−age / half-life), normalised.
#[test]
fn time_decay_goes_by_age_in_days() {
    let report = attribution(
        &paths("a 0 old, a 7 middle, a 14 young !", 30),
        &PathQuestion::new(PathModel::TimeDecay),
    );
    let share = |name: &str| {
        report.channels.iter().find(|it| it.channel == name).and_then(|it| it.share).expect("known")
    };
    let total = 1.0 + 0.5 + 0.25;
    for (name, weight) in [("young", 1.0), ("middle", 0.5), ("old", 0.25)] {
        assert!((share(name) - weight / total).abs() < 1e-12, "{name}: {}", share(name));
    }
    assert_eq!(report.value, Some(10.0));
}

#[test]
fn parts_of_a_log_merge() {
    let log = "ann 1 ad, bob 1 mail, ann 2 mail !, cy 3 ad, bob 4 ad !, cy 5 web, ann 6 ad";
    let rows: Vec<&str> = log.split(", ").collect();
    let touches = |rows: &[&str]| {
        let mut touches = Touches::default();
        for row in rows {
            let words: Vec<&str> = row.split(' ').collect();
            let person = touches.person(words[0].as_bytes()).expect("few people");
            let channel = Some(touches.channel(words[2].as_bytes()).expect("few channels"));
            let converted = f64::from(u8::from(words.len() == 4));
            let outcome = PathWeight::new(converted, 0.0, 0.0).expect("a count");
            let at_ms = words[1].parse::<i64>().expect("a day") * DAY_MS;
            touches.add(Touch { person, at_ms, channel, outcome }).expect("few rows");
        }
        touches
    };
    let report = |touches: Touches| {
        let mut paths = Paths::new(&PathSettings::default());
        touches.journeys(30 * DAY_MS, &mut paths).expect("few channels");
        attribution(&paths, &PathQuestion::new(PathModel::Markov))
    };
    let whole = report(touches(&rows));
    for cut in 0..=rows.len() {
        let mut merged = touches(&rows[..cut]);
        merged.merge(&touches(&rows[cut..])).expect("few channels");
        assert_eq!(report(merged), whole, "cut at {cut}");
    }
}
