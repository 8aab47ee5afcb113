import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { en } from "./en";
import { nl } from "./nl";

/** The server's closed lists of reasons; other languages need a sentence for each. */
const REASONS = new URL("../../../crates/model/src/reason.rs", import.meta.url);

test.runIf(existsSync(REASONS))("Dutch has a sentence for every reason the server can give", () => {
  const lists = readFileSync(REASONS, "utf8").split("closed_list! {").slice(1);
  const codes = (list = "") => [...list.matchAll(/\w+ = "(\w+)",/g)].map((it) => it[1]).sort();
  expect(codes(lists[0])).toEqual(Object.keys(nl.rejections).sort());
  expect(codes(lists[1])).toEqual(Object.keys(nl.reasons).sort());
});

test("both languages name the same channels, states and kinds", () => {
  for (const part of ["channels", "ledgerStates", "ledgerHelp", "identifierKinds"] as const) {
    expect(Object.keys(nl[part])).toEqual(Object.keys(en[part]));
  }
});
