//! The binary as its users meet it: processes, sockets, signals and files.

mod broadcast;
mod channels;
mod demo;
mod files;
mod identity;
mod import;
mod kill;
mod load;
mod measurement_input;
mod process;
mod programme;
mod serving;

use process::fulcrum;

#[test]
fn help_names_every_command() {
    let help = fulcrum(&["--help"]);
    for command in [
        "serve",
        "demo",
        "init",
        "check",
        "diff",
        "apply",
        "pull",
        "simulate",
        "template",
        "schema",
        "resume",
        "import",
        "why",
        "source",
        "token",
        "password",
        "backup",
        "restore",
        "doctor",
        "leverage",
        "uplift",
        "attribution",
        "lifetime",
        "mix",
        "influence",
        "connectedness",
        "power",
        "completions",
    ] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command} in {}", help.out);
    }
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let script = fulcrum(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("leverage"), "{shell}");
    }
}
