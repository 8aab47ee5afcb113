//! The demo's dates.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

#[test]
fn the_market_ends_at_the_last_midnight() {
    let line = Line::parse_from(["demo", "--weeks", "6", "--people", "10"]);
    let now = Timestamp::parse("2026-11-22T13:45:00Z").expect("a time");
    let options = options(&line.arguments, now);
    let end = options.start + Span(Span::WEEK.0 * options.weeks);
    assert_eq!(end.to_string(), "2026-11-22T00:00:00Z");
    assert_eq!((options.people, options.weeks, options.seed), (10, 6, 1));
}

#[test]
fn the_seed_makes_the_market_and_the_links_stay_secret() {
    let (one, same, other) = (seeded_keys(1), seeded_keys(1), seeded_keys(2));
    let (one, same, other) = (one.expect("keys"), same.expect("keys"), other.expect("keys"));
    assert!(one.chance == same.chance && one.chance != other.chance);
    assert!(one.link != same.link);
}

#[test]
fn wrong_sizes_are_refused() {
    assert!(Line::try_parse_from(["demo", "--people", "0"]).is_err());
    assert!(Line::try_parse_from(["demo", "--weeks", "0"]).is_err());
}
