//! What came back (bounces, complaints, clicks) as facts.
