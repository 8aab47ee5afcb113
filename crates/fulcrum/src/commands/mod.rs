//! One module per subcommand, and what they share: the output format and the exit codes.

pub mod apply;
mod asking;
pub mod attribution;
pub mod backup;
pub mod channels;
pub mod check;
pub mod completions;
pub mod connectedness;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod erase;
pub mod export;
pub mod identity;
pub mod import;
pub mod influence;
pub mod init;
pub mod journey;
pub mod leverage;
pub mod lifetime;
pub mod list;
pub mod mix;
mod names;
pub mod password;
mod plan_text;
pub mod plot;
pub mod power;
pub mod pull;
mod reading;
pub mod restore;
pub mod resume;
pub mod schema;
pub mod serve;
pub mod simulate;
pub mod source;
pub mod switchback;
pub mod template;
mod times;
pub mod token;
pub mod uplift;
mod walls;
pub mod webhooks;
pub mod what_if;
pub mod why;

use std::io::Write;

use std::process::ExitCode;
pub use tables::csv_row;

use crate::stop::Stop;

/// It was asked rightly and did not work.
pub const EXIT_FAILED: u8 = 1;
/// Wrong usage or unreadable input.
pub const EXIT_USAGE: u8 = 2;
/// The result is printed but does not answer the question.
pub const EXIT_INSUFFICIENT: u8 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    Json,
    /// One row per number, for spreadsheets.
    Csv,
}

/// Writes to standard output. A reader that went away (`| head`) is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says on standard error what is wrong. `otherwise` is the exit code of an error that has none.
pub fn fail(error: &anyhow::Error, otherwise: u8) -> ExitCode {
    tell(&format!("error: {error:#}"));
    let code = error.chain().find_map(|it| it.downcast_ref::<Stop>()).map(|it| it.code);
    ExitCode::from(code.unwrap_or(otherwise))
}

/// A line for whoever watches; never mixed with the result on standard output.
pub fn tell(line: &str) {
    // Standard error may be gone as well; there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// `200,000`
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if 0 < i && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Decimals that show two digits of `spread`, which is what can be known of the number.
pub fn decimals(spread: f64) -> usize {
    /// More is not read by anybody.
    const DECIMALS_MAX: f64 = 8.0;
    if spread <= 0.0 || !spread.is_finite() {
        return 2;
    }
    (1.0 - spread.log10().floor()).clamp(0.0, DECIMALS_MAX) as usize
}

/// The number, without a minus before zero.
pub fn shown(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    match text.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        true => text.trim_start_matches('-').to_owned(),
        false => text.replacen('-', "−", 1),
    }
}
