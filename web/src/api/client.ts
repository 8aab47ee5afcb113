/** Calls to the server, and what the app keeps of their answers. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import type { Broadcast, BroadcastPlan, ErasedPerson, Identity, Problem, Session } from "./types";

/** How often Today asks again while it is looked at. */
const TODAY_EVERY_MS = 5_000;
/** How often the counts of the sources are asked again. */
const SOURCES_EVERY_MS = 5_000;
/** How often broadcasts are asked again: while one runs, somebody watches it. */
const BROADCASTS_EVERY_MS = 5_000;
const RUNNING_EVERY_MS = 2_000;
/** How often leverage is asked again: it changes when a day's window ends. */
const LEVERAGE_EVERY_MS = 15_000;
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

export const panelQuery = queryOptions({
  queryKey: ["panel"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/panel", { signal })),
  refetchInterval: LEVERAGE_EVERY_MS,
});

export const leverageQuery = (outcome: string) =>
  queryOptions({
    queryKey: ["leverage", outcome],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/leverage", { params: { query: { outcome } }, signal })),
    refetchInterval: LEVERAGE_EVERY_MS,
    placeholderData: (before) => before,
  });

/** The address of a picture, also for keeping it. */
export function figureAddress(
  of: "leverage" | "power",
  query: Record<string, string | number>,
): string {
  const search = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return `/api/v1/${of}/figure?${new URLSearchParams(search)}`;
}

/** A picture that the server draws, as the text of an SVG. */
export const figureQuery = (of: "leverage" | "power", query: Record<string, string | number>) => {
  const address = figureAddress(of, query);
  return queryOptions({
    queryKey: ["figure", address],
    queryFn: async ({ signal }) => {
      const response = await fetch(address, { signal });
      if (response.ok) return response.text();
      throw new ApiError(response.status, await response.json().catch(() => ({})));
    },
    placeholderData: keepPreviousData,
    // A plan's picture follows from its numbers; what is measured grows.
    refetchInterval: of === "leverage" ? LEVERAGE_EVERY_MS : false,
  });
};

type PowerAsked = NonNullable<paths["/api/v1/power"]["get"]["parameters"]["query"]>;

export const powerQuery = (query: PowerAsked) =>
  queryOptions({
    queryKey: ["power", query],
    queryFn: ({ signal }) => answer(api.GET("/api/v1/power", { params: { query }, signal })),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
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

export const identityQuery = (id: string) =>
  queryOptions({
    queryKey: ["identity", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/people/{id}/identity", { params: { path: { id } }, signal })),
  });

/** What undoing a merge would bring; asked anew each time, since every event may change it. */
export const undoPlanQuery = (id: string) =>
  queryOptions({
    queryKey: ["undo", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/merges/{id}/undo", { params: { path: { id } }, signal })),
    gcTime: 0,
    staleTime: 0,
  });

/** Done only if `plan` is still what would come of it. */
export function undoMerge(id: string, plan: string): Promise<Identity> {
  const params = { path: { id } };
  return answer(api.POST("/api/v1/merges/{id}/undo", { params, body: { plan } }));
}

export function allowMerge(id: string): Promise<Identity> {
  return answer(api.POST("/api/v1/merges/{id}/allow", { params: { path: { id } } }));
}

/** Whom erasing would forget; nothing is done. */
export const erasurePlanQuery = (id: string) =>
  queryOptions({
    queryKey: ["erasure", id],
    queryFn: () => erase(id, true),
    gcTime: 0,
    staleTime: 0,
  });

export function erase(id: string, dryRun = false): Promise<ErasedPerson> {
  const params = { path: { id } };
  return answer(api.POST("/api/v1/people/{id}/erase", { params, body: { dry_run: dryRun } }));
}

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

export const decisionsQuery = queryOptions({
  queryKey: ["decisions"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/decisions", { signal })),
  refetchInterval: BROADCASTS_EVERY_MS,
});

export const holdoutsQuery = queryOptions({
  queryKey: ["holdouts"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/holdouts", { signal })),
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

export const broadcastsQuery = queryOptions({
  queryKey: ["broadcasts"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/broadcasts", { signal })),
  refetchInterval: ({ state }) =>
    state.data?.broadcasts.some((it) => it.state === "running")
      ? RUNNING_EVERY_MS
      : BROADCASTS_EVERY_MS,
});

/** What a plan said, and when it was made. */
export interface PlanSeen {
  plan: BroadcastPlan;
  at: number;
}

/**
 * The plan as it was last looked at. The server tells it only while planning, so it is kept here for
 * as long as the app is open, and never asked for by itself.
 */
export const planSeenQuery = (name: string) =>
  queryOptions<PlanSeen | null>({
    queryKey: ["plan", name],
    queryFn: () => null,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
  });

export async function planBroadcast(name: string): Promise<PlanSeen> {
  const params = { path: { name } };
  const plan = await answer(api.POST("/api/v1/broadcasts/{name}/plan", { params }));
  return { plan, at: Date.now() };
}

/** Takes a step that answers with what the broadcast is then. */
export function steerBroadcast(
  name: string,
  step: "approve" | "start" | "pause" | "resume" | "cancel",
): Promise<Broadcast> {
  return answer(api.POST(`/api/v1/broadcasts/{name}/${step}`, { params: { path: { name } } }));
}
