//! `fulcrum completions`: what the shell needs to complete commands and options.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

/// Print completions for a shell: `fulcrum completions bash > /etc/bash_completion.d/fulcrum`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run<C: CommandFactory>(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut C::command(), "fulcrum", &mut script);
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
