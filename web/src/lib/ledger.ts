/** The states of the ledger in the order in which they are drawn, and their sum. */
import type { LedgerCounts } from "../api/types";

export const ledgerStates = [
  "sent",
  "held_out",
  "suppressed",
  "dropped",
  "merged",
  "failed",
  "unknown",
  "pending",
] as const;

export type LedgerState = (typeof ledgerStates)[number];

/** What the days of the ledger count; `merged` and `pending` have no day of their own. */
export const dayStates = [
  "sent",
  "held_out",
  "suppressed",
  "dropped",
  "failed",
  "unknown",
] as const;

export function ledgerSum(ledger: LedgerCounts): number {
  return ledgerStates.reduce((sum, state) => sum + ledger[state], 0);
}
