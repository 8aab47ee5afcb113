//! The recorded draws, as a plain file for other programs.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use model::{Choice, Message, MessageId, PersonId};
use port::Views;

use super::super::csv_row;
use super::written;
use crate::Place;

#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Where to write to; `-` is standard output.
    #[arg(long, value_name = "FILE.csv", default_value = "-")]
    out: PathBuf,
}

const COLUMNS: [&str; 10] = [
    "decision",
    "person",
    "fold",
    "channel",
    "hour",
    "after",
    "probability",
    "taken",
    "response",
    "policy",
];

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    written(place, &arguments.out, "decisions", write)
}

/// Returns how many decisions there were.
fn write(views: &dyn Views, out: &mut dyn Write) -> anyhow::Result<u64> {
    out.write_all(csv_row(&COLUMNS.map(str::to_owned)).as_bytes())?;
    let mut folds: BTreeMap<PersonId, u8> = BTreeMap::new();
    let mut written = 0;
    for id in 1..engine::next_message(views)?.0 {
        let Some(message) = views.message(MessageId(id))? else { continue };
        let Some(choice) = message.choice.as_deref().filter(|it| it.response.is_some()) else {
            continue;
        };
        // Who was merged since is one person now.
        let person = views.current(message.person)?;
        let fold = match folds.get(&person) {
            Some(fold) => *fold,
            None => {
                let fold = fold_of(views, person)?;
                folds.insert(person, fold);
                fold
            }
        };
        for row in rows(&message, choice, person, fold) {
            out.write_all(row.as_bytes())?;
        }
        written += 1;
    }
    Ok(written)
}

fn fold_of(views: &dyn Views, person: PersonId) -> anyhow::Result<u8> {
    let drawn = views.load(&[person])?.first().and_then(|it| it.learned.drawn_fold());
    Ok(drawn.map_or((person.0 & 1) as u8, u8::from))
}

fn rows(message: &Message, choice: &Choice, person: PersonId, fold: u8) -> Vec<String> {
    let mut rows = Vec::with_capacity(choice.len());
    for offered in &choice.offered {
        for hour in &offered.hours {
            let instant = choice.at.0 + hour.after_ms;
            let taken = (offered.channel, instant) == (choice.channel, choice.instant.0);
            let flag = |it: bool| if it { "1" } else { "0" }.to_owned();
            rows.push(csv_row(&[
                message.id.to_string(),
                person.to_string(),
                fold.to_string(),
                offered.channel.name().to_owned(),
                hour.hour.to_string(),
                (hour.after_ms / 60_000).to_string(),
                (f64::from(hour.parts) / f64::from(model::PARTS)).to_string(),
                flag(taken),
                flag(choice.response == Some(true)),
                choice.policy.to_string(),
            ]));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stored message that has every field, as a store would give it.
    const DRAWN: &[u8] = include_bytes!("../../../../../fixtures/stored/message.drawn.json");

    #[test]
    fn a_decision_is_a_row_for_each_possibility_without_an_address() {
        let message = record::person::read_message(DRAWN).expect("a message");
        let choice = message.choice.clone().expect("a choice");
        let rows = rows(&message, &choice, PersonId(12), 1).concat();
        let expected = "m7,p12,1,email,9,0,0.6,0,1,14\n\
                        m7,p12,1,email,10,30,0.1,1,1,14\n\
                        m7,p12,1,push,9,0,0.3,0,1,14\n";
        assert_eq!(rows, expected);
        assert_eq!(rows.lines().next().map(|it| it.split(',').count()), Some(COLUMNS.len()));
        assert!(!rows.contains('@'));
    }
}
