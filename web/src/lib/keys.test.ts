import { expect, test } from "vitest";
import { press, SEQUENCE_MS, type Waiting } from "./keys";

/** Presses each key 100 ms after the one before. */
function actions(keys: string, gap = 100) {
  let waiting: Waiting | null = null;
  const found: (string | null)[] = [];
  [...keys].forEach((key, n) => {
    const pressed = press(waiting, key, n * gap);
    waiting = pressed.waiting;
    found.push(pressed.action);
  });
  return found;
}

test("g and a letter lead to a page", () => {
  expect(actions("gtgpge")).toEqual([null, "today", null, "people", null, "events"]);
  expect(actions("gbgl")).toEqual([null, "broadcasts", null, "leverage"]);
  expect(actions("gdga")).toEqual([null, "decisions", null, "audiences"]);
  expect(actions("gj")).toEqual([null, "journeys"]);
  expect(actions("gs")).toEqual([null, "settings"]);
  expect(actions("gmgo")).toEqual([null, "calendar", null, "posts"]);
});

test("a letter alone does nothing", () => {
  expect(actions("tpex")).toEqual([null, null, null, null]);
});

test("a second g begins anew, another key ends the sequence", () => {
  expect(actions("ggp")).toEqual([null, null, "people"]);
  expect(actions("gxp")).toEqual([null, null, null]);
});

test("a slow sequence is forgotten", () => {
  expect(actions("gp", SEQUENCE_MS + 1)).toEqual([null, null]);
});

test("single keys work, also after a g", () => {
  expect(actions("/? g/")).toEqual(["search", "help", "pause", null, "search"]);
});
