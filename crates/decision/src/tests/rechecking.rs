//! The last look before sending: what changed while the message waited.

use super::cases::{Case, address, statement, time};
use crate::*;
use model::*;

const BASE: &str = "address email push\nyes email\nyes push\ncap any 1 1d
    m1 lifecycle 1 email planned=2026-11-24T12:00:00Z";

fn shown(case: &Case) -> String {
    match recheck(&case.open[0], &case.view(), &case.policy, case.now) {
        Recheck::Go { address } => format!("go {address}"),
        Recheck::Defer { until, reason, .. } => format!("defer {until} {reason}"),
        Recheck::End { outcome, reason, .. } => format!("end {} {reason}", outcome.name()),
    }
}

fn check(facts: &str, expected: &str) {
    assert_eq!(shown(&Case::read(&format!("{BASE}\n{facts}"))), expected, "for {facts}");
}

#[test]
fn mail_sent_after_the_person_unsubscribed_because_the_queue_was_long() {
    let mut case = Case::read(BASE);
    assert_eq!(shown(&case), "go email:ada@example.com");
    // Planned at noon; an hour of backlog later it is its turn. In between, the person said no.
    case.now = time("2026-11-24T13:00:00Z");
    case.consents.record(statement(ConsentState::Withdrawn, time("2026-11-24T12:00:01Z")));
    assert_eq!(shown(&case), "end suppressed withdrawn");
}

#[test]
fn whatever_closes_a_channel_ends_the_message() {
    check("no email offers", "end suppressed topic_off");
    check("closed email bounced", "end suppressed bounced");
    check("closed email complained", "end suppressed complained");
    check("off email", "end suppressed channel_off");
    check("now 2026-11-26", "end dropped late");
}

#[test]
fn what_passes_defers_the_message_or_drops_it_if_it_would_expire() {
    check("pause 2026-11-24T18:00:00Z", "defer 2026-11-24T18:00:00Z paused");
    check("pause 2026-11-26T18:00:00Z", "end dropped paused");
    check("own_quiet 11:00 13:00", "defer 2026-11-24T13:00:00Z quiet_hours");
    // Planned for noon in London; since then the person moved to where it is night.
    check("quiet 21:00 08:00\nzone America/Los_Angeles", "defer 2026-11-24T16:00:00Z quiet_hours");
}

#[test]
fn other_reservations_do_not_push_a_promised_place_away() {
    check("slot m9 push reserved 2026-11-24T13:00:00Z", "go email:ada@example.com");
}

#[test]
fn a_late_message_waits_if_others_went_out_in_the_meantime() {
    check("slot m9 push sent 2026-11-24T11:00:00Z", "defer 2026-11-25T11:00:00Z cap");
    check("slot m9 push withheld 2026-11-24T11:00:00Z", "defer 2026-11-25T11:00:00Z cap");
    check("slot m9 push sent 2026-11-23T12:00:00Z", "go email:ada@example.com");
    // Both were planned a day apart and an outage held the first one back.
    let mut case = Case::read(BASE);
    let mut first = case.open[0].clone();
    first.id = MessageId(2);
    let at = time("2026-11-23T12:00:00Z");
    let (channel, topic, kind) = (Channel::Email, first.topic.clone(), SlotKind::Reserved);
    case.contacts.reserve(Slot {
        owner: String::new(),
        at,
        message: first.id,
        channel,
        topic,
        kind,
    });
    assert_eq!(shown(&case), "go email:ada@example.com");
    case.contacts.claim(&first, time("2026-11-24T11:59:00Z"));
    assert_eq!(shown(&case), "defer 2026-11-25T11:59:00Z cap");
}

#[test]
fn a_message_that_lost_its_reservation_needs_a_free_place_again() {
    let mut case = Case::read(&format!("{BASE}\nslot m9 push reserved 2026-11-24T13:00:00Z"));
    case.contacts.release(MessageId(1), case.now);
    assert_eq!(shown(&case), "end dropped cap");
}

#[test]
fn transactional_messages_ask_only_for_an_open_address() {
    let facts =
        "pause 2027-01-01\nquiet 00:00 23:59\nno all\nslot m9 push sent 2026-11-24T11:00:00Z";
    let mut case = Case::read(&format!("{BASE}\n{facts}"));
    case.open[0].purpose = Purpose::Transactional;
    assert_eq!(shown(&case), "go email:ada@example.com");
    let (reason, at) = (Reason::Bounced, case.now);
    case.consents.suppress(Suppression { address: address(Channel::Email), reason, at });
    assert_eq!(shown(&case), "end suppressed bounced");
}

#[test]
fn a_changed_address_is_the_one_written_to() {
    let mut case = Case::read(BASE);
    case.addresses.insert(Channel::Email, Identifier::email("ada@new.example"));
    assert_eq!(shown(&case), "go email:ada@new.example");
    case.addresses.clear();
    assert_eq!(shown(&case), "end suppressed unreachable");
}

#[test]
fn only_a_planned_message_can_go() {
    let mut case = Case::read("address email\nyes email\nm1 lifecycle 1 email age=4m");
    assert_eq!(shown(&case), "defer 2026-11-24T12:06:00Z deferred");
    let (channel, since) = (Channel::Email, case.now);
    case.open[0].state =
        MessageState::InFlight { channel, address: address(channel), since, attempt: 0 };
    assert_eq!(shown(&case), "end unknown found_in_flight");
    case.open[0].end(LedgerState::Sent, Reason::Sent, since, "");
    assert_eq!(shown(&case), "end sent sent");
}
