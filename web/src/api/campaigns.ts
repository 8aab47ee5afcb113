/** Calls about campaigns: broadcasts and journeys as what was asked for, and what became of it. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";

/** Often while something waits to be sent: somebody watches it. */
const RUNNING_EVERY_MS = 2_000;
const EVERY_MS = 5_000;

export const campaignsQuery = queryOptions({
  queryKey: ["campaigns"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/campaigns", { signal })),
  refetchInterval: EVERY_MS,
});

export const campaignQuery = (kind: string, name: string) =>
  queryOptions({
    queryKey: ["campaign", kind, name],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/campaigns/{kind}/{name}", { params: { path: { kind, name } }, signal }),
      ),
    refetchInterval: ({ state }) =>
      state.data?.campaign.counts.pending ? RUNNING_EVERY_MS : EVERY_MS,
  });

export const campaignFaultsQuery = (kind: string, name: string) =>
  infiniteQueryOptions({
    queryKey: ["campaign-faults", kind, name],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/campaigns/{kind}/{name}/faults", {
          params: { path: { kind, name }, query: pageParam ? { cursor: pageParam } : {} },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: EVERY_MS,
  });

/** Lets a campaign go on that was stopped for the harm it did. */
export function releaseCampaign(campaign: string) {
  return answer(api.POST("/api/v1/campaigns/release", { body: { campaign } }));
}

/** Lets nothing of a journey leave, or all of it again. */
export async function steerJourney(name: string, step: "pause" | "resume"): Promise<void> {
  const params = { params: { path: { name } } };
  await answer(
    step === "pause"
      ? api.POST("/api/v1/journeys/{name}/pause", params)
      : api.POST("/api/v1/journeys/{name}/resume", params),
  );
}
