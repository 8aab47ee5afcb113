-- Who is in which audience, so that its members are listed without reading any person. What is said
-- of a person's memberships is in the person's record; these rows follow it.
CREATE TABLE IF NOT EXISTS audiences (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE IF NOT EXISTS members (
  audience INTEGER NOT NULL,
  person INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (audience, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_person ON members (person);

INSERT OR IGNORE INTO audiences (name)
  SELECT DISTINCT m.key FROM persons p, json_each(p.hot, '$."hot.1".profile.audiences') m;
INSERT OR IGNORE INTO members (audience, person, since)
  SELECT a.id, p.id, m.value
  FROM persons p, json_each(p.hot, '$."hot.1".profile.audiences') m JOIN audiences a ON a.name = m.key;
