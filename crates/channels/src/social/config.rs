//! What the settings of all social networks have in common.

use crate::http::{Http, HttpConfig};
use crate::secret::Secret;
use model::Problem;
use std::path::PathBuf;
use std::time::Duration;

/// For one call. Networks answer in a second or two, and a picture goes up in a few; whoever waits longer
/// holds a post that may be there already.
const CALL_TIME_MAX: Duration = Duration::from_secs(40);

pub fn http(table: &'static str, allow: &[String], ca_file: Option<&PathBuf>) -> Http {
    let (allow, ca_file) = (allow.to_vec(), ca_file.cloned());
    Http::new(HttpConfig { table, allow, ca_file, time_max: CALL_TIME_MAX })
}

/// The secret itself, as it can stand in the head of a call.
pub fn reveal(table: &str, field: &str, secret: &Secret) -> Result<String, Problem> {
    let what = format!("{table}: {field}");
    let text = secret.reveal(&what)?;
    match text.bytes().all(|it| it.is_ascii_graphic()) {
        true => Ok(text),
        false => {
            let why = "the secret has a space or a character beyond ASCII";
            Err(Problem::new(format!("{what}: {why}"))
                .hint("put nothing there but what the network shows"))
        }
    }
}
