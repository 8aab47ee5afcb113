//! The demo on a small market.

use crate::process::fulcrum;
use serde_json::Value;

#[test]
fn a_small_market_balances_and_breaks_no_promise() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let ask =
        ["demo", "--people", "150", "--weeks", "6", "--exit", "--format", "json", "--data", &data];
    let played = fulcrum(&ask);
    assert_eq!(played.code, 0, "{} {}", played.out, played.err);
    let result: Value = serde_json::from_str(&played.out).expect("JSON alone on standard output");
    assert_eq!(result["simulated"], true);
    let ledger = &result["ledger"];
    let count = |name: &str| ledger[name].as_i64().expect("a count");
    let parts =
        ["sent", "suppressed", "held_out", "dropped", "merged", "failed", "unknown", "pending"];
    assert_eq!(count("candidates"), parts.iter().map(|it| count(it)).sum::<i64>());
    assert!(100 < count("sent") && 0 < count("held_out"), "{ledger}");
    let violations = result["violations"].as_object().expect("counts");
    assert!(violations.len() == 5 && violations.values().all(|it| *it == 0), "{violations:?}");
    assert!(result["truth"]["leverage"].is_number());
    assert_eq!(result["messages"]["accepted"], ledger["sent"]);
    // The data stay, and are what was printed.
    let again = fulcrum(&ask);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is not empty"), "{}", again.err);
    let doctor = fulcrum(&["doctor", "--data", &data]);
    assert_eq!(doctor.code, 0, "{} {}", doctor.out, doctor.err);
    let why = fulcrum(&["why", "p5", "--data", &data]);
    assert!(
        why.code == 0
            && why.out.contains("withheld at random") | why.out.contains("the provider took"),
        "{}",
        why.out
    );
}
