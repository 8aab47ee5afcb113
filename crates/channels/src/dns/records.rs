//! What to publish for mail of one sender.

use crate::dkim::Record;
use crate::mail_api::{MailApiConfig, Provider};
use crate::smtp::SmtpConfig;
use std::net::IpAddr;

use super::resolver::Kind;

/// Whose mail it is, and by which way it leaves.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// The address that mails are from; its domain is the one that people see.
    pub from_address: String,
    /// Where links and one-click unsubscription lead: `https://go.shop.example`.
    pub base_url: String,
    /// The address that mail which comes back goes to; none: the from address.
    pub bounce_address: Option<String>,
    /// Our mail server, where one is set.
    pub mail_host: Option<String>,
    /// What an SPF record says of a provider by API, such as `include:sendgrid.net`.
    pub includes: Option<&'static str>,
    /// The keys that verify our own signatures.
    pub dkim: Vec<Record>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Which servers may send for the domain of the return path (RFC 7208).
    Spf,
    /// The keys of our signatures (RFC 6376).
    Dkim,
    /// What receivers do with mail that only says it is ours (RFC 7489).
    Dmarc,
    /// Where mail that comes back is taken.
    ReturnPath,
    /// The host of links and of one-click unsubscription (RFC 8058).
    Links,
}

/// One record that has to stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub purpose: Purpose,
    pub name: String,
    pub kind: Kind,
    /// To paste; where it begins with `(` it says in words what belongs there.
    pub value: String,
}

impl Purpose {
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Spf => "spf",
            Purpose::Dkim => "dkim",
            Purpose::Dmarc => "dmarc",
            Purpose::ReturnPath => "return_path",
            Purpose::Links => "links",
        }
    }
}

impl Sender {
    /// What the settings say of it; the signatures' records are read from the keys beforehand.
    pub fn of(smtp: Option<&SmtpConfig>, api: Option<&MailApiConfig>, dkim: Vec<Record>) -> Sender {
        let includes = api.map(|it| match it.provider {
            Provider::Postmark => "include:spf.mtasv.net",
            Provider::SendGrid => "include:sendgrid.net",
            Provider::Mailgun => "include:mailgun.org",
            Provider::Ses => "include:amazonses.com",
        });
        Sender {
            bounce_address: smtp.and_then(|it| it.bounce_address.clone()),
            mail_host: smtp.map(|it| it.host.clone()),
            includes,
            dkim,
            ..Sender::default()
        }
    }

    /// The domain that people see; empty where the programme names no address.
    pub fn domain(&self) -> &str {
        domain_of(&self.from_address)
    }
}

/// Every record, in the order in which they are set up. Empty without a from address.
pub fn needed(sender: &Sender) -> Vec<Needed> {
    let domain = sender.domain();
    if domain.is_empty() {
        return Vec::new();
    }
    let returns = sender.bounce_address.as_deref().map_or(domain, domain_of);
    let txt = |purpose: Purpose, name: String, value: String| Needed {
        purpose,
        name,
        kind: Kind::Txt,
        value,
    };
    let mut all = vec![txt(Purpose::Spf, returns.to_owned(), spf(sender))];
    let keys = sender.dkim.iter();
    all.extend(keys.map(|it| txt(Purpose::Dkim, it.name.clone(), it.value.clone())));
    let reports = format!("v=DMARC1; p=none; rua=mailto:postmaster@{domain}");
    all.push(txt(Purpose::Dmarc, format!("_dmarc.{domain}"), reports));
    all.push(Needed {
        purpose: Purpose::ReturnPath,
        name: returns.to_owned(),
        kind: Kind::Mx,
        value: "(the host that takes your mail)".to_owned(),
    });
    let host = host_of(&sender.base_url);
    if !host.is_empty() && host.parse::<IpAddr>().is_err() {
        all.push(Needed {
            purpose: Purpose::Links,
            name: host.to_owned(),
            kind: Kind::Address,
            value: "(the address of this server, or of the proxy before it)".to_owned(),
        });
    }
    all
}

/// Names whoever sends: a provider by its own record, a mail server by its host, and else the hosts that
/// take the domain's mail.
fn spf(sender: &Sender) -> String {
    let host = sender.mail_host.as_deref().filter(|it| it.contains('.') && is_name(it));
    let who = match (sender.includes, host) {
        (Some(includes), _) => includes.to_owned(),
        (None, Some(host)) => format!("a:{host}"),
        (None, None) => "mx".to_owned(),
    };
    format!("v=spf1 {who} -all")
}

fn is_name(host: &str) -> bool {
    host.parse::<IpAddr>().is_err()
}

fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |it| it.1)
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |it| it.1);
    rest.split(['/', ':', '?', '#']).next().unwrap_or_default()
}
