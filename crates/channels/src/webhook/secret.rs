//! The secrets that calls are signed with, in the form in which Standard Webhooks hands them over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Problem;
use std::fmt;

/// How every secret begins.
pub const PREFIX: &str = "whsec_";

/// What the specification asks for: 192 to 512 bits.
pub const BYTES_MIN: usize = 24;
pub const BYTES_MAX: usize = 64;

#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub fn of(bytes: [u8; 32]) -> Secret {
        Secret(bytes.to_vec())
    }

    pub fn parse(text: &str) -> Result<Secret, Problem> {
        let hint = "`fulcrum webhooks rotate` makes one";
        let fail = |what: &str| Problem::new(format!("webhooks: the secret {what}")).hint(hint);
        let rest = text.trim().strip_prefix(PREFIX);
        let rest = rest.ok_or_else(|| fail("does not begin with whsec_"))?;
        let bytes = STANDARD.decode(rest).map_err(|_| fail("is not base64 after whsec_"))?;
        match BYTES_MIN <= bytes.len() && bytes.len() <= BYTES_MAX {
            true => Ok(Secret(bytes)),
            false => Err(fail("does not hold 24 to 64 bytes")),
        }
    }

    /// The form in which receivers get it.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
