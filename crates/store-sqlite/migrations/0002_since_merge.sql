-- What was taken in for persons whom a merge made, row by row, so that the merge can be undone. A
-- fact is its place in the log; what has no place there, or is no fact, is in `data`. Numbers and
-- times rise together.
CREATE TABLE IF NOT EXISTS since_merge (
  number INTEGER PRIMARY KEY,
  person INTEGER NOT NULL,
  at INTEGER NOT NULL,
  position INTEGER,
  data BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS since_merge_person ON since_merge (person, number);
