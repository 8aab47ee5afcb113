//! The look of the customers' pages.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Loaded;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use model::{Span, Timestamp};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6270; --line: #d9dce1; --paper: #fff; --back: #f4f5f7; --main: #1d4ed8; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a6adba; --line: #3a3f48; --paper: #1d2025; --back: #121417; --main: #8ab4ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { max-width: 36rem; margin: 8vh auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 1.75rem 0 .5rem; }
p, li { margin: .5rem 0; } ul, ol { margin: .5rem 0; padding-left: 1.375rem; } .soft { color: var(--soft); font-size: .9375rem; }
.brand { color: var(--soft); margin: 0 0 1.5rem; font-weight: 600; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem 1rem; margin: 1rem 0; }
legend { padding: 0 .375rem; font-weight: 600; }
label { padding: .375rem 0; }
label.pick { display: flex; gap: .625rem; align-items: start; overflow-wrap: anywhere; }
label.field { display: grid; gap: .25rem; justify-items: start; } label.row { display: inline-grid; margin-right: 1rem; }
input[type=radio], input[type=checkbox] { flex: none; width: 1.125rem; height: 1.125rem; margin: .25rem 0 0; accent-color: var(--main); }
select, input[type=time] { font: inherit; max-width: 100%; min-height: 2.75rem; padding: .375rem .5rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--paper); color: var(--ink); }
button { font: inherit; font-weight: 600; margin-top: 1rem; padding: .625rem 1.25rem; border: 0; border-radius: .5rem; background: var(--main); color: var(--paper); cursor: pointer; }
form + p { margin-top: 1.25rem; } .links { margin: 1.75rem 0 1rem; } .links a { display: inline-block; margin-right: 1.25rem; padding: .25rem 0; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
a { color: var(--main); }
@media (max-width: 40rem) { main { margin: 0; padding: 1.5rem 1.25rem; border: 0; border-radius: 0; min-height: 100vh; } }
";

/// A whole page.
pub(super) fn page(loaded: &Loaded, status: StatusCode, title: &str, content: &Markup) -> Response {
    let brand = &loaded.programme.brand.name;
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex, nofollow";
                title { (title) @if !brand.is_empty() { " – " (brand) } }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    @if !brand.is_empty() { p.brand { (brand) } }
                    h1 { (title) }
                    (content)
                }
            }
        }
    };
    let headers: [(HeaderName, &str); 7] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        // The address holds the token, which is nobody else's business.
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// `7 days`, `12 hours`: the largest unit that fits.
pub(super) fn span(span: Span) -> String {
    let units = [(Span::DAY, "day"), (Span::HOUR, "hour"), (Span::MINUTE, "minute")];
    let whole = |unit: Span| 0 < span.millis() && span.millis() % unit.millis() == 0;
    match units.into_iter().find(|(unit, _)| whole(*unit)) {
        Some((unit, name)) => match span.millis() / unit.millis() {
            1 => format!("1 {name}"),
            n => format!("{n} {name}s"),
        },
        None => span.to_string(),
    }
}

/// `21:00`
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `2026-11-22`
pub(super) fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}

/// The link was changed on its way, or is not from here.
pub(super) fn bad_link(loaded: &Loaded) -> Response {
    let content = html! {
        p { "This link is not complete. It may have been cut off by your mail program." }
        p { "Please open it from the message again, or answer the message: a person reads that." }
    };
    page(loaded, StatusCode::NOT_FOUND, "This link does not work", &content)
}

/// The wish could not be stored.
pub(super) fn try_again(loaded: &Loaded) -> Response {
    let content = html! {
        p { "Your choice could " strong { "not" } " be stored just now." }
        p { "Please go back and try again in a minute." }
    };
    let mut response = page(loaded, StatusCode::SERVICE_UNAVAILABLE, "Please try again", &content);
    response.headers_mut().insert(header::RETRY_AFTER, axum::http::HeaderValue::from(30));
    response
}
