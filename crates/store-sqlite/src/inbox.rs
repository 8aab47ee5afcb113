//! What waits on the site: rows of `inbox`, written and read.

use crate::fault::Fault;
use crate::write::number;
use model::{Identifier, IdentifierKind, MessageId, PersonId, Timestamp};
use port::{Changes, InboxItem};
use rusqlite::{Connection, Row, params};

/// How many that have ended one commit forgets: some milliseconds.
const FORGOTTEN_MAX: i64 = 10_000;

/// Before the erasures of the same commit, which take what it still puts there.
pub(crate) fn apply(connection: &Connection, changes: &Changes<'_>) -> Result<(), Fault> {
    for key in &changes.inbox_taken {
        connection.prepare_cached("DELETE FROM inbox WHERE key = ?1")?.execute([key])?;
    }
    for item in &changes.inbox {
        put(connection, item)?;
    }
    if let Some(now) = changes.forget_inbox {
        let mut old = connection.prepare_cached(
            "DELETE FROM inbox WHERE key IN (SELECT key FROM inbox WHERE until <= ?1 LIMIT ?2)",
        )?;
        old.execute(params![now.0, FORGOTTEN_MAX])?;
    }
    Ok(())
}

/// While the person's identifiers are still theirs.
pub(crate) fn erase(connection: &Connection, person: i64) -> Result<(), Fault> {
    for sql in [
        "DELETE FROM inbox WHERE person = ?1",
        "DELETE FROM inbox WHERE (kind, value) IN
           (SELECT kind, value FROM identifiers WHERE person = ?1)",
    ] {
        connection.prepare_cached(sql)?.execute([person])?;
    }
    Ok(())
}

fn put(connection: &Connection, item: &InboxItem) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO inbox (key, message, person, kind, value, at, until, title, body, label, url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (key) DO NOTHING",
    )?;
    let message = item.message.map(|it| number(it.0)).transpose()?;
    let person = item.person.map(|it| number(it.0)).transpose()?;
    let InboxItem { key, to, at, until, title, body, label, url, .. } = item;
    put.execute(params![
        key,
        message,
        person,
        to.kind.name(),
        to.value,
        at.0,
        until.0,
        title,
        body,
        label,
        url
    ])?;
    Ok(())
}

pub(crate) fn waiting(
    connection: &Connection,
    to: &[Identifier],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<InboxItem>, Fault> {
    let mut of_address = connection.prepare_cached(
        "SELECT key, message, person, kind, value, at, until, title, body, label, url
         FROM inbox INDEXED BY inbox_to
         WHERE kind = ?1 AND value = ?2 AND ?3 < until ORDER BY at DESC, key LIMIT ?4",
    )?;
    let rows_max = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for address in to {
        let asked = params![address.kind.name(), address.value, now.0, rows_max];
        let mut rows = of_address.query(asked)?;
        while let Some(row) = rows.next()? {
            found.push(item(row)?);
        }
    }
    found.sort_by(|a, b| (b.at, &a.key).cmp(&(a.at, &b.key)));
    found.truncate(limit);
    Ok(found)
}

fn item(row: &Row<'_>) -> Result<InboxItem, Fault> {
    let id = |at| row.get::<_, Option<i64>>(at).map(|it| it.map(i64::unsigned_abs));
    let kind: String = row.get(3)?;
    let kind = IdentifierKind::from_name(&kind)
        .ok_or(Fault::Unreadable { what: "message on the site", detail: kind })?;
    Ok(InboxItem {
        key: row.get(0)?,
        message: id(1)?.map(MessageId),
        person: id(2)?.map(PersonId),
        to: Identifier { kind, value: row.get(4)? },
        at: Timestamp(row.get(5)?),
        until: Timestamp(row.get(6)?),
        title: row.get(7)?,
        body: row.get(8)?,
        label: row.get(9)?,
        url: row.get(10)?,
    })
}
