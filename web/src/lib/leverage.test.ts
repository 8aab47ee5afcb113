import { expect, test } from "vitest";
import { leverageReport, today } from "../../mock/data.ts";
import { ledgerSum } from "./ledger";
import { inOrder, known, said, sameSet, sumOfSingles, verdict } from "./leverage";

const report = leverageReport("normal");

test("only an interval on one side of zero is a verdict", () => {
  expect(verdict({ estimate: 0.5, low: 0.1, high: 0.9 })).toBe("more");
  expect(verdict({ estimate: -0.5, low: -0.9, high: -0.1 })).toBe("less");
  expect(verdict({ estimate: 0.5, low: -0.1, high: 1.1 })).toBe("unclear");
  expect(verdict({ estimate: 0.5, low: 0, high: 1 })).toBe("unclear");
});

test("an estimate without an interval is not shown as known", () => {
  expect(known({ estimate: 1, low: null, high: 2 })).toBeNull();
  expect(known({ estimate: 0, low: 0, high: 0 })).toEqual({ estimate: 0, low: 0, high: 0 });
});

test("what only looks decided among several is not called so", () => {
  const row = (low: number, p_holm?: number) =>
    said({ channels: ["a", "b"], estimate: 1, se: 1, low, high: 2, p_holm }, 0.95);
  expect([row(0.1, 0.01), row(0.1, 0.06), row(0.1), row(-0.1, 0.2)]).toEqual([
    "more",
    "unsure",
    "more",
    "unclear",
  ]);
  expect(said({ channels: [], estimate: null, se: null, low: null, high: null }, 0.95)).toBeNull();
});

test("the sum of the single effects is the combined effect without the leverage", () => {
  expect(sumOfSingles(report)).toBeCloseTo(0.64 + 0.29 + 0.41, 10);
  expect(sumOfSingles(leverageReport("insufficient"))).toBeNull();
});

test("small sets come first, then the order of the channels", () => {
  const shuffled = report.values.toReversed();
  expect(inOrder(report, shuffled).map((it) => it.channels.join("+"))).toEqual([
    "email",
    "push",
    "onsite",
    "email+push",
    "email+onsite",
    "push+onsite",
    "email+push+onsite",
  ]);
});

test("sets are the same in any order", () => {
  expect(sameSet(["a", "b"], ["b", "a"])).toBe(true);
  expect(sameSet(["a"], ["a", "b"])).toBe(false);
});

test("the mock's ledger adds up, as the real one does", () => {
  const { ledger } = today(0, "normal");
  expect(ledgerSum(ledger)).toBe(ledger.candidates);
});
