//! `/api/v1`: everything the app does. JSON types stand next to their route.

mod audiences;
mod broadcasts;
mod calendar;
mod calendar_pages;
mod called;
mod campaigns;
mod channels;
mod conditions;
mod contents;
mod decisions;
mod events;
mod figure;
mod forms;
mod holdouts;
mod identity;
mod imports;
mod jobs;
mod journeys;
mod json;
mod links;
mod lists;
mod mailboxes;
mod measure;
mod messages;
mod panel;
mod people;
pub(crate) mod person;
mod posts;
mod power;
mod privacy;
mod programme;
mod programme_files;
mod replays;
mod session;
mod sources;
mod tasks;
mod team;
pub(crate) mod test_sends;
pub(crate) mod timeline;
mod today;
mod webhooks;

pub use imports::fact as imported_fact;

use crate::access::guard;
use crate::app::Shared;
use crate::problem::{FileProblem, Problem};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::{any, get};
use axum::{Json, Router};
use std::sync::Arc;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Content, OpenApi, PathItem, Ref, RefOr, ResponseBuilder, SecurityRequirement,
};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

/// The largest body that a route of the API reads.
const BODY_BYTES_MAX: usize = 256 * 1024;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Fulcrum",
        version = "1",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
        description = "What the web app uses, and everything else may use too. Times are RFC 3339; ids are text."
    ),
    components(schemas(audiences::AudienceChange, links::LinksAsked, replays::ReplayFound))
)]
struct Document;

/// The document of the whole API.
pub fn openapi() -> OpenApi {
    let mut document = open_routes().merge(guarded_routes()).into_openapi();
    complete(&mut document);
    document
}

pub(crate) fn router(shared: Arc<Shared>) -> (Router<Arc<Shared>>, OpenApi) {
    let guarded = guarded_routes().layer(axum::middleware::from_fn_with_state(shared, guard));
    let (router, mut document) = open_routes().merge(guarded).split_for_parts();
    complete(&mut document);
    let text = Arc::new(document.clone());
    let router = router
        .route("/api/v1/openapi.json", get(move || async move { Json((*text).clone()) }))
        .route("/api/{*path}", any(unknown))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::map_response(no_store));
    (router, document)
}

fn open_routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(session::get_session, session::sign_in, session::sign_out))
        .routes(routes!(session::set_up))
}

fn guarded_routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(today::get_today))
        .routes(routes!(measure::get_leverage))
        .routes(routes!(figure::leverage_figure))
        .routes(routes!(figure::leverage_csv))
        .routes(routes!(panel::get_panel))
        .routes(routes!(holdouts::get_holdouts))
        .routes(routes!(power::get_power))
        .routes(routes!(figure::power_figure))
        .routes(routes!(today::resume))
        .routes(routes!(mailboxes::list_mailboxes))
        .routes(routes!(today::release_campaign))
        .routes(routes!(decisions::get_decisions))
        .routes(routes!(people::list_people))
        .routes(routes!(person::get_person))
        .routes(routes!(timeline::get_timeline))
        .routes(routes!(identity::get_identity))
        .routes(routes!(identity::plan_undo, identity::undo_merge))
        .routes(routes!(identity::allow_merge))
        .routes(routes!(privacy::export_person))
        .routes(routes!(privacy::erase_person))
        .routes(routes!(sources::list_sources, sources::create_source))
        .routes(routes!(team::list_team, team::invite_member))
        .routes(routes!(team::remove_member))
        .routes(routes!(imports::import_events).layer(DefaultBodyLimit::max(imports::BYTES_MAX)))
        .routes(routes!(lists::get_lists))
        .routes(routes!(lists::change_list).layer(DefaultBodyLimit::max(lists::BYTES_MAX)))
        .routes(routes!(events::list_events))
        .routes(routes!(events::stream_events))
        .routes(routes!(audiences::list_audiences))
        .routes(routes!(audiences::end_counting))
        .routes(routes!(audiences::get_overlap))
        .routes(routes!(audiences::preview_audience))
        .routes(routes!(audiences::get_audience))
        .routes(routes!(audiences::list_members))
        .routes(routes!(audiences::export_members))
        .routes(routes!(jobs::get_job, jobs::stop_job))
        .routes(routes!(conditions::parse_condition))
        .routes(routes!(conditions::print_condition))
        .routes(routes!(conditions::get_vocabulary))
        .routes(routes!(journeys::list_journeys))
        .routes(routes!(journeys::get_journey))
        .routes(routes!(journeys::get_experiments))
        .routes(routes!(journeys::begin_run))
        .routes(routes!(journeys::pause_journey))
        .routes(routes!(journeys::resume_journey))
        .routes(routes!(journeys::plan_move, journeys::move_runs))
        .routes(routes!(messages::send_message))
        .routes(routes!(messages::get_message))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::finish_task))
        .routes(routes!(webhooks::list_webhooks))
        .routes(routes!(webhooks::test_webhook))
        .routes(routes!(webhooks::get_webhook_secret))
        .routes(routes!(webhooks::rotate_webhook_secret))
        .routes(routes!(webhooks::get_webhook))
        .routes(routes!(webhooks::retry_webhook))
        .merge(campaign_routes())
        .merge(programme_routes())
}

/// What is said, what became of it, and by which way it left.
fn campaign_routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(forms::list_forms))
        .routes(routes!(contents::preview_content))
        .routes(routes!(test_sends::test_content))
        .routes(routes!(contents::campaign_findings))
        .routes(routes!(links::ask_links))
        .routes(routes!(channels::get_channels))
        .routes(routes!(channels::get_mail_domain))
        .routes(routes!(campaigns::list_campaigns))
        .routes(routes!(campaigns::get_campaign))
        .routes(routes!(campaigns::get_campaign_faults))
        .routes(routes!(broadcasts::list_broadcasts))
        .routes(routes!(broadcasts::plan_broadcast))
        .routes(routes!(broadcasts::approve_broadcast))
        .routes(routes!(broadcasts::start_broadcast))
        .routes(routes!(broadcasts::pause_broadcast))
        .routes(routes!(broadcasts::resume_broadcast))
        .routes(routes!(broadcasts::cancel_broadcast))
        .routes(routes!(posts::list_posts))
        .routes(routes!(posts::get_post))
        .routes(routes!(posts::step_post))
        .routes(routes!(calendar::get_calendar))
        .routes(routes!(calendar::move_item))
}

/// These read larger bodies than the others.
fn programme_routes() -> OpenApiRouter<Arc<Shared>> {
    use programme_files as files;
    let below =
        get(files::get_file_below).put(files::put_file_below).delete(files::delete_file_below);
    OpenApiRouter::new()
        .routes(routes!(programme::get_programme, programme::apply_programme))
        .routes(routes!(programme::plan_programme))
        .routes(routes!(programme::check_programme))
        .routes(routes!(replays::begin_replay))
        .routes(routes!(files::list_files))
        .routes(routes!(files::read_fields))
        .routes(routes!(files::get_file, files::put_file, files::delete_file))
        .route("/api/v1/programme/files/{folder}/{name}", below)
        .layer(DefaultBodyLimit::max(programme::PROGRAMME_BYTES_MAX))
}

/// What every operation has: the error's form, and the ways to sign in.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), Problem::schema());
    components.schemas.insert("FileProblem".to_owned(), FileProblem::schema());
    let problem = Content::new(Some(Ref::from_schema_name(Problem::name())));
    let response = ResponseBuilder::new()
        .description("It did not work; the body says why.")
        .content("application/problem+json", problem)
        .build();
    components.responses.insert("Problem".to_owned(), response.into());
    let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::access::COOKIE));
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.security_schemes.insert("session".to_owned(), SecurityScheme::ApiKey(cookie).into());
    components.security_schemes.insert("token".to_owned(), SecurityScheme::Http(bearer).into());
    let none: [&str; 0] = [];
    document.security = Some(vec![
        SecurityRequirement::new("session", none),
        SecurityRequirement::new("token", none),
    ]);
    for (path, item) in &mut document.paths.paths {
        let is_open = path == "/api/v1/session" || path == "/api/v1/setup";
        for operation in operations(item) {
            let problem = RefOr::Ref(Ref::from_response_name("Problem"));
            operation.responses.responses.insert("default".to_owned(), problem);
            if is_open {
                operation.security = Some(Vec::new());
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete]
        .into_iter()
        .filter_map(Option::as_mut)
}

async fn unknown(uri: Uri) -> Problem {
    Problem::not_found(format!("there is no {} in this API", uri.path()))
}

/// Answers of the API are about persons; nothing on the way may keep them.
async fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
