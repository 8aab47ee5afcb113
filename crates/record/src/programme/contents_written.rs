//! Contents and their languages as their files say them.

use super::tree::Tree;
use super::written::word;
use content::{Action, Content, Forms, Image};

/// The front matter; the body is the rest of the file.
pub fn content(content: &Content) -> Tree {
    let locales = content.locales.iter().map(|(name, it)| (name.clone(), Tree::text(it)));
    let locales: Vec<_> = locales.collect();
    let purpose = (content.purpose != model::Purpose::Marketing).then(|| word(content.purpose));
    let written = forms(&content.forms);
    Tree::fields()
        .with("content", Tree::text(&content.name))
        .with("topic", Tree::said(content.topic.as_str()))
        .with("purpose", purpose)
        .with("class", content.class.map(word))
        .with("digest", content.digest.then_some(Tree::Truth(true)))
        .with("locale", Tree::said(&content.locale))
        .with("summary", Tree::said(&content.summary))
        .with("image", content.image.as_ref().map(image))
        .with("images", Tree::some(content.images.iter().map(image)))
        .with("action", content.action.as_ref().map(action))
        .with("tags", Tree::some(content.tags.iter().map(Tree::text)))
        .with("hashtags", Tree::some(content.hashtags.iter().map(Tree::text)))
        .with("forms", (!written.is_empty()).then_some(written))
        .with("layout", Tree::said(&content.layout))
        .with("locales", (!locales.is_empty()).then_some(Tree::Fields(locales)))
}

/// What the files of a content's languages say, by language.
pub fn translations(content: &Content) -> Option<Tree> {
    let written: Vec<_> = content
        .translations
        .iter()
        .map(|(tag, it)| {
            let front = &it.front;
            let written = forms(&front.forms);
            let list = |it: &Vec<Image>| Tree::list(it.iter().map(image));
            let tags = |it: &Vec<String>| Tree::list(it.iter().map(Tree::text));
            let tree = Tree::fields()
                .with("summary", front.summary.as_ref().map(Tree::text))
                .with("image", front.image.as_ref().map(image))
                .with("images", front.images.as_ref().map(list))
                .with("action", front.action.as_ref().map(action))
                .with("hashtags", front.hashtags.as_ref().map(tags))
                .with("forms", (!written.is_empty()).then_some(written))
                .with("body", Tree::said(&it.body));
            (tag.clone(), tree)
        })
        .collect();
    (!written.is_empty()).then_some(Tree::Fields(written))
}

fn forms(forms: &Forms) -> Tree {
    let titled = |it: &content::PushForm| {
        Tree::fields().with("title", Tree::said(&it.title)).with("body", Tree::said(&it.body))
    };
    let text = |it: &content::TextForm| Tree::fields().with("text", Tree::text(&it.text));
    let sms = |it: &content::SmsForm| {
        let segments = it.segments.map(|it| Tree::Number(it as f64));
        Tree::fields().with("text", Tree::text(&it.text)).with("segments", segments)
    };
    let post = |it: &content::PostForm| {
        Tree::fields().with("text", Tree::text(&it.text)).with("thread", it.thread.map(word))
    };
    let email = |it: &content::EmailForm| {
        Tree::fields()
            .with("subject", Tree::said(&it.subject))
            .with("preheader", Tree::said(&it.preheader))
    };
    Tree::fields()
        .with("email", forms.email.as_ref().map(email))
        .with("push", forms.push.as_ref().map(titled))
        .with("onsite", forms.onsite.as_ref().map(titled))
        .with("sms", forms.sms.as_ref().map(sms))
        .with("social", forms.social.as_ref().map(post))
        .with("bluesky", forms.bluesky.as_ref().map(post))
        .with("mastodon", forms.mastodon.as_ref().map(post))
        .with("linkedin", forms.linkedin.as_ref().map(post))
        .with("facebook", forms.facebook.as_ref().map(post))
        .with("threads", forms.threads.as_ref().map(post))
        .with("x", forms.x.as_ref().map(post))
        .with("webhook", forms.webhook.as_ref().map(text))
        .with("page", forms.page.as_ref().map(page))
}

/// A form that strangers fill in.
pub fn form(it: &content::Form) -> Tree {
    let double = (it.double_opt_in == Some(false)).then_some(Tree::Truth(false));
    let topic = |it: &content::form::AskedTopic| {
        Tree::fields().with("topic", Tree::text(&it.topic)).with("wording", Tree::said(&it.wording))
    };
    Tree::fields()
        .with("form", Tree::text(&it.name))
        .with("title", Tree::said(&it.title))
        .with("text", Tree::said(&it.text))
        .with("locale", Tree::said(&it.locale))
        .with("fields", Tree::some(it.fields.iter().map(field)))
        .with("topics", Tree::some(it.topics.iter().map(topic)))
        .with("double_opt_in", double)
        .with("confirmation", it.confirmation.as_ref().map(Tree::text))
        .with("button", Tree::said(&it.button))
        .with("thanks", Tree::said(&it.thanks))
        .with("then", Tree::said(&it.then))
}

fn field(it: &content::form::Field) -> Tree {
    let kind = (it.kind != content::form::FieldKind::Text).then(|| word(it.kind));
    Tree::fields()
        .with("field", Tree::text(&it.field))
        .with("kind", kind)
        .with("label", Tree::said(&it.label))
        .with("required", it.required.then_some(Tree::Truth(true)))
        .with("choices", Tree::some(it.choices.iter().map(Tree::text)))
        .with("chars", it.chars.map(|it| Tree::Number(it as f64)))
        .with("trait", Tree::said(&it.to_trait))
}

fn page(it: &content::PageForm) -> Tree {
    Tree::fields()
        .with("slug", Tree::said(&it.slug))
        .with("title", Tree::said(&it.title))
        .with("description", Tree::said(&it.description))
        .with("kind", it.kind.map(word))
        .with("published", Tree::said(&it.published))
        .with("updated", Tree::said(&it.updated))
        .with("author", Tree::said(&it.author))
        .with("tags", Tree::some(it.tags.iter().map(Tree::text)))
        .with("enclosure", it.enclosure.as_ref().map(enclosure))
        .with("form", Tree::said(&it.form))
        .with("download", Tree::said(&it.download))
        .with("noindex", it.noindex.map(Tree::Truth))
}

fn enclosure(it: &content::page::Enclosure) -> Tree {
    let number = |it: u32| Tree::Number(f64::from(it));
    Tree::fields()
        .with("url", Tree::text(&it.url))
        .with("type", Tree::text(&it.media_type))
        .with("bytes", Tree::Number(it.bytes as f64))
        .with("duration", Tree::said(&it.duration))
        .with("episode", it.episode.map(number))
        .with("season", it.season.map(number))
        .with("explicit", it.explicit.then_some(Tree::Truth(true)))
}

fn image(it: &Image) -> Tree {
    Tree::fields().with("url", Tree::text(&it.url)).with("alt", Tree::said(&it.alt))
}

fn action(it: &Action) -> Tree {
    Tree::fields().with("label", Tree::text(&it.label)).with("url", Tree::text(&it.url))
}
