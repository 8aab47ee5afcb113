import { expect, test } from "vitest";
import { broadcastPlan, broadcasts } from "../../mock/broadcasts.ts";
import type { Broadcast } from "../api/types";
import {
  approvingOf,
  decides,
  foreseen,
  inGroups,
  lastsMs,
  progressOf,
  type Stage,
  spanMs,
  startsByItself,
  stepsOf,
  voidsApproval,
} from "./broadcasts";
import { ledgerSum } from "./ledger";

const now = Date.parse("2026-11-22T09:00:00Z");
const none = {
  candidates: 0,
  sent: 0,
  suppressed: 0,
  held_out: 0,
  dropped: 0,
  merged: 0,
  failed: 0,
  unknown: 0,
  pending: 0,
  of_pending_deferred: 0,
};
const broadcast = (name: string, state: Stage, at: string | null = null): Broadcast => ({
  name,
  audience: "buyers",
  content: "story",
  channels: ["email"],
  at,
  state,
  recipients: 0,
  made: 0,
  listing: false,
  waves: [],
  approval: { needed: false },
  counts: none,
});

test("what runs comes first, then what has the nearest time, then what is over", () => {
  const all = [
    broadcast("old", "done", "2026-01-01T09:00:00Z"),
    broadcast("recent", "cancelled", "2026-11-01T09:00:00Z"),
    broadcast("by hand", "done"),
    broadcast("someday", "planned"),
    broadcast("december", "planned", "2026-12-01T09:00:00Z"),
    broadcast("idea", "draft"),
    broadcast("friday", "planned", "2026-11-27T09:00:00Z"),
    broadcast("halted", "paused"),
    broadcast("live", "running"),
  ];
  const shown = inGroups(all).map(
    (it) => `${it.group}: ${it.items.map(({ name }) => name).join(", ")}`,
  );
  expect(shown).toEqual([
    "active: live, halted",
    "coming: friday, december, someday, idea",
    "over: recent, old, by hand",
  ]);
  expect(inGroups([])).toEqual([]);
});

test("nothing can be started before it was planned, and nothing that is over can be changed", () => {
  expect(stepsOf(broadcast("a", "draft"), now)).toEqual(["plan", "cancel"]);
  expect(stepsOf(broadcast("a", "planned"), now)).toContain("start");
  expect(stepsOf(broadcast("a", "done"), now)).toEqual([]);
  expect(stepsOf(broadcast("a", "cancelled"), now)).toEqual([]);
});

test("what starts by itself is not offered to be started", () => {
  expect(stepsOf(broadcast("a", "planned", "2026-11-27T09:00:00Z"), now)).toEqual([
    "plan",
    "cancel",
  ]);
});

test("what lacks an approval is not started, and not approved by who planned it", () => {
  const lacks = "nobody has approved it yet";
  const of = (approval: Broadcast["approval"], state: Stage = "planned") => ({
    ...broadcast("a", state),
    approval,
  });
  const open = of({ needed: true, planned_by: "noor@shop.example", lacks });
  expect(stepsOf(open, now)).toEqual(["plan", "approve", "cancel"]);
  expect(approvingOf(open, "admin")).toBe("open");
  expect(approvingOf(open, "noor@shop.example")).toBe("own");
  const given = of({ needed: true, planned_by: "noor@shop.example", approved_by: "admin" });
  expect(stepsOf(given, now)).toContain("start");
  expect(approvingOf(given, "noor@shop.example")).toBe("given");
  const changed = of({ needed: true, planned_by: "x", approved_by: "admin", lacks });
  expect(stepsOf(changed, now)).toEqual(["plan", "cancel"]);
  expect(approvingOf(changed, "admin")).toBe("changed");
  expect(approvingOf(of({ needed: true, lacks }, "draft"), "admin")).toBe("unplanned");
  expect(approvingOf(of({ needed: false, planned_by: "admin" }), "admin")).toBe("none");
  // Planning anew makes whoever does it the planner, and what was agreed to is void.
  expect([open, given, changed].map((it) => voidsApproval(it, "admin"))).toEqual([
    true,
    true,
    false,
  ]);
});

test("a rate says how long a list takes", () => {
  expect(spanMs("1d12h")).toBe(36 * 3_600_000);
  expect(spanMs("500ms")).toBe(500);
  expect(spanMs("soon")).toBe(null);
  expect(lastsMs("1000 per 1m", 30_000)).toBe(30 * 60_000);
  expect(lastsMs("1000 per ever", 1)).toBe(null);
  expect(lastsMs("0 per 1m", 1)).toBe(null);
});

test("planning decides something only where nobody has to start it, and only the first time", () => {
  expect(decides(broadcast("a", "draft", "2026-11-27T09:00:00Z"), now)).toBe(true);
  expect(decides(broadcast("a", "draft", "2026-11-22T08:00:00Z"), now)).toBe(false);
  expect(decides(broadcast("a", "draft"), now)).toBe(false);
  expect(decides(broadcast("a", "planned", "2026-11-27T09:00:00Z"), now)).toBe(false);
});

test("one whose time has passed is started by somebody", () => {
  expect(startsByItself({ at: "2026-11-22T09:00:00Z" }, now)).toBe(false);
  expect(startsByItself({ at: "2026-11-22T09:00:01Z" }, now)).toBe(true);
  expect(startsByItself({ at: null }, now)).toBe(false);
  expect(stepsOf(broadcast("a", "planned", "2026-11-22T08:00:00Z"), now)).toContain("start");
});

test("progress adds up to the plan, and never to more", () => {
  const counts = { ...none, sent: 60, held_out: 10, pending: 5 };
  expect(progressOf({ recipients: 100, counts })).toEqual({
    of: 100,
    asked: 75,
    ended: 70,
    rest: 25,
  });
  expect(progressOf({ recipients: 0, counts: none })).toEqual({
    of: 0,
    asked: 0,
    ended: 0,
    rest: 0,
  });
  // A plan made anew may list fewer people than had a message.
  expect(progressOf({ recipients: 50, counts }).rest).toBe(0);
});

test("a plan tells who gets it, who later and who not, and everybody is in one of these", () => {
  const reason = (code: string, count: number) => ({ code, text: code, count });
  const plan = {
    recipients: 100,
    by_reason: [
      reason("deferred", 7),
      reason("no_consent", 3),
      reason("planned", 80),
      reason("cap", 10),
      reason("late", 0),
    ],
    examples: [],
    seeds: 0,
  };
  const found = foreseen(plan);
  expect([found.now, found.later, found.not]).toEqual([80, 7, 13]);
  expect(found.reasons.map((it) => it.code)).toEqual(["cap", "no_consent"]);
  expect(found.now + found.later + found.not).toBe(plan.recipients);
});

test("the mock's broadcasts and plans add up, as the real ones do", () => {
  for (const it of broadcasts(now, new Map())) {
    expect(ledgerSum(it.counts)).toBe(it.counts.candidates);
    expect(it.counts.candidates).toBeLessThanOrEqual(it.recipients);
    const listed = it.waves.reduce((sum, wave) => sum + wave.people, 0);
    expect(listed).toBe(it.state === "draft" ? 0 : it.recipients);
    const plan = broadcastPlan(it, now);
    const { now: soon, later, not } = foreseen(plan);
    expect(soon + later + not).toBe(plan.recipients);
  }
});
