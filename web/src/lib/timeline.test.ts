import { expect, test } from "vitest";
import { pretty } from "./json";
import { byDay, keysOf } from "./timeline";

const item = (at: string, title: string) => ({ at, title, kind: "event" as const });

test("items keep their order within their days", () => {
  const items = [
    item("2026-11-22T12:00:00Z", "c"),
    item("2026-11-22T11:00:00Z", "b"),
    item("2026-11-20T11:00:00Z", "a"),
  ];
  expect(byDay(items).map((it) => it.items.map(({ title }) => title))).toEqual([["c", "b"], ["a"]]);
});

test("a key stays the same when newer like things come before it", () => {
  const old = item("2026-11-22T12:00:00Z", "Viewed");
  const twin = item("2026-11-22T12:00:00Z", "Viewed");
  const before = keysOf([old]).get(old);
  const after = keysOf([twin, old]);
  expect(after.get(old)).toBe(before);
  expect(after.get(twin)).not.toBe(before);
});

test("a body that is not JSON is shown as it came", () => {
  expect(pretty('{"a":1}')).toEqual({ text: '{\n  "a": 1\n}', valid: true });
  expect(pretty('{"a":')).toEqual({ text: '{"a":', valid: false });
});
