//! The notation of the tests: how a journey is written, by indentation.

use super::notation::read_value;
use crate::*;
use model::{Channel, ContentName, JourneyName, Span};

pub fn read_journeys(text: &str) -> Journeys {
    let mut journeys = Journeys::new();
    for journey in parse_journeys(text) {
        journeys.insert(journey).unwrap_or_else(|it| panic!("{it:?} in\n{text}"));
    }
    journeys
}

/// A line with the lines that are indented below it.
struct Line<'a> {
    text: &'a str,
    below: Vec<Line<'a>>,
}

pub fn parse_journeys(text: &str) -> Vec<Journey> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .filter(|it| !it.trim().is_empty())
        .map(|it| (it.len() - it.trim_start().len(), it.trim()))
        .collect();
    let (lines, rest) = nest(&lines, 0);
    assert!(rest.is_empty());
    lines.iter().map(read_journey).collect()
}

fn nest<'a, 'b>(
    mut lines: &'b [(usize, &'a str)],
    least: usize,
) -> (Vec<Line<'a>>, &'b [(usize, &'a str)]) {
    let mut found = Vec::new();
    while let Some((indent, text)) = lines.first()
        && least <= *indent
    {
        let (below, rest) = nest(&lines[1..], indent + 1);
        found.push(Line { text, below });
        lines = rest;
    }
    (found, lines)
}

pub fn read_steps(text: &str) -> Vec<Node> {
    parse_journeys(&format!("journey x on A\n  {text}")).remove(0).steps
}

fn read_journey(line: &Line) -> Journey {
    let (head, on) = line.text.split_once(" on ").expect("journey NAME VERSION on …");
    let mut head = head.split(' ').skip(1);
    let (name, version) = (head.next().unwrap(), head.next().unwrap_or("1"));
    let (on, when) = split_when(on);
    let trigger = match on.split_once(' ').unwrap_or((on, "")) {
        ("entered", audience) => Trigger::Entered { audience: audience.to_owned() },
        ("left", audience) => Trigger::Left { audience: audience.to_owned() },
        ("date", rest) => Trigger::Date(read_date(rest)),
        ("schedule", rest) => Trigger::Schedule(read_schedule(rest)),
        ("call", "") => Trigger::Called,
        ("conversation", kind) => Trigger::Conversation {
            kind: model::Conversation::ALL.into_iter().find(|it| it.name() == kind),
            when,
        },
        _ => Trigger::Event { name: on.to_owned(), when },
    };
    let mut journey = Journey {
        name: JourneyName::from(name),
        version: version.parse().unwrap(),
        owner: String::new(),
        reentry: trigger.usual_reentry(),
        trigger,
        key: None,
        entries: None,
        goal: None,
        exit: Vec::new(),
        late: Journey::DEFAULT_LATE,
        steps: Vec::new(),
    };
    let settings = |it: &&Line| {
        let word = it.text.split(' ').next().unwrap();
        ["key", "reentry", "entries", "goal", "exit", "late"].contains(&word)
    };
    for it in line.below.iter().filter(settings) {
        read_setting(&mut journey, it.text);
    }
    let steps = line.below.iter().filter(|it| !settings(it));
    journey.steps = steps.map(read_step).collect();
    journey
}

fn read_setting(journey: &mut Journey, text: &str) {
    let (word, rest) = text.split_once(' ').unwrap();
    match word {
        "key" => journey.key = Some(rest.to_owned()),
        "late" => journey.late = Span::parse(rest).unwrap(),
        "entries" => {
            let (at_most, per) = rest.split_once(' ').unwrap();
            let (at_most, per) = (at_most.parse().unwrap(), Span::parse(per).unwrap());
            journey.entries = Some(Entries { at_most, per });
        }
        "exit" => journey.exit.push(expr::parse(rest).unwrap()),
        "reentry" => {
            journey.reentry = match rest {
                "never" => Reentry::Never,
                "always" => Reentry::Always,
                span => Reentry::After(Span::parse(span).unwrap()),
            }
        }
        "goal" => {
            let (rest, when) = split_when(rest);
            let mut words = rest.split(' ');
            let event = words.next().unwrap().to_owned();
            let mut goal = Goal { event, when, within: None, value: None, ends: true };
            while let Some(word) = words.next() {
                match word {
                    "stays" => goal.ends = false,
                    "value" => goal.value = words.next().map(str::to_owned),
                    "within" => goal.within = Some(Span::parse(words.next().unwrap()).unwrap()),
                    _ => panic!("`{word}` is no part of a goal"),
                }
            }
            journey.goal = Some(goal);
        }
        _ => panic!("unknown setting `{word}`"),
    }
}

fn split_when(text: &str) -> (&str, Option<expr::Expr>) {
    match text.split_once(" when ") {
        Some((before, when)) => (before, Some(expr::parse(when).unwrap())),
        None => (text, None),
    }
}

fn read_step(line: &Line) -> Node {
    let (id, text) = match line.text.strip_prefix('#') {
        Some(rest) => {
            let (id, text) = rest.split_once(' ').unwrap();
            (Some(id.to_owned()), text)
        }
        None => (None, line.text),
    };
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let step = match word {
        "wait" => Step::Wait(Span::parse(rest).unwrap()),
        "until" => read_until(rest),
        "window" => read_window(rest),
        "branch" => Step::Branch(line.below.iter().map(read_arm).collect()),
        "split" => Step::Split(line.below.iter().map(read_split_arm).collect()),
        "experiment" => Step::Experiment(Experiment {
            arms: line.below.iter().map(read_split_arm).collect(),
            outcome: rest.to_owned(),
            window: Span::days(28),
        }),
        "tag" => Step::Tag(Tags {
            add: rest.split(' ').filter_map(|it| it.strip_prefix('+')).map(str::to_owned).collect(),
            remove: rest
                .split(' ')
                .filter_map(|it| it.strip_prefix('-'))
                .map(str::to_owned)
                .collect(),
        }),
        "repeat" => {
            let (times, condition) = rest.split_once(" while ").unwrap_or((rest, ""));
            Step::Repeat(Repeat {
                times: times.parse().unwrap(),
                condition: (!condition.is_empty()).then(|| expr::parse(condition).unwrap()),
                steps: line.below.iter().map(read_step).collect(),
            })
        }
        "hook" => read_hook(rest),
        "task" => {
            let (title, rest) = rest.split_once(" for ").unwrap();
            let (to, due) = rest.split_once(" due ").unwrap_or((rest, ""));
            Step::Task(TaskStep {
                title: title.to_owned(),
                to: to.to_owned(),
                note: String::new(),
                due: Span::parse(due).ok(),
            })
        }
        "lead" => {
            let (note, otherwise) = rest.split_once(" else ").unwrap_or((rest, ""));
            let owner = LeadStep::DEFAULT_OWNER.to_owned();
            Step::TellSales(LeadStep {
                note: note.to_owned(),
                owner,
                otherwise: otherwise.to_owned(),
            })
        }
        "message" => read_message(rest, &line.below),
        "set" => {
            let (name, value) = rest.split_once('=').unwrap();
            Step::SetTrait { name: name.to_owned(), value: read_value(value) }
        }
        "end" => Step::End,
        _ => panic!("unknown step `{word}`"),
    };
    Node { id, step }
}

fn read_until(text: &str) -> Step {
    let (text, when) = split_when(text);
    let (text, on_timeout) = match text.strip_suffix(" end") {
        Some(text) => (text, OnTimeout::End),
        None => (text, OnTimeout::Continue),
    };
    let (what, timeout) = text.rsplit_once(' ').unwrap();
    let one = |what: &str| match what.split_once(' ') {
        Some(("entered", audience)) => Until::Entered { audience: audience.to_owned() },
        Some(("left", audience)) => Until::Left { audience: audience.to_owned() },
        _ => Until::Event { name: what.to_owned(), when: when.clone() },
    };
    let until = match what.contains('|') {
        true => Until::Any(what.split('|').map(one).collect()),
        false => one(what),
    };
    Step::WaitUntil { until, timeout: Span::parse(timeout).unwrap(), on_timeout }
}

/// `TRAIT yearly -7d 09:00`, the last three in this order and each optional.
fn read_date(text: &str) -> DateTrigger {
    let mut words = text.split(' ').peekable();
    let name = words.next().unwrap().to_owned();
    let yearly = words.next_if_eq(&"yearly").is_some();
    let offset = words.next_if(|it| it.starts_with(['-', '+'])).unwrap_or("+0d");
    let (sign, span) = offset.split_at(1);
    let span = Span::parse(span).unwrap();
    let offset = if sign == "-" { Span(-span.0) } else { span };
    let at = words.next().map(|it| LocalTime::parse(it).unwrap());
    DateTrigger { name, yearly, offset, at }
}

/// `AUDIENCE day 09:00`, `AUDIENCE week mon,thu 09:00` or `AUDIENCE month 1,31 09:00`.
fn read_schedule(text: &str) -> Schedule {
    let words: Vec<&str> = text.split(' ').collect();
    let every = match words[1] {
        "day" => Every::Day,
        "week" => {
            Every::Week(words[2].split(',').map(|it| Weekday::from_name(it).unwrap()).collect())
        }
        _ => Every::Month(words[2].split(',').map(|it| it.parse().unwrap()).collect()),
    };
    let at = LocalTime::parse(words[words.len() - 1]).unwrap();
    Schedule { audience: words[0].to_owned(), every, at }
}

/// `URL name=value name=trait:plan name=property:n`
fn read_hook(text: &str) -> Step {
    let mut words = text.split(' ');
    let url = words.next().unwrap().to_owned();
    let datum = |value: &str| match value.split_once(':') {
        Some(("trait", name)) => Datum::Trait(name.to_owned()),
        Some(("property", path)) => Datum::Property(path.to_owned()),
        _ => Datum::Value(read_value(value)),
    };
    let data = words.map(|it| it.split_once('=').unwrap());
    Step::Webhook(WebhookStep { url, data: data.map(|(k, v)| (k.to_owned(), datum(v))).collect() })
}

pub fn read_window(text: &str) -> Step {
    let (times, days) = text.split_once(' ').unwrap_or((text, ""));
    let (from, to) = times.split_once('-').unwrap();
    let days = days.split(',').filter(|it| !it.is_empty());
    Step::WaitForWindow(Window {
        from: LocalTime::parse(from).unwrap(),
        to: LocalTime::parse(to).unwrap(),
        days: days.map(|it| Weekday::from_name(it).unwrap()).collect(),
    })
}

fn read_message(text: &str, below: &[Line]) -> Step {
    let (content, channels) = text.split_once(' ').unwrap_or((text, "email"));
    let channels = channels.split(',').filter(|it| !it.is_empty());
    Step::Message(MessageStep {
        content: ContentName::from(content),
        channels: channels.map(|it| Channel::from_name(it).unwrap()).collect(),
        expires: MessageStep::DEFAULT_EXPIRES,
        value: 1.0,
        class: None,
        otherwise: (!below.is_empty()).then(|| below.iter().map(read_step).collect()),
    })
}

fn read_arm(line: &Line) -> Arm {
    let when = line.text.strip_prefix("when ").map(|it| expr::parse(it).unwrap());
    assert!(when.is_some() || line.text == "otherwise", "`{}` is no arm", line.text);
    Arm { when, steps: line.below.iter().map(read_step).collect() }
}

fn read_split_arm(line: &Line) -> SplitArm {
    let (name, weight) = line.text.split_once(' ').unwrap();
    SplitArm {
        name: name.to_owned(),
        weight: weight.parse().unwrap(),
        steps: line.below.iter().map(read_step).collect(),
    }
}
