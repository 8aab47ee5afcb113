//! What two programmes say differently: by definition and field, and not by text. Comments, notes and
//! the order of fields make no difference.

use super::Programme;
use super::tree::Tree;
use super::{journeys_written, written};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of what a programme defines, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Brand,
    Site,
    Policy,
    Identity,
    Topic,
    Outcome,
    Audience,
    Journey,
    Broadcast,
    Post,
    Content,
    Form,
    Layout,
    Words,
}

/// A definition that is there, gone or another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub kind: Kind,
    /// Empty for what there is one of.
    pub name: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Added(Tree),
    Removed(Tree),
    Changed(Vec<FieldChange>),
}

/// One field, by its path (`steps.2.message.expires`; steps count from 0, as their addresses do).
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    pub field: String,
    pub old: Option<Tree>,
    pub new: Option<Tree>,
}

impl Kind {
    pub const ALL: [Kind; 14] = [
        Kind::Brand,
        Kind::Site,
        Kind::Policy,
        Kind::Identity,
        Kind::Topic,
        Kind::Outcome,
        Kind::Audience,
        Kind::Journey,
        Kind::Broadcast,
        Kind::Post,
        Kind::Content,
        Kind::Form,
        Kind::Layout,
        Kind::Words,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Brand => "brand",
            Kind::Site => "site",
            Kind::Policy => "policy",
            Kind::Identity => "identity",
            Kind::Topic => "topic",
            Kind::Outcome => "outcome",
            Kind::Audience => "audience",
            Kind::Journey => "journey",
            Kind::Broadcast => "broadcast",
            Kind::Post => "post",
            Kind::Content => "content",
            Kind::Form => "form",
            Kind::Layout => "layout",
            Kind::Words => "words",
        }
    }

    /// What a file of this path defines; none where a programme has no such file.
    pub fn of_path(path: &str) -> Option<Kind> {
        match path.split_once('/') {
            None => match path {
                "brand.yaml" => Some(Kind::Brand),
                "site.yaml" => Some(Kind::Site),
                "policy.yaml" => Some(Kind::Policy),
                "identity.yaml" => Some(Kind::Identity),
                "topics.yaml" => Some(Kind::Topic),
                "outcomes.yaml" => Some(Kind::Outcome),
                _ => None,
            },
            Some(("audiences", _)) => Some(Kind::Audience),
            Some(("journeys", _)) => Some(Kind::Journey),
            Some(("broadcasts", _)) => Some(Kind::Broadcast),
            Some(("posts", _)) => Some(Kind::Post),
            Some(("content", _)) => Some(Kind::Content),
            Some(("forms", _)) => Some(Kind::Form),
            Some(("layouts", _)) => Some(Kind::Layout),
            Some(("words", _)) => Some(Kind::Words),
            Some(_) => None,
        }
    }
}

/// All differences, by kind and name.
pub fn differences(before: &Programme, after: &Programme) -> Vec<Difference> {
    let (old, new) = (definitions(before), definitions(after));
    let keys: BTreeSet<&(Kind, String)> = old.keys().chain(new.keys()).collect();
    let mut found = Vec::new();
    for key in keys {
        let what = match (old.get(key), new.get(key)) {
            (None, Some(new)) => What::Added(new.clone()),
            (Some(old), None) => What::Removed(old.clone()),
            (Some(old), Some(new)) => {
                let mut changes = Vec::new();
                compare("", Some(old), Some(new), &mut changes);
                What::Changed(changes)
            }
            (None, None) => continue,
        };
        if what != What::Changed(Vec::new()) {
            found.push(Difference { kind: key.0, name: key.1.clone(), what });
        }
    }
    found.extend(orders(before, after));
    found.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    found
}

/// Every definition of a programme as its file would say it.
fn definitions(programme: &Programme) -> BTreeMap<(Kind, String), Tree> {
    let mut all = BTreeMap::new();
    let one = |kind: Kind| (kind, String::new());
    all.insert(one(Kind::Brand), written::brand(&programme.brand));
    all.insert(one(Kind::Site), written::site(&programme.site));
    all.insert(one(Kind::Policy), written::policy(programme));
    all.insert(one(Kind::Identity), written::identity(&programme.identity));
    for it in &programme.topics {
        let consent = programme.policy.topics.get(&it.name);
        all.insert((Kind::Topic, it.name.to_string()), written::topic(it, consent));
    }
    for it in &programme.outcomes {
        all.insert((Kind::Outcome, it.name.clone()), written::outcome(it));
    }
    for (name, when) in &programme.audiences {
        all.insert(
            (Kind::Audience, name.clone()),
            written::audience(name, "", when, programme.syncs.get(name)),
        );
    }
    for it in &programme.journeys {
        all.insert((Kind::Journey, it.name.to_string()), journeys_written::journey(it));
    }
    for it in &programme.broadcasts {
        all.insert((Kind::Broadcast, it.name.to_string()), written::broadcast(it));
    }
    for it in &programme.posts {
        all.insert((Kind::Post, it.name.to_string()), written::post(it));
    }
    for (name, it) in &programme.contents {
        let tree = written::content(it)
            .with("body", Tree::said(&it.body))
            .with("translations", written::translations(it));
        all.insert((Kind::Content, name.to_string()), tree);
    }
    for (name, it) in &programme.forms {
        all.insert((Kind::Form, name.clone()), written::form(it));
    }
    for (name, it) in &programme.layouts {
        let tree = Tree::fields().with("mjml", Tree::text(it.source()));
        all.insert((Kind::Layout, name.clone()), tree);
    }
    for (tag, it) in &programme.words {
        all.insert((Kind::Words, tag.clone()), written::words(it));
    }
    all
}

/// Topics stand in their order on the preference page, and the first outcome is the one on Today.
fn orders(before: &Programme, after: &Programme) -> Vec<Difference> {
    let topics = |it: &Programme| it.topics.iter().map(|it| it.name.to_string()).collect();
    let outcomes = |it: &Programme| it.outcomes.iter().map(|it| it.name.clone()).collect();
    let lists: [(Kind, Vec<String>, Vec<String>); 2] = [
        (Kind::Topic, topics(before), topics(after)),
        (Kind::Outcome, outcomes(before), outcomes(after)),
    ];
    let mut found = Vec::new();
    for (kind, old, new) in lists {
        let kept = |of: &[String], other: &[String]| -> Vec<String> {
            of.iter().filter(|it| other.contains(it)).cloned().collect()
        };
        if kept(&old, &new) != kept(&new, &old) {
            let list = |it: Vec<String>| Some(Tree::list(it.into_iter().map(Tree::Text)));
            let field = "order".to_owned();
            let change = FieldChange { field, old: list(old), new: list(new) };
            found.push(Difference { kind, name: String::new(), what: What::Changed(vec![change]) });
        }
    }
    found
}

fn compare(path: &str, old: Option<&Tree>, new: Option<&Tree>, changes: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    let below = |name: &str| match path.is_empty() {
        true => name.to_owned(),
        false => format!("{path}.{name}"),
    };
    match (old, new) {
        (Some(Tree::Fields(a)), Some(Tree::Fields(b))) => {
            let names: Vec<&String> = a.iter().map(|it| &it.0).collect();
            let added = b.iter().map(|it| &it.0).filter(|it| !names.contains(it));
            for name in names.iter().copied().chain(added) {
                compare(&below(name), field(a, name), field(b, name), changes);
            }
        }
        (Some(Tree::List(a)), Some(Tree::List(b))) if holds_fields(a) && holds_fields(b) => {
            compare_lists(&below, a, b, changes);
        }
        _ => changes.push(FieldChange {
            field: path.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
        }),
    }
}

/// What is the same at both ends is passed over; what is between is compared one by one where there
/// is as much of it, and else is gone and there.
fn compare_lists(
    below: &dyn Fn(&str) -> String,
    old: &[Tree],
    new: &[Tree],
    changes: &mut Vec<FieldChange>,
) {
    let same = |it: &(&Tree, &Tree)| it.0 == it.1;
    let start = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let old_rest = &old_rest[..old_rest.len() - end];
    let new_rest = &new_rest[..new_rest.len() - end];
    if old_rest.len() == new_rest.len() {
        for (n, (a, b)) in old_rest.iter().zip(new_rest).enumerate() {
            compare(&below(&(start + n).to_string()), Some(a), Some(b), changes);
        }
        return;
    }
    for (n, it) in old_rest.iter().enumerate() {
        let field = below(&(start + n).to_string());
        changes.push(FieldChange { field, old: Some(it.clone()), new: None });
    }
    for (n, it) in new_rest.iter().enumerate() {
        let field = below(&(start + n).to_string());
        changes.push(FieldChange { field, old: None, new: Some(it.clone()) });
    }
}

fn field<'a>(fields: &'a [(String, Tree)], name: &str) -> Option<&'a Tree> {
    fields.iter().find(|it| it.0 == name).map(|it| &it.1)
}

fn holds_fields(list: &[Tree]) -> bool {
    list.iter().any(|it| matches!(it, Tree::Fields(_)))
}
