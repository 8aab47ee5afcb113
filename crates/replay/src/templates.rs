//! Programmes to begin with, each with a script that shows what it does. They are the directories of
//! `scenarios/`, in the binary.

use std::collections::BTreeMap;

/// A programme to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// What a few people do, line by line.
    pub script: &'static str,
    /// What comes of it.
    pub expected: &'static str,
}

impl Template {
    /// Text by path below `program/`.
    pub fn files(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    pub fn find(name: &str) -> Option<&'static Template> {
        TEMPLATES.iter().find(|it| it.name == name)
    }
}

macro_rules! template {
    ($name:literal, $about:literal, $($path:literal),* $(,)?) => {
        Template {
            name: $name,
            about: $about,
            files: &[$((
                $path,
                include_str!(concat!("../../../scenarios/", $name, "/program/", $path)),
            )),*],
            script: include_str!(concat!("../../../scenarios/", $name, "/script.txt")),
            expected: include_str!(concat!("../../../scenarios/", $name, "/expected.txt")),
        }
    };
}

pub const TEMPLATES: &[Template] = &[
    template!(
        "welcome",
        "Greets who signs up, shows a first step to whom has not taken it, and stops when they have.",
        "audiences/customers.yaml",
        "brand.yaml",
        "content/first-ride.md",
        "content/welcome-nl.md",
        "content/welcome.md",
        "journeys/welcome.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "abandoned-cart",
        "Reminds of a cart that was left, once and again a day later, and is silent when it was bought.",
        "audiences/big-spenders.yaml",
        "brand.yaml",
        "content/cart-help.md",
        "content/cart-kept.md",
        "content/cart-left.md",
        "journeys/abandoned-cart.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "win-back",
        "Writes to who has not ordered for three months, waits for an answer, and asks once what was missing.",
        "audiences/lapsed.yaml",
        "brand.yaml",
        "content/new-since.md",
        "content/what-was-missing.md",
        "journeys/win-back.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "post-purchase",
        "Confirms an order at once, helps with the first days, and asks for a word when there is something to say.",
        "audiences/regulars.yaml",
        "brand.yaml",
        "content/first-days.md",
        "content/order-confirmed.md",
        "content/thank-you.md",
        "content/your-word.md",
        "journeys/after-order.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "event-invitation",
        "Invites who lives near, confirms who registers, reminds them on the day before, and thanks who came.",
        "audiences/near.yaml",
        "audiences/registered.yaml",
        "brand.yaml",
        "broadcasts/invitation.yaml",
        "broadcasts/reminder.yaml",
        "content/invitation.md",
        "content/it-was-good.md",
        "content/registration.md",
        "content/reminder.md",
        "journeys/registered.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "donor-renewal",
        "Thanks for each gift at once, and asks again after eleven months: first by telling what was done with it.",
        "audiences/donors.yaml",
        "audiences/major-donors.yaml",
        "audiences/renewal-due.yaml",
        "brand.yaml",
        "content/last-word.md",
        "content/receipt.md",
        "content/renew.md",
        "content/your-year.md",
        "journeys/renewal.yaml",
        "journeys/thanks.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
    template!(
        "product-launch",
        "Tells the waiting list first, then everybody who looked at such things, and follows up with who looks again.",
        "audiences/interested.yaml",
        "audiences/launch-buyers.yaml",
        "audiences/waiting-list.yaml",
        "brand.yaml",
        "broadcasts/first-look.yaml",
        "broadcasts/launch.yaml",
        "content/first-look.md",
        "content/launch.md",
        "content/on-the-list.md",
        "content/try-it.md",
        "journeys/second-look.yaml",
        "journeys/waiting-list.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ),
];
