import { expect, test } from "vitest";
import { numberTyped, typed } from "./numbers";

function check(text: string, english: number | null, dutch: number | null) {
  expect([numberTyped(text, "."), numberTyped(text, ",")], text).toEqual([english, dutch]);
}

test("each language has its own decimal mark", () => {
  check("0.125", 0.125, 0.125);
  check("0,125", 0.125, 0.125);
  check("5,000", 5000, 5);
  check("5.000", 5, 5000);
  check("1,234.5", 1234.5, null);
  check("1.234,5", null, 1234.5);
});

test("what cannot be mistaken is understood in both", () => {
  check("4", 4, 4);
  check(" 12 000 ", 12_000, 12_000);
  check("0,04", 0.04, 0.04);
  check("-.5", -0.5, -0.5);
  check("7.", 7, 7);
});

test("what is no number is not taken for one", () => {
  for (const text of ["", "abc", "1e5", "1-2", "--1", "4 %", "Infinity", "1.2.3"]) {
    check(text, null, null);
  }
});

test("a number is written as it would be typed", () => {
  expect(typed(0.1 + 0.2, ".")).toBe("0.3");
  expect(typed(0.5, ",")).toBe("0,5");
  for (const value of [0, 4, 0.04, 1234.5, -3.25]) {
    for (const mark of [".", ","] as const) {
      expect(numberTyped(typed(value, mark), mark)).toBe(value);
    }
  }
});
