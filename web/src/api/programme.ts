/** Calls about the programme's files: read, planned, and applied as the plan showed it. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { ProgrammeFile, ProgrammePlan } from "./types";

/** Text by path; null for a file that goes. */
export type Changes = Record<string, string | null>;

/** The file that defines something; null where there is none. */
export const definitionQuery = (kind: string, name: string) =>
  queryOptions({
    queryKey: ["definition", kind, name],
    queryFn: async ({ signal }): Promise<ProgrammeFile | null> => {
      const { files } = await answer(api.GET("/api/v1/programme/files", { signal }));
      const found = files.find((it) => it.kind === kind && it.name === name);
      if (!found) return null;
      const params = { path: { path: found.path } };
      return answer(api.GET("/api/v1/programme/files/{path}", { params, signal }));
    },
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });

export async function pathsTaken(): Promise<Set<string>> {
  const { files } = await answer(api.GET("/api/v1/programme/files"));
  return new Set(files.map((it) => it.path));
}

export function planChanges(changes: Changes): Promise<ProgrammePlan> {
  return answer(api.POST("/api/v1/programme/plan", { body: { changes } }));
}

/** Done only if `plan` is still what would come of it. */
export function applyChanges(changes: Changes, plan: string): Promise<{ version: number }> {
  return answer(api.POST("/api/v1/programme", { body: { changes, plan } }));
}

export function checkChanges(changes: Changes, signal?: AbortSignal) {
  return answer(api.POST("/api/v1/programme/check", { body: { changes }, signal }));
}
