/** Numbers as people type them, with the decimal mark of their language. */

export type Mark = "." | ",";

/** The number, or null where it is none. Marks between groups of three digits are left out. */
export function numberTyped(text: string, mark: Mark): number | null {
  const group = mark === "." ? "," : ".";
  let plain = text.trim().replace(/[\s\u00a0\u202f']/g, "");
  if (/^[+-]?[1-9]\d{0,2}([.,]\d{3})+$/.test(plain) && !plain.includes(mark)) {
    plain = plain.replaceAll(group, "");
  }
  const groups = new RegExp(`\\${group}(?=\\d{3}(\\D|$))`, "g");
  if (plain.includes(mark)) plain = plain.replace(groups, "");
  // Somebody who types the other language's mark means it.
  plain = plain.replace(",", ".");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/** As it would be typed. */
export function typed(value: number, mark: Mark): string {
  const text = String(Number(value.toPrecision(12)));
  return text.includes("e") ? String(value) : text.replace(".", mark);
}
