/** As much of YAML as it takes to change one field of a programme's file and leave the rest as somebody wrote it. */

/** What would mean something else without quotes. */
const ODD_WORD = /^(true|false|yes|no|on|off|null|~|-?[\d.]+.*)$/i;

/** A text on one line, in quotes only where it needs them. */
export function scalar(text: string): string {
  const plain =
    /^[\p{L}_][^\n]*$/u.test(text) && !/: |:$| #|\s$|\t/.test(text) && !ODD_WORD.test(text);
  return plain ? text : JSON.stringify(text);
}

/**
 * The file with another value in a field of its outermost level; an empty one takes the field out. What belongs to the
 * old value goes with it: all lines below that are indented. A new field stands before `before`, else at the end.
 */
export function withField(file: string, field: string, value: string, before?: string): string {
  const lines = file.split("\n");
  const at = lines.findIndex((it) => it.startsWith(`${field}:`));
  const line = value === "" ? [] : [`${field}: ${scalar(value)}`];
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
