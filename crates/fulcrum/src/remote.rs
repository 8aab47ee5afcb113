//! The API of a running server, for commands that must not open its data.

use std::time::Duration;

use channels::tls::agent_tls;
use serde_json::Value;

use crate::config::{Config, DEFAULT_BIND};
use crate::stop::Stop;

/// Longer than the server itself waits for a commit.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// Where the running server is, and who asks.
#[derive(clap::Args, Clone, Debug)]
pub struct Server {
    /// Where the server listens, as a host and port or an https:// address [default: what fulcrum.toml says, or 127.0.0.1:7411].
    #[arg(long, value_name = "ADDRESS")]
    server: Option<String>,
    /// A token for the API, from `fulcrum token create`.
    // One in sixty-four begins with a hyphen.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "FULCRUM_TOKEN",
        hide_env_values = true,
        allow_hyphen_values = true
    )]
    token: Option<String>,
}

pub struct Remote {
    base: String,
    token: String,
    agent: ureq::Agent,
}

impl Server {
    /// Whether somebody said where it is.
    pub fn is_named(&self) -> bool {
        self.server.is_some()
    }

    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub fn connect(&self, config: &Config) -> anyhow::Result<Remote> {
        let address = self.server.as_deref().or(config.bind.as_deref()).unwrap_or(DEFAULT_BIND);
        let Some(token) = self.token.clone() else {
            let stop = Stop::usage("a server runs on these data, and it asks for a token");
            let hint = "give --token or FULCRUM_TOKEN; make one in the app, or with \
                        `fulcrum token create` while the server is stopped";
            return Err(stop.hint(hint).into());
        };
        let mut agent = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_TIME_MAX))
            .http_status_as_error(false);
        if address.starts_with("https://") {
            agent = agent.tls_config(agent_tls("--server", None)?);
        }
        let base = match address.contains("://") {
            true => address.trim_end_matches('/').to_owned(),
            false => format!("http://{address}"),
        };
        Ok(Remote { base, token, agent: agent.build().into() })
    }
}

impl Remote {
    pub fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.agent.get(format!("{}{path}", self.base));
        self.read(path, request.header("authorization", self.bearer()).call())
    }

    pub fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request = request
            .header("authorization", self.bearer())
            .header("content-type", "application/json");
        self.read(path, request.send(body.to_string()))
    }

    /// Sends a table in place of JSON.
    pub fn post_table(&self, path: &str, table: String) -> anyhow::Result<Value> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let request =
            request.header("authorization", self.bearer()).header("content-type", "text/csv");
        self.read(path, request.send(table))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn read(
        &self,
        path: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<Value> {
        let mut answer = answer.map_err(|error| {
            let stop = Stop::failed(format!("no answer from {}: {error}", self.base));
            stop.hint("say where the server listens with --server")
        })?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        match status {
            200..=299 => Ok(body),
            401 | 403 => {
                let stop = Stop::failed("the server does not know this token");
                Err(stop.hint("make one with `fulcrum token create`").into())
            }
            _ => {
                let said = ["detail", "title"].iter().find_map(|it| body[*it].as_str());
                let said = said.unwrap_or("no reason given");
                Err(Stop::failed(format!("{path} answered {status}: {said}")).into())
            }
        }
    }
}
