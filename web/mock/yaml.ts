/** As much of YAML as the programme's files use: fields, lists, values, and both on one line. */

interface Line {
  indent: number;
  text: string;
}

/** The fields of a text; null where it is none, or written in another way than these files are. */
export function readYaml(text: string): unknown {
  const lines = text.split("\n").flatMap((line): Line[] => {
    const bare = line.replace(/(^|\s)#.*$/, "").trimEnd();
    return bare.trim() === "" ? [] : [{ indent: bare.search(/\S/), text: bare.trim() }];
  });
  try {
    const it = block(lines);
    return lines.length === 0 ? it : null;
  } catch {
    return null;
  }
}

function block(lines: Line[]): unknown {
  const first = lines[0];
  if (!first) return null;
  if (first.text.startsWith("- ")) return list(lines, first.indent);
  return fields(lines, first.indent);
}

function list(lines: Line[], indent: number): unknown[] {
  const items: unknown[] = [];
  while (lines[0]?.indent === indent && lines[0].text.startsWith("- ")) {
    const { text } = lines[0];
    const rest = text.slice(2).trim();
    if (/^("[^"]*"|[^"[{:]+):( |$)/.test(rest)) {
      lines[0] = { indent: indent + 2, text: rest };
      items.push(fields(lines, indent + 2));
    } else {
      lines.shift();
      items.push(value(rest));
    }
  }
  return items;
}

function fields(lines: Line[], indent: number): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  while (lines[0]?.indent === indent && !lines[0].text.startsWith("- ")) {
    const { text } = lines[0];
    const [, name = "", rest = ""] = text.match(/^("(?:[^"]*)"|[^"[{][^:]*):(?: (.*))?$/) ?? [];
    if (name === "") throw new Error(text);
    lines.shift();
    const key = name.startsWith('"') ? JSON.parse(name) : name;
    const below = lines[0];
    if (rest !== "") found[key] = value(rest.trim());
    else found[key] = below && indent < below.indent ? block(lines) : null;
  }
  return found;
}

function value(text: string): unknown {
  const flow = { text, at: 0 };
  const it = text.startsWith("[") || text.startsWith("{") ? inFlow(flow) : plain(text);
  return it;
}

function inFlow(flow: { text: string; at: number }): unknown {
  const skip = () => {
    while (flow.text[flow.at] === " ") flow.at += 1;
  };
  const token = () => {
    const rest = flow.text.slice(flow.at);
    const [found] = rest.match(/^"(?:[^"\\]|\\.)*"|^(?:[^,[\]{}:]|:(?! ))+/) ?? [];
    if (found === undefined) throw new Error(rest);
    flow.at += found.length;
    return plain(found.trim());
  };
  skip();
  const open = flow.text[flow.at];
  if (open !== "[" && open !== "{") return token();
  flow.at += 1;
  const items: unknown[] = [];
  const pairs: Record<string, unknown> = {};
  for (;;) {
    skip();
    const next = flow.text[flow.at];
    if (next === undefined) throw new Error("not closed");
    flow.at += next === "]" || next === "}" || next === "," ? 1 : 0;
    if (next === "]") return items;
    if (next === "}") return pairs;
    if (next === ",") continue;
    if (open === "[") items.push(inFlow(flow));
    else {
      const name = String(token());
      skip();
      if (flow.text[flow.at] !== ":") throw new Error("no value");
      flow.at += 1;
      pairs[name] = inFlow(flow);
    }
  }
}

function plain(text: string): unknown {
  if (text.startsWith('"')) return JSON.parse(text);
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'");
  if (text === "null" || text === "~") return null;
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
