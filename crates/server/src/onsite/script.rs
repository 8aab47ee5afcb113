//! The script for the business's pages, what it loads when it is needed, and the worker that shows push messages.

use crate::app::Shared;
use crate::problem::Problem;
use crate::site::shared;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, LazyLock};

/// As they are sent: without what only we read.
static PAGE: LazyLock<String> =
    LazyLock::new(|| lean(include_str!("../../../../web/site/fulcrum.js")));
static BOX: LazyLock<String> =
    LazyLock::new(|| lean(include_str!("../../../../web/site/fulcrum-box.js")));
static PUSH: LazyLock<String> =
    LazyLock::new(|| lean(include_str!("../../../../web/site/fulcrum-push.js")));
static WORKER: LazyLock<String> =
    LazyLock::new(|| lean(include_str!("../../../../web/site/fulcrum-worker.js")));

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Pages hold it for so long; a new version is everywhere after that.
const KEEP: &str = "public, max-age=3600";

pub(super) async fn page(asked: HeaderMap) -> Response {
    for_any_page(shared(&asked, JAVASCRIPT, PAGE.clone()))
}

pub(super) async fn message_box(asked: HeaderMap) -> Response {
    for_any_page(shared(&asked, JAVASCRIPT, BOX.clone()))
}

pub(super) async fn push(asked: HeaderMap) -> Response {
    for_any_page(shared(&asked, JAVASCRIPT, PUSH.clone()))
}

pub(super) async fn worker(asked: HeaderMap) -> Response {
    for_any_page(shared(&asked, JAVASCRIPT, WORKER.clone()))
}

/// What a browser subscribes with.
pub(super) async fn push_key(State(app): State<Arc<Shared>>, asked: HeaderMap) -> Response {
    let Some(key) = app.settings.visitors.push_key.clone() else {
        let problem = Problem::not_found("there is no [web_push] in fulcrum.toml");
        return for_any_page(problem.into_response());
    };
    for_any_page(shared(&asked, "text/plain; charset=utf-8", key))
}

fn for_any_page(mut response: Response) -> Response {
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::CACHE_CONTROL, KEEP),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Without indentation and comments. A comment of several lines begins and ends on lines of its own, one within a
/// line is a type, and no text has the signs of either.
fn lean(source: &str) -> String {
    let mut text = String::new();
    for line in source.lines().map(str::trim) {
        let mut line = line.to_owned();
        while let Some((before, rest)) = line.split_once("/**")
            && let Some((_, after)) = rest.split_once("*/")
        {
            line = format!("{before}{}", after.trim_start());
        }
        let is_comment =
            line == "*" || ["//", "/*", "* ", "*/"].iter().any(|it| line.starts_with(it));
        if !is_comment && !line.is_empty() {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a page on a slow line pays for it.
    #[test]
    fn the_script_is_small() {
        for (most, script) in [(5_000, &PAGE), (4_000, &BOX), (3_000, &PUSH), (3_000, &WORKER)] {
            assert!(script.len() < most, "{} bytes: {}", script.len(), &script[..60]);
        }
    }

    #[test]
    fn what_only_we_read_is_not_sent() {
        let source = "/**\n * Why.\n */\nfunction a(/** @type {any} */ b) {\n  // Why.\n  \
                      /** @type {any} */ (c).d = b * 2;\n}\n/** @typedef {any} E */\n";
        assert_eq!(lean(source), "function a(b) {\n(c).d = b * 2;\n}\n");
    }
}
