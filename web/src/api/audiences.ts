/** Calls about audiences, and about the long work that a changed condition brings. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { AudienceDraft, JobReport } from "./types";

/** How often sizes are asked again, and how often while everybody is looked at anew. */
const AUDIENCES_EVERY_MS = 5_000;
const FILLING_EVERY_MS = 1_000;
/** Below everything else on an audience's page, so few are enough to begin with. */
const MEMBERS_PER_PAGE = 20;

export const audiencesQuery = queryOptions({
  queryKey: ["audiences"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/audiences", { signal })),
  refetchInterval: ({ state }) => (state.data?.fill ? FILLING_EVERY_MS : AUDIENCES_EVERY_MS),
});

export const audienceQuery = (name: string, days: number) =>
  queryOptions({
    queryKey: ["audience", name, days],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/audiences/{name}", {
          params: { path: { name }, query: { days } },
          signal,
        }),
      ),
    placeholderData: (before) => (before?.name === name ? before : undefined),
    refetchInterval: AUDIENCES_EVERY_MS,
  });

export const membersQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["members", name],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/audiences/{name}/members", {
          params: {
            path: { name },
            query: { limit: MEMBERS_PER_PAGE, ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

/** Where the members are a file. */
export function membersFile(name: string): string {
  return `/api/v1/audiences/${encodeURIComponent(name)}/members.csv`;
}

/** Of `names`, or of the largest when there are none. */
export const overlapQuery = (names: readonly string[]) =>
  queryOptions({
    queryKey: ["overlap", names.join(",")],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/overlap", {
          params: { query: names.length === 0 ? {} : { names: names.join(",") } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });

export async function beginPreview(draft: AudienceDraft, signal: AbortSignal): Promise<string> {
  const { job } = await answer(api.POST("/api/v1/conditions/preview", { body: draft, signal }));
  return job;
}

export function jobReport(id: string, signal: AbortSignal): Promise<JobReport> {
  return answer(api.GET("/api/v1/jobs/{id}", { params: { path: { id } }, signal }));
}

/** Nobody waits for what it would have found, so that it failed is no news either. */
export function stopJob(id: string): Promise<unknown> {
  return answer(api.DELETE("/api/v1/jobs/{id}", { params: { path: { id } } })).catch(() => null);
}
