//! The one condition language: parse, check, evaluate, explain.
