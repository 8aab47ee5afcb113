/** As much of YAML as it takes to change one field of a programme's file and leave the rest as somebody wrote it. */

/** What would mean something else without quotes. */
const ODD_WORD = /^(true|false|yes|no|on|off|null|~|0x[\da-f]+|[\d._:eExXoO+-]+)$/i;

/** A text on one line, in quotes only where it needs them. */
export function scalar(text: string): string {
  const plain =
    /^[\p{L}_\d][^\n]*$/u.test(text) && !/: |:$| #|\s$|\t/.test(text) && !ODD_WORD.test(text);
  return plain ? text : JSON.stringify(text);
}

/**
 * The file with another value in a field of its outermost level; an empty one takes the field out. What belongs to the
 * old value goes with it: all lines below that are indented. A new field stands before `before`, else at the end.
 */
export function withField(file: string, field: string, value: string, before?: string): string {
  return withWritten(file, field, value === "" ? "" : scalar(value), before);
}

/** The file with `sync: {url: "…"}`; an empty address takes it out. */
export function withSync(file: string, url: string): string {
  return withWritten(file, "sync", url === "" ? "" : `{url: ${JSON.stringify(url)}}`);
}

function withWritten(file: string, field: string, written: string, before?: string): string {
  const lines = file.split("\n");
  const at = lines.findIndex((it) => it.startsWith(`${field}:`));
  const line = written === "" ? [] : [`${field}: ${written}`];
  if (0 <= at) {
    let end = at + 1;
    while (end < lines.length && /^\s+\S/.test(lines[end] ?? "")) end += 1;
    // A blank line inside a text that goes on below it.
    while (end < lines.length && lines[end] === "" && /^\s+\S/.test(lines[end + 1] ?? "")) {
      end += 1;
      while (end < lines.length && /^\s+\S/.test(lines[end] ?? "")) end += 1;
    }
    return lines.toSpliced(at, end - at, ...line).join("\n");
  }
  const place = before ? lines.findIndex((it) => it.startsWith(`${before}:`)) : -1;
  if (0 <= place) return lines.toSpliced(place, 0, ...line).join("\n");
  const body = file === "" || file.endsWith("\n") ? file : `${file}\n`;
  return line.length === 0 ? file : `${body}${line.join("\n")}\n`;
}

interface Writing {
  /** Names of fields in the order in which they are written; the others follow by name. */
  order: readonly string[];
  /** Told for each item of a list that is an object: the line on which it begins, from 1. */
  onItem?: (item: unknown, line: number) => void;
  /** Told for each field of the outermost level: the line on which it begins, from 1. */
  onField?: (name: string, line: number) => void;
}

/** The longest list that is written on one line. */
const LINE_LETTERS = 80;

/** Data as a file: fields below each other, short lists of plain values on one line. */
export function yaml(data: object, writing: Writing): string {
  const lines: string[] = [];
  fields(data, 0, lines, writing, "");
  return `${lines.join("\n")}\n`;
}

function fields(data: object, depth: number, lines: string[], writing: Writing, first: string) {
  const rank = (name: string) => {
    const at = writing.order.indexOf(name);
    return at < 0 ? writing.order.length : at;
  };
  const entries = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b));
  entries.forEach(([name, value], n) => {
    const pad = n === 0 && first ? first : "  ".repeat(depth);
    const key = `${pad}${scalar(name)}:`;
    if (depth === 0) writing.onField?.(name, lines.length + 1);
    if (isPlain(value)) lines.push(`${key} ${plain(value)}`);
    else if (oneLine(value) !== null) lines.push(`${key} ${oneLine(value)}`);
    else if (Array.isArray(value)) {
      lines.push(key);
      items(value, depth + 1, lines, writing);
    } else {
      lines.push(key);
      fields(value as object, depth + 1, lines, writing, "");
    }
  });
}

function items(list: readonly unknown[], depth: number, lines: string[], writing: Writing) {
  for (const item of list) {
    const dash = `${"  ".repeat(depth)}- `;
    if (isPlain(item)) lines.push(`${dash}${plain(item)}`);
    else if (Array.isArray(item)) lines.push(`${dash}${JSON.stringify(item)}`);
    else {
      writing.onItem?.(item, lines.length + 1);
      fields(item as object, depth + 1, lines, writing, dash);
    }
  }
}

const isPlain = (value: unknown) => value === null || typeof value !== "object";

function plain(value: unknown): string {
  return typeof value === "string" ? scalar(value) : String(value);
}

/** Within brackets a comma or a bracket would end a value. */
function inFlow(value: unknown): string {
  const text = plain(value);
  return typeof value === "string" && !text.startsWith('"') && /[,[\]{}]/.test(text)
    ? JSON.stringify(value)
    : text;
}

/** `[email, push]` and `{}`; null for what needs lines of its own. */
function oneLine(value: unknown): string | null {
  if (Array.isArray(value)) {
    if (!value.every(isPlain)) return null;
    const text = `[${value.map(inFlow).join(", ")}]`;
    return text.length <= LINE_LETTERS ? text : null;
  }
  return Object.keys(value as object).length === 0 ? "{}" : null;
}
