/** What one asker wanted on one day, as a ledger and as reasons, the most frequent first. */
import type { DecisionAsker, DecisionEnd, LedgerCounts } from "../api/types";
import { ledgerStates } from "./ledger";

export function ledgerOf(asker: DecisionAsker): LedgerCounts {
  const counts = Object.fromEntries(ledgerStates.map((it) => [it, 0])) as unknown as LedgerCounts;
  for (const { outcome, messages } of asker.ended) {
    if (outcome in counts) counts[outcome as keyof LedgerCounts] += messages;
  }
  return { ...counts, pending: asker.pending };
}

/** Why messages did not go out. */
export function refusals(asker: DecisionAsker): DecisionEnd[] {
  return asker.ended
    .filter((it) => it.outcome !== "sent")
    .sort((a, b) => b.messages - a.messages || a.reason.localeCompare(b.reason));
}

const kinds = ["journey", "broadcast", "content"] as const;

/** `journey/welcome` is the journey "welcome". */
export function nameOf(scope: string): { kind: (typeof kinds)[number] | "other"; name: string } {
  const slash = scope.indexOf("/");
  const kind = kinds.find((it) => it === scope.slice(0, slash));
  return kind ? { kind, name: scope.slice(slash + 1) } : { kind: "other", name: scope };
}
