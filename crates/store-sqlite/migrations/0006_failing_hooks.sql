-- Calls that were tried in vain and will be again, to count them.
CREATE INDEX IF NOT EXISTS hooks_failing ON hooks (state, tries) WHERE state = 'waiting' AND tries > 0;
