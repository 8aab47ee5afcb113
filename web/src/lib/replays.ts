/** What a replay says about one journey: people at its steps, and one person's way through it. */
import type { Moment, Replayed, ReplayMessages } from "../api/replays";
import type { Count } from "../api/types";

export interface Place {
  entered: number;
  waiting: number;
  arms: Count[];
  failed: Count[];
}

/** By the address of the step. */
export function placesOf(it: Replayed, journey: string): Map<string, Place> {
  const counts = (by: Record<string, number>): Count[] =>
    Object.entries(by).map(([code, count]) => ({ code, count }));
  return new Map(
    it.places
      .filter((place) => place.journey === journey)
      .map(({ step, entered, there, arms, failed }) => [
        step,
        { entered, waiting: there, arms: counts(arms), failed: counts(failed) },
      ]),
  );
}

/** The messages that a journey asked for, and those that others did. */
export function messagesOf(
  it: Replayed,
  journey: string,
): { own: ReplayMessages[]; others: ReplayMessages[] } {
  const isOwn = ({ by }: ReplayMessages) => by === journey || by === `journey/${journey}`;
  return {
    own: it.messages.filter(isOwn),
    others: it.messages.filter((each) => !isOwn(each)),
  };
}

/** The moments that a reader follows: those of the journey and of nobody else's, or all. */
export function followed(way: readonly Moment[], journey: string, all: boolean): Moment[] {
  return way.filter((it) => all || it.journey === undefined || it.journey === journey);
}

/**
 * Which step the moment at `place` is about: its own, as of a message that goes out while the run is further; else the one
 * where the person stands. Null outside the journey.
 */
export function stepAt(way: readonly Moment[], place: number, journey: string): string | null {
  const here = Math.min(place, way.length - 1);
  for (let n = here; 0 <= n; n--) {
    const it = way[n];
    if (it?.journey !== journey) continue;
    const isStep = n === here || it.kind === "step" || it.kind === "failed";
    if (it.step !== undefined && isStep) return it.step;
    // The run is over, or has not come to a step yet.
    if (it.kind === "ended" || it.kind === "begun") return null;
  }
  return null;
}

/** The steps at which the person was, up to the moment at `place`. */
export function visitedUntil(way: readonly Moment[], place: number, journey: string): Set<string> {
  const until = way.slice(0, place + 1);
  return new Set(
    until.flatMap((it) => (it.journey === journey && it.step !== undefined ? [it.step] : [])),
  );
}

/** How many people got so many messages: 0, 1, 2 … and the last for that many and more. */
export function perPerson(
  counts: readonly number[],
  most: number,
): { n: number; people: number }[] {
  const last = counts.slice(most).reduce((sum, it) => sum + it, 0);
  const rows = counts.slice(0, most).map((people, n) => ({ n, people }));
  return 0 < last ? [...rows, { n: most, people: last }] : rows;
}

const DAY_MS = 86_400_000;

/** The window of the last so many days, or from one day to another, both whole where the reader is. */
export function windowOf(
  chosen: { days: number } | { from: string; to: string },
  now: number,
): { from: string; to: string } | null {
  if ("days" in chosen) {
    return {
      from: new Date(now - chosen.days * DAY_MS).toISOString(),
      to: new Date(now).toISOString(),
    };
  }
  const from = new Date(`${chosen.from}T00:00:00`).getTime();
  const day = new Date(`${chosen.to}T00:00:00`);
  day.setDate(day.getDate() + 1);
  const to = Math.min(day.getTime(), now);
  if (!Number.isFinite(from) || !Number.isFinite(to) || to <= from) return null;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
