//! The whole chain of one message, in plain words: who asked for it, what was looked at, what became
//! of it.

use engine::Loaded;
use journey::Trigger;
use model::{Message, MessageId, MessageState, Origin, Purpose, Request, Timestamp};
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
        MessageState::InFlight { channel, since, .. } => {
            format!("It is on the wire by {channel} since {since}.")
        }
        MessageState::Ended { outcome, reason, channel, at } => {
            let channel = channel.map(|it| format!(" by {it}")).unwrap_or_default();
            format!("It ended {at} as {}{channel}: {}.", outcome.name(), reason.text())
        }
    }
}
