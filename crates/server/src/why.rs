//! The whole chain of one message, in plain words: who asked for it, what was looked at, what became
//! of it.

use engine::Loaded;
use journey::Trigger;
use model::{
    Channel, Choice, Message, MessageId, MessageState, OfferedHour, Origin, PARTS, Purpose,
    Request, Timestamp,
};
use port::{StoreError, Views};

/// The chain of `message`, line by line; none when there is no such message.
pub fn why(
    views: &dyn Views,
    loaded: &Loaded,
    message: MessageId,
    now: Timestamp,
) -> Result<Option<Vec<String>>, StoreError> {
    let Some(message) = views.message(message)? else { return Ok(None) };
    let mut lines = vec![
        format!(
            "{} is the content `{}` on the topic `{}` for {}.",
            message.id, message.content, message.topic, message.person
        ),
        asked_for(&message, loaded),
    ];
    lines.extend(consent(views, &message, now)?);
    lines.extend(message.choice.as_deref().map(drawn));
    for entry in &message.trail {
        let detail =
            if entry.detail.is_empty() { String::new() } else { format!(" ({})", entry.detail) };
        lines.push(format!(
            "{}  {}: {}{detail}",
            entry.at,
            entry.reason.code(),
            entry.reason.text()
        ));
    }
    lines.push(stands(&message));
    Ok(Some(lines))
}

fn asked_for(message: &Message, loaded: &Loaded) -> String {
    match &message.origin {
        Origin::Journey { journey, run, step } => {
            let begins = trigger(message, loaded).unwrap_or_default();
            format!("The journey `{journey}` asked for it in step {step} of run {run}{begins}.")
        }
        Origin::Broadcast { campaign } => {
            let broadcasts = &loaded.programme.broadcasts;
            let audience = broadcasts.iter().find(|it| it.name == *campaign).map(|it| &it.audience);
            let to = audience.map(|it| format!(", to the audience `{it}`")).unwrap_or_default();
            format!("The broadcast `{campaign}` asked for it{to}.")
        }
        Origin::Api => "A program asked for it through the API.".to_owned(),
        Origin::Request { what: Request::Confirmation } => {
            "Somebody signed up with this address, which is to be confirmed.".to_owned()
        }
        Origin::Request { what: Request::Link } => {
            "The person asked for a link to all their choices.".to_owned()
        }
    }
}

fn trigger(message: &Message, loaded: &Loaded) -> Option<String> {
    let Origin::Journey { journey, .. } = &message.origin else { return None };
    Some(match &loaded.journeys.latest(journey)?.trigger {
        Trigger::Event { name, when: None } => format!(", which begins with the event `{name}`"),
        Trigger::Event { name, when: Some(when) } => {
            format!(", which begins with the event `{name}` where {when}")
        }
        Trigger::Entered { audience } => {
            format!(", which begins when somebody enters the audience `{audience}`")
        }
        Trigger::Left { audience } => {
            format!(", which begins when somebody leaves the audience `{audience}`")
        }
        Trigger::Date(it) => format!(", which begins by the date in the trait `{}`", it.name),
        Trigger::Schedule(it) => {
            format!(", which begins by a schedule for the audience `{}`", it.audience)
        }
        Trigger::Called => ", which is begun by a call of the API".to_owned(),
        Trigger::Conversation { kind, .. } => {
            let kind = kind.map_or("any kind", model::Conversation::name);
            format!(", which begins with a conversation ({kind})")
        }
    })
}

/// The statement on which it rests today.
fn consent(
    views: &dyn Views,
    message: &Message,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    if message.purpose == Purpose::Transactional {
        return Ok(Some("It is transactional: the person asked for what it is about.".to_owned()));
    }
    let Some(channel) = message.channel().or(message.channels.first().copied()) else {
        return Ok(None);
    };
    let Some(person) = views.load(&[views.current(message.person)?])?.pop() else {
        return Ok(None);
    };
    let deciding = person.consents.deciding(
        message.purpose,
        channel,
        &message.topic,
        message.to.as_ref(),
        now,
    );
    Ok(Some(match deciding {
        Some(it) => {
            let state = format!("{:?}", it.state).to_lowercase();
            let source = if it.source.is_empty() { "an unnamed source" } else { &it.source };
            format!("Consent for {channel} now: {state}, stated {} ({source}).", it.at)
        }
        None => format!("Consent for {channel} now: the person never said anything."),
    }))
}

/// What chance decided, and what else it might have.
fn drawn(choice: &Choice) -> String {
    let part = |parts: u32| f64::from(parts) / f64::from(PARTS);
    let moment = |channel: Channel, hour: u8| {
        let day = DAYS[usize::from(hour / 24) % DAYS.len()];
        format!("{channel} at {:02}:00 on {day}", hour % 24)
    };
    let all = choice.offered.iter();
    let mut others: Vec<(Channel, OfferedHour)> = all
        .flat_map(|it| it.hours.iter().map(|hour| (it.channel, *hour)))
        .filter(|it| (it.0, choice.at.0 + it.1.after_ms) != (choice.channel, choice.instant.0))
        .collect();
    others.sort_by_key(|it| std::cmp::Reverse(it.1.parts));
    let next = others.first().map_or(String::new(), |it| {
        format!("; the next likeliest was {} with {:.2}", moment(it.0, it.1.hour), part(it.1.parts))
    });
    let hour = choice.drawn().map_or(0, |it| it.hour);
    format!(
        "Drawn by lot: {}, where the person lives, was chosen with probability {:.2} among {} hours \
         that were free{next} (learned policy {}, {:.0} % spread evenly).",
        moment(choice.channel, hour),
        choice.probability(),
        choice.len(),
        choice.policy,
        100.0 * part(choice.floor),
    )
}

const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn stands(message: &Message) -> String {
    match &message.state {
        MessageState::Waiting => {
            format!("It competes for the person's attention until {}.", message.expires)
        }
        MessageState::Planned { channel, at, attempt, .. } => {
            let tried =
                if *attempt == 0 { String::new() } else { format!(", tried {attempt} times") };
            format!("It is planned for {at} by {channel}{tried}.")
        }
        MessageState::Joined { host } => {
            format!("It got no place of its own and leaves as a part of {host}.")
        }
        MessageState::InFlight { channel, since, .. } => {
            format!("It is on the wire by {channel} since {since}.")
        }
        MessageState::Ended { outcome, reason, channel, at } => {
            let channel = channel.map(|it| format!(" by {it}")).unwrap_or_default();
            format!("It ended {at} as {}{channel}: {}.", outcome.name(), reason.text())
        }
    }
}
