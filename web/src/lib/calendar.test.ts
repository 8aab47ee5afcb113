import { expect, test } from "vitest";
import type { CalendarItem } from "../api/types";
import {
  canUndo,
  choicesOf,
  daysShown,
  firstTarget,
  isPast,
  isShown,
  placed,
  pressed,
  shifted,
  stretchOf,
  targetOf,
  wallOfItem,
  writtenAt,
} from "./calendar";

const ZONE = "Europe/Amsterdam";
const item = (it: Partial<CalendarItem> = {}): CalendarItem => ({
  kind: "post",
  name: "launch",
  content: "launch",
  at: "2026-11-27T08:00:00Z",
  state: "planned",
  channels: ["bluesky"],
  movable: true,
  queued: false,
  ...it,
});
const local = item({
  kind: "broadcast",
  name: "sale",
  at: "2026-11-26T19:00:00Z",
  local_time: "2026-11-27T09:00:00",
});
const moment = item({ kind: "broadcast", name: "news" });

test("a month is shown in whole weeks from Monday on, a week in seven days", () => {
  const november = daysShown("month", "2026-11-23");
  expect([november[0], november.at(-1), november.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
  // February 2027 begins on a Monday and has four weeks.
  expect(daysShown("month", "2027-02-10")).toHaveLength(28);
  expect(daysShown("week", "2026-11-29")).toEqual(
    [23, 24, 25, 26, 27, 28, 29].map((day) => `2026-11-${day}`),
  );
  expect(shifted("month", "2026-01-31", 1)).toBe("2026-02-01");
  expect(shifted("week", "2026-01-01", -1)).toBe("2025-12-25");
});

test("what is asked for holds every day that is shown, in every zone", () => {
  const { from, to } = stretchOf(daysShown("week", "2026-11-23"));
  expect([from, to]).toEqual(["2026-11-22T00:00:00Z", "2026-12-01T00:00:00Z"]);
});

test("a thing stands where the programme's clock has it, or where each person's has it", () => {
  expect(wallOfItem(item(), ZONE)).toBe("2026-11-27T09:00:00");
  expect(wallOfItem(local, ZONE)).toBe("2026-11-27T09:00:00");
  expect(wallOfItem(item({ at: undefined }), ZONE)).toBe(null);
  const days = placed([local, item({ at: "2026-11-26T23:30:00Z" })], ZONE);
  expect(days.get("2026-11-27")?.map(({ it }) => it.name)).toEqual(["launch", "sale"]);
  const going = placed([local], ZONE, new Map([["broadcast/sale", "2026-12-01T09:00:00"]]));
  expect([...going.keys()]).toEqual(["2026-12-01"]);
});

test("moved to another day it keeps its time, moved to another hour its minutes", () => {
  const wall = "2026-11-27T09:30:00";
  expect(targetOf(wall, "2026-12-01")).toBe("2026-12-01T09:30:00");
  expect(targetOf(wall, "2026-12-01", 7)).toBe("2026-12-01T07:30:00");
  expect(targetOf(null, "2026-12-01")).toBe("2026-12-01T09:00:00");
  expect(targetOf(null, "2026-12-01", 16)).toBe("2026-12-01T16:00:00");
});

test("across the change of the clock it keeps its hour, so the moment is another", () => {
  const summer = item({ kind: "broadcast", at: "2026-10-24T07:00:00Z" });
  const wall = targetOf(wallOfItem(summer, ZONE), "2026-10-26");
  expect(wall).toBe("2026-10-26T09:00:00");
  expect(writtenAt(summer, wall, ZONE)).toBe("2026-10-26T08:00:00Z");
});

test("the server is told a local time, or a moment where it is one for everybody", () => {
  const wall = "2026-12-01T09:00:00";
  expect(writtenAt(item(), wall, ZONE)).toBe("2026-12-01T09:00");
  expect(writtenAt(local, wall, ZONE)).toBe("2026-12-01T09:00");
  expect(writtenAt(moment, wall, ZONE)).toBe("2026-12-01T08:00:00Z");
  expect(writtenAt(item({ kind: "page" }), wall, ZONE)).toBe("2026-12-01T08:00:00Z");
  expect(writtenAt(item(), "2026-12-01T09:00:30", ZONE)).toBe("2026-12-01T09:00:30");
});

test("the past is no target, and by each person's clock it begins in the first zone", () => {
  const now = Date.parse("2026-11-26T20:00:00Z");
  expect(isPast(item(), "2026-11-26T21:00:00", ZONE, now)).toBe(true);
  expect(isPast(item(), "2026-11-26T21:01:00", ZONE, now)).toBe(false);
  expect(isPast(local, "2026-11-27T09:00:00", ZONE, now)).toBe(true);
  expect(isPast(local, "2026-11-27T10:01:00", ZONE, now)).toBe(false);
});

test("keys move by days, weeks and hours", () => {
  const wall = "2026-11-27T09:00:00";
  const by = (key: string, view: "month" | "week") => pressed(wall, key, view);
  expect(by("ArrowRight", "month")).toBe("2026-11-28T09:00:00");
  expect(by("ArrowUp", "month")).toBe("2026-11-20T09:00:00");
  expect(by("ArrowUp", "week")).toBe("2026-11-27T08:00:00");
  expect(by("PageDown", "month")).toBe("2026-12-27T09:00:00");
  expect(by("a", "month")).toBe(null);
  const now = Date.parse("2026-11-26T23:30:00Z");
  expect(firstTarget(null, ZONE, now)).toBe("2026-11-28T09:00:00");
  expect(firstTarget(wall, ZONE, now)).toBe(wall);
});

test("a place in the queue, or no time, does not come back by moving", () => {
  expect([item(), item({ queued: true }), item({ at: undefined })].map(canUndo)).toEqual([
    true,
    false,
    false,
  ]);
});

test("it is narrowed by kind, channel and owner", () => {
  const all = [item({ owner: "noor" }), { ...local, channels: ["email"] }];
  const names = (show: string, owner = "") =>
    all.filter((it) => isShown(it, { show, owner })).map(({ name }) => name);
  expect(names("")).toEqual(["launch", "sale"]);
  expect(names("broadcast")).toEqual(["sale"]);
  expect(names("bluesky")).toEqual(["launch"]);
  expect(names("", "noor")).toEqual(["launch"]);
  expect(choicesOf(all)).toEqual({ channels: ["bluesky", "email"], owners: ["noor"] });
});
