//! `fulcrum check`: whether a programme is whole, before anything runs it.

use std::path::PathBuf;
use std::process::ExitCode;

use content::words::missing;

use super::{print, tell};
use crate::programme_files;
use record::programme::IdentityDefinition;

/// Check a programme whole: every problem with file, line, column and remedy.
///
/// Exit code 0: it can be applied. 2: it has problems, which are on standard error.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let files = programme_files::read(&arguments.directory)?;
    let programme = programme_files::parse(&files)?;
    let languages: usize = programme.contents.values().map(|it| it.translations.len()).sum();
    print(&format!(
        "{} files are in order: {} audiences, {} journeys, {} broadcasts, {} contents, {} outcomes\n",
        files.len(),
        programme.audiences.len(),
        programme.journeys.len(),
        programme.broadcasts.len(),
        // Without the mails that every programme has from us.
        files.keys().filter(|it| it.starts_with("content/")).count().saturating_sub(languages),
        programme.outcomes.len(),
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
    for campaign in programme.campaigns(&[]) {
        for finding in content::consistency::check(&campaign) {
            tell(&format!("hint: {}: {finding}", campaign.name));
        }
    }
    Ok(ExitCode::SUCCESS)
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
