//! A script: what a few people do, line by line.
//!
//! `2026-03-02T09:00 ada "Order Completed" revenue=49.5` is an event of a person; `identify` in place of
//! the event states traits. `2026-03-04T10:00 broadcast spring plan` is what the team does, and a line
//! `2026-04-01T00:00 end` is until when is played. What follows a `#` at the begin of a line is for
//! people.

use model::{CampaignName, EventKind, Map, Problem, Span, Timestamp, Value};
use record::log::BroadcastAction;

/// A script is written by hand; a longer one is an import.
const LINES_MAX: usize = 100_000;

/// Without a line `end`, so long after the last line is played: longer than most journeys wait.
const USUAL_END: Span = Span::days(30);

#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// In the order of time.
    pub moments: Vec<Moment>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub at: Timestamp,
    pub doing: Doing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Doing {
    Said { person: String, kind: EventKind, properties: Map },
    Broadcast { name: CampaignName, action: BroadcastAction },
    End,
}

impl Script {
    /// Every line that cannot be read is a problem at its place.
    pub fn parse(text: &str) -> Result<Script, Vec<Problem>> {
        let (mut moments, mut problems): (Vec<Moment>, Vec<Problem>) = (Vec::new(), Vec::new());
        for (n, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match moment(line) {
                Ok(it) if moments.last().is_some_and(|before| it.at < before.at) => {
                    let problem = Problem::new("the line is earlier than the one before it");
                    problems.push(problem.hint("write them in the order of time").at(n + 1, 1));
                }
                Ok(it) => moments.push(it),
                Err(problem) => problems.push(problem.at(n + 1, 1)),
            }
        }
        if LINES_MAX < moments.len() {
            problems.push(Problem::new(format!("a script has at most {LINES_MAX} lines")));
        }
        if moments.is_empty() && problems.is_empty() {
            let problem = Problem::new("nothing happens in this script");
            problems.push(problem.hint("write a line such as 2026-03-02T09:00 ada \"Signed Up\""));
        }
        if problems.is_empty() { Ok(Script { moments }) } else { Err(problems) }
    }

    pub fn begins(&self) -> Timestamp {
        self.moments.first().map(|it| it.at).unwrap_or_default()
    }

    pub fn ends(&self) -> Timestamp {
        match self.moments.last() {
            Some(Moment { at, doing: Doing::End }) => *at,
            Some(last) => last.at + USUAL_END,
            None => Timestamp::default(),
        }
    }
}

fn moment(line: &str) -> Result<Moment, Problem> {
    let words = words(line)?;
    let words: Vec<(&str, bool)> = words.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let Some(((time, _), rest)) = words.split_first() else {
        return Err(Problem::new("the line is empty"));
    };
    let at = instant(time)?;
    let doing = match rest {
        [("end", _)] => Doing::End,
        [("broadcast", _), (name, _), (action, _)] => {
            Doing::Broadcast { name: CampaignName::from(*name), action: broadcast_action(action)? }
        }
        [(person, _), (event, is_quoted), rest @ ..] => {
            let kind = match *event {
                "identify" if !is_quoted => EventKind::Identify,
                name => EventKind::Track { name: name.to_owned() },
            };
            let mut properties = Map::new();
            for (word, _) in rest {
                let (name, value) = property(word)?;
                properties.insert(name, value);
            }
            Doing::Said { person: (*person).to_owned(), kind, properties }
        }
        _ => {
            return Err(Problem::new("a line is a time, a person and an event")
                .hint("write it like 2026-03-02T09:00 ada \"Order Completed\" revenue=49.5"));
        }
    };
    Ok(Moment { at, doing })
}

/// Minutes are enough for most; a time without a zone is in UTC.
fn instant(text: &str) -> Result<Timestamp, Problem> {
    let padded = match text.len() {
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&padded).map_err(|_| {
        Problem::new(format!("`{text}` is not a time")).hint("write it like 2026-03-02T09:00")
    })
}

fn broadcast_action(word: &str) -> Result<BroadcastAction, Problem> {
    match word {
        "plan" => Ok(BroadcastAction::Plan),
        "start" => Ok(BroadcastAction::Start),
        "pause" => Ok(BroadcastAction::Pause),
        "resume" => Ok(BroadcastAction::Resume),
        "cancel" => Ok(BroadcastAction::Cancel),
        _ => Err(Problem::new(format!("`{word}` is not done to a broadcast"))
            .hint("one of plan, start, pause, resume, cancel")),
    }
}

fn property(word: &str) -> Result<(String, Value), Problem> {
    let Some((name, value)) = word.split_once('=').filter(|it| !it.0.is_empty()) else {
        let problem = Problem::new(format!("`{word}` is not a property"));
        return Err(problem.hint("write it like revenue=49.5 or city=\"Den Haag\""));
    };
    let value = match value {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        text => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Value::Number(number),
            Ok(_) | Err(_) => Value::from(text),
        },
    };
    Ok((name.to_owned(), value))
}

/// Words between spaces, and whether they began with a quote; what stands in quotes is not parted.
fn words(line: &str) -> Result<Vec<(String, bool)>, Problem> {
    let mut words: Vec<(String, bool)> = Vec::new();
    let (mut inside, mut fresh) = (false, true);
    for it in line.chars() {
        match it {
            '"' => {
                if fresh {
                    words.push((String::new(), true));
                }
                (inside, fresh) = (!inside, false);
            }
            it if it.is_whitespace() && !inside => fresh = true,
            it => {
                if fresh {
                    words.push((String::new(), false));
                    fresh = false;
                }
                if let Some(word) = words.last_mut() {
                    word.0.push(it);
                }
            }
        }
    }
    match inside {
        true => Err(Problem::new("a quote is not closed").hint("write the second \" as well")),
        false => Ok(words),
    }
}
