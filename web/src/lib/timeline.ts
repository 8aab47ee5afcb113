/** How the items of a timeline are grouped and told apart. */
import type { TimelineItem } from "../api/types";

/** Items of one local day together, in the order they came. */
export function byDay(items: readonly TimelineItem[]): { day: string; items: TimelineItem[] }[] {
  const days: { day: string; items: TimelineItem[] }[] = [];
  for (const item of items) {
    const day = localDay(item.at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** A key for each thing of a list that stays the same when more come; like things are numbered. */
export function keysOf<T extends { at: string; kind: string }>(
  items: readonly T[],
  name: (item: T) => string = (item) => ("title" in item ? String(item.title) : ""),
): Map<T, string> {
  const seen = new Map<string, number>();
  const keys = new Map<T, string>();
  // From the oldest on, so that a newer one of the same instant does not rename the others.
  for (const item of items.toReversed()) {
    const base = `${item.at}|${item.kind}|${name(item)}`;
    const n = seen.get(base) ?? 0;
    seen.set(base, n + 1);
    keys.set(item, `${base}|${n}`);
  }
  return keys;
}

function localDay(time: string): string {
  const date = new Date(time);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
