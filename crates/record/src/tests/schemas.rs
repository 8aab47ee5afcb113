//! The schemas for editors say what the forms say: every field, every word of a closed list, and
//! nothing that a sound file does not do.

use super::files;
use crate::programme::{SCHEMAS, parse};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn schema(name: &str) -> Json {
    let found = SCHEMAS.iter().find(|it| it.name == name).expect("a schema");
    serde_json::from_str(found.text).expect("a schema is JSON")
}

/// What the reader says could stand in place of `nope`, in the one file of a programme.
fn expected(path: &str, text: &str) -> BTreeSet<String> {
    let problems = parse(&files(&format!("\n== {path}\n{text}"))).expect_err("`nope` is unknown");
    let said = problems.iter().map(ToString::to_string).find(|it| it.contains("`nope`"));
    let said = said.unwrap_or_else(|| panic!("{path} takes `nope`: {problems:?}"));
    let list = said.split_once("expected ").map_or("", |it| it.1);
    let list = list.trim_start_matches("one of ").lines().next().unwrap_or_default();
    let words = list.split([',', ' ']).map(|it| it.trim_matches('`')).filter(|it| !it.is_empty());
    words.filter(|it| *it != "or").map(str::to_owned).collect()
}

fn at<'a>(schema: &'a Json, pointer: &str) -> &'a Json {
    schema.pointer(pointer).unwrap_or_else(|| panic!("the schema has no {pointer}"))
}

/// Each place where fields stand: the schema, the place in it, and a file with one field too many
/// there. `step` stands for a journey with that step.
const FIELDS: &str = r"
brand | | nope: 1
site | | nope: 1
policy | | nope: 1
policy | /properties/caps/items | caps: [{nope: 1}]
policy | /properties/quiet_hours | quiet_hours: {nope: 1}
policy | /properties/holdouts | holdouts: {nope: 1}
policy | /properties/panel | panel: {nope: 1}
policy | /properties/learning | learning: {nope: 1}
policy | /properties/learning/properties/pressure | learning: {pressure: {nope: 1}}
identity | | nope: 1
identity | /properties/limits | limits: {nope: 1}
identity | /properties/block | block: {nope: 1}
identity | /properties/allow | allow: {nope: 1}
topics | /items | - nope: 1
outcomes | /items | - nope: 1
audience | | nope: 1
broadcast | | nope: 1
broadcast | /properties/rate | rate: {nope: 1}
post | | nope: 1
journey | | nope: 1
journey | /properties/trigger | trigger: {nope: 1}
journey | /properties/trigger/properties/date | trigger: {date: {nope: 1}}
journey | /properties/trigger/properties/schedule | trigger: {schedule: {nope: 1}}
journey | /properties/trigger/properties/conversation | trigger: {conversation: {nope: 1}}
journey | /properties/entries | entries: {nope: 1}
journey | /properties/goal | goal: {nope: 1}
journey | /properties/exit/items | exit: [{nope: 1}]
journey | /$defs/step | step nope: 1
journey | /$defs/arm | step branch: [{nope: 1}]
journey | /$defs/message | step message: {nope: 1}
journey | /$defs/step/properties/wait_until | step wait_until: {nope: 1}
journey | /$defs/until | step wait_until: {any: [{nope: 1}]}
journey | /$defs/step/properties/wait_for | step wait_for: {nope: 1}
journey | /$defs/step/properties/split | step split: {nope: 1}
journey | /$defs/step/properties/experiment | step experiment: {nope: 1}
journey | /$defs/step/properties/set_trait | step set_trait: {nope: 1}
journey | /$defs/step/properties/tag | step tag: {nope: 1}
journey | /$defs/step/properties/repeat | step repeat: {nope: 1}
journey | /$defs/step/properties/webhook | step webhook: {nope: 1}
journey | /$defs/step/properties/task | step task: {nope: 1}
journey | /$defs/step/properties/tell_sales | step tell_sales: {nope: 1}
form | | nope: 1
form | /properties/fields/items | fields: [{nope: 1}]
form | /properties/topics/items | topics: [{nope: 1}]
content | | nope: 1
content | /properties/image | image: {nope: 1}
content | /properties/action | action: {nope: 1}
content | /properties/forms | forms: {nope: 1}
content | /properties/forms/properties/email | forms: {email: {nope: 1}}
content | /properties/forms/properties/push | forms: {push: {nope: 1}}
content | /properties/forms/properties/onsite | forms: {onsite: {nope: 1}}
content | /properties/forms/properties/sms | forms: {sms: {nope: 1}}
content | /properties/images/items | images: [{nope: 1}]
content | /properties/forms/properties/social | forms: {social: {nope: 1}}
content | /properties/forms/properties/bluesky | forms: {bluesky: {nope: 1}}
content | /properties/forms/properties/mastodon | forms: {mastodon: {nope: 1}}
content | /properties/forms/properties/linkedin | forms: {linkedin: {nope: 1}}
content | /properties/forms/properties/facebook | forms: {facebook: {nope: 1}}
content | /properties/forms/properties/threads | forms: {threads: {nope: 1}}
content | /properties/forms/properties/x | forms: {x: {nope: 1}}
content | /properties/forms/properties/webhook | forms: {webhook: {nope: 1}}
content | /properties/forms/properties/page | forms: {page: {nope: 1}}
content | /properties/forms/properties/page/properties/enclosure | forms: {page: {enclosure: {nope: 1}}}
";

/// Each closed list: the schema, its place, and a file with a word that is not on it.
const LISTS: &str = r"
policy | /properties/panel/properties/design | panel: {share: 10%, design: nope}
policy | /properties/panel/properties/rule | panel: {share: 10%, rule: nope}
policy | /properties/learning/properties/responses/items | learning: {responses: [nope]}
policy | /properties/measurement_consent | measurement_consent: nope
journey | /$defs/step/properties/wait_until/properties/then | step wait_until: {event: A, timeout: 1d, then: nope}
journey | /$defs/step/properties/wait_for/properties/days/items | step wait_for: {from: '09:00', to: '10:00', days: [nope]}
journey | /properties/trigger/properties/schedule/properties/every | trigger: {schedule: {audience: a, every: nope, at: '09:00'}}
journey | /properties/trigger/properties/conversation/properties/kind | trigger: {conversation: {kind: nope}}
journey | /$defs/class | step message: {content: a, channels: [email], class: nope}
form | /properties/fields/items/properties/kind | fields: [{field: a, kind: nope}]
content | /properties/class | class: nope
content | /properties/forms/properties/page/properties/kind | forms: {page: {kind: nope}}
content | /properties/forms/properties/social/properties/thread | forms: {social: {text: a, thread: nope}}
";

/// The schema's name, the place in it, and what the reader takes there.
fn places(table: &str) -> impl Iterator<Item = (&str, &str, BTreeSet<String>)> {
    table.lines().filter(|it| !it.is_empty()).map(|line| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let mut next = || parts.next().expect("three parts");
        let (name, pointer, text) = (next(), next(), next());
        let path = SCHEMAS.iter().find(|it| it.name == name).expect("a schema").files;
        let text = match (name, text.strip_prefix("step ")) {
            ("content", _) => format!("---\ncontent: c\n{text}\n---\n\n"),
            (_, Some(step)) => format!("journey: j\ntrigger: {{event: A}}\nsteps:\n  - {step}"),
            (_, None) => text.to_owned(),
        };
        (name, pointer, expected(&path.replace('*', "a"), &text))
    })
}

#[test]
fn every_field_of_the_forms_is_in_its_schema_and_no_other() {
    for (name, pointer, expected) in places(FIELDS) {
        let schema = schema(name);
        let place = at(&schema, pointer);
        assert_eq!(place["additionalProperties"], false, "{name}{pointer}");
        let fields = place["properties"].as_object().expect("fields").keys().cloned();
        assert_eq!(fields.collect::<BTreeSet<_>>(), expected, "{name}{pointer}");
    }
}

#[test]
fn every_word_of_the_closed_lists_is_in_its_schema() {
    for (name, pointer, expected) in places(LISTS) {
        let schema = schema(name);
        let place = at(&schema, pointer);
        let target =
            place["$ref"].as_str().map_or(place, |it| at(&schema, it.trim_start_matches('#')));
        assert_eq!(words(target), expected, "{name}{pointer}");
    }
    let channels: BTreeSet<String> =
        model::Channel::ALL.iter().map(|it| it.name().to_owned()).collect();
    for name in ["policy", "journey", "broadcast"] {
        assert_eq!(words(at(&schema(name), "/$defs/channel")), channels, "{name}");
    }
    // What is only measured is no purpose of a message.
    let purposes = words(at(&schema("content"), "/properties/purpose"));
    let read = expected("content/c.md", "---\ncontent: c\npurpose: nope\n---\n\n");
    let read: BTreeSet<String> = read.into_iter().filter(|it| it != "measurement").collect();
    assert_eq!(purposes, read);
}

fn words(schema: &Json) -> BTreeSet<String> {
    let all = schema["enum"].as_array().expect("a closed list").iter();
    all.map(|it| it.as_str().expect("a word").to_owned()).collect()
}

#[test]
fn what_is_sound_is_sound_by_its_schema() {
    let mut looked_at = BTreeMap::new();
    for (path, text) in written() {
        let (name, text) = of_path(&path, &text);
        let value: Json = serde_saphyr::from_str(&text).expect("YAML");
        let schema = schema(name);
        assert_eq!(wrong(&schema, &schema, &value, ""), None, "{path}");
        *looked_at.entry(name).or_insert(0) += 1;
    }
    assert!(["journey", "content", "policy", "broadcast"].iter().all(|it| 5 <= looked_at[it]));
}

#[test]
fn what_is_misspelt_is_wrong_by_its_schema() {
    for (name, text) in [
        ("policy", "cap: []"),
        ("policy", "window: soon"),
        ("policy", "panel: {share: 10%, design: full, channels: [email]}"),
        ("audience", "audience: a"),
        ("journey", "{journey: j, trigger: {event: A, enters: b}, steps: []}"),
        ("journey", "{journey: j, trigger: {event: A}, steps: [{wait: 1d, end: true}]}"),
        ("journey", "{journey: j, trigger: {event: A}, steps: [{branch: [{when: a}]}]}"),
        ("broadcast", "{broadcast: b, audience: a, content: c, channels: [fax]}"),
        ("content", "{content: c, purpose: measurement}"),
    ] {
        let value: Json = serde_saphyr::from_str(text).expect("YAML");
        let schema = schema(name);
        assert!(wrong(&schema, &schema, &value, "").is_some(), "{name}: {text}");
    }
}

/// The same by a validator of others, which knows all of the standard.
#[test]
fn another_validator_agrees() {
    if std::env::var_os("FULCRUM_SLOW").is_none() {
        return;
    }
    let script = root().join("fixtures/schema/check.py");
    let ran = std::process::Command::new("python3").arg(script).output().expect("python3 runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "pip install jsonschema pyyaml; {said}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of the market's programme and of every template.
fn written() -> Vec<(String, String)> {
    let mut folders = vec![root().join("crates/sim/programme")];
    for entry in std::fs::read_dir(root().join("scenarios")).expect("scenarios/") {
        folders.push(entry.expect("an entry").path().join("program"));
    }
    let mut found = Vec::new();
    for folder in folders.into_iter().filter(|it| it.is_dir()) {
        let mut waiting = vec![folder.clone()];
        while let Some(next) = waiting.pop() {
            for entry in std::fs::read_dir(next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let name =
                    path.strip_prefix(&folder).expect("below").to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found
}

/// The schema of a file, and its text or what stands at its head.
fn of_path(path: &str, text: &str) -> (&'static str, String) {
    let (folder, _) = path.split_once('/').unwrap_or((path, ""));
    let is_of =
        |files: &str| files == path || files.split_once('/').is_some_and(|it| it.0 == folder);
    let schema = SCHEMAS.iter().find(|it| is_of(it.files)).expect("every file has a schema");
    let text = match schema.name {
        "content" => text.split("---\n").nth(1).expect("a head").to_owned(),
        _ => text.to_owned(),
    };
    (schema.name, text)
}

/// What is wrong with `value`, in as much of the standard as our schemas use.
fn wrong(root: &Json, schema: &Json, value: &Json, place: &str) -> Option<String> {
    if let Some(target) = schema["$ref"].as_str() {
        return wrong(root, at(root, target.trim_start_matches('#')), value, place);
    }
    if let Some(any) = schema["anyOf"].as_array()
        && any.iter().all(|it| wrong(root, it, value, place).is_some())
    {
        return Some(format!("{place}: none of {}", any.len()));
    }
    if let Some(one) = schema["oneOf"].as_array() {
        let fitting = one.iter().filter(|it| wrong(root, it, value, place).is_none()).count();
        if fitting != 1 {
            return Some(format!("{place}: {fitting} of {} fit", one.len()));
        }
    }
    let is_kind = match schema["type"].as_str() {
        None => true,
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some(other) => panic!("the check does not know the type {other}"),
    };
    if !is_kind {
        return Some(format!("{place}: {value} is no {}", schema["type"]));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Some(format!("{place}: {value} is not on the list"));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && pattern.contains("(ms|s|m|h|d|w)")
        && model::Span::parse(text).is_err()
        && !["never", "always"].contains(&text)
    {
        return Some(format!("{place}: {text} is no length"));
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let mut missing = required.filter_map(Json::as_str).filter(|it| value.get(it).is_none());
    if let Some(name) = missing.next() {
        return Some(format!("{place}: {name} is missing"));
    }
    let items = value.as_array().into_iter().flatten().enumerate();
    let mut below = items.filter_map(|(n, it)| {
        let items = schema.get("items")?;
        wrong(root, items, it, &format!("{place}/{n}"))
    });
    below.next().or_else(|| {
        value.as_object()?.iter().find_map(|(name, it)| {
            let place = format!("{place}/{name}");
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(own), _) => wrong(root, own, it, &place),
                (None, Some(Json::Bool(false))) => Some(format!("{place} is unknown")),
                (None, Some(more)) => wrong(root, more, it, &place),
                (None, None) => None,
            }
        })
    })
}

/// What people begin with gives nobody a reason to pass over hints.
#[test]
fn the_templates_agree_with_themselves() {
    let mut programmes: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("scenarios")).expect("scenarios/") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().map(|it| it.to_string_lossy().into_owned());
        let folder = folder.join("program");
        let mut waiting = vec![folder.clone()];
        while let Some(next) = waiting.pop() {
            for entry in std::fs::read_dir(next).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    waiting.push(path);
                    continue;
                }
                let below = path.strip_prefix(&folder).expect("below").to_string_lossy();
                let text = std::fs::read_to_string(&path).expect("text");
                let files = programmes.entry(name.clone().unwrap_or_default()).or_default();
                files.insert(below.into_owned(), text);
            }
        }
    }
    assert!(5 <= programmes.len());
    for (name, files) in programmes {
        let programme = crate::programme::parse(&files).unwrap_or_else(|it| panic!("{it:?}"));
        for campaign in programme.campaigns(&[]) {
            assert_eq!(content::consistency::check(&campaign), [], "{name} {}", campaign.name);
        }
    }
}
