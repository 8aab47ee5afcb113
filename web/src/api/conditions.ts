/** Calls about the condition language: text and tree, each from the other. */
import { queryOptions } from "@tanstack/react-query";
import type { Part, Vocabulary } from "../lib/conditions";
import { answer, api, lastEvents } from "./client";
import type { Condition } from "./types";

export const vocabularyQuery = queryOptions({
  queryKey: ["vocabulary"],
  queryFn: async ({ signal }) =>
    (await answer(api.GET("/api/v1/conditions/vocabulary", { signal }))) as unknown as Vocabulary,
  staleTime: Number.POSITIVE_INFINITY,
});

/** Names of events that came in lately, to choose from. */
export const eventNamesQuery = queryOptions({
  queryKey: ["event-names"],
  queryFn: async ({ signal }) => {
    const { events } = await lastEvents("", signal);
    const names = events.map((it) => it.name).filter((it): it is string => Boolean(it));
    return [...new Set(names)].sort();
  },
  staleTime: 60_000,
});

export type Both = Omit<Condition, "tree"> & { tree: Part };

export async function parseCondition(text: string, signal?: AbortSignal): Promise<Both> {
  const found = await answer(api.POST("/api/v1/conditions/parse", { body: { text }, signal }));
  return found as unknown as Both;
}

export async function printCondition(tree: Part, signal?: AbortSignal): Promise<Both> {
  const body = { tree: tree as unknown as Record<string, never> };
  const found = await answer(api.POST("/api/v1/conditions/print", { body, signal }));
  return found as unknown as Both;
}
