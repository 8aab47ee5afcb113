/** Calls about what a changed programme would have done with what happened. */

import { ApiError } from "./client";
import type { Changes } from "./programme";
import type { Count } from "./types";

export interface ReplayAsked {
  /** Files that differ from the programme that runs; null for one that goes. */
  files: Changes;
  from?: string;
  to?: string;
  person?: { id: string };
  compare?: boolean;
}

export interface ReplayPlace {
  journey: string;
  version: number;
  step: string;
  entered: number;
  /** Runs that are there at the end. */
  there: number;
  arms: Count[];
  failed: Count[];
}

export interface ReplayMessages {
  by: string;
  content: string;
  asked: number;
  sent: number;
  /** How often it did not go out, by the code of the reason. */
  not: Record<string, number>;
}

export interface Replayed {
  from: string;
  to: string;
  people: number;
  facts_before: number;
  facts: number;
  ledger: Record<string, number>;
  messages: ReplayMessages[];
  places: ReplayPlace[];
  journeys: { name: string; started: number; goals: number; ended?: unknown }[];
  reach: { channel: string; people: number; messages: number }[];
  /** How many people got 0, 1, 2 … messages. */
  messages_per_person: number[];
  audiences: Record<string, number>;
}

export type MomentKind =
  | "event"
  | "entered"
  | "left"
  | "begun"
  | "step"
  | "failed"
  | "asked"
  | "sent"
  | "not_sent"
  | "goal"
  | "ended";

export interface Moment {
  at: string;
  kind: MomentKind;
  journey: string | null;
  /** The step's address. */
  step: string | null;
  /** An event, audience, arm, content or trait. */
  name: string | null;
  /** The code of a reason. */
  why: string | null;
  text: string;
}

export interface ReplayResult {
  replay: Replayed;
  against: Replayed | null;
  compared: {
    contents: { content: string; both: number; only_first: number; only_second: number }[];
  } | null;
  way: Moment[] | null;
  simulated: boolean;
}

/** Answers with the number of the job. */
export async function beginReplay(asked: ReplayAsked, signal: AbortSignal): Promise<string> {
  const response = await fetch("/api/v1/replays", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(asked),
    signal,
  });
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(response.status, found);
  return String(found.job);
}
