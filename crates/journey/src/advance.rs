//! Carries a run from step to step until it waits or ends.

use crate::definition::{Journey, MessageStep, OnTimeout, Until};
use crate::local::zone_or;
use crate::program::{Action, Op, Program};
use crate::runs::{Ask, Call, Command, Drawn, EndReason, Input, MAX_DRAWN, Run, read_key};
use model::{Event, Timestamp};

/// There are no loops yet, so that a run visits a step once. The number is part of a message's key
/// all the same: keys of messages already sent must not change when loops come.
const VISIT: u32 = 1;

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
            Action::WaitForWindow(_) => Some(place),
            // Nobody has said that it went out.
            Action::Message(_, Some(otherwise)) => *otherwise,
            Action::Branch(_)
            | Action::Split { .. }
            | Action::Message(_, None)
            | Action::SetTrait { .. }
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
    let mut next = from;
    loop {
        let Some(op) = next.and_then(|it| program.op(it)) else {
            return Some(EndReason::Completed);
        };
        run.step.clone_from(&op.address);
        run.ready = call.budget == 0;
        if run.ready {
            run.wake = Some(call.world.now);
            return None;
        }
        call.budget -= 1;
        match execute(run, op, drawn, call) {
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

fn execute(run: &mut Run, op: &Op, drawn: &mut Vec<Drawn>, call: &mut Call) -> Then {
    let now = call.world.now;
    match &op.action {
        Action::Wait(span) => Then::WaitUntil(now.plus(*span)),
        Action::WaitUntil { until: Until::Entered { audience }, .. }
            if call.world.lookup.in_audience(audience) =>
        {
            Then::Go(op.next)
        }
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
            call.commands.push(Command::Candidate(ask(run, message)));
            match otherwise {
                None => Then::Go(op.next),
                Some(_) => {
                    Then::WaitUntil(now.plus(message.expires).plus(MessageStep::KNOWN_WITHIN))
                }
            }
        }
        Action::SetTrait { name, value } => {
            call.set.insert(name.clone(), value.clone());
            let (name, value) = (name.clone(), value.clone());
            call.commands.push(Command::SetTrait { run: run.id, name, value });
            Then::Go(op.next)
        }
        Action::End => Then::End(EndReason::Completed),
    }
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
    if before.is_none() {
        drawn.retain(|it| it.journey != journey || it.step != step);
        let (journey, step, arm) = (journey.clone(), step.clone(), arm.clone());
        drawn.push(Drawn { journey, step, arm, at: call.world.now });
        drawn.drain(..drawn.len().saturating_sub(MAX_DRAWN));
    }
    call.commands.push(Command::Arm { run: run.id, journey, step, arm });
    *entry
}

/// The key of the message that the step at which the run stands asks for.
pub(crate) fn message_key(run: &Run) -> String {
    format!("journey/{}/{}/{}/{VISIT}", run.journey, run.id, run.step)
}

fn ask(run: &Run, message: &MessageStep) -> Ask {
    Ask {
        run: run.id,
        journey: run.journey.clone(),
        step: run.step.clone(),
        key: message_key(run),
        content: message.content.clone(),
        channels: message.channels.clone(),
        expires: message.expires,
        value: message.value,
        class: message.class,
        vars: run.vars.clone(),
    }
}
