import { expect, test } from "vitest";
import { decimalsFor, Formats } from "./format";

const en = new Formats("en-GB");
const nl = new Formats("nl-NL");
const now = Date.parse("2026-11-22T12:00:00Z");

test("an estimate shows two digits of its error", () => {
  expect([0.16, 0.016, 1.6, 16, 160, 0, null].map(decimalsFor)).toEqual([2, 3, 1, 0, 0, 2, 2]);
});

test("amounts have a sign only where it means something, and a real minus", () => {
  expect(en.amount(0.594, 2, "EUR", true)).toBe("+\u2060€0.59");
  expect(en.amount(-0.594, 2, "EUR", true)).toBe("\u2212\u2060€0.59");
  expect(en.amount(0, 1, undefined, true)).toBe("0.0");
  expect(en.amount(12.5, 1, "points")).toBe("12.5");
  expect(nl.amount(1234.5, 2)).toBe("1.234,50");
});

test("a share that is not nothing is not shown as nothing", () => {
  expect(en.share(14, 197_248)).toBe("<0.1%");
  expect(en.share(0, 197_248)).toBe("0.0%");
  expect(en.share(0, 0)).toBe("0.0%");
  expect(en.share(1, 3)).toBe("33.3%");
});

test("times say how long ago, and the date once that says more", () => {
  const ago = (ms: number) => en.ago(new Date(now - ms).toISOString(), now);
  expect(ago(10_000)).toBe("now");
  expect(ago(5 * 60_000)).toBe("5 minutes ago");
  expect(ago(3 * 3_600_000)).toBe("3 hours ago");
  expect(ago(24 * 3_600_000)).toBe("yesterday");
  expect(ago(40 * 86_400_000)).toBe("13 Oct 2026");
});

test("lag is given in the unit that fits", () => {
  const durations = [38, 1_400, 180_000, 5_400_000].map((ms) => en.duration(ms));
  // How a unit is shortened depends on the version of the language data.
  [/^38 ms$/, /^1\.4 s/, /^3 min/, /^1\.5 h/].forEach((it, n) => {
    expect(durations[n]).toMatch(it);
  });
});

test("a day of the ledger is the same day in every time zone", () => {
  expect(en.day("2026-11-22")).toContain("22");
  expect(en.shortDay("2026-01-01")).toBe("1 Jan");
});

test("progress reaches its end only at the end", () => {
  expect([en.progress(14_649, 14_655), en.progress(3, 3), en.progress(0, 0)]).toEqual([
    "99%",
    "100%",
    "0%",
  ]);
  expect(nl.progress(1, 3)).toMatch(/^33\s?%$/);
});

test("moments inside a sentence become readable, and the rest stays", () => {
  const text = en.withTimes(
    "nothing was committed since 2026-06-21T23:50:00Z; 2026 is not a moment",
  );
  expect(text).toMatch(
    /^nothing was committed since 2[12] Jun 2026,? \d\d:\d\d; 2026 is not a moment$/,
  );
});

test("a local time is shown as it is written, in every time zone", () => {
  expect(en.wallClock("2026-11-27T09:00:00")).toMatch(/^27 Nov 2026,? 09:00$/);
});
