/** The condition language as far as the app needs it without a server: read, printed, and its vocabulary. */
import type { Form, Part, Vocabulary } from "../src/lib/conditions.ts";

interface Token {
  kind: "word" | "text" | "number" | "span" | "symbol" | "end";
  text: string;
  line: number;
  column: number;
}

export class Refused extends Error {}

const CHANNELS = ["email", "push", "onsite", "social", "sms", "webhook"];
const TOKEN =
  /\s+|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<span>(?:\d+(?:ms|[smhdw]))+)|(?<number>\d+(?:\.\d+)?)|(?<word>[\p{L}_][\p{L}\d_]*(?:\.[\p{L}_][\p{L}\d_]*)*)|(?<symbol>==|!=|<=|>=|[<>()[\],+-])/uy;

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  let at = 0;
  const place = () => {
    const before = text.slice(0, at).split("\n");
    return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
  };
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) {
      const { line, column } = place();
      const odd = text[at] ?? "";
      if (odd === '"' || odd === "'") {
        throw new Refused(`${line}:${column}: the text does not end\n  hint: close it with ${odd}`);
      }
      const hint = odd === "=" ? "\n  hint: write `==`" : "";
      throw new Refused(`${line}:${column}: \`${odd}\` is not known here${hint}`);
    }
    const group = Object.entries(match.groups ?? {}).find(([, it]) => it !== undefined);
    if (group)
      found.push({ kind: group[0] as Token["kind"], text: group[1] as string, ...place() });
    at = TOKEN.lastIndex;
  }
  found.push({ kind: "end", text: "", ...place() });
  return found;
}

export function parse(text: string): Part {
  const reader = new Reader(tokens(text));
  const tree = reader.or(false);
  reader.end();
  return tree;
}

class Reader {
  private n = 0;
  constructor(private readonly tokens: Token[]) {}

  private get now(): Token {
    return this.tokens[Math.min(this.n, this.tokens.length - 1)] as Token;
  }

  private is(...texts: string[]): boolean {
    return (
      (this.now.kind === "word" || this.now.kind === "symbol") && texts.includes(this.now.text)
    );
  }

  private take(...texts: string[]): boolean {
    const is = this.is(...texts);
    if (is) this.n += 1;
    return is;
  }

  private fail(message: string, hint = ""): never {
    const { line, column } = this.now;
    throw new Refused(`${line}:${column}: ${message}${hint && `\n  hint: ${hint}`}`);
  }

  private found(): string {
    return this.now.kind === "end" ? "the text ends" : `there is \`${this.now.text}\``;
  }

  private need(text: string) {
    if (!this.take(text)) this.fail(`expected \`${text}\`, but ${this.found()}`);
  }

  end() {
    if (this.now.kind !== "end") {
      this.fail(`expected \`and\`, \`or\` or the end, but ${this.found()}`);
    }
  }

  private kind(kind: Token["kind"], what: string): string {
    if (this.now.kind !== kind) this.fail(`expected ${what}, but ${this.found()}`);
    this.n += 1;
    return (this.tokens[this.n - 1] as Token).text;
  }

  private text(what: string): string {
    return unquote(this.kind("text", what));
  }

  or(inWhere: boolean): Part {
    const parts = [this.and(inWhere)];
    while (this.take("or")) parts.push(this.and(inWhere));
    return parts.length === 1 ? (parts[0] as Part) : { kind: "any", parts };
  }

  private and(inWhere: boolean): Part {
    const parts = [this.not(inWhere)];
    while (this.take("and")) parts.push(this.not(inWhere));
    return parts.length === 1 ? (parts[0] as Part) : { kind: "all", parts };
  }

  private not(inWhere: boolean): Part {
    if (this.take("not")) return { kind: "not", part: this.not(inWhere) };
    if (this.take("(")) {
      const inner = this.or(inWhere);
      this.need(")");
      return inner;
    }
    return this.leaf(inWhere);
  }

  private leaf(inWhere: boolean): Part {
    if (this.is("true", "false") && !this.operator(1)) {
      return { kind: "fixed", holds: this.kind("word", "") === "true" };
    }
    if (this.take("did")) return this.event("did");
    if (this.take("consent")) {
      this.need("(");
      const before = this.n;
      const channel = this.text("the name of a channel");
      if (!CHANNELS.includes(channel)) {
        this.n = before;
        this.fail(`there is no channel \`${channel}\``, "did you mean `email`?");
      }
      this.need(",");
      const topic = this.text("the name of a topic");
      this.need(")");
      return { kind: "consent", channel, topic };
    }
    for (const kind of ["audience", "list"]) {
      if (this.take(kind)) return { kind, name: this.named() };
    }
    if (this.take("exists")) {
      this.need("(");
      const term = this.term(inWhere);
      this.need(")");
      return { kind: "exists", term };
    }
    if (this.take("anniversary")) {
      this.need("(");
      const term = this.term(inWhere);
      this.need(")");
      this.need("within");
      return { kind: "anniversary", term, ...this.side() };
    }
    if (this.take("sequence")) return this.sequence();
    return this.after(this.term(inWhere), inWhere);
  }

  private operator(ahead: number): boolean {
    const it = this.tokens[this.n + ahead];
    return it?.kind === "symbol" && ["==", "!=", "<", "<=", ">", ">="].includes(it.text);
  }

  private after(term: Part, inWhere: boolean): Part {
    if (this.operator(0)) {
      const op = this.kind("symbol", "");
      if (this.now.kind === "span") {
        const span = this.kind("span", "");
        this.need("ago");
        return { kind: "age", term, op, span };
      }
      return { kind: "compare", left: term, op, right: this.term(inWhere) };
    }
    if (this.take("in")) return { kind: "in", term, values: this.values() };
    if (this.take("not")) {
      this.need("in");
      return { kind: "not_in", term, values: this.values() };
    }
    if (this.take("contains")) {
      if (this.take("any")) return { kind: "contains_any", term, values: this.values() };
      if (this.take("all")) return { kind: "contains_all", term, values: this.values() };
      return { kind: "contains", term, value: this.term(inWhere) };
    }
    for (const kind of ["starts_with", "ends_with"]) {
      if (this.take(kind)) return { kind, term, value: this.term(inWhere) };
    }
    if (this.take("within")) return { kind: "within", term, ...this.side() };
    if (term.kind === "trait" || term.kind === "property") return { kind: "is_true", term };
    return this.fail(`expected a comparison, but ${this.found()}`, "compare it, as in `>= 2`");
  }

  private side() {
    if (!this.is("next", "last")) this.fail(`expected \`next\` or \`last\`, but ${this.found()}`);
    const side = this.kind("word", "");
    return { side, span: this.kind("span", "a length of time, such as 7d") };
  }

  private values(): unknown[] {
    this.need("[");
    const values = [this.plain()];
    while (this.take(",")) values.push(this.plain());
    this.need("]");
    return values;
  }

  private plain(): unknown {
    if (this.take("true")) return true;
    if (this.take("false")) return false;
    if (this.take("-")) return -Number(this.kind("number", "a number"));
    if (this.now.kind === "number") return Number(this.kind("number", ""));
    return this.text("a value");
  }

  private named(): string {
    this.need("(");
    const name = this.text("a name in quotes");
    this.need(")");
    return name;
  }

  private term(inWhere: boolean): Part {
    const { kind, text } = this.now;
    if (kind === "text" || kind === "number" || this.is("true", "false", "-")) {
      const value = this.plain();
      if (kind === "number" && /^[A-Z]{3}$/.test(this.now.text) && this.now.kind === "word") {
        return { kind: "money", amount: value, currency: this.kind("word", "") };
      }
      return { kind: "value", value };
    }
    if (kind !== "word") this.fail(`expected a condition, but ${this.found()}`);
    const opens = this.tokens[this.n + 1]?.text === "(";
    if (inWhere && !opens) return { kind: "property", name: this.kind("word", "") };
    switch (text) {
      case "trait":
      case "property":
        this.n += 1;
        return { kind: text, name: this.named() };
      case "version":
        this.n += 1;
        return { kind: "version", version: this.named() };
      case "length":
      case "lower": {
        this.n += 1;
        this.need("(");
        const of = this.term(inWhere);
        this.need(")");
        return { kind: text, of };
      }
      case "count":
      case "sum":
      case "first":
      case "last":
        this.n += 1;
        return this.event(text);
      case "now": {
        this.n += 1;
        const sign = this.is("+", "-") ? this.kind("symbol", "") : "";
        if (!sign) return { kind: "now" };
        const span = this.kind("span", "a length of time");
        return { kind: "now", shift: sign === "-" ? `-${span}` : span };
      }
      default:
        return this.fail(
          `\`${text}\` is not known here`,
          text === "property" || text === "trati" ? "" : `a trait is written trait("${text}")`,
        );
    }
  }

  private event(kind: string): Part {
    this.need("(");
    const part: Part = { kind, event: this.text("the name of an event in quotes") };
    if (kind === "sum") {
      this.need(",");
      part.property = this.now.kind === "text" ? this.text("") : this.kind("word", "a property");
    }
    if (this.take(",") && this.take("last")) {
      part.window = this.kind("span", "a length of time, such as 30d");
    }
    if (this.take("where")) part.where = this.or(true);
    this.need(")");
    return part;
  }

  private step(): { [field: string]: unknown } {
    const step: { [field: string]: unknown } = { event: this.text("the name of an event") };
    if (this.take("within")) step.within = this.kind("span", "a length of time");
    if (this.take("where")) step.where = this.or(true);
    return step;
  }

  private sequence(): Part {
    this.need("(");
    const steps = [this.step()];
    const part: Part = { kind: "sequence", steps };
    while (this.take(",")) {
      if (this.take("then")) {
        if (this.take("not")) part.then_not = this.step();
        else steps.push(this.step());
      } else if (this.take("without")) part.without = this.step();
      else {
        this.need("last");
        part.window = this.kind("span", "a length of time");
      }
    }
    this.need(")");
    return part;
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, (_, it) => (it === "n" ? "\n" : it));
}

const quote = (text: unknown) =>
  `"${String(text).replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;

/** A group of one says what its part says. */
function bare(part: Part): Part {
  const alone = (part.kind === "all" || part.kind === "any") && parts(part).length === 1;
  return alone ? bare(parts(part)[0] as Part) : part;
}

export function print(part: Part, inWhere = false): string {
  const it = bare(part);
  const inner = (other: Part, loose: string[]) =>
    loose.includes(bare(other).kind) ? `(${print(other, inWhere)})` : print(other, inWhere);
  const side = () => `within ${it.side} ${it.span}`;
  switch (it.kind) {
    case "all":
      return parts(it)
        .map((each) => inner(each, ["any"]))
        .join(" and ");
    case "any":
      return parts(it)
        .map((each) => print(each, inWhere))
        .join(" or ");
    case "not":
      return `not ${inner(it.part as Part, ["all", "any"])}`;
    case "fixed":
      return String(it.holds);
    case "did":
      return event(it);
    case "sequence":
      return sequence(it);
    case "consent":
      return `consent(${quote(it.channel)}, ${quote(it.topic)})`;
    case "audience":
    case "list":
      return `${it.kind}(${quote(it.name)})`;
    case "exists":
      return `exists(${term(it.term, inWhere)})`;
    case "is_true":
      return term(it.term, inWhere);
    case "compare":
      return `${term(it.left, inWhere)} ${it.op} ${term(it.right, inWhere)}`;
    case "age":
      return `${term(it.term, inWhere)} ${it.op} ${it.span} ago`;
    case "anniversary":
      return `anniversary(${term(it.term, inWhere)}) ${side()}`;
    case "within":
      return `${term(it.term, inWhere)} ${side()}`;
    case "contains":
    case "starts_with":
    case "ends_with":
      return `${term(it.term, inWhere)} ${it.kind} ${term(it.value, inWhere)}`;
    default:
      return `${term(it.term, inWhere)} ${it.kind.replace("_", " ")} [${(it.values as unknown[]).map(plain).join(", ")}]`;
  }
}

const parts = (group: Part) => group.parts as Part[];
const plain = (value: unknown) => (typeof value === "string" ? quote(value) : String(value));
const isName = (name: unknown) =>
  /^[\p{L}_][\p{L}\d_]*(\.[\p{L}_][\p{L}\d_]*)*$/u.test(String(name));

function filter(where: unknown): string {
  return where ? ` where ${print(where as Part, true)}` : "";
}

function event(it: Part): string {
  const property = it.property ? `, ${isName(it.property) ? it.property : quote(it.property)}` : "";
  const window = it.window ? `, last ${it.window}` : "";
  return `${it.kind}(${quote(it.event)}${property}${window}${filter(it.where)})`;
}

function sequence(it: Part): string {
  const step = (part: unknown) => {
    const { event: name, within, where } = part as Record<string, unknown>;
    return `${quote(name)}${within ? ` within ${within}` : ""}${filter(where)}`;
  };
  const [first, ...then] = it.steps as unknown[];
  const all = [step(first), ...then.map((each) => `then ${step(each)}`)];
  if (it.then_not) all.push(`then not ${step(it.then_not)}`);
  if (it.without) all.push(`without ${step(it.without)}`);
  if (it.window) all.push(`last ${it.window}`);
  return `sequence(${all.join(", ")})`;
}

function term(part: unknown, inWhere: boolean): string {
  const it = part as Part;
  switch (it.kind) {
    case "value":
      return plain(it.value);
    case "money":
      return `${it.amount} ${it.currency}`;
    case "version":
      return `version(${quote(it.version)})`;
    case "property":
      return inWhere && isName(it.name) ? String(it.name) : `property(${quote(it.name)})`;
    case "trait":
      return `trait(${quote(it.name)})`;
    case "length":
    case "lower":
      return `${it.kind}(${term(it.of, inWhere)})`;
    case "now": {
      const shift = String(it.shift ?? "");
      if (!shift) return "now";
      return shift.startsWith("-") ? `now - ${shift.slice(1)}` : `now + ${shift}`;
    }
    default:
      return event(it);
  }
}

/** What is kept of everybody's events for a condition. */
export function counters(tree: unknown): string[] {
  if (tree === null || typeof tree !== "object") return [];
  const it = tree as Part;
  const own = ["did", "count", "sum", "first", "last"].includes(it.kind) ? [event(it)] : [];
  const found = [...own, ...Object.values(tree).flatMap(counters)];
  return [...new Set(found)];
}

export function audiencesOf(tree: unknown): string[] {
  if (tree === null || typeof tree !== "object") return [];
  const it = tree as Part;
  return [
    ...(it.kind === "audience" ? [String(it.name)] : []),
    ...Object.values(tree).flatMap(audiencesOf),
  ];
}

/** Both forms, with what the server knows of them. */
export function condition(tree: Part) {
  const text = print(tree);
  const names = (of: string) => {
    const found: string[] = [];
    JSON.stringify(tree, (key, value) => {
      if (of === "event" && key === "event") found.push(String(value));
      if (value?.kind === of && typeof value.name === "string") found.push(value.name);
      return value;
    });
    return [...new Set(found)];
  };
  return {
    text,
    tree: parse(text),
    events: names("event"),
    traits: names("trait"),
    audiences: names("audience"),
    lists: names("list"),
    counters: counters(tree),
    uncounted: [],
  };
}

const STORED = ["trait", "property"];
const READABLE = [...STORED, "lower"];
const LISTED = [...READABLE, "length"];
const TIMES = [...STORED, "first", "last"];
const PARTS = ["value", ...READABLE];
const COMPARED = [
  ..."value money version trait property length lower count sum first last now".split(" "),
];

type Row = [
  kind: string,
  says: string,
  inWhere: boolean,
  fields: string[],
  example: string,
  gives?: string,
];

/** `name:holds`, a question mark for what may be left out, and kinds of terms after an equals sign. */
function form([kind, says, in_where, fields, example, gives]: Row): Form {
  const terms: Record<string, string[]> = { STORED, READABLE, LISTED, TIMES, PARTS, COMPARED };
  return {
    kind,
    says,
    ...(gives && { gives: gives as never }),
    in_where,
    fields: fields.map((text) => {
      const [, name = "", maybe, holds = "", of] =
        text.match(/^(\w+)(\?)?:(\w+)(?:=(\w+))?$/) ?? [];
      return {
        name,
        holds: holds as never,
        required: maybe === undefined,
        ...(of && { terms: terms[of] }),
      };
    }),
    example,
  };
}

const EVENT = ["event:event_name", "window?:span", "where?:filter"];

export function vocabulary(): Vocabulary {
  const groups: Row[] = [
    ["all", "all of these hold", true, ["parts:trees"], 'list("a") and list("b")'],
    ["any", "at least one of these holds", true, ["parts:trees"], 'list("a") or list("b")'],
    ["not", "this does not hold", true, ["part:tree"], 'not list("a")'],
  ];
  const conditions: Row[] = [
    ["fixed", "always or never", true, ["holds:truth"], "true"],
    ["did", "the event happened", false, EVENT, 'did("X", last 30d where a > 1)'],
    [
      "sequence",
      "one event and then another",
      false,
      ["steps:steps", "then_not?:step", "without?:event", "window?:span"],
      'sequence("X", then "Y" within 2d, then not "Z" within 1d, without "W", last 30d)',
    ],
    [
      "consent",
      "the person said yes to the topic in the channel",
      false,
      ["channel:channel", "topic:topic"],
      'consent("email", "offers")',
    ],
    [
      "audience",
      "the person is in the audience",
      false,
      ["name:audience_name"],
      'audience("lapsing")',
    ],
    ["list", "the person is in the list", false, ["name:list_name"], 'list("vip")'],
    ["exists", "there is a value", true, ["term:term=STORED"], 'exists(trait("plan"))'],
    ["is_true", "the value is true", true, ["term:term=STORED"], 'trait("vip")'],
    [
      "compare",
      "two values compare so",
      true,
      ["left:term=COMPARED", "op:operator", "right:term=COMPARED"],
      'trait("plan") == "pro"',
    ],
    [
      "age",
      "the time is so long ago",
      true,
      ["term:term=TIMES", "op:order", "span:span"],
      'last("X") < 90d ago',
    ],
    [
      "in",
      "the value is one of these",
      true,
      ["term:term=LISTED", "values:plains"],
      'trait("plan") in ["pro", "team"]',
    ],
    [
      "not_in",
      "there is a value, and it is none of these",
      true,
      ["term:term=LISTED", "values:plains"],
      'trait("plan") not in ["free"]',
    ],
    [
      "contains",
      "the list has it, or the text has it inside",
      true,
      ["term:term=READABLE", "value:term=PARTS"],
      'trait("tags") contains "vip"',
    ],
    [
      "contains_any",
      "at least one of these is in the list or text",
      true,
      ["term:term=READABLE", "values:plains"],
      'trait("tags") contains any ["a", "b"]',
    ],
    [
      "contains_all",
      "all of these are in the list or text",
      true,
      ["term:term=READABLE", "values:plains"],
      'trait("tags") contains all ["a", "b"]',
    ],
    [
      "starts_with",
      "the text starts so",
      true,
      ["term:term=READABLE", "value:term=PARTS"],
      'trait("email") starts_with "info"',
    ],
    [
      "ends_with",
      "the text ends so",
      true,
      ["term:term=READABLE", "value:term=PARTS"],
      'trait("email") ends_with "@shop.example"',
    ],
    [
      "within",
      "the time is in the coming or the past span",
      true,
      ["term:term=TIMES", "side:side", "span:span"],
      'trait("renewal") within next 7d',
    ],
    [
      "anniversary",
      "the day of the year is in the coming or the past span",
      false,
      ["term:term=TIMES", "side:side", "span:span"],
      'anniversary(trait("birthday")) within next 7d',
    ],
  ];
  const terms: Row[] = [
    ["value", "a fixed value", true, ["value:plain"], 'trait("plan") == "pro"'],
    [
      "money",
      "a fixed amount",
      true,
      ["amount:number", "currency:currency"],
      'trait("a") > 50 EUR',
      "money",
    ],
    [
      "version",
      "a fixed version",
      true,
      ["version:version"],
      'trait("app_version") >= version("2.10.0")',
      "version",
    ],
    [
      "trait",
      "what is known of the person",
      false,
      ["name:trait_name"],
      'trait("plan") == "pro"',
      "any",
    ],
    [
      "property",
      "what came with the event",
      true,
      ["name:property_name"],
      'property("revenue") > 50',
      "any",
    ],
    [
      "length",
      "how many letters or values",
      true,
      ["of:term=STORED"],
      'length(trait("tags")) > 1',
      "number",
    ],
    ["lower", "in lower case", true, ["of:term=STORED"], 'lower(trait("plan")) == "pro"', "text"],
    ["count", "how often", false, EVENT, 'count("X", last 30d where a > 1) >= 2', "number"],
    [
      "sum",
      "the total of a property",
      false,
      ["event:event_name", "property:property_name", "window?:span", "where?:filter"],
      'sum("X", revenue, last 30d where a > 1) >= 100',
      "number",
    ],
    [
      "first",
      "when it first happened",
      false,
      ["event:event_name", "where?:filter"],
      'first("X") < 30d ago',
      "time",
    ],
    [
      "last",
      "when it last happened",
      false,
      ["event:event_name", "where?:filter"],
      'last("X") < 30d ago',
      "time",
    ],
    [
      "now",
      "this moment, or one so far from it",
      false,
      ["shift?:shift"],
      'last("X") < now - 90d',
      "time",
    ],
  ];
  const order = ["==", "!=", "<", "<=", ">", ">="];
  const same = ["number", "time", "money", "version"].map((it) => ({
    left: it,
    right: it,
    operators: order,
  }));
  const loose = ["number", "text", "truth", "time", "money", "version"].flatMap((it) => {
    const operators = it === "text" || it === "truth" ? order.slice(0, 2) : order;
    return [
      { left: "any", right: it, operators },
      { left: it, right: "any", operators },
    ];
  });
  return {
    groups: groups.map(form),
    conditions: conditions.map(form),
    terms: terms.map(form),
    comparisons: [
      ...same,
      ...loose,
      { left: "text", right: "text", operators: order.slice(0, 2) },
      { left: "truth", right: "truth", operators: order.slice(0, 2) },
      { left: "any", right: "any", operators: order },
    ] as never,
    units: Object.entries({ ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }).map(
      ([unit, millis]) => ({ unit, millis }),
    ),
    channels: CHANNELS,
    limits: {
      text_bytes: 4_096,
      depth: 32,
      values: 200,
      counters: 20,
      filters: 10,
      steps: 8,
      times: 256,
      window: "3650d",
    },
  };
}
