//! What stands in a page's head: for search engines, for whoever shares it, and for feed readers.

use super::view::{Shown, Site, path};
use content::PageKind;
use maud::{Markup, PreEscaped, html};

/// What a head says.
pub(super) struct Head<'a> {
    pub title: &'a str,
    pub description: &'a str,
    /// The one address of the page, a whole one.
    pub canonical: String,
    pub is_indexed: bool,
    /// The same in other languages, by language.
    pub languages: Vec<(String, String)>,
    /// The query of the feeds that belong here: empty, or like `?tag=hills`.
    pub feed_query: String,
    /// What only a page has.
    pub shown: Option<&'a Shown<'a>>,
}

pub(super) fn head(site: &Site, it: &Head) -> Markup {
    let title = site.title();
    let robots =
        if it.is_indexed && !site.settings().noindex { "index, follow" } else { "noindex" };
    let feeds = [
        ("application/rss+xml", "/feed.xml"),
        ("application/atom+xml", "/atom.xml"),
        ("application/feed+json", "/feed.json"),
    ];
    html! {
        title { (it.title) @if !title.is_empty() && title != it.title { " – " (title) } }
        @if !it.description.is_empty() { meta name="description" content=(it.description); }
        meta name="robots" content=(robots);
        link rel="canonical" href=(it.canonical);
        @for (language, address) in &it.languages {
            link rel="alternate" hreflang=(language) href=(address);
        }
        @if let Some((_, address)) = it.languages.first() {
            link rel="alternate" hreflang="x-default" href=(address);
        }
        @for (kind, address) in feeds {
            link rel="alternate" type=(kind) title=(title) href={ (address) (it.feed_query) };
        }
        meta property="og:title" content=(it.title);
        @if !it.description.is_empty() { meta property="og:description" content=(it.description); }
        meta property="og:url" content=(it.canonical);
        @if !title.is_empty() { meta property="og:site_name" content=(title); }
        @match it.shown {
            Some(shown) => { (of_page(site, shown)) }
            None => {
                meta property="og:type" content="website";
                meta name="twitter:card" content="summary";
            }
        }
    }
}

fn of_page(site: &Site, shown: &Shown) -> Markup {
    let page = &shown.page;
    let (kind, card) = match page.kind {
        PageKind::Article => ("article", "summary_large_image"),
        PageKind::Landing => ("website", "summary_large_image"),
    };
    html! {
        meta property="og:type" content=(kind);
        @match &page.image {
            Some(image) => {
                meta property="og:image" content=(image.url);
                meta property="og:image:alt" content=(image.alt);
                meta name="twitter:card" content=(card);
            }
            None => { meta name="twitter:card" content="summary"; }
        }
        @if page.kind == PageKind::Article {
            @if let Some(at) = page.published {
                meta property="article:published_time" content=(at.to_string());
            }
            @if let Some(at) = page.updated {
                meta property="article:modified_time" content=(at.to_string());
            }
            @for tag in page.tags { meta property="article:tag" content=(tag); }
            (article(site, shown))
        }
    }
}

/// The article in the words of schema.org. It is data and no script, which the browser leaves alone.
fn article(site: &Site, shown: &Shown) -> Markup {
    let page = &shown.page;
    let author = match page.author {
        "" => {
            serde_json::json!({"@type": "Organization", "name": site.settings().author(site.brand())})
        }
        name => serde_json::json!({"@type": "Person", "name": name}),
    };
    let mut data = serde_json::json!({
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "mainEntityOfPage": site.address(shown),
        "author": author,
        "publisher": {"@type": "Organization", "name": site.brand().name},
    });
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            data[name] = serde_json::Value::String(value);
        }
    };
    say("description", Some(page.description.clone()));
    say("image", page.image.as_ref().map(|it| it.url.clone()));
    say("datePublished", page.published.map(|it| it.to_string()));
    say("dateModified", page.changed().map(|it| it.to_string()));
    say("inLanguage", Some(page.language.to_owned()));
    // No text may end the element, whatever stands in it.
    let text =
        data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    html! { script type="application/ld+json" { (PreEscaped(text)) } }
}

/// Links to the other languages, for readers.
pub(super) fn languages(site: &Site, shown: &Shown) -> Markup {
    let others: Vec<Shown> = std::iter::once(None)
        .chain(shown.document.translations.keys().map(|it| Some(it.as_str())))
        .filter(|tag| *tag != shown.tag)
        .filter_map(|tag| {
            let slug = match tag {
                None => shown.document.slug(),
                Some(tag) => shown.document.translations.get(tag)?.content.slug(),
            };
            site.find(tag, slug?)
        })
        .filter(|it| !it.page.language.is_empty())
        .collect();
    let names = content::Words::languages(&site.loaded.programme.words);
    html! {
        @if !others.is_empty() {
            nav.languages aria-label=(site.words(shown.page.language).say(content::Word::Languages)) {
                @for it in &others {
                    @let tag = it.page.language;
                    a href=(site.to(&path(it))) lang=(tag) hreflang=(tag) {
                        (names.get(&tag.to_lowercase()).map_or(tag, String::as_str))
                    } " "
                }
            }
        }
    }
}
