//! The name under which a repeated event is recognised.

use model::SourceId;

/// Sixteen bytes of a hash over the source and the message id.
pub fn dedup_id(source: &SourceId, message_id: &str) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(source.0.len() as u64).to_le_bytes());
    hasher.update(source.0.as_bytes());
    hasher.update(message_id.as_bytes());
    let mut id = [0; 16];
    hasher.finalize_xof().fill(&mut id);
    id
}
