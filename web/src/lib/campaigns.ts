/** What the pages about campaigns work out: the stages of a funnel, and a calendar without holes. */
import type { CampaignDay, CampaignFunnel, DayCounts } from "../api/types";
import { dayStates } from "./ledger";

export type FunnelStage = "candidates" | "decided" | "sent" | "delivered" | "opened" | "clicked";

export interface Stage {
  stage: FunnelStage;
  /** Null where nobody knows. */
  count: number | null;
  /** The last known stage before it; null for the first. */
  of: number | null;
}

/** Each stage with the one that it is a part of. Whoever clicks was sent a message, whether it was seen opened or not. */
export function stagesOf(it: CampaignFunnel): Stage[] {
  const known = it.delivered ?? it.sent;
  return [
    { stage: "candidates", count: it.candidates, of: null },
    { stage: "decided", count: it.decided, of: it.candidates },
    { stage: "sent", count: it.sent, of: it.decided },
    { stage: "delivered", count: it.delivered, of: it.sent },
    { stage: "opened", count: it.opened, of: known },
    { stage: "clicked", count: it.clicked, of: known },
  ];
}

const DAY_MS = 86_400_000;

/** The days up to the last on which anything was asked for, the oldest first, with those on which nothing was. */
export function calendar(days: readonly CampaignDay[], length: number): DayCounts[] {
  const last = days.at(-1);
  const first = days[0];
  if (!last || !first) return [];
  const by = new Map(days.map((it) => [it.day, it.counts]));
  const end = Date.parse(last.day);
  const begin = Math.max(Date.parse(first.day), end - (length - 1) * DAY_MS);
  // A chart of a day or two says nothing by itself; some empty ones before give it a measure.
  const from = Math.min(begin, end - 6 * DAY_MS);
  const found: DayCounts[] = [];
  for (let at = from; at <= end; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const counts = by.get(day);
    const states = Object.fromEntries(dayStates.map((it) => [it, counts?.[it] ?? 0]));
    found.push({ day, ...states } as unknown as DayCounts);
  }
  return found;
}

/** Where a campaign is shown. Dots are written out: the server takes an address with a dot at its end for a file. */
export function campaignPath(kind: string, name: string): string {
  return `/campaigns/${kind}/${encodeURIComponent(name).replaceAll(".", "%2E")}`;
}
