/** Calls about what journeys ask the team to do. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Task, Tasks } from "./types";

const TASKS_EVERY_MS = 10_000;

export const tasksQuery = (wanted: { person?: string; done?: boolean } = {}) =>
  queryOptions({
    queryKey: ["tasks", wanted],
    queryFn: ({ signal }): Promise<Tasks> =>
      answer(api.GET("/api/v1/tasks", { params: { query: wanted }, signal })),
    refetchInterval: TASKS_EVERY_MS,
  });

export function finishTask(id: string): Promise<Task> {
  return answer(api.POST("/api/v1/tasks/{id}/done", { params: { path: { id } } }));
}
