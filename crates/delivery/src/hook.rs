//! One call of another system: when it is tried again, and when it is given up.

use crate::RETRY_AFTER_MAX;
use model::{HookReply, Span, Timestamp};

/// The waits between tries, after the example schedule of the Standard Webhooks specification: ten
/// tries within three days and four hours, so that a weekend's outage loses nothing.
pub const HOOK_DELAYS: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

/// How much a wait may be longer than the schedule says, so that calls that failed together do not
/// all come back together.
const JITTER: f64 = 0.1;

/// What becomes of a call through one try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookFate {
    Answered,
    Again { at: Timestamp },
    GivenUp,
}

/// `tries` counts the one that was answered now; `draw` is from 0 to 1. A receiver may ask for a
/// longer wait than the schedule has, up to [`RETRY_AFTER_MAX`], and never for a shorter one.
pub fn after_try(tries: u32, reply: &HookReply, now: Timestamp, draw: f64) -> HookFate {
    let asked = match reply {
        HookReply::Answered { .. } => return HookFate::Answered,
        HookReply::Never { .. } => return HookFate::GivenUp,
        HookReply::Later { retry_after, .. } => *retry_after,
    };
    let place = usize::try_from(tries.max(1) - 1).unwrap_or(usize::MAX);
    let Some(delay) = HOOK_DELAYS.get(place) else { return HookFate::GivenUp };
    let more = (delay.millis() as f64 * JITTER * draw.clamp(0.0, 1.0)) as i64;
    let delay = Span(delay.millis() + more);
    let asked = asked.unwrap_or(Span::ZERO).min(RETRY_AFTER_MAX);
    HookFate::Again { at: now + delay.max(asked) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    fn later(retry_after: Option<Span>) -> HookReply {
        HookReply::Later { detail: "503".to_owned(), retry_after }
    }

    /// The times since the start in the specification's table.
    #[test]
    fn the_schedule_is_that_of_the_specification() {
        let (mut at, mut times) = (NOW, Vec::new());
        for tries in 1.. {
            match after_try(tries, &later(None), at, 0.0) {
                HookFate::Again { at: next } => at = next,
                HookFate::GivenUp => break,
                HookFate::Answered => unreachable!("it never is"),
            }
            times.push((at - NOW).millis() / 1_000);
        }
        let clock = |h: i64, m: i64, s: i64| (h * 60 + m) * 60 + s;
        let expected = [
            (0, 0, 5),
            (0, 5, 5),
            (0, 35, 5),
            (2, 35, 5),
            (7, 35, 5),
            (17, 35, 5),
            (31, 35, 5),
            (51, 35, 5),
            (75, 35, 5),
        ];
        assert_eq!(times, expected.map(|(h, m, s)| clock(h, m, s)));
    }

    #[test]
    fn a_draw_only_makes_it_later_and_by_a_tenth_at_most() {
        for draw in [0.0, 0.3, 1.0, 7.0, -1.0, f64::NAN] {
            let HookFate::Again { at } = after_try(2, &later(None), NOW, draw) else {
                panic!("a second try is not the last")
            };
            let wait = at - NOW;
            assert!(Span::minutes(5) <= wait && wait <= Span::seconds(330), "{draw}: {wait}");
        }
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_within_reason() {
        let wait = |tries, asked| match after_try(tries, &later(Some(asked)), NOW, 0.0) {
            HookFate::Again { at } => at - NOW,
            it @ (HookFate::Answered | HookFate::GivenUp) => panic!("{it:?}"),
        };
        assert_eq!(wait(1, Span::minutes(2)), Span::minutes(2));
        assert_eq!(wait(2, Span::seconds(1)), Span::minutes(5), "never sooner");
        assert_eq!(wait(1, Span::days(400)), RETRY_AFTER_MAX);
        assert_eq!(wait(1, Span(-5)), Span::seconds(5));
        assert_eq!(after_try(10, &later(Some(Span::hours(1))), NOW, 0.0), HookFate::GivenUp);
    }

    #[test]
    fn an_answer_ends_it_and_so_does_a_refusal() {
        let never = HookReply::Never { detail: "410".to_owned() };
        assert_eq!(after_try(1, &never, NOW, 0.5), HookFate::GivenUp);
        let answered = HookReply::Answered { status: 204 };
        assert_eq!(after_try(10, &answered, NOW, 0.5), HookFate::Answered);
        assert_eq!(after_try(u32::MAX, &later(None), NOW, 0.5), HookFate::GivenUp);
    }
}
