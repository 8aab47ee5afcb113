import { expect, test } from "vitest";
import { pieces } from "./ticks";

const shown = (text: string) => pieces(text).map((it) => (it.code ? `<${it.text}>` : it.text));

test("what stands between backticks is code", () => {
  expect(shown("no people in cell `email+push`")).toEqual(["no people in cell ", "<email+push>"]);
  expect(shown("`a` and `b`")).toEqual(["<a>", " and ", "<b>"]);
});

test("a lone backtick stays what it is", () => {
  expect(shown("it`s late")).toEqual(["it`s late"]);
  expect(shown("``")).toEqual(["``"]);
  expect(shown("")).toEqual([]);
});
