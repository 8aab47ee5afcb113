-- Persons with their sections, the directory, the ledger, the catalog, and the ids of events.
-- Ids are integers, times are milliseconds since 1970, and days are days since 1970. Stored forms
-- are JSON; those that only the engine reads are BLOBs, traits are TEXT for whoever asks in SQL:
--   SELECT id, traits ->> '$.plan.v' FROM persons;
-- 1179995203 is "FULC" in ASCII.
PRAGMA application_id = 1179995203;

-- What is read without the record stands before it, so that it is found without following the
-- pages into which a long record overflows.
CREATE TABLE IF NOT EXISTS persons (
  id INTEGER PRIMARY KEY,
  created INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  next_at INTEGER,
  name TEXT NOT NULL,
  traits TEXT NOT NULL,
  hot BLOB NOT NULL
) STRICT;
-- The agenda.
CREATE INDEX IF NOT EXISTS persons_next_at ON persons (next_at) WHERE next_at IS NOT NULL;

-- Sections that many persons do not have, and that change on their own.
CREATE TABLE IF NOT EXISTS person_consents (person INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS person_contacts (person INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS person_runs (person INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- What a search looks at, in lower case, one identifier a line. Apart from `persons` because it is
-- read from end to end, and is a fiftieth of its size.
CREATE TABLE IF NOT EXISTS person_search (
  person INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  identifiers TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS person_search_name ON person_search (name) WHERE name <> '';

CREATE TABLE IF NOT EXISTS identifiers (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  person INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS redirects (
  absorbed INTEGER PRIMARY KEY,
  survivor INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS merges (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  survivor INTEGER NOT NULL,
  absorbed INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS merges_survivor ON merges (survivor);
CREATE INDEX IF NOT EXISTS merges_absorbed ON merges (absorbed);

-- `state` is waiting, planned, in_flight or ended; `ledger_state` is what the ledger counts.
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY,
  person INTEGER NOT NULL,
  key TEXT NOT NULL UNIQUE,
  scope TEXT NOT NULL,
  day INTEGER NOT NULL,
  ledger_state TEXT NOT NULL,
  state TEXT NOT NULL,
  channel TEXT,
  planned_at INTEGER,
  deferred INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_person ON messages (person);
-- The outbox. With the person, so that reading it touches nothing else.
CREATE INDEX IF NOT EXISTS messages_planned ON messages (channel, planned_at, id, person)
  WHERE state = 'planned';
CREATE INDEX IF NOT EXISTS messages_open ON messages (person) WHERE ledger_state = 'pending';
CREATE INDEX IF NOT EXISTS messages_in_flight ON messages (id, person) WHERE state = 'in_flight';
CREATE INDEX IF NOT EXISTS messages_deferred ON messages (id) WHERE deferred = 1;

CREATE TABLE IF NOT EXISTS counts (
  scope TEXT NOT NULL,
  day INTEGER NOT NULL,
  state TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (scope, day, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS entries (
  space TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;

-- One row, rewritten by each commit. `persons` is how many there are.
CREATE TABLE IF NOT EXISTS marks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  log_position INTEGER NOT NULL,
  last_commit INTEGER,
  persons INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO marks (id, log_position, last_commit, persons) VALUES (1, 0, NULL, 0);

-- Ids of events (see `seen.rs`). A place is the hour since 1970 in the upper 32 bits and a running
-- number in the lower: each commit appends one row, and the rows of an hour are one range.
CREATE TABLE IF NOT EXISTS seen_recent (
  place INTEGER PRIMARY KEY,
  ids BLOB NOT NULL
) STRICT;
-- The files that hold the ids of a range of places.
CREATE TABLE IF NOT EXISTS seen_files (
  first INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,
  ids INTEGER NOT NULL
) STRICT;
