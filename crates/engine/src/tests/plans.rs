//! What applying a programme would do is said before, and is what it then does.

use super::play::{check, output};

/// Who is in an audience is known by traits, so nothing needs to be counted first.
const AUDIENCES: &str = r#"
== audiences/gold.yaml
audience: gold
when: trait("points") >= 100
== audiences/near.yaml
audience: near
when: audience("gold") and trait("city") == "Utrecht"
== audiences/other.yaml
audience: other
when: trait("city") == "Delft"
== broadcasts/spring.yaml
{broadcast: spring, audience: near, content: hello, channels: [onsite]}
==== 2
== audiences/gold.yaml
audience: gold
when: trait("points") >= 50 and trait("points") < 120
== audiences/near.yaml
audience: near
when: audience("gold") and trait("city") == "Utrecht"
== audiences/other.yaml
audience: other
when: trait("city") == "Delft"
== audiences/frequent.yaml
audience: frequent
when: count("Visit", last 30d) >= 2
== broadcasts/spring.yaml
{broadcast: spring, audience: near, content: hello, channels: [onsite]}
"#;

const PEOPLE: &str = r#"
1.09:00 identify ada points=150 city=Utrecht ; identify bob points=60 city=Utrecht
1.09:01 identify cem points=100 city=Delft ; identify dee points=10 ; identify eve points=55
"#;

#[test]
fn it_says_who_would_enter_and_leave_and_what_is_not_known() {
    check(
        AUDIENCES,
        &format!("{PEOPLE}\n1.10:00 show plan"),
        r#"
        2 differences
        frequent: 0 counts anew
        gold: 2 +2 -1
        near: 1 +1 -1
        spring Draft by audience near
        "#,
    );
}

/// The same numbers as the engine keeps when it has done it.
#[test]
fn what_it_says_of_audiences_is_what_comes_of_it() {
    check(
        AUDIENCES,
        &format!(
            "{PEOPLE}\n1.10:00 show audiences ; show plan\n1.10:01 apply 2\n1.10:02 show audiences"
        ),
        r#"
        audiences: gold 2, near 1, other 1
        2 differences
        frequent: 0 counts anew
        gold: 2 +2 -1
        near: 1 +1 -1
        spring Draft by audience near
        audiences: gold 3, near 1, other 1
        "#,
    );
}

#[test]
fn the_programme_that_runs_has_no_differences() {
    let said = output(AUDIENCES, "1.09:00 show plan again");
    assert_eq!(said, "0 differences");
}

#[test]
fn it_says_how_many_are_in_which_version_of_a_journey() {
    let journey = |wait: &str| {
        format!(
            "\n== journeys/welcome.yaml\njourney: welcome\ntrigger: {{event: \"Signed Up\"}}\nsteps:\n  - wait: {wait}\n"
        )
    };
    let programme = format!("{}==== 2{}", journey("5d"), journey("7d"));
    check(
        &programme,
        r#"
        1.09:00 track ada "Signed Up" ; show plan
        1.10:00 apply 2 ; track bob "Signed Up" ; track cem "Signed Up"
        1.11:00 show plan again
        "#,
        r#"
        1 differences
        welcome: {1: 1}
        1 differences
        welcome: {1: 1, 2: 2}
        "#,
    );
}

#[test]
fn it_says_what_becomes_of_caps_and_of_the_panel() {
    check(
        r#"
== policy.yaml
caps: [{channels: any, at_most: 4, per: 7d}, {channels: [push], at_most: 1, per: 1d}]
consent: none
panel: {share: 10%, design: leverage, channels: [email, push]}
==== 2
== policy.yaml
caps: [{channels: any, at_most: 6, per: 7d}, {channels: any, at_most: 2, per: 1d}]
consent: none
panel: {share: 10%, design: leverage, channels: [email, onsite]}
"#,
        "1.09:00 track ada Visit ; show plan",
        r#"
        1 differences
        panel NewEpoch { from: 0, to: 1 }
        tighter: new: at most 2 per 1d
        looser: at most 6 per 7d, was 4
        looser: gone: at most 1 per 1d in push
        "#,
    );
}

#[test]
fn a_plan_over_another_version_is_void() {
    check(
        AUDIENCES,
        &format!(
            "{PEOPLE}\n1.10:00 apply 2 after 2 ; show plan again\n1.11:00 apply 2 after 1 ; show plan"
        ),
        "0 differences\n0 differences",
    );
}
