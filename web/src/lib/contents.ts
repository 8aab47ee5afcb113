/** What the app reads of contents by itself: names and summaries of the files, and how a preview is shown. */

/** A file of a language, as the document names it. */
export interface LanguageFile {
  tag: string;
  path: string;
}

export interface ContentFile {
  name: string;
  path: string;
  summary: string;
  topic: string;
  languages: LanguageFile[];
}

const FOLDER = /^content\/.+\.md$/;

/** What templates ask of the event, such as `order` and `item.name` for `{{ event.order }}`, in the order of the text. */
export function eventFieldsIn(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\{[{%][^}]*?[}%]\}/g)].flatMap(([tag]) =>
      [...tag.matchAll(/\bevent\.([A-Za-z_][\w]*(?:\.[A-Za-z_][\w]*)*)/g)].map((it) => it[1] ?? ""),
    ),
  );
  return [...new Set(found)].filter((it) => it !== "");
}

/** An event with these values: `item.name` is the field `name` of `item`. What is empty is not there. */
export function eventOf(values: Record<string, string>): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    if (value === "") continue;
    const steps = path.split(".");
    const last = steps.pop() ?? path;
    let at = event;
    for (const step of steps) {
      const next = at[step];
      at[step] = typeof next === "object" && next !== null ? next : {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return event;
}

/** Each document of the folder, by name; the file of a language belongs to the document that names it. */
export function contentsOf(files: Record<string, string>): ContentFile[] {
  const all = Object.entries(files)
    .filter(([path]) => FOLDER.test(path))
    .map(([path, text]) => contentOf(path, text));
  const ofLanguages = new Set(all.flatMap((it) => it.languages.map(({ path }) => path)));
  return all
    .filter((it) => it.name !== "" && !ofLanguages.has(it.path))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** What the head of a file says; its name is empty where it says none. */
export function contentOf(path: string, text: string): ContentFile {
  const front = frontOf(text);
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const languages = pairsIn(front, "locales").map(([tag, file]) => ({ tag, path: folder + file }));
  return {
    name: fieldIn(front, "content"),
    path,
    summary: fieldIn(front, "summary"),
    topic: fieldIn(front, "topic"),
    languages,
  };
}

/** The topics that the programme's files name, in their order. */
export function topicsOf(files: Record<string, string>): string[] {
  const lines = (files["topics.yaml"] ?? "").split(/\r?\n/);
  const named = lines.map((line) => /^-\s*\{?\s*topic:\s*([^,}]+)/.exec(line)?.[1]);
  return named.flatMap((it) => (it === undefined ? [] : [plain(it.trim())]));
}

/** A document to begin with; `words` are what stands in it until somebody writes. */
export function newContent(
  name: string,
  topic: string,
  words: { summary: string; body: string },
): string {
  const text = (it: string) => JSON.stringify(it);
  const about = topic.trim() === "" ? [] : [`topic: ${text(topic.trim())}`];
  const front = [`content: ${name}`, ...about, `summary: ${text(words.summary)}`];
  return `---\n${front.join("\n")}\nforms:\n  email: {subject: ${text(words.summary)}}\n---\n${words.body}\n`;
}

/** The language in which a document itself is written; empty where it does not say. */
export function localeOf(text: string): string {
  return fieldIn(frontOf(text), "locale");
}

/** Whether a content is meant by what somebody looks for: every word of it stands somewhere. */
export function isMeant(it: ContentFile, search: string): boolean {
  const text = [it.name, it.summary, it.topic, it.path].join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function frontOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines[0]?.trim() !== "---") return [];
  const end = lines.findIndex((line, n) => 0 < n && line.trimEnd() === "---");
  return lines.slice(1, end < 0 ? undefined : end);
}

/** The value on the line of a field, and the lines below that belong to it. */
function valueIn(front: readonly string[], field: string): [string, string[]] {
  const at = front.findIndex((line) => line.startsWith(`${field}:`));
  if (at < 0) return ["", []];
  const rest = front.slice(at + 1);
  const end = rest.findIndex((line) => /^\S/.test(line));
  const below = end < 0 ? rest : rest.slice(0, end);
  return [(front[at] ?? "").slice(field.length + 1).trim(), below.map((it) => it.trim())];
}

function fieldIn(front: readonly string[], field: string): string {
  const [first, below] = valueIn(front, field);
  const folded = /^[>|][+-]?$/.test(first);
  return plain([...(folded ? [] : [first]), ...below].filter(Boolean).join(" "));
}

/** `{nl: a.md, de: b.md}`, or each on a line of its own. */
function pairsIn(front: readonly string[], field: string): [string, string][] {
  const [first, below] = valueIn(front, field);
  const parts = /^\{.*\}$/.test(first) ? first.slice(1, -1).split(",") : below;
  return parts.flatMap((it): [string, string][] => {
    const colon = it.indexOf(":");
    const tag = plain(it.slice(0, colon).trim());
    const file = plain(it.slice(colon + 1).trim());
    return colon < 0 || tag === "" || file === "" ? [] : [[tag, file]];
  });
}

function plain(value: string): string {
  if (/^".*"$/.test(value)) {
    try {
      return String(JSON.parse(value));
    } catch {
      return value.slice(1, -1);
    }
  }
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  return value.replace(/\s+#.*$/, "");
}

/** Pieces of a text message; those that cost are characters which leave less room in all of it. */
export function costsOf(text: string, foreign: string): { text: string; costs: boolean }[] {
  const dear = new Set(foreign);
  const pieces: { text: string; costs: boolean }[] = [];
  for (const it of text) {
    const costs = dear.has(it);
    const last = pieces.at(-1);
    if (last?.costs === costs) last.text += it;
    else pieces.push({ text: it, costs });
  }
  return pieces;
}

/** Problems first, then by their place. */
export function inOrder<T extends { severity: string; locale: string; line: number }>(
  findings: readonly T[],
): T[] {
  const rank = (it: T) => (it.severity === "problem" ? 0 : 1);
  return findings.toSorted(
    (a, b) => rank(a) - rank(b) || a.locale.localeCompare(b.locale) || a.line - b.line,
  );
}

/** Where the frame finds what the policy of the app would refuse to read from HTML: see `EmailFrame`. */
export const LOOK = "data-look";

/**
 * An e-mail whose styles and pictures stand where a browser does not read them by itself. A picture that is loaded tells
 * its server that somebody looked, and the policy of the app refuses it anyway.
 */
export function putAside(html: string): string {
  return html
    .replace(/<style\b[^>]*>/gi, `<template ${LOOK}>`)
    .replace(/<\/style\s*>/gi, "</template>")
    .replace(/<[a-z][^>]*>/gi, (tag) =>
      tag
        .replace(/\sstyle=/gi, ` ${LOOK}=`)
        .replace(/\s(src|srcset|background)=(["']?)(?!data:)/gi, " data-$1=$2"),
    );
}
