//! Looks for damage in a store, and for rows that contradict each other.

use crate::connection::{self, DATABASE};
use crate::fault::{Fault, Refusal};
use crate::{read, seen, write};
use model::{PersonId, Problem};
use port::StoreError;
use record::person as form;
use rusqlite::{Connection, Row};
use std::collections::BTreeMap;
use std::path::Path;

/// How many findings of one kind are named. The first few show what is wrong.
const FINDINGS_MAX: usize = 20;

const RESTORE: &str = "stop the server and restore the last backup; the log holds what came after";
const REPORT: &str = "this is a defect in the program; please report it with this line";

/// Reads everything in the store in `dir`, whether a server runs on it or not. Nothing is changed.
/// An empty list means that nothing was found.
pub fn doctor(dir: &Path) -> Result<Vec<Problem>, StoreError> {
    examine(dir).map_err(|e| e.explain("examine the store", &dir.join(DATABASE)))
}

struct Findings {
    problems: Vec<Problem>,
}

fn examine(dir: &Path) -> Result<Vec<Problem>, Fault> {
    let database = dir.join(DATABASE);
    if !database.exists() {
        return Err(Fault::Refused(Refusal::Missing(dir.to_owned())));
    }
    let mut findings = Findings { problems: Vec::new() };
    let checks = [
        check_pages,
        check_references,
        check_counts,
        check_persons,
        check_members,
        check_messages,
        check_merges,
        check_seen,
    ];
    let opened = connection::reader(&database).and_then(|connection| {
        let snapshot = connection.unchecked_transaction()?;
        for check in checks {
            // Damage ends one check, not all of them.
            let checked = check(&snapshot, dir, &mut findings);
            findings.or_damage(checked)?;
        }
        Ok(())
    });
    findings.or_damage(opened)?;
    Ok(findings.problems)
}

impl Findings {
    /// An error that says the data are damaged is a finding.
    fn or_damage(&mut self, checked: Result<(), Fault>) -> Result<(), Fault> {
        let message = match checked {
            Err(Fault::Unreadable { what, detail }) => {
                format!("a stored {what} cannot be read: {detail}")
            }
            Err(fault @ Fault::Database(_)) if fault.is_damage() => {
                "SQLite cannot read all pages".to_owned()
            }
            other => return other,
        };
        self.problems.push(Problem::new(message).hint(RESTORE).in_file(DATABASE));
        Ok(())
    }

    /// Adds what `each` says about the rows of `sql`, as far as it says anything.
    fn of_rows(
        &mut self,
        connection: &Connection,
        sql: &str,
        hint: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<Option<String>, Fault>,
    ) -> Result<(), Fault> {
        let mut statement = connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            let message = match each(row) {
                Ok(None) => continue,
                Ok(Some(message)) => message,
                Err(Fault::Unreadable { what, detail }) => {
                    format!("a stored {what} cannot be read: {detail}")
                }
                Err(other) => return Err(other),
            };
            found += 1;
            if found <= FINDINGS_MAX {
                self.problems.push(Problem::new(message).hint(hint).in_file(DATABASE));
            }
        }
        if FINDINGS_MAX < found {
            let more = format!("and {} more of this kind", found - FINDINGS_MAX);
            self.problems.push(Problem::new(more).in_file(DATABASE));
        }
        Ok(())
    }
}

fn check_pages(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    findings.of_rows(connection, "PRAGMA integrity_check", RESTORE, |row| {
        let text: String = row.get(0)?;
        Ok((text != "ok").then(|| format!("SQLite finds: {text}")))
    })
}

/// Rows that speak of persons who are not there.
fn check_references(
    connection: &Connection,
    _: &Path,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let sections = [
        "person_consents",
        "person_contacts",
        "person_runs",
        "person_learned",
        "person_search",
        "members",
    ];
    for table in sections {
        let sql = format!(
            "SELECT person FROM {table} WHERE person NOT IN (SELECT id FROM persons) ORDER BY 1"
        );
        findings.of_rows(connection, &sql, REPORT, |row| {
            Ok(Some(format!("{table} has a row for p{}, who does not exist", read::id(row, 0)?)))
        })?;
    }
    let sql =
        "SELECT id FROM persons WHERE id NOT IN (SELECT person FROM person_search) ORDER BY 1";
    findings.of_rows(connection, sql, REPORT, |row| {
        Ok(Some(format!("p{} cannot be found by search", read::id(row, 0)?)))
    })?;
    let sql = "SELECT kind, person FROM identifiers
               WHERE person NOT IN (SELECT id FROM persons)
                 AND person NOT IN (SELECT absorbed FROM redirects)";
    findings.of_rows(connection, sql, REPORT, |row| {
        let (kind, person) = (row.get::<_, String>(0)?, read::id(row, 1)?);
        Ok(Some(format!("an identifier of kind {kind} belongs to p{person}, who does not exist")))
    })?;
    let sql = "SELECT absorbed, survivor FROM redirects
               WHERE (survivor NOT IN (SELECT id FROM persons)
                 AND survivor NOT IN (SELECT absorbed FROM redirects))
                 OR absorbed IN (SELECT id FROM persons) ORDER BY 1";
    findings.of_rows(connection, sql, REPORT, |row| {
        let (absorbed, survivor) = (read::id(row, 0)?, read::id(row, 1)?);
        Ok(Some(format!(
            "the redirect from p{absorbed} to p{survivor} leads from an existing person or to nobody"
        )))
    })?;
    let sql = "SELECT id, person FROM messages
               WHERE ledger_state = 'pending' AND person NOT IN (SELECT id FROM persons)
               ORDER BY 1";
    findings.of_rows(connection, sql, REPORT, |row| {
        let (message, person) = (read::id(row, 0)?, read::id(row, 1)?);
        Ok(Some(format!("the open message m{message} is for p{person}, who does not exist")))
    })
}

fn check_counts(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    let kept: BTreeMap<_, _> = read::counts(connection)?.into_iter().collect();
    let counted: BTreeMap<_, _> = read::recount(connection)?.into_iter().collect();
    let mut differ = Vec::new();
    let keys: std::collections::BTreeSet<_> = kept.keys().chain(counted.keys()).collect();
    for key in keys {
        let number = |counts: &BTreeMap<_, i64>| counts.get(key).copied().unwrap_or(0);
        if number(&kept) != number(&counted) {
            differ.push(format!(
                "the ledger counts {} {} for {} on day {}, and there are {}",
                number(&kept),
                key.state.name(),
                key.scope,
                key.day,
                number(&counted),
            ));
        }
    }
    let (kept, counted) = (
        read::count(connection)?,
        connection
            .query_row("SELECT count(*) FROM person_search", [], |row| row.get::<_, i64>(0))?,
    );
    if i64::try_from(kept) != Ok(counted) {
        differ.push(format!("the store counts {kept} persons, and there are {counted}"));
    }
    let problem = |it| Problem::new(it).hint(REPORT).in_file(DATABASE);
    findings.problems.extend(differ.into_iter().take(FINDINGS_MAX).map(problem));
    Ok(())
}

fn check_persons(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    let sql = "SELECT p.hot, p.traits, c.data, k.data, r.data, l.data,
                 p.id, p.next_at, p.created, p.last_seen, p.name
               FROM persons p
                 LEFT JOIN person_consents c ON c.person = p.id
                 LEFT JOIN person_contacts k ON k.person = p.id
                 LEFT JOIN person_runs r ON r.person = p.id
                 LEFT JOIN person_learned l ON l.person = p.id
               ORDER BY p.id";
    findings.of_rows(connection, sql, REPORT, |row| {
        let id = PersonId(read::id(row, 6)?);
        let person = form::read(id, &read::stored(row)?).map_err(Fault::unreadable(id))?;
        let columns: (Option<i64>, i64, i64, String) =
            (row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?);
        let inside = (
            person.next_at().map(|it| it.0),
            person.known.created.0,
            person.last_seen.0,
            person.display_name(),
        );
        // The name is not shown: findings are copied into reports.
        Ok((columns != inside).then(|| {
            format!(
                "the columns of {id} say next_at {:?}, created {}, last_seen {}{}, and its record \
                 says {:?}, {}, {}",
                columns.0,
                columns.1,
                columns.2,
                if columns.3 == inside.3 { "" } else { ", another name" },
                inside.0,
                inside.1,
                inside.2,
            )
        }))
    })
}

/// The rows must say what the records say.
fn check_members(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    const SAID: &str = "SELECT p.id AS person, m.key AS name, m.value AS since
        FROM persons p, json_each(p.hot, '$.\"hot.1\".profile.audiences') m";
    const KEPT: &str = "SELECT m.person, a.name, m.since FROM members m
        LEFT JOIN audiences a ON a.id = m.audience";
    for (sql, what) in [
        (format!("{SAID} EXCEPT {KEPT}"), "is not listed as a member of"),
        (format!("{KEPT} EXCEPT {SAID}"), "is listed, against the record, as a member of"),
    ] {
        findings.of_rows(connection, &sql, REPORT, |row| {
            let name: Option<String> = row.get(1)?;
            let name = name.unwrap_or_else(|| "an audience without a name".to_owned());
            Ok(Some(format!("p{} {what} {name}", read::id(row, 0)?)))
        })?;
    }
    Ok(())
}

fn check_messages(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    let sql = "SELECT id, data, person, key, scope, day, ledger_state, state, channel, planned_at,
                 deferred
               FROM messages ORDER BY id";
    findings.of_rows(connection, sql, REPORT, |row| {
        let message = read::message_in(row)?;
        let (state, planned_at) = write::state_of(&message);
        let agrees = row.get::<_, i64>(0)? == write::number(message.id.0)?
            && row.get::<_, i64>(2)? == write::number(message.person.0)?
            && row.get::<_, String>(3)? == message.key
            && row.get::<_, String>(4)? == message.scope()
            && row.get::<_, i64>(5)? == message.created.day()
            && row.get::<_, String>(6)? == message.ledger_state().name()
            && row.get::<_, String>(7)? == state
            && row.get::<_, Option<String>>(8)?.as_deref()
                == message.channel().map(model::Channel::name)
            && row.get::<_, Option<i64>>(9)? == planned_at
            && row.get::<_, bool>(10)? == message.is_deferred();
        Ok((!agrees).then(|| format!("the columns of {} differ from its record", message.id)))
    })
}

fn check_merges(connection: &Connection, _: &Path, findings: &mut Findings) -> Result<(), Fault> {
    let sql = "SELECT id, data FROM merges ORDER BY id";
    findings.of_rows(connection, sql, REPORT, |row| crate::read::merge_in(row).map(|_| None))?;
    let sql = "SELECT number, position, data FROM since_merge ORDER BY number";
    findings.of_rows(connection, sql, REPORT, |row| {
        let name = format!("number {}", row.get::<_, i64>(0)?);
        let position: Option<i64> = row.get(1)?;
        let position = position.map(|it| port::LogPosition(it.unsigned_abs()));
        let stored: Option<Vec<u8>> = row.get(2)?;
        let read = form::read_since(position, stored.as_deref());
        read.map(|_| None).map_err(Fault::unreadable(name))
    })
}

fn check_seen(connection: &Connection, dir: &Path, findings: &mut Findings) -> Result<(), Fault> {
    let dir = seen::dir_in(dir);
    for file in seen::registered(connection)? {
        let problem = match seen::open_file(&dir, file) {
            Ok(opened) => opened.check().err().map(|e| format!("{}: {e}", opened.path().display())),
            // A file that expired since this snapshot is gone by right.
            Err(Fault::Unreadable { .. }) if was_dropped(connection, file.0)? => None,
            Err(Fault::Unreadable { what, detail }) => {
                Some(format!("a stored {what} cannot be read: {detail}"))
            }
            Err(other) => return Err(other),
        };
        findings.problems.extend(problem.map(|it| Problem::new(it).hint(RESTORE)));
    }
    Ok(())
}

/// Asked outside of the snapshot.
fn was_dropped(connection: &Connection, first: i64) -> Result<bool, Fault> {
    let Some(path) = connection.path() else { return Ok(false) };
    let now = connection::reader(Path::new(path))?;
    Ok(!now.prepare("SELECT 1 FROM seen_files WHERE first = ?1")?.exists([first])?)
}
