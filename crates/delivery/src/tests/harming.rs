//! Campaigns that stop by themselves.

use crate::{BrakeRules, Harm, Word};

/// `sent×198 bounced×2` and so on; the answer is when it stopped and why, counted in words.
fn check(words: &str) -> String {
    let (mut harm, rules) = (Harm::default(), BrakeRules::default());
    let mut count = 0;
    for word in words.split_whitespace() {
        let (word, times) = word.split_once('×').unwrap_or((word, "1"));
        for _ in 0..times.parse().expect("a number") {
            count += 1;
            let word = match word {
                "sent" => Word::Sent,
                "bounced" => Word::Bounced,
                "complained" => Word::Complained,
                _ => panic!("`{word}` is no word"),
            };
            if let Some(brake) = harm.take(word, &rules) {
                return format!("{brake:?} after {count}");
            }
        }
    }
    "goes on".to_owned()
}

#[test]
fn a_campaign_stops_beyond_its_shares_and_not_before_enough_was_sent() {
    assert_eq!(check("sent×10000"), "goes on");
    assert_eq!(check("bounced×199"), "goes on");
    assert_eq!(check("bounced×200"), "Bounces after 200");
    // 5 % of 200 are 10; the eleventh is too many.
    assert_eq!(check("sent×200 bounced×10"), "goes on");
    assert_eq!(check("sent×200 bounced×11"), "Bounces after 211");
    assert_eq!(check("bounced×11 sent×300"), "Bounces after 211");
    // 0.3 % of 1,600 are 4.8, and of 2,000 six.
    assert_eq!(check("sent×200 complained×4"), "goes on");
    assert_eq!(check("sent×1600 complained×5"), "Complaints after 1605");
    assert_eq!(check("sent×2000 complained×6"), "goes on");
    assert_eq!(check("sent×2000 complained×7"), "Complaints after 2007");
}

/// A journey that ran well for years stops as soon as another one does.
#[test]
fn what_is_long_ago_does_not_hide_what_is_now() {
    // It is judged by the latest 1,600 to 3,200 messages.
    assert_eq!(check("sent×1000000 bounced×80"), "goes on");
    let stopped = check("sent×1000000 bounced×161");
    assert!(stopped.starts_with("Bounces after 10000"), "{stopped}");
}
