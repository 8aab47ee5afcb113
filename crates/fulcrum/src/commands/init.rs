//! `fulcrum init`: a directory that a team can keep in git.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::print;
use crate::config;
use crate::stop::Stop;

/// Write a directory to begin with: settings, and a programme.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A new or empty directory.
    #[arg(value_name = "DIR", required_unless_present = "list")]
    directory: Option<PathBuf>,
    /// Which programme: one of `--list`, in place of the example.
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// List the programmes to begin with, and what each does.
    #[arg(long, exclusive = true)]
    list: bool,
}

const SETTINGS: &str = r#"# How this installation runs. Paths begin here. Everything can also be set in the environment:
# FULCRUM_DATA, FULCRUM_BIND, FULCRUM_SMTP_HOST, FULCRUM_SMTP_PASSWORD and so on.

# Where everything is kept: the log of events, persons, messages.
data = "fulcrum-data"

# Applied by `fulcrum serve` when it starts and differs from what runs.
program = "program"

# How long the log keeps what is in the history as well.
# keep_log = "7d"

# Only this machine can connect. Put a proxy with https before it, and then set https = true.
bind = "127.0.0.1:7411"

# Without a mail server nothing is mailed: e-mail ends as `no_provider`.
# [smtp]
# host = "mail.example"
# port = 587
# tls = "starttls"                         # or "implicit", or "none" for a server on this machine
# user = "shop"                            # with the password in FULCRUM_SMTP_PASSWORD
# helo = "go.shop.example"                 # the name of this machine
# bounce_address = "bounces@go.shop.example"

# Messages on your own pages, by a script of a few kB. Without it they end as `no_provider`.
# [onsite]
# secret = "env:ONSITE_SECRET"             # by which your server signs who is signed in
# origins = ["https://shop.example"]
"#;

/// What stands at the top of the files by folder; Markdown has none, since it is the message.
const HEADERS: [(&str, &str); 7] = [
    (
        "audiences/",
        "# Who is in is known at every moment: it follows events and the passing of time.",
    ),
    (
        "journeys/",
        "# What happens to a person from the trigger on. Each message still has to win its place.",
    ),
    ("broadcasts/", "# One message to an audience; planned, looked at and started in the app."),
    (
        "forms/",
        "# What visitors fill in: at /forms/rides, and on the page /read/three-rides that content/three-rides.md makes.",
    ),
    ("brand.yaml", "# Who speaks. The postal address stands in the footer of every e-mail."),
    ("outcomes.yaml", "# What counts as success, and what it is worth."),
    ("policy.yaml", "# The limits that hold for everything, and the measurement panel."),
];

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.list {
        print(&super::template::listed())?;
        return Ok(ExitCode::SUCCESS);
    }
    let here = PathBuf::from(".");
    let directory = arguments.directory.as_ref().unwrap_or(&here);
    let chosen = arguments.template.as_deref().map(super::template::find).transpose()?;
    for name in [config::FILE, "program"] {
        let path = directory.join(name);
        if path.exists() {
            let stop = Stop::usage(format!("{} is there already", path.display()));
            return Err(stop.hint("nothing was written; give a new directory").into());
        }
    }
    write(&directory.join(config::FILE), SETTINGS)?;
    let files = chosen.map_or_else(sim::programme_files, |it| it.files());
    for (name, text) in &files {
        // Those of a template say themselves what they are for.
        let header = HEADERS.iter().find(|it| chosen.is_none() && name.starts_with(it.0));
        let header = header.map(|it| it.1);
        let text = match header {
            Some(header) => format!("{header}\n{text}"),
            None => text.clone(),
        };
        write(&directory.join("program").join(name), &text)?;
    }
    super::schema::write_for_editors(directory)?;
    let shown = directory.display();
    print(&format!(
        "wrote {shown}/{} and {} files in {shown}/program\n\
         Editors that know YAML complete and check them by {shown}/schema.\n\n\
         Next: `cd {shown}`, change what you like, `fulcrum check`, `fulcrum serve`.\n",
        config::FILE,
        files.len()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// A new file; what is there already is never written over.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let doing = || format!("could not write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(doing)?;
    }
    let mut file = std::fs::File::create_new(path).with_context(doing)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(doing)
}
