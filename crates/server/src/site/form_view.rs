//! How a form looks: alone, on a page, with what is wrong, and afterwards.

use super::answer::form_policy;
use super::download::Offer;
use super::forms::TRAP;
use super::head::Head;
use super::page::HTML;
use super::shell;
use super::view::Site;
use crate::pages::form::value;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use content::form::{EMAIL, Fault, Field, FieldKind, Form};
use content::{Word, Words};
use maud::{Markup, html};

/// From here on a text gets several lines.
const LINE_CHARS_MAX: usize = 200;

/// A form with what was typed into it.
pub(super) struct Shown<'a> {
    pub form: &'a Form,
    pub token: String,
    pub typed: &'a [(String, String)],
    pub faults: Vec<(String, Fault)>,
    /// Above the fields: what is asked beside correcting them.
    pub said: Option<Word>,
}

impl<'a> Shown<'a> {
    pub fn fresh(form: &'a Form, token: String) -> Shown<'a> {
        Shown { form, token, typed: &[], faults: Vec::new(), said: None }
    }
}

/// On a page of its own.
pub(super) fn alone(site: &Site, shown: &Shown, status: StatusCode) -> Response {
    let words = site.words(site.language_of(shown.form));
    let title = title(shown.form, &words);
    let content = html! {
        h1 { (title) }
        (errors(shown, &words))
        (form(shown, &words))
    };
    page(site, &words, shown.form, &title, status, &content)
}

/// Below a page's text.
pub(super) fn on_page(site: &Site, shown: &Shown) -> Markup {
    let words = site.words(site.language_of(shown.form));
    html! {
        section.form aria-labelledby="form-title" {
            h2 id="form-title" { (title(shown.form, &words)) }
            (form(shown, &words))
        }
    }
}

/// It is stored. `waits_for` is the address from which it is to be confirmed.
pub(super) fn thanks(
    site: &Site,
    form: &Form,
    waits_for: Option<&str>,
    offer: Option<&Offer>,
) -> Response {
    let words = site.words(site.language_of(form));
    let title = words.say(Word::FormThanksTitle);
    let content = html! {
        h1 { (title) }
        p role="status" {
            @if form.thanks.is_empty() { (words.say(Word::FormThanks)) } @else { (form.thanks) }
        }
        @if let Some(address) = waits_for {
            p { (words.with(Word::FormConfirm, &[("address", address)])) }
        }
        @if let Some(offer) = offer { (offer.markup(&words)) }
        p.more { a href=(site.to("/read")) { (words.say(Word::SiteAll)) } }
    };
    page(site, &words, form, title, StatusCode::OK, &content)
}

/// The log cannot be written just now.
pub(super) fn try_again(site: &Site, form: &Form) -> Response {
    let words = site.words(site.language_of(form));
    let title = words.say(Word::TryAgainTitle);
    let content = html! {
        h1 { (title) }
        p role="alert" { (words.say(Word::FormNotStored)) }
        p { (words.say(Word::TryAgainHint)) }
    };
    let mut response = page(site, &words, form, title, StatusCode::SERVICE_UNAVAILABLE, &content);
    response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from(30));
    response
}

fn page(
    site: &Site,
    words: &Words,
    form: &Form,
    title: &str,
    status: StatusCode,
    content: &Markup,
) -> Response {
    let head = Head {
        title,
        description: &form.text,
        canonical: format!("{}/forms/{}", site.base(), form.name),
        is_indexed: false,
        languages: Vec::new(),
        feed_query: String::new(),
        shown: None,
    };
    let html = [(header::CONTENT_TYPE, HTML)];
    let body = shell::page(site, words, &head, content);
    form_policy((status, html, body).into_response(), Some(form))
}

pub(super) fn button<'a>(form: &'a Form, words: &'a Words) -> &'a str {
    if form.button.is_empty() { words.say(Word::FormButton) } else { &form.button }
}

fn title(form: &Form, words: &Words) -> String {
    let usual = || words.say(Word::FormTitle).to_owned();
    if form.title.is_empty() { usual() } else { form.title.clone() }
}

fn form(shown: &Shown, words: &Words) -> Markup {
    let form = shown.form;
    let button = button(form, words);
    let typed = |name: &str| value(shown.typed, name).unwrap_or_default();
    html! {
        @if !form.text.is_empty() { p { (form.text) } }
        @if let Some(said) = shown.said { p role="alert" { strong { (words.say(said)) } } }
        form method="post" action={ "/forms/" (form.name) } {
            input type="hidden" name="token" value=(shown.token);
            // Nobody sees this one, and no reader of screens comes to it.
            div.trap aria-hidden="true" {
                label { (TRAP) input type="text" name=(TRAP) tabindex="-1" autocomplete="off"; }
            }
            @let wrong = fault(shown, EMAIL);
            label.field { (words.say(Word::FormEmail))
                input type="email" id=(EMAIL) name=(EMAIL) required autocomplete="email" maxlength="254" value=(typed(EMAIL)) aria-invalid=[wrong.map(|_| "true")] aria-describedby=[wrong.map(|_| "email-error")];
            }
            (wrong_line(EMAIL, wrong, words))
            @for it in &form.fields { (field(it, shown, words)) }
            @if !form.topics.is_empty() {
                fieldset {
                    legend { (words.say(Word::FormTopics)) }
                    @for (n, it) in form.topics.iter().enumerate() {
                        @let name = Form::topic_field(n);
                        label.pick {
                            input type="checkbox" name=(name) value="yes" checked[!typed(&name).is_empty()];
                            span { (it.wording) }
                        }
                    }
                }
            }
            button type="submit" { (button) }
        }
    }
}

fn field(it: &Field, shown: &Shown, words: &Words) -> Markup {
    let (name, wrong) = (it.field.as_str(), fault(shown, &it.field));
    let typed = value(shown.typed, name).unwrap_or_default();
    let label = label(it, words);
    let invalid = wrong.map(|_| "true");
    let described = wrong.map(|_| format!("{name}-error"));
    let complete = match it.kind {
        FieldKind::Name => Some("name"),
        FieldKind::Phone => Some("tel"),
        FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox => None,
    };
    html! {
        @match it.kind {
            FieldKind::Checkbox => {
                label.pick {
                    input type="checkbox" id=(name) name=(name) value="yes" required[it.required] checked[!typed.is_empty()] aria-invalid=[invalid] aria-describedby=[described];
                    span { (label) }
                }
            }
            FieldKind::Choice => {
                label.field { (label)
                    select id=(name) name=(name) required[it.required] aria-invalid=[invalid] aria-describedby=[described] {
                        option value="" {}
                        @for choice in &it.choices { option value=(choice) selected[choice == typed] { (choice) } }
                    }
                }
            }
            FieldKind::Text if LINE_CHARS_MAX < it.chars_max() => {
                label.field { (label)
                    textarea id=(name) name=(name) rows="6" maxlength=(it.chars_max()) required[it.required] aria-invalid=[invalid] aria-describedby=[described] { (typed) }
                }
            }
            FieldKind::Text | FieldKind::Name | FieldKind::Phone => {
                label.field { (label)
                    input type=(if it.kind == FieldKind::Phone { "tel" } else { "text" }) id=(name) name=(name) maxlength=(it.chars_max()) value=(typed) autocomplete=[complete] required[it.required] aria-invalid=[invalid] aria-describedby=[described];
                }
            }
        }
        (wrong_line(name, wrong, words))
    }
}

fn label(it: &Field, words: &Words) -> String {
    let own = match (it.label.as_str(), it.kind) {
        ("", FieldKind::Name) => words.say(Word::FormName),
        ("", FieldKind::Phone) => words.say(Word::FormPhone),
        ("", FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox) => &it.field,
        (label, _) => label,
    };
    match it.required {
        true => own.to_owned(),
        false => words.with(Word::FormOptional, &[("label", own)]),
    }
}

fn fault(shown: &Shown, name: &str) -> Option<Fault> {
    shown.faults.iter().find(|it| it.0 == name).map(|it| it.1)
}

fn word(fault: Fault) -> Word {
    match fault {
        Fault::Address => Word::AskError,
        Fault::Missing => Word::FormMissing,
        Fault::TooLong => Word::FormTooLong,
        Fault::NoChoice => Word::FormNoChoice,
        Fault::Phone => Word::FormNoPhone,
    }
}

fn wrong_line(name: &str, wrong: Option<Fault>, words: &Words) -> Markup {
    html! {
        @if let Some(fault) = wrong {
            p.error id={ (name) "-error" } { (words.say(word(fault))) }
        }
    }
}

/// What is wrong, each with the way to its field: heard at once, and the focus is on it.
fn errors(shown: &Shown, words: &Words) -> Markup {
    let label_of = |name: &str| {
        let field = shown.form.fields.iter().find(|it| it.field == name);
        field.map_or_else(|| words.say(Word::FormEmail).to_owned(), |it| label(it, words))
    };
    html! {
        @if !shown.faults.is_empty() {
            div.errors role="alert" tabindex="-1" autofocus {
                h2 { (words.say(Word::ErrorTitle)) }
                ul {
                    @for (name, fault) in &shown.faults {
                        li { a href={ "#" (name) } { (label_of(name)) ": " (words.say(word(*fault))) } }
                    }
                }
            }
        }
    }
}
