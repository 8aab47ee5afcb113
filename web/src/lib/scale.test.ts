import { expect, test } from "vitest";
import { scaleAround, scaleCounts, tickDecimals } from "./scale";

test("zero is always on the axis, and is a tick", () => {
  for (const values of [[0.3, 0.9], [-0.9, -0.3], [-1, 2], [], [0], [1e-9, 4e-9], [1e6, 3e6]]) {
    const scale = scaleAround(values);
    expect(scale.ticks).toContain(0);
    expect(scale.low).toBeLessThanOrEqual(0);
    expect(0).toBeLessThanOrEqual(scale.high);
  }
});

test("everything given lies inside, in its order", () => {
  const scale = scaleAround([-0.5, null, 0.25, undefined, 2]);
  const places = [-0.5, 0, 0.25, 2].map(scale.at);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(Math.min(...places)).toBeGreaterThan(0);
  expect(Math.max(...places)).toBeLessThan(100);
});

test("ticks are round numbers without the dust of arithmetic", () => {
  expect(scaleAround([0.126, 1.054], 6).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(tickDecimals(scaleAround([0.126, 1.054], 6))).toBe(1);
  expect(tickDecimals(scaleAround([300, 900]))).toBe(0);
});

test("counts start at zero and end at a tick", () => {
  expect(scaleCounts(5_800).ticks).toEqual([0, 2_000, 4_000, 6_000]);
  expect(scaleCounts(0).high).toBeGreaterThan(0);
  expect(scaleCounts(3).ticks.every(Number.isInteger)).toBe(true);
});

test("an axis without zero holds the values and little more", () => {
  const scale = scaleAround([6, 6.5], 4, false);
  expect(5.9 < scale.low && scale.low < 6 && 6.5 < scale.high && scale.high < 6.6).toBe(true);
  expect(scale.ticks.every((it) => scale.low <= it && it <= scale.high)).toBe(true);
  expect(scaleAround([], 4, false).ticks).toContain(0);
});
