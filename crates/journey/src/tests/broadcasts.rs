//! Broadcasts: their states, their times in each zone, and the checkpoint of the fan-out.

use crate::*;
use model::{CampaignName, Channel, ContentName, PersonId, Span, Timestamp};

/// When what is started is started.
const START: Timestamp = Timestamp(1_795_000_000_000);

#[test]
fn states_change_as_the_table_says() {
    // One row per state: what plan, approve, start, pause, resume, cancel and finish make of it.
    let table = "
        draft     planned -       -       -      -       cancelled -
        planned   planned planned running -      -       cancelled -
        running   -       -       -       paused -       cancelled done
        paused    -       -       -       -      running cancelled -
        done      -       -       -       -      -       -         -
        cancelled -       -       -       -      -       -         -
    ";
    for row in table.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let mut words = row.split_whitespace();
        let name = words.next().unwrap();
        let state = BroadcastState::ALL.into_iter().find(|it| it.name() == name).unwrap();
        for (action, expected) in BroadcastAction::ALL.into_iter().zip(words) {
            let found = transition(state, action);
            let shown = found.as_ref().map_or("-", |it| it.name());
            assert_eq!(shown, expected, "{name} and {action:?}");
            if let Err(problem) = found {
                assert!(!problem.hint.is_empty());
            }
        }
    }
    let refused = transition(BroadcastState::Draft, BroadcastAction::Start).unwrap_err();
    assert_eq!(refused.message, "what is draft cannot be started");
}

#[test]
fn a_refused_action_changes_nothing() {
    let mut progress = Progress::default();
    assert!(progress.apply(BroadcastAction::Pause).is_err());
    assert!(progress.start(false, "", START).is_err());
    assert_eq!(progress, Progress::default());
}

#[test]
fn it_begins_by_itself_at_its_time_and_not_after_its_end() {
    let broadcast = broadcast(Some(SendAt::Instant(at("2026-11-27T09:00:00Z"))));
    let mut progress = Progress::default();
    progress.plan(broadcast.first_due(), "ada", at("2026-11-22T00:00:00Z")).unwrap();
    assert!(!progress.is_due(at("2026-11-27T08:59:59Z")));
    assert!(progress.is_due(at("2026-11-27T09:00:00Z")));
    progress.start(broadcast.approval, "", START).unwrap();
    assert!(!progress.is_due(Timestamp::MAX));
    let mut late = Progress::default();
    late.plan(broadcast.first_due(), "ada", at("2026-11-28T00:00:00Z")).unwrap();
    assert!(!late.is_due(Timestamp::MAX), "whoever plans has not seen the plan yet");
}

#[test]
fn no_stretch_of_time_holds_more_than_the_rate_and_one_burst() {
    for (at_most, per) in
        [(1_000, Span::MINUTE), (3, Span::HOUR), (50_000, Span::SECOND), (7, Span(13))]
    {
        let rate = Rate { at_most, per };
        let (mut progress, mut now, mut made) =
            (Progress::default(), at("2026-11-27T09:00:00Z"), Vec::new());
        for step in 0..400_i64 {
            let people = progress.room(Some(rate), 500, now);
            progress.made(people, Some(rate), now);
            made.push((now, people as i64));
            // Mostly a look as soon as it may go on; now and then much later, and sometimes early.
            let next = progress.next_at.unwrap();
            now = match step % 7 {
                0 => next.plus(per),
                1 => Timestamp(now.0 + (next.0 - now.0) / 2),
                _ => next.max(now),
            };
        }
        let burst = i64::from(at_most) * 1_000 / per.0;
        for (i, (from, _)) in made.iter().enumerate() {
            let within = made[i..].iter().take_while(|it| it.0.0 < from.0 + per.0);
            let people: i64 = within.map(|it| it.1).sum();
            assert!(people <= i64::from(at_most) + burst.max(1), "{people} in {per} at {rate:?}");
        }
        assert!(made.iter().filter(|it| 0 < it.1).count() > 200, "{rate:?} goes on");
    }
    assert_eq!(Progress::default().room(None, 500, at("2026-11-27T09:00:00Z")), 500);
}

#[test]
fn a_second_person_approves_exactly_what_is_sent() {
    let now = at("2026-11-22T00:00:00Z");
    let broadcast = Broadcast { approval: true, ..broadcast(None) };
    let mut progress = Progress::default();
    progress.plan(broadcast.first_due(), "ada", now).unwrap();
    let told = |it: Result<(), model::Problem>| it.unwrap_err().message;
    assert_eq!(told(progress.start(broadcast.approval, "v1", START)), "nobody has approved it yet");
    let own = told(progress.approve("ada", "v1", now));
    assert_eq!(own, "who planned it cannot approve it as well");
    progress.approve("bob", "v1", now).unwrap();
    assert_eq!(
        told(progress.start(broadcast.approval, "v2", START)),
        "it changed since bob approved it"
    );
    let stored = serde_json::to_string(&progress).unwrap();
    let mut progress: Progress = serde_json::from_str(&stored).unwrap();
    progress.plan(broadcast.first_due(), "bob", now).unwrap();
    assert_eq!(told(progress.start(broadcast.approval, "v1", START)), "nobody has approved it yet");
    progress.approve("ada", "v1", now).unwrap();
    progress.start(broadcast.approval, "v1", START).unwrap();
    assert_eq!(progress.state, BroadcastState::Running);
}

#[test]
fn a_local_time_comes_in_each_zone_and_survives_clock_changes() {
    let check = |local: &str, zone: &str, expected: &str| {
        let local = LocalDateTime::parse(local).unwrap();
        let due = broadcast(Some(SendAt::Local(local))).due_in(Some(zone), "UTC");
        assert_eq!(due, Some(at(expected)), "{local:?} in {zone}");
    };
    check("2026-11-27T09:00", "Europe/Amsterdam", "2026-11-27T08:00:00Z");
    check("2026-11-27T09:00", "America/New_York", "2026-11-27T14:00:00Z");
    check("2026-11-27T09:00", "Pacific/Kiritimati", "2026-11-26T19:00:00Z");
    check("2026-11-27T09:00", "no such place", "2026-11-27T09:00:00Z");
    // 02:30 is skipped in Amsterdam on 29 March, and comes twice on 25 October.
    check("2026-03-29T02:30", "Europe/Amsterdam", "2026-03-29T01:30:00Z");
    check("2026-10-25T02:30", "Europe/Amsterdam", "2026-10-25T00:30:00Z");
    let local = LocalDateTime::parse("2026-11-27T09:00").unwrap();
    let local = broadcast(Some(SendAt::Local(local)));
    for zone in ["Pacific/Kiritimati", "Europe/Amsterdam", "Etc/GMT+12", "Pacific/Pago_Pago"] {
        let due = local.due_in(Some(zone), "UTC");
        assert!(local.first_due() <= due && due <= local.last_due(), "{zone}");
    }
    assert_eq!(broadcast(None).due_in(Some("UTC"), "UTC"), None);
}

#[test]
fn local_times_have_no_zone() {
    assert_eq!(
        LocalDateTime::parse("2026-11-27 09:00").unwrap().to_string(),
        "2026-11-27T09:00:00"
    );
    for text in ["2026-11-27T09:00Z", "2026-11-27T09:00+01:00", "soon", "2026-02-30T09:00"] {
        let problem = LocalDateTime::parse(text).unwrap_err();
        assert_eq!(problem.message, format!("`{text}` is not a local date and time"));
    }
}

#[test]
fn a_broadcast_survives_being_stored() {
    let local = SendAt::Local(LocalDateTime::parse("2026-11-27T09:00").unwrap());
    for at in [None, Some(local), Some(SendAt::Instant(Timestamp(1)))] {
        let broadcast = broadcast(at);
        let stored = serde_json::to_string(&broadcast).unwrap();
        assert_eq!(serde_json::from_str::<Broadcast>(&stored).unwrap(), broadcast);
    }
}

#[test]
fn malformed_broadcasts_are_told_what_to_do() {
    let check = |change: &dyn Fn(&mut Broadcast), expected: &str| {
        let mut broadcast = broadcast(None);
        change(&mut broadcast);
        let problems = check_broadcast(&broadcast);
        let told: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(told.join("\n"), expected);
    };
    check(&|_| (), "");
    check(
        &|it| it.name = "a/b".into(),
        "the name of the broadcast has a slash or a control character in it",
    );
    check(&|it| it.audience.clear(), "the audience has no name");
    check(&|it| it.content = "".into(), "the content has no name");
    check(&|it| it.channels.clear(), "the broadcast has no channels");
    check(&|it| it.value = f64::INFINITY, "the broadcast has the value inf");
    check(
        &|it| it.rate = Some(Rate { at_most: 0, per: Span::DAY }),
        "the broadcast: `rate` lets nobody through",
    );
    check(&|it| it.expires = Span::ZERO, "the broadcast: `expires` must be longer than nothing");
}

#[test]
fn each_person_has_one_key() {
    assert_eq!(broadcast(None).candidate_key(PersonId(12)), "broadcast/friday/p12");
}

fn broadcast(at: Option<SendAt>) -> Broadcast {
    Broadcast {
        name: CampaignName::from("friday"),
        owner: "crm@shop.example".to_owned(),
        audience: "customers".to_owned(),
        content: ContentName::from("sale"),
        channels: vec![Channel::Email],
        at,
        class: None,
        value: 1.0,
        expires: Span::DAY,
        rate: None,
        approval: false,
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}
