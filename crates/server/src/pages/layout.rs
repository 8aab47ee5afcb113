//! The look of the customers' pages.

use super::sheet::Sheet;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use content::Word;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6270; --line: #d9dce1; --paper: #fff; --back: #f4f5f7; --main: #1d4ed8; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a6adba; --line: #3a3f48; --paper: #1d2025; --back: #121417; --main: #8ab4ff; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { max-width: 36rem; margin: 8vh auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line); border-radius: .75rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 1.75rem 0 .5rem; }
p, li { margin: .5rem 0; } ul, ol { margin: .5rem 0; } .soft { color: var(--soft); font-size: .9375rem; }
.brand { color: var(--soft); margin: 0 0 1.5rem; font-weight: 600; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem 1rem; margin: 1rem 0; }
legend { padding: 0 .375rem; font-weight: 600; }
label { padding: .375rem 0; }
label.pick { display: flex; gap: .625rem; align-items: start; overflow-wrap: anywhere; }
label.field { display: grid; gap: .25rem; justify-items: start; } label.row { display: inline-grid; margin-inline-end: 1rem; }
input[type=radio], input[type=checkbox] { flex: none; width: 1.125rem; height: 1.125rem; margin: .25rem 0 0; accent-color: var(--main); }
select, input[type=time] { font: inherit; max-width: 100%; min-height: 2.75rem; padding: .375rem .5rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--paper); color: var(--ink); }
button { font: inherit; font-weight: 600; margin-top: 1rem; padding: .625rem 1.25rem; border: 0; border-radius: .5rem; background: var(--main); color: var(--paper); cursor: pointer; }
form + p { margin-top: 1.25rem; } .links { margin: 1.75rem 0 1rem; } .links a { display: inline-block; margin-inline-end: 1.25rem; padding: .25rem 0; }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
a { color: var(--main); overflow-wrap: anywhere; }
ul, ol { padding-inline-start: 1.375rem; }
input[type=number], input[type=date], input[type=email] { font: inherit; max-width: 100%; min-height: 2.75rem; padding: .375rem .5rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--paper); color: var(--ink); }
.errors { border: 2px solid var(--bad); border-radius: .5rem; padding: 0 1rem .5rem; margin: 1rem 0; } .errors h2 { margin-top: .75rem; } .error { color: var(--bad); font-weight: 600; }
.plain { background: none; color: var(--main); border: 2px solid var(--main); } .danger { background: var(--bad); }
.languages, .pages { margin-top: 1.75rem; } .languages a, .pages a { display: inline-block; padding: .25rem 0; margin-inline-end: 1.25rem; }
[role=status] { border-inline-start: .25rem solid var(--main); padding-inline-start: .75rem; font-weight: 600; }
details { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; padding: .375rem 0; overflow-wrap: anywhere; }
dl { margin: .5rem 0; } dt { font-weight: 600; overflow-wrap: anywhere; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; } li { overflow-wrap: anywhere; }
@media (max-width: 40rem) { main { margin: 0; padding: 1.5rem 1.25rem; border: 0; border-radius: 0; min-height: 100vh; } }
";

/// The look, for a file that stands alone.
pub(super) fn style() -> PreEscaped<&'static str> {
    PreEscaped(STYLE)
}

/// A whole page.
pub(super) fn page(sheet: &Sheet, status: StatusCode, title: Word, content: &Markup) -> Response {
    let words = sheet.words();
    let title = words.say(title);
    let brand = &sheet.loaded.programme.brand.name;
    let markup = html! {
        (DOCTYPE)
        html lang=(words.tag()) dir=(words.direction()) {
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
                    (languages(sheet, words.tag()))
                }
            }
        }
    };
    let headers: [(HeaderName, &str); 8] = [
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
        (header::VARY, "accept-language"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// The same page in the other languages. Only after a GET does the address alone lead back here.
fn languages(sheet: &Sheet, current: &str) -> Markup {
    let others: Vec<(String, String)> =
        sheet.languages().into_iter().filter(|it| it.0 != current).collect();
    html! {
        nav.languages aria-label=(sheet.words().say(Word::Languages)) {
            @for (tag, name) in &others {
                a href={ "?lang=" (tag) } lang=(tag) hreflang=(tag) { (name) } " "
            }
        }
    }
}

/// `21:00`
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// What is wrong with a form: heard at once by a screen reader, and the focus is on it.
pub(super) fn errors(sheet: &Sheet, errors: &[(&str, Word)]) -> Markup {
    let words = sheet.words();
    html! {
        @if !errors.is_empty() {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (words.say(Word::ErrorTitle)) }
                ul {
                    @for (field, error) in errors {
                        li { a href={ "#" (field) } { (words.say(*error)) } }
                    }
                }
            }
        }
    }
}

/// The link was changed on its way, or is not from here.
pub(super) fn bad_link(sheet: &Sheet) -> Response {
    let words = sheet.words();
    let content = html! {
        p { (words.say(Word::BadLinkCut)) }
        p { (words.say(Word::BadLinkAgain)) }
    };
    page(sheet, StatusCode::NOT_FOUND, Word::BadLinkTitle, &content)
}

/// The wish could not be stored.
pub(super) fn try_again(sheet: &Sheet) -> Response {
    let words = sheet.words();
    let content = html! {
        p role="alert" { (words.say(Word::TryAgainText)) }
        p { (words.say(Word::TryAgainHint)) }
    };
    let mut response = page(sheet, StatusCode::SERVICE_UNAVAILABLE, Word::TryAgainTitle, &content);
    response.headers_mut().insert(header::RETRY_AFTER, axum::http::HeaderValue::from(30));
    response
}
