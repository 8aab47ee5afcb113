import { expect, test } from "vitest";
import type { Moment, Replayed } from "../api/replays";
import {
  followed,
  messagesOf,
  perPerson,
  placesOf,
  stepAt,
  visitedUntil,
  windowOf,
} from "./replays";

const place = (journey: string, step: string, entered: number, there: number) => ({
  journey,
  step,
  entered,
  there,
  arms: { a: entered },
  failed: {},
});

const replayed = {
  places: [place("welcome", "0", 7, 2), place("other", "0", 9, 9)],
  messages: [
    { by: "journey/welcome", content: "hello", asked: 3, sent: 2, not: { capped: 1 } },
    { by: "broadcast/spring", content: "spring", asked: 3, sent: 3, not: {} },
  ],
} as unknown as Replayed;

test("what is counted is that of the journey, by its steps", () => {
  expect([...placesOf(replayed, "welcome")]).toEqual([
    ["0", { entered: 7, waiting: 2, arms: [{ code: "a", count: 7 }], failed: [] }],
  ]);
  expect(placesOf(replayed, "nothing").size).toBe(0);
  expect(messagesOf(replayed, "welcome").own.map((it) => it.content)).toEqual(["hello"]);
  expect(messagesOf(replayed, "welcome").others.map((it) => it.content)).toEqual(["spring"]);
});

const moment = (kind: Moment["kind"], journey?: string, step?: string) =>
  ({ at: "2026-10-01T00:00:00Z", kind, journey, step }) as Moment;
const way = [
  moment("event"),
  moment("begun", "welcome"),
  moment("step", "welcome", "0"),
  moment("step", "other", "who"),
  moment("event"),
  moment("step", "welcome", "1"),
  moment("sent", "welcome", "0"),
  moment("event"),
  moment("ended", "welcome"),
  moment("event"),
  moment("begun", "welcome"),
];

test("somebody stands at their last step until the run is over", () => {
  const steps = way.map((_, n) => stepAt(way, n, "welcome"));
  expect(steps).toEqual([null, null, "0", "0", "0", "1", "0", "1", null, null, null]);
  expect([...visitedUntil(way, 4, "welcome")]).toEqual(["0"]);
  expect([...visitedUntil(way, 10, "welcome")]).toEqual(["0", "1"]);
  expect(followed(way, "welcome", false)).toHaveLength(10);
  expect(followed(way, "welcome", true)).toHaveLength(11);
});

test("those with many messages are one row", () => {
  expect(perPerson([10, 5, 2, 1, 1], 3)).toEqual([
    { n: 0, people: 10 },
    { n: 1, people: 5 },
    { n: 2, people: 2 },
    { n: 3, people: 2 },
  ]);
  expect(perPerson([10], 3)).toEqual([{ n: 0, people: 10 }]);
});

test("a window is whole days, and ends now at the latest", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  expect(windowOf({ days: 7 }, now)?.from).toBe("2026-11-13T12:00:00.000Z");
  expect(windowOf({ from: "2026-11-19", to: "2026-11-20" }, now)?.to).toBe(
    "2026-11-20T12:00:00.000Z",
  );
  expect(windowOf({ from: "2026-11-20", to: "2026-11-19" }, now)).toBe(null);
  expect(windowOf({ from: "", to: "2026-11-19" }, now)).toBe(null);
});
