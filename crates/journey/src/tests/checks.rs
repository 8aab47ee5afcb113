//! Each malformed thing in a journey, and what is said about it.

use super::written::parse_journeys;
use crate::*;
use model::{Span, Value};

#[test]
fn a_good_journey_has_no_problems() {
    check("wait 10m\n  message m\n  end", "");
    check("split\n    a 1\n    b 1\n      message m", "");
}

#[test]
fn waits_are_longer_than_nothing_and_not_longer_than_ten_years() {
    check("wait 0s", "step 0: the wait must be longer than nothing");
    check("wait 3660d", "");
    check("message m\n  wait 3661d", "step 1: the wait is longer than ten years");
    check("until A 0s", "step 0: the timeout must be longer than nothing");
    check("until A 4000d", "step 0: the timeout is longer than ten years");
}

#[test]
fn otherwise_is_the_last_arm_and_arms_have_steps() {
    check(
        "branch\n    otherwise\n      end\n    when trait(\"x\") == 1\n      end",
        "step 0: `otherwise` is not the last arm, so that no run gets to those after it",
    );
    check("branch\n    when trait(\"x\") == 1", "step 0: arm 0 has no steps");
    check("branch\n    otherwise\n      wait 1m", "step 0: there is nothing but `otherwise`");
    check("branch", "step 0: there are 0 arms; at least 1 must be");
}

#[test]
fn splits_have_arms_with_names_and_positive_weights() {
    let arm = |name: &str, weight: &str| format!("    {name} {weight}\n      message m\n");
    let split = |arms: &[String]| format!("split\n{}", arms.concat());
    check(
        &split(&[arm("a", "0"), arm("b", "-1")]),
        "step 0: the arm `a` has the weight 0\nstep 0: the arm `b` has the weight -1",
    );
    check(
        &split(&[arm("a", "NaN"), arm("b", "inf")]),
        "step 0: the arm `a` has the weight NaN\nstep 0: the arm `b` has the weight inf",
    );
    check(&split(&[arm("a", "1")]), "step 0: there are 1 arms; at least 2 must be");
    check("split", "step 0: there are 0 arms; at least 2 must be");
    check(
        &split(&[arm("a", "1"), arm("a", "1")]),
        "step 0: the arm `a` is there twice\nstep 0.a.0: another step has the same id",
    );
    check(&split(&[arm("a.b", "1"), arm("c", "1")]), "step 0: `a.b` is not a name for an arm");
    check("split\n    a 1\n    b 1", "step 0: no arm has steps");
    let many: Vec<String> = (0..21).map(|it| arm(&format!("a{it}"), "1")).collect();
    check(&split(&many), "step 0: there are 21 arms; at most 20 may be");
}

#[test]
fn ids_are_words_and_unique() {
    check("#a wait 1m\n  #a wait 1m", "step a: another step has the same id");
    check("#1 wait 1m", "step 1: this is not an id");
    check("#a.b wait 1m", "step a.b: this is not an id");
    check(
        "#a branch\n    when trait(\"x\") == 1\n      #a end",
        "step a: another step has the same id",
    );
}

#[test]
fn messages_have_content_channels_and_an_expiry() {
    let message = |change: &dyn Fn(&mut MessageStep)| {
        let mut journey = parse_journeys("journey t on A\n  message m").remove(0);
        let Step::Message(message) = &mut journey.steps[0].step else { unreachable!() };
        change(message);
        told(&journey)
    };
    assert_eq!(message(&|it| it.channels.clear()), "step 0: the message has no channels");
    assert_eq!(
        message(&|it| it.channels.push(model::Channel::Email)),
        "step 0: the message has the channel `email` twice"
    );
    assert_eq!(message(&|it| it.content = "".into()), "step 0: the content has no name");
    assert_eq!(
        message(&|it| it.expires = Span(-1)),
        "step 0: `expires` must be longer than nothing"
    );
    assert_eq!(message(&|it| it.value = f64::NAN), "step 0: the message has the value NaN");
    assert_eq!(message(&|it| it.value = -1.0), "step 0: the message has the value -1");
}

#[test]
fn steps_that_no_run_can_reach_are_named() {
    let text = "no run can get here, since all ways before it end";
    check("end\n  wait 1m\n  wait 1m", &format!("step 1: {text}"));
    check(
        "branch\n    when trait(\"x\") == 1\n      end\n    otherwise\n      end\n  wait 1m",
        &format!("step 1: {text}"),
    );
    check("branch\n    when trait(\"x\") == 1\n      end\n  wait 1m", "");
    check("split\n    a 1\n      end\n    b 1\n  wait 1m", "");
    check("split\n    a 1\n      end\n    b 1\n      end\n  wait 1m", &format!("step 1: {text}"));
}

#[test]
fn windows_list_each_day_once() {
    check("window 09:00-17:00 mon,mon", "step 0: a day is there twice");
}

#[test]
fn settings_are_checked_too() {
    let setting = |change: &dyn Fn(&mut Journey)| {
        let mut journey = parse_journeys("journey t on A\n  goal B\n  wait 1m").remove(0);
        change(&mut journey);
        told(&journey)
    };
    assert_eq!(setting(&|_| ()), "");
    assert_eq!(setting(&|it| it.name = "".into()), "journey: the journey has no name");
    assert_eq!(
        setting(&|it| it.name = "a/b".into()),
        "journey: the name of the journey has a slash or a control character in it"
    );
    assert_eq!(
        setting(&|it| it.name = model::JourneyName("x".repeat(101))),
        "journey: the name of the journey is longer than 100 characters"
    );
    let nameless = Trigger::Event { name: " ".to_owned(), when: None };
    assert_eq!(setting(&|it| it.trigger = nameless.clone()), "trigger: the event has no name");
    assert_eq!(setting(&|it| it.key = Some(String::new())), "key: the path is empty");
    assert_eq!(
        setting(&|it| {
            it.key = Some("k".to_owned());
            it.trigger = Trigger::Entered { audience: "vip".to_owned() };
        }),
        "key: only the triggers `event`, `conversation` and `api` have properties to take a key from"
    );
    assert_eq!(
        setting(&|it| it.reentry = Reentry::After(Span::ZERO)),
        "reentry: the span must be longer than nothing"
    );
    assert_eq!(
        setting(&|it| it.late = Span::days(9_999)),
        "late: the span is longer than ten years"
    );
    let goal = |change: &dyn Fn(&mut Goal)| setting(&|it| change(it.goal.as_mut().unwrap()));
    assert_eq!(goal(&|it| it.event.clear()), "goal: the event has no name");
    assert_eq!(
        goal(&|it| it.within = Some(Span::ZERO)),
        "goal: `within` must be longer than nothing"
    );
    assert_eq!(goal(&|it| it.value = Some(String::new())), "goal: the path of the value is empty");
    let exit = expr::parse("audience(\"vip\")").unwrap();
    assert_eq!(
        setting(&|it| it.exit = vec![exit.clone(); 21]),
        "exit: there are more than 20 criteria"
    );
    assert_eq!(setting(&|it| it.steps.clear()), "steps: the journey has no steps");
}

#[test]
fn names_inside_steps_are_checked() {
    let step = |step: Step| {
        let mut journey = parse_journeys("journey t on A\n  end").remove(0);
        journey.steps = vec![step.into()];
        told(&journey)
    };
    let set = Step::SetTrait { name: String::new(), value: Value::Null };
    assert_eq!(step(set), "step 0: the trait has no name");
    let until = Step::WaitUntil {
        until: Until::Entered { audience: String::new() },
        timeout: Span::DAY,
        on_timeout: OnTimeout::End,
    };
    assert_eq!(step(until), "step 0: it is not said what to wait for");
}

#[test]
fn size_and_depth_are_bounded() {
    check(&"wait 1m\n  ".repeat(MAX_STEPS), "");
    check(
        &"wait 1m\n  ".repeat(MAX_STEPS + 1),
        "steps: the journey has 501 steps; at most 500 may be",
    );
    let nested = |levels: usize| {
        let mut node = Node::from(Step::Wait(Span::MINUTE));
        for _ in 0..levels {
            let when = Some(expr::parse("audience(\"vip\")").unwrap());
            node = Step::Branch(vec![Arm { when, steps: vec![node] }]).into();
        }
        let mut journey = parse_journeys("journey t on A\n  end").remove(0);
        journey.steps = vec![node];
        told(&journey)
    };
    assert_eq!(nested(MAX_DEPTH), "");
    assert!(nested(MAX_DEPTH + 1).ends_with("branches and splits are more than 12 levels deep"));
}

/// What cannot run is not taken, so that the engine never meets it.
#[test]
fn a_malformed_journey_is_not_taken() {
    let mut journeys = Journeys::new();
    let bad = parse_journeys("journey t on A\n  wait 0s").remove(0);
    assert!(journeys.insert(bad).is_err());
    assert_eq!(journeys.names().count(), 0);
}

fn check(steps: &str, expected: &str) {
    let text = format!("journey t on A\n  {}", steps.trim());
    assert_eq!(told(&parse_journeys(&text)[0]), expected, "for\n{text}");
}

fn told(journey: &Journey) -> String {
    let problems = crate::check(journey);
    assert!(problems.iter().all(|it| !it.hint.is_empty()), "each has a remedy: {problems:?}");
    problems.into_iter().map(|it| it.message).collect::<Vec<_>>().join("\n")
}
