/** Calls about journeys. */
import { queryOptions } from "@tanstack/react-query";
import type { Journey } from "../lib/journeys";
import { answer, api } from "./client";
import type { JourneyDetail as Answered, Experiment, JourneyListed, MovePlanned } from "./types";

const JOURNEYS_EVERY_MS = 5_000;
/** What arms brought changes as windows end. */
const EXPERIMENTS_EVERY_MS = 30_000;

/** The document leaves open what a journey's file says. */
export type JourneyDetail = Omit<Answered, "definition"> & { definition: Journey };

export const journeysQuery = queryOptions({
  queryKey: ["journeys"],
  queryFn: ({ signal }): Promise<{ journeys: JourneyListed[] }> =>
    answer(api.GET("/api/v1/journeys", { signal })),
  refetchInterval: JOURNEYS_EVERY_MS,
});

export const journeyQuery = (name: string) =>
  queryOptions({
    queryKey: ["journey", name],
    queryFn: async ({ signal }) => {
      const params = { path: { name } };
      const found = await answer(api.GET("/api/v1/journeys/{name}", { params, signal }));
      return found as unknown as JourneyDetail;
    },
    refetchInterval: JOURNEYS_EVERY_MS,
  });

export const experimentsQuery = (name: string) =>
  queryOptions({
    queryKey: ["experiments", name],
    queryFn: async ({ signal }): Promise<Experiment[]> => {
      const params = { path: { name } };
      const found = await answer(
        api.GET("/api/v1/journeys/{name}/experiments", { params, signal }),
      );
      return found.experiments;
    },
    refetchInterval: EXPERIMENTS_EVERY_MS,
  });

/** What would become of the people in an older version; asked anew each time, since they go on. */
export const movePlanQuery = (name: string, from: number) =>
  queryOptions({
    queryKey: ["move", name, from],
    queryFn: ({ signal }): Promise<MovePlanned> =>
      answer(
        api.GET("/api/v1/journeys/{name}/move", {
          params: { path: { name }, query: { from } },
          signal,
        }),
      ),
    gcTime: 0,
    staleTime: 0,
  });

export function moveRuns(name: string, from: number): Promise<MovePlanned> {
  const params = { path: { name } };
  return answer(api.POST("/api/v1/journeys/{name}/move", { params, body: { from } }));
}
