//! Who is asked about names: `[dns]`.

use model::Problem;
use serde::Deserialize;
use std::net::SocketAddr;

/// Where Unix systems say which resolver to ask.
const SYSTEM: &str = "/etc/resolv.conf";

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DnsConfig {
    /// A resolver such as `9.9.9.9:53`; without it the first one that the system names.
    pub resolver: Option<String>,
}

impl DnsConfig {
    pub fn check(&self) -> Result<(), Problem> {
        self.resolver.as_deref().map_or(Ok(()), |it| address(it).map(|_| ()))
    }

    /// Whom to ask.
    pub fn address(&self) -> Result<SocketAddr, Problem> {
        if let Some(set) = &self.resolver {
            return address(set);
        }
        let text = std::fs::read_to_string(SYSTEM).unwrap_or_default();
        first_of(&text).ok_or_else(|| {
            let problem = Problem::new(format!("{SYSTEM} names no resolver"));
            problem.hint("name one in fulcrum.toml: [dns] resolver = \"9.9.9.9:53\"")
        })
    }
}

fn address(set: &str) -> Result<SocketAddr, Problem> {
    set.parse().map_err(|_| {
        let problem = Problem::new(format!("dns.resolver: `{set}` is not an address with a port"));
        problem.hint("write it like \"9.9.9.9:53\"")
    })
}

/// The first resolver of a `resolv.conf`.
pub(super) fn first_of(text: &str) -> Option<SocketAddr> {
    let servers = text.lines().filter_map(|it| it.trim().strip_prefix("nameserver"));
    let mut addresses = servers.filter_map(|it| it.trim().parse().ok());
    addresses.next().map(|it| SocketAddr::new(it, 53))
}
