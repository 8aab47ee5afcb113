//! `fulcrum identity` on data that no server has open: look, plan, undo, allow.

use crate::process::{fulcrum, succeed};

#[test]
fn a_merge_is_shown_planned_undone_and_allowed_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let rows =
        "user,cookie,when\n,k1,2020-01-01\nann,,2020-01-02\nann,k1,2020-01-03\n,k1,2020-01-04\n";
    std::fs::write(path("visits.csv"), rows).expect("a file");
    let (file, data) = (path("visits.csv"), path("data"));
    let mut import = vec!["import", &file, "--data", &data, "--source", "Shop", "--event", "Visit"];
    for map in ["userId=user", "anonymousId=cookie", "timestamp=when"] {
        import.extend(["--map", map]);
    }
    succeed(&import);
    let show = |who: &str| succeed(&["identity", "show", who, "--data", &data]);
    let said = show("ann");
    for part in [
        "user_id:ann, since",
        "anonymous_id:k1, since",
        "with j1 from p1",
        ": p1 became part of p2",
        "one event carried user_id and anonymous_id: anonymous_id:k1",
        "can be undone until",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let plan = succeed(&["identity", "undo", "j1", "--dry-run", "--data", &data]);
    for part in ["p2, the survivor", "p1, the absorbed", "anonymous_id:k1", "user_id:ann"] {
        assert!(plan.contains(part), "{part} in {plan}");
    }
    assert_eq!(show("anonymous_id:k1"), said, "a dry run changes nothing");
    let unasked = fulcrum(&["identity", "undo", "j1", "--data", &data]);
    assert_eq!((unasked.code, unasked.err.contains("say --yes")), (2, true), "{}", unasked.err);
    succeed(&["identity", "undo", "j1", "--yes", "--data", &data]);
    assert!(show("anonymous_id:k1").starts_with("p1, known since"), "{}", show("anonymous_id:k1"));
    assert!(show("ann").contains("by fulcrum identity; the two are kept apart"), "{}", show("ann"));
    let twice = fulcrum(&["identity", "undo", "j1", "--yes", "--data", &data]);
    assert_eq!(twice.code, 1);
    assert!(twice.err.contains("j1 cannot be undone: it was undone already"), "{}", twice.err);
    succeed(&["identity", "allow", "j1", "--data", &data]);
    let json = succeed(&["identity", "show", "p2", "--format", "json", "--data", &data]);
    let shown: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(shown["merges"][0]["undone"]["allowed_by"], "fulcrum identity");
    let nothing = fulcrum(&["identity", "allow", "j1", "--data", &data]);
    assert!(nothing.err.contains("j1 keeps nobody apart"), "{}", nothing.err);
}

/// The data are open to the command itself, which is no server.
#[test]
fn what_is_known_about_somebody_is_written_out_and_forgotten_without_a_server() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(path("visits.csv"), "user,when\nann,2020-01-02\n").expect("a file");
    let (file, data) = (path("visits.csv"), path("data"));
    let mut import = vec!["import", &file, "--data", &data, "--source", "Shop", "--event", "Visit"];
    for map in ["userId=user", "timestamp=when"] {
        import.extend(["--map", map]);
    }
    succeed(&import);
    let json = succeed(&["export", "person", "ann", "--data", &data]);
    let all: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(all["person"]["identifiers"][0]["value"], "ann");
    assert!(json.contains("Visit"), "{json}");
    let page = succeed(&["export", "person", "ann", "--format", "html", "--data", &data]);
    assert!(page.contains("<html lang=\"en\""), "{page}");
    succeed(&["erase", "ann", "--yes", "--data", &data]);
    let gone = fulcrum(&["export", "person", "ann", "--data", &data]);
    assert_eq!((gone.code, gone.err.contains("nobody is known")), (2, true), "{}", gone.err);
}
