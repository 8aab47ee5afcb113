import { expect, test } from "vitest";
import { amend, begin, change, type History, redo, STEPS_KEPT, TOGETHER_MS, undo } from "./history";

test("what was done is undone and done again", () => {
  let it = begin("a");
  it = change(it, "b", 0);
  it = change(it, "c", 1);
  it = undo(it);
  expect(it.now).toBe("b");
  it = undo(undo(it));
  expect(it.now).toBe("a");
  it = redo(redo(redo(it)));
  expect(it.now).toBe("c");
});

test("a change after an undo forgets what was undone", () => {
  const it = change(undo(change(begin("a"), "b", 0)), "c", 1);
  expect(redo(it).now).toBe("c");
  expect(undo(it).now).toBe("a");
});

test("small changes of one thing soon after each other are one step", () => {
  const type = (it: History<string>, now: string, at: number) => change(it, now, at, "text");
  let it = type(type(type(begin(""), "w", 0), "wo", 100), "wor", 200);
  expect(undo(it).now).toBe("");
  it = type(it, "word", 200 + TOGETHER_MS + 1);
  expect(undo(it).now).toBe("wor");
  // Another thing in between, and what comes after an undo, are steps of their own.
  it = change(it, "other", 300, "tree");
  expect(undo(type(it, "x", 301)).now).toBe("other");
  expect(undo(type(undo(it), "y", 302)).now).toBe("word");
});

test("what is told better is no step", () => {
  const it = amend(change(begin("a"), "b", 0), "B");
  expect(it.now).toBe("B");
  expect(undo(it).now).toBe("a");
});

test("only so many steps are kept", () => {
  let it = begin(0);
  for (let n = 1; n <= STEPS_KEPT + 50; n++) it = change(it, n, n);
  for (let n = 0; n < STEPS_KEPT + 50; n++) it = undo(it);
  expect(it.now).toBe(50);
});
