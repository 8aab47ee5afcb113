//! The 168 hours of a week, and what one of them says about its neighbours.

use jiff::tz::TimeZone;
use model::Timestamp;

/// Hours of a week.
pub const HOURS: usize = 168;

const DAY: usize = 24;

/// An hour of the same day tells about its neighbours with this width, in hours.
const WIDTH: f64 = 1.5;

/// Further apart than this hours tell nothing about each other.
const REACH: usize = 4;

/// The same hour of another day tells so much; the day before and after a little more.
const OTHER_DAY: f64 = 0.4;
const NEXT_DAY: f64 = 0.6;

/// The hour of the week on the wall at `at`: 0 is Monday from midnight to one.
pub fn hour_of_week(zone: &TimeZone, at: Timestamp) -> u8 {
    let Ok(instant) = jiff::Timestamp::from_millisecond(at.0) else { return 0 };
    let offset_ms = i64::from(zone.to_offset(instant).seconds()) * 1_000;
    let hour = (at.0 + offset_ms).div_euclid(3_600_000);
    // 1970-01-01 was a Thursday.
    (hour + 3 * DAY as i64).rem_euclid(HOURS as i64) as u8
}

/// The same for who lives in the first known zone of `names`, or in `default_zone`.
pub fn hour_at(names: &[Option<String>], default_zone: &str, at: Timestamp) -> u8 {
    let names = names.iter().map(Option::as_deref).chain([Some(default_zone)]);
    hour_of_week(&crate::quiet::zone(names), at)
}

/// How much what was seen at one hour counts at another; 1 for the same.
pub(crate) struct Kernel {
    /// By the distance in hours, forward around the week.
    weights: [f64; HOURS],
}

impl Kernel {
    pub fn new() -> Kernel {
        let mut weights = [0.0; HOURS];
        for (distance, weight) in weights.iter_mut().enumerate() {
            let of_day = distance % DAY;
            let near = of_day.min(DAY - of_day);
            if REACH < near {
                continue;
            }
            // Whole days between the two, of the nearest way around the week.
            let days = ((distance + DAY / 2) / DAY) % 7;
            let of_days = match days.min(7 - days) {
                0 => 1.0,
                1 => NEXT_DAY,
                _ => OTHER_DAY,
            };
            let near = near as f64 / WIDTH;
            *weight = of_days * (-0.5 * near * near).exp();
        }
        Kernel { weights }
    }

    pub fn weight(&self, from: u8, to: u8) -> f64 {
        let (from, to) = (usize::from(from) % HOURS, usize::from(to) % HOURS);
        self.weights[(to + HOURS - from) % HOURS]
    }
}
