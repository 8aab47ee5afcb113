import { expect, test } from "vitest";
import type { DecisionAsker } from "../api/types";
import { ledgerOf, nameOf, refusals } from "./decisions";
import { ledgerSum } from "./ledger";

const end = (outcome: string, reason: string, messages: number) => ({
  outcome,
  reason,
  text: reason,
  messages,
});

const asker: DecisionAsker = {
  asker: "journey/welcome",
  owner: "crm@shop.example",
  asked: 20,
  pending: 3,
  ended: [
    end("sent", "sent", 9),
    end("sent", "confirmed", 1),
    end("dropped", "outranked", 2),
    end("suppressed", "withdrawn", 5),
  ],
  lost: [],
};

test("a day's askers add up to what they asked for", () => {
  const ledger = ledgerOf(asker);
  expect(ledgerSum(ledger)).toBe(asker.asked);
  expect([ledger.sent, ledger.pending, ledger.dropped]).toEqual([10, 3, 2]);
});

test("the reasons against come with the most frequent first, and without what was sent", () => {
  expect(refusals(asker).map((it) => it.reason)).toEqual(["withdrawn", "outranked"]);
});

test("an asker's name is read back, slashes and all", () => {
  expect(nameOf("journey/welcome/nl")).toEqual({ kind: "journey", name: "welcome/nl" });
  expect(nameOf("request/link")).toEqual({ kind: "other", name: "request/link" });
  expect(nameOf("api")).toEqual({ kind: "other", name: "api" });
});
