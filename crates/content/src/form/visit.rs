//! How somebody came: the campaign, the referral and the page on which they arrived, as far as addresses say it.

use crate::links::{is_web_address, percent_encode};
use model::{Map, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// No team writes longer ones, and whoever else does is no visitor.
const VALUE_CHARS_MAX: usize = 200;

/// The parameters of an address, and what Segment calls them in `context.campaign`.
const CAMPAIGN: [(&str, &str); 5] = [
    ("utm_campaign", "name"),
    ("utm_source", "source"),
    ("utm_medium", "medium"),
    ("utm_term", "term"),
    ("utm_content", "content"),
];

/// Who recommended us, and where the visit began.
const REFERRAL: &str = "ref";
const LANDING: &str = "landing";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    /// By the name that `context.campaign` has for it.
    #[serde(rename = "c", skip_serializing_if = "BTreeMap::is_empty")]
    pub campaign: BTreeMap<String, String>,
    #[serde(rename = "i", skip_serializing_if = "String::is_empty")]
    pub referral: String,
    /// The page of others that led here, without what follows its `?`.
    #[serde(rename = "r", skip_serializing_if = "String::is_empty")]
    pub referrer: String,
    /// The path on which they arrived.
    #[serde(rename = "l", skip_serializing_if = "String::is_empty")]
    pub landing: String,
}

impl Visit {
    /// `query` are the decoded fields of the address, `path` its path, `referrer` what the browser says,
    /// `base` the address of our own pages.
    pub fn of(query: &[(String, String)], path: &str, referrer: &str, base: &str) -> Visit {
        let value = |name: &str| {
            let found = query.iter().find(|it| it.0 == name).map(|it| clean(&it.1));
            found.filter(|it| !it.is_empty())
        };
        let campaign = CAMPAIGN.iter();
        let campaign = campaign.filter_map(|(name, ours)| Some(((*ours).to_owned(), value(name)?)));
        let landed = value(LANDING).filter(|it| it.starts_with('/') && !it.starts_with("//"));
        let referrer = referrer.split(['?', '#']).next().unwrap_or_default();
        let is_other = is_web_address(referrer) && host(referrer) != host(base);
        Visit {
            campaign: campaign.collect(),
            referral: value(REFERRAL).unwrap_or_default(),
            referrer: if is_other { clean(referrer) } else { String::new() },
            landing: landed.unwrap_or_else(|| clean(path)),
        }
    }

    /// What our own links carry on, so that the next page knows it too: nothing where nobody said
    /// anything. Begins without `?`.
    pub fn carried(&self) -> String {
        if self.campaign.is_empty() && self.referral.is_empty() {
            return String::new();
        }
        let campaign =
            CAMPAIGN.iter().filter_map(|(name, ours)| Some((*name, self.campaign.get(*ours)?)));
        let others = [(REFERRAL, &self.referral), (LANDING, &self.landing)];
        let others = others.into_iter().filter(|it| !it.1.is_empty());
        let fields: Vec<String> = campaign
            .chain(others)
            .map(|(name, it)| format!("{name}={}", percent_encode(it)))
            .collect();
        fields.join("&")
    }

    /// As events say it, in Segment's names.
    pub fn context(&self) -> Map {
        let mut context = Map::new();
        if !self.campaign.is_empty() {
            let campaign =
                self.campaign.iter().map(|(name, it)| (name.clone(), Value::from(it.as_str())));
            context.insert("campaign".to_owned(), Value::Map(campaign.collect()));
        }
        let referrer: Map = [("url", &self.referrer), ("id", &self.referral)]
            .into_iter()
            .filter(|it| !it.1.is_empty())
            .map(|(name, it)| (name.to_owned(), Value::from(it.as_str())))
            .collect();
        if !referrer.is_empty() {
            context.insert("referrer".to_owned(), Value::Map(referrer));
        }
        if !self.landing.is_empty() {
            context.insert("landing_page".to_owned(), Value::from(self.landing.as_str()));
        }
        context
    }
}

fn clean(text: &str) -> String {
    text.trim().chars().filter(|it| !it.is_control()).take(VALUE_CHARS_MAX).collect()
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |it| it.1);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}
