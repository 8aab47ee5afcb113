//! Profiles and live membership, kept current by facts and by time.
