//! CSV, JSON Lines and standard input to typed columns, with errors by row and column.
