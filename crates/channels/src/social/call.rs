//! One call to a network and its answer, as plain data.

use super::Trouble;
use model::Span;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use ureq::http::Method;

/// What goes over the wire. It holds secrets, so it cannot be shown.
pub struct Call {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// An answer of which the status is known. It may hold a session, so it cannot be shown.
#[derive(Clone, Default)]
pub struct Reply {
    pub status: u16,
    /// For how long no further call is wanted.
    pub wait: Option<Span>,
    /// The header in which some networks name what was made.
    pub id: Option<String>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn get(url: impl Into<String>) -> Call {
        Call::new(Method::GET, url.into(), Vec::new())
    }

    pub fn delete(url: impl Into<String>) -> Call {
        Call::new(Method::DELETE, url.into(), Vec::new())
    }

    pub fn post(url: impl Into<String>, kind: &str, body: Vec<u8>) -> Call {
        let mut call = Call::new(Method::POST, url.into(), body);
        call.headers.push(("content-type", kind.to_owned()));
        call
    }

    pub fn json(url: impl Into<String>, body: &serde_json::Value) -> Call {
        Call::post(url, "application/json", body.to_string().into_bytes())
    }

    pub fn form(url: impl Into<String>, fields: &[(&str, &str)]) -> Call {
        Call::post(url, "application/x-www-form-urlencoded", form(fields).into_bytes())
    }

    fn new(method: Method, url: String, body: Vec<u8>) -> Call {
        let headers = vec![("accept", "application/json".to_owned())];
        Call { method, url, headers, body }
    }

    pub fn method(mut self, method: Method) -> Call {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Call {
        self.headers.push((name, value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Call {
        self.header("authorization", format!("Bearer {token}"))
    }
}

impl Reply {
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// It is not there, or not any more.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// What an answer says that went well. One that cannot be read leaves open what was done.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Trouble::Lost(format!("{}: the answer cannot be read", self.status)))
    }

    /// The body of an answer that did not go well, where it has the form that errors have.
    pub fn error<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// Fields as `application/x-www-form-urlencoded`, or as a query.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// All but what RFC 3986 calls unreserved as `%XX`; OAuth 1.0a signs exactly this form.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("a string takes all that is written"),
        }
    }
    encoded
}
