//! What one commit writes, row by row, inside its transaction.
//!
//! A column that has an index is written only when it changed: SQLite writes the index entry anew
//! whenever its column is named in an `UPDATE`, and each entry is a page of the log.

use crate::fault::{Fault, Refusal};
use crate::hooks;
use crate::inbox;
use crate::members::Members;
use crate::seen::Plan;
use model::{Identifier, Message, MessageState, PersonId, Timestamp};
use port::{Changes, CountChange, Entry, Merge, Person, Sections, SinceMerge};
use record::person as form;
use rusqlite::{CachedStatement, Connection, params};
use std::collections::{BTreeMap, HashSet};

/// How many rows of what came since merges one commit forgets: a few milliseconds, and at one such
/// commit every ten minutes more than ten million in a day.
const FORGOTTEN_MAX: i64 = 100_000;

pub(crate) fn apply(
    connection: &Connection,
    changes: &Changes<'_>,
    plan: &Plan,
) -> Result<(), Fault> {
    put_returned(connection, &changes.returned)?;
    let named = changes.identifiers.iter().map(|it| it.1).collect();
    let mut people = People::prepare(connection, named)?;
    for (person, sections) in &changes.people {
        people.put(person, *sections)?;
    }
    for (absorbed, survivor) in &changes.redirects {
        people.redirect(*absorbed, *survivor)?;
    }
    put_identifiers(connection, &changes.identifiers)?;
    put_merges(connection, &changes.merges)?;
    put_since_merge(connection, &changes.since_merge)?;
    if let Some(before) = changes.forget_before {
        forget_since_merge(connection, before)?;
    }
    inbox::apply(connection, changes)?;
    for person in &changes.erased {
        inbox::erase(connection, number(person.0)?)?;
        people.erase(connection, *person)?;
        hooks::erase(connection, number(person.0)?, changes.now)?;
    }
    let born = people.born;
    put_messages(connection, &changes.messages)?;
    put_counts(connection, &changes.counts)?;
    put_entries(connection, &changes.entries)?;
    hooks::apply(connection, changes)?;
    plan.write(connection)?;
    let position = changes.log_position.map(|it| number(it.0)).transpose()?;
    let mut marks = connection.prepare_cached(
        "UPDATE marks SET log_position = coalesce(?1, log_position), last_commit = ?2,
           persons = persons + ?3",
    )?;
    marks.execute(params![position, changes.now.0, born])?;
    Ok(())
}

/// SQLite's integers are signed.
pub(crate) fn number(id: u64) -> Result<i64, Fault> {
    i64::try_from(id).map_err(|_| Fault::Refused(Refusal::TooLarge(id)))
}

struct People<'c> {
    /// Those who got an identifier in this commit; for others the search stays as it is.
    named: HashSet<PersonId>,
    /// Everything but the agenda, if the agenda stays as it is.
    update: CachedStatement<'c>,
    update_all: CachedStatement<'c>,
    update_next: CachedStatement<'c>,
    exists: CachedStatement<'c>,
    insert: CachedStatement<'c>,
    search_identifiers: CachedStatement<'c>,
    search_name: CachedStatement<'c>,
    consents: Section<'c>,
    contacts: Section<'c>,
    runs: Section<'c>,
    learned: Section<'c>,
    members: Members<'c>,
    delete: CachedStatement<'c>,
    delete_search: CachedStatement<'c>,
    put_redirect: CachedStatement<'c>,
    /// Persons that this commit added, less those that it took away.
    born: i64,
}

struct Section<'c> {
    put: CachedStatement<'c>,
    delete: CachedStatement<'c>,
}

impl<'c> People<'c> {
    fn prepare(connection: &'c Connection, named: HashSet<PersonId>) -> Result<People<'c>, Fault> {
        Ok(People {
            named,
            update: connection.prepare_cached(
                "UPDATE persons SET created = coalesce(?3, created),
                   last_seen = coalesce(?4, last_seen), name = coalesce(?5, name),
                   traits = coalesce(?6, traits), hot = coalesce(?7, hot)
                 WHERE id = ?1 AND next_at IS ?2",
            )?,
            update_all: connection.prepare_cached(
                "UPDATE persons SET next_at = ?2, created = coalesce(?3, created),
                   last_seen = coalesce(?4, last_seen), name = coalesce(?5, name),
                   traits = coalesce(?6, traits), hot = coalesce(?7, hot)
                 WHERE id = ?1",
            )?,
            update_next: connection.prepare_cached(
                "UPDATE persons SET next_at = ?2 WHERE id = ?1 AND next_at IS NOT ?2",
            )?,
            exists: connection.prepare_cached("SELECT 1 FROM persons WHERE id = ?1")?,
            insert: connection.prepare_cached(
                "INSERT INTO persons (id, next_at, created, last_seen, name, traits, hot)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?,
            search_identifiers: connection.prepare_cached(
                "INSERT INTO person_search (person, name, identifiers) VALUES (?1, '', ?2)
                 ON CONFLICT (person) DO UPDATE SET identifiers = excluded.identifiers
                 WHERE identifiers <> excluded.identifiers",
            )?,
            search_name: connection.prepare_cached(
                "INSERT INTO person_search (person, name, identifiers) VALUES (?1, ?2, '')
                 ON CONFLICT (person) DO UPDATE SET name = excluded.name
                 WHERE name <> excluded.name",
            )?,
            consents: Section::prepare(connection, "person_consents")?,
            contacts: Section::prepare(connection, "person_contacts")?,
            runs: Section::prepare(connection, "person_runs")?,
            learned: Section::prepare(connection, "person_learned")?,
            members: Members::prepare(connection)?,
            delete: connection.prepare_cached("DELETE FROM persons WHERE id = ?1")?,
            delete_search: connection
                .prepare_cached("DELETE FROM person_search WHERE person = ?1")?,
            put_redirect: connection.prepare_cached(
                "INSERT INTO redirects (absorbed, survivor) VALUES (?1, ?2)
                 ON CONFLICT (absorbed) DO UPDATE SET survivor = excluded.survivor",
            )?,
            born: 0,
        })
    }

    fn put(&mut self, person: &Person, sections: Sections) -> Result<(), Fault> {
        let id = number(person.id.0)?;
        let born = self.born;
        self.put_row(id, person, sections)?;
        let is_new = born < self.born;
        if sections.contains(Sections::HOT) && (is_new || self.named.contains(&person.id)) {
            let lines: Vec<String> =
                person.known.identifiers.keys().map(|it| it.value.to_lowercase()).collect();
            self.search_identifiers.execute(params![id, lines.join("\n")])?;
        }
        if sections.contains(Sections::TRAITS) {
            self.search_name.execute(params![id, person.display_name().to_lowercase()])?;
        }
        if sections.contains(Sections::CONSENTS) {
            self.consents.write(id, form::consents(person))?;
        }
        if sections.contains(Sections::CONTACTS) {
            self.contacts.write(id, form::contacts(person))?;
        }
        if sections.contains(Sections::RUNS) {
            self.runs.write(id, form::runs(person))?;
        }
        if sections.contains(Sections::LEARNED) {
            self.learned.write(id, form::learned(person))?;
        }
        if sections.contains(Sections::MEMBERS) {
            self.members.write(id, person.profile.memberships())?;
        }
        Ok(())
    }

    fn put_row(&mut self, id: i64, person: &Person, sections: Sections) -> Result<(), Fault> {
        let with_hot = sections.contains(Sections::HOT);
        let with_traits = sections.contains(Sections::TRAITS);
        let next_at = person.next_at().map(|it| it.0);
        if !with_hot && !with_traits {
            let moved = !sections.is_none() && self.update_next.execute(params![id, next_at])? != 0;
            if moved || self.exists.exists([id])? {
                return Ok(());
            }
            return self.insert_blank(id, person, Sections::NONE);
        }
        let created = with_hot.then_some(person.known.created.0);
        let last_seen = with_hot.then_some(person.last_seen.0);
        let name = with_traits.then(|| person.display_name());
        let traits = with_traits.then(|| text(form::traits(person)));
        let hot = with_hot.then(|| form::hot(person));
        let values = params![id, next_at, created, last_seen, name, traits, hot];
        if self.update.execute(values)? == 0 && self.update_all.execute(values)? == 0 {
            if with_hot && with_traits {
                self.insert.execute(values)?;
                self.born += 1;
            } else {
                self.insert_blank(id, person, sections)?;
            }
        }
        Ok(())
    }

    /// A person of whom only some sections were given: the others begin empty.
    fn insert_blank(&mut self, id: i64, person: &Person, sections: Sections) -> Result<(), Fault> {
        let blank = Person::new(person.id, person.known.created);
        let hot = if sections.contains(Sections::HOT) { person } else { &blank };
        let traits = if sections.contains(Sections::TRAITS) { person } else { &blank };
        self.insert.execute(params![
            id,
            person.next_at().map(|it| it.0),
            hot.known.created.0,
            hot.last_seen.0,
            traits.display_name(),
            text(form::traits(traits)),
            form::hot(hot),
        ])?;
        self.search_identifiers.execute(params![id, ""])?;
        self.born += 1;
        Ok(())
    }

    fn redirect(&mut self, absorbed: PersonId, survivor: PersonId) -> Result<(), Fault> {
        let id = number(absorbed.0)?;
        if self.delete.execute([id])? != 0 {
            self.born -= 1;
        }
        self.delete_search.execute([id])?;
        self.consents.delete.execute([id])?;
        self.contacts.delete.execute([id])?;
        self.runs.delete.execute([id])?;
        self.learned.delete.execute([id])?;
        self.members.write(id, &BTreeMap::new())?;
        self.put_redirect.execute([id, number(survivor.0)?])?;
        Ok(())
    }
}

impl People<'_> {
    fn erase(&mut self, connection: &Connection, person: PersonId) -> Result<(), Fault> {
        let id = number(person.0)?;
        if self.delete.execute([id])? != 0 {
            self.born -= 1;
        }
        self.delete_search.execute([id])?;
        self.consents.delete.execute([id])?;
        self.contacts.delete.execute([id])?;
        self.runs.delete.execute([id])?;
        self.learned.delete.execute([id])?;
        self.members.write(id, &BTreeMap::new())?;
        // `identifiers` has no index by person: their owner is asked by identifier alone, and an
        // erasure may take the time of a scan.
        for sql in [
            "DELETE FROM identifiers WHERE person = ?1",
            "DELETE FROM redirects WHERE absorbed = ?1 OR survivor = ?1",
            "DELETE FROM merges WHERE survivor = ?1 OR absorbed = ?1",
            "DELETE FROM since_merge WHERE person = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([id])?;
        }
        Ok(())
    }
}

impl<'c> Section<'c> {
    fn prepare(connection: &'c Connection, table: &str) -> Result<Section<'c>, Fault> {
        let put = format!(
            "INSERT INTO {table} (person, data) VALUES (?1, ?2)
             ON CONFLICT (person) DO UPDATE SET data = excluded.data"
        );
        let delete = format!("DELETE FROM {table} WHERE person = ?1");
        Ok(Section {
            put: connection.prepare_cached(&put)?,
            delete: connection.prepare_cached(&delete)?,
        })
    }

    fn write(&mut self, id: i64, data: Option<Vec<u8>>) -> Result<(), Fault> {
        match data {
            Some(data) => self.put.execute(params![id, data])?,
            None => self.delete.execute([id])?,
        };
        Ok(())
    }
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("JSON is UTF-8")
}

fn put_identifiers(
    connection: &Connection,
    identifiers: &[(Identifier, PersonId)],
) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO identifiers (kind, value, person) VALUES (?1, ?2, ?3)
         ON CONFLICT (kind, value) DO UPDATE SET person = excluded.person
         WHERE person <> excluded.person",
    )?;
    for (identifier, person) in identifiers {
        put.execute(params![identifier.kind.name(), identifier.value, number(person.0)?])?;
    }
    Ok(())
}

fn put_merges(connection: &Connection, merges: &[Merge]) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO merges (id, at, survivor, absorbed, data) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET data = excluded.data",
    )?;
    for merge in merges {
        let record = &merge.record;
        let (survivor, absorbed) = (number(record.survivor.0)?, number(record.absorbed.0)?);
        let id = number(merge.id.0)?;
        put.execute(params![id, record.at.0, survivor, absorbed, form::merge(merge)])?;
    }
    Ok(())
}

fn put_returned(connection: &Connection, returned: &[PersonId]) -> Result<(), Fault> {
    let mut delete = connection.prepare_cached("DELETE FROM redirects WHERE absorbed = ?1")?;
    for person in returned {
        delete.execute([number(person.0)?])?;
    }
    Ok(())
}

fn put_since_merge(connection: &Connection, rows: &[SinceMerge]) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO since_merge (number, person, at, position, data) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (number) DO UPDATE SET person = excluded.person",
    )?;
    for row in rows {
        let (position, data) = form::since(&row.what);
        let position = position.map(|it| number(it.0)).transpose()?;
        put.execute(params![number(row.number)?, number(row.person.0)?, row.at.0, position, data])?;
    }
    Ok(())
}

/// Since numbers and times rise together, what is too old is at the beginning.
fn forget_since_merge(connection: &Connection, before: Timestamp) -> Result<(), Fault> {
    let mut forget = connection.prepare_cached(
        "DELETE FROM since_merge
         WHERE number < coalesce((SELECT number FROM since_merge WHERE ?1 <= at
             ORDER BY number LIMIT 1), 9223372036854775807)
           AND number < (SELECT min(number) FROM since_merge) + ?2",
    )?;
    forget.execute(params![before.0, FORGOTTEN_MAX])?;
    Ok(())
}

fn put_messages(connection: &Connection, messages: &[&Message]) -> Result<(), Fault> {
    // The person of a message changes only in a merge; leaving it out otherwise leaves the index
    // by person alone. Scope and day never change, and the key only when the person is erased.
    let mut put = connection.prepare_cached(
        "INSERT INTO messages
           (id, person, ledger_state, state, channel, planned_at, deferred, data, key, scope, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET ledger_state = excluded.ledger_state,
           state = excluded.state, channel = excluded.channel, planned_at = excluded.planned_at,
           deferred = excluded.deferred, data = excluded.data
         WHERE person = excluded.person",
    )?;
    let mut move_to = connection.prepare_cached(
        "UPDATE messages SET person = ?2, ledger_state = ?3, state = ?4, channel = ?5,
           planned_at = ?6, deferred = ?7, data = ?8, key = ?9
         WHERE id = ?1",
    )?;
    for message in messages {
        let (id, person) = (number(message.id.0)?, number(message.person.0)?);
        let ledger_state = message.ledger_state().name();
        let (state, planned_at) = state_of(message);
        let channel = message.channel().map(model::Channel::name);
        let (deferred, data) = (message.is_deferred(), form::message(message));
        let put = put.execute(params![
            id,
            person,
            ledger_state,
            state,
            channel,
            planned_at,
            deferred,
            data,
            message.key,
            message.scope(),
            message.created.day(),
        ]);
        match put {
            Ok(0) => {
                move_to.execute(params![
                    id,
                    person,
                    ledger_state,
                    state,
                    channel,
                    planned_at,
                    deferred,
                    data,
                    message.key
                ])?;
            }
            Ok(_) => {}
            Err(error) if Fault::is_unique(&error) => {
                return Err(Fault::DuplicateKey(message.key.clone()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The name of the state, and the time of a planned one.
pub(crate) fn state_of(message: &Message) -> (&'static str, Option<i64>) {
    match &message.state {
        MessageState::Waiting => ("waiting", None),
        MessageState::Planned { at, .. } => ("planned", Some(at.0)),
        MessageState::Joined { .. } => ("joined", None),
        MessageState::InFlight { .. } => ("in_flight", None),
        MessageState::Ended { .. } => ("ended", None),
    }
}

fn put_counts(connection: &Connection, counts: &[CountChange]) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO counts (scope, day, state, n) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope, day, state) DO UPDATE SET n = n + excluded.n",
    )?;
    for CountChange { key, by } in counts {
        put.execute(params![key.scope, key.day, key.state.name(), by])?;
    }
    Ok(())
}

fn put_entries(connection: &Connection, entries: &[Entry]) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO entries (space, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (space, key) DO UPDATE SET value = excluded.value",
    )?;
    let mut delete =
        connection.prepare_cached("DELETE FROM entries WHERE space = ?1 AND key = ?2")?;
    for entry in entries {
        let space = entry.space.name();
        match &entry.value {
            Some(value) => put.execute(params![space, entry.key, value])?,
            None => delete.execute(params![space, entry.key])?,
        };
    }
    Ok(())
}
