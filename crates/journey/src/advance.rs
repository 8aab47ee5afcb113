//! Carries a run from step to step until it waits or ends.

use crate::actions::{TAGS, hook, lead, tagged, task};
use crate::call::{Call, read_key};
use crate::command::{Ask, Command, EndReason, Failure};
use crate::definition::{Journey, MessageStep, OnTimeout};
use crate::local::zone_or;
use crate::program::{Action, Op, Program};
use crate::runs::{Drawn, Input, MAX_DRAWN, Rounds, Run};
use model::{Event, Timestamp, Value};

/// What is to be done after one step.
enum Then {
    Go(Option<usize>),
    WaitUntil(Timestamp),
    End(EndReason),
}

/// Goes on from where the run stands: by what it waits for (`input`), or by time (none).
pub(crate) fn resume(
    run: &mut Run,
    program: &Program,
    input: Option<&Input>,
    drawn: &mut Vec<Drawn>,
    call: &mut Call,
) -> Option<EndReason> {
    let Some(place) = program.find(&run.step) else { return Some(EndReason::VersionGone) };
    let Some(op) = program.op(place) else { return Some(EndReason::VersionGone) };
    let from = match input {
        Some(_) if run.ready => return None,
        Some(Input::Became { sent, .. }) => match &op.action {
            Action::Message(_, Some(_)) if *sent => op.next,
            Action::Message(_, Some(otherwise)) => *otherwise,
            _ => return None,
        },
        Some(input) if call.arrives(run, &program.journey, &op.action, input) => op.next,
        Some(_) => return None,
        None if run.ready => Some(place),
        None => match &op.action {
            Action::Wait(_) => op.next,
            Action::WaitUntil { on_timeout: OnTimeout::Continue, .. } => op.next,
            Action::WaitUntil { on_timeout: OnTimeout::End, .. } => {
                return Some(EndReason::TimedOut);
            }
            // Looked at again: a late tick must not write to somebody after the window closed.
            Action::WaitForWindow(_) => {
                return go(run, program, Some(place), From::Here, drawn, call);
            }
            // Nobody has said that it went out.
            Action::Message(_, Some(otherwise)) => *otherwise,
            Action::Branch(_)
            | Action::Split { .. }
            | Action::Message(_, None)
            | Action::SetTrait { .. }
            | Action::Tag(_)
            | Action::Repeat { .. }
            | Action::Webhook(_)
            | Action::Task(_)
            | Action::TellSales(_)
            | Action::End => Some(place),
        },
    };
    advance(run, program, from, drawn, call)
}

/// Executes steps from `from` on. Returns why the run ended, if it did.
pub(crate) fn advance(
    run: &mut Run,
    program: &Program,
    from: Option<usize>,
    drawn: &mut Vec<Drawn>,
    call: &mut Call,
) -> Option<EndReason> {
    go(run, program, from, From::Elsewhere, drawn, call)
}

/// Whether the run stood at the step already, and was counted there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Here,
    Elsewhere,
}

fn go(
    run: &mut Run,
    program: &Program,
    place: Option<usize>,
    mut from: From,
    drawn: &mut Vec<Drawn>,
    call: &mut Call,
) -> Option<EndReason> {
    let mut next = place;
    loop {
        let Some(op) = next.and_then(|it| program.op(it)) else {
            return Some(EndReason::Completed);
        };
        run.step.clone_from(&op.address);
        let rounds = op.within.as_ref().and_then(|it| run.rounds.iter().find(|r| r.step == *it));
        run.visit = run.visits_before + rounds.map_or(1, |it| it.all);
        run.ready = call.budget == 0;
        if run.ready {
            run.wake = Some(call.world.now);
            return None;
        }
        call.budget -= 1;
        if std::mem::replace(&mut from, From::Elsewhere) == From::Elsewhere {
            call.commands.push(Command::Reached {
                run: run.id,
                journey: run.journey.clone(),
                version: run.version,
                step: run.step.clone(),
            });
        }
        match execute(run, op, &program.journey, drawn, call) {
            Then::Go(place) => next = place,
            Then::WaitUntil(wake) => {
                run.wake = Some(wake);
                return None;
            }
            Then::End(why) => return Some(why),
        }
    }
}

/// Whether an event is the business of a run with this key. An event that says nothing about the key
/// (an order without its cart) concerns all runs: better to fall silent about one cart too many.
pub(crate) fn concerns(journey: &Journey, key: Option<&str>, event: &Event) -> bool {
    let (Some(path), Some(key)) = (&journey.key, key) else { return true };
    read_key(path, Some(event)).map_or(true, |it| it == key)
}

fn execute(
    run: &mut Run,
    op: &Op,
    journey: &Journey,
    drawn: &mut Vec<Drawn>,
    call: &mut Call,
) -> Then {
    let now = call.world.now;
    match &op.action {
        Action::Wait(span) => Then::WaitUntil(now.plus(*span)),
        Action::WaitUntil { until, .. } if call.is_so(until) => Then::Go(op.next),
        Action::WaitUntil { timeout, .. } => Then::WaitUntil(now.plus(*timeout)),
        Action::WaitForWindow(window) => {
            let zone = zone_or(call.world.zone, call.world.default_zone);
            match window.opens(now, &zone) {
                Some(opening) if now < opening => Then::WaitUntil(opening),
                Some(_) | None => Then::Go(op.next),
            }
        }
        Action::Branch(arms) => {
            let fits = arms.iter().find(|(when, _)| match when {
                Some(when) => call.holds(when, Some(&run.vars)),
                None => true,
            });
            Then::Go(fits.map_or(op.next, |(_, entry)| *entry))
        }
        Action::Split { arms, weights } => Then::Go(split(run, op, arms, weights, drawn, call)),
        Action::Message(message, otherwise) => {
            call.commands.push(Command::Candidate(ask(run, message, op.pinned)));
            match otherwise {
                None => Then::Go(op.next),
                Some(_) => {
                    Then::WaitUntil(now.plus(message.expires).plus(MessageStep::KNOWN_WITHIN))
                }
            }
        }
        Action::SetTrait { name, value } => {
            set_trait(run, name, value.clone(), call);
            Then::Go(op.next)
        }
        Action::Tag(tags) => {
            match tagged(call.trait_value(TAGS).as_ref(), tags) {
                Ok(value) => set_trait(run, TAGS, value, call),
                Err(why) => fail(run, why, call),
            }
            Then::Go(op.next)
        }
        Action::Repeat { times, condition, round } => {
            let holds = condition.as_ref().is_none_or(|it| call.holds(it, Some(&run.vars)));
            Then::Go(if go_round(run, *times, holds) { *round } else { op.next })
        }
        Action::Webhook(step) => {
            call.commands.push(Command::Webhook(hook(run, step, call)));
            Then::Go(op.next)
        }
        Action::Task(step) => {
            call.commands.push(Command::Task(task(run, step, now)));
            Then::Go(op.next)
        }
        Action::TellSales(step) => {
            match lead(run, step, journey, call) {
                Some(lead) => call.commands.push(Command::Task(lead)),
                None => fail(run, Failure::NobodyToTell, call),
            }
            Then::Go(op.next)
        }
        Action::End => Then::End(EndReason::Completed),
    }
}

fn fail(run: &Run, why: Failure, call: &mut Call) {
    call.commands.push(Command::StepFailed {
        run: run.id,
        journey: run.journey.clone(),
        version: run.version,
        step: run.step.clone(),
        why,
    });
}

fn set_trait(run: &Run, name: &str, value: Value, call: &mut Call) {
    call.set.insert(name.to_owned(), value.clone());
    call.commands.push(Command::SetTrait { run: run.id, name: name.to_owned(), value });
}

/// Whether another round begins, which it is counted as if so. Left behind, the loop begins anew when
/// the run comes to it again, and only the count of all rounds goes on.
fn go_round(run: &mut Run, times: u32, holds: bool) -> bool {
    let known = run.rounds.iter().position(|it| it.step == run.step);
    let place = known.unwrap_or_else(|| {
        run.rounds.push(Rounds { step: run.step.clone(), now: 0, all: 0 });
        run.rounds.len() - 1
    });
    let rounds = &mut run.rounds[place];
    let again = holds && rounds.now < times;
    if again {
        (rounds.now, rounds.all) = (rounds.now + 1, rounds.all + 1);
    } else {
        rounds.now = 0;
    }
    again
}

/// The arm that the person was in before, as long as it exists; else the arm of a hash that does not
/// depend on version, run or time.
fn split(
    run: &Run,
    op: &Op,
    arms: &[(String, Option<usize>)],
    weights: &[f64],
    drawn: &mut Vec<Drawn>,
    call: &mut Call,
) -> Option<usize> {
    let known = drawn.iter().position(|it| it.journey == run.journey && it.step == op.address);
    let arm_of = |name: &str| arms.iter().position(|(arm, _)| arm == name);
    let before = known.and_then(|it| arm_of(&drawn[it].arm));
    let arm = before.or_else(|| {
        let (journey, person) = (run.journey.as_str(), call.world.person.0.to_le_bytes());
        let words: [&[u8]; 4] = [b"split", journey.as_bytes(), op.address.as_bytes(), &person];
        call.world.chance.draw(&words).pick(weights)
    });
    let Some((name, entry)) = arm.and_then(|it| arms.get(it)) else { return op.next };
    let (journey, step, arm) = (run.journey.clone(), op.address.clone(), name.clone());
    let mut at = known.map_or(call.world.now, |it| drawn[it].at);
    if before.is_none() {
        at = call.world.now;
        drawn.retain(|it| it.journey != journey || it.step != step);
        let (journey, step, arm) = (journey.clone(), step.clone(), arm.clone());
        drawn.push(Drawn { journey, step, arm, at });
        drawn.drain(..drawn.len().saturating_sub(MAX_DRAWN));
    }
    let (run, version) = (run.id, run.version);
    call.commands.push(Command::Arm { run, journey, version, step, arm, drawn: at });
    *entry
}

/// The key of what the step at which the run stands asks for. Outside of loops the visit is always 1.
pub(crate) fn message_key(run: &Run) -> String {
    format!("journey/{}/{}/{}/{}", run.journey, run.id, run.step, run.visit)
}

fn ask(run: &Run, message: &MessageStep, pinned: bool) -> Ask {
    Ask {
        run: run.id,
        journey: run.journey.clone(),
        version: run.version,
        step: run.step.clone(),
        key: message_key(run),
        content: message.content.clone(),
        pinned,
        channels: message.channels.clone(),
        expires: message.expires,
        value: message.value,
        class: message.class,
        vars: run.vars.clone(),
    }
}
