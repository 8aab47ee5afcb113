//! `fulcrum check`: whether a programme is whole, before anything runs it.

mod links;

use std::path::PathBuf;
use std::process::ExitCode;

use content::words::missing;

use super::{EXIT_USAGE, print, tell};
use crate::programme_files;
use record::Programme;
use record::programme::IdentityDefinition;
use server::planned_findings;

/// Check a programme whole: every problem with file, line, column and remedy.
///
/// Exit code 0: it can be applied. 2: it cannot, or with `--strict` should not; why is on standard error.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Exit code 2 also where a content that can be sent has a problem; hints are none.
    #[arg(long)]
    strict: bool,
    /// Ask each address that the contents write out whether it is there.
    #[arg(long)]
    links: bool,
    /// A host inside the own network that may be asked, also without https.
    #[arg(long, value_name = "HOST", requires = "links")]
    allow: Vec<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let files = programme_files::read(&arguments.directory)?;
    let programme = programme_files::parse(&files)?;
    let languages: usize = programme.contents.values().map(|it| it.translations.len()).sum();
    print(&format!(
        "{} files are in order: {} audiences, {} journeys, {} broadcasts, {} contents, {} outcomes{}{}\n",
        files.len(),
        programme.audiences.len(),
        programme.journeys.len(),
        programme.broadcasts.len(),
        // Without the mails that every programme has from us.
        files.keys().filter(|it| it.starts_with("content/")).count().saturating_sub(languages),
        programme.outcomes.len(),
        if_any(programme.posts.len(), "posts"),
        if_any(programme.forms.len(), "forms"),
    ))?;
    if files.contains_key("identity.yaml") {
        print(&identity_in_words(&programme.identity))?;
    }
    for (tag, lacking) in programme.words.keys().map(|it| (it, missing(&programme.words, it))) {
        if !lacking.is_empty() {
            let keys: Vec<&str> = lacking.iter().map(|it| it.key()).collect();
            let count = keys.len();
            tell(&format!(
                "hint: words/{tag}.yaml lacks {count} texts, which are shown in English: {}",
                keys.join(", ")
            ));
        }
    }
    let findings = planned_findings(&Programme::default(), &programme);
    findings.iter().for_each(|it| tell(&it.to_string()));
    let mut problems = findings.iter().filter(|it| it.finding.is_problem()).count();
    if arguments.links {
        let found = links::check(&programme, &files, &arguments.allow);
        found.iter().for_each(|it| tell(&it.to_string()));
        problems += found.iter().filter(|it| it.is_dead).count();
    }
    match arguments.strict && 0 < problems {
        true => Ok(ExitCode::from(EXIT_USAGE)),
        false => Ok(ExitCode::SUCCESS),
    }
}

fn if_any(count: usize, what: &str) -> String {
    if count == 0 { String::new() } else { format!(", {count} {what}") }
}

/// What `identity.yaml` comes to, with everything that it does not say.
fn identity_in_words(definition: &IdentityDefinition) -> String {
    let (limits, blocklist) = (&definition.rules.limits, &definition.rules.blocklist);
    format!(
        "identity: one person has 1 user_id and at most {} email, {} phone, {} handle, {} device_token, \
         {} anonymous_id; {} values and {} mailboxes are nobody's; a merge can be undone within {}\n",
        limits.email,
        limits.phone,
        limits.handle,
        limits.device_token,
        limits.anonymous_id,
        blocklist.values.len(),
        blocklist.mailboxes.len(),
        definition.undo_within,
    )
}
