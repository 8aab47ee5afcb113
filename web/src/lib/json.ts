/** JSON as people read it. */

/** Indented when `text` is JSON, and whether it was. */
export function pretty(text: string): { text: string; valid: boolean } {
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), valid: true };
  } catch {
    return { text, valid: false };
  }
}

/** One value in one line: texts without their quotes. */
export function inline(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
