//! Tables in, members out, on the data themselves.

use super::*;
use clap::Parser;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

struct Installation {
    folder: tempfile::TempDir,
    place: Place,
}

impl Installation {
    fn new() -> Installation {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("fulcrum.toml");
        std::fs::write(&config, "").expect("a file");
        let place = Place { data: Some(folder.path().join("data")), config: Some(config) };
        Installation { folder, place }
    }

    /// Runs `list …` with `TABLE` in place of a file that holds `table`; the complaint, if any.
    fn run(&self, words: &str, table: &str) -> String {
        let file = self.folder.path().join("table.csv");
        std::fs::write(&file, table).expect("a file");
        let file = file.display().to_string();
        let words = words.split(' ').map(|it| if it == "TABLE" { file.as_str() } else { it });
        match Line::try_parse_from(std::iter::once("list").chain(words)) {
            Ok(line) => match run(&self.place, &line.arguments) {
                Ok(_) => String::new(),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        }
    }

    fn lists(&self) -> String {
        let data = DataDir::new(self.place.data.clone().expect("a folder"));
        let reading = data.read().expect("data");
        let views = reading.store.reader().expect("a reader");
        let lists = all(&*views, &|| true).expect("lists");
        lists.iter().map(|it| format!("{}={} ", it.0, it.1)).collect::<String>().trim().to_owned()
    }
}

#[test]
fn a_table_changes_a_list_and_a_dry_run_does_not() {
    let shop = Installation::new();
    drop(DataDir::new(shop.place.data.clone().expect("a folder")).open().expect("data"));
    let check = |words: &str, table: &str, then: &str| {
        assert_eq!(shop.run(words, table), "", "{words}");
        assert_eq!(shop.lists(), then, "{words}");
    };
    let two = "email,name\nAnn@shop.test,Ann\nbob@shop.test,Bob\n,\n";
    check("add vip TABLE --dry-run", two, "");
    check("add vip TABLE --yes", two, "vip=2");
    check("add vip TABLE --yes", two, "vip=2");
    check("add press TABLE --column mail --yes", "mail\nbob@shop.test\n", "press=1 vip=2");
    check("add vip TABLE --known-only --yes", "email\neve@shop.test\n", "press=1 vip=2");
    check("add vip TABLE --replace --yes", "email\nbob@shop.test\n", "press=1 vip=1");
    check("remove press TABLE --yes", "email\nbob@shop.test\n", "press=0 vip=1");
    check("add crm TABLE --column id --kind user_id --yes", "id\n42\n", "crm=1 press=0 vip=1");
}

#[test]
fn what_cannot_be_done_is_said_with_the_remedy() {
    let shop = Installation::new();
    let complaint = |words: &str, table: &str, expected: &str| {
        let found = shop.run(words, table);
        assert!(found.contains(expected), "{words}: {found}");
    };
    complaint("add vip TABLE", "email\n", "there are no data in");
    drop(DataDir::new(shop.place.data.clone().expect("a folder")).open().expect("data"));
    complaint("add vip TABLE", "mail\na@shop.test\n", "has no column `email`");
    complaint("add a.b TABLE", "email\n", "letters, digits, blanks");
    complaint("add vip nowhere.csv", "", "nowhere.csv");
    complaint("show --format xml", "", "invalid value");
}
