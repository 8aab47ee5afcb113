//! One message to many: the list is the plan, and each person on it gets one or a reason.

use super::play::{check, check_with};
use crate::EngineSettings;

const SPRING: &str = r#"
== audiences/all.yaml
audience: all
when: not did("Never")
== broadcasts/spring.yaml
{broadcast: spring, audience: all, content: offer, channels: [onsite], expires: 2d}
"#;

fn one_by_one() -> EngineSettings {
    EngineSettings { fan_out_max: 1, ..EngineSettings::default() }
}

#[test]
fn who_is_in_the_audience_at_the_plan_gets_it_and_nobody_else() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob ; identify cat
        1.10:00 broadcast spring plan ; show broadcast spring
        1.10:01 identify dan ; track cat "Never" ; show audiences
        1.10:02 broadcast spring start ; show broadcast spring
        1.11:00 show broadcast spring ; show ledger
        "#,
        r#"
        spring is planned: 0 of 3 made
        audiences: all 3
        spring is running: 3 of 3 made
        1.10:12 m1 onsite to ada "Offer"
        1.10:12 m2 onsite to bob "Offer"
        1.10:12 m3 onsite to cat "Offer"
        spring is done: 3 of 3 made
        m1 p1 offer sent: created planned sent
        m2 p2 offer sent: created planned sent
        m3 p3 offer sent: created planned sent
        "#,
    );
}

#[test]
fn facts_before_the_plan_in_the_same_batch_count() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; broadcast spring plan ; show broadcast spring
        1.09:01 identify bob ; broadcast spring plan ; show broadcast spring
        "#,
        r#"
        spring is planned: 0 of 1 made
        spring is planned: 0 of 2 made
        "#,
    );
}

#[test]
fn it_is_done_when_nothing_of_it_is_pending_and_not_before() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob ; provider onsite accept hang
        1.10:00 broadcast spring plan ; broadcast spring start
        1.11:00 show broadcast spring
        1.12:00 answer m2 accept ; show broadcast spring
        "#,
        r#"
        1.10:10 m1 onsite to ada "Offer"
        1.10:10 m2 onsite to bob "Offer": hangs
        spring is running: 2 of 2 made
        spring is done: 2 of 2 made
        "#,
    );
}

#[test]
fn paused_nothing_leaves_and_resumed_all_of_it_does() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob
        1.10:00 broadcast spring plan ; broadcast spring start
        1.10:05 broadcast spring pause
        1.12:00 show broadcast spring ; show ledger
        1.12:00:30 broadcast spring resume
        1.13:00 show broadcast spring
        "#,
        r#"
        spring is paused: 2 of 2 made
        m1 p1 offer planned onsite 1.12:01: created planned
        m2 p2 offer planned onsite 1.12:01: created planned
        1.12:01 m1 onsite to ada "Offer"
        1.12:01 m2 onsite to bob "Offer"
        spring is done: 2 of 2 made
        "#,
    );
}

#[test]
fn cancelled_it_ends_for_everybody_who_did_not_get_it_yet() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; identify bob
        1.10:00 broadcast spring plan ; broadcast spring start
        1.10:05 broadcast spring cancel
        1.12:00 show broadcast spring ; show ledger
        1.12:01 broadcast spring plan ; broadcast spring start ; show broadcast spring
        "#,
        r#"
        spring is cancelled: 2 of 2 made
        m1 p1 offer dropped: created planned cancelled
        m2 p2 offer dropped: created planned cancelled
        spring is cancelled: 2 of 2 made
        "#,
    );
}

#[test]
fn nothing_starts_without_a_plan() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; broadcast spring start ; broadcast unknown start
        1.10:00 show broadcast spring ; show ledger
        "#,
        "spring is draft: 0 of 0 made",
    );
}

#[test]
fn it_waits_for_its_time() {
    let timed = SPRING.replace("expires: 2d", "expires: 2d, at: \"2026-11-24T09:00:00Z\"");
    check(
        &timed,
        r#"
        1.09:00 identify ada ; broadcast spring plan ; broadcast spring start
        2.08:59 show ledger ; show broadcast spring
        2.10:00 show broadcast spring
        "#,
        r#"
        spring is running: 0 of 1 made
        2.09:10 m1 onsite to ada "Offer"
        spring is done: 1 of 1 made
        "#,
    );
}

/// Planning used to begin it at once, before anybody had seen whom it would reach.
#[test]
fn one_whose_time_has_passed_waits_for_somebody() {
    let timed = SPRING.replace("expires: 2d", "expires: 2d, at: \"2026-11-21T09:00:00Z\"");
    check(
        &timed,
        r#"
        1.09:00 identify ada ; broadcast spring plan
        2.09:00 show broadcast spring ; broadcast spring start
        2.10:00 show broadcast spring
        "#,
        r#"
        spring is planned: 0 of 1 made
        2.09:10 m1 onsite to ada "Offer"
        spring is done: 1 of 1 made
        "#,
    );
}

#[test]
fn two_on_the_list_who_become_one_get_one() {
    check(
        SPRING,
        r#"
        1.09:00 identify ada ; page ~cookie ; broadcast spring plan
        1.10:00 identify ada~cookie
        1.11:00 broadcast spring start
        1.12:00 show ledger ; show broadcast spring
        "#,
        r#"
        1.11:10 m1 onsite to ada "Offer"
        m1 p1 offer sent: created planned sent
        spring is done: 2 of 2 made
        "#,
    );
    check_with(
        one_by_one(),
        SPRING,
        r#"
        1.09:00 page ~cookie ; identify ada ; broadcast spring plan
        1.11:00 broadcast spring start ; turn
        identify ada~cookie
        1.12:00 show ledger ; show broadcast spring
        "#,
        r#"
        1.11:10 m1 onsite to ada "Offer"
        m1 p2 offer sent: created planned sent
        spring is done: 2 of 2 made
        "#,
    );
    check(
        SPRING,
        r#"
        1.09:00 page ~cookie ; identify ada ; broadcast spring plan
        1.11:00 broadcast spring start
        1.11:05 identify ada~cookie
        1.12:00 show ledger ; show broadcast spring
        "#,
        r#"
        1.11:10 m1 onsite to ada "Offer"
        m1 p2 offer sent: created planned sent
        m2 p2 offer merged: created merged_away
        spring is done: 2 of 2 made
        "#,
    );
    // The one got it, the other one's still waits for the night to end.
    check(
        &format!(
            "{SPRING}\n== policy.yaml\n{{zone: UTC, quiet_hours: {{from: \"21:00\", to: \"08:00\"}}, consent: none}}\n"
        ),
        r#"
        1.09:00 page ~cookie in=Asia/Kolkata ; identify ada ; broadcast spring plan
        1.16:00 broadcast spring start
        1.16:30 identify ada~cookie
        2.12:00 show ledger ; show broadcast spring
        "#,
        r#"
        1.16:10 m2 onsite to ada "Offer"
        m1 p2 offer merged: created quiet_hours deferred merged_away
        m2 p2 offer sent: created planned sent
        spring is done: 2 of 2 made
        "#,
    );
}

#[test]
fn one_that_is_taken_out_of_the_programme_does_not_keep_the_engine_awake() {
    let timed = SPRING.replace("expires: 2d", "expires: 2d, at: \"2026-11-24T09:00:00Z\"");
    check(
        &format!(
            "{timed}\n==== 2\n== audiences/all.yaml\naudience: all\nwhen: not did(\"Never\")\n"
        ),
        r#"
        1.09:00 identify ada ; broadcast spring plan ; broadcast spring start
        1.10:00 apply 2
        2.10:00 show ledger
        "#,
        "",
    );
}

#[test]
fn broadcasts_compete_like_everything_else() {
    let capped = format!(
        "{SPRING}\n== policy.yaml\n{{zone: UTC, caps: [{{channels: any, at_most: 1, per: 1d}}], consent: [onsite]}}\n== journeys/ping.yaml\njourney: ping\ntrigger: {{event: \"Ping\"}}\nsteps:\n  - message: {{content: hello, channels: [onsite]}}\n"
    );
    check(
        &capped,
        r#"
        1.09:00 says ada granted onsite ; identify bob ; broadcast spring plan
        1.10:00 track ada "Ping"
        1.11:00 broadcast spring start
        1.12:00 show ledger ; show broadcast spring
        2.12:00 show broadcast spring
        "#,
        r#"
        1.10:10 m1 onsite to ada "Hello"
        m1 p1 hello sent: created planned sent
        m2 p1 offer planned onsite 2.10:10: created cap deferred
        m3 p2 offer suppressed: created no_consent
        spring is running: 2 of 2 made
        2.10:10 m2 onsite to ada "Offer"
        spring is done: 2 of 2 made
        "#,
    );
}

/// Kiritimati is 14 hours ahead of UTC, Amsterdam one in winter, Honolulu 10 behind.
#[test]
fn each_person_gets_it_at_nine_on_their_own_clock() {
    let local = SPRING.replace("expires: 2d", "expires: 2d, at: 2026-11-25T09:00");
    check(
        &local,
        r#"
        1.09:00 identify ada timezone=Europe/Amsterdam ; identify bob timezone=Pacific/Honolulu
        1.09:00 identify cat timezone=Pacific/Kiritimati ; identify dan
        1.10:00 broadcast spring plan ; show waves spring
        2.18:59 show broadcast spring
        2.19:30 crash ; start ; show broadcast spring
        3.20:00 show broadcast spring
        "#,
        r#"
        spring: 2026-11-24T19:00:00Z 1, 2026-11-25T08:00:00Z 1, 2026-11-25T09:00:00Z 1, 2026-11-25T19:00:00Z 1
        spring is planned: 0 of 4 made
        2.19:10 m1 onsite to cat "Offer"
        spring is running: 1 of 4 made
        3.08:10 m2 onsite to ada "Offer"
        3.09:10 m3 onsite to dan "Offer"
        3.19:10 m4 onsite to bob "Offer"
        spring is done: 4 of 4 made
        "#,
    );
}

#[test]
fn a_rate_spreads_it_and_a_pause_is_not_caught_up_on() {
    let slow = SPRING.replace("expires: 2d", "expires: 2d, rate: {at_most: 1, per: 1m}");
    check(
        &slow,
        r#"
        1.09:00 identify ada ; identify bob ; identify cat ; identify dan
        1.10:00 broadcast spring plan ; broadcast spring start
        1.10:01:30 broadcast spring pause ; show broadcast spring
        1.10:30 broadcast spring resume ; show broadcast spring
        1.11:00 show broadcast spring
        "#,
        r#"
        spring is paused: 2 of 4 made
        spring is running: 3 of 4 made
        1.10:31 m1 onsite to ada "Offer"
        1.10:31 m2 onsite to bob "Offer"
        1.10:40 m3 onsite to cat "Offer"
        1.10:41 m4 onsite to dan "Offer"
        spring is done: 4 of 4 made
        "#,
    );
}

#[test]
fn what_needs_a_second_pair_of_eyes_waits_for_it_and_for_the_same_words() {
    let careful = SPRING.replace("expires: 2d", "expires: 2d, approval: true");
    let other = careful.replace("content: offer", "content: receipt");
    check(
        &format!("{careful}==== 2{other}"),
        r#"
        1.09:00 identify ada
        1.10:00 broadcast spring plan by eve ; broadcast spring start by eve ; show broadcast spring
        1.10:01 broadcast spring approve by eve ; broadcast spring start ; show broadcast spring
        1.10:02 broadcast spring approve by bob ; apply 2 ; broadcast spring start ; show broadcast spring
        1.10:03 broadcast spring plan by eve ; broadcast spring approve by bob ; broadcast spring start
        1.10:03 show broadcast spring
        1.11:00 show broadcast spring
        "#,
        r#"
        spring is planned: 0 of 1 made
        spring is planned: 0 of 1 made
        spring is planned: 0 of 1 made
        1.10:03 m1 onsite to ada "Receipt"
        spring is done: 1 of 1 made
        spring is done: 1 of 1 made
        "#,
    );
}

#[test]
fn restored_without_the_journal_what_was_going_out_ends_unknown_and_what_starts_later_goes() {
    let slowly = SPRING.replace("expires: 2d", "expires: 2d, rate: {at_most: 1, per: 10m}");
    let both = format!(
        "{slowly}{}",
        slowly.split("== broadcasts").nth(1).map_or(String::new(), |it| {
            format!("== broadcasts{}", it.replace("spring", "autumn"))
        })
    );
    check(
        &both,
        r#"
        1.09:00 identify ada ; identify bob ; identify cat
        1.10:00 broadcast spring plan ; broadcast spring start
        1.10:15 stop
        1.10:55 start ; restored-without-journal
        1.11:20 show ledger ; show broadcast spring
        1.12:00 broadcast autumn plan ; broadcast autumn start
        1.13:00 show broadcast autumn
        "#,
        r#"
        1.10:10 m1 onsite to ada "Offer"
        m1 p1 offer sent: created planned sent
        m2 p2 offer unknown: created planned restored
        m3 p3 offer unknown: created restored
        spring is done: 3 of 3 made
        1.12:10 m4 onsite to ada "Offer"
        1.12:20 m5 onsite to bob "Offer"
        1.12:30 m6 onsite to cat "Offer"
        autumn is done: 3 of 3 made
        "#,
    );
}

/// Ada and Sam look broadcasts over; only Sam is not in the audience of any.
const SEEDED: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, consent: none, seeds: office, caps: [{channels: any, at_most: 1, per: 7d}], quiet_hours: {from: "09:30", to: "15:00"}}
== audiences/office.yaml
audience: office
when: trait("seed")
== audiences/all.yaml
audience: all
when: not did("Staff")
== broadcasts/spring.yaml
{broadcast: spring, audience: all, content: offer, channels: [onsite], expires: 2d, rate: {at_most: 3, per: 2h}}
== broadcasts/summer.yaml
{broadcast: summer, audience: all, content: offer, channels: [onsite], expires: 2d}
"#;

#[test]
fn seeds_get_every_broadcast_first_whatever_caps_and_quiet_hours_say() {
    check(
        SEEDED,
        r#"
        1.09:00 identify bob ; identify cat ; identify ada seed=true ; identify sam seed=true ; track sam "Staff"
        1.10:00 broadcast spring plan ; show broadcast spring ; broadcast spring start
        1.12:00 broadcast summer plan ; broadcast summer start ; show broadcast summer
        1.16:00 show ledger
        "#,
        r#"
        spring is planned: 0 of 4 made
        1.10:10 m1 onsite to ada "Offer"
        1.10:50 m2 onsite to sam "Offer"
        summer is running: 4 of 4 made
        1.12:10 m5 onsite to ada "Offer"
        1.12:10 m6 onsite to sam "Offer"
        1.15:00 m3 onsite to bob "Offer"
        1.15:00 m4 onsite to cat "Offer"
        m1 p3 offer sent: created planned sent
        m2 p4 offer sent: created planned sent
        m3 p1 offer sent: created quiet_hours deferred sent
        m4 p2 offer sent: created quiet_hours deferred sent
        m5 p3 offer sent: created planned sent
        m6 p4 offer sent: created planned sent
        m7 p1 offer dropped: created cap quiet_hours outranked
        m8 p2 offer dropped: created cap quiet_hours outranked
        "#,
    );
}

#[test]
fn a_broadcast_to_nobody_goes_to_no_seed_either() {
    check(
        SEEDED,
        r#"
        1.09:00 identify sam seed=true ; track sam "Staff"
        1.10:00 broadcast summer plan ; broadcast summer start ; show broadcast summer
        "#,
        r#"
        summer is done: 0 of 0 made
        "#,
    );
}
