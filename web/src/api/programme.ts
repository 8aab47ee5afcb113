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

/** What the programme that runs defines, by kind. */
export const namesQuery = queryOptions({
  queryKey: ["definition", "names"],
  queryFn: async ({ signal }) => {
    const { files } = await answer(api.GET("/api/v1/programme/files", { signal }));
    const names: Record<string, string[]> = {};
    for (const { kind, name } of files) {
      if (name !== "") names[kind] = [...(names[kind] ?? []), name];
    }
    return names;
  },
  staleTime: 60_000,
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

/** The fields of a text as they are written, sound or not; null where it is no fields. */
export async function readFields(text: string, signal?: AbortSignal): Promise<unknown> {
  const found = await answer(api.POST("/api/v1/programme/fields", { body: { text }, signal }));
  return found.form ?? null;
}
