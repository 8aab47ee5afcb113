//! Influence: claims in words, other programs' numbers, slow obvious versions, known truths.

mod oracles;
mod properties;
mod recovery;

use crate::{ClaimRule, Influence, InfluenceQuestion, Referral, influence};

fn referral(referrer: usize, referred: usize, time: Option<f64>) -> Referral {
    Referral { referrer: referrer as u32, referred: referred as u32, time }
}

/// `a>b@3` is a brought b at time 3; every person is worth as many as they have letters in the
/// alphabet before them and one. Returns `a direct+indirect` for those who brought somebody.
fn told(claims: &str, rule: ClaimRule) -> (String, Influence) {
    let number = |name: &str| usize::from(name.as_bytes()[0] - b'a');
    let claim = |text: &str| {
        let (pair, time) = text.split_once('@').unwrap_or((text, ""));
        let (referrer, referred) = pair.split_once('>').expect("a claim");
        referral(number(referrer), number(referred), time.parse().ok())
    };
    let referrals: Vec<Referral> = claims.split_whitespace().map(claim).collect();
    let values: Vec<f64> = (1..=8).map(f64::from).collect();
    let question = InfluenceQuestion { rule, ..InfluenceQuestion::default() };
    let found = influence(8, &referrals, Some(&values), &question);
    let name = |i: usize| char::from(b'a' + i as u8);
    let told: Vec<String> = (0..8)
        .filter(|i| 0.0 < found.standing[*i].brought)
        .map(|i| format!("{} {}+{}", name(i), found.standing[i].direct, found.standing[i].indirect))
        .collect();
    (told.join(" "), found)
}

#[track_caller]
fn check(claims: &str, rule: ClaimRule, expected: &str) {
    assert_eq!(told(claims, rule).0, expected, "for {claims}");
}

#[test]
fn value_goes_to_who_brought_and_half_of_it_a_step_further() {
    check("a>b a>c", ClaimRule::First, "a 5+0");
    check("a>b b>c c>d", ClaimRule::First, "a 2+2.5 b 3+2 c 4+0");
}

#[test]
fn the_first_claim_wins_and_claims_of_one_time_share() {
    check("a>c@2 b>c@1", ClaimRule::First, "b 3+0");
    check("a>c@2 b>c@1", ClaimRule::Equal, "a 1.5+0 b 1.5+0");
    check("a>c@1 b>c@1 d>c@2", ClaimRule::First, "a 1.5+0 b 1.5+0");
    check("a>c b>c@9", ClaimRule::First, "b 3+0");
    check("a>c b>c c>d", ClaimRule::First, "a 1.5+1 b 1.5+1 c 4+0");
}

#[test]
fn nobody_earns_by_themselves_or_twice() {
    let (text, found) = told("a>a a>b@4 a>b@2 b>b c>b@3", ClaimRule::First);
    assert_eq!(text, "a 2+0");
    let out = found.left_out;
    assert_eq!((out.itself, out.repeated, out.later, out.circular), (2, 1, 1, 0));
}

#[test]
fn whoever_was_there_already_is_not_brought_by_whom_they_brought() {
    check("a>b@1 b>a@2", ClaimRule::First, "a 2+0");
    check("a>b@1 b>c@2 c>a@3 c>d@4", ClaimRule::First, "a 2+2.5 b 3+2 c 4+0");
    // Nobody can say who was first.
    check("a>b b>a b>c", ClaimRule::Equal, "b 3+0");
    assert_eq!(told("a>b b>a b>c", ClaimRule::Equal).1.left_out.circular, 2);
    // With two circles through one person one opening is not enough.
    let (text, found) = told("a>b@1 b>a@5 b>c@2 c>b@4 a>c@3", ClaimRule::Equal);
    assert_eq!(text, "a 5+0");
    assert_eq!((found.left_out.circular, found.brought), (3, 2));
}

#[test]
fn people_who_are_not_known_are_counted_and_left_out() {
    let values = [1.0, f64::NAN, 3.0];
    let referrals = [referral(0, 1, None), referral(0, 2, None), referral(0, 9, None)];
    let found = influence(3, &referrals, Some(&values), &InfluenceQuestion::default());
    assert_eq!((found.brought, found.left_out.stranger, found.value.direct), (2, 1, 3.0));
    assert!(found.warnings.iter().any(|it| it.contains("the value of 1 people is not known")));
    let short = influence(3, &referrals, Some(&values[..1]), &InfluenceQuestion::default());
    assert_eq!(short.value.total, 1.0);
}

#[test]
fn too_little_is_said_and_not_guessed() {
    let nobody = influence(0, &[], None, &InfluenceQuestion::default());
    assert_eq!(nobody.insufficient.as_deref(), Some("nobody was brought by anybody"));
    assert!(nobody.standing.is_empty() && nobody.per_person.estimate.is_none());
    let (_, few) = told("a>b", ClaimRule::First);
    assert!(few.insufficient.expect("a reason").contains("at least 10"));
    assert!(few.per_person.reason.is_some() && few.top_tenth.reason.is_some());
    assert_eq!(few.value.direct, 2.0, "a sum is a fact however small");
    let question = InfluenceQuestion { window: Some(1.0), ..InfluenceQuestion::default() };
    let timeless = influence(2, &[referral(0, 1, None)], None, &question);
    let reason = timeless.reproduction.expect("asked for").reason;
    assert_eq!(reason.as_deref(), Some("the times are not known"));
}

#[test]
fn values_below_zero_and_beyond_are_facts_too() {
    let referrals = [referral(0, 1, None)];
    let found = influence(2, &referrals, Some(&[-1.0, -5.0]), &InfluenceQuestion::default());
    assert_eq!((found.value.direct, found.standing[0].network), (-5.0, None));
    let most = influence(2, &referrals, Some(&[1.0, 1e308]), &InfluenceQuestion::default());
    let network: f64 = most.standing.iter().filter_map(|it| it.network).sum();
    assert!((network - 1.0).abs() < 1e-12);
}

#[test]
fn a_chain_as_long_as_the_file_ends() {
    let n = 200_000;
    let chain: Vec<Referral> = (1..n).map(|i| referral(i - 1, i, None)).collect();
    let found = influence(n, &chain, None, &InfluenceQuestion::default());
    assert_eq!((found.generations, found.brought), (n as u64 - 1, n as u64 - 1));
    assert_eq!((found.standing[0].direct, found.standing[0].indirect), (1.0, 1.0));
    let mut ring = chain;
    ring.push(referral(n - 1, 0, None));
    let found = influence(n, &ring, None, &InfluenceQuestion::default());
    assert_eq!((found.left_out.circular, found.brought), (n as u64, 0));
    let network: Vec<f64> = found.standing.iter().filter_map(|it| it.network).collect();
    assert!(network.iter().all(|it| (it * n as f64 - 1.0).abs() < 1e-9), "a ring has no first");
}
