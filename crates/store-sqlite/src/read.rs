//! The reading views, as functions on a connection.

use crate::fault::Fault;
use model::{
    Channel, Identifier, IdentifierKind, LedgerState, MergeId, Message, MessageId, PersonId,
    Timestamp,
};
use port::{CountKey, LogPosition, Merge, Person, PersonSummary, SinceMerge, Space};
use record::person::{self as form, Stored};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// How many persons a search looks through for `query` within a name or an identifier, the newest
/// first: about a tenth of a second. Beyond them it finds what begins with `query`, by an index.
pub(crate) const SCAN_MAX: usize = 500_000;

/// How many persons whose name or identifier begins with `query` are looked at, per index.
const PREFIX_HITS_MAX: i64 = 10_000;

/// How long a chain of merges may be before it must be a circle.
const REDIRECTS_MAX: usize = 10_000;

pub(crate) fn load(connection: &Connection, ids: &[PersonId]) -> Result<Vec<Person>, Fault> {
    let mut row_of = connection.prepare_cached(
        "SELECT p.hot, p.traits, c.data, k.data, r.data, l.data FROM persons p
           LEFT JOIN person_consents c ON c.person = p.id
           LEFT JOIN person_contacts k ON k.person = p.id
           LEFT JOIN person_runs r ON r.person = p.id
           LEFT JOIN person_learned l ON l.person = p.id
         WHERE p.id = ?1",
    )?;
    let mut open = connection.prepare_cached(
        "SELECT id, data FROM messages INDEXED BY messages_open
         WHERE person = ?1 AND ledger_state = 'pending' ORDER BY id",
    )?;
    let mut people = Vec::with_capacity(ids.len());
    for id in ids {
        let key = signed(id.0);
        let Some(stored) = row_of.query_row([key], stored).optional()? else { continue };
        let mut person = form::read(*id, &stored).map_err(Fault::unreadable(id))?;
        let mut rows = open.query([key])?;
        while let Some(row) = rows.next()? {
            person.open.push(message_in(row)?);
        }
        people.push(person);
    }
    Ok(people)
}

pub(crate) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let required = |column| bytes(row, column).map(Option::unwrap_or_default);
    Ok(Stored {
        hot: required(0)?,
        traits: required(1)?,
        consents: bytes(row, 2)?,
        contacts: bytes(row, 3)?,
        runs: bytes(row, 4)?,
        learned: bytes(row, 5)?,
    })
}

pub(crate) fn ids_after(
    connection: &Connection,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<PersonId>, Fault> {
    let after = after.map_or(-1, |it| signed(it.0));
    let mut ids =
        connection.prepare_cached("SELECT id FROM persons WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = ids.query(params![after, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(PersonId(id(row, 0)?));
    }
    Ok(found)
}

pub(crate) fn search(
    connection: &Connection,
    query: &str,
    before: Option<PersonId>,
    limit: usize,
    scan_max: usize,
) -> Result<Vec<PersonSummary>, Fault> {
    let below = before.map_or(i64::MAX, |it| signed(it.0));
    let (exact, query) = (query.trim(), query.trim().to_lowercase());
    let mut found: BTreeSet<PersonId> = BTreeSet::new();
    let mut scan = connection.prepare_cached(
        "SELECT person, name, identifiers FROM person_search WHERE person < ?1
         ORDER BY person DESC LIMIT ?2",
    )?;
    let mut rows = scan.query(params![below, count_of(scan_max)])?;
    let mut scanned = 0;
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let person = PersonId(id(row, 0)?);
        let contains = |column| -> Result<bool, Fault> {
            Ok(row.get_ref(column)?.as_str().is_ok_and(|it| it.contains(&query)))
        };
        if contains(1)? || contains(2)? || person.to_string() == query {
            found.insert(person);
        }
        scanned += 1;
    }
    if found.len() < limit && scan_max <= scanned {
        add_by_prefix(connection, &query, below, &mut found)?;
        if exact != query {
            // Identifiers other than addresses keep their case.
            add_by_prefix(connection, exact, below, &mut found)?;
        }
    }
    let newest_first = found.into_iter().rev();
    newest_first.filter_map(|it| summary(connection, it).transpose()).take(limit).collect()
}

fn add_by_prefix(
    connection: &Connection,
    query: &str,
    below: i64,
    found: &mut BTreeSet<PersonId>,
) -> Result<(), Fault> {
    if let Ok(id) = query.parse::<PersonId>()
        && id.to_string() == query
        && signed(id.0) < below
    {
        found.insert(id);
    }
    // No text that begins with the query is above it: this is the last of all characters.
    let end = format!("{query}\u{10ffff}");
    let mut names = connection.prepare_cached(
        "SELECT person FROM person_search INDEXED BY person_search_name
         WHERE name <> '' AND ?1 <= name AND name < ?2 AND person < ?3 LIMIT ?4",
    )?;
    let mut rows = names.query(params![query, end, below, PREFIX_HITS_MAX])?;
    while let Some(row) = rows.next()? {
        found.insert(PersonId(id(row, 0)?));
    }
    let mut identifiers = connection.prepare_cached(
        "SELECT person FROM identifiers
         WHERE kind = ?1 AND ?2 <= value AND value < ?3 AND person < ?4 LIMIT ?5",
    )?;
    for kind in IdentifierKind::ALL {
        let values = params![kind.name(), query, end, below, PREFIX_HITS_MAX];
        let mut rows = identifiers.query(values)?;
        while let Some(row) = rows.next()? {
            found.insert(PersonId(id(row, 0)?));
        }
    }
    Ok(())
}

fn summary(connection: &Connection, id: PersonId) -> Result<Option<PersonSummary>, Fault> {
    let mut row_of = connection.prepare_cached(
        "SELECT hot, '{}', NULL, NULL, NULL, NULL, name FROM persons WHERE id = ?1",
    )?;
    let row = row_of.query_row([signed(id.0)], |row| Ok((stored(row)?, row.get(6)?))).optional()?;
    let Some((stored, name)) = row else { return Ok(None) };
    let person = form::read(id, &stored).map_err(Fault::unreadable(id))?;
    Ok(Some(PersonSummary {
        id,
        name,
        identifiers: person.known.identifiers.into_keys().collect(),
        created: person.known.created,
        last_seen: person.last_seen,
    }))
}

pub(crate) fn count(connection: &Connection) -> Result<u64, Fault> {
    let mut persons = connection.prepare_cached("SELECT persons FROM marks")?;
    let n: i64 = persons.query_row([], |row| row.get(0))?;
    unsigned("count of persons", n)
}

pub(crate) fn owners(
    connection: &Connection,
    identifiers: &[Identifier],
) -> Result<Vec<Option<PersonId>>, Fault> {
    let mut owner = connection
        .prepare_cached("SELECT person FROM identifiers WHERE kind = ?1 AND value = ?2")?;
    let mut owners = Vec::with_capacity(identifiers.len());
    for identifier in identifiers {
        let mut rows = owner.query(params![identifier.kind.name(), identifier.value])?;
        owners.push(match rows.next()? {
            Some(row) => Some(PersonId(id(row, 0)?)),
            None => None,
        });
    }
    Ok(owners)
}

pub(crate) fn current(connection: &Connection, person: PersonId) -> Result<PersonId, Fault> {
    let mut next =
        connection.prepare_cached("SELECT survivor FROM redirects WHERE absorbed = ?1")?;
    let mut at = person;
    for _ in 0..REDIRECTS_MAX {
        let mut rows = next.query([signed(at.0)])?;
        match rows.next()? {
            Some(row) => at = PersonId(id(row, 0)?),
            None => return Ok(at),
        }
    }
    let detail = format!("those of {person} lead in a circle");
    Err(Fault::Unreadable { what: "redirects", detail })
}

pub(crate) fn redirects_after(
    connection: &Connection,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<(PersonId, PersonId)>, Fault> {
    let after = after.map_or(-1, |it| signed(it.0));
    let mut pairs = connection.prepare_cached(
        "SELECT absorbed, survivor FROM redirects WHERE absorbed > ?1 ORDER BY absorbed LIMIT ?2",
    )?;
    let mut rows = pairs.query(params![after, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((PersonId(id(row, 0)?), PersonId(id(row, 1)?)));
    }
    Ok(found)
}

pub(crate) fn merges_of(connection: &Connection, person: PersonId) -> Result<Vec<Merge>, Fault> {
    let mut merges = connection.prepare_cached(
        "SELECT id, data FROM merges WHERE survivor = ?1 OR absorbed = ?1 ORDER BY id",
    )?;
    let mut rows = merges.query([signed(person.0)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(merge_in(row)?);
    }
    Ok(found)
}

/// A row of id and stored form.
pub(crate) fn merge_in(row: &Row<'_>) -> Result<Merge, Fault> {
    let merge = MergeId(id(row, 0)?);
    let stored = bytes(row, 1)?.unwrap_or_default();
    form::read_merge(merge, &stored).map_err(Fault::unreadable(format!("number {}", merge.0)))
}

pub(crate) fn merge(connection: &Connection, merge: MergeId) -> Result<Option<Merge>, Fault> {
    let mut one = connection.prepare_cached("SELECT id, data FROM merges WHERE id = ?1")?;
    let mut rows = one.query([signed(merge.0)])?;
    rows.next()?.map(merge_in).transpose()
}

pub(crate) fn last_merge(connection: &Connection) -> Result<Option<MergeId>, Fault> {
    let mut last = connection.prepare_cached("SELECT id FROM merges ORDER BY id DESC LIMIT 1")?;
    let mut rows = last.query([])?;
    rows.next()?.map(|row| Ok(MergeId(id(row, 0)?))).transpose()
}

pub(crate) fn since_merge(
    connection: &Connection,
    person: PersonId,
    from: u64,
) -> Result<Vec<SinceMerge>, Fault> {
    let mut of_person = connection.prepare_cached(
        "SELECT number, at, position, data FROM since_merge INDEXED BY since_merge_person
         WHERE person = ?1 AND ?2 <= number ORDER BY number",
    )?;
    let mut rows = of_person.query(params![signed(person.0), signed(from)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let number = id(row, 0)?;
        let position: Option<i64> = row.get(2)?;
        let position = position.map(|it| unsigned("log position", it)).transpose()?;
        let stored = bytes(row, 3)?;
        let what = form::read_since(position.map(LogPosition), stored.as_deref())
            .map_err(Fault::unreadable(format!("number {number}")))?;
        found.push(SinceMerge { number, person, at: Timestamp(row.get(1)?), what });
    }
    Ok(found)
}

pub(crate) fn due_people(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<PersonId>, Fault> {
    let mut due = connection.prepare_cached(
        "SELECT id FROM persons INDEXED BY persons_next_at
         WHERE next_at IS NOT NULL AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2",
    )?;
    let mut rows = due.query(params![now.0, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(PersonId(id(row, 0)?));
    }
    Ok(found)
}

pub(crate) fn next_due(connection: &Connection) -> Result<Option<Timestamp>, Fault> {
    let mut next = connection.prepare_cached(
        "SELECT next_at FROM persons INDEXED BY persons_next_at
         WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1",
    )?;
    Ok(next.query_row([], |row| row.get(0)).optional()?.map(Timestamp))
}

pub(crate) fn due_messages(
    connection: &Connection,
    channel: Channel,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(MessageId, PersonId)>, Fault> {
    let mut due = connection.prepare_cached(
        "SELECT id, person FROM messages INDEXED BY messages_planned
         WHERE state = 'planned' AND channel = ?1 AND planned_at <= ?2
         ORDER BY planned_at, id LIMIT ?3",
    )?;
    let mut rows = due.query(params![channel.name(), now.0, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((MessageId(id(row, 0)?), PersonId(id(row, 1)?)));
    }
    Ok(found)
}

pub(crate) fn next_message(
    connection: &Connection,
    channel: Channel,
) -> Result<Option<Timestamp>, Fault> {
    let mut next = connection.prepare_cached(
        "SELECT planned_at FROM messages INDEXED BY messages_planned
         WHERE state = 'planned' AND channel = ?1 ORDER BY planned_at LIMIT 1",
    )?;
    Ok(next.query_row([channel.name()], |row| row.get(0)).optional()?.map(Timestamp))
}

pub(crate) fn in_flight(connection: &Connection) -> Result<Vec<(MessageId, PersonId)>, Fault> {
    let mut flying = connection.prepare_cached(
        "SELECT id, person FROM messages INDEXED BY messages_in_flight
         WHERE state = 'in_flight' ORDER BY id",
    )?;
    let mut rows = flying.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((MessageId(id(row, 0)?), PersonId(id(row, 1)?)));
    }
    Ok(found)
}

pub(crate) fn message(
    connection: &Connection,
    message: MessageId,
) -> Result<Option<Message>, Fault> {
    let mut one = connection.prepare_cached("SELECT id, data FROM messages WHERE id = ?1")?;
    let mut rows = one.query([signed(message.0)])?;
    rows.next()?.map(message_in).transpose()
}

pub(crate) fn message_by_key(
    connection: &Connection,
    key: &str,
) -> Result<Option<MessageId>, Fault> {
    let mut one = connection.prepare_cached("SELECT id FROM messages WHERE key = ?1")?;
    let mut rows = one.query([key])?;
    rows.next()?.map(|row| Ok(MessageId(id(row, 0)?))).transpose()
}

pub(crate) fn messages_of(
    connection: &Connection,
    person: PersonId,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Vec<Message>, Fault> {
    let mut page = connection.prepare_cached(
        "SELECT id, data FROM messages INDEXED BY messages_person
         WHERE person = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
    )?;
    let below = before.map_or(i64::MAX, |it| signed(it.0));
    let mut rows = page.query(params![signed(person.0), below, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(message_in(row)?);
    }
    Ok(found)
}

pub(crate) fn faults(
    connection: &Connection,
    scope: &str,
    before: Option<MessageId>,
    limit: usize,
) -> Result<Vec<Message>, Fault> {
    let mut page = connection.prepare_cached(
        "SELECT id, data FROM messages INDEXED BY messages_faults
         WHERE ledger_state IN ('failed', 'unknown') AND scope = ?1 AND id < ?2
         ORDER BY id DESC LIMIT ?3",
    )?;
    let below = before.map_or(i64::MAX, |it| signed(it.0));
    let mut rows = page.query(params![scope, below, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(message_in(row)?);
    }
    Ok(found)
}

pub(crate) fn counts(connection: &Connection) -> Result<Vec<(CountKey, i64)>, Fault> {
    counts_by(connection, "SELECT scope, day, state, n FROM counts WHERE n <> 0")
}

pub(crate) fn recount(connection: &Connection) -> Result<Vec<(CountKey, i64)>, Fault> {
    counts_by(
        connection,
        "SELECT scope, day, ledger_state, count(*) FROM messages GROUP BY scope, day, ledger_state",
    )
}

fn counts_by(connection: &Connection, sql: &str) -> Result<Vec<(CountKey, i64)>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(2)?;
        let Some(state) = LedgerState::from_name(&name) else {
            let detail = format!("`{name}` is not a state of the ledger");
            return Err(Fault::Unreadable { what: "count", detail });
        };
        found.push((CountKey { scope: row.get(0)?, day: row.get(1)?, state }, row.get(3)?));
    }
    found.sort();
    Ok(found)
}

pub(crate) fn deferred(connection: &Connection) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT count(*) FROM messages INDEXED BY messages_deferred WHERE deferred = 1",
    )?;
    let n: i64 = statement.query_row([], |row| row.get(0))?;
    unsigned("count of deferred messages", n)
}

pub(crate) fn get(
    connection: &Connection,
    space: Space,
    key: &str,
) -> Result<Option<Vec<u8>>, Fault> {
    let mut one =
        connection.prepare_cached("SELECT value FROM entries WHERE space = ?1 AND key = ?2")?;
    Ok(one.query_row([space.name(), key], |row| row.get(0)).optional()?)
}

pub(crate) fn list(
    connection: &Connection,
    space: Space,
    prefix: &str,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let mut entries = connection.prepare_cached(
        "SELECT key, value FROM entries WHERE space = ?1 AND ?2 <= key ORDER BY key",
    )?;
    let mut rows = entries.query([space.name(), prefix])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        if !key.starts_with(prefix) {
            break;
        }
        found.push((key, row.get(1)?));
    }
    Ok(found)
}

pub(crate) fn log_position(connection: &Connection) -> Result<LogPosition, Fault> {
    let mut mark = connection.prepare_cached("SELECT log_position FROM marks")?;
    let n: i64 = mark.query_row([], |row| row.get(0))?;
    Ok(LogPosition(unsigned("log position", n)?))
}

pub(crate) fn last_commit(connection: &Connection) -> Result<Option<Timestamp>, Fault> {
    let mut mark = connection.prepare_cached("SELECT last_commit FROM marks")?;
    let at: Option<i64> = mark.query_row([], |row| row.get(0))?;
    Ok(at.map(Timestamp))
}

/// For asking: an id beyond SQLite's integers belongs to nobody, and neither does the last of them.
pub(crate) fn signed(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

pub(crate) fn count_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn unsigned(what: &'static str, n: i64) -> Result<u64, Fault> {
    u64::try_from(n).map_err(|_| Fault::Unreadable { what, detail: format!("it is {n}") })
}

pub(crate) fn id(row: &Row<'_>, column: usize) -> Result<u64, Fault> {
    unsigned("id", row.get(column)?)
}

/// A row of id and stored form.
pub(crate) fn message_in(row: &Row<'_>) -> Result<Message, Fault> {
    let name = MessageId(id(row, 0)?);
    let stored = row.get_ref(1)?;
    let stored = stored.as_blob().unwrap_or_default();
    form::read_message(stored).map_err(Fault::unreadable(name))
}

/// JSON in a column, whether it is stored as text or as bytes.
fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Vec<u8>>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(it) | ValueRef::Blob(it) => Some(it.to_vec()),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
    })
}
