//! Each rule that stops, defers or moves a candidate, and the order in which they are asked.

use super::cases::{Case, check, check_bare};
use crate::*;
use model::*;

#[test]
fn a_candidate_goes_to_its_preferred_channel_at_once() {
    check("m1 lifecycle 1 email,push", "m1 plan email 2026-11-24T12:00:00Z: planned");
}

#[test]
fn each_lasting_stop_has_its_reason_and_the_order_of_the_rules_decides() {
    let message = "m1 lifecycle 1 email";
    let ended = |facts: &str, reason: &str| {
        let expected = format!("m1 end suppressed {reason}: {reason}");
        check_bare(&format!("{facts}\n{message}"), &expected);
    };
    ended("without email", "no_provider");
    ended("", "unreachable");
    ended("address email\noff email\nclosed email bounced", "bounced");
    ended("address email\noff email\nclosed email complained\nyes email", "complained");
    ended("address email\noff email", "no_consent");
    ended("address email\npending email", "unconfirmed");
    ended("address email\nyes email\nno email", "withdrawn");
    ended("address email\nyes email\nno all", "withdrawn");
    ended("address email\nyes email\nno all offers", "topic_off");
    ended("address email\nyes email\nno email offers", "topic_off");
    ended("address email\nyes email\noff email", "channel_off");
}

#[test]
fn another_channel_is_taken_and_the_trail_says_why() {
    check(
        "off email\nm1 lifecycle 1 email,push",
        "m1 plan push 2026-11-24T12:00:00Z: channel_off moved planned",
    );
    check(
        "cap email 0 1d\nm1 lifecycle 1 email,push",
        "m1 plan push 2026-11-24T12:00:00Z: cap moved planned",
    );
    check(
        "without email\nm1 lifecycle 1 email,push",
        "m1 plan push 2026-11-24T12:00:00Z: no_provider moved planned",
    );
    check(
        "off email\nclosed push blocked\nm1 lifecycle 1 email,push",
        "m1 end suppressed channel_off: channel_off blocked channel_off",
    );
}

#[test]
fn on_site_messages_need_no_yes_but_respect_a_no() {
    check_bare(
        "address onsite\nm1 lifecycle 1 onsite",
        "m1 plan onsite 2026-11-24T12:00:00Z: planned",
    );
    check_bare(
        "address onsite\nno onsite\nm1 lifecycle 1 onsite",
        "m1 end suppressed withdrawn: withdrawn",
    );
}

#[test]
fn a_full_window_defers_to_the_instant_at_which_it_opens() {
    // Two messages exactly one window apart are never in one window.
    check(
        "cap any 1 1d\nslot m9 email sent 2026-11-23T18:30:00Z\nm1 lifecycle 1 email",
        "m1 defer email 2026-11-24T18:30:00Z: cap deferred",
    );
    check(
        "cap any 1 1d\nslot m9 email sent 2026-11-23T12:00:00Z\nm1 lifecycle 1 email",
        "m1 plan email 2026-11-24T12:00:00Z: planned",
    );
}

#[test]
fn a_reservation_in_the_future_blocks_the_time_before_it_too() {
    check(
        "cap any 1 1d\nslot m9 email reserved 2026-11-25T06:00:00Z\nm1 lifecycle 1 email expires=2d",
        "m1 defer email 2026-11-26T06:00:00Z: cap deferred",
    );
}

#[test]
fn withheld_and_unknown_messages_take_their_place_like_sent_ones() {
    for kind in ["withheld", "unknown"] {
        check(
            &format!(
                "cap any 1 1d\nslot m9 email {kind} 2026-11-24T11:00:00Z\nm1 lifecycle 1 email"
            ),
            "m1 defer email 2026-11-25T11:00:00Z: cap deferred",
        );
    }
}

#[test]
fn caps_count_only_their_channels_and_topic() {
    let slot = "slot m9 email sent 2026-11-24T11:00:00Z\n";
    check(
        &format!("cap push 1 1d\n{slot}m1 lifecycle 1 email"),
        "m1 plan email 2026-11-24T12:00:00Z: planned",
    );
    check(
        &format!("cap email 1 1d news\n{slot}m1 lifecycle 1 email"),
        "m1 plan email 2026-11-24T12:00:00Z: planned",
    );
    check(
        &format!("cap email 1 1d offers\n{slot}m1 lifecycle 1 email"),
        "m1 defer email 2026-11-25T11:00:00Z: cap deferred",
    );
}

#[test]
fn what_never_fits_before_it_expires_is_dropped_for_what_was_in_the_way() {
    let dropped = |facts: &str, reason: &str| {
        let expected = format!("m1 end dropped {reason}: {reason} {reason}");
        check(&format!("{facts}\nm1 lifecycle 1 email expires=2h"), &expected);
    };
    dropped("cap any 1 1d\nslot m9 email sent 2026-11-24T11:00:00Z", "cap");
    dropped("limit 1 1d\nslot m9 email sent 2026-11-24T11:00:00Z", "person_limit");
    dropped("quiet 11:00 15:00", "quiet_hours");
    dropped("own_quiet 11:00 14:00", "quiet_hours");
    dropped("pause 2026-11-30", "paused");
    check("m1 lifecycle 1 email expires=0s", "m1 end dropped late: late");
}

#[test]
fn the_persons_wish_wins_over_a_generous_policy() {
    check(
        "cap any 9 1d\nlimit 1 7d\nslot m9 push sent 2026-11-20T12:00:00Z\nm1 service 9 email expires=4d",
        "m1 defer email 2026-11-27T12:00:00Z: person_limit deferred",
    );
    check(
        "pause 2026-11-24T20:00:00Z\nm1 service 9 email",
        "m1 defer email 2026-11-24T20:00:00Z: paused deferred",
    );
}

#[test]
fn all_that_is_in_the_way_is_waited_for() {
    // The pause ends in the night, and the night when the cap still holds.
    check(
        "zone Europe/Amsterdam
        quiet 21:00 08:00
        pause 2026-11-24T22:00:00Z
        cap any 1 1d
        slot m9 email sent 2026-11-24T11:00:00Z
        m1 lifecycle 1 email expires=2d",
        "m1 defer email 2026-11-25T11:00:00Z: paused cap deferred",
    );
}

#[test]
fn the_earliest_channel_is_taken_and_the_preferred_one_of_equals() {
    let slots = "cap email 1 1d\ncap push 1 1d\nslot m8 email sent 2026-11-24T11:00:00Z\n";
    check(
        &format!("{slots}slot m9 push sent 2026-11-24T09:00:00Z\nm1 lifecycle 1 email,push"),
        "m1 defer push 2026-11-25T09:00:00Z: cap cap moved deferred",
    );
    check(
        &format!("{slots}slot m9 push sent 2026-11-24T11:00:00Z\nm1 lifecycle 1 push,email"),
        "m1 defer push 2026-11-25T11:00:00Z: cap cap deferred",
    );
}

#[test]
fn local_time_written_as_utc() {
    // Nine at night in Amsterdam is eight in UTC; an hour before that it is not night yet.
    let night = |now: &str, zone: &str, expected: &str| {
        let case = format!("now {now}\nquiet 21:00 08:00\n{zone}\nm1 lifecycle 1 email");
        check(&case, expected);
    };
    night(
        "2026-11-24T19:59:00Z",
        "zone Europe/Amsterdam",
        "m1 plan email 2026-11-24T19:59:00Z: planned",
    );
    night(
        "2026-11-24T20:00:00Z",
        "zone Europe/Amsterdam",
        "m1 defer email 2026-11-25T07:00:00Z: quiet_hours deferred",
    );
    night(
        "2026-11-24T20:00:00Z",
        "zone America/New_York",
        "m1 plan email 2026-11-24T20:00:00Z: planned",
    );
    night(
        "2026-11-24T12:00:00Z",
        "zone America/New_York",
        "m1 defer email 2026-11-24T13:00:00Z: quiet_hours deferred",
    );
    // A zone that nobody knows is the policy's, and without one it is UTC.
    night(
        "2026-11-24T20:00:00Z",
        "zone Mars/Olympus\ndefault_zone Europe/Amsterdam",
        "m1 defer email 2026-11-25T07:00:00Z: quiet_hours deferred",
    );
    night(
        "2026-11-24T20:00:00Z",
        "default_zone nowhere",
        "m1 plan email 2026-11-24T20:00:00Z: planned",
    );
}

#[test]
fn transactional_messages_pass_limits_and_opt_outs_but_never_a_closed_address() {
    let passes =
        "cap any 0 7d\nlimit 0 7d\nquiet 00:00 23:59\npause 2027-01-01\nno all\nno email offers\n";
    let check_purpose = |facts: &str, expected: &str| {
        check(&format!("{facts}\nm1 service 1 email purpose=transactional"), expected);
    };
    check_purpose(passes, "m1 plan email 2026-11-24T12:00:00Z: planned");
    check_purpose("off email", "m1 end suppressed channel_off: channel_off");
    for reason in ["bounced", "blocked", "erased"] {
        check_purpose(
            &format!("closed email {reason}"),
            &format!("m1 end suppressed {reason}: {reason}"),
        );
    }
}

#[test]
fn transactional_messages_are_counted_for_the_others() {
    check(
        "cap any 1 1d\nm1 service 1 email\nm2 service 0 email purpose=transactional",
        "m1 end dropped outranked: cap outranked\nm2 plan email 2026-11-24T12:00:00Z: planned",
    );
}

#[test]
fn the_better_candidate_gets_the_place_by_class_value_expiry_and_id() {
    let first = |a: &str, b: &str| {
        for (a, b) in [(a, b), (b, a)] {
            check(
                &format!("cap any 1 1h\n{a}\n{b}"),
                "m1 plan email 2026-11-24T12:00:00Z: planned
                 m2 defer email 2026-11-24T13:00:00Z: cap outranked deferred",
            );
        }
    };
    first("m1 lifecycle 1 email", "m2 promotion 9 email");
    first("m1 promotion 2 email", "m2 promotion 1 email");
    first("m1 promotion 1 email expires=3h", "m2 promotion 1 email expires=4h");
    first("m1 promotion 1 email", "m2 promotion 1 email");
    first("m1 promotion 1 email", "m2 promotion NaN email");
}

#[test]
fn a_loser_may_take_another_channel_and_the_trail_says_who_won() {
    let case = "address email push\nyes email\nyes push\ncap email 1 7d
        m1 lifecycle 1 email\nm2 promotion 1 email,push";
    let case = Case::read(case);
    let (decided, contacts) = arbitrate(&case.open, &case.view(), &case.policy, case.now);
    let details: Vec<String> =
        decided[1].trail.iter().map(|it| format!("{}: {}", it.reason, it.detail)).collect();
    assert_eq!(
        details,
        [
            "cap: email: 1 taken, at most 1 per 7d in email, free again 2026-12-01T12:00:00Z",
            "outranked: m1 (lifecycle, value 1) has the place in email at 2026-11-24T12:00:00Z",
            "moved: push instead of email",
            "planned: push at 2026-11-24T12:00:00Z",
        ]
    );
    assert_eq!(contacts.slots().len(), 2);
}

#[test]
fn candidates_wait_for_each_other_from_the_first_one() {
    check(
        "m1 lifecycle 1 email age=4m\nm2 promotion 1 email age=1m",
        "m1 wait 2026-11-24T12:06:00Z\nm2 wait 2026-11-24T12:06:00Z",
    );
    check(
        "cap any 1 7d\nm1 promotion 1 email age=10m\nm2 promotion 2 email age=0s",
        "m1 end dropped outranked: cap outranked\nm2 plan email 2026-11-24T12:00:00Z: planned",
    );
}

#[test]
fn class_service_does_not_wait_and_neither_does_what_would_expire() {
    check(
        "m1 lifecycle 1 email age=4m\nm2 service 1 email age=0s",
        "m1 wait 2026-11-24T12:06:00Z\nm2 plan email 2026-11-24T12:00:00Z: planned",
    );
    check("m1 promotion 1 email age=1m expires=5m", "m1 plan email 2026-11-24T12:00:00Z: planned");
}

#[test]
fn the_next_arbitration_is_when_the_first_window_ends() {
    let at = |case: &str| {
        let case = Case::read(case);
        next_arbitration(&case.open, &case.policy, case.now).map(|it| it.to_string())
    };
    assert_eq!(at(""), None);
    assert_eq!(at("m1 lifecycle 1 email planned=2026-11-25"), None);
    assert_eq!(
        at("m1 lifecycle 1 email age=4m\nm2 lifecycle 1 email age=1m").as_deref(),
        Some("2026-11-24T12:06:00Z")
    );
    assert_eq!(
        at("m1 lifecycle 1 email age=4m\nm2 service 1 email age=0s").as_deref(),
        Some("2026-11-24T12:00:00Z")
    );
    assert_eq!(at("m1 lifecycle 1 email age=4h").as_deref(), Some("2026-11-24T12:00:00Z"));
}

#[test]
fn a_deferred_message_moves_up_when_a_place_is_released() {
    let case = "cap any 1 1d\nm1 promotion 1 email planned=2026-11-24T20:00:00Z";
    check(case, "m1 plan email 2026-11-24T12:00:00Z: planned");
    // But not past those that still wait for their window, which may be better.
    check(
        &format!("{case}\nm2 lifecycle 1 email age=4m"),
        "m1 defer email 2026-11-24T12:06:00Z: deferred\nm2 wait 2026-11-24T12:06:00Z",
    );
}

#[test]
fn a_better_candidate_takes_the_place_of_a_deferred_message() {
    check(
        "cap any 1 1d
        slot m9 email sent 2026-11-24T11:00:00Z
        m1 promotion 1 email planned=2026-11-25T11:00:00Z expires=3d
        m2 lifecycle 1 email expires=3d",
        "m1 defer email 2026-11-26T11:00:00Z: cap outranked deferred
         m2 defer email 2026-11-25T11:00:00Z: cap deferred",
    );
}

#[test]
fn what_is_due_or_on_its_way_is_left_alone() {
    check(
        "cap any 1 1d
        m1 promotion 1 email planned=2026-11-24T12:00:00Z
        m2 lifecycle 1 email",
        "m2 end dropped cap: cap cap",
    );
}

#[test]
fn a_deferred_message_that_stays_as_it_was_is_not_decided_again() {
    check(
        "cap any 1 1d
        slot m9 email sent 2026-11-24T11:00:00Z
        m1 promotion 1 email planned=2026-11-25T11:00:00Z expires=3d",
        "",
    );
}

#[test]
fn the_panel_stops_before_arbitration_only_under_the_rule_replan() {
    let mut case = Case::read("address email push\nyes email\nyes push\nm1 lifecycle 1 email,push");
    case.policy.panel = Some(Panel {
        shares: 0,
        share: 1.0,
        inside_all_on: 0.05,
        design: Design::Factorial,
        channels: vec![Channel::Email, Channel::Push],
        rule: Rule::Withhold,
        window: Span::days(28),
        epoch: 0,
    });
    case.assignment = Some(Assignment {
        cohort: panel::Cohort::default(),
        epoch: 0,
        inside: true,
        cell: 0b10,
        assigned: case.now,
        counted_from: None,
        exposed: false,
        exposed_by: None,
        identifiers: Vec::new(),
    });
    assert_eq!(case.arbitrated(), "m1 plan email 2026-11-24T12:00:00Z: planned");
    case.policy.panel.as_mut().expect("a panel").rule = Rule::Replan;
    assert_eq!(case.arbitrated(), "m1 plan push 2026-11-24T12:00:00Z: held_out moved planned");
    case.open[0].channels.pop();
    assert_eq!(case.arbitrated(), "m1 end held_out held_out: held_out");
}

#[test]
fn candidates_beyond_the_limit_are_dropped_and_the_best_stay() {
    let lines: Vec<String> =
        (0..CANDIDATES_MAX + 5).map(|n| format!("m{n} promotion {n} email")).collect();
    let case = Case::read(&format!("address email\nyes email\n{}", lines.join("\n")));
    let (decided, _) = arbitrate(&case.open, &case.view(), &case.policy, case.now);
    let dropped: Vec<u64> = decided
        .iter()
        .filter(|it| matches!(it.decision, Decision::End { reason: Reason::Outranked, .. }))
        .map(|it| it.message.0)
        .collect();
    assert_eq!(dropped, [0, 1, 2, 3, 4]);
}

#[test]
fn no_address_is_written_into_a_trail() {
    let case = Case::read(
        "address email push\nyes email\nclosed push bounced\ncap any 1 7d
        slot m9 email sent 2026-11-24T11:00:00Z\nm1 lifecycle 1 email,push,sms expires=9d",
    );
    let (decided, _) = arbitrate(&case.open, &case.view(), &case.policy, case.now);
    assert!(decided.iter().all(|it| it.trail.iter().all(|it| !it.detail.contains('@'))));
}

#[test]
fn a_decision_applied_leaves_its_reason_at_the_end_of_the_trail() {
    let case = Case::read("address email\nyes email\nm1 lifecycle 1 email\nm2 lifecycle 1 push");
    let (decided, _) = arbitrate(&case.open, &case.view(), &case.policy, case.now);
    let mut open = case.open.clone();
    for (message, decided) in open.iter_mut().zip(decided) {
        decided.apply(message, case.now);
    }
    assert!(matches!(open[0].state, MessageState::Planned { deferred: false, attempt: 0, .. }));
    let MessageState::Ended { outcome, reason, .. } = open[1].state else { panic!("not ended") };
    assert_eq!((outcome, reason), (LedgerState::Suppressed, Reason::Unreachable));
    assert_eq!(open[1].trail.last().map(|it| it.reason), Some(reason));
}

#[test]
fn problems_of_a_policy_are_named_with_a_remedy() {
    assert_eq!(Policy::default().check(), []);
    let mut policy = Policy { default_zone: "Mars/Olympus".to_owned(), ..Policy::default() };
    policy.caps[0].per = Span::ZERO;
    policy.caps[1].channels = ChannelSet::EMPTY;
    let shown: Vec<String> = policy.check().iter().map(|it| it.message.clone()).collect();
    assert_eq!(
        shown,
        [
            "a cap cannot be counted over 0s",
            "a cap counts no channel",
            "`Mars/Olympus` is not a known time zone",
        ]
    );
}

#[test]
fn a_mail_takes_five_along_and_no_more() {
    let more: String = (2..=7).map(|n| format!("m{n} lifecycle 1 email digest=yes\n")).collect();
    check(
        &format!("cap any 1 7d\nm1 lifecycle 9 email digest=yes\n{more}"),
        "m1 plan email 2026-11-24T12:00:00Z: planned
        m2 join m1: cap outranked digested
        m3 join m1: cap outranked digested
        m4 join m1: cap outranked digested
        m5 join m1: cap outranked digested
        m6 join m1: cap outranked digested
        m7 end dropped outranked: cap outranked",
    );
}

#[test]
fn what_is_transactional_takes_nothing_along_and_joins_nothing() {
    check(
        "cap any 1 7d
        m1 lifecycle 1 email digest=yes purpose=transactional
        m2 lifecycle 1 email digest=yes",
        "m1 plan email 2026-11-24T12:00:00Z: planned
        m2 end dropped outranked: cap outranked",
    );
}

#[test]
fn a_message_with_a_place_of_its_own_at_the_same_time_keeps_it() {
    check(
        "cap any 2 7d
        m1 lifecycle 2 email digest=yes
        m2 lifecycle 1 email digest=yes",
        "m1 plan email 2026-11-24T12:00:00Z: planned
        m2 plan email 2026-11-24T12:00:00Z: planned",
    );
}
