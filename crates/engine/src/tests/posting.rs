//! Posts to everybody: planned, approved, brought to each network once, and looked after while they stand.

use super::play::check;

const LAUNCH: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, consent: none, post_slots: [tue 09:00, wed 16:30]}
== content/news.md
---
content: news
topic: news
summary: New bikes
---
Come and see.
== posts/launch.yaml
{post: launch, content: news, networks: [bluesky, mastodon], at: "2026-11-24T09:00"}
"#;

/// A thread of two at a network that takes 40 characters.
fn thread() -> String {
    let long = "New bikes stand in the shop. Come and ride one of them today.";
    LAUNCH.replace("summary: New bikes", &format!("summary: {long}"))
}

#[test]
fn what_is_planned_goes_out_at_its_time_at_each_network_once() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky ; network mastodon
        1.10:00 post launch plan ; show post launch
        2.08:59 show post launch
        2.09:00 show post launch
        2.10:30 show notes launch
        "#,
        r#"
        launch is planned for 2.09:00
        launch is planned for 2.09:00
        2.09:00 bluesky publishes "New bikes"
        2.09:00 mastodon publishes "New bikes"
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon stands: stands as 1
        2.10:00 bluesky counts
        2.10:00 mastodon counts
        bluesky 2.09:00: part 1: stands
        mastodon 2.09:00: part 1: stands
        2 at 2.10:00
        2 at 2.10:00
        "#,
    );
}

#[test]
fn nothing_goes_out_that_nobody_planned() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky ; network mastodon
        2.12:00 post launch start ; show post launch
        "#,
        "launch is draft",
    );
}

#[test]
fn a_network_without_an_account_is_said_when_it_is_planned() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky
        1.10:00 post launch plan ; show post launch
        "#,
        "launch is draft",
    );
}

#[test]
fn a_second_person_approves_exactly_what_is_posted() {
    let approved = LAUNCH.replace("09:00\"}", "09:00\", approval: true}");
    let changed = approved.replace("summary: New bikes", "summary: Old bikes");
    check(
        &format!("{approved}\n==== 2{changed}"),
        r#"
        1.09:00 network bluesky ; network mastodon
        1.10:00 post launch plan by:ada ; post launch approve by:ada
        2.09:00 show post launch
        2.09:10 post launch approve by:bob
        3.00:00 apply 2 ; post launch edit
        3.01:00 post launch approve by:bob ; post launch edit
        3.02:00 show post launch
        "#,
        r#"
        launch is planned for 2.09:00
        2.09:10 bluesky publishes "New bikes"
        2.09:10 mastodon publishes "New bikes"
        2.10:10 bluesky counts
        2.10:10 mastodon counts
        2.15:10 bluesky counts
        2.15:10 mastodon counts
        3.01:00 bluesky edits 1: "Old bikes"
        3.01:00 mastodon edits 1: "Old bikes"
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon stands: stands as 1
        "#,
    );
}

#[test]
fn parts_of_a_thread_follow_each_other_and_wait_for_the_one_before() {
    check(
        &thread(),
        r#"
        1.09:00 network bluesky ; network mastodon "" later
        1.10:00 post launch plan
        2.09:30 show post launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes stand in the shop."
        2.09:00 mastodon publishes "New bikes stand in the shop."
        2.09:00 bluesky publishes "Come and ride one of them today." after 1
        2.09:00 mastodon publishes "Come and ride one of them today." after 1: later
        2.09:01 mastodon publishes "Come and ride one of them today." after 1
        launch is done for 2.09:00
        bluesky stands: stands as 1, stands as 2
        mastodon stands: stands as 1, stands as 2
        "#,
    );
}

#[test]
fn a_lost_post_is_looked_for_and_not_published_again() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky lose ; network mastodon miss
        1.10:00 post launch plan
        2.09:02 show post launch
        2.13:00 show post launch
        2.13:01 post launch again mastodon ; show post launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes": lose
        2.09:00 mastodon publishes "New bikes": miss
        2.09:01 bluesky looks for part 1
        2.09:01 mastodon looks for part 1
        launch is running for 2.09:00
        bluesky stands: stands as 1
        mastodon going: lost, look 2 at 2.09:06
        2.09:06 mastodon looks for part 1
        2.09:36 mastodon looks for part 1
        2.10:01 bluesky counts
        2.11:36 mastodon looks for part 1
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon lost: lost
        2.13:01 mastodon publishes "New bikes"
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon stands: stands as 1
        "#,
    );
}

#[test]
fn found_on_the_wire_after_a_crash_it_is_looked_for() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky hang ; network mastodon
        1.10:00 post launch plan
        2.09:00 stop ; start
        2.09:02 show post launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes": hang
        2.09:00 mastodon publishes "New bikes"
        2.09:01 bluesky looks for part 1
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon stands: stands as 1
        "#,
    );
}

#[test]
fn what_is_refused_waits_for_somebody_and_later_is_tried_again_until_it_is_too_late() {
    let short = LAUNCH.replace("09:00\"}", "09:00\", within: 20m}");
    check(
        &short,
        r#"
        1.09:00 network bluesky refuse ; network mastodon later later later:40m
        1.10:00 post launch plan
        2.09:30 show post launch ; show notes launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes": refuse
        2.09:00 mastodon publishes "New bikes": later
        2.09:01 mastodon publishes "New bikes": later
        2.09:06 mastodon publishes "New bikes": later:40m
        launch is done for 2.09:00
        bluesky refused: refused: the network says so
        mastodon late: late
        bluesky 2.09:00: part 1: refused: the network says so
        mastodon 2.09:00: part 1: try 1: the network says so; again at 2026-11-24T09:01:00Z
        mastodon 2.09:01: part 1: try 2: the network says so; again at 2026-11-24T09:06:00Z
        mastodon 2.09:06: part 1: try 3: the network says so; again at 2026-11-24T09:46:00Z
        mastodon 2.09:20:00.001: its time is over: too late
        "#,
    );
}

#[test]
fn an_hour_after_its_first_try_a_part_is_looked_for_before_it_is_tried_again() {
    check(
        &LAUNCH.replace("[bluesky, mastodon]", "[mastodon]"),
        r#"
        1.09:00 network mastodon later later later later
        1.10:00 post launch plan
        2.10:00 show post launch
        "#,
        r#"
        2.09:00 mastodon publishes "New bikes": later
        2.09:01 mastodon publishes "New bikes": later
        2.09:06 mastodon publishes "New bikes": later
        2.09:21 mastodon publishes "New bikes": later
        2.09:51 mastodon looks for part 1
        2.09:51 mastodon publishes "New bikes"
        launch is done for 2.09:00
        mastodon stands: stands as 1
        "#,
    );
}

#[test]
fn what_stands_is_taken_back_the_answers_first() {
    check(
        &thread(),
        r#"
        1.09:00 network bluesky ; network mastodon
        1.10:00 post launch plan ; post launch delete
        2.09:30 post launch delete bluesky
        2.09:31 show post launch
        2.09:40 network mastodon never ; post launch delete
        2.11:00 show post launch ; show notes launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes stand in the shop."
        2.09:00 mastodon publishes "New bikes stand in the shop."
        2.09:00 bluesky publishes "Come and ride one of them today." after 1
        2.09:00 mastodon publishes "Come and ride one of them today." after 1
        2.09:30 bluesky deletes 2
        2.09:30 bluesky deletes 1
        launch is done for 2.09:00
        bluesky gone: gone, gone
        mastodon stands: stands as 1, stands as 2
        2.09:40 mastodon deletes 2: never
        2.10:00 mastodon counts
        launch is done for 2.09:00
        bluesky gone: gone, gone
        mastodon stands: stands as 1, stands as 2
        bluesky 2.09:00: part 1: stands
        bluesky 2.09:00: part 2: stands
        bluesky 2.09:30: part 2: taken back
        bluesky 2.09:30: part 1: taken back
        mastodon 2.09:00: part 1: stands
        mastodon 2.09:00: part 2: stands
        mastodon 2.09:40: part 2: cannot be changed: not here
        4 at 2.10:00
        "#,
    );
}

#[test]
fn paused_nothing_more_goes_out_and_cancelled_it_never_does() {
    check(
        &thread(),
        r#"
        1.09:00 network bluesky "" later ; network mastodon "" later
        1.10:00 post launch plan
        2.09:00:30 post launch pause
        2.09:30 post launch resume
        2.09:31 show post launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes stand in the shop."
        2.09:00 mastodon publishes "New bikes stand in the shop."
        2.09:00 bluesky publishes "Come and ride one of them today." after 1: later
        2.09:00 mastodon publishes "Come and ride one of them today." after 1: later
        2.09:30 bluesky publishes "Come and ride one of them today." after 1
        2.09:30 mastodon publishes "Come and ride one of them today." after 1
        launch is done for 2.09:00
        bluesky stands: stands as 1, stands as 2
        mastodon stands: stands as 1, stands as 2
        "#,
    );
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky later ; network mastodon
        1.10:00 post launch plan
        2.09:00:30 post launch cancel
        2.09:31 show post launch
        "#,
        r#"
        2.09:00 bluesky publishes "New bikes": later
        2.09:00 mastodon publishes "New bikes"
        launch is cancelled for 2.09:00
        bluesky gone: gone
        mastodon stands: stands as 1
        "#,
    );
}

#[test]
fn the_queue_gives_each_post_the_next_free_place_of_its_networks() {
    let queue = r#"
== posts/launch.yaml
{post: launch, content: news, networks: [bluesky], at: queue}
== posts/second.yaml
{post: second, content: news, networks: [bluesky, mastodon], at: queue}
== posts/third.yaml
{post: third, content: news, networks: [mastodon], at: queue}
"#;
    let base = LAUNCH.split("== posts/").next().unwrap_or_default();
    check(
        &format!("{base}{queue}"),
        r#"
        1.09:00 network bluesky ; network mastodon
        1.10:00 post launch plan ; post second plan ; post third plan
        1.11:00 show post launch ; show post second ; show post third
        1.12:00 post launch cancel ; post second plan
        1.12:01 show post second
        "#,
        r#"
        launch is planned for 2.09:00
        second is planned for 3.16:30
        third is planned for 2.09:00
        second is planned for 3.16:30
        "#,
    );
}

#[test]
fn a_broken_token_is_known_before_the_post_is_due() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky signed-out ; network mastodon
        1.10:00 show accounts
        1.10:30 network bluesky
        1.11:30 show accounts
        "#,
        r#"
        bluesky  at 1.10:00: sign in: the token has ended
        mastodon @shop@mastodon at 1.09:00: well
        bluesky @shop@bluesky at 1.11:00: well
        mastodon @shop@mastodon at 1.09:00: well
        "#,
    );
}

#[test]
fn after_a_restore_what_was_due_since_is_looked_for_and_not_published_again() {
    check(
        &LAUNCH.replace("[bluesky, mastodon]", "[bluesky, mastodon, x]"),
        r#"
        1.09:00 network bluesky ; network mastodon ; network x
        1.10:00 post launch plan
        2.08:00 show post launch
        2.09:00 clock ; restored post/launch/bluesky/0
        2.13:00 show post launch
        "#,
        r#"
        launch is planned for 2.09:00
        2.09:00 mastodon publishes "New bikes"
        2.09:00 x publishes "New bikes"
        2.09:01 bluesky looks for part 1
        2.09:06 bluesky looks for part 1
        2.09:36 bluesky looks for part 1
        2.10:00 mastodon counts
        2.10:00 x counts
        2.11:36 bluesky looks for part 1
        launch is done for 2.09:00
        bluesky lost: lost
        mastodon stands: stands as 1
        x stands: stands as 1
        "#,
    );
}

#[test]
fn a_commit_that_fails_publishes_nothing_and_is_made_again() {
    check(
        LAUNCH,
        r#"
        1.09:00 network bluesky ; network mastodon
        1.10:00 post launch plan
        2.08:59 fail 1 refuse
        2.09:30 show post launch
        "#,
        r#"
        2.09:00 a commit failed
        2.09:00 bluesky publishes "New bikes"
        2.09:00 mastodon publishes "New bikes"
        launch is done for 2.09:00
        bluesky stands: stands as 1
        mastodon stands: stands as 1
        "#,
    );
}
