import { expect, test } from "vitest";
import { parse, print, vocabulary } from "../../mock/conditions";
import {
  converted,
  fresh,
  group,
  hasGaps,
  insert,
  move,
  moveIn,
  moveOut,
  negate,
  offsetOf,
  operators,
  type Part,
  type Path,
  pathText,
  plainOf,
  readProblem,
  readTreeProblem,
  remove,
  scopeOf,
  shift,
  valuesOf,
} from "./conditions";

/** The condition after a change, as its text; `nothing` where none is left. */
function changed(text: string, change: (tree: Part) => Part | null): string {
  const tree = parse(text);
  const before = structuredClone(tree);
  const after = change(tree);
  expect(tree).toEqual(before);
  return after ? print(after) : "nothing";
}

const list = (name: string): Part => ({ kind: "list", name });

test("the examples of the vocabulary are read and printed as they are", () => {
  const all = vocabulary();
  for (const { example } of [...all.groups, ...all.conditions, ...all.terms]) {
    expect(print(parse(example))).toBe(example);
  }
});

test("a part is put into a group at its place", () => {
  const put = (path: Path, place: number) =>
    changed('list("a") and (list("b") or list("c"))', (it) => insert(it, path, place, list("x")));
  expect(put([], 0)).toBe('list("x") and list("a") and (list("b") or list("c"))');
  expect(put([], 2)).toBe('list("a") and (list("b") or list("c")) and list("x")');
  expect(put(["parts", 1], 1)).toBe('list("a") and (list("b") or list("x") or list("c"))');
});

test("a group that loses its last part goes with it", () => {
  const text = 'list("a") and not list("b")';
  expect(changed(text, (it) => remove(it, ["parts", 0]))).toBe('not list("b")');
  expect(changed(text, (it) => remove(it, ["parts", 1, "part"]))).toBe('list("a")');
  expect(changed(text, (it) => remove(it, []))).toBe("nothing");
  expect(changed('not list("a")', (it) => remove(it, ["part"]))).toBe("nothing");
  const alone: Part = { kind: "all", parts: [{ kind: "any", parts: [list("a")] }, list("b")] };
  expect(remove(alone, ["parts", 0, "parts", 0])).toEqual({ kind: "all", parts: [list("b")] });
});

test("a filter that loses its last part leaves what it belongs to", () => {
  const text = 'did("X" where a == 1 and b == 2) and list("b")';
  const where = ["parts", 0, "where"];
  expect(changed(text, (it) => remove(it, [...where, "parts", 0]))).toBe(
    'did("X" where b == 2) and list("b")',
  );
  expect(changed(text, (it) => remove(it, where))).toBe('did("X") and list("b")');
});

test("a part moves within its group, and stops at the ends", () => {
  const text = 'list("a") or list("b") or list("c")';
  const by = (place: number, n: number) =>
    changed(text, (it) => shift(it, ["parts", place], n).tree);
  expect(by(0, 1)).toBe('list("b") or list("a") or list("c")');
  expect(by(2, -2)).toBe('list("c") or list("a") or list("b")');
  expect(by(0, -1)).toBe(text);
  expect(by(2, 1)).toBe(text);
  expect(shift(parse(text), ["parts", 0], 1).path).toEqual(["parts", 1]);
});

test("a part moves into another group, and never into itself", () => {
  const text = 'list("a") and (list("b") or list("c"))';
  const to = (from: Path, into: Path, place: number) =>
    changed(text, (it) => move(it, from, into, place));
  expect(to(["parts", 0], ["parts", 1], 1)).toBe('list("b") or list("a") or list("c")');
  expect(to(["parts", 1, "parts", 0], [], 0)).toBe('list("b") and list("a") and list("c")');
  expect(to(["parts", 1, "parts", 1], [], 1)).toBe('list("a") and list("c") and list("b")');
  expect(to(["parts", 1], ["parts", 1], 0)).toBe("nothing");
  expect(to([], ["parts", 1], 0)).toBe("nothing");
  // Down past itself: the place is counted as it was before the part was taken out.
  expect(
    changed('list("a") or list("b") or list("c")', (it) => move(it, ["parts", 0], [], 2)),
  ).toBe('list("b") or list("a") or list("c")');
});

test("a part is moved out of its group and into the next by keys", () => {
  const text = 'list("a") and (list("b") or list("c")) and list("d")';
  const out = (path: Path) => changed(text, (it) => moveOut(it, path).tree);
  expect(out(["parts", 1, "parts", 0])).toBe('list("a") and list("c") and list("b") and list("d")');
  expect(out(["parts", 0])).toBe(text);
  const into = (path: Path) => changed(text, (it) => moveIn(it, path).tree);
  expect(into(["parts", 0])).toBe('(list("a") or list("b") or list("c")) and list("d")');
  expect(into(["parts", 2])).toBe('list("a") and (list("b") or list("c") or list("d"))');
  expect(into(["parts", 1, "parts", 0])).toBe(text);
  const negated = 'list("a") and not (list("b") or list("c"))';
  expect(changed(negated, (it) => moveIn(it, ["parts", 0]).tree)).toBe(
    'not (list("a") or list("b") or list("c"))',
  );
  expect(changed(negated, (it) => moveOut(it, ["parts", 1, "part", "parts", 1]).tree)).toBe(
    'list("a") and not list("b") and list("c")',
  );
  expect(moveIn(parse(negated), ["parts", 0]).path).toEqual(["parts", 0, "part", "parts", 0]);
  expect(scopeOf(["parts", 0, "where", "parts", 1])).toBe("parts[0].where");
  expect(scopeOf(["parts", 0])).toBe("");
});

test("a part gets company, or its opposite", () => {
  const beside = (it: Part) => group(it, ["parts", 0], "any", list("x"));
  expect(changed('list("a") and list("b")', beside)).toBe('(list("a") or list("x")) and list("b")');
  expect(changed('list("a")', (it) => group(it, [], "all", list("x")))).toBe(
    'list("a") and list("x")',
  );
  expect(changed('list("a") and list("b")', (it) => negate(it, []))).toBe(
    'not (list("a") and list("b"))',
  );
  expect(changed('not (list("a") and list("b"))', (it) => negate(it, []))).toBe(
    'list("a") and list("b")',
  );
});

test("every kind has a first form, whose gaps are known", () => {
  const all = vocabulary();
  for (const form of all.conditions) {
    const part = fresh(form, all);
    expect(Object.keys(part).sort()).toEqual(
      ["kind", ...form.fields.filter((it) => it.required).map((it) => it.name)].sort(),
    );
    expect(hasGaps(part)).toBe(form.kind !== "fixed");
  }
  for (const { example } of [...all.conditions, ...all.terms]) {
    expect(hasGaps(parse(example))).toBe(false);
  }
  // An empty text is a value like any other.
  expect(hasGaps(parse('trait("plan") == ""'))).toBe(false);
});

test("a part becomes another kind and keeps what both have", () => {
  const all = vocabulary();
  const to = (text: string, kind: string) => {
    const form = all.conditions.find((it) => it.kind === kind);
    return form ? converted(parse(text), form, all) : null;
  };
  expect(to('trait("plan") in ["pro"]', "not_in")).toEqual(parse('trait("plan") not in ["pro"]'));
  expect(to('trait("plan") in ["pro"]', "exists")).toEqual(parse('exists(trait("plan"))'));
  // What the new kind cannot hold is left out.
  expect(to('length(trait("x")) in [1]', "starts_with")).toMatchObject({
    term: { kind: "trait", name: "" },
  });
});

test("values are read line by line, and stay what they were", () => {
  expect(valuesOf("pro\n\n12\ntrue", [])).toEqual(["pro", 12, true]);
  expect(valuesOf("12\n13", ["12"])).toEqual(["12", 13]);
});

test("a problem in a tree names its part", () => {
  expect(readTreeProblem("parts[1].part: `>` compares numbers\n  hint: no quotes")).toEqual({
    path: "parts[1].part",
    message: "`>` compares numbers",
    hint: "no quotes",
  });
  expect(readTreeProblem("a group needs at least one part")).toMatchObject({ path: "" });
  expect(readTreeProblem("part.window: `7y` is no length")).toMatchObject({ path: "part.window" });
});

test("operators fit what stands on both sides", () => {
  const all = vocabulary();
  const of = (text: string) => {
    const { left, right } = parse(text) as unknown as { left: Part; right: Part };
    return operators(left, right, all);
  };
  expect(of('trait("plan") == "pro"')).toEqual(["==", "!="]);
  expect(of('count("X") == 2')).toContain(">=");
  expect(of('last("X") < "2026-11-22"')).toContain("<");
});

test("what is typed for a value is a number, a truth or a text", () => {
  expect(["12", "-1.5", " true ", "1e3", "pro", ""].map(plainOf)).toEqual([
    12,
    -1.5,
    true,
    "1e3",
    "pro",
    "",
  ]);
});

test("a problem is taken apart, and found in its text", () => {
  expect(readProblem("2:5: `=` is not known here\n  hint: write `==`")).toEqual({
    line: 2,
    column: 5,
    message: "`=` is not known here",
    hint: "write `==`",
  });
  expect(readProblem("there is no audience")).toMatchObject({ line: 0, hint: "" });
  expect(offsetOf("ab\ncdé\nf", 2, 4)).toBe(6);
  expect(offsetOf("😀x", 1, 2)).toBe(2);
  expect(pathText(["parts", 1, "part"])).toBe("parts[1].part");
});
