-- What each person taught about channels and hours: a section of its own, since it changes with each
-- message, and most persons of a business that does not learn have none.
CREATE TABLE IF NOT EXISTS person_learned (person INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
