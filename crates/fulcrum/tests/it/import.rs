//! Imports: what is read, what is refused, and that a second time changes nothing.

use crate::process::{fulcrum, succeed};

const ORDERS: &str = "customer,when,price,quantity\n\
                      c1,2020-01-01,2.50,6.0\nc2,2020-01-02,1,1\n,2020-01-03,1,1\n\
                      c1,2020-01-04,2.50,2\nc3,last week,1,1\n";

#[test]
fn rows_become_people_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::create_dir_all(dir.path().join("shop/program/audiences")).expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(dir.path().join(name), text).expect("a file");
    };
    write(
        "shop/program/audiences/a.yaml",
        "audience: again\nwhen: count(\"Order Completed\") >= 2\n",
    );
    write(
        "shop/program/audiences/b.yaml",
        "audience: spenders\nwhen: sum(\"Order Completed\", revenue) >= 20\n",
    );
    write("orders.csv", ORDERS);
    succeed(&["apply", &path("shop"), "--yes", "--data", &path("data")]);
    let (file, data) = (path("orders.csv"), path("data"));
    let ask = [
        "import",
        &file,
        "--data",
        &data,
        "--source",
        "Old shop",
        "--event",
        "Order Completed",
        "--map",
        "userId=customer",
        "--map",
        "timestamp=when",
        "--property",
        "revenue=price*quantity",
    ];
    let said = succeed(&ask);
    for part in [
        "3 rows taken, 2 rejected",
        "row 4: the event has neither",
        "row 6: the timestamp cannot be read",
        "2 people (2 new), 3 events (3 new, 0 known before)",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let sizes: Vec<Vec<&str>> = said
        .lines()
        .filter(|it| it.ends_with("people") && it.starts_with("  "))
        .map(|it| it.split_whitespace().collect())
        .collect();
    assert_eq!(sizes, [["again", "1", "people"], ["spenders", "1", "people"]]);
    let again = succeed(&ask);
    assert!(again.contains("2 people (0 new), 3 events (0 new, 0 known before)"), "{again}");
    // Without the note of how far it came, the ids of the rows still know each event.
    std::fs::remove_dir_all(dir.path().join("data/imports")).expect("a folder");
    let again = succeed(&ask);
    assert!(again.contains("2 people (0 new), 3 events (0 new, 3 known before)"), "{again}");
    // A file that has grown is read from where it ended.
    write("orders.csv", &format!("{ORDERS}c4,2020-01-05,1,1\n"));
    let grown = succeed(&ask);
    assert!(grown.contains("1 rows taken, 0 rejected"), "{grown}");
    assert!(grown.contains("3 people (1 new), 4 events (1 new, 0 known before)"), "{grown}");
    let why = succeed(&["why", "c1", "--data", &data]);
    assert!(why.contains("Nothing ever wanted to write to this person."), "{why}");
    assert!(succeed(&["source", "list", "--data", &data]).contains("Old shop"));
}

#[test]
fn a_wrong_column_is_met_with_the_right_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("orders.csv");
    std::fs::write(&file, ORDERS).expect("a file");
    let (file, data) = (file.display().to_string(), dir.path().join("d").display().to_string());
    let refused =
        fulcrum(&["import", &file, "--data", &data, "--source", "x", "--map", "userId=custmer"]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("did you mean `customer`?"), "{}", refused.err);
    assert!(!dir.path().join("d").exists(), "nothing was begun");
}
