//! Versioned stored and wire forms, programme files, and their conversions.
