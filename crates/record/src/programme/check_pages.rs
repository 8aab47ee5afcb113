//! What only the whole shows about pages and forms: addresses that stand twice, and names that nothing has.

use super::Programme;
use model::{ContentName, Problem, Purpose};
use std::collections::BTreeMap;

/// Each with the kind and name of what it is about.
pub(super) fn problems(programme: &Programme) -> Vec<(&'static str, String, Problem)> {
    let mut found = Vec::new();
    addresses(programme, &mut found);
    forms(programme, &mut found);
    found
}

fn addresses(programme: &Programme, found: &mut Vec<(&'static str, String, Problem)>) {
    let Programme { contents, brand, site, forms, .. } = programme;
    let mut taken: BTreeMap<(&str, &str), &ContentName> = BTreeMap::new();
    let has_address = !site.base_url(brand).is_empty();
    for (name, content) in contents {
        let Some(slug) = content.slug() else { continue };
        let mut fail = |text: String, hint: &str| {
            found.push(("content", name.to_string(), Problem::new(text).hint(hint)));
        };
        if !has_address {
            fail("nobody knows where the page is".to_owned(), "write `base_url` in brand.yaml");
        }
        let translations = content.translations.iter();
        let translated =
            translations.filter_map(|(tag, it)| Some((tag.as_str(), it.content.slug()?)));
        for place in std::iter::once(("", slug)).chain(translated) {
            if let Some(other) = taken.insert(place, name) {
                let text = format!("the page of `{other}` has the address `{}` too", place.1);
                fail(text, "give one of them another `slug`");
            }
        }
        let translations = content.translations.values().map(|it| &it.content);
        let pages = std::iter::once(content).chain(translations);
        for page in pages.filter_map(|it| it.forms.page.as_ref()) {
            match forms.get(&page.form) {
                None if page.form.is_empty() => {}
                None => {
                    let hint = format!("add forms/{}.yaml", page.form);
                    fail(format!("there is no form `{}`", page.form), &hint);
                }
                Some(form) if !page.download.is_empty() && !form.then.is_empty() => {
                    let text = format!("the form `{}` leads away from the download", page.form);
                    fail(text, "take `then` out of it: the file is on the page that follows");
                }
                Some(_) => {}
            }
        }
    }
    if !has_address {
        let problem = || Problem::new("nobody knows where the form is");
        let hint = "write `base_url` in brand.yaml";
        found.extend(forms.keys().map(|it| ("form", it.clone(), problem().hint(hint))));
    }
}

fn forms(programme: &Programme, found: &mut Vec<(&'static str, String, Problem)>) {
    let Programme { contents, topics, forms, .. } = programme;
    for (name, form) in forms {
        let mut fail = |text: String, hint: &str| {
            found.push(("form", name.clone(), Problem::new(text).hint(hint)));
        };
        for asked in &form.topics {
            if topics.iter().all(|it| it.name != asked.topic) {
                fail(format!("there is no topic `{}`", asked.topic), "add it to topics.yaml");
            }
        }
        let Some(confirmation) = &form.confirmation else { continue };
        match contents.get(confirmation) {
            None => {
                let hint = format!("add content/{confirmation}.md");
                fail(format!("there is no content `{confirmation}`"), &hint);
            }
            Some(content) if content.purpose != Purpose::Transactional => {
                let hint = "write `purpose: transactional` in it";
                fail(format!("`{confirmation}` is asked for by the person"), hint);
            }
            Some(_) => {}
        }
    }
}
