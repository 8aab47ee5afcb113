//! What the simulated people say about the sender: counted outside the engine.

use crate::inbox::is_marketing;
use crate::person::SimPerson;
use model::{Channel, Span, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// Broken promises. All of them must be 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Violations {
    pub duplicates: u64,
    pub caps: u64,
    pub quiet_hours: u64,
    pub consent: u64,
    pub lost_events: u64,
}

/// The promises of the market's programme, written down a second time on purpose: the engine's own
/// reading of its policy is what is under test.
const WEEK_MAX: usize = 6;
const PUSH_DAY_MAX: usize = 1;
const QUIET_FROM_HOUR: i8 = 21;
const QUIET_TO_HOUR: i8 = 8;

impl Violations {
    pub fn of(people: &[SimPerson]) -> Violations {
        let mut found = Violations::default();
        for person in people {
            found.add(person);
        }
        found
    }

    pub fn total(&self) -> u64 {
        self.duplicates + self.caps + self.quiet_hours + self.consent + self.lost_events
    }

    fn add(&mut self, person: &SimPerson) {
        let mut keys = BTreeSet::new();
        for received in &person.received {
            if !keys.insert(received.key.as_str()) {
                self.duplicates += 1;
            }
            if !is_marketing(&received.key) {
                continue;
            }
            let at = received.at;
            let within = |per: Span, channel: Option<Channel>| {
                let counted = person.received.iter().filter(|it| {
                    at - per < it.at && it.at <= at && channel.is_none_or(|c| c == it.channel)
                });
                counted.count()
            };
            let pushes_a_lot = received.channel == Channel::Push
                && PUSH_DAY_MAX < within(Span::DAY, Some(Channel::Push));
            if WEEK_MAX < within(Span::WEEK, None) || pushes_a_lot {
                self.caps += 1;
            }
            if is_night(person.zone, at) {
                self.quiet_hours += 1;
            }
            let too_early = at < person.signs_up;
            let said_no = received.channel == Channel::Email
                && person.withdrew.is_some_and(|withdrew| withdrew < at);
            if too_early || said_no {
                self.consent += 1;
            }
        }
    }
}

fn is_night(zone: &str, at: Timestamp) -> bool {
    let instant = jiff::Timestamp::from_millisecond(at.millis());
    let zoned = instant.and_then(|it| it.in_tz(zone));
    zoned.is_ok_and(|it| QUIET_FROM_HOUR <= it.hour() || it.hour() < QUIET_TO_HOUR)
}
