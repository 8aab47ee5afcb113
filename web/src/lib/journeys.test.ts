import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readYaml } from "../../mock/yaml";
import {
  addressOf,
  armsOf,
  dataOf,
  fileOf,
  freshStep,
  fromTyped,
  insertStep,
  type Journey,
  journeyOf,
  kindOf,
  kinds,
  moveStep,
  nudge,
  removeStep,
  renameArm,
  type Step,
  stepAtLine,
  toData,
  typedOf,
  untilsOf,
  walk,
  withArm,
  withUntils,
} from "./journeys";

const wait = (span: string): Step => ({ wait: span });
const journey: Journey = {
  journey: "welcome",
  trigger: { event: "Signed Up" },
  steps: [
    wait("1m"),
    {
      id: "who",
      branch: [
        { when: 'trait("plan") == "pro"', steps: [wait("2m"), wait("3m")] },
        { otherwise: [wait("4m")] },
      ],
    },
    { split: { arms: { story: 50, offer: 50 }, steps: { offer: [wait("5m")] } } },
    { message: { content: "hello", channels: ["email", "push"], otherwise: [wait("6m")] } },
    { repeat: { times: 2, steps: [wait("7m")] } },
  ],
};

/** The lengths of all waits, in the order in which they are found. */
function waits(it: Journey | null): string {
  return it
    ? walk(it.steps)
        .flatMap(({ step }) => step.wait ?? [])
        .join(" ")
    : "nothing";
}

test("addresses are those that the server gives", () => {
  expect(walk(journey.steps).map((it) => it.address)).toEqual([
    "0",
    "who",
    "who.0.0",
    "who.0.1",
    "who.1.0",
    "2",
    "2.offer.0",
    "3",
    "3.otherwise.0",
    "4",
    "4.round.0",
  ]);
  expect(addressOf({ id: "", wait: "1m" }, "2.a.", 3)).toBe("2.a.3");
});

test("steps are put in, taken out and moved, also below others", () => {
  const put = (list: (string | number)[], place: number) =>
    waits(insertStep(journey, list, place, wait("x")));
  expect(put(["steps"], 0)).toBe("x 1m 2m 3m 4m 5m 6m 7m");
  expect(put(["steps", 1, "branch", 0, "steps"], 1)).toBe("1m 2m x 3m 4m 5m 6m 7m");
  // The arm has no steps yet.
  expect(put(["steps", 2, "split", "steps", "story"], 0)).toBe("1m 2m 3m 4m x 5m 6m 7m");
  expect(waits(removeStep(journey, ["steps", 1]))).toBe("1m 5m 6m 7m");
  const before = structuredClone(journey);
  expect(waits(moveStep(journey, ["steps", 0], ["steps", 1, "branch", 1, "otherwise"], 1))).toBe(
    "2m 3m 4m 1m 5m 6m 7m",
  );
  expect(moveStep(journey, ["steps", 1], ["steps", 1, "branch", 0, "steps"], 0)).toBe(null);
  expect(journey).toEqual(before);
});

test("a list below a split that has none yet is made", () => {
  const bare: Journey = { ...journey, steps: [freshStep("split")] };
  const put = insertStep(bare, ["steps", 0, "split", "steps", "a"], 0, wait("x"));
  expect(waits(put)).toBe("x");
  expect(walk(put.steps).at(-1)?.address).toBe("0.a.0");
});

test("keys move a step up, down, out and in", () => {
  expect(waits(nudge(journey, ["steps", 0], "down"))).toBe("2m 3m 4m 1m 5m 6m 7m");
  expect(nudge(journey, ["steps", 0], "up")).toBe(null);
  expect(nudge(journey, ["steps", 4], "down")).toBe(null);
  const inner = ["steps", 1, "branch", 0, "steps", 0];
  expect(waits(nudge(journey, inner, "down"))).toBe("1m 3m 2m 4m 5m 6m 7m");
  expect(waits(nudge(journey, inner, "out"))).toBe("1m 3m 4m 2m 5m 6m 7m");
  expect(nudge(journey, ["steps", 0], "out")).toBe(null);
  const after = insertStep(journey, ["steps"], 2, wait("x"));
  expect(waits(nudge(after, ["steps", 2], "in"))).toBe("1m 2m 3m 4m x 5m 6m 7m");
  expect(nudge(journey, ["steps", 1], "in")).toBe(null);
});

test("arms are renamed, added and taken away with their steps", () => {
  const split = journey.steps[2] as Step;
  expect(armsOf(renameArm(split, "split", "offer", "deal")).map((it) => it.key)).toEqual([
    "story",
    "deal",
  ]);
  expect(armsOf(renameArm(split, "split", "offer", "deal"))[1]?.steps).toHaveLength(1);
  // A name that is taken or empty is no name.
  expect(renameArm(split, "split", "offer", "story")).toBe(split);
  expect(renameArm(split, "split", "offer", "")).toBe(split);
  expect(armsOf(withArm(split, "split", "third", true))).toHaveLength(3);
  expect(armsOf(withArm(split, "split", "offer", false)).map((it) => it.key)).toEqual(["story"]);
});

test("every kind has a first step of that kind", () => {
  for (const kind of kinds) expect(kindOf(freshStep(kind))).toBe(kind);
});

test("the file says the journey, and on which line each step begins", () => {
  const { text, lines } = fileOf(journey);
  expect(text).toBe(`journey: welcome
trigger:
  event: Signed Up
steps:
  - wait: 1m
  - id: who
    branch:
      - when: trait("plan") == "pro"
        steps:
          - wait: 2m
          - wait: 3m
      - otherwise:
          - wait: 4m
  - split:
      arms:
        story: 50
        offer: 50
      steps:
        offer:
          - wait: 5m
  - message:
      content: hello
      channels: [email, push]
      otherwise:
        - wait: 6m
  - repeat:
      times: 2
      steps:
        - wait: 7m
`);
  expect([...lines]).toContainEqual(["who.0.1", 11]);
  expect(stepAtLine(lines, 8)).toBe("who");
  expect(stepAtLine(lines, 11)).toBe("who.0.1");
  expect(stepAtLine(lines, 2)).toBe(null);
});

test("a field's line is known, so that what is wrong with it stands there", () => {
  const { fields, text } = fileOf({ ...journey, goal: { event: "Order Completed", within: "7d" } });
  expect(text.split("\n")[(fields.get("goal") ?? 0) - 1]).toBe("goal:");
  expect(stepAtLine(fields, 5)).toBe("goal");
});

test("what can be drawn is a journey, also while it is wrong", () => {
  expect(journeyOf(journey)).toEqual(journey);
  expect(journeyOf({})).toEqual({ journey: "", trigger: {}, steps: [] });
  const steps = (...it: unknown[]) => journeyOf({ ...journey, steps: it });
  for (const kind of kinds) expect(steps(freshStep(kind))?.steps).toEqual([freshStep(kind)]);
  expect(steps({ wait: "soon" })).not.toBe(null);
  for (const odd of [
    "wait",
    { branch: {} },
    { branch: [{ when: "x", steps: "no" }] },
    { split: null },
    { split: { arms: { a: "many" } } },
    // The arm would be lost.
    { split: { arms: { a: 1 }, steps: { b: [] } } },
    { repeat: { steps: [{ branch: 3 }] } },
    { message: "hello" },
    { jump: 3 },
  ]) {
    expect(steps(odd), JSON.stringify(odd)).toBe(null);
  }
  expect(journeyOf([])).toBe(null);
  expect(journeyOf({ ...journey, trigger: "Signed Up" })).toBe(null);
  expect(journeyOf({ ...journey, exit: "never" })).toBe(null);
});

test("one thing that is waited for is written by itself, several as a list", () => {
  const one = { event: "Order Completed", when: "x", timeout: "3d" };
  expect(untilsOf(one)).toEqual([{ event: "Order Completed", when: "x" }]);
  const two = withUntils(one, [...untilsOf(one), { enters: "buyers" }]);
  expect(two).toEqual({
    any: [{ event: "Order Completed", when: "x" }, { enters: "buyers" }],
    timeout: "3d",
  });
  expect(withUntils(two, untilsOf(two).slice(0, 1))).toEqual(one);
});

test("what is typed is read as what it is, and shown so that it stays that", () => {
  for (const value of ["gold", "12", 12, -1.5, true, "true", ["a", "b"], { a: 1 }, "3 days", ""]) {
    expect(fromTyped(typedOf(value)), JSON.stringify(value)).toEqual(value);
  }
  expect(fromTyped("3 days")).toBe("3 days");
  expect(fromTyped('"12"')).toBe("12");
  const data = {
    a: "x",
    b: 1,
    c: { trait: "city" },
    d: { property: "cart.id" },
    e: { trait: 1, f: 2 },
  };
  expect(toData(dataOf(data))).toEqual(data);
});

const SCENARIOS = new URL("../../../scenarios/", import.meta.url);

test.runIf(existsSync(SCENARIOS))("journeys that people wrote are built and written again", () => {
  const files = readdirSync(SCENARIOS, { recursive: true, encoding: "utf8" }).filter((it) =>
    /journeys\/[^/]+\.yaml$/.test(it),
  );
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const form = readYaml(readFileSync(new URL(file, SCENARIOS), "utf8"));
    const read = journeyOf(form);
    expect(read, file).toEqual(form);
    if (read) expect(readYaml(fileOf(read).text), file).toEqual(form);
  }
});
