import { expect, test } from "vitest";
import { callerOf, syncOf } from "./webhooks";

test("a key says which audience or step of a journey calls", () => {
  expect(callerOf("audience/vip/entered/p12/l4711")).toEqual({
    kind: "audience",
    name: "vip",
    moved: "entered",
  });
  expect(callerOf("audience/left/left/p12/t1790000000000/2")).toEqual({
    kind: "audience",
    name: "left",
    moved: "left",
  });
  expect(callerOf("journey/win-back/r12/3.a.0/1")).toEqual({
    kind: "journey",
    name: "win-back",
    step: "3.a.0",
  });
});

test("a key of another form is nobody's", () => {
  for (const key of [
    "",
    "test/0a1b",
    "audience/vip",
    "journey/welcome/r1",
    "audience/a/came/p1/l1",
  ]) {
    expect(callerOf(key)).toEqual({ kind: "other" });
  }
});

test("whom an audience tells is read from its fields, sound or not", () => {
  const file = (form: unknown) => ({
    path: "audiences/a.yaml",
    kind: "audience",
    name: "a",
    etag: "1",
    version: 1,
    text: "",
    form,
  });
  expect(syncOf(file({ sync: { url: "https://crm.example/a" } }))).toBe("https://crm.example/a");
  for (const form of [null, {}, { sync: null }, { sync: "x" }, { sync: { url: 3 } }]) {
    expect(syncOf(file(form))).toBe("");
  }
  expect(syncOf(null)).toBe("");
});
