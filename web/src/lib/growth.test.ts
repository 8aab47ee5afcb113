import { expect, test } from "vitest";
import { everyDay, sumOf } from "./growth";

const now = Date.parse("2026-11-22T15:00:00Z");
const day = (of: string, entered: number, left: number, otherwise: number, size: number) => ({
  day: of,
  entered,
  left,
  otherwise,
  size,
});

test("days on which nothing moved have the size of the day before", () => {
  const grown = [day("2026-11-19", 5, 1, 0, 14), day("2026-11-21", 0, 3, -2, 9)];
  const all = everyDay(grown, 9, 5, now);
  expect(all.map((it) => `${it.day} ${it.size}`)).toEqual([
    "2026-11-18 10",
    "2026-11-19 14",
    "2026-11-20 14",
    "2026-11-21 9",
    "2026-11-22 9",
  ]);
  expect(sumOf(all)).toEqual({ entered: 5, left: 4, otherwise: -2, from: 10, to: 9 });
});

test("an audience that never moved has its size on every day", () => {
  const all = everyDay([], 7, 3, now);
  expect(all.map((it) => it.size)).toEqual([7, 7, 7]);
  expect(sumOf(all)).toEqual({ entered: 0, left: 0, otherwise: 0, from: 7, to: 7 });
});

test("no days, no sum", () => {
  expect(sumOf([])).toEqual({ entered: 0, left: 0, otherwise: 0, from: 0, to: 0 });
});
