import { expect, test } from "vitest";
import { EVENTS_KEPT } from "../../api/client";
import type { ReceivedEvent } from "../../api/types";
import { added, released, replaced } from "./live";

const event = (second: number): ReceivedEvent => ({
  at: new Date(second * 1_000).toISOString(),
  source: "s1",
  kind: "track",
  name: "Viewed",
  accepted: true,
  body: "{}",
});
const list = (...seconds: number[]) => seconds.map(event);
const state = (events: ReceivedEvent[]) => ({ loaded: true, error: null, events, waiting: [] });

test("new events come first, and the list stays bounded", () => {
  expect(added(state(list(1)), list(3, 2), false).events).toEqual(list(3, 2, 1));
  const full = state(Array.from({ length: EVENTS_KEPT }, () => event(1)));
  expect(added(full, list(2), false).events).toHaveLength(EVENTS_KEPT);
});

test("nothing moves while paused, and nothing is lost", () => {
  const paused = added(added(state(list(1)), list(2), true), list(3), true);
  expect(paused.events).toEqual(list(1));
  expect(paused.waiting).toEqual(list(3, 2));
  expect(released(paused).events).toEqual(list(3, 2, 1));
});

test("a whole list loaded while paused lets only newer ones wait", () => {
  const after = replaced(state(list(2, 1)), list(4, 3, 2, 1), true);
  expect(after.events).toEqual(list(2, 1));
  expect(after.waiting).toEqual(list(4, 3));
});
