//! The published schema describes what is printed: every key, and no other.

use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;

use super::*;

fn schema() -> Json {
    serde_json::from_str(include_str!("../../../../docs/schema/figure.json")).expect("JSON")
}

/// What is wrong with `value` by `rule`: the few words of JSON Schema that the file uses.
fn wrong(schema: &Json, rule: &Json, value: &Json, at: &str) -> Option<String> {
    if let Some(name) = rule["$ref"].as_str() {
        return wrong(schema, &schema["$defs"][name.trim_start_matches("#/$defs/")], value, at);
    }
    if let Some(choices) = rule["oneOf"].as_array() {
        let fits = choices.iter().filter(|it| wrong(schema, it, value, at).is_none()).count();
        return (fits != 1).then(|| format!("{at}: {fits} forms fit"));
    }
    if let Some(only) = rule.get("const") {
        return (only != value).then(|| format!("{at}: {value} is not {only}"));
    }
    let types: Vec<&str> = match &rule["type"] {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        other => return Some(format!("{at}: the rule has the type {other}")),
    };
    let is = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(it) if it.is_u64() && types.contains(&"integer") => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    if !types.contains(&is) {
        return Some(format!("{at}: {value} is not of {types:?}"));
    }
    if let (Some(items), Some(rule)) = (value.as_array(), rule.get("items")) {
        return items.iter().find_map(|it| wrong(schema, rule, it, &format!("{at}[]")));
    }
    let object = value.as_object()?;
    let required = rule["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
    for key in required {
        if !object.contains_key(key) {
            return Some(format!("{at}: no `{key}`"));
        }
    }
    object.iter().find_map(|(key, value)| match rule["properties"].get(key) {
        Some(rule) => wrong(schema, rule, value, &format!("{at}.{key}")),
        None => Some(format!("{at}: `{key}` is not described")),
    })
}

#[test]
fn every_figure_is_as_the_schema_says() {
    let schema = schema();
    let mut runner = TestRunner::deterministic();
    let mut kinds = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let figure = figure().new_tree(&mut runner).expect("a figure").current();
        let json = serde_json::to_value(&figure).expect("JSON");
        assert_eq!(wrong(&schema, &schema, &json, "figure"), None, "{json}");
        kinds.insert(json["kind"].as_str().expect("a kind").to_owned());
    }
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    // The check itself refuses what it should.
    let strange = serde_json::json!({"kind": "pie", "title": "", "subtitle": "", "notes": []});
    assert!(wrong(&schema, &schema, &strange, "figure").is_some());
}
