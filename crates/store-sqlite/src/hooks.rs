//! Calls of other systems: rows of `hooks`, written and read.

use crate::fault::Fault;
use crate::write::number;
use model::{HookState, PersonId, Timestamp};
use port::{Changes, ForgetHooks, Hook, HookChange, HookCounts, HookRecord};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// How many ended calls of each kind one commit forgets: some milliseconds.
const FORGOTTEN_MAX: i64 = 10_000;

const COLUMNS: &str = "number, key, url, body, person, lane, made, state, tries, tried_at, next_at, \
                       detail";

/// After the erasures of the same commit: what it still says of an erased person stays.
pub(crate) fn apply(connection: &Connection, changes: &Changes<'_>) -> Result<(), Fault> {
    for change in &changes.hook_changes {
        settle(connection, change, changes.now)?;
    }
    for hook in &changes.hooks {
        put(connection, hook)?;
    }
    match &changes.forget_hooks {
        Some(forget) => forget_ended(connection, forget),
        None => Ok(()),
    }
}

pub(crate) fn erase(connection: &Connection, person: i64, now: Timestamp) -> Result<(), Fault> {
    let mut gone =
        connection.prepare_cached("DELETE FROM hooks WHERE person = ?1 RETURNING lane")?;
    let lanes = gone.query_map([person], |row| row.get::<_, Option<String>>(0))?;
    for lane in lanes.collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        release(connection, &lane, now)?;
    }
    Ok(())
}

fn put(connection: &Connection, hook: &Hook) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(
        "INSERT INTO hooks (key, url, host, body, person, lane, made, next_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
           CASE WHEN EXISTS (SELECT 1 FROM hooks WHERE state = 'waiting' AND lane = ?6)
             THEN NULL ELSE ?7 END)
         ON CONFLICT (key) DO NOTHING",
    )?;
    let person = hook.person.map(|it| number(it.0)).transpose()?;
    let Hook { key, url, body, made, lane, .. } = hook;
    put.execute(params![key, url, hook.host(), body, person, lane, made.0])?;
    Ok(())
}

fn settle(connection: &Connection, change: &HookChange, now: Timestamp) -> Result<(), Fault> {
    let mut settle = connection.prepare_cached(
        "UPDATE hooks SET state = ?2, tries = ?3, tried_at = coalesce(?4, tried_at), next_at = ?5,
           detail = ?6,
           body = CASE WHEN ?2 = 'answered' AND person IS NULL THEN x'' ELSE body END
         WHERE key = ?1 RETURNING lane",
    )?;
    let HookChange { key, state, tries, tried_at, next_at, detail } = change;
    let next_at = next_at.filter(|_| *state == HookState::Waiting);
    let row =
        params![key, state.name(), tries, tried_at.map(|it| it.0), next_at.map(|it| it.0), detail];
    let lane = settle.query_row(row, |row| row.get::<_, Option<String>>(0)).optional()?.flatten();
    match lane {
        Some(lane) if *state != HookState::Waiting => release(connection, &lane, now),
        Some(_) | None => Ok(()),
    }
}

/// The next of the lane may go, if it was waiting for its turn.
fn release(connection: &Connection, lane: &str, now: Timestamp) -> Result<(), Fault> {
    let mut release = connection.prepare_cached(
        "UPDATE hooks SET next_at = ?2 WHERE next_at IS NULL AND number =
           (SELECT min(number) FROM hooks WHERE state = 'waiting' AND lane = ?1)",
    )?;
    release.execute(params![lane, now.0])?;
    Ok(())
}

fn forget_ended(connection: &Connection, forget: &ForgetHooks) -> Result<(), Fault> {
    let mut old = connection.prepare_cached(
        "DELETE FROM hooks WHERE number IN
           (SELECT number FROM hooks WHERE state = ?1 AND state <> 'waiting' AND tried_at < ?2
            LIMIT ?3)",
    )?;
    for (state, before) in
        [(HookState::Answered, forget.answered), (HookState::GivenUp, forget.given_up)]
    {
        old.execute(params![state.name(), before.0, FORGOTTEN_MAX])?;
    }
    Ok(())
}

/// Goes from receiver to receiver by the index, so that it costs no more for those of whom many wait.
pub(crate) fn due(
    connection: &Connection,
    now: Timestamp,
    per_host: usize,
    limit: usize,
) -> Result<Vec<HookRecord>, Fault> {
    let mut next_host = connection.prepare_cached(
        "SELECT min(host) FROM hooks INDEXED BY hooks_due WHERE next_at IS NOT NULL AND ?1 < host",
    )?;
    let mut of_host = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM hooks INDEXED BY hooks_due
         WHERE next_at IS NOT NULL AND host = ?1 AND next_at <= ?2
         ORDER BY next_at, number LIMIT ?3"
    ))?;
    let per_host = i64::try_from(per_host).unwrap_or(i64::MAX);
    let (mut found, mut host) = (Vec::new(), String::new());
    while let Some(next) = next_host.query_row([&host], |row| row.get::<_, Option<String>>(0))? {
        let mut rows = of_host.query(params![next, now.0, per_host])?;
        while let Some(row) = rows.next()? {
            found.push(record(row)?);
        }
        host = next;
    }
    found.sort_by_key(|it| (it.next_at, it.number));
    found.truncate(limit);
    Ok(found)
}

pub(crate) fn next(connection: &Connection, after: Timestamp) -> Result<Option<Timestamp>, Fault> {
    let mut next = connection.prepare_cached(
        "SELECT min(next_at) FROM hooks INDEXED BY hooks_next
         WHERE next_at IS NOT NULL AND ?1 < next_at",
    )?;
    Ok(next.query_row([after.0], |row| row.get::<_, Option<i64>>(0))?.map(Timestamp))
}

pub(crate) fn find(connection: &Connection, key: &str) -> Result<Option<HookRecord>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM hooks WHERE key = ?1");
    let mut one = connection.prepare_cached(&sql)?;
    let mut rows = one.query([key])?;
    rows.next()?.map(record).transpose()
}

pub(crate) fn list(
    connection: &Connection,
    state: Option<HookState>,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<HookRecord>, Fault> {
    let of_state = if state.is_some() { "state = ?1" } else { "?1 IS NULL" };
    let mut all = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM hooks WHERE {of_state} AND number < ?2
         ORDER BY number DESC LIMIT ?3"
    ))?;
    let before = before.map_or(i64::MAX, |it| i64::try_from(it).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = all.query(params![state.map(HookState::name), before, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

/// Each by an index that holds no more than what is counted.
pub(crate) fn counts(connection: &Connection) -> Result<HookCounts, Fault> {
    let count = |of: &str| -> Result<u64, Fault> {
        let sql = format!("SELECT count(*) FROM hooks INDEXED BY {of}");
        let mut count = connection.prepare_cached(&sql)?;
        Ok(count.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
    };
    Ok(HookCounts {
        waiting: count("hooks_state WHERE state = 'waiting'")?,
        failing: count("hooks_failing WHERE state = 'waiting' AND tries > 0")?,
        given_up: count("hooks_state WHERE state = 'given_up'")?,
    })
}

fn record(row: &Row<'_>) -> Result<HookRecord, Fault> {
    let time = |at| row.get::<_, Option<i64>>(at).map(|it| it.map(Timestamp));
    let person = row.get::<_, Option<i64>>(4)?.map(|it| PersonId(it.unsigned_abs()));
    let state: String = row.get(7)?;
    Ok(HookRecord {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        hook: Hook {
            key: row.get(1)?,
            url: row.get(2)?,
            body: row.get(3)?,
            person,
            lane: row.get(5)?,
            made: Timestamp(row.get(6)?),
        },
        state: HookState::parse(&state).ok_or(Fault::Unreadable { what: "call", detail: state })?,
        tries: row.get(8)?,
        tried_at: time(9)?,
        next_at: time(10)?,
        detail: row.get(11)?,
    })
}
