//! What an answer means, by the settings first and by its status else. Pure.

use super::config::GenericConfig;
use crate::http::meaning::{Again, Called, of_status};
use crate::http::message::provider_id;
use model::Reply;

pub fn again(config: &GenericConfig) -> Again {
    match config.idempotency_header {
        Some(_) => Again::SameCopy,
        None => Again::SecondCopy,
    }
}

pub fn meaning(called: &Called, config: &GenericConfig) -> Reply {
    let status = called.status;
    let detail = status.to_string();
    let is_accepted = match config.accepted.is_empty() {
        true => (200..300).contains(&status) && !is_listed(status, config),
        false => config.accepted.contains(&status),
    };
    if is_accepted {
        return Reply::Accepted { provider_id: id(called, config).unwrap_or_default() };
    }
    if config.dead.contains(&status) {
        return Reply::Refused { detail, dead: true };
    }
    if config.refused.contains(&status) {
        return Reply::Refused { detail, dead: false };
    }
    if config.deferred.contains(&status) {
        return Reply::Deferred { detail, retry_after: called.retry_after };
    }
    of_status(called, "", again(config))
}

fn is_listed(status: u16, config: &GenericConfig) -> bool {
    [&config.deferred, &config.refused, &config.dead].iter().any(|it| it.contains(&status))
}

/// By names and, in lists, numbers from 0, with dots between them.
fn id(called: &Called, config: &GenericConfig) -> Option<String> {
    let (path, body) = (config.id.as_ref()?, called.body.as_deref()?);
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let mut at = &answer;
    for step in path.split('.') {
        at = match at {
            serde_json::Value::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
    }
    match at {
        serde_json::Value::String(text) => provider_id(text),
        serde_json::Value::Number(number) => provider_id(&number.to_string()),
        _ => None,
    }
}
