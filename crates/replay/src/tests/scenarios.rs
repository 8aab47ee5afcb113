//! Each template does what its script says it does, through the real engine.

use crate::templates::{TEMPLATES, Template};
use crate::{Script, play_scenario};
use std::path::PathBuf;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name)
}

fn played(template: &Template) -> String {
    let script = Script::parse(template.script).unwrap_or_else(|it| panic!("{it:?}"));
    match play_scenario(&template.files(), &script, None) {
        Ok(played) => played.text(),
        Err(error) => panic!("{}: {error}", template.name),
    }
}

#[test]
fn templates_do_what_their_scripts_say() {
    let mut wrong = Vec::new();
    for template in TEMPLATES {
        let text = played(template);
        if std::env::var_os("UPDATE_SCENARIOS").is_some() {
            let path = folder(template.name).join("expected.txt");
            std::fs::write(path, &text).expect("scenarios/ can be written");
        } else if text != template.expected {
            wrong.push(format!("{}:\n{text}", template.name));
        }
    }
    let hint = "if that is right, run UPDATE_SCENARIOS=1 cargo nextest run -p sim scenarios and read what changed";
    assert!(wrong.is_empty(), "{}\n{hint}", wrong.join("\n"));
}

/// What is in the folder is what is in the binary.
#[test]
fn every_file_of_a_template_is_known() {
    let mut folders: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder("")).expect("scenarios/") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            folders.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    folders.sort();
    let mut names: Vec<&str> = TEMPLATES.iter().map(|it| it.name).collect();
    names.sort_unstable();
    assert_eq!(folders, names);
    for template in TEMPLATES {
        let root = folder(template.name).join("program");
        let mut waiting = vec![root.clone()];
        let mut found = 0;
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => waiting.push(path),
                    false => found += 1,
                }
            }
        }
        assert_eq!(found, template.files().len(), "{}", template.name);
    }
}

#[test]
fn a_script_that_cannot_be_read_names_its_lines() {
    let problems = |text: &str| {
        let problems = Script::parse(text).expect_err("it cannot be read");
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let text = "2026-03-02T09:00 ada Visit\nyesterday ada Visit\n2026-03-01T09:00 ada Visit\n\
                2026-03-03T09:00 ada \"Visit\n2026-03-03T09:00 ada Visit blue\n2026-03-03T09:00 broadcast a send\n";
    let expected = "2:1: `yesterday` is not a time\n  hint: write it like 2026-03-02T09:00\n\
        3:1: the line is earlier than the one before it\n  hint: write them in the order of time\n\
        4:1: a quote is not closed\n  hint: write the second \" as well\n\
        5:1: `blue` is not a property\n  hint: write it like revenue=49.5 or city=\"Den Haag\"\n\
        6:1: `send` is not done to a broadcast\n  hint: one of plan, start, pause, resume, cancel";
    assert_eq!(problems(text), expected);
    assert!(problems("# nothing\n").contains("nothing happens in this script"));
}

/// The same programme and script, played twice.
#[test]
fn a_play_is_the_same_each_time() {
    let template = Template::find("welcome").expect("a template");
    assert_eq!(played(template), played(template));
}
