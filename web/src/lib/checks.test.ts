import { expect, test } from "vitest";
import { leverageReport } from "../../mock/data.ts";
import { leverageOf, measuring } from "../../mock/measure.ts";
import type { LeverageReport } from "../api/types";
import { checks, toLookAt } from "./checks";

const report = leverageOf(new URL("http://mock/"), "normal");
const { panel } = measuring("normal");

/** The checks of the report with something else in it: `name state`, in one line. */
function check(part: Partial<LeverageReport>, expected: string, of = panel) {
  const found = checks({ ...report, running: 0, ...part }, of);
  const shown = found.filter((it) => it.state !== "fine").map((it) => `${it.name} ${it.state}`);
  expect(shown.join(", ")).toBe(expected);
}

test("a report without a fault has nothing to look at", () => {
  check({}, "");
  expect(toLookAt(checks(report, panel))).toBe(0);
});

test("cells of the wrong size and an effect of the panel itself are alarms", () => {
  check({ sample_ratio: { chi2: 40, df: 7, p: 0.0009 } }, "ratio look");
  check({ sample_ratio: { chi2: 40, df: 7, p: 0.001 } }, "");
  check({ inside_minus_outside: { estimate: 1, se: 0.1, low: 0.8, high: 1.2 } }, "inside look");
});

test("what cannot be known yet is neither fine nor an alarm", () => {
  check({ sample_ratio: null, inside_minus_outside: null }, "ratio open, inside open");
  const first = leverageReport("insufficient");
  check(
    { ...first, inside_minus_outside: null },
    "ratio open, inside open, tails open, sequence open",
  );
});

test("decided for one look but not for many is said", () => {
  check({ leverage: { ...report.leverage, sequence_low: -0.1 } }, "sequence note");
});

test("a warning is a check only where it is not one already", () => {
  check({ warnings: ["unreliable interval: 12 people"] }, "tails look");
  check(
    { running: 5, warnings: ["5 people are still in their window, the next on x"] },
    "running note",
  );
});

test("a panel that replans measures something else", () => {
  check({}, "rule look", panel && { ...panel, rule: "replan" });
});
