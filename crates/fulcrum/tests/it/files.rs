//! `init`, `check` and `apply`: what is said about files, word for word.

use crate::process::{fulcrum, succeed};

#[test]
fn what_init_writes_is_in_order() {
    let dir = tempfile::tempdir().expect("a folder");
    let shop = dir.path().join("shop").display().to_string();
    let wrote = succeed(&["init", &shop]).replace(&shop, "shop");
    assert!(wrote.starts_with("wrote shop/fulcrum.toml and 22 files in shop/program\n"), "{wrote}");
    let said = succeed(&["check", &shop]);
    let expected = "22 files are in order: 3 audiences, 3 journeys, 1 broadcasts, 10 contents, 2 outcomes, 1 forms\n";
    assert_eq!(said, expected);
    assert!(dir.path().join("shop/schema/journey.json").is_file());
    let again = fulcrum(&["init", &shop]);
    let complaint = "error: shop/fulcrum.toml is there already\n  \
                     hint: nothing was written; give a new directory\n";
    assert_eq!((again.code, again.err.replace(&shop, "shop").as_str()), (2, complaint));
}

#[test]
fn check_names_every_problem_with_its_place_and_remedy() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = dir.path().join("program").join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("audiences/buyers.yaml", "audience: buyers\nwhen: did(\"Order Completed\", last 60)\n");
    write("policy.yaml", "zone: Europe/Amsterdam\nquiet: {from: \"21:00\", to: \"08:00\"}\n");
    let checked = fulcrum(&["check", &dir.path().display().to_string()]);
    assert_eq!((checked.code, checked.out.as_str()), (2, ""));
    for part in [
        "audiences/buyers.yaml:2:35: 60 what?\n  hint: write the unit, for example `60d` for days\n",
        "policy.yaml:2:1: unknown field `quiet`",
        "error: the programme has ",
    ] {
        assert!(checked.err.contains(part), "{part} in {}", checked.err);
    }
}

#[test]
fn apply_places_people_and_leverage_needs_a_panel() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    succeed(&["init", &path("shop")]);
    let applied = succeed(&["apply", &path("shop"), "--yes", "--data", &path("data")]);
    assert!(applied.starts_with("nothing runs yet; "), "{applied}");
    assert!(applied.contains("\n+ journey welcome\n"), "{applied}");
    assert!(applied.contains("version 1 of the programme runs\n"), "{applied}");
    let again = succeed(&["apply", &path("shop"), "--yes", "--data", &path("data")]);
    assert_eq!(again, "version 1 runs; no difference\n");
    let asked = fulcrum(&["apply", &path("shop"), "--data", &path("data")]);
    assert_eq!((asked.code, asked.err.as_str()), (0, ""), "where nothing differs nobody is asked");
    let none = fulcrum(&["leverage", "--data", &path("data")]);
    assert_eq!(none.code, 3, "{} {}", none.out, none.err);
    assert!(none.out.contains("Not enough data"), "{}", none.out);
    let wrong = fulcrum(&["leverage", "--data", &path("data"), "--outcome", "clicks"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("hint: outcomes are orders, revenue"), "{}", wrong.err);
    let nowhere = fulcrum(&["doctor", "--data", &path("nowhere")]);
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("there are no data in"), "{}", nowhere.err);
}

#[test]
fn doctor_finds_a_damaged_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    succeed(&["init", &path("shop")]);
    succeed(&["apply", &path("shop"), "--yes", "--data", &path("data")]);
    succeed(&["source", "create", "Shop", "--data", &path("data")]);
    let healthy = succeed(&["doctor", "--data", &path("data")]);
    assert!(healthy.contains("1 records in"), "{healthy}");
    let log = dir.path().join("data/log/00000000000000000000.log");
    let mut bytes = std::fs::read(&log).expect("a log");
    bytes[40] ^= 1;
    std::fs::write(&log, bytes).expect("a log");
    let sick = fulcrum(&["doctor", "--data", &path("data")]);
    assert_eq!(sick.code, 1, "{} {}", sick.out, sick.err);
    // The state knows of a record that the log no longer holds.
    assert!(sick.out.contains("before the state"), "{}", sick.out);
    assert!(sick.out.contains("hint:"), "{}", sick.out);
}
