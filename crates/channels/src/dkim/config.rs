//! What can be set for signing.

use crate::secret::Secret;
use model::Problem;
use serde::Deserialize;

/// `[smtp.dkim]`. With both keys each mail carries two signatures: everybody reads RSA, and whoever reads
/// Ed25519 has the stronger one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// The domain that answers for the mail: that of the sender's address, or one above it.
    pub domain: String,
    pub rsa: Option<KeyConfig>,
    pub ed25519: Option<KeyConfig>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// The name under which the public half is published.
    pub selector: String,
    /// A private key as PEM.
    pub key: Secret,
}

impl DkimConfig {
    pub fn check(&self) -> Result<(), Problem> {
        if !is_name(&self.domain) || !self.domain.contains('.') {
            let problem = Problem::new("smtp.dkim: domain is not a domain");
            return Err(problem.hint("write domain = \"shop.example\""));
        }
        let keys: Vec<&KeyConfig> = self.rsa.iter().chain(&self.ed25519).collect();
        if keys.is_empty() {
            let hint = "write rsa = {selector = \"s2027\", key = \"file:/etc/fulcrum/dkim.pem\"}";
            return Err(Problem::new("smtp.dkim: there is no key").hint(hint));
        }
        if !keys.iter().all(|it| is_name(&it.selector)) {
            let problem = Problem::new("smtp.dkim: a selector is not a name");
            return Err(problem.hint("write selector = \"s2027\""));
        }
        match &keys[..] {
            [one, other] if one.selector == other.selector => {
                Err(Problem::new("smtp.dkim: both keys have one selector")
                    .hint("each key has a record of its own, and so a selector"))
            }
            _ => Ok(()),
        }
    }
}

/// Labels of letters, digits and hyphens, with dots between them.
fn is_name(text: &str) -> bool {
    let is_label = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
    };
    text.len() <= 253 && text.split('.').all(is_label)
}
