import { expect, test } from "vitest";
import type { CampaignFunnel, LedgerCounts } from "../api/types";
import { calendar, campaignPath, stagesOf } from "./campaigns";

const funnel: CampaignFunnel = {
  candidates: 100,
  decided: 80,
  sent: 70,
  delivered: null,
  opened: 30,
  opened_by_machine: 9,
  clicked: 12,
  clicked_by_machine: 4,
  replied: 0,
  bounced: 1,
  complained: 0,
  unsubscribed: 2,
  goal: null,
};

test("a stage is a part of the last one that is known", () => {
  const of = (it: CampaignFunnel) =>
    Object.fromEntries(stagesOf(it).map((each) => [each.stage, each.of]));
  expect(of(funnel)).toMatchObject({ candidates: null, sent: 80, opened: 70, clicked: 70 });
  expect(of({ ...funnel, delivered: 60 })).toMatchObject({ delivered: 70, opened: 60 });
});

const none: LedgerCounts = {
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

test("a calendar has no holes and ends with the last day", () => {
  const day = (day: string, sent: number) => ({ day, counts: { ...none, sent } });
  const shown = calendar([day("2026-10-01", 5), day("2026-11-20", 1), day("2026-11-22", 2)], 30);
  expect(shown).toHaveLength(30);
  expect(shown.slice(-3).map((it) => [it.day, it.sent])).toEqual([
    ["2026-11-20", 1],
    ["2026-11-21", 0],
    ["2026-11-22", 2],
  ]);
  expect(calendar([], 30)).toEqual([]);
  expect(calendar([day("2026-11-22", 2)], 30)).toHaveLength(7);
});

test("a dot at the end of a name is no file", () => {
  expect(campaignPath("broadcast", "spring.v2/a")).toBe("/campaigns/broadcast/spring%2Ev2%2Fa");
});
