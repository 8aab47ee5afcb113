//! Stored forms round trip.
