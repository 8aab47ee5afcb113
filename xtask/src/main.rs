//! Automation for the workspace: `cargo xtask SUBCOMMAND`, one module per subcommand.

mod bench;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask SUBCOMMAND

  bench          measure, each figure as a share of its limit; --help says more
  tidy           check the rules of the workspace that a program can check
  tidy --write   write the clippy.toml of each pure crate, and lower the ratchet where code got shorter
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["bench", arguments @ ..] => bench::run(&root(), arguments),
        ["tidy"] => tidy::run(&root()),
        ["tidy", "--write"] => tidy::write(&root()).and_then(|()| tidy::run(&root())),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// The workspace that this program was built in.
fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
