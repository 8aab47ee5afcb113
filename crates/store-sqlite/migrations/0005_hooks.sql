-- Calls of other systems that journeys asked for. `state` is 'waiting' until the call has been answered
-- or given up; the key is sent along, so that the receiver can tell a second try.
CREATE TABLE IF NOT EXISTS hooks (
  key TEXT PRIMARY KEY,
  url TEXT NOT NULL,
  body BLOB NOT NULL,
  made INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',
  detail TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS hooks_waiting ON hooks (next_at, key) WHERE state = 'waiting';
