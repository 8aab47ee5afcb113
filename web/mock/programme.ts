/** The programme's files as far as the builders read and change them. */
import type { FileProblem, ProgrammeFile, ProgrammePlan } from "../src/api/types.ts";
import { audiences, save, sizeOf } from "./audiences.ts";
import { parse, Refused } from "./conditions.ts";

const ETAG = "mock";

export function programmeFiles(now: number) {
  return audiences(now).map(({ name }) => ({
    path: `audiences/${name}.yaml`,
    kind: "audience",
    name,
    etag: ETAG,
  }));
}

export function programmeFile(path: string, now: number): ProgrammeFile | null {
  const it = audiences(now).find(({ name }) => path === `audiences/${name}.yaml`);
  if (!it) return null;
  const note = it.note ? `note: ${it.note}\n` : "";
  const text = `# Kept by hand\naudience: ${it.name}\n${note}when: ${it.condition}\n`;
  const form = { audience: it.name, note: it.note, when: it.condition };
  return { path, kind: "audience", name: it.name, etag: ETAG, version: 7, text, form };
}

type Changes = Record<string, string | null>;

function field(text: string, name: string): string {
  const value = text.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? "";
  return value.startsWith('"') ? JSON.parse(value) : value;
}

export function programmeProblems(changes: Changes): FileProblem[] {
  return Object.entries(changes).flatMap(([file, text]) => {
    if (text === null || !file.startsWith("audiences/")) return [];
    const problem = (message: string, hint: string) => ({
      file,
      line: 2,
      column: 1,
      message,
      hint,
    });
    if (field(text, "audience") === "refused") {
      return [problem("the audience refers to itself", "take `audience(…)` out of its condition")];
    }
    try {
      parse(field(text, "when"));
      return [];
    } catch (error) {
      if (error instanceof Refused) return [problem(error.message, "")];
      throw error;
    }
  });
}

export function programmePlan(changes: Changes, now: number): ProgrammePlan {
  const differences: ProgrammePlan["differences"] = [];
  const effects: ProgrammePlan["audiences"] = [];
  for (const text of Object.values(changes)) {
    if (text === null) continue;
    const name = field(text, "audience");
    const before = audiences(now).find((it) => it.name === name);
    const after = { when: field(text, "when"), note: field(text, "note") };
    const was = { when: before?.condition ?? null, note: before?.note || null };
    const fields = (["when", "note"] as const)
      .filter((it) => (was[it] ?? "") !== after[it])
      .map((it) => ({ field: it, old: was[it], new: after[it] || null }));
    if (fields.length === 0) continue;
    differences.push({
      kind: "audience",
      name,
      change: before ? "changed" : "added",
      fields: before ? fields : [],
    });
    const size = sizeOf(after.when);
    if (fields.some((it) => it.field === "when")) {
      const stay = Math.floor(Math.min(size, before?.size ?? 0) * 0.86);
      effects.push({
        name,
        before: before?.size ?? 0,
        enter: size - stay,
        leave: (before?.size ?? 0) - stay,
        counts_anew: false,
      });
    }
  }
  return {
    id: `plan-${JSON.stringify(changes).length}`,
    running: 7,
    files_differ: 0 < differences.length,
    differences,
    audiences: effects,
    journeys: [],
    broadcasts: [],
    panel: null,
    caps_tighter: [],
    caps_looser: [],
    people: 19_204,
    every: 1,
  };
}

export function applyProgramme(changes: Changes) {
  for (const text of Object.values(changes)) {
    if (text !== null) save(field(text, "audience"), field(text, "when"), field(text, "note"));
  }
}
