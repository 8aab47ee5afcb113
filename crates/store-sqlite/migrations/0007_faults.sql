-- What could not be sent, or of which nobody knows, by who asked for it.
CREATE INDEX IF NOT EXISTS messages_faults ON messages (scope, id)
  WHERE ledger_state IN ('failed', 'unknown');
