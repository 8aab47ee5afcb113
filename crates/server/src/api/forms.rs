//! The forms that visitors fill in: where each stands, and what came of it.

use super::json::time;
use crate::app::Shared;
use crate::site::places_of_forms;
use axum::Json;
use axum::extract::State;
use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Forms {
    pub forms: Vec<FormShown>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FormShown {
    pub name: String,
    /// Empty where the built-in words stand above it.
    pub title: String,
    /// In the programme.
    pub file: String,
    /// Where it stands alone.
    pub address: String,
    /// The pages that are out and have it.
    pub pages: Vec<FormPage>,
    /// What people can subscribe to.
    pub topics: Vec<String>,
    /// Whether a yes is confirmed by mail.
    pub double_opt_in: bool,
    /// How often it was filled in.
    pub submitted: u64,
    /// How often with a yes that has to be confirmed.
    pub asked: u64,
    /// Of how many of those it was.
    pub confirmed: u64,
    /// Confirmed of asked; null while nobody was asked.
    #[schema(required)]
    pub rate: Option<FormRate>,
    /// When it was filled in last.
    #[schema(required, format = DateTime)]
    pub last: Option<String>,
    /// HTML for a page of one's own.
    pub embed: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct FormPage {
    pub title: String,
    pub address: String,
}

/// A share, with its interval of 95 % (Wilson).
#[derive(Serialize, Deserialize, ToSchema)]
pub struct FormRate {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The forms that visitors fill in, and what came of each
#[utoipa::path(get, path = "/api/v1/forms", tag = "contents",
    responses((status = 200, description = "Done.", body = Forms)))]
pub(super) async fn list_forms(State(shared): State<Arc<Shared>>) -> Json<Forms> {
    let loaded = shared.handle.loaded();
    let tallies = shared.handle.status().tallies.forms;
    let places = places_of_forms(&loaded, shared.now());
    let shown = places.into_iter().filter_map(|(name, place)| {
        let form = loaded.programme.forms.get(&name)?;
        let tally = tallies.get(&name).cloned().unwrap_or_default();
        let rate = (0 < tally.asked).then(|| engine::share(tally.confirmed, tally.asked));
        let pages = place.pages.into_iter().map(|(title, address)| FormPage { title, address });
        Some(FormShown {
            title: form.title.clone(),
            file: format!("forms/{name}.yaml"),
            address: place.address,
            pages: pages.collect(),
            topics: form.topics.iter().map(|it| it.topic.to_string()).collect(),
            double_opt_in: form.is_confirmed(),
            submitted: tally.submitted,
            asked: tally.asked,
            confirmed: tally.confirmed,
            rate: rate.map(|it| FormRate { share: it.share, low: it.low, high: it.high }),
            last: Some(tally.last).filter(|it| *it != Timestamp::default()).map(time),
            embed: place.embed,
            name,
        })
    });
    Json(Forms { forms: shown.collect() })
}
