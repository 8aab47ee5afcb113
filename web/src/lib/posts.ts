/** What a post's state means for whoever looks at it: what may be done, everywhere and at one network. */
import type { PlacedCount, Post, PostPlace } from "../api/types";
import { approvingOf, type Stage, startsByItself } from "./broadcasts";

/** What a person can do to a post; each is an address of the API. */
export type PostStep =
  | "plan"
  | "approve"
  | "start"
  | "pause"
  | "resume"
  | "cancel"
  | "edit"
  | "delete"
  | "again"
  | "leave";

export const standings = [
  "waiting",
  "going",
  "stands",
  "partly",
  "refused",
  "lost",
  "late",
  "gone",
] as const;
export type Standing = (typeof standings)[number];

/** They let nobody change what stands; see docs/social.md. */
const FIXED = new Set(["threads", "x"]);

/** How the agreement of a second person stands; `anew` is what has to be planned again, whoever agreed. */
export type PostApproving = ReturnType<typeof approvingOf> | "anew";

export function postApproving(
  it: Pick<Post, "state" | "approval">,
  who: string | undefined,
): PostApproving {
  const { lacks, needed } = it.approval;
  // The server says of a file that differs from its plan that it has to be planned again.
  if (lacks !== undefined && (!needed || lacks.includes("not as it was planned"))) return "anew";
  return approvingOf(it, who);
}

/** What may be done to all of it now, the next step first. */
export function postSteps(it: Post, who: string | undefined): PostStep[] {
  switch (it.state) {
    case "draft":
      return ["plan", "cancel"];
    case "planned": {
      const approving = postApproving(it, who);
      if (approving === "anew" || approving === "changed") return ["plan", "cancel"];
      if (approving === "open") return ["approve", "plan", "cancel"];
      return it.approval.lacks === undefined ? ["start", "plan", "cancel"] : ["plan", "cancel"];
    }
    case "running":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "done":
    case "cancelled": {
      const offered = it.networks.flatMap((place) => placeSteps(place, it.state));
      // What only one network offers is offered there.
      return (["edit", "delete"] as const).filter(
        (step) => 1 < offered.filter((each) => each === step).length,
      );
    }
  }
}

const stands = ({ state }: { state: string }) => state === "stands";

/** What may be done at one network. */
export function placeSteps(place: PostPlace, stage: Stage): PostStep[] {
  if (stage === "draft" || stage === "planned") return [];
  const { parts, wish, network } = place;
  const steps: PostStep[] = [];
  const failed = parts.some(
    ({ state, at }) =>
      state === "refused" || state === "late" || (state === "lost" && at === undefined),
  );
  // What was called off is not tried again: nothing of it goes out any more.
  if ((failed || place.problem !== undefined) && stage !== "cancelled") steps.push("again");
  if (place.standing === "lost") steps.push("leave");
  const whole = 0 < parts.length && parts.every(stands);
  if (whole && wish === undefined && !FIXED.has(network)) steps.push("edit");
  if (parts.some(stands) && wish !== "delete") steps.push("delete");
  return steps;
}

/** Whether trying again may make a second copy of what stands already. */
export function maySecond(place: PostPlace): boolean {
  return place.parts.some(({ state }) => state === "lost");
}

/** Whether planning it decides that it goes out: from then on it goes by itself. */
export function decidesPost(it: Post, now: number): boolean {
  return it.state === "draft" && (it.written_at === "queue" || startsByItself(it, now));
}

/** Whether something happens to it at the moment. */
export function isGoing(it: Post): boolean {
  const moves = ({ standing, wish }: PostPlace) => standing === "going" || wish !== undefined;
  return it.state === "running" || it.networks.some(moves);
}

export const countKinds = ["likes", "reposts", "replies", "views", "clicks"] as const;
export type CountKind = (typeof countKinds)[number];

export interface CountLine {
  kind: CountKind;
  /** The newest number; null where the network does not tell. */
  now: number | null;
  /** From 0 to 1 in time and in height, the earliest first. */
  points: { x: number; y: number }[];
}

/** The counts as a line for each kind; each has its own height, and all have the same time. */
export function countLines(counts: readonly PlacedCount[]): CountLine[] {
  const times = counts.map(({ at }) => Date.parse(at));
  const [first = 0, last = first] = [times[0], times.at(-1)];
  return countKinds.map((kind) => {
    const told = counts.flatMap((it, n) => {
      const value = it[kind];
      return value === undefined ? [] : [{ time: times[n] ?? first, value }];
    });
    const most = Math.max(1, ...told.map(({ value }) => value));
    return {
      kind,
      now: told.at(-1)?.value ?? null,
      points: told.map(({ time, value }) => ({
        x: last === first ? 1 : (time - first) / (last - first),
        y: value / most,
      })),
    };
  });
}

export interface NewPost {
  name: string;
  owner: string;
  content: string;
  networks: string[];
  when: "at" | "queue" | "hand";
  /** `2026-11-27T09:00` in the zone of the programme. */
  at: string;
  approval: boolean;
  locale: string;
}

/** The fields of the file, without what is left open. */
export function formOf(it: NewPost): Record<string, unknown> {
  const at = { at: it.at, queue: "queue", hand: "" }[it.when];
  return {
    post: it.name.trim(),
    ...(it.owner.trim() && { owner: it.owner.trim() }),
    content: it.content,
    networks: it.networks,
    ...(at && { at }),
    ...(it.locale && { locale: it.locale }),
    ...(it.approval && { approval: true }),
  };
}

/** The file of a post; a name that is taken there gets a number. */
export function freePostPath(name: string, taken: ReadonlySet<string>): string {
  const stem = `posts/${name.trim().replaceAll(/[^\p{L}\d_-]+/gu, "-")}`;
  let path = `${stem}.yaml`;
  for (let n = 2; taken.has(path); n++) path = `${stem}-${n}.yaml`;
  return path;
}
