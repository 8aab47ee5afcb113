//! Everything that can be malformed in a journey, each with the address of its step.

mod actions;
mod triggers;

pub use actions::{MAX_DATA, MAX_ROUNDS, MAX_TEXT_CHARS, check_url};
pub use triggers::MAX_ENTRIES;

use crate::definition::{Arm, Experiment, Journey, MessageStep, Node, SplitArm, Step, Until};
use crate::program::address_of;
use model::{Channel, Problem, Span};
use std::collections::BTreeSet;

/// Steps of one journey with all its arms: far more than anybody can oversee, and so few that one
/// run cannot use up [`crate::MAX_STEPS_PER_CALL`].
pub const MAX_STEPS: usize = 500;

/// Arms of one branch or split.
pub const MAX_ARMS: usize = 20;

/// Branches and splits inside each other. Compiling recurses this far.
pub const MAX_DEPTH: usize = 12;

/// Exit criteria of one journey; each is looked at with every fact of everybody in it.
pub const MAX_EXITS: usize = 20;

/// The longest wait or window: ten years, as in conditions.
pub const MAX_SPAN: Span = Span::days(3_660);

/// The longest name or id. They are part of keys that are stored with each message.
pub const MAX_NAME_CHARS: usize = 100;

/// What is wrong with a journey; empty if it can run.
pub fn check(journey: &Journey) -> Vec<Problem> {
    let mut check = Check { problems: Vec::new(), addresses: BTreeSet::new(), steps: 0, rounds: 1 };
    check.add("journey", check_name("the journey", journey.name.as_str()));
    check.settings(journey);
    if journey.steps.is_empty() {
        check.problem("steps", "the journey has no steps", "add at least one");
    }
    check.steps(&journey.steps, "", 0);
    if MAX_STEPS < check.steps {
        let text = format!("the journey has {} steps; at most {MAX_STEPS} may be", check.steps);
        check.problem("steps", &text, "split it into journeys that trigger each other");
    }
    check.problems
}

/// Names are parts of keys and file names, so that a slash or a line break must not be in them.
pub fn check_name(what: &str, name: &str) -> Result<(), Problem> {
    if name.trim().is_empty() {
        return Err(Problem::new(format!("{what} has no name")).hint("give it one"));
    }
    if MAX_NAME_CHARS < name.chars().count() {
        let text = format!("the name of {what} is longer than {MAX_NAME_CHARS} characters");
        return Err(Problem::new(text).hint("shorten it"));
    }
    if name.contains(|it: char| it == '/' || it.is_control()) {
        let text = format!("the name of {what} has a slash or a control character in it");
        return Err(Problem::new(text).hint("use letters, digits, spaces and dashes"));
    }
    Ok(())
}

pub(crate) fn check_bounded(what: &str, span: Span) -> Result<(), Problem> {
    if span <= Span::ZERO {
        return Err(Problem::new(format!("{what} must be longer than nothing"))
            .hint("write it like 10m, 2h or 7d"));
    }
    if MAX_SPAN < span {
        return Err(Problem::new(format!("{what} is longer than ten years")).hint("shorten it"));
    }
    Ok(())
}

pub(crate) fn check_channels(what: &str, channels: &[Channel]) -> Result<(), Problem> {
    if channels.is_empty() {
        return Err(Problem::new(format!("{what} has no channels"))
            .hint("list at least one, such as `channels: [email]`"));
    }
    let twice = |it: &&Channel| 1 < channels.iter().filter(|other| other == it).count();
    match channels.iter().find(twice) {
        Some(channel) => Err(Problem::new(format!("{what} has the channel `{channel}` twice"))
            .hint("list each channel once, the preferred one first")),
        None => Ok(()),
    }
}

pub(crate) fn check_value(what: &str, value: f64) -> Result<(), Problem> {
    if value.is_finite() && 0.0 <= value {
        return Ok(());
    }
    Err(Problem::new(format!("{what} has the value {value}"))
        .hint("write what a response is worth, 0 or more"))
}

struct Check {
    problems: Vec<Problem>,
    addresses: BTreeSet<String>,
    steps: usize,
    /// How often the loops around the step can go round together.
    rounds: u64,
}

impl Check {
    fn add(&mut self, place: &str, result: Result<(), Problem>) {
        if let Err(mut problem) = result {
            problem.message = format!("{place}: {}", problem.message);
            self.problems.push(problem);
        }
    }

    fn problem(&mut self, place: &str, message: &str, hint: &str) {
        self.problems.push(Problem::new(format!("{place}: {message}")).hint(hint));
    }

    /// Returns whether a run can get past these steps.
    fn steps(&mut self, steps: &[Node], prefix: &str, depth: usize) -> bool {
        let mut passable = true;
        for (place, node) in steps.iter().enumerate() {
            let address = address_of(prefix, place, node);
            self.steps += 1;
            if !passable {
                let text = "no run can get here, since all ways before it end";
                self.problem(&at(&address), text, "remove the step, or the `end` before it");
            }
            self.id(&address, node);
            passable = self.step(&node.step, &address, depth);
        }
        passable
    }

    fn id(&mut self, address: &str, node: &Node) {
        if let Some(id) = &node.id {
            let ok = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
            let begins = id.starts_with(|it: char| it.is_ascii_alphabetic());
            if !begins || !id.chars().all(ok) || MAX_NAME_CHARS < id.len() {
                let hint = "begin with a letter; then letters, digits, `-` and `_`";
                self.problem(&at(address), "this is not an id", hint);
            }
        }
        if !self.addresses.insert(address.to_owned()) {
            let text = "another step has the same id";
            self.problem(&at(address), text, "ids are unique within a journey");
        }
    }

    fn step(&mut self, step: &Step, address: &str, depth: usize) -> bool {
        let place = at(address);
        match step {
            Step::Wait(span) => self.add(&place, check_bounded("the wait", *span)),
            Step::WaitUntil { until, timeout, .. } => {
                self.until(until, &place, true);
                self.add(&place, check_bounded("the timeout", *timeout));
            }
            Step::WaitForWindow(window) => {
                let days: BTreeSet<_> = window.days.iter().collect();
                if days.len() < window.days.len() {
                    self.problem(&place, "a day is there twice", "list each day once");
                }
            }
            Step::Branch(arms) => return self.branch(arms, address, depth),
            Step::Split(arms) => return self.split(arms, address, depth),
            Step::Experiment(it) => return self.experiment(it, address, depth),
            Step::Message(message) => self.message(message, address, depth),
            Step::SetTrait { name, .. } => self.add(&place, check_name("the trait", name)),
            Step::Tag(it) => self.tags(it, &place),
            Step::Repeat(it) => return self.repeat(it, address, depth),
            Step::Webhook(it) => self.webhook(it, &place),
            Step::Task(it) => self.task(it, &place),
            Step::TellSales(it) => self.lead(it, &place),
            Step::End => return false,
        }
        true
    }

    fn until(&mut self, until: &Until, place: &str, several: bool) {
        match until {
            Until::Event { name, .. }
            | Until::Entered { audience: name }
            | Until::Left { audience: name } => {
                if name.trim().is_empty() {
                    let hint = "name the event or audience to wait for";
                    self.problem(place, "it is not said what to wait for", hint);
                }
            }
            Until::Any(all) => {
                if !several {
                    self.problem(place, "`any` is inside `any`", "put all of it into one list");
                } else if !(2..=MAX_ARMS).contains(&all.len()) {
                    let text = format!("`any` has {} entries", all.len());
                    self.problem(place, &text, &format!("write 2 to {MAX_ARMS}"));
                } else {
                    all.iter().for_each(|it| self.until(it, place, false));
                }
            }
        }
    }

    fn message(&mut self, message: &MessageStep, address: &str, depth: usize) {
        let place = at(address);
        self.add(&place, check_name("the content", message.content.as_str()));
        self.add(&place, check_channels("the message", &message.channels));
        self.add(&place, check_value("the message", message.value));
        self.add(&place, check_bounded("`expires`", message.expires));
        if let Some(steps) = &message.otherwise
            && !self.is_too_deep(&place, depth)
        {
            self.steps(steps, &format!("{address}.otherwise."), depth + 1);
        }
    }

    fn experiment(&mut self, it: &Experiment, address: &str, depth: usize) -> bool {
        let place = at(address);
        self.add(&place, check_name("the outcome", &it.outcome));
        self.add(&place, check_bounded("`window`", it.window));
        self.split(&it.arms, address, depth)
    }

    fn branch(&mut self, arms: &[Arm], address: &str, depth: usize) -> bool {
        let place = at(address);
        self.arms(&place, arms.len(), 1);
        let last = arms.len().saturating_sub(1);
        for (n, arm) in arms.iter().enumerate() {
            if arm.when.is_none() && n != last {
                let text = "`otherwise` is not the last arm, so that no run gets to those after it";
                self.problem(&place, text, "move it to the end; there can be one only");
            }
            if arm.steps.is_empty() {
                let hint = "add steps; a run that fits no arm goes on after the branch anyway";
                self.problem(&place, &format!("arm {n} has no steps"), hint);
            }
        }
        if arms.iter().all(|it| it.when.is_none()) && !arms.is_empty() {
            let hint = "add an arm with `when`, or put its steps in place of the branch";
            self.problem(&place, "there is nothing but `otherwise`", hint);
        }
        if self.is_too_deep(&place, depth) {
            return true;
        }
        let mut passable = arms.iter().all(|it| it.when.is_some());
        for (n, arm) in arms.iter().enumerate() {
            passable |= self.steps(&arm.steps, &format!("{address}.{n}."), depth + 1);
        }
        passable
    }

    fn split(&mut self, arms: &[SplitArm], address: &str, depth: usize) -> bool {
        let place = at(address);
        self.arms(&place, arms.len(), 2);
        let mut names = BTreeSet::new();
        for arm in arms {
            let ok = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
            if arm.name.is_empty() || MAX_NAME_CHARS < arm.name.len() || !arm.name.chars().all(ok) {
                let text = format!("`{}` is not a name for an arm", arm.name);
                self.problem(&place, &text, "use letters, digits, `-` and `_`");
            }
            if !names.insert(&arm.name) {
                let text = format!("the arm `{}` is there twice", arm.name);
                self.problem(&place, &text, "give each arm its own name");
            }
            if !(arm.weight.is_finite() && 0.0 < arm.weight) {
                let text = format!("the arm `{}` has the weight {}", arm.name, arm.weight);
                self.problem(&place, &text, "weights are numbers above 0");
            }
        }
        if !arms.is_empty() && arms.iter().all(|it| it.steps.is_empty()) {
            let hint = "one arm may be empty, as a control group; give the others steps";
            self.problem(&place, "no arm has steps", hint);
        }
        if self.is_too_deep(&place, depth) {
            return true;
        }
        let mut passable = false;
        for arm in arms {
            passable |= self.steps(&arm.steps, &format!("{address}.{}.", arm.name), depth + 1);
        }
        passable
    }

    fn arms(&mut self, place: &str, count: usize, least: usize) {
        if count < least {
            let text = format!("there are {count} arms; at least {least} must be");
            self.problem(place, &text, "add arms, or remove the step");
        }
        if MAX_ARMS < count {
            let text = format!("there are {count} arms; at most {MAX_ARMS} may be");
            self.problem(place, &text, "put some of them into a branch inside an arm");
        }
    }

    fn is_too_deep(&mut self, place: &str, depth: usize) -> bool {
        let deep = MAX_DEPTH < depth + 1;
        if deep {
            let text = format!("branches and splits are more than {MAX_DEPTH} levels deep");
            self.problem(place, &text, "move a part into a journey of its own");
        }
        deep
    }
}

fn at(address: &str) -> String {
    format!("step {address}")
}
