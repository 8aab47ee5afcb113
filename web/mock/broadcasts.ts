/** Invented broadcasts in every state, and what each step makes of them. */
import type { Broadcast, BroadcastPlan, LedgerCounts } from "../src/api/types.ts";
import { iso, people } from "./data.ts";

type Stage = Broadcast["state"];

/** The steps taken in this browser, by broadcast: the state since a moment. */
export type Steps = Map<string, Taken>;

interface Taken {
  state: Stage;
  since: number;
  approved?: boolean;
}

/** Whoever is signed in here, unless the scenario says a member is. */
export const ADMIN = "admin";
export const MEMBER = "noor@shop.example";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How fast a started one is worked through. */
const PEOPLE_PER_SECOND = 150;

interface Invented {
  name: string;
  audience: string;
  content: string;
  channels: string[];
  /** Days from now; none: somebody starts it. */
  days?: number;
  local?: boolean;
  state: Stage;
  members: number;
  /** How many of them were looked at. */
  asked: number;
  rate?: string;
  /** Somebody else than this person must approve it. */
  planned_by?: string;
  approved_by?: string;
  /** It was changed after it was approved. */
  changed?: boolean;
  listing?: boolean;
}

const invented: Invented[] = [
  {
    name: "black-friday",
    audience: "members",
    content: "black-friday",
    channels: ["email", "push"],
    days: 5,
    local: true,
    state: "planned",
    members: 14_820,
    asked: 0,
  },
  {
    name: "spring",
    audience: "repeat_buyers",
    content: "story",
    channels: ["email", "push"],
    state: "draft",
    members: 5_402,
    asked: 0,
  },
  {
    name: "members-evening",
    audience: "members",
    content: "evening-in-utrecht",
    channels: ["email"],
    state: "running",
    members: 14_820,
    asked: 9_306,
    rate: "500 per 1m",
  },
  {
    name: "autumn-offer",
    audience: "lapsing",
    content: "autumn-offer",
    channels: ["push", "email", "social"],
    state: "paused",
    members: 1_933,
    asked: 1_000,
  },
  {
    name: "winter-preview",
    audience: "members",
    content: "winter-preview",
    channels: ["email"],
    days: 2,
    state: "planned",
    members: 14_820,
    asked: 0,
    rate: "2000 per 1h",
    planned_by: MEMBER,
  },
  {
    name: "outlet",
    audience: "trail_runners",
    content: "outlet",
    channels: ["email"],
    state: "planned",
    members: 2_871,
    asked: 0,
    planned_by: ADMIN,
  },
  {
    name: "price-rise",
    audience: "repeat_buyers",
    content: "price-rise",
    channels: ["email"],
    days: 3,
    state: "planned",
    members: 5_402,
    asked: 0,
    planned_by: ADMIN,
    approved_by: MEMBER,
    changed: true,
  },
  {
    name: "thank-you",
    audience: "repeat_buyers",
    content: "thank-you",
    channels: ["email"],
    state: "planned",
    members: 5_402,
    asked: 0,
  },
  {
    name: "saint-nicholas",
    audience: "lapsing",
    content: "gifts",
    channels: ["email"],
    days: -2,
    state: "draft",
    members: 1_933,
    asked: 0,
  },
  {
    name: "weekly-news",
    audience: "members",
    content: "weekly-news",
    channels: ["email", "onsite"],
    days: -6,
    state: "done",
    members: 14_655,
    asked: 14_649,
  },
  {
    name: "summer-clearance",
    audience: "lapsing",
    content: "clearance",
    channels: ["sms"],
    days: -90,
    state: "cancelled",
    members: 1_610,
    asked: 512,
  },
];

export function broadcasts(now: number, steps: Steps): Broadcast[] {
  return invented.map((it) => broadcast(it, now, steps.get(it.name)));
}

function broadcast(it: Invented, now: number, step?: Taken): Broadcast {
  let state = step?.state ?? it.state;
  let asked = it.asked;
  if (step?.state === "running") {
    asked += Math.floor(((now - step.since) / 1_000) * PEOPLE_PER_SECOND);
    if (it.members <= asked) state = "done";
    asked = Math.min(asked, it.members);
  }
  // At nine in the morning of the day, which is UTC here.
  const day = it.days === undefined ? null : Math.floor((now + it.days * DAY_MS) / DAY_MS) * DAY_MS;
  const nine = day === null ? null : day + 9 * HOUR_MS;
  return {
    name: it.name,
    audience: it.audience,
    content: it.content,
    channels: it.channels,
    at: nine === null ? null : iso(it.local ? nine - 14 * HOUR_MS : nine),
    ...(it.local && nine !== null && { local_time: iso(nine).slice(0, 19) }),
    state,
    recipients: state === "draft" ? 0 : it.members,
    made: state === "draft" || state === "planned" ? 0 : asked,
    listing: it.listing ?? false,
    waves: state === "draft" ? [] : waves(it, nine),
    ...(it.rate && { rate: it.rate }),
    approval: approval(it, state, step),
    counts: counts(asked, state),
  };
}

/** Where people live, by hours from UTC, with their share. */
const ZONES = [
  [-9, 0.1],
  [-2, 0.04],
  [-1, 0.11],
  [0, 0.62],
  [5, 0.02],
  [6, 0.08],
  [9, 0.03],
] as const;

function waves(it: Invented, nine: number | null): Broadcast["waves"] {
  if (nine === null) return [{ due: null, people: it.members }];
  if (!it.local) return [{ due: iso(nine), people: it.members }];
  let rest = it.members;
  return ZONES.map(([hours, share], n) => {
    const people = n === ZONES.length - 1 ? rest : Math.floor(it.members * share);
    rest -= people;
    return { due: iso(nine + hours * HOUR_MS), people };
  });
}

function approval(it: Invented, state: Stage, step?: Taken): Broadcast["approval"] {
  if (!it.planned_by) return { needed: false, ...(state !== "draft" && { planned_by: ADMIN }) };
  const approved = step?.approved ? ADMIN : it.approved_by;
  const changed = it.changed && !step?.approved;
  const open = state === "draft" || state === "planned";
  const lacks = changed
    ? `it changed since ${it.approved_by} approved it\n  hint: plan it anew, and let somebody else approve it`
    : "nobody has approved it yet\n  hint: somebody else than who planned it must approve it";
  return {
    needed: true,
    planned_by: it.planned_by,
    ...(approved && { approved_by: approved }),
    ...(open && (!approved || changed) && { lacks }),
  };
}

function counts(asked: number, state: Stage): LedgerCounts {
  const part = (share: number) => Math.floor(asked * share);
  const pending = state === "running" || state === "paused" ? Math.min(asked, 214) : 0;
  const counts = {
    candidates: asked,
    suppressed: part(0.11),
    held_out: part(0.17),
    dropped: part(0.05),
    merged: part(0.01),
    failed: part(0.002),
    unknown: part(0.0004),
    pending: Math.min(pending, part(0.5)),
    sent: 0,
    of_pending_deferred: 0,
  };
  const others = counts.suppressed + counts.held_out + counts.dropped + counts.merged;
  counts.sent = asked - others - counts.failed - counts.unknown - counts.pending;
  return counts;
}

const reasons = [
  { code: "no_consent", text: "the person has not said yes to this", share: 0.071 },
  { code: "cap", text: "the sender's limit is reached", share: 0.042 },
  { code: "topic_off", text: "the person does not want this topic", share: 0.023 },
  { code: "unreachable", text: "there is no address for any of its channels", share: 0.019 },
  { code: "bounced", text: "the address does not take mail any more", share: 0.006 },
  { code: "paused", text: "the person asked for a pause", share: 0.0011 },
  { code: "deferred", text: "the message waits for a later time", share: 0.034 },
];

export function broadcastPlan(it: Broadcast, now: number): BroadcastPlan {
  const members = invented.find(({ name }) => name === it.name)?.members ?? 0;
  const others = reasons.map(({ code, text, share }) => ({
    code,
    text,
    count: Math.floor(members * share),
  }));
  const planned = members - others.reduce((sum, { count }) => sum + count, 0);
  return {
    recipients: members,
    seeds: 0,
    by_reason: [
      { code: "planned", text: "the message got a channel and a time", count: planned },
      ...others,
    ],
    examples: people(now)
      .filter(({ name }) => name)
      .slice(0, 10)
      .map(({ id, name }) => ({ id, name })),
  };
}

/** What a step makes of a state, or what the server says when it refuses. */
export function taken(it: Broadcast, step: string, who: string): Stage | { refused: string } {
  const { state, approval } = it;
  if (step === "approve" && approval.planned_by === who) {
    const hint = "ask a colleague to look at it";
    return { refused: `who planned a broadcast cannot approve it as well\n  hint: ${hint}` };
  }
  if (step === "start" && approval.lacks) return { refused: approval.lacks };
  const table: Record<string, Partial<Record<Stage, Stage>>> = {
    plan: { draft: "planned", planned: "planned" },
    approve: { planned: "planned" },
    start: { planned: "running" },
    pause: { running: "paused" },
    resume: { paused: "running" },
    cancel: {
      draft: "cancelled",
      planned: "cancelled",
      running: "cancelled",
      paused: "cancelled",
    },
  };
  return (
    table[step]?.[state] ?? {
      refused: `a broadcast that is ${state} cannot take the step ${step}\n  hint: look at its state first`,
    }
  );
}
