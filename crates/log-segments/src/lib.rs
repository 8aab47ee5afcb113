//! The embedded log: preallocated segment files with group commit.
