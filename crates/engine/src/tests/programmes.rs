//! The programme changes while people are in it.

use super::play::check;

const VERSIONS: &str = r#"
== journeys/welcome.yaml
journey: welcome
trigger: {event: "Signed Up"}
reentry: always
steps:
  - wait: 1d
  - message: {content: hello, channels: [onsite]}
==== 2
== journeys/welcome.yaml
journey: welcome
trigger: {event: "Signed Up"}
reentry: always
steps:
  - wait: 2h
  - message: {content: offer, channels: [onsite]}
"#;

#[test]
fn runs_stay_in_the_version_in_which_they_began() {
    check(
        VERSIONS,
        r#"
        1.09:00 track ada "Signed Up"
        1.10:00 apply 2
        1.11:00 track bob "Signed Up" ; stop ; start
        3.00:00 show journeys
        "#,
        r#"
        1.13:10 m1 onsite to bob "Offer"
        2.09:10 m2 onsite to ada "Hello"
        welcome: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn a_journey_that_is_gone_takes_nobody_new_and_lets_nobody_down() {
    let gone = VERSIONS.split("==== 2").next().unwrap_or_default().to_owned() + "\n==== 2\n";
    check(
        &gone,
        r#"
        1.09:00 track ada "Signed Up"
        1.10:00 apply 2
        1.11:00 track bob "Signed Up"
        3.00:00 show journeys
        "#,
        r#"
        2.09:10 m1 onsite to ada "Hello"
        welcome: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn content_is_the_latest_at_the_moment_of_sending() {
    let reworded = VERSIONS.split("==== 2").next().unwrap_or_default().to_owned()
        + "\n==== 2\n== content/hello.md\n---\ncontent: hello\ntopic: news\nsummary: Good day\n---\nGood day.\n";
    check(
        &reworded,
        r#"
        1.09:00 track ada "Signed Up"
        1.10:00 apply 2
        2.10:00 page ada
        "#,
        r#"2.09:10 m1 onsite to ada "Good day""#,
    );
}

#[test]
fn a_programme_with_a_mistake_changes_nothing() {
    let broken = VERSIONS.replace("{content: offer", "{content: nothing");
    check(
        &broken,
        r#"
        1.09:00 track ada "Signed Up"
        1.10:00 apply 2
        1.11:00 track bob "Signed Up"
        3.00:00 show journeys
        "#,
        r#"
        2.09:10 m1 onsite to ada "Hello"
        2.11:10 m2 onsite to bob "Hello"
        welcome: 2 started, 2 ended, 0 goals, 2 messages
        "#,
    );
}

#[test]
fn an_audience_that_is_gone_leaves_the_sizes() {
    check(
        r#"
== audiences/readers.yaml
audience: readers
when: did("Read")
== audiences/all.yaml
audience: all
when: not did("Never")
==== 2
== audiences/all.yaml
audience: all
when: not did("Never")
"#,
        r#"
        1.09:00 track ada "Read" ; track bob "Visit" ; show audiences
        1.10:00 apply 2 ; show audiences ; show people
        1.11:00 apply 1 ; show audiences
        "#,
        r#"
        audiences: all 2, readers 1
        audiences: all 2
        p1 = ada; in all
        p2 = bob; in all
        audiences: all 2
        "#,
    );
}

/// People who fit a new audience were not brought in by anything they did just now.
const NEW_AUDIENCE: &str = r#"
==== 2
== audiences/all.yaml
audience: all
when: not did("Never")
== journeys/greet.yaml
journey: greet
trigger: {enters: all}
steps:
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn a_new_audience_is_filled_in_chunks_and_triggers_nothing() {
    check(
        NEW_AUDIENCE,
        r#"
        1.09:00 crowd 1700 "Visit"
        1.10:00 apply 2
        1.10:01 show audiences ; track crowd-3 "Visit"
        1.10:02 show journeys
        1.10:03 track somebody-new "Visit" ; show journeys
        "#,
        r#"
        audiences: all 1700
        1.10:03 m1 onsite to somebody-new "Receipt"
        greet: 1 started, 1 ended, 0 goals, 1 messages
        "#,
    );
}

#[test]
fn an_event_that_comes_before_the_fill_does_not_trigger_either() {
    check(
        NEW_AUDIENCE,
        r#"
        1.09:00 crowd 1700 "Visit"
        1.10:00 apply 2 ; track crowd-3 "Visit" ; track crowd-1650 "Visit" ; turn
        track crowd-1660 "Visit" ; turn
        1.10:01 show audiences ; show journeys
        "#,
        "audiences: all 1700",
    );
}

#[test]
fn a_timer_that_goes_off_before_the_fill_does_not_trigger_either() {
    let timed = format!(
        "\n== audiences/recent.yaml\naudience: recent\nwhen: did(\"Visit\", last 1h)\n{NEW_AUDIENCE}"
    );
    check(
        &timed,
        r#"
        1.09:00 track ada "Visit"
        1.10:00 clock ; apply 2
        1.10:01 show audiences ; show journeys
        "#,
        "audiences: all 1",
    );
}

#[test]
fn people_of_the_batch_in_which_a_programme_is_applied_are_filled_too() {
    check(
        NEW_AUDIENCE,
        r#"
        1.09:00 track ada "Visit" ; apply 2 ; show audiences
        "#,
        "audiences: all 1",
    );
}

#[test]
fn a_fill_goes_on_after_a_crash() {
    check(
        NEW_AUDIENCE,
        r#"
        1.09:00 crowd 1700 "Visit"
        1.10:00 apply 2 ; turn
        turn
        turn
        crash ; start ; show audiences
        "#,
        "audiences: all 1700",
    );
}

#[test]
fn a_message_whose_content_is_gone_fails_with_the_reason() {
    let gone = VERSIONS
        .split("==== 2")
        .next()
        .unwrap_or_default()
        .replace("content: hello", "content: special")
        + "\n== content/special.md\n---\ncontent: special\ntopic: news\nsummary: Special\n---\nSpecial.\n\n==== 2\n";
    check(
        &gone,
        r#"
        1.09:00 track ada "Signed Up"
        1.10:00 apply 2
        2.10:00 show ledger ; show trail m1
        "#,
        r#"
        m1 p1 special failed: created render_failed
        created: journey/welcome
        render_failed: there is no content `special`
        "#,
    );
}

/// Found on reading: of the second message the run heard only at its deadline.
#[test]
fn a_run_hears_at_once_that_the_message_it_turned_to_cannot_be_made() {
    check(
        r#"
== policy.yaml
{zone: UTC, window: 0s, consent: none}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
steps:
  - wait: 1h
  - message:
      content: special
      channels: [onsite]
      expires: 2d
      otherwise:
        - message:
            content: special
            channels: [onsite]
            expires: 2d
            otherwise: [{set_trait: {name: reached, value: never}}]
== content/special.md
---
content: special
topic: news
summary: Special
---
Special.
==== 2
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
steps:
  - message: {content: hello, channels: [onsite]}
"#,
        r#"
        1.09:00 track ada "Ping" ; apply 2
        1.11:00 show people ; show ledger
        "#,
        r#"
        p1 = ada; reached=never
        m1 p1 special failed: created render_failed
        m2 p1 special failed: created render_failed
        "#,
    );
}
