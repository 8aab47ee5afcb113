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

/** `journey/welcome` is the journey "welcome". */
export function nameOf(asker: string): { kind: "journey" | "broadcast" | "other"; name: string } {
  const slash = asker.indexOf("/");
  const kind = asker.slice(0, slash);
  const name = asker.slice(slash + 1);
  return kind === "journey" || kind === "broadcast"
    ? { kind, name }
    : { kind: "other", name: asker };
}
