//! A mail as a call of an API. Pure.

use super::config::{MailApiConfig, Provider};
use super::sigv4::{Signing, signed};
use crate::callbacks::MESSAGE_VARIABLE;
use crate::http::Call;
use crate::smtp::request::{MESSAGE_HEADER, clean, is_address, is_header_name, raw_mail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{IdentifierKind, Reply};
use port::{Envelope, Payload};
use serde_json::{Map, Value, json};

/// A mail whose parts are checked.
struct Mail<'a> {
    to: &'a str,
    from: &'a str,
    from_name: String,
    subject: String,
    html: &'a str,
    text: &'a str,
    headers: Vec<(String, String)>,
    message: String,
}

/// The secrets that the settings name, read.
pub struct Credentials {
    pub key: String,
    /// Of Amazon.
    pub key_id: String,
    pub session_token: Option<String>,
}

/// The call, or the reply if there can be none.
pub fn request(
    envelope: &Envelope,
    config: &MailApiConfig,
    credentials: &Credentials,
) -> Result<Call, Reply> {
    let key = credentials.key.as_str();
    let mail = mail(envelope)?;
    let base = config.base();
    Ok(match config.provider {
        Provider::Postmark => {
            let body = postmark(&mail, config.stream.as_deref());
            Call::json(format!("{base}/email"), &body).header("x-postmark-server-token", key)
        }
        Provider::SendGrid => {
            Call::json(format!("{base}/v3/mail/send"), &sendgrid(&mail)).bearer(key)
        }
        Provider::Mailgun => {
            let domain = config.domain.as_deref().unwrap_or_default();
            let secret = STANDARD.encode(format!("api:{key}"));
            Call::form(format!("{base}/v3/{domain}/messages"), &mailgun(&mail))
                .header("authorization", format!("Basic {secret}"))
        }
        Provider::Ses => {
            let body = ses(&mail, &raw_mail(envelope)?, config.configuration_set.as_deref());
            let call = Call::json(format!("{base}/v2/email/outbound-emails"), &body);
            let signing = Signing {
                key_id: &credentials.key_id,
                secret: key,
                session_token: credentials.session_token.as_deref(),
                region: config.region.as_deref().unwrap_or_default(),
                service: "ses",
            };
            // Signed as of when it was claimed, a moment ago: Amazon takes a quarter of an hour.
            signed(call, &signing, envelope.at)
        }
    })
}

fn mail(envelope: &Envelope) -> Result<Mail<'_>, Reply> {
    let refuse = |detail: &str, dead| Reply::Refused { detail: detail.to_owned(), dead };
    let Payload::Email { from, from_name, subject, html, text, headers, message_id } =
        &envelope.payload
    else {
        return Err(refuse("not an e-mail", false));
    };
    if envelope.to.kind != IdentifierKind::Email || !is_address(&envelope.to.value) {
        return Err(refuse("the recipient is not an e-mail address", true));
    }
    if !is_address(from) {
        return Err(refuse("the sender is not an e-mail address", false));
    }
    let message = envelope.message.to_string();
    let mut own = vec![
        ("Message-ID".to_owned(), format!("<{}>", clean(message_id))),
        (MESSAGE_HEADER.to_owned(), message.clone()),
    ];
    let fitting = headers.iter().filter(|it| is_header_name(&it.0));
    own.extend(fitting.map(|(name, value)| (name.clone(), clean(value))));
    Ok(Mail {
        to: &envelope.to.value,
        from,
        from_name: clean(from_name),
        subject: clean(subject),
        html,
        text,
        headers: own,
        message,
    })
}

fn postmark(mail: &Mail<'_>, stream: Option<&str>) -> Value {
    let keep_id = ("X-PM-KeepID".to_owned(), "true".to_owned());
    let headers: Vec<Value> = mail
        .headers
        .iter()
        .chain([&keep_id])
        .map(|(name, value)| json!({"Name": name, "Value": value}))
        .collect();
    let mut body = json!({
        "From": mailbox(mail),
        "To": mail.to,
        "Subject": mail.subject,
        "HtmlBody": mail.html,
        "TextBody": mail.text,
        "Headers": headers,
        "Metadata": {MESSAGE_VARIABLE: mail.message},
        // Links are ours and lead through our own redirect.
        "TrackOpens": false,
        "TrackLinks": "None",
    });
    if let Some(stream) = stream {
        body["MessageStream"] = Value::from(stream);
    }
    body
}

fn sendgrid(mail: &Mail<'_>) -> Value {
    let headers: Map<String, Value> =
        mail.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let mut from = json!({"email": mail.from});
    if !mail.from_name.is_empty() {
        from["name"] = Value::from(mail.from_name.as_str());
    }
    json!({
        "personalizations": [{
            "to": [{"email": mail.to}],
            "custom_args": {MESSAGE_VARIABLE: mail.message},
        }],
        "from": from,
        "subject": mail.subject,
        "headers": headers,
        "content": [
            {"type": "text/plain", "value": mail.text},
            {"type": "text/html", "value": mail.html},
        ],
        "tracking_settings": {
            "click_tracking": {"enable": false},
            "open_tracking": {"enable": false},
        },
    })
}

fn mailgun(mail: &Mail<'_>) -> Vec<(String, String)> {
    let mut fields = vec![
        ("from".to_owned(), mailbox(mail)),
        ("to".to_owned(), mail.to.to_owned()),
        ("subject".to_owned(), mail.subject.clone()),
        ("text".to_owned(), mail.text.to_owned()),
        ("html".to_owned(), mail.html.to_owned()),
        ("o:tracking".to_owned(), "no".to_owned()),
        (format!("v:{MESSAGE_VARIABLE}"), mail.message.clone()),
    ];
    fields.extend(mail.headers.iter().map(|(name, value)| (format!("h:{name}"), value.clone())));
    fields
}

/// The mail as it is, since only so do all its headers go along.
fn ses(mail: &Mail<'_>, raw: &[u8], configuration_set: Option<&str>) -> Value {
    let mut body = json!({
        "FromEmailAddress": mail.from,
        "Destination": {"ToAddresses": [mail.to]},
        "Content": {"Raw": {"Data": STANDARD.encode(raw)}},
        "EmailTags": [{"Name": MESSAGE_VARIABLE, "Value": mail.message}],
    });
    if let Some(set) = configuration_set {
        body["ConfigurationSetName"] = Value::from(set);
    }
    body
}

/// A name in quotes before the address, so that no comma in it makes two.
fn mailbox(mail: &Mail<'_>) -> String {
    match mail.from_name.is_empty() {
        true => mail.from.to_owned(),
        false => {
            let quoted = mail.from_name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{quoted}\" <{}>", mail.from)
        }
    }
}
