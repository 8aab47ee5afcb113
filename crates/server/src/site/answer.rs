//! An answer that is the same for everybody: it may be kept for a minute, and who has it already is
//! told so.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use content::Form;
use content::links::is_web_address;

/// What is published at a set time is seen this much later at most.
const KEEP: &str = "public, max-age=60";

/// The whole answer, or 304 for whoever has it.
pub(crate) fn shared(asked: &HeaderMap, content_type: &'static str, body: String) -> Response {
    let tag = format!("\"{}\"", &blake3::hash(body.as_bytes()).to_hex()[..32]);
    let mut response = match is_known(asked, &tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, content_type)], body).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEEP));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The headers of every page that somebody reads in a browser.
pub(super) fn guarded(mut response: Response) -> Response {
    policy(&mut response, None);
    response
}

/// The same for a page that is made for one reader, with a form that may lead on.
pub(super) fn form_policy(mut response: Response, form: Option<&Form>) -> Response {
    policy(&mut response, form);
    let keep = HeaderValue::from_static("private, no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    response
}

fn policy(response: &mut Response, form: Option<&Form>) {
    // Browsers hold a form's redirect against this as well as its own address.
    let leads_to = form.and_then(Form::leads_to).filter(|it| is_web_address(it));
    let mut parts = leads_to.into_iter().flat_map(|it| it.splitn(4, '/').take(3));
    let origin = match (parts.next(), parts.next(), parts.next()) {
        (Some(scheme), Some(_), Some(host)) => format!(" {scheme}//{host}"),
        _ => String::new(),
    };
    let text = format!(
        "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; media-src https: http:; form-action 'self'{origin}; frame-ancestors 'none'; base-uri 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
    }
    let fixed: [(HeaderName, &'static str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

/// `*` or a list of tags; how strong they are makes no difference to a GET.
fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let known =
        asked.get(header::IF_NONE_MATCH).and_then(|it| it.to_str().ok()).unwrap_or_default();
    known.split(',').map(|it| it.trim().trim_start_matches("W/")).any(|it| it == tag || it == "*")
}
