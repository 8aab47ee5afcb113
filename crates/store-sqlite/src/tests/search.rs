//! Search beyond the number of persons that it looks through.

use super::made::{T0, changes, person};
use crate::{Options, SqliteStore, read};
use model::{Identifier, PersonId};
use port::{Sections, Store};

#[test]
fn what_begins_with_the_query_is_found_however_many_persons_there_are() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = SqliteStore::open(dir.path(), Options::default()).expect("a store");
    let names = ["Ada 100% sure", "Grace_H", "Öberg", "Ada Byron", "Zed", "Zed", "Zed"];
    let mut people: Vec<_> = (1..).zip(names).map(|(id, name)| person(id, name)).collect();
    people[1].known.join(Identifier::email("grace@example.com"), T0);
    let mut commit = changes();
    commit.people.extend(people.iter().map(|it| (it, Sections::ALL)));
    for person in &people {
        commit
            .identifiers
            .extend(person.known.identifiers.keys().map(|it| (it.clone(), person.id)));
    }
    commit.identifiers.push((Identifier::user_id("CamelCase"), PersonId(3)));
    store.commit(&commit).expect("a commit");
    let check = |query: &str, before: Option<u64>, limit: usize, expected: &[u64]| {
        // It looks through the three newest below the cursor.
        let before = before.map(PersonId);
        let found = read::search(&store.connection, query, before, limit, 3).expect("search");
        let ids: Vec<u64> = found.iter().map(|it| it.id.0).collect();
        assert_eq!(ids, expected, "for `{query}` before {before:?}");
    };
    check("ada", None, 9, &[4, 1]);
    check("ada", None, 1, &[4]);
    check("ada", Some(4), 9, &[1]);
    check("öb", None, 9, &[3]);
    check("grace@", None, 9, &[2]);
    check("grace_", None, 9, &[2]);
    check("user", None, 9, &[7, 6, 5, 4, 3, 2, 1]);
    check("CamelC", None, 9, &[3]);
    check("p2", None, 9, &[2]);
    check("p2", Some(2), 9, &[]);
    check("%", Some(4), 9, &[1]);
    check("%", None, 9, &[]);
    check("zed", None, 2, &[7, 6]);
}
