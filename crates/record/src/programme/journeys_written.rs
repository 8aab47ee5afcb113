//! Journeys as their files say them: the inverse of `journeys`.

use super::tree::Tree;
use super::written::{channels, number, word};
use journey::{Arm, DateTrigger, Datum, Every, Experiment, Goal, Journey, LeadStep, MessageStep};
use journey::{
    Node, OnTimeout, Reentry, Repeat, Schedule, SplitArm, Step, Tags, TaskStep, Trigger,
};
use journey::{Until, WebhookStep, Window};
use model::Span;

pub fn journey(journey: &Journey) -> Tree {
    let exit = journey.exit.iter().map(|it| Tree::fields().with("when", Tree::text(it)));
    let entries = journey.entries.map(|it| {
        Tree::fields()
            .with("at_most", Tree::Number(f64::from(it.at_most)))
            .with("per", Tree::text(it.per))
    });
    Tree::fields()
        .with("journey", Tree::text(&journey.name))
        .with("owner", Tree::said(&journey.owner))
        .with("trigger", trigger(&journey.trigger))
        .with("key", journey.key.as_ref().map(Tree::text))
        .with("reentry", reentry(journey))
        .with("entries", entries)
        .with("goal", journey.goal.as_ref().map(goal))
        .with("exit", Tree::some(exit))
        .with("late", Tree::unless(journey.late, Journey::DEFAULT_LATE))
        .with("steps", steps(&journey.steps))
}

/// Said where it is another than the trigger's own.
fn reentry(journey: &Journey) -> Option<Tree> {
    (journey.reentry != journey.trigger.usual_reentry()).then(|| match journey.reentry {
        Reentry::Never => Tree::text("never"),
        Reentry::Always => Tree::text("always"),
        Reentry::After(span) => Tree::text(span),
    })
}

fn trigger(trigger: &Trigger) -> Tree {
    match trigger {
        Trigger::Event { name, when } => Tree::fields()
            .with("event", Tree::text(name))
            .with("when", when.as_ref().map(Tree::text)),
        Trigger::Entered { audience } => Tree::fields().with("enters", Tree::text(audience)),
        Trigger::Left { audience } => Tree::fields().with("leaves", Tree::text(audience)),
        Trigger::Date(it) => Tree::fields().with("date", date(it)),
        Trigger::Schedule(it) => Tree::fields().with("schedule", schedule(it)),
        Trigger::Called => Tree::fields().with("api", Tree::Truth(true)),
        Trigger::Conversation { kind, when } => Tree::fields()
            .with("conversation", Tree::fields().with("kind", kind.map(word)))
            .with("when", when.as_ref().map(Tree::text)),
    }
}

fn date(date: &DateTrigger) -> Tree {
    let offset = (date.offset != Span::ZERO).then(|| match date.offset {
        before if before < Span::ZERO => Tree::text(format!("-{}", Span(-before.0))),
        after => Tree::text(after),
    });
    Tree::fields()
        .with("trait", Tree::text(&date.name))
        .with("yearly", date.yearly.then_some(Tree::Truth(true)))
        .with("offset", offset)
        .with("at", date.at.map(Tree::text))
}

fn schedule(schedule: &Schedule) -> Tree {
    let (every, on) = match &schedule.every {
        Every::Day => ("day", None),
        Every::Week(days) => ("week", Tree::some(days.iter().map(|it| Tree::text(it.name())))),
        Every::Month(days) => {
            ("month", Tree::some(days.iter().map(|it| Tree::Number(f64::from(*it)))))
        }
    };
    Tree::fields()
        .with("audience", Tree::text(&schedule.audience))
        .with("every", Tree::text(every))
        .with("on", on)
        .with("at", Tree::text(schedule.at))
}

fn goal(goal: &Goal) -> Tree {
    Tree::fields()
        .with("event", Tree::text(&goal.event))
        .with("when", goal.when.as_ref().map(Tree::text))
        .with("within", goal.within.map(Tree::text))
        .with("value", goal.value.as_ref().map(Tree::text))
        .with("ends", (!goal.ends).then_some(Tree::Truth(false)))
}

fn steps(steps: &[Node]) -> Tree {
    Tree::list(steps.iter().map(node))
}

fn node(node: &Node) -> Tree {
    let value = match &node.step {
        Step::Wait(span) => Tree::text(span),
        Step::WaitUntil { until, timeout, on_timeout } => wait_until(until, *timeout, *on_timeout),
        Step::WaitForWindow(it) => window(it),
        Step::Branch(arms) => Tree::list(arms.iter().map(arm)),
        Step::Split(arms) => split(arms),
        Step::Experiment(it) => experiment(it),
        Step::Message(it) => message(it),
        Step::SetTrait { name, value } => {
            Tree::fields().with("name", Tree::text(name)).with("value", Tree::from(value))
        }
        Step::Tag(it) => tags(it),
        Step::Repeat(it) => repeat(it),
        Step::Webhook(it) => webhook(it),
        Step::Task(it) => task(it),
        Step::TellSales(it) => tell_sales(it),
        Step::End => Tree::Truth(true),
    };
    Tree::fields().with("id", node.id.as_ref().map(Tree::text)).with(node.step.kind(), value)
}

fn wait_until(until: &Until, timeout: Span, then: OnTimeout) -> Tree {
    let then = (then != OnTimeout::default()).then(|| word(then));
    self::until(until).with("timeout", Tree::text(timeout)).with("then", then)
}

fn until(until: &Until) -> Tree {
    match until {
        Until::Event { name, when } => Tree::fields()
            .with("event", Tree::text(name))
            .with("when", when.as_ref().map(Tree::text)),
        Until::Entered { audience } => Tree::fields().with("enters", Tree::text(audience)),
        Until::Left { audience } => Tree::fields().with("leaves", Tree::text(audience)),
        Until::Any(several) => {
            Tree::fields().with("any", Tree::list(several.iter().map(self::until)))
        }
    }
}

fn window(window: &Window) -> Tree {
    Tree::fields()
        .with("from", Tree::text(window.from))
        .with("to", Tree::text(window.to))
        .with("days", Tree::some(window.days.iter().map(|it| Tree::text(it.name()))))
}

fn arm(arm: &Arm) -> Tree {
    match &arm.when {
        Some(when) => {
            Tree::fields().with("when", Tree::text(when)).with("steps", steps(&arm.steps))
        }
        None => Tree::fields().with("otherwise", steps(&arm.steps)),
    }
}

fn split(arms: &[SplitArm]) -> Tree {
    let weights = arms.iter().map(|it| (it.name.clone(), Tree::Number(it.weight)));
    let taken = arms.iter().filter(|it| !it.steps.is_empty());
    let below: Vec<_> = taken.map(|it| (it.name.clone(), steps(&it.steps))).collect();
    Tree::fields()
        .with("arms", Tree::Fields(weights.collect()))
        .with("steps", (!below.is_empty()).then_some(Tree::Fields(below)))
}

fn experiment(experiment: &Experiment) -> Tree {
    split(&experiment.arms)
        .with("outcome", Tree::text(&experiment.outcome))
        .with("window", Tree::unless(experiment.window, Experiment::DEFAULT_WINDOW))
}

fn message(message: &MessageStep) -> Tree {
    let MessageStep { content, channels, expires, value, class, otherwise } = message;
    Tree::fields()
        .with("content", Tree::text(content))
        .with("channels", self::channels(channels))
        .with("expires", Tree::unless(*expires, MessageStep::DEFAULT_EXPIRES))
        .with("value", number(*value))
        .with("class", class.map(word))
        .with("otherwise", otherwise.as_ref().map(|it| steps(it)))
}

fn tags(tags: &Tags) -> Tree {
    Tree::fields()
        .with("add", Tree::some(tags.add.iter().map(Tree::text)))
        .with("remove", Tree::some(tags.remove.iter().map(Tree::text)))
}

fn repeat(repeat: &Repeat) -> Tree {
    Tree::fields()
        .with("times", Tree::Number(f64::from(repeat.times)))
        .with("while", repeat.condition.as_ref().map(Tree::text))
        .with("steps", steps(&repeat.steps))
}

fn webhook(webhook: &WebhookStep) -> Tree {
    let named = |word: &str, name: &str| Tree::fields().with(word, Tree::text(name));
    let data = webhook.data.iter().map(|(name, it)| {
        let value = match it {
            Datum::Value(value) => Tree::from(value),
            Datum::Trait(it) => named("trait", it),
            Datum::Property(it) => named("property", it),
        };
        (name.clone(), value)
    });
    let data: Vec<_> = data.collect();
    Tree::fields()
        .with("url", Tree::text(&webhook.url))
        .with("data", (!data.is_empty()).then_some(Tree::Fields(data)))
}

fn task(task: &TaskStep) -> Tree {
    Tree::fields()
        .with("title", Tree::text(&task.title))
        .with("for", Tree::text(&task.to))
        .with("note", Tree::said(&task.note))
        .with("due", task.due.map(Tree::text))
}

fn tell_sales(lead: &LeadStep) -> Tree {
    let owner = (lead.owner != LeadStep::DEFAULT_OWNER).then(|| Tree::text(&lead.owner));
    Tree::fields()
        .with("note", Tree::text(&lead.note))
        .with("owner", owner)
        .with("otherwise", Tree::said(&lead.otherwise))
}
