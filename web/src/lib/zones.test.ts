import { expect, test } from "vitest";
import { isZone, momentOf, mondayOf, plusDays, plusMonths, plusMs, wallOf } from "./zones";

const AMSTERDAM = "Europe/Amsterdam";
const at = (wall: string, zone: string) => new Date(momentOf(wall, zone)).toISOString();

test("a moment stands on the day and at the hour of the zone", () => {
  expect(wallOf("2026-11-27T08:00:00Z", AMSTERDAM)).toBe("2026-11-27T09:00:00");
  expect(wallOf("2026-11-27T23:30:00Z", AMSTERDAM)).toBe("2026-11-28T00:30:00");
  expect(wallOf("2026-07-01T00:00:00Z", "America/New_York")).toBe("2026-06-30T20:00:00");
  expect(wallOf("2026-07-01T00:00:00Z", "Asia/Kathmandu")).toBe("2026-07-01T05:45:00");
  expect(wallOf("2026-07-01T00:00:00Z", "UTC")).toBe("2026-07-01T00:00:00");
});

test("the same hour is another moment in summer and in winter", () => {
  expect(at("2026-07-01T09:00:00", AMSTERDAM)).toBe("2026-07-01T07:00:00.000Z");
  expect(at("2026-12-01T09:00", AMSTERDAM)).toBe("2026-12-01T08:00:00.000Z");
});

// On 29 March 2026 the clock goes from 02:00 to 03:00, on 25 October from 03:00 back to 02:00.
test("an hour that is skipped is as much later, an hour that comes twice is the first of both", () => {
  expect(at("2026-03-29T02:30:00", AMSTERDAM)).toBe("2026-03-29T01:30:00.000Z");
  expect(wallOf(momentOf("2026-03-29T02:30:00", AMSTERDAM), AMSTERDAM)).toBe("2026-03-29T03:30:00");
  expect(at("2026-10-25T02:30:00", AMSTERDAM)).toBe("2026-10-25T00:30:00.000Z");
  expect(at("2026-10-25T03:00:00", AMSTERDAM)).toBe("2026-10-25T02:00:00.000Z");
  expect(at("2026-03-29T03:00:00", AMSTERDAM)).toBe("2026-03-29T01:00:00.000Z");
  // New York is west of Greenwich; on 8 March 2026 its clock goes from 02:00 to 03:00.
  expect(at("2026-03-08T02:30:00", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
});

test("there and back again is the same moment, all year and in every kind of zone", () => {
  for (const zone of [
    AMSTERDAM,
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
  ]) {
    for (let n = 0; n < 366 * 4; n++) {
      const moment = Date.parse("2026-01-01T00:15:00Z") + n * 6 * 3_600_000;
      const wall = wallOf(moment, zone);
      const back = momentOf(wall, zone);
      // Only the second of two like hours may become the first.
      if (back !== moment) expect([wallOf(back, zone), back < moment]).toEqual([wall, true]);
    }
  }
});

test("days, months and weeks are counted on the wall", () => {
  expect(plusDays("2026-10-24T09:00:00", 1)).toBe("2026-10-25T09:00:00");
  expect(plusDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(plusMs("2026-12-31T23:30:00", 3_600_000)).toBe("2027-01-01T00:30:00");
  expect(plusMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect(plusMonths("2027-01-15T09:00:00", -1)).toBe("2026-12-15T09:00:00");
  expect(mondayOf("2026-11-29")).toBe("2026-11-23");
  expect(mondayOf("2026-11-23T09:00:00")).toBe("2026-11-23");
});

test("a zone that no browser knows is told apart", () => {
  expect([isZone(AMSTERDAM), isZone("Mars/Olympus")]).toEqual([true, false]);
});
