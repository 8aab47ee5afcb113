//! Where forms stand: alone, on pages that are out, and as HTML for a page of somebody else.

use super::form_view;
use super::view::Site;
use content::form::EMAIL;
use content::{Form, Word};
use engine::Loaded;
use maud::html;
use model::Timestamp;
use std::collections::BTreeMap;

pub(crate) struct Place {
    /// Where it stands alone.
    pub address: String,
    /// Title and address of each page that has it.
    pub pages: Vec<(String, String)>,
    pub embed: String,
}

/// Of each form of the programme that runs, by its name.
pub(crate) fn places_of_forms(loaded: &Loaded, now: Timestamp) -> BTreeMap<String, Place> {
    let site = Site { loaded: loaded.clone(), now, carried: String::new() };
    let place = |form: &Form| {
        let pages = site.everything().filter(|it| it.page.form == form.name);
        let pages = pages.map(|it| (it.page.title.clone(), site.address(&it))).collect();
        let address = format!("{}/forms/{}", site.base(), form.name);
        Place { pages, embed: embed(&site, form, &address), address }
    };
    loaded.programme.forms.iter().map(|(name, form)| (name.clone(), place(form))).collect()
}

/// The address and the topics. What else is asked stands on our page, to which it leads.
fn embed(site: &Site, form: &Form, address: &str) -> String {
    let words = site.words(site.language_of(form));
    let button = form_view::button(form, &words);
    let markup = html! {
        form method="post" action=(address) {
            "\n  "
            label { (words.say(Word::FormEmail)) " "
                input type="email" name=(EMAIL) required;
            }
            @for (n, it) in form.topics.iter().enumerate() {
                "\n  "
                label { input type="checkbox" name=(Form::topic_field(n)) value="yes"; " " (it.wording) }
            }
            "\n  "
            button { (button) }
            "\n"
        }
        "\n"
    };
    markup.into_string()
}
