//! The embedded store: persons, ledger, agenda, outbox and catalog in SQLite.
