//! The look of what everybody may read, and what stands around it.

use super::head::{Head, head};
use super::view::Site;
use content::{Word, Words};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #5b6270; --line: #d9dce1; --paper: #fff; --main: #1d4ed8; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a6adba; --line: #3a3f48; --paper: #15181c; --main: #8ab4ff; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.125rem/1.65 system-ui, sans-serif; }
header, main, footer { max-width: 42rem; margin: 0 auto; padding: 1.25rem; overflow-wrap: anywhere; }
header { border-bottom: 1px solid var(--line); font-weight: 600; } header a { color: var(--ink); text-decoration: none; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; font-size: .9375rem; color: var(--soft); }
h1 { font-size: 2rem; line-height: 1.2; margin: 1.5rem 0 .75rem; } h2 { font-size: 1.375rem; line-height: 1.3; margin: 2rem 0 .5rem; } h3 { font-size: 1.125rem; margin: 1.5rem 0 .5rem; }
p, ul, ol, pre, blockquote { margin: 0 0 1.1rem; } ul, ol { padding-inline-start: 1.5rem; }
a { color: var(--main); } :focus-visible { outline: 3px solid var(--main); outline-offset: 2px; }
img, video { max-width: 100%; height: auto; border-radius: .5rem; } audio { width: 100%; }
figure { margin: 1.5rem 0; } blockquote { border-inline-start: .25rem solid var(--line); padding-inline-start: 1rem; margin-inline: 0; color: var(--soft); }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .5rem; } code { font-size: .9375em; }
hr { border: 0; border-top: 1px solid var(--line); margin: 2rem 0; }
.soft { color: var(--soft); font-size: .9375rem; } .lead { font-size: 1.25rem; color: var(--soft); }
.action a, button { display: inline-block; padding: .625rem 1.25rem; border: 0; border-radius: .5rem; background: var(--main); color: var(--paper); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
.articles { list-style: none; padding: 0; } .articles li { padding: 1.25rem 0; border-bottom: 1px solid var(--line); } .articles h2 { margin: 0; } .articles p { margin: .25rem 0 0; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem 1rem; margin: 1rem 0; } legend { padding: 0 .375rem; font-weight: 600; }
.form { border-top: 1px solid var(--line); margin-top: 2.5rem; } .trap { position: absolute; left: -100vw; }
label.field { display: grid; gap: .25rem; margin: 1rem 0 0; } label.pick { display: flex; gap: .625rem; align-items: start; margin: .75rem 0; } label.pick input { flex: none; width: 1.125rem; height: 1.125rem; margin: .375rem 0 0; accent-color: var(--main); }
input[type=text], input[type=email], input[type=tel], select, textarea { font: inherit; width: 100%; min-height: 2.75rem; padding: .375rem .625rem; border: 1px solid var(--soft); border-radius: .375rem; background: var(--paper); color: var(--ink); }
button { margin-top: 1.25rem; }
.errors { border: 2px solid var(--bad); border-radius: .5rem; padding: 0 1rem .5rem; margin: 1rem 0; } .errors h2 { margin-top: .75rem; } .error { color: var(--bad); font-weight: 600; margin: .25rem 0 0; }
[role=status] { border-inline-start: .25rem solid var(--main); padding-inline-start: .75rem; font-weight: 600; }
.tags { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; } footer a, .languages a, .more a { display: inline-block; padding: .25rem 0; margin-inline-end: 1.25rem; }
";

/// A whole page.
pub(super) fn page(site: &Site, words: &Words, about: &Head, content: &Markup) -> String {
    let brand = site.brand();
    let feeds = [("RSS", "/feed.xml"), ("Atom", "/atom.xml"), ("JSON", "/feed.json")];
    // Words may be in another language than the page, which has the last word.
    let spoken = about.shown.map(|it| it.page.language).filter(|it| !it.is_empty());
    let language = spoken.unwrap_or(words.tag());
    html! {
        (DOCTYPE)
        html lang=(language) dir=(content::words::direction(&language.to_lowercase())) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                (head(site, about))
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if !site.title().is_empty() { header { a href=(site.to("/read")) { (site.title()) } } }
                main { (content) }
                footer {
                    @if !brand.name.is_empty() { p { (brand.name) } }
                    @if !brand.postal_address.is_empty() { p { (brand.postal_address) } }
                    nav aria-label=(words.say(Word::SiteFeeds)) {
                        @for (name, address) in feeds {
                            a href={ (address) (about.feed_query) } { (name) } " "
                        }
                    }
                }
            }
        }
    }
    .into_string()
}
