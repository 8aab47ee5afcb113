/** What was done to a document, so that it can be undone and done again. */

export interface History<T> {
  past: readonly T[];
  now: T;
  future: readonly T[];
  /** What the last change was about, and when: the same soon after is one step with it. */
  last: { about: string; at: number } | null;
}

/** Steps kept; whoever goes back further begins anew. */
export const STEPS_KEPT = 200;
/** Changes of the same thing within so long are one step: a word, and not each of its letters. */
export const TOGETHER_MS = 900;

export function begin<T>(now: T): History<T> {
  return { past: [], now, future: [], last: null };
}

/** A step forward. `about` names what is changed, where small changes of it belong together. */
export function change<T>(it: History<T>, now: T, at: number, about = ""): History<T> {
  const together = about !== "" && it.last?.about === about && at - it.last.at <= TOGETHER_MS;
  const past = together ? it.past : [...it.past, it.now].slice(-STEPS_KEPT);
  return { past, now, future: [], last: { about, at } };
}

/** The same step, told better: nothing that somebody did. */
export function amend<T>(it: History<T>, now: T): History<T> {
  return { ...it, now };
}

export function undo<T>(it: History<T>): History<T> {
  const before = it.past.at(-1);
  if (before === undefined) return it;
  return { past: it.past.slice(0, -1), now: before, future: [it.now, ...it.future], last: null };
}

export function redo<T>(it: History<T>): History<T> {
  const [after, ...future] = it.future;
  if (after === undefined) return it;
  return { past: [...it.past, it.now], now: after, future, last: null };
}
