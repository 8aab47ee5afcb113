-- What waits on the site for its visitors, by the message's key. `until` is when it ends; `person` is whom it
-- was written for, so that it goes with them.
CREATE TABLE IF NOT EXISTS inbox (
  key TEXT PRIMARY KEY,
  message INTEGER,
  person INTEGER,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  label TEXT,
  url TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS inbox_to ON inbox (kind, value, at);
CREATE INDEX IF NOT EXISTS inbox_until ON inbox (until);
CREATE INDEX IF NOT EXISTS inbox_person ON inbox (person) WHERE person IS NOT NULL;
