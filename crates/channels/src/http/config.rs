//! What the settings of all who call over HTTP have in common. Pure.

use super::check_url;
use model::Problem;

/// Where somebody is reached: an address that paths are put behind, without a slash at its end.
pub fn check_base(table: &str, field: &str, url: &str) -> Result<(), Problem> {
    let fail = |why: &str| {
        let problem = Problem::new(format!("{table}: {field}: {why}"));
        problem.hint(format!("write {field} = \"https://host.example\""))
    };
    check_url(url).map_err(fail)?;
    match url.ends_with('/') || url.contains(['?', '#']) {
        false => Ok(()),
        true => Err(fail("the url has more than a host and a path, or ends in a slash")),
    }
}

/// Hosts inside the own network that may be called, also without https.
pub fn check_allow(table: &str, allow: &[String]) -> Result<(), Problem> {
    match allow.iter().find(|it| it.is_empty() || it.contains(['/', '@', ' ', '*'])) {
        None => Ok(()),
        Some(host) => Err(Problem::new(format!("{table}: `{host}` in allow is not a host"))
            .hint("write allow = [\"gateway.internal\"]")),
    }
}
