/**
 * A journey as its file says it: plain data with steps, each of one kind, some with steps below them. The addresses are
 * those of the server, so that what it counts or complains about is found here.
 */
import { at, type Path, withAt } from "./conditions.ts";
import { yaml } from "./yaml.ts";

export type Step = { id?: string } & { [kind: string]: unknown };

export interface Journey {
  journey: string;
  owner?: string;
  trigger: { [field: string]: unknown };
  steps: Step[];
  [field: string]: unknown;
}

/** In the order in which a menu offers them. */
export const kinds = [
  "message",
  "wait",
  "wait_until",
  "wait_for",
  "branch",
  "split",
  "experiment",
  "repeat",
  "set_trait",
  "tag",
  "webhook",
  "task",
  "tell_sales",
  "end",
] as const;
export type Kind = (typeof kinds)[number];

export function kindOf(step: Step): Kind | null {
  return kinds.find((it) => it in step) ?? null;
}

/** A list of steps below a step. */
export interface Arm {
  /** How its address goes on after that of the step. */
  key: string;
  /** Where its steps are, from the step on. */
  path: Path;
  steps: Step[];
  /** When it is taken, for an arm of a branch; null for all others. */
  when?: string | null;
  weight?: number;
}

type Fields = { [field: string]: unknown };

export function armsOf(step: Step): Arm[] {
  const list = (steps: unknown): Step[] => (Array.isArray(steps) ? steps : []);
  const fields = (kind: string) => (step[kind] ?? {}) as Fields;
  switch (kindOf(step)) {
    case "branch":
      return (step.branch as Fields[]).map((arm, n) => {
        const otherwise = "otherwise" in arm;
        return {
          key: String(n),
          path: ["branch", n, otherwise ? "otherwise" : "steps"],
          steps: list(otherwise ? arm.otherwise : arm.steps),
          when: otherwise ? null : String(arm.when ?? ""),
        };
      });
    case "split":
      return split(step, "split");
    case "experiment":
      return split(step, "experiment");
    case "message": {
      const { otherwise } = fields("message");
      if (otherwise === undefined) return [];
      return [{ key: "otherwise", path: ["message", "otherwise"], steps: list(otherwise) }];
    }
    case "repeat":
      return [{ key: "round", path: ["repeat", "steps"], steps: list(fields("repeat").steps) }];
    default:
      return [];
  }
}

function split(step: Step, kind: "split" | "experiment"): Arm[] {
  const { arms = {}, steps = {} } = step[kind] as {
    arms?: Record<string, number>;
    steps?: Record<string, Step[]>;
  };
  return Object.entries(arms).map(([name, weight]) => ({
    key: name,
    path: [kind, "steps", name],
    steps: steps[name] ?? [],
    weight,
  }));
}

/** The address of the step at `place` of the steps below `prefix`, as runs and counts name it. */
export function addressOf(step: Step, prefix: string, place: number): string {
  return step.id || `${prefix}${place}`;
}

export interface Placed {
  step: Step;
  address: string;
  path: Path;
}

/** Every step with its address and its place, each before those below it. */
export function walk(steps: readonly Step[], prefix = "", path: Path = ["steps"]): Placed[] {
  return steps.flatMap((step, n) => {
    const address = addressOf(step, prefix, n);
    const here = [...path, n];
    const below = armsOf(step).flatMap((arm) =>
      walk(arm.steps, `${address}.${arm.key}.`, [...here, ...arm.path]),
    );
    return [{ step, address, path: here }, ...below];
  });
}

const stepsAt = (journey: Journey, list: Path): Step[] => (at(journey, list) as Step[]) ?? [];

export function insertStep(journey: Journey, list: Path, place: number, step: Step): Journey {
  return withList(journey, list, stepsAt(journey, list).toSpliced(place, 0, step));
}

export function removeStep(journey: Journey, path: Path): Journey {
  const list = path.slice(0, -1);
  return withList(journey, list, stepsAt(journey, list).toSpliced(Number(path.at(-1)), 1));
}

/** Lists below a split may not be there yet, and then neither is what holds them. */
function withList(journey: Journey, list: Path, steps: Step[]): Journey {
  const holder = list.slice(0, -1);
  if (at(journey, holder) === undefined) {
    return withAt(journey, holder, { [String(list.at(-1))]: steps });
  }
  return withAt(journey, list, steps);
}

const begins = (path: Path, start: Path) => start.every((it, n) => path[n] === it);

/** Moves a step before the place of a list. Null where it would have to go below itself. */
export function moveStep(journey: Journey, from: Path, list: Path, place: number): Journey | null {
  if (begins(list, from)) return null;
  const step = at(journey, from) as Step;
  const gone: Step = { gone: true };
  const put = insertStep(withAt(journey, from, gone), list, place, step);
  const mark = [...walk(put.steps)].find((it) => it.step === gone);
  return mark ? removeStep(put, mark.path) : null;
}

/** Where a step went. */
export function pathOfStep(journey: Journey, step: Step): Path | null {
  return walk(journey.steps).find((it) => it.step === step)?.path ?? null;
}

/** By keys: up and down in its list, out behind the step above it, or into the last list of the step before it. */
export function nudge(
  journey: Journey,
  path: Path,
  to: "up" | "down" | "out" | "in",
): Journey | null {
  const place = Number(path.at(-1));
  const list = path.slice(0, -1);
  const count = stepsAt(journey, list).length;
  switch (to) {
    case "up":
      return place === 0 ? null : moveStep(journey, path, list, place - 1);
    case "down":
      return count <= place + 1 ? null : moveStep(journey, path, list, place + 2);
    case "out": {
      const above = walk(journey.steps)
        .filter((it) => it.path.length < path.length && begins(path, it.path))
        .at(-1);
      if (!above) return null;
      return moveStep(journey, path, above.path.slice(0, -1), Number(above.path.at(-1)) + 1);
    }
    case "in": {
      const before = stepsAt(journey, list)[place - 1];
      const arm = before && armsOf(before).at(-1);
      if (!arm) return null;
      return moveStep(journey, path, [...list, place - 1, ...arm.path], arm.steps.length);
    }
  }
}

/** A first step of a kind; what must be chosen is left empty. */
export function freshStep(kind: Kind): Step {
  const values: Record<Kind, unknown> = {
    message: { content: "", channels: ["email"] },
    wait: "1d",
    wait_until: { event: "", timeout: "3d" },
    wait_for: { from: "09:00", to: "18:00" },
    branch: [{ when: "", steps: [] }, { otherwise: [] }],
    split: { arms: { a: 50, b: 50 } },
    experiment: { arms: { a: 50, b: 50 }, outcome: "" },
    repeat: { times: 3, steps: [] },
    set_trait: { name: "", value: "" },
    tag: { add: [] },
    webhook: { url: "" },
    task: { title: "", for: "" },
    tell_sales: { note: "" },
    end: true,
  };
  return { [kind]: values[kind] };
}

/** An arm by another name, in its place and with its steps. */
export function renameArm(
  step: Step,
  kind: "split" | "experiment",
  from: string,
  to: string,
): Step {
  const fields = step[kind] as { arms: Record<string, number>; steps?: Record<string, Step[]> };
  if (to === "" || (to !== from && to in fields.arms)) return step;
  const renamed = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).map(([name, it]) => [name === from ? to : name, it]));
  return {
    ...step,
    [kind]: {
      ...fields,
      arms: renamed(fields.arms),
      ...(fields.steps && { steps: renamed(fields.steps) }),
    },
  };
}

/** One more arm, or one less with all its steps. */
export function withArm(step: Step, kind: "split" | "experiment", name: string, on: boolean): Step {
  const fields = step[kind] as { arms: Record<string, number>; steps?: Record<string, Step[]> };
  const { [name]: _, ...arms } = fields.arms;
  const { [name]: __, ...steps } = fields.steps ?? {};
  if (on) return { ...step, [kind]: { ...fields, arms: { ...fields.arms, [name]: 50 } } };
  return { ...step, [kind]: { ...fields, arms, ...(fields.steps && { steps }) } };
}

/** Fields in the order in which people write them. */
const ORDER = [
  ..."journey owner trigger key reentry entries goal exit late".split(" "),
  ..."id event when within enters leaves any timeout then from to days".split(" "),
  ..."arms outcome window content channels expires name value class add remove times".split(" "),
  ..."while title for note due url data otherwise steps".split(" "),
];

export interface JourneyFile {
  text: string;
  /** The line on which each step begins, by its address. */
  lines: Map<string, number>;
  /** The line on which each other field begins. */
  fields: Map<string, number>;
}

export function fileOf(journey: Journey): JourneyFile {
  const found = walk(journey.steps);
  const marks = new Map<unknown, string>(found.map((it) => [it.step, it.address]));
  const lines = new Map<string, number>();
  const fields = new Map<string, number>();
  const text = yaml(journey, {
    order: ORDER,
    onItem: (value, line) => {
      const address = marks.get(value);
      if (address !== undefined) lines.set(address, line);
    },
    onField: (name, line) => fields.set(name, line),
  });
  return { text, lines, fields };
}

/** The step or field in which a line of the file stands: the last that begins on it or before. */
export function stepAtLine(lines: ReadonlyMap<string, number>, line: number): string | null {
  let found: string | null = null;
  let latest = 0;
  for (const [address, first] of lines) {
    if (first <= line && latest <= first) [found, latest] = [address, first];
  }
  return found;
}

const isFields = (it: unknown): it is Fields =>
  it !== null && typeof it === "object" && !Array.isArray(it);

/**
 * The fields of a text as a journey, as long as its steps can be drawn; what they say may be wrong. What is missing is
 * taken for empty.
 */
export function journeyOf(form: unknown): Journey | null {
  if (!isFields(form)) return null;
  const { journey = "", trigger = {}, steps = [], ...others } = form;
  const drawable = isFields(trigger) && areSteps(steps) && isFields(others.goal ?? {});
  const exits = others.exit ?? [];
  if (!drawable || !Array.isArray(exits) || !exits.every(isFields)) return null;
  return { ...others, journey: String(journey ?? ""), trigger, steps: steps as Step[] };
}

function areSteps(it: unknown): boolean {
  return Array.isArray(it) && it.every(isStep);
}

function isStep(it: unknown): boolean {
  if (!isFields(it)) return false;
  const kind = kindOf(it as Step);
  if (kind === null) return false;
  const value = it[kind];
  switch (kind) {
    case "wait":
      return typeof value === "string" || typeof value === "number";
    case "end":
      return true;
    case "branch":
      return (
        Array.isArray(value) &&
        value.every((arm) => isFields(arm) && areSteps(arm.otherwise ?? arm.steps ?? []))
      );
    case "split":
    case "experiment": {
      if (!isFields(value) || !isFields(value.arms)) return false;
      const { arms, steps = {} } = value;
      if (!isFields(steps) || !Object.keys(steps).every((name) => name in arms)) return false;
      return (
        Object.values(arms).every((weight) => typeof weight === "number") &&
        Object.values(steps).every(areSteps)
      );
    }
    case "repeat":
      return isFields(value) && areSteps(value.steps ?? []);
    case "message":
      return (
        isFields(value) && Array.isArray(value.channels ?? []) && areSteps(value.otherwise ?? [])
      );
    case "wait_until":
      return (
        isFields(value) &&
        (value.any === undefined || (Array.isArray(value.any) && value.any.every(isFields)))
      );
    case "wait_for":
      return isFields(value) && Array.isArray(value.days ?? []);
    case "tag":
      return isFields(value) && Array.isArray(value.add ?? []) && Array.isArray(value.remove ?? []);
    case "webhook":
      return isFields(value) && isFields(value.data ?? {});
    default:
      return isFields(value);
  }
}

/** One thing that a step waits for. */
export type Until = { event?: string; when?: string; enters?: string; leaves?: string };

/** What a step waits for: the first of these. */
export function untilsOf(waiting: Fields): Until[] {
  if (Array.isArray(waiting.any)) return waiting.any as Until[];
  const { event, when, enters, leaves } = waiting as Until;
  const one = { event, when, enters, leaves };
  return [Object.fromEntries(Object.entries(one).filter(([, it]) => it !== undefined))];
}

export function withUntils(waiting: Fields, things: readonly Until[]): Fields {
  const { any: _, event: _e, when: _w, enters: _n, leaves: _l, ...others } = waiting;
  return things.length === 1 ? { ...things[0], ...others } : { any: things, ...others };
}

/** A value as it is typed into a field: in quotes where it would be read as something else without. */
export function typedOf(value: unknown): string {
  if (typeof value !== "string") return value === undefined ? "" : JSON.stringify(value);
  return fromTyped(value) === value ? value : JSON.stringify(value);
}

/** A number, a truth, a list or a text in quotes; anything else is the text as it stands. */
export function fromTyped(text: string): unknown {
  if (/^\s*(["[{]|-?\d|true\s*$|false\s*$)/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** Where a webhook's value comes from. */
export type Source = "value" | "trait" | "property";

export interface Datum {
  name: string;
  source: Source;
  text: string;
}

export function dataOf(data: unknown): Datum[] {
  return Object.entries((data ?? {}) as Fields).map(([name, value]) => {
    const keys = isFields(value) ? Object.keys(value) : [];
    const source = (["trait", "property"] as const).find((it) => it === keys[0]);
    return keys.length === 1 && source
      ? { name, source, text: String((value as Fields)[source] ?? "") }
      : { name, source: "value", text: typedOf(value) };
  });
}

export function toData(all: readonly Datum[]): Fields {
  return Object.fromEntries(
    all.map(({ name, source, text }) => [
      name,
      source === "value" ? fromTyped(text) : { [source]: text },
    ]),
  );
}
