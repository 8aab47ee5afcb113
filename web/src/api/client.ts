/** Calls to the server, and what the app keeps of their answers. */
import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Problem, Session } from "./types";

/** How often Today asks again while it is looked at. */
const TODAY_EVERY_MS = 5_000;
/** How often the counts of the sources are asked again. */
const SOURCES_EVERY_MS = 5_000;
export const PEOPLE_PER_PAGE = 50;
/** The most events the live list shows; older ones leave it. */
export const EVENTS_KEPT = 300;

/** An answer that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
  ) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
  }
}

export const api = createClient<paths>({ baseUrl: "/" });

api.use({
  onResponse({ response, schemaPath }) {
    // The session ended elsewhere: show the sign-in page instead of a failing one.
    if (response.status === 401 && schemaPath !== "/api/v1/session") {
      queryClient.setQueryData<Session>(["session"], (it) => it && { ...it, signed_in: false });
    }
  },
});

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) =>
        !(error instanceof ApiError && error.status < 500) && failures < 2,
    },
  },
});

/** The data of an answer, or an `ApiError`. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) {
    throw new ApiError(response.status, typeof error === "object" && error ? error : {});
  }
  return data as T;
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/session", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

export const todayQuery = queryOptions({
  queryKey: ["today"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/today", { signal })),
  refetchInterval: TODAY_EVERY_MS,
});

export const peopleQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ["people", q],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/people", {
          params: {
            query: {
              limit: PEOPLE_PER_PAGE,
              ...(q && { q }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  });

export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ["person", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/people/{id}", { params: { path: { id } }, signal })),
  });

export const timelineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["timeline", id],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/people/{id}/timeline", {
          params: { path: { id }, query: pageParam ? { cursor: pageParam } : {} },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/sources", { signal })),
  refetchInterval: SOURCES_EVERY_MS,
});

export function lastEvents(source: string, signal?: AbortSignal) {
  const query = { limit: EVENTS_KEPT, ...(source && { source }) };
  return answer(api.GET("/api/v1/events", { params: { query }, signal }));
}
