/** Where things stand on the calendar, where they can be moved, and what the server is told then. */
import type { CalendarItem } from "../api/types";
import { dayOf, momentOf, mondayOf, plusDays, plusMonths, plusMs, utcOf, wallOf } from "./zones";

export const views = ["month", "week"] as const;
export type View = (typeof views)[number];

export const itemKinds = ["broadcast", "post", "page", "journey"] as const;

const HOUR_MS = 3_600_000;
/** The first zone of the world is so far ahead of UTC. */
const FIRST_ZONE_MS = 14 * HOUR_MS;
/** When something goes out that had no time before. */
const FIRST_TIME = "T09:00:00";

export const keyOf = (it: Pick<CalendarItem, "kind" | "name">) => `${it.kind}/${it.name}`;

/** The days of a view, whole weeks from Monday on. */
export function daysShown(view: View, day: string): string[] {
  const first = mondayOf(view === "week" ? day : `${day.slice(0, 8)}01`);
  const end = view === "week" ? plusDays(first, 7) : plusMonths(`${day.slice(0, 8)}01`, 1);
  const days: string[] = [];
  for (let it = first; it < end || days.length % 7 !== 0; it = plusDays(it, 1)) days.push(it);
  return days;
}

/** The stretch to ask for: one day more at each end, since a day begins elsewhere in each zone. */
export function stretchOf(days: readonly string[]): { from: string; to: string } {
  const [first = "", last = first] = [days[0], days.at(-1)];
  return { from: `${plusDays(first, -1)}T00:00:00Z`, to: `${plusDays(last, 2)}T00:00:00Z` };
}

export function shifted(view: View, day: string, by: 1 | -1): string {
  return view === "week" ? plusDays(day, 7 * by) : plusMonths(`${day.slice(0, 8)}01`, by);
}

/** On which day and at which hour it stands; null for what has no time. */
export function wallOfItem(it: CalendarItem, zone: string): string | null {
  if (it.local_time) return it.local_time.length === 16 ? `${it.local_time}:00` : it.local_time;
  return it.at === undefined ? null : wallOf(it.at, zone);
}

/** The time of day stays; in the week view the hour is chosen too, and the minutes stay. */
export function targetOf(wall: string | null, day: string, hour?: number): string {
  const time = wall === null ? FIRST_TIME : wall.slice(10);
  return hour === undefined
    ? `${day}${time}`
    : `${day}T${String(hour).padStart(2, "0")}${time.slice(3)}`;
}

/** Where moving by keys begins. */
export function firstTarget(wall: string | null, zone: string, now: number): string {
  return wall ?? targetOf(null, dayOf(plusDays(wallOf(now, zone), 1)));
}

/** What a key makes of the chosen time; null for a key that means nothing here. */
export function pressed(wall: string, key: string, view: View): string | null {
  switch (key) {
    case "ArrowLeft":
      return plusDays(wall, -1);
    case "ArrowRight":
      return plusDays(wall, 1);
    case "ArrowUp":
      return view === "week" ? plusMs(wall, -HOUR_MS) : plusDays(wall, -7);
    case "ArrowDown":
      return view === "week" ? plusMs(wall, HOUR_MS) : plusDays(wall, 7);
    case "PageUp":
      return view === "week" ? plusDays(wall, -7) : plusMonths(wall, -1);
    case "PageDown":
      return view === "week" ? plusDays(wall, 7) : plusMonths(wall, 1);
    default:
      return null;
  }
}

/** When the first of it would go out: what goes by each person's clock begins where the day begins. */
export function beginsAt(it: CalendarItem, wall: string, zone: string): number {
  return it.local_time ? utcOf(wall) - FIRST_ZONE_MS : momentOf(wall, zone);
}

export function isPast(it: CalendarItem, wall: string, zone: string, now: number): boolean {
  return beginsAt(it, wall, zone) <= now;
}

/** Whether nothing of the day is left for anything. */
export function isDayOver(day: string, zone: string, now: number): boolean {
  return day < dayOf(wallOf(now, zone));
}

/**
 * The time as the file is to have it. A broadcast that is one moment for everybody stays one; without a zone it would go by each
 * person's clock from then on. A page comes out at one moment for everybody.
 */
export function writtenAt(it: CalendarItem, wall: string, zone: string): string {
  if (it.kind === "page" || (it.kind === "broadcast" && !it.local_time)) {
    return new Date(momentOf(wall, zone)).toISOString().replace(".000Z", "Z");
  }
  return wall.endsWith(":00") ? wall.slice(0, 16) : wall;
}

/** Whether moving it back makes it what it was: a place in a queue, or no time at all, cannot be written by a move. */
export function canUndo(before: CalendarItem): boolean {
  return before.at !== undefined && !before.queued;
}

export interface Filter {
  /** A kind, a channel or a network; empty for all. */
  show: string;
  owner: string;
}

export function isShown(it: CalendarItem, { show, owner }: Filter): boolean {
  const fits = show === "" || it.kind === show || it.channels.includes(show);
  return fits && (owner === "" || (it.owner ?? "") === owner);
}

/** What there is to choose from. */
export function choicesOf(all: readonly CalendarItem[]): { channels: string[]; owners: string[] } {
  const channels = new Set(all.flatMap((it) => it.channels));
  const owners = new Set(all.map((it) => it.owner ?? "").filter((it) => it !== ""));
  return { channels: [...channels].sort(), owners: [...owners].sort() };
}

export interface Placed {
  it: CalendarItem;
  wall: string;
}

/** By day, within it by time; what is being moved stands where it goes. */
export function placed(
  items: readonly CalendarItem[],
  zone: string,
  going: ReadonlyMap<string, string> = new Map(),
): Map<string, Placed[]> {
  const days = new Map<string, Placed[]>();
  const all = items.flatMap((it): Placed[] => {
    const wall = going.get(keyOf(it)) ?? wallOfItem(it, zone);
    return wall === null ? [] : [{ it, wall }];
  });
  all.sort((a, b) => a.wall.localeCompare(b.wall) || a.it.name.localeCompare(b.it.name));
  for (const each of all) {
    const day = dayOf(each.wall);
    days.set(day, [...(days.get(day) ?? []), each]);
  }
  return days;
}

export const hourOf = (wall: string) => Number(wall.slice(11, 13));
