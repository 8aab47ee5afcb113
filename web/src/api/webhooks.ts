/** Calls about the calls of other systems. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { WebhookCallDetail, WebhookSecret, WebhookTried } from "./types";

const CALLS_EVERY_MS = 5_000;
const CALLS_PER_PAGE = 20;

export type CallState = "waiting" | "answered" | "given_up";

/** The latest first; of all states when `state` is absent. */
export const webhooksQuery = (state?: CallState) =>
  infiniteQueryOptions({
    queryKey: ["webhooks", "list", state ?? "all"],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/webhooks", {
          params: {
            query: {
              limit: CALLS_PER_PAGE,
              ...(state && { state }),
              ...(pageParam && { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: CALLS_EVERY_MS,
  });

export const webhookQuery = (key: string) =>
  queryOptions({
    queryKey: ["webhooks", "one", key],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/webhooks/{key}", { params: { path: { key } }, signal })),
  });

export function retryCall(key: string): Promise<WebhookCallDetail> {
  return answer(api.POST("/api/v1/webhooks/{key}/retry", { params: { path: { key } } }));
}

export function tryReceiver(url: string): Promise<WebhookTried> {
  return answer(api.POST("/api/v1/webhooks/test", { body: { url } }));
}

/** Not a query: what is secret is not kept longer than it is looked at. */
export function webhookSecret(): Promise<WebhookSecret> {
  return answer(api.GET("/api/v1/webhooks/secret"));
}
