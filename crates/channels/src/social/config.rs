//! What the settings of all social networks have in common.

use super::Secret;
use crate::http::{Http, HttpConfig, check_url};
use model::Problem;
use std::path::PathBuf;
use std::time::Duration;

/// For one call. Networks answer in a second or two, and a picture goes up in a few; whoever waits longer
/// holds a post that may be there already.
const CALL_TIME_MAX: Duration = Duration::from_secs(40);

pub fn http(table: &'static str, allow: &[String], ca_file: Option<&PathBuf>) -> Http {
    Http::new(HttpConfig {
        table,
        allow: allow.to_vec(),
        ca_file: ca_file.cloned(),
        time_max: CALL_TIME_MAX,
    })
}

/// An address that paths are put behind.
pub fn check_base(table: &str, field: &str, url: &str) -> Result<(), Problem> {
    let fail = |why: &str| {
        let problem = Problem::new(format!("{table}: {field}: {why}"));
        problem.hint(format!("write {field} = \"https://social.example\""))
    };
    let uri = check_url(url).map_err(fail)?;
    match uri.query().is_some() || url.contains('#') || url.ends_with('/') {
        false => Ok(()),
        true => Err(fail("the url has more than a host and a path, or ends in a slash")),
    }
}

pub fn check_allow(table: &str, allow: &[String]) -> Result<(), Problem> {
    let is_host = |it: &String| !it.is_empty() && !it.contains(['/', '@', ' ', '*']);
    match allow.iter().find(|it| !is_host(it)) {
        None => Ok(()),
        Some(host) => Err(Problem::new(format!("{table}: `{host}` in allow is not a host"))
            .hint("write allow = [\"social.internal\"]")),
    }
}

/// Whether there is exactly one place to take the secret from.
pub fn check_secret(
    table: &str,
    field: &str,
    set: Option<&Secret>,
    variable: Option<&String>,
) -> Result<(), Problem> {
    let fail = |what: &str| {
        let upper = table.rsplit('.').next().unwrap_or(table).to_uppercase();
        let name = format!("{upper}_{}", field.to_uppercase());
        let hint = format!("write {field}_env = \"{name}\" and set that variable");
        Err(Problem::new(format!("{table}: {what}")).hint(hint))
    };
    let sound = |it: &str| !it.is_empty() && it.bytes().all(|it| (b'!'..=b'~').contains(&it));
    match (set, variable) {
        (None, None) => fail(&format!("{field} is missing")),
        (Some(_), Some(_)) => fail(&format!("{field} and {field}_env are both set")),
        (Some(it), None) if !sound(it.text()) => {
            fail(&format!("{field} is empty, or has a space or a character beyond ASCII"))
        }
        (None, Some(it)) if it.is_empty() || it.contains(['=', '\0']) => {
            fail(&format!("{field}_env is not the name of a variable"))
        }
        _ => Ok(()),
    }
}

/// The secret itself: as it is set, or from the variable that is named.
pub fn find_secret(
    table: &str,
    field: &str,
    set: Option<&Secret>,
    variable: Option<&String>,
) -> Result<Secret, Problem> {
    check_secret(table, field, set, variable)?;
    let (Some(variable), None) = (variable, set) else {
        return Ok(set.expect("it was checked that one of the two is there").clone());
    };
    let found = Secret::new(std::env::var(variable).unwrap_or_default().trim());
    match check_secret(table, field, Some(&found), None) {
        Ok(()) => Ok(found),
        Err(_) => {
            let what = format!("{table}: the variable {variable} holds no {field}");
            Err(Problem::new(what).hint("set it for the process that runs `fulcrum serve`"))
        }
    }
}
