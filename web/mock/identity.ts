/** Who somebody is, and a merge that can be undone. */
import type { Identity, IdentityMerge } from "../src/api/types.ts";
import { iso, person } from "./data.ts";

const DAY_MS = 86_400_000;

/** What was done to the merge: nothing, undone, or allowed again. */
export type Undone = "" | "undone" | "allowed";

export function identity(id: string, now: number, state: Undone): Identity | null {
  const found = person(id, now);
  if (!found) return null;
  const at = (days: number) => iso(now - days * DAY_MS);
  const merges: IdentityMerge[] = found.merged.map((it, n) => ({
    id: "j7",
    at: it.at,
    survivor: id,
    absorbed: it.absorbed,
    by: "anonymous_id:visitor-998",
    cause: it.cause,
    refusal: state === "" ? null : { code: "already_undone", text: "it was undone already" },
    undo_until: state === "" && n === 0 ? iso(now + 2 * DAY_MS) : null,
    undone:
      state === ""
        ? null
        : {
            at: at(0),
            by: "admin",
            allowed_at: state === "allowed" ? at(0) : null,
            allowed_by: state === "allowed" ? "admin" : null,
          },
  }));
  if (0 < merges.length) {
    merges.push({
      id: "j2",
      at: at(300),
      survivor: id,
      absorbed: "p411",
      by: "anonymous_id:visitor-411",
      cause: "an alias call joined anonymous_id to user_id",
      refusal: { code: "too_old", text: "what happened since is kept for a limited time" },
      undo_until: null,
      undone: null,
    });
  }
  const identifiers = found.identifiers.map((it, n) => ({
    ...it,
    merge: state !== "undone" && it.kind === "anonymous_id" && n > 0 ? "j7" : null,
  }));
  return {
    id,
    identifiers,
    merges,
    apart: state === "undone" ? [{ person: "p998", merge: "j7" }] : [],
  };
}

export function undoPlan(now: number) {
  const half = {
    name: "",
    consents: [],
    traits: [],
    audiences: [],
    journeys: [],
    open_messages: 0,
    exposed: false,
  };
  return {
    merge: "j7",
    at: iso(now - 88 * DAY_MS),
    cause: "one event carried email and anonymous_id",
    plan: "j7-41-6",
    survivor: {
      ...half,
      id: "p1",
      name: person("p1", now)?.name ?? "",
      identifiers: ["user_id:u-1", "email:ada@example.test"],
      events: 41,
      traits: [{ name: "plan", value: "pro", at: iso(now) }],
      audiences: ["members", "repeat_buyers"],
      journeys: ["cart-reminder"],
      open_messages: 1,
      contacts: 9,
    },
    absorbed: {
      ...half,
      id: "p998",
      identifiers: ["anonymous_id:visitor-998"],
      events: 6,
      journeys: ["welcome"],
      contacts: 7,
      exposed: true,
    },
  };
}
