//! Automation for the workspace: `cargo xtask tidy`, `cargo xtask bench`.

fn main() {}
