//! The admin's password.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// Ten characters that are not a common word outlast a guesser who is held to ten tries a minute.
const CHARS_MIN: usize = 10;

/// Hashing takes time by length; nobody types more.
const BYTES_MAX: usize = 1_024;

/// Why this cannot be a password.
pub(crate) fn password_problem(password: &str) -> Option<String> {
    if password.chars().count() < CHARS_MIN {
        return Some(format!("a password has at least {CHARS_MIN} characters"));
    }
    (BYTES_MAX < password.len()).then(|| format!("a password has at most {BYTES_MAX} bytes"))
}

pub(super) fn hash(password: &str) -> Result<String, String> {
    if let Some(problem) = password_problem(password) {
        return Err(problem);
    }
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| format!("the password cannot be hashed: {error}"))?;
    Ok(hash.to_string())
}

pub(crate) fn is_right(password: &str, stored: &str) -> bool {
    if BYTES_MAX < password.len() {
        return false;
    }
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
}
