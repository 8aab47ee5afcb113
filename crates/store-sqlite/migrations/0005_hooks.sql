-- Calls of other systems. `next_at` is there while a call waits and it is its turn; the one behind it in
-- the same lane gets its own when the first has ended.
CREATE TABLE IF NOT EXISTS hooks (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  host TEXT NOT NULL,
  body BLOB NOT NULL,
  person INTEGER,
  lane TEXT,
  made INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  tries INTEGER NOT NULL DEFAULT 0,
  tried_at INTEGER,
  next_at INTEGER,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX IF NOT EXISTS hooks_due ON hooks (host, next_at, number) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS hooks_next ON hooks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS hooks_lane ON hooks (lane, number) WHERE state = 'waiting' AND lane IS NOT NULL;
CREATE INDEX IF NOT EXISTS hooks_state ON hooks (state, number);
CREATE INDEX IF NOT EXISTS hooks_ended ON hooks (state, tried_at) WHERE state <> 'waiting';
CREATE INDEX IF NOT EXISTS hooks_person ON hooks (person) WHERE person IS NOT NULL;
