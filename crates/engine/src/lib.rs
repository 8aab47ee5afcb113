//! Carries out what the cores decide: batches, transactions, queues; no rule of its own.
