//! The numbers of networkx, and of walking a tree path by path.

use serde_json::Value;

use super::referral;
use crate::{InfluenceQuestion, Referral, influence};

const NETWORKX: &str = include_str!("../../../../../fixtures/oracles/influence_networkx.json");

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|it| it.as_f64().expect("a number")).collect()
}

#[test]
fn network_influence_is_networkx_pagerank() {
    let all: Value = serde_json::from_str(NETWORKX).expect("JSON");
    let cases = all["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 4);
    let mut worst = 0.0_f64;
    for case in cases {
        let pair = |it: &Value| {
            let pair = numbers(it);
            referral(pair[0] as usize, pair[1] as usize, None)
        };
        let claims: Vec<Referral> =
            case["claims"].as_array().expect("claims").iter().map(pair).collect();
        let values = numbers(&case["values"]);
        let damping = case["damping"].as_f64().expect("a number");
        let question = InfluenceQuestion { damping, ..InfluenceQuestion::default() };
        let found = influence(values.len(), &claims, Some(&values), &question);
        let theirs = numbers(&case["pagerank"]);
        assert_eq!(theirs.len(), found.standing.len());
        for (theirs, ours) in theirs.iter().zip(&found.standing) {
            worst = worst.max((theirs - ours.network.expect("values")).abs());
        }
        if !case["direct"].is_null() {
            let sums = found.standing.iter().map(|it| (it.direct, it.indirect));
            let theirs = numbers(&case["direct"]).into_iter().zip(numbers(&case["indirect"]));
            for ((a, b), (c, d)) in sums.zip(theirs) {
                assert!((a - c).abs() < 1e-9 && (b - d).abs() < 1e-9, "{a} {c}, {b} {d}");
            }
        }
    }
    // Theirs stops at a change of 1e-14 per person.
    assert!(worst < 1e-11, "{worst}");
}
