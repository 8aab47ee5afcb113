//! Whether an answer is what the OpenAPI document says.

use serde_json::Value as Json;

/// What is wrong with the answer to `METHOD path` under the document, if anything.
pub fn problem(method: &str, path: &str, answer: &Json) -> Option<String> {
    let document = serde_json::to_value(server::openapi()).expect("JSON");
    let path = path.split('?').next().unwrap_or_default();
    let paths = document["paths"].as_object().expect("paths");
    let Some((_, item)) = paths.iter().find(|(template, _)| matches(template, path)) else {
        return Some(format!("{path} is not in the document"));
    };
    let operation = &item[method.to_lowercase()];
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return Some(format!("{method} {path} has no schema"));
    }
    different(&document, schema, answer, "answer")
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template.zip(path).all(|(a, b)| a == b || a.starts_with('{'))
}

/// The first place where `value` is not as `schema` says. Knows as much of JSON Schema as the
/// document uses, and takes no property that is not named.
fn different(document: &Json, schema: &Json, value: &Json, at: &str) -> Option<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let target = document.pointer(name.trim_start_matches('#')).expect("a schema");
        return different(document, target, value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let found: Vec<String> =
            choices.iter().filter_map(|it| different(document, it, value, at)).collect();
        return if found.len() < choices.len() { None } else { Some(found.join(" or ")) };
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => return None,
    };
    if !kinds.iter().any(|it| is_kind(value, it)) {
        return Some(format!("{at} is {value} and not {}", kinds.join(" or ")));
    }
    if let (Some(words), Json::String(_)) = (schema["enum"].as_array(), value)
        && !words.contains(value)
    {
        return Some(format!("{at} is {value}, which is none of {words:?}"));
    }
    match value {
        Json::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(n, it)| {
                different(document, &schema["items"], it, &format!("{at}[{n}]"))
            })
        }
        Json::Object(_) => different_object(document, schema, value, at),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

fn different_object(document: &Json, schema: &Json, value: &Json, at: &str) -> Option<String> {
    let properties = schema["properties"].as_object()?;
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let missing = required.iter().filter_map(Json::as_str).find(|it| value.get(it).is_none());
    if let Some(name) = missing {
        return Some(format!("{at}.{name} is missing"));
    }
    value.as_object()?.iter().find_map(|(name, it)| match properties.get(name) {
        Some(schema) => different(document, schema, it, &format!("{at}.{name}")),
        None => Some(format!("{at}.{name} is not in the document")),
    })
}

fn is_kind(value: &Json, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}
