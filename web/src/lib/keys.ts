/** Which action a sequence of keys means. Pure, so that it can be tested without a browser. */

export type Action =
  | "today"
  | "people"
  | "audiences"
  | "leverage"
  | "broadcasts"
  | "campaigns"
  | "journeys"
  | "tasks"
  | "posts"
  | "content"
  | "calendar"
  | "channels"
  | "decisions"
  | "events"
  | "settings"
  | "search"
  | "help"
  | "pause";

/** After this long a started sequence is forgotten. */
export const SEQUENCE_MS = 1_200;

const afterG: Record<string, Action> = {
  t: "today",
  p: "people",
  a: "audiences",
  l: "leverage",
  b: "broadcasts",
  j: "journeys",
  k: "tasks",
  o: "posts",
  c: "content",
  m: "calendar",
  n: "campaigns",
  h: "channels",
  d: "decisions",
  e: "events",
  s: "settings",
};
const single: Record<string, Action> = { "/": "search", "?": "help", " ": "pause" };

export interface Waiting {
  key: string;
  at: number;
}

/** The action, if any, and the begun sequence to hand in with the next key. */
export function press(
  waiting: Waiting | null,
  key: string,
  now: number,
): { action: Action | null; waiting: Waiting | null } {
  if (waiting?.key === "g" && now - waiting.at <= SEQUENCE_MS) {
    const action = afterG[key];
    if (action) return { action, waiting: null };
  }
  if (key === "g") return { action: null, waiting: { key, at: now } };
  return { action: single[key] ?? null, waiting: null };
}
