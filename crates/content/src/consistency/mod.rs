//! Whether all that a campaign says agrees: over its contents, their forms and their languages.
//!
//! What cannot be sent at all is found when a programme is read. Here is what can be sent and should
//! be looked at first.

mod facts;

use crate::links::is_own;
use crate::markdown;
use crate::post::marks::marked;
use crate::{Brand, Content, Forms, LinkKey, Links, PostTo, Reader, RenderError};
use facts::{Facts, facts};
use model::{Channel, ContentName, MessageId, Network, PersonId, Purpose};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most findings of one campaign; whoever has more reads these first.
pub const FINDINGS_MAX: usize = 500;

/// What goes out together: the messages of a journey, a broadcast, or a post.
#[derive(Clone, Debug)]
pub struct Campaign<'a> {
    /// As the ledger names it: `journey/welcome`.
    pub name: String,
    pub brand: &'a Brand,
    pub contents: Vec<Used<'a>>,
    /// Some of the people who will get it: what has no value for one of them is found.
    pub people: Vec<Reader<'a>>,
}

/// A content with the ways in which the campaign sends it.
#[derive(Clone, Debug)]
pub struct Used<'a> {
    pub content: &'a Content,
    pub channels: Vec<Channel>,
    pub networks: Vec<Network>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub severity: Severity,
    pub content: ContentName,
    /// Such as `email`, `push`, `action url`; empty where it is about the content as a whole.
    pub form: String,
    /// Empty: the document itself.
    pub locale: String,
    /// Of the file of that language; 0 where the place is not known.
    pub line: usize,
    pub message: String,
    pub hint: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "content {}", self.content)?;
        if !self.form.is_empty() {
            write!(f, ", {}", self.form)?;
        }
        if !self.locale.is_empty() {
            write!(f, ", {}", self.locale)?;
        }
        if 0 < self.line {
            write!(f, ", line {}", self.line)?;
        }
        write!(f, ": {}", self.message)?;
        match self.hint.as_str() {
            "" => Ok(()),
            hint => write!(f, "; {hint}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Somebody would get something wrong, or nothing.
    Problem,
    Hint,
}

/// Everything that does not agree, the problems first.
pub fn check(campaign: &Campaign) -> Vec<Finding> {
    let mut found = BTreeSet::new();
    for used in &campaign.contents {
        for (locale, content) in languages(used.content) {
            let mut look = Look { campaign, used, locale, content, found: &mut found };
            look.written();
            look.links();
            look.stopping();
            look.rendered();
        }
        facts_agree(used.content, &mut found);
        forms_translated(used.content, &mut found);
    }
    languages_agree(campaign, &mut found);
    layouts_are_shown(campaign, &mut found);
    found.into_iter().take(FINDINGS_MAX).collect()
}

/// The document under an empty name, and its languages.
fn languages(content: &Content) -> impl Iterator<Item = (&str, &Content)> {
    let others = content.translations.iter().map(|(tag, it)| (tag.as_str(), &it.content));
    std::iter::once(("", content)).chain(others)
}

/// An address that a content writes out, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenLink {
    /// Empty: the document itself.
    pub locale: String,
    /// Such as `email`, `push`, `action url`.
    pub form: String,
    /// Of the file of that language; 0 where the place is not known.
    pub line: usize,
    pub url: String,
}

/// Every address of a content and its languages that no template fills in.
pub fn links(content: &Content) -> Vec<WrittenLink> {
    let of = |(locale, content): (&str, &Content)| {
        let locale = locale.to_owned();
        let link = move |(form, line, url)| WrittenLink { locale: locale.clone(), form, line, url };
        addresses(content).into_iter().map(link).collect::<Vec<_>>()
    };
    languages(content).flat_map(of).collect()
}

struct Look<'a, 'f> {
    campaign: &'a Campaign<'a>,
    used: &'a Used<'a>,
    locale: &'a str,
    content: &'a Content,
    found: &'f mut BTreeSet<Finding>,
}

impl Look<'_, '_> {
    fn add(&mut self, severity: Severity, form: &str, line: usize, message: String, hint: &str) {
        let finding = found(self.used.content, severity, form, self.locale, message, hint);
        self.found.insert(Finding { line, ..finding });
    }

    /// What the content itself says is wrong: alt texts, dead addresses, what is too long.
    fn written(&mut self) {
        for it in self.content.check() {
            self.add(Severity::Problem, "", it.line, it.message, &it.hint);
        }
    }

    fn links(&mut self) {
        for (form, line, url) in addresses(self.content) {
            if let Some(why) = looks_dead(&url) {
                let message = format!("`{url}` {why}");
                self.add(Severity::Problem, &form, line, message, "write where it really leads");
            } else if url.contains("utm_") && !is_own(&url, &self.campaign.brand.base_url) {
                let message = format!("`{url}` has tags of its own, which are kept");
                let hint = "take them out, and it is counted for this campaign";
                self.add(Severity::Hint, &form, line, message, hint);
            }
        }
    }

    fn stopping(&mut self) {
        let is_marketing = self.content.purpose == Purpose::Marketing;
        if !is_marketing || !self.used.channels.contains(&Channel::Sms) {
            return;
        }
        let text = self.content.forms.sms.as_ref().map_or(&self.content.summary, |it| &it.text);
        if !text.to_uppercase().contains("STOP") {
            let message = "the text message does not say how to stop them".to_owned();
            self.add(Severity::Hint, "sms", 0, message, "write for example: Reply STOP to end");
        }
    }

    /// Makes every form that is sent, for everybody in the sample and every network.
    fn rendered(&mut self) {
        let brand = self.campaign.brand;
        for network in &self.used.networks {
            let to = PostTo::new(*network, &self.campaign.name);
            if let Err(error) = crate::post(self.content, brand, &to) {
                self.failed(network.name(), &error);
            }
        }
        let key = LinkKey([0; 32]);
        let links = Links {
            key: &key,
            person: PersonId(u64::MAX),
            message: MessageId(u64::MAX),
            campaign: &self.campaign.name,
            followed: true,
        };
        for reader in &self.campaign.people {
            // Each language is looked at, whichever this person reads.
            let mut traits = reader.traits.clone();
            traits.remove("locale");
            let reader = Reader { traits: &traits, event: reader.event };
            for channel in &self.used.channels {
                let made = match channel {
                    Channel::Email => {
                        crate::email(self.content, brand, reader, &links, &[]).map(|_| ())
                    }
                    Channel::Push
                    | Channel::Onsite
                    | Channel::Social
                    | Channel::Sms
                    | Channel::Webhook => {
                        crate::short(self.content, *channel, brand, reader, &links).map(|_| ())
                    }
                };
                if let Err(error) = made {
                    self.failed(channel.name(), &error);
                }
            }
        }
    }

    fn failed(&mut self, form: &str, error: &RenderError) {
        let message = format!("{}: {}", error.place, error.message);
        self.add(Severity::Problem, form, 0, message, &error.hint);
    }
}

fn found(
    content: &Content,
    severity: Severity,
    form: &str,
    locale: &str,
    message: String,
    hint: &str,
) -> Finding {
    Finding {
        severity,
        content: content.name.clone(),
        form: form.to_owned(),
        locale: locale.to_owned(),
        line: 0,
        message,
        hint: hint.to_owned(),
    }
}

/// Every address that is written out, with the form and the line that it stands in.
fn addresses(content: &Content) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    if let Some(action) = &content.action {
        found.push(("action url".to_owned(), 0, action.url.clone()));
    }
    for (line, url) in markdown::addresses(&content.body) {
        found.push(("email".to_owned(), content.line(line), url));
    }
    for (form, text) in texts(content) {
        let seen = std::cell::RefCell::new(Vec::new());
        marked(text, &|url| {
            seen.borrow_mut().push(url.to_owned());
            (String::new(), String::new())
        });
        found.extend(seen.into_inner().into_iter().map(|url| (form.to_owned(), 0, url)));
    }
    found.retain(|it| !it.2.contains("{{"));
    found
}

/// What has no page behind it, whatever the weather: names that are kept for examples and machines.
fn looks_dead(url: &str) -> Option<&'static str> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_ascii_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let own = ["localhost", "127.0.0.1", "0.0.0.0", "[", "10.", "192.168."];
    let ends = [".local", ".localhost", ".invalid", ".test"];
    match host {
        "example.com" | "example.org" | "example.net" => Some("is an example and no page"),
        "" => Some("has no host"),
        host if own.iter().any(|it| host.starts_with(it))
            || ends.iter().any(|it| host.ends_with(it)) =>
        {
            Some("leads to a machine that readers cannot reach")
        }
        host if !host.contains('.') => Some("names no site on the internet"),
        _ => None,
    }
}

/// The texts of a content by form, without the body.
fn texts(content: &Content) -> Vec<(&'static str, &str)> {
    let summary = ("summary", content.summary.as_str());
    std::iter::once(summary).chain(texts_of(&content.forms)).collect()
}

fn texts_of(forms: &Forms) -> Vec<(&'static str, &str)> {
    let mut found: Vec<(&'static str, &str)> = Vec::new();
    if let Some(it) = &forms.email {
        found.extend([("subject", it.subject.as_str()), ("preheader", &it.preheader)]);
    }
    for (name, form) in [("push", &forms.push), ("onsite", &forms.onsite)] {
        found.extend(form.iter().flat_map(|it| [(name, it.title.as_str()), (name, &it.body)]));
    }
    found.extend(forms.sms.iter().map(|it| ("sms", it.text.as_str())));
    found.extend(forms.webhook.iter().map(|it| ("webhook", it.text.as_str())));
    let posts = [
        ("social", &forms.social),
        ("bluesky", &forms.bluesky),
        ("mastodon", &forms.mastodon),
        ("linkedin", &forms.linkedin),
        ("facebook", &forms.facebook),
        ("threads", &forms.threads),
        ("x", &forms.x),
    ];
    found.extend(
        posts.into_iter().filter_map(|(name, it)| Some((name, it.as_ref()?.text.as_str()))),
    );
    found
}

/// Each price and day that a form names must be among those of the form that names the most.
fn facts_agree(content: &Content, findings: &mut BTreeSet<Finding>) {
    let mut said: BTreeMap<(&str, &str), Facts> = BTreeMap::new();
    for (locale, content) in languages(content) {
        let body = markdown::render(&without_templates(&content.body), &|_| None).text;
        let texts = texts(content).into_iter().map(|(form, text)| (form, without_templates(text)));
        for (form, text) in texts.chain([("body", body)]) {
            let Facts { prices, days } = facts(&text);
            let known = said.entry((locale, form)).or_default();
            known.prices.extend(prices);
            known.days.extend(days);
        }
    }
    let most = |of: fn(&Facts) -> usize| {
        // The first of several: the document itself before its languages.
        said.iter().rev().max_by_key(|it| of(it.1)).map(|(place, it)| (*place, it))
    };
    if let Some((place, all)) = most(|it| it.prices.len()) {
        for ((locale, form), it) in &said {
            for (currency, value) in it.prices.difference(&all.prices) {
                let same: Vec<u64> =
                    all.prices.iter().filter(|it| it.0 == *currency).map(|it| it.1).collect();
                if let Some(other) = same.first() {
                    let message = format!(
                        "says {}, and {} says {}",
                        money(currency, *value),
                        named(place),
                        money(currency, *other)
                    );
                    let hint = "write the same price in all of them";
                    findings.insert(found(content, Severity::Problem, form, locale, message, hint));
                }
            }
        }
    }
    if let Some((place, all)) = most(|it| it.days.len()) {
        for ((locale, form), it) in &said {
            for day in it.days.iter().filter(|day| !all.days.iter().any(|it| same_day(it, day))) {
                let Some(other) = all.days.first() else { continue };
                let message =
                    format!("says {}, and {} says {}", date(day), named(place), date(other));
                let hint = "write the same day in all of them";
                findings.insert(found(content, Severity::Problem, form, locale, message, hint));
            }
        }
    }
}

/// A year that is not said is any.
fn same_day(a: &(u32, u32, Option<u32>), b: &(u32, u32, Option<u32>)) -> bool {
    let years = a.2.zip(b.2);
    (a.0, a.1) == (b.0, b.1) && years.is_none_or(|(a, b)| a == b)
}

fn money(currency: &str, hundredths: u64) -> String {
    format!("{currency} {}.{:02}", hundredths / 100, hundredths % 100)
}

fn date((month, day, year): &(u32, u32, Option<u32>)) -> String {
    match year {
        Some(year) => format!("{year}-{month:02}-{day:02}"),
        None => format!("{month:02}-{day:02}"),
    }
}

fn named((locale, form): (&str, &str)) -> String {
    match locale {
        "" => format!("the {form}"),
        locale => format!("the {form} in {locale}"),
    }
}

/// What a template fills in is not known here.
fn without_templates(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        kept.push_str(&rest[..start]);
        // A sign of its own, so that what stands on both sides stays apart.
        kept.push('|');
        let after = &rest[start..];
        let close = if after.starts_with("{{") { "}}" } else { "%}" };
        rest = after.find(close).map_or("", |it| &after[it + 2..]);
    }
    kept + rest
}

/// A form of the document that a language does not say anew stays in the document's.
fn forms_translated(content: &Content, findings: &mut BTreeSet<Finding>) {
    let names = |forms| texts_of(forms).into_iter().map(|it| it.0).collect::<BTreeSet<_>>();
    let document = names(&content.forms);
    for (tag, it) in &content.translations {
        let front = &it.front;
        let own = names(&front.forms);
        for form in document.difference(&own).filter(|it| **it != "preheader") {
            let message = format!("the form {form} is that of the document");
            let hint = "say it in this language too";
            findings.insert(found(content, Severity::Hint, form, tag, message, hint));
        }
        let is_silent = |own: bool, whole: bool| whole && !own;
        let summary = is_silent(front.summary.is_some(), !content.summary.is_empty());
        let body = is_silent(!it.body.is_empty(), !content.body.trim().is_empty());
        for (form, _) in [("summary", summary), ("body", body)].into_iter().filter(|it| it.1) {
            let message = format!("the {form} is that of the document");
            let hint = "say it in this language too";
            findings.insert(found(content, Severity::Hint, form, tag, message, hint));
        }
    }
}

/// A language in which only some of a campaign's contents are.
fn languages_agree(campaign: &Campaign, findings: &mut BTreeSet<Finding>) {
    let of = |it: &Content| {
        let own = Some(it.language(campaign.brand)).filter(|it| !it.is_empty());
        let own = own.and_then(crate::words::language_tag);
        own.into_iter().chain(it.translations.keys().cloned()).collect::<BTreeSet<String>>()
    };
    let all: BTreeSet<String> = campaign.contents.iter().flat_map(|it| of(it.content)).collect();
    for used in &campaign.contents {
        let has = of(used.content);
        // Where the document's own language is not known, it may be any one of them.
        for tag in all.difference(&has).filter(|_| !has.is_empty()) {
            let message =
                format!("it is not there in {tag}, as other contents of {} are", campaign.name);
            let hint = format!("write it and name its file: `locales: {{{tag}: …}}`");
            findings.insert(found(used.content, Severity::Hint, "", tag, message, &hint));
        }
    }
}

/// What some mail programs do not show of a layout, once for each, with the first content that stands in it.
fn layouts_are_shown(campaign: &Campaign, findings: &mut BTreeSet<Finding>) {
    let mut seen = BTreeSet::new();
    for used in campaign.contents.iter().filter(|it| it.channels.contains(&Channel::Email)) {
        let own = used.content.layout.as_str();
        let name = if own.is_empty() { campaign.brand.layout.as_str() } else { own };
        let Some(layout) = used.content.laid_out.as_ref().filter(|_| seen.insert(name)) else {
            continue;
        };
        for it in layout.missed() {
            let message = format!(
                "the layout `{name}` has {}, which {} does not show",
                it.what,
                it.by.join(", ")
            );
            let hint = "make sure that the mail says the same without it";
            findings.insert(found(used.content, Severity::Hint, "email", "", message, hint));
        }
    }
}

#[cfg(test)]
mod tests;
