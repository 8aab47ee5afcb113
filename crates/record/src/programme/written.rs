//! Definitions as their files say them: the inverse of `read`. What is as usual is left out, so two
//! definitions that mean the same are written the same.

pub use super::contents_written::{content, form, translations};
use super::tree::Tree;
use super::{IdentityDefinition, OutcomeDefinition, Programme, TopicDefinition};
use content::{Brand, Site};
use decision::learning::{Learning, Pressure};
use decision::{Cap, HeldFrom, Holdouts, Panel, Policy};
use journey::{Broadcast, MessageStep, PostAt, ScheduledPost, SendAt};
use model::{Channel, ChannelSet};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub fn audience(name: &str, note: &str, when: &expr::Expr, sync: Option<&String>) -> Tree {
    Tree::fields()
        .with("audience", Tree::text(name))
        .with("note", Tree::said(note))
        .with("when", Tree::text(when))
        .with("sync", sync.map(receiver))
}

fn receiver(url: &String) -> Tree {
    Tree::fields().with("url", Tree::text(url))
}

pub fn topic(topic: &TopicDefinition, consent: Option<&ChannelSet>) -> Tree {
    Tree::fields()
        .with("topic", Tree::text(&topic.name))
        .with("description", Tree::said(&topic.description))
        .with("consent", consent.map(|it| channel_set(*it)))
}

pub fn outcome(outcome: &OutcomeDefinition) -> Tree {
    Tree::fields()
        .with("outcome", Tree::text(&outcome.name))
        .with("event", Tree::text(&outcome.event))
        .with("when", outcome.when.as_ref().map(Tree::text))
        .with("value", outcome.value.as_ref().map(Tree::text))
        .with("cap", outcome.cap.map(Tree::Number))
}

pub fn brand(brand: &Brand) -> Tree {
    let Brand { name, postal_address, base_url, from_name, from_address, layout, locale, words: _ } =
        brand;
    Tree::fields()
        .with("name", Tree::said(name))
        .with("postal_address", Tree::said(postal_address))
        .with("base_url", Tree::said(base_url))
        .with("from_name", Tree::said(from_name))
        .with("from_address", Tree::said(from_address))
        .with("layout", Tree::said(layout))
        .with("locale", Tree::said(locale))
}

pub fn site(site: &Site) -> Tree {
    let items = site.feed_items.map(|it| Tree::Number(it as f64));
    Tree::fields()
        .with("title", Tree::said(&site.title))
        .with("description", Tree::said(&site.description))
        .with("language", Tree::said(&site.language))
        .with("author", Tree::said(&site.author))
        .with("author_email", Tree::said(&site.author_email))
        .with("image", Tree::said(&site.image))
        .with("category", Tree::said(&site.category))
        .with("explicit", site.explicit.then_some(Tree::Truth(true)))
        .with("base_url", Tree::said(&site.base_url))
        .with("hub", Tree::said(&site.hub))
        .with("feed_items", items)
        .with("noindex", site.noindex.then_some(Tree::Truth(true)))
}

/// The policy with what else its file says. Topics say their own consent.
pub fn policy(programme: &Programme) -> Tree {
    let Programme { policy, keep, message_status, post_slots, seeds, .. } = programme;
    let usual = Policy::default();
    let zone = (policy.default_zone != usual.default_zone).then_some(&policy.default_zone);
    let consent = (policy.consent_needed != usual.consent_needed).then_some(policy.consent_needed);
    let double = (!policy.double_opt_in.is_empty()).then_some(policy.double_opt_in);
    let keep = keep.iter().map(|(name, it)| (name.clone(), Tree::text(it))).collect::<Vec<_>>();
    Tree::fields()
        .with("caps", Tree::some(policy.caps.iter().map(cap)))
        .with("quiet_hours", policy.quiet_hours.map(|it| window_of_quiet(&it)))
        .with("zone", zone.map(Tree::text))
        .with("window", Tree::unless(policy.window, usual.window))
        .with("consent", consent.map(channel_set))
        .with("double_opt_in", double.map(channel_set))
        .with("consent_lasts", policy.consent_lasts.map(Tree::text))
        .with("measurement_consent", policy.measurement_needs_consent.then(|| Tree::text("needed")))
        .with("keep", (!keep.is_empty()).then_some(Tree::Fields(keep)))
        .with("holdouts", holdouts(&policy.holdouts))
        .with("panel", policy.panel.as_ref().map(panel))
        .with("learning", policy.learning.as_ref().map(learning))
        .with("message_status", message_status.as_ref().map(receiver))
        .with(
            "post_slots",
            (!post_slots.is_empty()).then(|| Tree::list(post_slots.iter().map(Tree::text))),
        )
        .with("seeds", seeds.as_ref().map(Tree::text))
}

pub fn identity(definition: &IdentityDefinition) -> Tree {
    let usual = IdentityDefinition::default();
    let (limits, standard) = (&definition.rules.limits, &usual.rules.limits);
    let number = |it: u32, usual: u32| (it != usual).then(|| Tree::Number(f64::from(it)));
    let limits = Tree::fields()
        .with("email", number(limits.email, standard.email))
        .with("phone", number(limits.phone, standard.phone))
        .with("handle", number(limits.handle, standard.handle))
        .with("device_token", number(limits.device_token, standard.device_token))
        .with("anonymous_id", number(limits.anonymous_id, standard.anonymous_id));
    let (ours, known) = (&definition.rules.blocklist, &usual.rules.blocklist);
    let beyond = |more: &BTreeSet<String>, than: &BTreeSet<String>| {
        Tree::some(more.difference(than).map(Tree::text))
    };
    let block = Tree::fields()
        .with("values", beyond(&ours.values, &known.values))
        .with("mailboxes", beyond(&ours.mailboxes, &known.mailboxes));
    let allow = Tree::fields()
        .with("values", beyond(&known.values, &ours.values))
        .with("mailboxes", beyond(&known.mailboxes, &ours.mailboxes));
    let said = |it: Tree| (!it.is_empty()).then_some(it);
    Tree::fields()
        .with("limits", said(limits))
        .with("block", said(block))
        .with("allow", said(allow))
        .with("undo_within", Tree::unless(definition.undo_within, usual.undo_within))
}

pub fn broadcast(broadcast: &Broadcast) -> Tree {
    let at = broadcast.at.map(|it| match it {
        SendAt::Instant(at) => Tree::text(at),
        SendAt::Local(local) => Tree::text(local),
    });
    let rate = broadcast.rate.map(|it| {
        Tree::fields()
            .with("at_most", number(f64::from(it.at_most)))
            .with("per", Tree::text(it.per))
    });
    Tree::fields()
        .with("broadcast", Tree::text(&broadcast.name))
        .with("owner", Tree::said(&broadcast.owner))
        .with("audience", Tree::text(&broadcast.audience))
        .with("content", Tree::text(&broadcast.content))
        .with("channels", channels(&broadcast.channels))
        .with("at", at)
        .with("class", broadcast.class.map(word))
        .with("value", number(broadcast.value))
        .with("expires", Tree::unless(broadcast.expires, MessageStep::DEFAULT_EXPIRES))
        .with("rate", rate)
        .with("approval", broadcast.approval.then_some(Tree::Truth(true)))
}

pub fn post(post: &ScheduledPost) -> Tree {
    let at = post.at.map(|it| match it {
        PostAt::Instant(at) => Tree::text(at),
        PostAt::Local(local) => Tree::text(local),
        PostAt::Queue => Tree::text("queue"),
    });
    Tree::fields()
        .with("post", Tree::text(&post.name))
        .with("owner", Tree::said(&post.owner))
        .with("content", Tree::text(&post.content))
        .with("networks", Tree::list(post.networks.iter().map(Tree::text)))
        .with("at", at)
        .with("locale", Tree::said(&post.locale))
        .with("within", Tree::unless(post.within, ScheduledPost::DEFAULT_WITHIN))
        .with("approval", post.approval.then_some(Tree::Truth(true)))
}

pub fn words(own: &BTreeMap<content::Word, String>) -> Tree {
    Tree::Fields(own.iter().map(|(word, it)| (word.key().to_owned(), Tree::text(it))).collect())
}

fn cap(cap: &Cap) -> Tree {
    Tree::fields()
        .with("channels", channel_set(cap.channels))
        .with("topic", cap.topic.as_ref().map(Tree::text))
        .with("owner", cap.owner.as_ref().map(Tree::text))
        .with("at_most", Tree::Number(f64::from(cap.at_most)))
        .with("per", Tree::text(cap.per))
}

fn window_of_quiet(quiet: &decision::QuietHours) -> Tree {
    let clock = |minutes: u16| Tree::text(format!("{:02}:{:02}", minutes / 60, minutes % 60));
    Tree::fields().with("from", clock(quiet.from)).with("to", clock(quiet.to))
}

fn holdouts(holdouts: &Holdouts) -> Option<Tree> {
    let (mut everything, mut journeys, mut contents) = (None, Vec::new(), Vec::new());
    for (from, part) in &holdouts.shares {
        match from {
            HeldFrom::Everything => everything = Some(share(*part)),
            HeldFrom::Journey(name) => journeys.push((name.clone(), share(*part))),
            HeldFrom::Content(name) => contents.push((name.clone(), share(*part))),
            // A journey says its experiments itself.
            HeldFrom::Experiment(_) => {}
        }
    }
    let some = |it: Vec<(String, Tree)>| (!it.is_empty()).then_some(Tree::Fields(it));
    let tree = Tree::fields()
        .with("everything", everything)
        .with("journeys", some(journeys))
        .with("contents", some(contents))
        .with("window", Tree::unless(holdouts.window, Holdouts::default().window));
    (!tree.is_empty()).then_some(tree)
}

/// Without the count of its shares, which is no decision of the team.
fn panel(panel: &Panel) -> Tree {
    let inside = (panel.inside_all_on != Panel::INSIDE_ALL_ON).then(|| share(panel.inside_all_on));
    let rule = (panel.rule != decision::Rule::default()).then(|| word(panel.rule));
    Tree::fields()
        .with("share", share(panel.share))
        .with("design", word(panel.design))
        .with("channels", channels(&panel.channels))
        .with("rule", rule)
        .with("window", Tree::unless(panel.window, Panel::WINDOW))
        .with("inside_all_on", inside)
        .with("epoch", (panel.epoch != 0).then(|| Tree::Number(f64::from(panel.epoch))))
}

fn learning(learning: &Learning) -> Tree {
    let usual = Learning::default();
    let responses = (learning.responses != usual.responses)
        .then(|| Tree::list(learning.responses.iter().map(|it| word(*it))));
    let pressure = learning.pressure.map(|it: Pressure| {
        Tree::fields()
            .with("share", share(it.share))
            .with("window", Tree::unless(it.window, Pressure::WINDOW))
    });
    Tree::fields()
        .with("half_life", Tree::unless(learning.half_life, usual.half_life))
        .with("within", Tree::unless(learning.within, usual.within))
        .with("responses", responses)
        .with("floor", (learning.floor != usual.floor).then(|| share(learning.floor)))
        .with(
            "hours",
            (learning.hours != usual.hours).then(|| Tree::Number(f64::from(learning.hours))),
        )
        .with("pressure", pressure)
        .with("opt_out_cost", number(learning.opt_out_cost))
}

pub(super) fn channels(channels: &[Channel]) -> Tree {
    Tree::list(channels.iter().map(|it| Tree::text(it.name())))
}

fn channel_set(set: ChannelSet) -> Tree {
    match set {
        set if set == ChannelSet::all() => Tree::text("any"),
        ChannelSet::EMPTY => Tree::text("none"),
        set => Tree::list(set.iter().map(|it| Tree::text(it.name()))),
    }
}

/// In percent where that reads back as the same number.
fn share(share: f64) -> Tree {
    let percent = share * 100.0;
    let rounded = (percent * 1e6).round() / 1e6;
    match [percent, rounded].into_iter().find(|it| it / 100.0 == share) {
        Some(percent) => Tree::text(format!("{percent}%")),
        None => Tree::Number(share),
    }
}

/// Nothing is worth nothing.
pub(super) fn number(number: f64) -> Option<Tree> {
    (number != 0.0).then_some(Tree::Number(number))
}

/// The word that a closed list has for one of its own.
pub(super) fn word(it: impl Serialize) -> Tree {
    match serde_json::to_value(it) {
        Ok(serde_json::Value::String(word)) => Tree::Text(word),
        Ok(_) | Err(_) => Tree::Nothing,
    }
}
