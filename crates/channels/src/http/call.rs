//! One call, as plain data.

use super::form::form;
use serde_json::Value;
use ureq::http::Method;

/// What goes over the wire. It holds secrets, so it cannot be shown.
pub struct Call {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn get(url: impl Into<String>) -> Call {
        Call::new(Method::GET, url.into(), Vec::new())
    }

    pub fn head(url: impl Into<String>) -> Call {
        Call::new(Method::HEAD, url.into(), Vec::new())
    }

    pub fn delete(url: impl Into<String>) -> Call {
        Call::new(Method::DELETE, url.into(), Vec::new())
    }

    pub fn post(url: impl Into<String>, kind: &str, body: Vec<u8>) -> Call {
        Call::new(Method::POST, url.into(), body).header("content-type", kind)
    }

    pub fn json(url: impl Into<String>, body: &Value) -> Call {
        Call::post(url, "application/json", body.to_string().into_bytes())
    }

    pub fn form<N: AsRef<str>, V: AsRef<str>>(url: impl Into<String>, fields: &[(N, V)]) -> Call {
        let body = form(fields).into_bytes();
        Call::post(url, "application/x-www-form-urlencoded", body)
    }

    fn new(method: Method, url: String, body: Vec<u8>) -> Call {
        Call { method, url, headers: Vec::new(), body }.header("accept", "application/json")
    }

    pub fn method(mut self, method: Method) -> Call {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Call {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn bearer(self, token: &str) -> Call {
        self.header("authorization", format!("Bearer {token}"))
    }
}
