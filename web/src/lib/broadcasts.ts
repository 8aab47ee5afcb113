/** What a broadcast's state means for whoever looks at it: what may be done, how far it is, what the plan says. */
import type { Broadcast, BroadcastPlan, ReasonCount } from "../api/types";
import { type LedgerState, ledgerStates, ledgerSum } from "./ledger";

export type Stage = Broadcast["state"];

/** What a person can do to a broadcast; each is an address of the API. */
export type Step = "plan" | "start" | "pause" | "resume" | "cancel";

export const groups = ["active", "coming", "over"] as const;
export type Group = (typeof groups)[number];

export function groupOf(stage: Stage): Group {
  switch (stage) {
    case "running":
    case "paused":
      return "active";
    case "planned":
    case "draft":
      return "coming";
    case "done":
    case "cancelled":
      return "over";
  }
}

/** What may be done now, the next step first. */
export function stepsOf(it: Pick<Broadcast, "state" | "at">, now: number): Step[] {
  switch (it.state) {
    case "draft":
      return ["plan", "cancel"];
    case "planned":
      // One with a time starts by itself: started by hand, it would wait for that time just the same.
      return startsByItself(it, now) ? ["plan", "cancel"] : ["plan", "start", "cancel"];
    case "running":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "done":
    case "cancelled":
      return [];
  }
}

/** Whether it has a time to come; one whose time has passed waits for somebody, as one without. */
export function startsByItself(it: Pick<Broadcast, "at">, now: number): boolean {
  return it.at !== null && now < new Date(it.at).getTime();
}

/** What goes out before what waits, what is decided before what is not; within that by time. */
const rank: Record<Stage, number> = {
  running: 0,
  paused: 1,
  planned: 0,
  draft: 1,
  done: 0,
  cancelled: 0,
};

/** Whether planning it decides that it goes out: from then on it starts by itself. */
export function decides(it: Pick<Broadcast, "state" | "at">, now: number): boolean {
  return it.state === "draft" && startsByItself(it, now);
}

/** By group: what comes next stands first, of what is over the latest; what has no time comes last. */
export function inGroups(all: readonly Broadcast[]): { group: Group; broadcasts: Broadcast[] }[] {
  const time = ({ at }: Broadcast) => (at === null ? null : new Date(at).getTime());
  const before = (a: Broadcast, b: Broadcast) => {
    const [left, right] = [time(a), time(b)];
    const late = groupOf(a.state) === "over" ? -1 : 1;
    const byTime =
      left === null || right === null
        ? Number(left === null) - Number(right === null)
        : (left - right) * late;
    return rank[a.state] - rank[b.state] || byTime || a.name.localeCompare(b.name);
  };
  return groups
    .map((group) => ({
      group,
      broadcasts: all.filter((it) => groupOf(it.state) === group).sort(before),
    }))
    .filter((it) => 0 < it.broadcasts.length);
}

export interface Progress {
  /** The persons of the plan. */
  of: number;
  /** Those whose message was asked for; each of them is in exactly one state of the ledger. */
  asked: number;
  /** Those whose message has come to its end. */
  ended: number;
  /** Those who were not looked at. */
  rest: number;
}

export function progressOf(it: Pick<Broadcast, "recipients" | "counts">): Progress {
  const asked = ledgerSum(it.counts);
  const of = Math.max(it.recipients, asked);
  return { of, asked, ended: asked - it.counts.pending, rest: of - asked };
}

/** The states that hold anybody, in the order in which they are drawn. */
export function statesWithPeople(it: Pick<Broadcast, "counts">): LedgerState[] {
  return ledgerStates.filter((state) => 0 < it.counts[state]);
}

/** What the plan foresees, apart: those who get it when it goes out, those who get it later, and the others. */
export interface Foreseen {
  now: number;
  later: number;
  not: number;
  /** Why not, the most frequent reason first. */
  reasons: ReasonCount[];
}

export function foreseen(plan: BroadcastPlan): Foreseen {
  const count = (code: string) => plan.by_reason.find((it) => it.code === code)?.count ?? 0;
  const reasons = plan.by_reason
    .filter((it) => it.code !== "planned" && it.code !== "deferred" && 0 < it.count)
    .sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
  const not = reasons.reduce((sum, it) => sum + it.count, 0);
  return { now: count("planned"), later: count("deferred"), not, reasons };
}
