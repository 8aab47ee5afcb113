//! Which identifiers are one person: merge, guard, undo.
