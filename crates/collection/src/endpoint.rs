//! Which of the API's paths was called.

/// One per call of the Segment HTTP API, whose browser SDK has short forms of the same meaning; and
/// one for all calls by which PostHog's SDKs send events, since each takes what the others take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    Batch,
    Import,
    Track,
    Identify,
    Page,
    Screen,
    Group,
    Alias,
    PostHog,
}

impl Endpoint {
    /// Reads `/v1/track`, `/v1/t`, `/beacon/v1/batch`, PostHog's `/batch` and the like; a trailing
    /// slash is allowed.
    pub fn from_path(path: &str) -> Option<Endpoint> {
        let path = path.strip_suffix('/').unwrap_or(path);
        match path {
            "/v1/batch" | "/v1/b" | "/beacon/v1/batch" => Some(Endpoint::Batch),
            "/v1/import" => Some(Endpoint::Import),
            "/v1/track" | "/v1/t" => Some(Endpoint::Track),
            "/v1/identify" | "/v1/i" => Some(Endpoint::Identify),
            "/v1/page" | "/v1/p" => Some(Endpoint::Page),
            "/v1/screen" | "/v1/s" => Some(Endpoint::Screen),
            "/v1/group" | "/v1/g" => Some(Endpoint::Group),
            "/v1/alias" | "/v1/a" => Some(Endpoint::Alias),
            "/batch" | "/capture" | "/e" | "/i/v0/e" => Some(Endpoint::PostHog),
            _ => None,
        }
    }

    /// The `type` of an event sent to this path; a batch's events name their own.
    pub(crate) fn event_type(self) -> Option<&'static str> {
        match self {
            Endpoint::Batch | Endpoint::Import | Endpoint::PostHog => None,
            Endpoint::Track => Some("track"),
            Endpoint::Identify => Some("identify"),
            Endpoint::Page => Some("page"),
            Endpoint::Screen => Some("screen"),
            Endpoint::Group => Some("group"),
            Endpoint::Alias => Some("alias"),
        }
    }
}
