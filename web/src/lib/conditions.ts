/**
 * A condition as a tree of plain data, as the server sends and takes it: every part is an object with a `kind`
 * and named fields. The server's vocabulary says which kinds there are and what their fields hold.
 */

/** A part of a condition, or a term in it; what it holds besides is said by the vocabulary. */
export type Part = { kind: string } & { [field: string]: unknown };

/** What a field may hold; a new one is shown as text. */
export type Holds =
  | "tree"
  | "trees"
  | "filter"
  | "term"
  | "plain"
  | "plains"
  | "number"
  | "truth"
  | "span"
  | "shift"
  | "order"
  | "operator"
  | "side"
  | "event_name"
  | "property_name"
  | "trait_name"
  | "audience_name"
  | "list_name"
  | "topic"
  | "channel"
  | "currency"
  | "version"
  | "event"
  | "step"
  | "steps";

export interface Field {
  name: string;
  holds: Holds;
  required: boolean;
  /** Which kinds of terms it may hold; absent for all. */
  terms?: string[];
}

export interface Form {
  kind: string;
  /** What it says, for people. */
  says: string;
  /** The type of a term. */
  gives?: TermType;
  /** Whether it may stand inside `where`. */
  in_where: boolean;
  fields: Field[];
  example: string;
}

export type TermType = "number" | "text" | "truth" | "time" | "money" | "version" | "any";

export interface Vocabulary {
  groups: Form[];
  conditions: Form[];
  terms: Form[];
  comparisons: { left: TermType; right: TermType; operators: string[] }[];
  units: { unit: string; millis: number }[];
  channels: string[];
  limits: { [name: string]: number | string };
}

/** Where a part is: names of fields and places in lists, from the outside in. */
export type Path = readonly (string | number)[];

/** `parts[1].part`, as the server writes it. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, it) => (typeof it === "number" ? `${text}[${it}]` : text ? `${text}.${it}` : it),
    "",
  );
}

export function at(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (it, key) =>
      it !== null && typeof it === "object"
        ? (it as Record<string | number, unknown>)[key]
        : undefined,
    tree,
  );
}

/** The tree with another value at a place; `undefined` takes a field away. Nothing else is copied. */
export function withAt<T>(tree: T, path: Path, value: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return value as T;
  if (Array.isArray(tree)) {
    return tree.map((it, n) => (n === key ? withAt(it, rest, value) : it)) as T;
  }
  const object = tree as Record<string, unknown>;
  const inner = withAt(object[key], rest, value);
  if (inner !== undefined) return { ...object, [key]: inner } as T;
  const { [key]: _, ...others } = object;
  return others as T;
}

const isGroup = (part: Part) => part.kind === "all" || part.kind === "any";

export function partsOf(group: Part): Part[] {
  return isGroup(group) ? (group.parts as Part[]) : [];
}

/** Puts a part into the group at `path`, before the one that is at `place` now. */
export function insert(tree: Part, path: Path, place: number, part: Part): Part {
  const group = at(tree, path) as Part;
  return withAt(tree, [...path, "parts"], partsOf(group).toSpliced(place, 0, part));
}

/**
 * Takes a part out. A group that loses its last part goes with it, and so does a `not`; of the whole condition
 * nothing is left then.
 */
export function remove(tree: Part, path: Path): Part | null {
  if (path.length === 0) return null;
  const last = path.at(-1);
  // A filter is a field that may be left out; what it belongs to stays.
  if (last === "where") return withAt(tree, path, undefined);
  if (typeof last !== "number") return remove(tree, path.slice(0, -1));
  const groupPath = path.slice(0, -2);
  const left = partsOf(at(tree, groupPath) as Part).toSpliced(last, 1);
  return left.length === 0 ? remove(tree, groupPath) : withAt(tree, [...groupPath, "parts"], left);
}

/** Moves a part by some places within its group; it stays where it is at the ends. */
export function shift(tree: Part, path: Path, by: number): { tree: Part; path: Path } {
  const from = path.at(-1);
  if (typeof from !== "number") return { tree, path };
  const groupPath = path.slice(0, -2);
  const parts = partsOf(at(tree, groupPath) as Part);
  const to = from + by;
  if (to < 0 || parts.length <= to) return { tree, path };
  const moved = [...parts];
  moved.splice(to, 0, ...moved.splice(from, 1));
  return {
    tree: withAt(tree, [...groupPath, "parts"], moved),
    path: [...groupPath, "parts", to],
  };
}

const begins = (path: Path, with_: Path) => with_.every((it, n) => path[n] === it);

/** Moves a part before the place `to` of another group. Null where it would have to go into itself. */
export function move(tree: Part, from: Path, group: Path, place: number): Part | null {
  if (from.length === 0 || begins(group, from)) return null;
  const part = at(tree, from) as Part;
  // Marked and not taken out at once: what is taken out would change the addresses of what follows.
  const gone: Part = { kind: "gone" };
  const marked = withAt(tree, from, gone);
  const put = insert(marked, group, place, part);
  return remove(put, find(put, gone) ?? []);
}

/** Moves a part out of its group, to stand after it; it stays where there is no group around. */
export function moveOut(tree: Part, path: Path): { tree: Part; path: Path } {
  const groupPath = path.slice(0, -2);
  const place = placeOf(groupPath);
  if (typeof path.at(-1) !== "number" || !place) return { tree, path };
  return moved(tree, path, place.group, place.at + 1);
}

/** Moves a part into the group before it, as its last, or else into the one after it, as its first. */
export function moveIn(tree: Part, path: Path): { tree: Part; path: Path } {
  const n = path.at(-1);
  if (typeof n !== "number") return { tree, path };
  for (const beside of [n - 1, n + 1]) {
    const group = inner(tree, [...path.slice(0, -1), beside]);
    const parts = group && partsOf(at(tree, group) as Part);
    if (group && parts) return moved(tree, path, group, beside < n ? parts.length : 0);
  }
  return { tree, path };
}

function moved(tree: Part, from: Path, group: Path, place: number): { tree: Part; path: Path } {
  const part = at(tree, from) as Part;
  const after = move(tree, from, group, place);
  return after ? { tree: after, path: find(after, part) ?? [] } : { tree, path: from };
}

/** The group in whose list a part stands, looking through a `not` around it, and its place there. */
function placeOf(path: Path): { group: Path; at: number } | null {
  if (path.length === 0) return null;
  const last = path.at(-1);
  if (last === "part") return placeOf(path.slice(0, -1));
  return typeof last === "number" ? { group: path.slice(0, -2), at: last } : null;
}

/** The group that a part is, looking through a `not` around it. */
function inner(tree: Part, path: Path): Path | null {
  const part = at(tree, path) as Part | undefined;
  if (part?.kind === "not") return inner(tree, [...path, "part"]);
  return part && isGroup(part) ? path : null;
}

/** Up to where parts may be moved: the whole condition, or the filter in which the part stands. */
export function scopeOf(path: Path): string {
  const last = path.lastIndexOf("where");
  return pathText(path.slice(0, last + 1));
}

function find(tree: unknown, wanted: Part, path: Path = []): Path | null {
  if (tree === wanted) return path;
  if (tree === null || typeof tree !== "object") return null;
  for (const [key, inner] of Object.entries(tree)) {
    const found = find(inner, wanted, [...path, Array.isArray(tree) ? Number(key) : key]);
    if (found) return found;
  }
  return null;
}

/** Puts a part and the one that is to stand beside it into a group of their own. */
export function group(tree: Part, path: Path, kind: "all" | "any", beside: Part): Part {
  const part = at(tree, path) as Part;
  return withAt(tree, path, { kind, parts: [part, beside] });
}

/** Says the opposite: puts a `not` around a part, or takes it away. */
export function negate(tree: Part, path: Path): Part {
  const part = at(tree, path) as Part;
  return withAt(tree, path, part.kind === "not" ? part.part : { kind: "not", part });
}

/** A first part of a kind, whole enough to be read: what must be chosen is left empty. */
export function fresh(form: Form, vocabulary: Vocabulary): Part {
  const part: Part = { kind: form.kind };
  for (const field of form.fields) {
    if (field.required) part[field.name] = first(field, vocabulary);
  }
  return part;
}

function first(field: Field, vocabulary: Vocabulary): unknown {
  const ofKind = (kind: string | undefined): Part => {
    const form = vocabulary.terms.find((it) => it.kind === kind);
    return form ? fresh(form, vocabulary) : { kind: "trait", name: "" };
  };
  switch (field.holds) {
    case "term":
      // A comparison begins with something known of the person, and ends with a value.
      return ofKind(
        field.name === "right" || field.name === "value"
          ? "value"
          : field.terms?.includes("trait")
            ? "trait"
            : field.terms?.[0],
      );
    case "tree":
    case "filter":
      return { kind: "exists", term: { kind: "property", name: "" } };
    case "trees":
      return [];
    case "plains":
      return [];
    case "number":
      return 0;
    case "truth":
      return true;
    case "span":
      return "30d";
    case "order":
      return "<";
    case "operator":
      return "==";
    case "side":
      return "next";
    case "channel":
      return vocabulary.channels[0] ?? "email";
    case "event":
    case "step":
      return { event: "" };
    case "steps":
      return [{ event: "" }, { event: "", within: "7d" }];
    default:
      return "";
  }
}

/** The type of a term, as far as it is known without a person. */
export function typeOf(term: Part, vocabulary: Vocabulary): TermType {
  if (term.kind !== "value") {
    return vocabulary.terms.find((it) => it.kind === term.kind)?.gives ?? "any";
  }
  const { value } = term;
  if (typeof value === "number") return "number";
  if (typeof value === "boolean") return "truth";
  return /^\d{4}-\d\d-\d\d/.test(String(value)) ? "time" : "text";
}

/** The operators that two sides may have between them; all of them where nothing is known. */
export function operators(left: Part, right: Part, vocabulary: Vocabulary): string[] {
  const types = [typeOf(left, vocabulary), typeOf(right, vocabulary)];
  const known = vocabulary.comparisons.find((it) => it.left === types[0] && it.right === types[1]);
  return known?.operators ?? ["==", "!=", "<", "<=", ">", ">="];
}

/** What somebody types for a value: a number, true, false, or else a text. */
export function plainOf(text: string): string | number | boolean {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : text;
}

/** Whether something that must be chosen is still empty; the server would refuse it. */
export function hasGaps(part: unknown): boolean {
  if (Array.isArray(part)) return part.some(hasGaps);
  if (part === null || typeof part !== "object") return false;
  return Object.entries(part).some(([name, value]) => {
    if (name === "kind") return false;
    if (name === "values" || name === "parts") {
      return (value as unknown[]).length === 0 || hasGaps(value);
    }
    if (name === "value" && "kind" in part && part.kind === "value") return false;
    return value === "" || hasGaps(value);
  });
}

/** Where a problem of a text is, and what it says. */
export interface TextProblem {
  line: number;
  column: number;
  message: string;
  hint: string;
}

/** `1:23: message`, with a hint on a line of its own; null for what has no place. */
export function readProblem(detail: string): TextProblem {
  const [, line, column, rest] = detail.match(/^(\d+):(\d+): ([\s\S]*)$/) ?? [];
  const [message = "", hint = ""] = (rest ?? detail).split(/\s*\n\s*hint:\s*/);
  return { line: Number(line ?? 0), column: Number(column ?? 0), message, hint };
}

/** Where line and column stand in a text; columns count characters as people see them. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, it) => sum + it.length + 1, 0);
  const within = [...(lines[line - 1] ?? "")].slice(0, column - 1).join("");
  return Math.min(text.length, before + within.length);
}

/** `parts[1].window: message`, with a hint on a line of its own. */
export function readTreeProblem(detail: string): { path: string; message: string; hint: string } {
  const [, path = "", rest] =
    detail.match(/^((?:[a-z_]+(?:\[\d+\])?)(?:\.[a-z_]+(?:\[\d+\])?)*): ([\s\S]*)$/) ?? [];
  const { message, hint } = readProblem(rest ?? detail);
  return { path: rest === undefined ? "" : path, message, hint };
}

/** A part as another kind; what both kinds have is kept. */
export function converted(part: Part, form: Form, vocabulary: Vocabulary): Part {
  const made = fresh(form, vocabulary);
  for (const field of form.fields) {
    const kept = part[field.name];
    if (kept === undefined) continue;
    const fits = field.terms === undefined || field.terms.includes((kept as Part).kind);
    const before = [...vocabulary.conditions, ...vocabulary.terms]
      .find((it) => it.kind === part.kind)
      ?.fields.find((it) => it.name === field.name);
    if (fits && before?.holds === field.holds) made[field.name] = kept;
  }
  return made;
}

/** Values from lines; one that reads as before stays what it was, be it a number or a text. */
export function valuesOf(text: string, before: readonly unknown[]): unknown[] {
  const lines = text.split("\n").filter((it) => it.trim() !== "");
  return lines.map((line) => before.find((it) => String(it) === line) ?? plainOf(line));
}
