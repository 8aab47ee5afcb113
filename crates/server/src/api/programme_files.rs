//! The programme's files one by one, as the app edits them. A change is checked with the whole
//! programme and applied at once; nobody's change is written over unseen.

use super::json::Body;
use super::programme::{Files, apply, checked};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::text_id;
use record::programme::{defined, fields, from_json, path_problem};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProgrammeFiles {
    /// The version that runs.
    pub version: u64,
    /// By path.
    pub files: Vec<ProgrammeFileInfo>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProgrammeFileInfo {
    pub path: String,
    /// `brand`, `policy`, `identity`, `topic`, `outcome`, `audience`, `journey`, `broadcast`, `content` or
    /// `words`.
    pub kind: String,
    /// What it defines; empty for files that there is one of.
    pub name: String,
    /// Names this text; a change gives it back as `If-Match`.
    pub etag: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProgrammeFile {
    pub path: String,
    pub kind: String,
    pub name: String,
    pub etag: String,
    /// The version of the programme that it is of.
    pub version: u64,
    pub text: String,
    /// Its fields with our defaults left out: what a form shows. Null where the text is no fields.
    #[schema(required)]
    pub form: Option<serde_json::Value>,
}

/// One of the two.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeFileText {
    /// The whole text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// The fields of a YAML file; they are written in our style, without comments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub form: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenText {
    /// The text of a YAML file.
    pub text: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WrittenFields {
    /// Its fields as they are written, sound or not. Null where the text is no fields.
    #[schema(required)]
    pub form: Option<serde_json::Value>,
}

/// The fields of a text that somebody writes; nothing is checked or kept
#[utoipa::path(post, path = "/api/v1/programme/fields", tag = "programme", request_body = WrittenText,
    responses((status = 200, description = "Done.", body = WrittenFields)))]
pub(super) async fn read_fields(Body(written): Body<WrittenText>) -> Json<WrittenFields> {
    Json(WrittenFields { form: fields(&written.text) })
}

/// All files of the programme that runs
#[utoipa::path(get, path = "/api/v1/programme/files", tag = "programme",
    responses((status = 200, description = "Done.", body = ProgrammeFiles)))]
pub(super) async fn list_files(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<ProgrammeFiles>, Problem> {
    let (version, files) = running(&shared).await?;
    let info = |(path, text): (&String, &String)| {
        let it = defined(path, text)?;
        Some(ProgrammeFileInfo {
            path: path.clone(),
            kind: it.kind.name().to_owned(),
            name: it.name,
            etag: text_id(text),
        })
    };
    Ok(Json(ProgrammeFiles { version, files: files.iter().filter_map(info).collect() }))
}

/// One file: its text, and its fields
#[utoipa::path(get, path = "/api/v1/programme/files/{path}", tag = "programme",
    params(("path" = String, Path, description = "Such as `audiences/buyers.yaml`; its slash may be sent as `%2F` or as it is.")),
    responses((status = 200, description = "Done.", body = ProgrammeFile),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_file(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let (version, files) = running(&shared).await?;
    match files.get(&path) {
        Some(text) => shown(path, text, version),
        None => Err(absent(&path)),
    }
}

/// Change a file or add one, and apply the programme with it
#[utoipa::path(put, path = "/api/v1/programme/files/{path}", tag = "programme", request_body = ProgrammeFileText,
    params(("path" = String, Path, description = "Such as `audiences/buyers.yaml`."),
        ("If-Match" = Option<String>, Header, description = "The etag of the text that was edited; for a file that exists it is needed.")),
    responses((status = 200, description = "It runs.", body = ProgrammeFile),
        (status = 409, description = "Something else was applied at the same time.", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The file is another by now.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The programme would have problems; the body lists them.", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "The file exists, and `If-Match` is missing.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn put_file(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    headers: HeaderMap,
    Body(new): Body<ProgrammeFileText>,
) -> Result<Response, Problem> {
    let (version, mut files) = running(&shared).await?;
    if let Some(problem) = path_problem(&path) {
        return Err(Problem::in_files(vec![problem]));
    }
    must_match(&headers, files.get(&path).map(String::as_str))?;
    let text = match (new.text, new.form) {
        (Some(text), None) => text,
        (None, Some(form)) => from_json(&path, &form).map_err(Problem::in_files)?,
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::bad("send either `text` or `form`"));
        }
    };
    let before = files.insert(path.clone(), text.clone());
    checked(&files).map_err(Problem::in_files)?;
    let version = match before.as_ref() == Some(&text) {
        true => version,
        false => apply(&shared, files, version, actor(&shared, &headers).await?).await?,
    };
    shown(path, &text, version)
}

/// Take a file out, and apply the programme without it
#[utoipa::path(delete, path = "/api/v1/programme/files/{path}", tag = "programme",
    params(("path" = String, Path, description = "Such as `audiences/buyers.yaml`."),
        ("If-Match" = Option<String>, Header, description = "The etag of the text that was looked at; it is needed.")),
    responses((status = 204, description = "It is gone."),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "The file is another by now.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The programme would have problems; the body lists them.", body = Problem, content_type = "application/problem+json"),
        (status = 428, description = "`If-Match` is missing.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_file(
    State(shared): State<Arc<Shared>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let (version, mut files) = running(&shared).await?;
    let Some(text) = files.remove(&path) else { return Err(absent(&path)) };
    must_match(&headers, Some(&text))?;
    checked(&files).map_err(Problem::in_files)?;
    apply(&shared, files, version, actor(&shared, &headers).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same with the path's slash as it is, which some proxies make of `%2F`.
pub(super) async fn get_file_below(
    shared: State<Arc<Shared>>,
    Path((folder, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    get_file(shared, Path(format!("{folder}/{name}"))).await
}

pub(super) async fn put_file_below(
    shared: State<Arc<Shared>>,
    Path((folder, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body<ProgrammeFileText>,
) -> Result<Response, Problem> {
    put_file(shared, Path(format!("{folder}/{name}")), headers, body).await
}

pub(super) async fn delete_file_below(
    shared: State<Arc<Shared>>,
    Path((folder, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    delete_file(shared, Path(format!("{folder}/{name}")), headers).await
}

pub(super) async fn running(shared: &Shared) -> Result<(u64, Files), Problem> {
    let version = shared.handle.loaded().version;
    let files = shared.read(move |views| Ok(engine::running_files(views, version)?)).await?;
    Ok((version, files))
}

fn shown(path: String, text: &str, version: u64) -> Result<Response, Problem> {
    let Some(it) = defined(&path, text) else { return Err(absent(&path)) };
    let etag = text_id(text);
    let header = HeaderValue::from_str(&format!("\"{etag}\"")).map_err(|_| Problem::internal())?;
    let file = ProgrammeFile {
        path,
        kind: it.kind.name().to_owned(),
        name: it.name,
        etag,
        version,
        text: text.to_owned(),
        form: it.form.and_then(|it| serde_json::to_value(it).ok()),
    };
    Ok(([(header::ETAG, header)], Json(file)).into_response())
}

/// Whoever changes a text must have seen it as it is.
fn must_match(headers: &HeaderMap, text: Option<&str>) -> Result<(), Problem> {
    let given = headers.get(header::IF_MATCH).and_then(|it| it.to_str().ok());
    let is_named = |given: &str, etag: &str| {
        let tags = given.split(',').map(|it| it.trim().trim_start_matches("W/").trim_matches('"'));
        tags.into_iter().any(|it| it == etag)
    };
    match (given, text) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Problem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "Which text was changed?",
            "the file exists; read it, and send its etag as If-Match",
        )),
        (Some(given), Some(text)) if is_named(given, &text_id(text)) => Ok(()),
        (Some(_), Some(_) | None) => Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "Changed by somebody else",
            "the file is another than the one that was edited; read it again",
        )),
    }
}

fn absent(path: &str) -> Problem {
    Problem::not_found(format!("the programme that runs has no file {path}"))
}
