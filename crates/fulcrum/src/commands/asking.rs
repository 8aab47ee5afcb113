//! Asking whoever sits at the terminal before something is done to many people.

use std::io::{BufRead, IsTerminal, Write};

use super::tell;
use crate::stop::Stop;

/// Whether the plan that was shown may be carried out. `otherwise` is said where it may not.
pub fn agreed(yes: bool, question: &str, otherwise: &str) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        let stop = Stop::usage("nobody is there to ask");
        return Err(stop.hint("say --yes to do it, or --dry-run to see the plan alone").into());
    }
    write!(std::io::stderr(), "{question} [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        tell(otherwise);
    }
    Ok(yes)
}
