//! What everybody may read: pages of contents, their list, feeds, and what search engines ask for.
//! Plain HTML without script; one answer for all who ask, so that it may be kept on the way.

mod answer;
mod download;
mod feeds;
mod form_view;
mod forms;
mod head;
mod limit;
mod list;
mod page;
mod places;
mod robots;
mod shell;
mod view;

pub(crate) use answer::shared;
pub(crate) use download::offers;
pub(crate) use limit::Limit;
pub(crate) use places::places_of_forms;

use crate::app::Shared;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/read", get(list::all))
        .route("/read/{page}", get(page::document))
        .route("/read/{page}/{translated}", get(page::translation))
        .route("/read/tagged/{tag}", get(list::tagged))
        .route("/forms/{form}", get(forms::show).post(forms::take))
        .route("/d/{token}", get(download::open))
        .route("/feed.xml", get(feeds::rss))
        .route("/atom.xml", get(feeds::atom))
        .route("/feed.json", get(feeds::json))
        .route("/sitemap.xml", get(robots::sitemap))
        .route("/robots.txt", get(robots::robots))
}
