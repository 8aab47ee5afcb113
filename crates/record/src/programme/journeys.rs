//! From a journey's file to a journey, and the names that it uses.

use super::journey_forms::*;
use super::place::position;
use super::read::Place;
use journey::{Arm, DateTrigger, Datum, Entries, Every, Experiment, Goal, Journey, LeadStep};
use journey::{
    MessageStep, Node, Repeat, Schedule, SplitArm, Step, Tags, TaskStep, Trigger, Until,
};
use journey::{WebhookStep, Window};
use model::{ContentName, JourneyName, Problem, Span, Value};
use serde_saphyr::Spanned;
use std::collections::{BTreeMap, BTreeSet};

/// A journey as its file says it, out of the files of a programme: the same tree as JSON.
pub fn journey_tree(files: &BTreeMap<String, String>, name: &str) -> Option<serde_json::Value> {
    journey_trees(files).remove(name)
}

/// All journeys, by name.
pub fn journey_trees(files: &BTreeMap<String, String>) -> BTreeMap<String, serde_json::Value> {
    let written = files.iter().filter(|it| it.0.starts_with("journeys/"));
    let trees = written.filter_map(|(_, text)| super::fields(text));
    let named = |tree: serde_json::Value| {
        let name = tree.get("journey")?.as_str()?.to_owned();
        Some((name, tree))
    };
    trees.filter_map(named).collect()
}

impl Place<'_> {
    pub(super) fn journey(&mut self, form: JourneyForm) -> Option<Journey> {
        let trigger = self.trigger(form.trigger)?;
        let goal = form.goal.map(|it| Goal {
            event: it.event,
            when: self.optional(it.when),
            within: it.within.map(|it| it.0),
            value: it.value,
            ends: it.ends.unwrap_or(true),
        });
        let exit = form.exit.iter().filter_map(|it| self.condition(&it.when)).collect();
        Some(Journey {
            name: JourneyName::new(form.journey),
            version: 0,
            owner: form.owner,
            key: form.key,
            reentry: form.reentry.map_or(trigger.usual_reentry(), |it| it.0),
            entries: form.entries.map(|it| Entries { at_most: it.at_most, per: it.per.0 }),
            trigger,
            goal,
            exit,
            late: form.late.map_or(Journey::DEFAULT_LATE, |it| it.0),
            steps: self.steps(form.steps, ""),
        })
    }

    fn trigger(&mut self, written: Spanned<TriggerForm>) -> Option<Trigger> {
        let (at, form) = (position(&written), written.value);
        let has_when = form.when.is_some();
        let by_event = form.event.is_some() || form.conversation.is_some();
        let when = self.optional(form.when);
        let mut found: Vec<Trigger> = Vec::new();
        found.extend(form.event.map(|name| Trigger::Event { name, when: when.clone() }));
        found.extend(form.enters.map(|audience| Trigger::Entered { audience }));
        found.extend(form.leaves.map(|audience| Trigger::Left { audience }));
        found.extend(form.date.map(|it| {
            let offset = it.offset.map_or(Span::ZERO, |it| it.0);
            Trigger::Date(DateTrigger { name: it.name, yearly: it.yearly, offset, at: it.at })
        }));
        if let Some(it) = form.schedule {
            found.push(Trigger::Schedule(self.schedule(at, it)?));
        }
        found.extend(form.api.filter(|it| *it).map(|_| Trigger::Called));
        found.extend(
            form.conversation.map(|it| Trigger::Conversation { kind: it.kind, when: when.clone() }),
        );
        match (found.pop(), found.is_empty()) {
            (Some(trigger), true) if by_event || !has_when => Some(trigger),
            _ => {
                self.fail(
                    at,
                    "a trigger is one thing: an event or a conversation (with an optional `when`), an \
                     audience, a date, a schedule, or the api",
                    "write {event: NAME}, {enters: AUDIENCE}, {leaves: AUDIENCE}, {date: {trait: NAME}}, \
                     {schedule: {audience: NAME, every: day, at: \"09:00\"}}, {api: true} or \
                     {conversation: {kind: reply}}",
                );
                None
            }
        }
    }

    fn schedule(&mut self, at: (usize, usize), form: ScheduleForm) -> Option<Schedule> {
        let days = form.on.unwrap_or_default();
        let of_week = days.iter().map(|it| match it {
            DayForm::Week(day) => Some(*day),
            DayForm::Month(_) => None,
        });
        let of_month = days.iter().map(|it| match it {
            DayForm::Month(day) => Some(*day),
            DayForm::Week(_) => None,
        });
        let every = match form.every {
            EveryForm::Day => days.is_empty().then_some(Every::Day),
            EveryForm::Week => of_week.collect::<Option<_>>().map(Every::Week),
            EveryForm::Month => of_month.collect::<Option<_>>().map(Every::Month),
        };
        if every.is_none() {
            self.fail(
                at,
                "the days do not fit how often the schedule comes",
                "write `every: day` without `on`, `every: week` with `on: [mon]`, or `every: month` with \
                 `on: [1, 15]`",
            );
        }
        Some(Schedule { audience: form.audience, every: every?, at: form.at })
    }

    /// The steps below `prefix`; an address is made as `journey` makes it.
    fn steps(&mut self, forms: Vec<WrittenStep>, prefix: &str) -> Vec<Node> {
        let mut steps = Vec::with_capacity(forms.len());
        for (place, form) in forms.into_iter().enumerate() {
            let address = form.value.id.clone().unwrap_or_else(|| format!("{prefix}{place}"));
            self.steps.insert(address.clone(), position(&form));
            steps.extend(self.step(form, &address));
        }
        steps
    }

    fn step(&mut self, written: WrittenStep, address: &str) -> Option<Node> {
        let (at, form) = (position(&written), written.value);
        let before = self.problems.len();
        let id = form.id;
        let mut found: Vec<Step> = Vec::new();
        found.extend(form.wait.map(|it| Step::Wait(it.0)));
        if let Some(it) = form.wait_until {
            found.extend(self.wait_until(at, it));
        }
        found.extend(
            form.wait_for
                .map(|it| Step::WaitForWindow(Window { from: it.from, to: it.to, days: it.days })),
        );
        if let Some(arms) = form.branch {
            let arms = arms.into_iter().enumerate();
            let arms = arms.filter_map(|(n, it)| self.arm(it, &format!("{address}.{n}.")));
            found.push(Step::Branch(arms.collect()));
        }
        if let Some(it) = form.split {
            found.extend(self.split(at, it, address).map(Step::Split));
        }
        if let Some(it) = form.experiment {
            let split = SplitForm { arms: it.arms, steps: it.steps };
            let window = it.window.map_or(Experiment::DEFAULT_WINDOW, |it| it.0);
            if let Some(arms) = self.split(at, split, address) {
                found.push(Step::Experiment(Experiment { arms, outcome: it.outcome, window }));
            }
        }
        if let Some(it) = form.message {
            found.push(self.message(it, address));
        }
        found.extend(form.set_trait.map(|it| Step::SetTrait { name: it.name, value: it.value }));
        found.extend(form.tag.map(|it| Step::Tag(Tags { add: it.add, remove: it.remove })));
        if let Some(it) = form.repeat {
            let condition = self.optional(it.condition);
            let steps = self.steps(it.steps, &format!("{address}.round."));
            found.push(Step::Repeat(Repeat { times: it.times, condition, steps }));
        }
        found.extend(form.webhook.map(|it| {
            let data = it.data.into_iter().map(|(name, value)| (name, datum(value)));
            Step::Webhook(WebhookStep { url: it.url, data: data.collect() })
        }));
        found.extend(form.task.map(|it| {
            let due = it.due.map(|it| it.0);
            Step::Task(TaskStep { title: it.title, to: it.to, note: it.note, due })
        }));
        found.extend(form.tell_sales.map(|it| {
            let owner = it.owner.unwrap_or_else(|| LeadStep::DEFAULT_OWNER.to_owned());
            Step::TellSales(LeadStep { note: it.note, owner, otherwise: it.otherwise })
        }));
        found.extend(form.end.filter(|it| *it).map(|_| Step::End));
        match (found.pop(), found.is_empty()) {
            (Some(step), true) => Some(Node { id, step }),
            // Its content was complained about already.
            _ if before < self.problems.len() => None,
            _ => {
                self.fail(
                    at,
                    "a step does exactly one thing",
                    "one of wait, wait_until, wait_for, branch, split, experiment, message, set_trait, \
                     tag, repeat, webhook, task, tell_sales, end",
                );
                None
            }
        }
    }

    fn message(&mut self, form: MessageForm, address: &str) -> Step {
        let otherwise = form.otherwise.map(|it| self.steps(it, &format!("{address}.otherwise.")));
        Step::Message(MessageStep {
            content: form.content,
            channels: form.channels,
            expires: form.expires.map_or(MessageStep::DEFAULT_EXPIRES, |it| it.0),
            value: form.value,
            class: form.class,
            otherwise,
        })
    }

    fn wait_until(&mut self, at: (usize, usize), form: WaitUntilForm) -> Option<Step> {
        let one = UntilForm {
            event: form.event,
            when: form.when,
            enters: form.enters,
            leaves: form.leaves,
        };
        let until = match form.any {
            Some(several) if one.is_empty() => {
                let count = several.len();
                let read: Vec<Until> = several
                    .into_iter()
                    .filter_map(|it| self.until(position(&it), it.value))
                    .collect();
                (read.len() == count).then_some(Until::Any(read))
            }
            Some(_) => {
                let hint = "write {any: [{event: NAME}, {enters: AUDIENCE}], timeout: 3d}";
                self.fail(at, "beside `any` there is only `timeout` and `then`", hint);
                None
            }
            None => self.until(at, one),
        };
        Some(Step::WaitUntil { until: until?, timeout: form.timeout.0, on_timeout: form.then })
    }

    fn until(&mut self, at: (usize, usize), form: UntilForm) -> Option<Until> {
        let has_when = form.when.is_some();
        match (form.event, form.enters, form.leaves) {
            (Some(name), None, None) => Some(Until::Event { name, when: self.optional(form.when) }),
            (None, Some(audience), None) if !has_when => Some(Until::Entered { audience }),
            (None, None, Some(audience)) if !has_when => Some(Until::Left { audience }),
            _ => {
                self.fail(
                    at,
                    "`wait_until` waits for one event (with an optional `when`), one audience, or `any` \
                     of several",
                    "write {event: NAME, timeout: 3d}, {enters: AUDIENCE, timeout: 3d} or {leaves: \
                     AUDIENCE, timeout: 3d}",
                );
                None
            }
        }
    }

    fn arm(&mut self, written: Spanned<ArmForm>, prefix: &str) -> Option<Arm> {
        let (at, form) = (position(&written), written.value);
        match (form.when, form.steps, form.otherwise) {
            (Some(when), Some(steps), None) => {
                let when = self.condition(&when);
                let steps = self.steps(steps, prefix);
                Some(Arm { when: Some(when?), steps })
            }
            (None, None, Some(steps)) => Some(Arm { when: None, steps: self.steps(steps, prefix) }),
            _ => {
                self.fail(
                    at,
                    "an arm of a branch has a condition with steps, or is the rest",
                    "write {when: …, steps: […]} or {otherwise: […]}",
                );
                None
            }
        }
    }

    fn split(
        &mut self,
        at: (usize, usize),
        mut form: SplitForm,
        address: &str,
    ) -> Option<Vec<SplitArm>> {
        let arms = form.arms.into_iter().map(|(name, weight)| {
            let steps = form.steps.remove(&name).unwrap_or_default();
            let steps = self.steps(steps, &format!("{address}.{name}."));
            SplitArm { name, weight, steps }
        });
        let arms = arms.collect();
        if let Some(name) = form.steps.keys().next() {
            let text = format!("there is no arm `{name}`");
            self.fail(at, &text, "give it a weight in `arms`");
            return None;
        }
        Some(arms)
    }
}

impl UntilForm {
    fn is_empty(&self) -> bool {
        self.event.is_none()
            && self.when.is_none()
            && self.enters.is_none()
            && self.leaves.is_none()
    }
}

/// `{trait: NAME}` and `{property: PATH}` are read when the step is carried out; all else is sent as it
/// is written.
fn datum(value: Value) -> Datum {
    if let Value::Map(map) = &value
        && let (1, Some((word, Value::Text(name)))) = (map.len(), map.iter().next())
    {
        match word.as_str() {
            "trait" => return Datum::Trait(name.clone()),
            "property" => return Datum::Property(name.clone()),
            _ => {}
        }
    }
    Datum::Value(value)
}

/// The audiences that a journey refers to, in its trigger, steps and conditions.
pub fn audiences_of(journey: &Journey) -> BTreeSet<String> {
    let mut used = Used::default();
    used.journey(journey);
    used.audiences
}

/// The names that a definition uses.
#[derive(Default)]
pub(super) struct Used {
    pub audiences: BTreeSet<String>,
    pub contents: BTreeSet<ContentName>,
    pub outcomes: BTreeSet<String>,
}

impl Used {
    pub fn journey(&mut self, journey: &Journey) {
        match &journey.trigger {
            Trigger::Entered { audience }
            | Trigger::Left { audience }
            | Trigger::Schedule(Schedule { audience, .. }) => {
                self.audiences.insert(audience.clone());
            }
            Trigger::Event { .. }
            | Trigger::Date(_)
            | Trigger::Called
            | Trigger::Conversation { .. } => {}
        }
        for condition in super::journey_conditions(journey) {
            self.audiences.extend(condition.audiences());
        }
        self.steps(&journey.steps);
    }

    fn steps(&mut self, steps: &[Node]) {
        for Node { step, .. } in steps {
            if let Step::Message(it) = step {
                self.contents.insert(it.content.clone());
            }
            if let Step::WaitUntil { until, .. } = step {
                self.until(until);
            }
            if let Step::Experiment(it) = step {
                self.outcomes.insert(it.outcome.clone());
            }
            step.below("").into_iter().for_each(|(_, it)| self.steps(it));
        }
    }

    fn until(&mut self, until: &Until) {
        match until {
            Until::Event { .. } => {}
            Until::Entered { audience } | Until::Left { audience } => {
                self.audiences.insert(audience.clone());
            }
            Until::Any(several) => several.iter().for_each(|it| self.until(it)),
        }
    }

    pub fn problems(
        self,
        audiences: &BTreeSet<String>,
        contents: &BTreeSet<ContentName>,
    ) -> impl Iterator<Item = Problem> {
        let audiences: Vec<String> = self.audiences.difference(audiences).cloned().collect();
        let contents: Vec<ContentName> = self.contents.difference(contents).cloned().collect();
        let audience = |name: String| {
            Problem::new(format!("there is no audience `{name}`"))
                .hint(format!("add audiences/{name}.yaml"))
        };
        let content = |name: ContentName| {
            Problem::new(format!("there is no content `{name}`"))
                .hint(format!("add content/{name}.md"))
        };
        audiences.into_iter().map(audience).chain(contents.into_iter().map(content))
    }
}
