import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  armFields,
  type Described,
  entryFields,
  exitFields,
  freshTrigger,
  goalFields,
  ownerFields,
  stepFields,
  triggerFields,
  triggerKind,
  triggers,
  untils,
} from "./journey-fields";
import { kinds } from "./journeys";

/** The form of a journey's file, as the server checks it. */
const SCHEMA = new URL("../../../docs/schema/programme/journey.json", import.meta.url);

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: string[];
  oneOf?: { required: string[] }[];
}

const schema: Schema & { $defs: Record<string, Schema> } = existsSync(SCHEMA)
  ? JSON.parse(readFileSync(SCHEMA, "utf8"))
  : { $defs: {} };

const resolved = (it: Schema): Schema =>
  it.$ref ? (schema.$defs[it.$ref.replace("#/$defs/", "")] ?? {}) : it;

/** Every field as `a.b`; a list of steps is one field, since steps are walked by themselves. */
function fieldsOf(it: Schema, prefix = ""): string[] {
  const { properties, items } = resolved(it);
  if (properties) {
    return Object.entries(properties).flatMap(([name, inner]) => {
      const path = prefix ? `${prefix}.${name}` : name;
      if (inner.$ref === "#/$defs/steps") return [path];
      return fieldsOf(inner, path);
    });
  }
  const inner = items && resolved(items);
  return inner?.properties ? fieldsOf(inner, prefix) : [prefix];
}

const oneThing = [...untils, "when"];

function built(fields: readonly Described[]): string[] {
  return fields.flatMap(({ path, holds }) => {
    const name = path.join(".");
    if (holds === "untils")
      return [...oneThing, ...oneThing.map((it) => `any.${it}`)].map((it) => `${name}.${it}`);
    return holds === "exits" ? [`${name}.when`] : [name];
  });
}

const sorted = (it: string[]) => [...new Set(it)].sort();

test.runIf(existsSync(SCHEMA))(
  "every step of the schema can be built, with each of its fields",
  () => {
    const step = schema.$defs.step as Schema;
    expect(sorted((step.oneOf ?? []).flatMap((it) => it.required))).toEqual(sorted([...kinds]));
    const all = kinds.flatMap((it) => built(stepFields[it]));
    expect(sorted(["id", "end", ...all, ...armFields])).toEqual(sorted(fieldsOf(step)));
  },
);

test.runIf(existsSync(SCHEMA))("every trigger of the schema can be built, with each field", () => {
  const trigger = schema.properties?.trigger as Schema;
  expect(sorted((trigger.oneOf ?? []).flatMap((it) => it.required))).toEqual(sorted([...triggers]));
  const all = triggers.flatMap((it) => built(triggerFields[it]));
  expect(sorted(["api", ...all])).toEqual(sorted(fieldsOf(trigger)));
});

test.runIf(existsSync(SCHEMA))("everything else that a journey says can be set", () => {
  const { trigger: _, ...others } = schema.properties ?? {};
  const all = [...ownerFields, ...entryFields, ...goalFields, ...exitFields].flatMap((it) =>
    built([it]),
  );
  expect(sorted(["journey", "steps", ...all])).toEqual(sorted(fieldsOf({ properties: others })));
});

test.runIf(existsSync(SCHEMA))("a choice offers what the schema lists", () => {
  const at = (path: readonly (string | number)[], from: Schema): Schema =>
    path.reduce<Schema>((it, key) => resolved(it.properties?.[key] ?? {}), resolved(from));
  const check = (from: Schema, fields: readonly Described[]) => {
    for (const { path, holds, options } of fields) {
      if (holds !== "choice") continue;
      const listed = at(path, from).enum ?? [];
      // The first stands for an absent field where the schema does not list it.
      expect(sorted((options ?? []).filter((it) => listed.includes(it)))).toEqual(sorted(listed));
    }
  };
  for (const kind of kinds) check(schema.$defs.step as Schema, stepFields[kind]);
  for (const kind of triggers) check(schema.properties?.trigger as Schema, triggerFields[kind]);
});

test("a kind that is chosen is the kind that is found", () => {
  for (const kind of triggers) expect(triggerKind(freshTrigger(kind))).toBe(kind);
  expect(triggerKind({})).toBe(null);
});
