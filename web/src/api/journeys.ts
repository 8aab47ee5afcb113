/** Calls about journeys. */
import { queryOptions } from "@tanstack/react-query";
import type { Journey } from "../lib/journeys";
import { ApiError } from "./client";

const JOURNEYS_EVERY_MS = 5_000;

export interface Count {
  code: string;
  count: number;
}

export interface JourneySummary {
  name: string;
  owner: string;
  /** What begins a run, in words. */
  trigger: string;
  version: number;
  running: number;
  started: number;
  goals: number;
  ended: Count[];
  refused: Count[];
}

export interface StepCount {
  /** Its id, or its place. */
  step: string;
  entered: number;
  /** Runs that wait there now. */
  waiting: number;
  arms: Count[];
  failed: Count[];
}

export interface JourneyVersion {
  version: number;
  running: number;
  steps: StepCount[];
}

export interface JourneyDetail {
  summary: JourneySummary;
  definition: Journey;
  versions: JourneyVersion[];
  moved: {
    from: number;
    to: number;
    by: string;
    done: boolean;
    moved: number;
    stay: Count[];
  } | null;
}

async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal });
  if (response.ok) return response.json();
  throw new ApiError(response.status, await response.json().catch(() => ({})));
}

export const journeysQuery = queryOptions({
  queryKey: ["journeys"],
  queryFn: ({ signal }) => get<{ journeys: JourneySummary[] }>("/api/v1/journeys", signal),
  refetchInterval: JOURNEYS_EVERY_MS,
});

export const journeyQuery = (name: string) =>
  queryOptions({
    queryKey: ["journey", name],
    queryFn: ({ signal }) =>
      get<JourneyDetail>(`/api/v1/journeys/${encodeURIComponent(name)}`, signal),
    refetchInterval: JOURNEYS_EVERY_MS,
  });
