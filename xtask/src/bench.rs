//! `cargo xtask bench`: builds the benchmarks as they are built for release, and runs them.

use anyhow::{Context, ensure};
use std::path::Path;
use std::process::Command;

/// Hands `arguments` on to the benchmarks, which know their own.
pub fn run(root: &Path, arguments: &[&str]) -> anyhow::Result<std::process::ExitCode> {
    // The cargo that runs this program, so that the same toolchain builds both.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["run", "--release", "--offline", "-p", "fulcrum", "--example", "bench", "--"])
        .args(arguments)
        .status()
        .context("could not start cargo")?;
    ensure!(status.success(), "the benchmarks failed");
    Ok(std::process::ExitCode::SUCCESS)
}
