//! What can be set for messages on the site.

use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;

/// Sites of one business.
const ORIGINS_MAX: usize = 50;

/// `[onsite]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnsiteConfig {
    /// By which the shop's server signs who is signed in there.
    pub secret: Secret,
    /// Is believed beside `secret` while the shop changes over.
    pub old_secret: Option<Secret>,
    /// The pages that may ask what waits, such as `https://shop.example`. Empty: any page.
    #[serde(default)]
    pub origins: Vec<String>,
}

impl OnsiteConfig {
    pub fn check(&self) -> Result<(), Problem> {
        if ORIGINS_MAX < self.origins.len() {
            return Err(Problem::new(format!("onsite: more than {ORIGINS_MAX} origins")));
        }
        for origin in &self.origins {
            if origin_of(origin).as_deref() != Some(origin) {
                let problem = Problem::new(format!("onsite: `{origin}` in origins is no origin"));
                return Err(
                    problem.hint("write origins = [\"https://shop.example\"], without a path")
                );
            }
        }
        Ok(())
    }
}

/// Scheme, host and port of a web address as browsers write them (RFC 6454).
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "-.:[]".contains(it);
    let is_host = !host.is_empty() && host.chars().all(fits);
    (["http", "https"].contains(&scheme) && is_host).then(|| format!("{scheme}://{host}"))
}
