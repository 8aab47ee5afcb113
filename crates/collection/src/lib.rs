//! Untrusted bytes to an event or a named rejection.
