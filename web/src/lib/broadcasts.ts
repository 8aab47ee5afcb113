/** What a broadcast's state means for whoever looks at it: what may be done, how far it is, what the plan says. */
import type { Broadcast, BroadcastPlan, ReasonCount } from "../api/types";
import { type LedgerState, ledgerStates, ledgerSum } from "./ledger";

export type Stage = Broadcast["state"];

/** What a person can do to a broadcast; each is an address of the API. */
export type Step = "plan" | "approve" | "start" | "pause" | "resume" | "cancel";

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
export function stepsOf(it: Pick<Broadcast, "state" | "at" | "approval">, now: number): Step[] {
  switch (it.state) {
    case "draft":
      return ["plan", "cancel"];
    case "planned":
      if (it.approval.lacks !== undefined) {
        // What was changed after it was approved is planned anew first.
        return it.approval.approved_by ? ["plan", "cancel"] : ["plan", "approve", "cancel"];
      }
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

/**
 * Where the approval by a second person stands: none is needed, there is a plan to wait for, somebody else than
 * who looks must give it, whoever looks may, the plan was changed since, or it is given.
 */
export type Approving = "none" | "unplanned" | "own" | "open" | "changed" | "given";

export function approvingOf(
  { state, approval }: Pick<Broadcast, "state" | "approval">,
  who: string | undefined,
): Approving {
  if (!approval.needed) return "none";
  if (approval.lacks === undefined) return approval.approved_by ? "given" : "none";
  if (state === "draft") return "unplanned";
  if (approval.approved_by) return "changed";
  return approval.planned_by === who ? "own" : "open";
}

/** Whether a new plan would make an approval void, or take away who may give it. */
export function voidsApproval(
  it: Pick<Broadcast, "state" | "approval">,
  who: string | undefined,
): boolean {
  const approving = approvingOf(it, who);
  return approving === "given" || approving === "open";
}

const UNITS_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `1d12h` in milliseconds; null for what is no length of time. */
export function spanMs(text: string): number | null {
  if (!/^(\d+(ms|[smhdw]))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)(ms|[smhdw])/g)].reduce(
    (sum, [, n, unit = ""]) => sum + Number(n) * (UNITS_MS[unit] ?? 0),
    0,
  );
}

/** How long a list takes at a rate such as `1000 per 1m`. */
export function lastsMs(rate: string, people: number): number | null {
  const [most = "", span = ""] = rate.split(" per ");
  const per = spanMs(span);
  return per === null || !(0 < Number(most)) ? null : (people / Number(most)) * per;
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
export function inGroups<T extends Pick<Broadcast, "name" | "state" | "at">>(
  all: readonly T[],
): { group: Group; items: T[] }[] {
  const time = ({ at }: T) => (at === null ? null : new Date(at).getTime());
  const before = (a: T, b: T) => {
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
      items: all.filter((it) => groupOf(it.state) === group).sort(before),
    }))
    .filter((it) => 0 < it.items.length);
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
