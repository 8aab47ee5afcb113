/** The programme's files as far as the builders read and change them. */
import type { FileProblem, ProgrammeFile, ProgrammePlan } from "../src/api/types.ts";
import { fileOf, type Journey, journeyOf } from "../src/lib/journeys.ts";
import { audiences, save, sizeOf, syncOf } from "./audiences.ts";
import { parse, Refused } from "./conditions.ts";
import { contentFiles, contentName, contentProblems, isContent, saveContent } from "./contents.ts";
import { journeyDefinitions, saveJourney } from "./journeys.ts";
import { readYaml } from "./yaml.ts";

const ETAG = "mock";

export function programmeFiles(now: number) {
  const audience = audiences(now).map(({ name }) => ({ kind: "audience", name }));
  const journey = journeyDefinitions().map((it) => ({ kind: "journey", name: it.journey }));
  return [...audience, ...journey].map((it) => ({
    ...it,
    path: `${it.kind}s/${it.name}.yaml`,
    etag: ETAG,
  }));
}

export function programmeFile(path: string, now: number): ProgrammeFile | null {
  const it = audiences(now).find(({ name }) => path === `audiences/${name}.yaml`);
  const journey = journeyDefinitions().find((each) => path === `journeys/${each.journey}.yaml`);
  if (journey) {
    const { text } = fileOf(journey);
    const name = journey.journey;
    return { path, kind: "journey", name, etag: ETAG, version: 7, text, form: journey };
  }
  if (!it) return null;
  const note = it.note ? `note: ${it.note}\n` : "";
  const text = `# Kept by hand\naudience: ${it.name}\n${note}when: ${it.condition}\n${syncOf(it.name) && `sync:\n  url: ${syncOf(it.name)}\n`}`;
  const sync = syncOf(it.name) ? { sync: { url: syncOf(it.name) } } : {};
  const form = { audience: it.name, note: it.note, when: it.condition, ...sync };
  return { path, kind: "audience", name: it.name, etag: ETAG, version: 7, text, form };
}

type Changes = Record<string, string | null>;

function field(text: string, name: string): string {
  const value = text.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1] ?? "";
  return value.startsWith('"') ? JSON.parse(value) : value;
}

function told(text: string): string {
  const fields = readYaml(text) as { sync?: { url?: string } } | null;
  return fields?.sync?.url ?? "";
}

export function programmeProblems(changes: Changes): FileProblem[] {
  return Object.entries(changes).flatMap(([file, text]) => {
    if (text === null) return [];
    if (file.startsWith("journeys/")) return journeyProblems(file, text);
    if (isContent(file)) return contentProblems(file, text);
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

/** What a reader would say: names that are empty, and lengths of time that are none. */
function journeyProblems(file: string, text: string): FileProblem[] {
  return text.split("\n").flatMap((line, n) => {
    const problem = (message: string, hint: string) => ({
      file,
      line: n + 1,
      column: line.search(/\S/) + 1,
      message,
      hint,
    });
    if (/^\s*(?:- )?content: ""$/.test(line)) {
      return [problem("a message needs a content", "name one of the folder content")];
    }
    const [, wait] = line.match(/^\s*- wait: (.*)$/) ?? [];
    if (wait !== undefined && !/^(\d+(ms|[smhdw]))+$/.test(wait)) {
      return [
        problem(`\`${wait}\` is not a length of time`, "write it like 30s, 10m, 2h, 7d or 4w"),
      ];
    }
    return [];
  });
}

export function programmePlan(changes: Changes, now: number): ProgrammePlan {
  const differences: ProgrammePlan["differences"] = [];
  const effects: ProgrammePlan["audiences"] = [];
  const journeys: ProgrammePlan["journeys"] = [];
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) continue;
    if (isContent(path)) {
      const before = contentFiles()[path];
      if (before === text) continue;
      const change = before === undefined ? "added" : "changed";
      const name = contentName(path) || path;
      const body = { field: "body", old: "as it runs", new: "as it was written" };
      differences.push({ kind: "content", name, change, fields: [body] });
      continue;
    }
    if (path.startsWith("journeys/")) {
      const name = field(text, "journey");
      const known = journeyDefinitions().find((it) => it.journey === name);
      if (known && fileOf(known).text === text) continue;
      const fields = known ? [{ field: "steps", old: "as it runs", new: "as it was built" }] : [];
      differences.push({ kind: "journey", name, change: known ? "changed" : "added", fields });
      if (known) journeys.push({ name, gone: false, running: [{ version: 7, people: 903 }] });
      continue;
    }
    const name = field(text, "audience");
    const before = audiences(now).find((it) => it.name === name);
    const after = { when: field(text, "when"), note: field(text, "note"), sync: told(text) };
    const was = {
      when: before?.condition ?? null,
      note: before?.note || null,
      sync: syncOf(name) || null,
    };
    const fields = (["when", "note", "sync"] as const)
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
    journeys,
    broadcasts: [],
    panel: null,
    caps_tighter: [],
    caps_looser: [],
    people: 19_204,
    every: 1,
    findings: Object.keys(changes).some(isContent)
      ? [
          {
            campaign: "journey/welcome",
            is_new: true,
            finding: {
              severity: "problem",
              content: "care",
              form: "email",
              locale: "",
              line: 12,
              message: "`http://localhost/care` leads to a machine that readers cannot reach",
              hint: "write where it really leads",
            },
          },
        ]
      : [],
  };
}

export function applyProgramme(changes: Changes) {
  for (const [path, text] of Object.entries(changes)) {
    if (isContent(path)) saveContent(path, text);
    else if (text !== null && path.startsWith("journeys/")) saveJourney(readJourney(text));
    else if (text !== null)
      save(field(text, "audience"), field(text, "when"), field(text, "note"), told(text));
  }
}

function readJourney(text: string): Journey {
  const read = journeyOf(readYaml(text));
  return read ?? { journey: field(text, "journey"), trigger: { api: true }, steps: [] };
}
