//! Consent said in an event: how a form, a shop or an import tells us what a person agreed to.

use crate::{ConsentState, Consents, Policy, Statement};
use model::{
    Channel, Event, EventKind, Identifier, IdentifierKind, Map, Purpose, Span, Timestamp, Topic,
    Value,
};

/// The events that state consent, and what each states. Their properties: `channel` or `channels`
/// (none: all), `topic` or `topics` (none: all), `wording`, the text that the person saw or its
/// version, `proof`, where its proof is, `source`, where it was said, `address`, the one of the
/// person's addresses that it is about (none: all), and `expires`, a time. With `purpose: measurement` it is about being measured, which has no channels and topics.
pub const CONSENT_EVENTS: [(&str, ConsentState); 3] = [
    ("Consent Given", ConsentState::Granted),
    ("Consent Withdrawn", ConsentState::Withdrawn),
    ("Consent Requested", ConsentState::Unconfirmed),
];

/// What an event states about consent; nothing for any other event. A channel that does not exist
/// is left out, and where only such are named nothing is stated: a yes must not grow by a typing
/// error. A no without a readable channel is a no to everything.
pub fn statements_of(event: &Event) -> Vec<Statement> {
    let EventKind::Track { name } = &event.kind else { return Vec::new() };
    let Some((_, state)) = CONSENT_EVENTS.iter().find(|it| it.0 == name) else {
        return Vec::new();
    };
    let properties = &event.properties;
    let text = |name: &str| properties.get(name).and_then(Value::as_text).unwrap_or_default();
    let source = match text("source") {
        "" => format!("event from {}", event.source),
        source => source.to_owned(),
    };
    let address = address(text("address"));
    let statement = |purpose: Purpose, channel: Option<Channel>, topic: Option<Topic>| Statement {
        purpose,
        channel,
        topic,
        address: address.clone().filter(|_| purpose == Purpose::Marketing),
        state: *state,
        at: event.time,
        source: source.clone(),
        wording: text("wording").to_owned(),
        proof: text("proof").to_owned(),
        expires: Timestamp::parse(text("expires")).ok(),
    };
    match text("purpose") {
        "" | "marketing" => {}
        "measurement" => return vec![statement(Purpose::Measurement, None, None)],
        // A yes to something unknown is no yes; a no is meant for all there is.
        _ if *state != ConsentState::Withdrawn => return Vec::new(),
        _ => {}
    }
    let named = words(properties, "channel", "channels");
    let mut channels: Vec<Option<Channel>> =
        named.iter().filter_map(|it| Channel::from_name(it)).map(Some).collect();
    if named.is_empty() || (channels.is_empty() && *state == ConsentState::Withdrawn) {
        channels = vec![None];
    }
    let topics: Vec<Option<Topic>> = match words(properties, "topic", "topics") {
        named if named.is_empty() => vec![None],
        named => named.into_iter().map(|it| Some(Topic::from(it))).collect(),
    };
    let each = |channel: &Option<Channel>| {
        topics
            .iter()
            .map(|topic| statement(Purpose::Marketing, *channel, topic.clone()))
            .collect::<Vec<_>>()
    };
    channels.iter().flat_map(each).collect()
}

/// How long a link that confirms can be used.
pub const CONFIRM_WITHIN: Span = Span::days(30);

/// Whether an address is to confirm what was said with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// It was, now or long ago.
    Given,
    /// As the policy has it.
    AsPolicy,
    /// It is, whatever the policy says: whoever took the statement promised to ask.
    Needed,
}

/// What a statement becomes under the sender's rules. Where a yes must be confirmed and was not, it
/// becomes a request by the address; a yes gets the end that the rules set, if it has none.
/// `address` is the e-mail address that came with it, `known` what the person said before.
pub fn received(
    statement: Statement,
    policy: &Policy,
    address: Option<&Identifier>,
    confirmation: Confirmation,
    known: &Consents,
) -> Vec<Statement> {
    let mut said = statement;
    if said.state == ConsentState::Granted && said.expires.is_none() {
        said.expires = policy.consent_lasts.map(|it| said.at + it);
    }
    if said.purpose == Purpose::Measurement {
        return vec![said];
    }
    let of_email = said.channel.is_none_or(|it| it == Channel::Email);
    let is_asked =
        confirmation == Confirmation::Needed || policy.double_opt_in.contains(Channel::Email);
    let to_confirm = is_asked
        && match said.state {
            ConsentState::Granted => confirmation != Confirmation::Given,
            ConsentState::Unconfirmed => true,
            ConsentState::Withdrawn => false,
        };
    if !of_email || !to_confirm {
        return vec![said];
    }
    let of_address = said.address.clone().or_else(|| address.cloned());
    let topic = said.topic.clone().unwrap_or_else(|| Topic::from(""));
    let holds = known.state(said.purpose, Channel::Email, &topic, of_address.as_ref(), said.at);
    if said.state == ConsentState::Granted && holds == Some(ConsentState::Granted) {
        return vec![said];
    }
    let request = Statement {
        channel: Some(Channel::Email),
        address: of_address,
        state: ConsentState::Unconfirmed,
        expires: Some(said.at + CONFIRM_WITHIN),
        ..said.clone()
    };
    // A yes to all channels is still one to those that need no confirmation.
    let mut statements = vec![request];
    if said.channel.is_none() && said.state == ConsentState::Granted {
        let others = Channel::ALL.into_iter().filter(|it| *it != Channel::Email);
        statements.extend(others.map(|it| Statement { channel: Some(it), ..said.clone() }));
    }
    statements
}

/// An e-mail address or a phone number; other text names no address, and the statement is about all.
fn address(text: &str) -> Option<Identifier> {
    if text.contains('@') {
        return Some(Identifier::email(text));
    }
    let is_number = text.starts_with('+') || text.starts_with(|it: char| it.is_ascii_digit());
    is_number.then(|| Identifier::new(IdentifierKind::Phone, text))
}

/// A property that holds one word or a list of them, under its singular or plural name.
fn words<'a>(properties: &'a Map, one: &str, several: &str) -> Vec<&'a str> {
    let found = properties.get(one).or_else(|| properties.get(several));
    match found {
        Some(Value::Text(word)) => vec![word.as_str()],
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Map(_)) | None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{EventFlags, SourceId};

    fn check(name: &str, properties: &[(&str, Value)], expected: &str) {
        let event = Event {
            source: SourceId::from("shop"),
            message_id: None,
            kind: EventKind::Track { name: name.to_owned() },
            user_id: Some("u".to_owned()),
            anonymous_id: None,
            properties: properties.iter().map(|it| (it.0.to_owned(), it.1.clone())).collect(),
            context: Map::new(),
            time: Timestamp(1_000),
            received: Timestamp(2_000),
            flags: EventFlags::default(),
        };
        let shown: Vec<String> = statements_of(&event)
            .iter()
            .map(|it| {
                let channel = it.channel.map_or("all", Channel::name);
                let topic = it.topic.as_ref().map_or("all", Topic::as_str);
                let purpose = if it.purpose == Purpose::Measurement { "measuring " } else { "" };
                let to = it.address.as_ref().map_or(String::new(), |it| format!(" for {it}"));
                format!("{purpose}{} {channel}/{topic}{to} at {}", it.state.name(), it.at.0)
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "for {name} {properties:?}");
    }

    #[test]
    fn consent_said_in_an_event_becomes_statements() {
        let text = |it: &str| Value::from(it);
        let list = |it: &[&str]| Value::List(it.iter().map(|it| text(it)).collect());
        check("Order Completed", &[("channel", text("email"))], "");
        check("Consent Given", &[("channel", text("email"))], "granted email/all at 1000");
        check(
            "Consent Given",
            &[("channels", list(&["email", "sms"])), ("topic", text("offers"))],
            "granted email/offers at 1000, granted sms/offers at 1000",
        );
        check("Consent Given", &[], "granted all/all at 1000");
        check("Consent Given", &[("channel", text("emial"))], "");
        check("Consent Withdrawn", &[("channel", text("emial"))], "withdrawn all/all at 1000");
        check(
            "Consent Withdrawn",
            &[("purpose", text("measurement"))],
            "measuring withdrawn all/all at 1000",
        );
        check(
            "Consent Given",
            &[("purpose", text("measurement")), ("channel", text("email"))],
            "measuring granted all/all at 1000",
        );
        let about = |address: &str| vec![("channel", text("email")), ("address", text(address))];
        let of_one = "granted email/all for email:a@shop.test at 1000";
        check("Consent Given", &about(" A@shop.test"), of_one);
        check("Consent Given", &about("+31 6 1"), "granted email/all for phone:+3161 at 1000");
        check("Consent Given", &about("somewhere"), "granted email/all at 1000");
        check("Consent Given", &[("purpose", text("profiling"))], "");
        check("Consent Withdrawn", &[("purpose", text("profiling"))], "withdrawn all/all at 1000");
        check("Consent Requested", &[("channel", text("email"))], "unconfirmed email/all at 1000");
    }
}
