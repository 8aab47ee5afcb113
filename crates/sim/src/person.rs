//! One simulated person: what they are like, what reached them, and what they do with it.

use crate::inbox::{Received, is_marketing};
use crate::taste::Taste;
use model::{ChanceKey, Channel, Span, Timestamp};

/// The market's coefficients: known here, never shown to the engine. Chances are per day.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Behaviour {
    pub base: f64,
    /// Added while the latest message in the channel is younger than `carry_days`.
    pub single: Vec<(Channel, f64)>,
    /// Added on top while both channels are active.
    pub pair: Vec<(Channel, Channel, f64)>,
    pub carry_days: i64,
    /// A page visit that no message caused.
    pub visit: f64,
    pub open: f64,
    pub click: f64,
    /// Per marketing e-mail.
    pub unsubscribe: f64,
    /// Where given, it decides who responds and who opts out, in place of the four above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taste: Option<Taste>,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            base: 0.014,
            single: vec![
                (Channel::Email, 0.010),
                (Channel::Push, 0.008),
                (Channel::Social, 0.006),
                (Channel::Onsite, 0.002),
            ],
            pair: vec![
                (Channel::Email, Channel::Push, 0.020),
                (Channel::Email, Channel::Social, 0.014),
                (Channel::Push, Channel::Social, 0.006),
            ],
            carry_days: 7,
            visit: 0.22,
            open: 0.45,
            click: 0.12,
            unsubscribe: 0.004,
            taste: None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct SimPerson {
    pub index: usize,
    pub signs_up: Timestamp,
    pub zone: &'static str,
    pub has_push: bool,
    pub has_social: bool,
    /// What reached the person, in order.
    pub received: Vec<Received>,
    /// When the person last said no to e-mail, if so.
    pub withdrew: Option<Timestamp>,
    /// The first message in a panel channel that arrived or would have.
    pub counted_from: Option<Timestamp>,
    pub orders: Vec<(Timestamp, f64)>,
    latest: [Option<Timestamp>; Channel::ALL.len()],
}

/// Where people live; winters and summers of both halves of the year are in it.
const ZONES: [&str; 5] =
    ["Europe/Amsterdam", "Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Sydney"];

impl SimPerson {
    pub fn new(index: usize, signs_up: Timestamp, key: &ChanceKey) -> SimPerson {
        let draw = |what: &str| chance(key, index, what, 0);
        let zone = (draw("zone") * 12.0) as usize;
        SimPerson {
            index,
            signs_up,
            zone: ZONES.get(zone).copied().unwrap_or(ZONES[0]),
            has_push: draw("has push") < 0.9,
            has_social: draw("has social") < 0.9,
            received: Vec::new(),
            withdrew: None,
            counted_from: None,
            orders: Vec::new(),
            latest: [None; Channel::ALL.len()],
        }
    }

    pub fn user_id(&self) -> String {
        format!("u{}", self.index)
    }

    pub fn anonymous_id(&self) -> String {
        format!("anon-{}", self.index)
    }

    pub fn email(&self) -> String {
        format!("rider{}@people.example", self.index)
    }

    pub fn device(&self) -> String {
        format!("device-{}", self.index)
    }

    pub fn handle(&self) -> String {
        format!("@rider{}", self.index)
    }

    /// Which person an address belongs to.
    pub fn index_of(address: &str) -> Option<usize> {
        let digits: String = address
            .split('@')
            .find(|it| it.chars().any(|c| c.is_ascii_digit()))?
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        digits.parse().ok()
    }

    pub fn take(&mut self, received: Received) {
        if is_marketing(&received.key) {
            if !received.swallowed {
                self.latest[received.channel as usize] = Some(received.at);
            }
            let in_panel =
                matches!(received.channel, Channel::Email | Channel::Push | Channel::Social);
            if in_panel {
                self.counted_from.get_or_insert(received.at);
            }
        }
        if !received.swallowed {
            self.received.push(received);
        }
    }

    /// The chance of an order on the day of `now`.
    pub fn desire(&self, behaviour: &Behaviour, now: Timestamp) -> f64 {
        let active = |channel: Channel| {
            self.latest[channel as usize]
                .is_some_and(|at| now - at < Span::days(behaviour.carry_days))
        };
        let single = behaviour.single.iter().filter(|it| active(it.0)).map(|it| it.1);
        let pair = behaviour.pair.iter().filter(|it| active(it.0) && active(it.1)).map(|it| it.2);
        behaviour.base + single.sum::<f64>() + pair.sum::<f64>()
    }

    /// Orders within `window` from the first message that counts; none if the window has not ended
    /// by `now` or never began.
    pub fn orders_in(&self, window: Span, now: Timestamp) -> Option<f64> {
        let from = self.counted_from?;
        let whole_day = Timestamp((from.day() + 1) * Span::DAY.0);
        if now < whole_day + window {
            return None;
        }
        let count = self.orders.iter().filter(|(at, _)| from <= *at && *at < from + window).count();
        Some(count as f64)
    }
}

/// A draw in [0, 1) that depends on nothing but its words: the same in every cell of the truth.
pub(crate) fn chance(key: &ChanceKey, person: usize, what: &str, n: i64) -> f64 {
    key.draw(&[what.as_bytes(), &(person as u64).to_le_bytes(), &n.to_le_bytes()]).unit()
}
