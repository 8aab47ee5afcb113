//! What the policy says about learning.

use model::{Problem, Span};
use serde::{Deserialize, Serialize};

/// Two days of hours in every channel: more possibilities would only thin out what each is tried.
pub const OFFERED_HOURS_MAX: u32 = 48;

/// How learning works here. Without it in the policy nothing is learned and nothing is drawn.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Learning {
    /// After this long what was seen counts half.
    pub half_life: Span,
    /// How long after a message an answer to it counts.
    pub within: Span,
    /// What counts as an answer.
    pub responses: Vec<Response>,
    /// The part of chance that is spread evenly over all possibilities.
    pub floor: f64,
    /// How many free hours are offered to chance in each channel.
    pub hours: u32,
    /// People whose caps are halved for a while, so that the harm of messages is known.
    pub pressure: Option<Pressure>,
    /// What it costs when somebody opts out or complains, in the unit of messages' values.
    pub opt_out_cost: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// A click by a person.
    Click,
    /// An event that one of the programme's outcomes counts.
    Outcome,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pressure {
    /// The part of all people whose caps are halved.
    pub share: f64,
    /// For how long, and how long opt-outs are counted.
    pub window: Span,
}

impl Pressure {
    /// As long as the panel's.
    pub const WINDOW: Span = Span::days(28);
}

impl Default for Learning {
    fn default() -> Learning {
        Learning {
            half_life: Span::days(90),
            within: Span::days(3),
            responses: vec![Response::Click, Response::Outcome],
            floor: 0.1,
            hours: OFFERED_HOURS_MAX,
            pressure: None,
            opt_out_cost: 0.0,
        }
    }
}

impl Learning {
    pub fn counts(&self, response: Response) -> bool {
        self.responses.contains(&response)
    }

    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |holds: bool, says: String, hint: &str| {
            if !holds {
                problems.push(Problem::new(says).hint(hint));
            }
        };
        let long = |it: Span| Span::DAY <= it && it <= Span::days(3_650);
        problem(
            long(self.half_life),
            format!("what was learned cannot be half forgotten after {}", self.half_life),
            "choose between 1d and 3650d; 90d is usual",
        );
        problem(
            Span::HOUR <= self.within && self.within <= Span::days(30),
            format!("answers cannot be waited for {}", self.within),
            "choose between 1h and 30d; 3d is usual",
        );
        problem(
            !self.responses.is_empty(),
            "nothing counts as an answer, so nothing can be learned".to_owned(),
            "name click, outcome or both, or leave `learning` out",
        );
        problem(
            (0.001..=1.0).contains(&self.floor),
            format!("the floor {} cannot be the part that chance spreads evenly", self.floor),
            "choose between 0.1% and 100%; 10% is usual. Without a floor nothing could be estimated",
        );
        problem(
            (1..=OFFERED_HOURS_MAX).contains(&self.hours),
            format!("{} hours cannot be offered", self.hours),
            "choose between 1 and 48",
        );
        problem(
            self.opt_out_cost.is_finite() && 0.0 <= self.opt_out_cost,
            "what an opt-out costs must be a number from 0 on".to_owned(),
            "write it in the unit of the messages' values",
        );
        if let Some(pressure) = &self.pressure {
            problem(
                (0.0..=1.0).contains(&pressure.share),
                format!("the share {} of halved caps is not a part of the whole", pressure.share),
                "write it like 20%",
            );
            problem(
                Span::DAY <= pressure.window && pressure.window <= Span::days(366),
                format!("caps cannot be halved for {}", pressure.window),
                "choose between 1d and 366d; 28d is usual",
            );
        }
        problems
    }
}
