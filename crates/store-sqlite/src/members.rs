//! Who is in which audience: rows that follow the persons' records.

use crate::fault::Fault;
use crate::read::{count_of, id, signed};
use model::{PersonId, Timestamp};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// Writes the memberships of persons, row by row and only what differs.
pub(crate) struct Members<'c> {
    name: CachedStatement<'c>,
    put_name: CachedStatement<'c>,
    own: CachedStatement<'c>,
    put: CachedStatement<'c>,
    delete: CachedStatement<'c>,
    /// Names that were looked up for this commit.
    ids: BTreeMap<String, i64>,
}

impl<'c> Members<'c> {
    pub fn prepare(connection: &'c Connection) -> Result<Members<'c>, Fault> {
        Ok(Members {
            name: connection.prepare_cached("SELECT id FROM audiences WHERE name = ?1")?,
            put_name: connection
                .prepare_cached("INSERT INTO audiences (name) VALUES (?1) RETURNING id")?,
            own: connection.prepare_cached(
                "SELECT audience, since FROM members INDEXED BY members_person WHERE person = ?1",
            )?,
            put: connection.prepare_cached(
                "INSERT INTO members (audience, person, since) VALUES (?1, ?2, ?3)
                 ON CONFLICT (audience, person) DO UPDATE SET since = excluded.since",
            )?,
            delete: connection
                .prepare_cached("DELETE FROM members WHERE audience = ?1 AND person = ?2")?,
            ids: BTreeMap::new(),
        })
    }

    /// Makes the rows of a person say what the record says; `none` takes all of them away.
    pub fn write(
        &mut self,
        person: i64,
        memberships: &BTreeMap<String, Timestamp>,
    ) -> Result<(), Fault> {
        let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
        for (name, since) in memberships {
            wanted.insert(self.id_of(name)?, since.0);
        }
        let mut gone = Vec::new();
        let mut rows = self.own.query([person])?;
        while let Some(row) = rows.next()? {
            let (audience, since): (i64, i64) = (row.get(0)?, row.get(1)?);
            match wanted.get(&audience) {
                Some(it) if *it == since => drop(wanted.remove(&audience)),
                Some(_) => {}
                None => gone.push(audience),
            }
        }
        drop(rows);
        for audience in gone {
            self.delete.execute([audience, person])?;
        }
        for (audience, since) in wanted {
            self.put.execute([audience, person, since])?;
        }
        Ok(())
    }

    fn id_of(&mut self, name: &str) -> Result<i64, Fault> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        let known: Option<i64> = self.name.query_row([name], |row| row.get(0)).optional()?;
        let id = match known {
            Some(id) => id,
            None => self.put_name.query_row([name], |row| row.get(0))?,
        };
        self.ids.insert(name.to_owned(), id);
        Ok(id)
    }
}

/// Members of an audience with an id above `after`, rising.
pub(crate) fn members(
    connection: &Connection,
    audience: &str,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<PersonId>, Fault> {
    let mut rows = connection.prepare_cached(
        "SELECT person FROM members
         WHERE audience = (SELECT id FROM audiences WHERE name = ?1) AND person > ?2
         ORDER BY person LIMIT ?3",
    )?;
    let after = after.map_or(-1, |it| signed(it.0));
    let mut rows = rows.query(params![audience, after, count_of(limit)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(PersonId(id(row, 0)?));
    }
    Ok(found)
}
