/** How an audience grew, day by day and without gaps. */
import type { GrowthDay } from "../api/types";

const DAY_MS = 86_400_000;

/** A day by its date, in UTC as the server counts. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/**
 * `days` days up to the one of `now`. The server leaves out days on which nothing moved: they have the size of
 * the day before, and what lies before the first is what the first began with.
 */
export function everyDay(
  growth: readonly GrowthDay[],
  size: number,
  days: number,
  now: number,
): GrowthDay[] {
  const by = new Map(growth.map((it) => [it.day, it]));
  const [first] = growth;
  let at = first ? first.size - first.entered + first.left - first.otherwise : size;
  return Array.from({ length: days }, (_, n) => {
    const day = dayOf(now - (days - 1 - n) * DAY_MS);
    const known = by.get(day) ?? { day, entered: 0, left: 0, otherwise: 0, size: at };
    at = known.size;
    return known;
  });
}

/** All days together: what came, what went, and the size before and after. */
export function sumOf(days: readonly GrowthDay[]): {
  entered: number;
  left: number;
  otherwise: number;
  from: number;
  to: number;
} {
  const sum = (of: "entered" | "left" | "otherwise") => days.reduce((all, it) => all + it[of], 0);
  const [entered, left, otherwise] = [sum("entered"), sum("left"), sum("otherwise")];
  const to = days.at(-1)?.size ?? 0;
  return { entered, left, otherwise, from: to - entered + left - otherwise, to };
}
