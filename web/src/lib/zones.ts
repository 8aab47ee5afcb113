/**
 * Moments and the clock on the wall of a zone. A wall time is written `2026-11-27T09:00:00`, without a zone, so that it can be
 * compared and counted as text and as if it were in UTC.
 */

export const DAY_MS = 86_400_000;

/** Making one costs far more than using it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const kept = clocks.get(zone);
  if (kept) return kept;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  clocks.set(zone, made);
  return made;
}

/** Whether the browser knows the zone; one that it does not know has no clock here. */
export function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the clock of the zone shows at a moment. */
export function wallOf(moment: number | string, zone: string): string {
  const parts: Record<string, string> = {};
  for (const { type, value } of clockOf(zone).formatToParts(new Date(moment))) parts[type] = value;
  const { year = "", month, day, hour, minute, second } = parts;
  return `${year.padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}`;
}

/**
 * When the clock of the zone shows this, in milliseconds. A time that comes twice is the first of both; one that is skipped is as
 * much later as the clock was put forward. The server reads them the same way.
 */
export function momentOf(wall: string, zone: string): number {
  const asUtc = utcOf(wall);
  const ahead = (moment: number) => utcOf(wallOf(moment, zone)) - moment;
  // The distance to UTC before and after whatever may happen on this day.
  const before = asUtc - ahead(asUtc - DAY_MS);
  if (utcOf(wallOf(before, zone)) === asUtc) return before;
  const after = asUtc - ahead(asUtc + DAY_MS);
  return utcOf(wallOf(after, zone)) === asUtc ? after : before;
}

/** The same clock as if it hung in UTC. */
export function utcOf(wall: string): number {
  return Date.parse(`${wall.length === 16 ? `${wall}:00` : wall}Z`);
}

export function dayOf(wall: string): string {
  return wall.slice(0, 10);
}

/** Days later, or earlier, at the same time of day. */
export function plusDays(wall: string, days: number): string {
  return plusMs(wall, days * DAY_MS);
}

export function plusMs(wall: string, ms: number): string {
  const moved = new Date(utcOf(wall.length === 10 ? `${wall}T00:00:00` : wall) + ms).toISOString();
  return moved.slice(0, wall.length === 10 ? 10 : 19);
}

/** The same day of another month, or its last. */
export function plusMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.slice(0, 10).split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0));
  const wanted = Math.min(date, last.getUTCDate());
  return `${last.toISOString().slice(0, 8)}${String(wanted).padStart(2, "0")}${day.slice(10)}`;
}

/** The Monday of its week. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day.slice(0, 10)}T00:00:00Z`).getUTCDay();
  return plusDays(day.slice(0, 10), -((weekday + 6) % 7));
}
