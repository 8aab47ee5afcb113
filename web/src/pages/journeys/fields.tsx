/** The fields of a step, of what begins a journey, and of its settings, by what each holds. */
import { spanMs } from "../../lib/broadcasts";
import { at, type Path, plainOf, withAt } from "../../lib/conditions";
import { CHANNELS, DAYS, type Described, stepFields } from "../../lib/journey-fields";
import { fromTyped, kindOf, type Step, typedOf, untilsOf, withUntils } from "../../lib/journeys";
import { channelName, useText } from "../../messages";
import { ConditionField } from "./condition-field";
import { CheckField, ChoiceField, Several, TextField } from "./inputs";
import { DataField, ExitsField, UntilsField } from "./several";

/** Where the lists of known names are. */
export type Lists = Record<string, string>;

export function StepFields({
  step,
  lists,
  onChange,
}: {
  step: Step;
  lists: Lists;
  onChange: (step: Step, about: string) => void;
}) {
  const { t } = useText();
  const kind = kindOf(step);
  if (kind === null) return null;
  const set = (path: Path, value: unknown) => onChange(withAt(step, path, value), path.join("."));
  return (
    <div className="build-fields flow-fields">
      <FieldsOf of={step} fields={stepFields[kind]} lists={lists} set={set} />
      <TextField
        label={t.journeys.fields.id ?? ""}
        value={step.id ?? ""}
        title={t.journeys.idHint}
        size="short"
        onChange={(it) => set(["id"], it === "" ? undefined : it)}
      />
    </div>
  );
}

export function FieldsOf({
  of,
  fields,
  lists,
  set,
}: {
  of: unknown;
  fields: readonly Described[];
  lists: Lists;
  set: (path: Path, value: unknown) => void;
}) {
  return fields.map((field) => (
    <Field key={field.path.join(".")} of={of} field={field} lists={lists} set={set} />
  ));
}

function Field({
  of,
  field,
  lists,
  set,
}: {
  of: unknown;
  field: Described;
  lists: Lists;
  set: (path: Path, value: unknown) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const { path, holds } = field;
  const name = String(path.at(-1));
  const label = words.fields[field.label ?? name] ?? name;
  const value = at(of, path);
  const put = (it: unknown) => set(path, it === "" && !field.required ? undefined : it);
  const text = typeof value === "object" ? typedOf(value) : String(value ?? "");
  switch (holds) {
    case "span":
    case "shift": {
      const bare = holds === "shift" ? text.replace(/^[+-]/, "") : text;
      return (
        <TextField
          label={label}
          value={text}
          size="short"
          wrong={text !== "" && spanMs(bare) === null}
          title={holds === "shift" ? words.shiftHint : t.builder.spanHint}
          onChange={(it) => put(it.trim())}
        />
      );
    }
    case "number":
      return (
        <TextField
          label={label}
          value={text}
          size="short"
          wrong={text !== "" && typeof value !== "number"}
          onChange={(it) => put(it === "" ? "" : plainOf(it))}
        />
      );
    case "plain":
      return (
        <TextField
          label={label}
          value={typedOf(value)}
          title={words.plainHint}
          onChange={(it) => put(fromTyped(it))}
        />
      );
    case "truth":
      return (
        <CheckField
          label={label}
          checked={value === undefined ? Boolean(field.usually) : value === true}
          onChange={(it) => set(path, it === field.usually ? undefined : it)}
        />
      );
    case "condition":
      return <ConditionField label={label} value={text} onChange={put} />;
    case "list": {
      const items = (it: string) =>
        it
          .split(",")
          .map((each) => each.trim())
          .filter(Boolean);
      return (
        <TextField
          label={label}
          value={((value ?? []) as unknown[]).join(", ")}
          onChange={(it) => set(path, items(it).length === 0 ? undefined : items(it))}
        />
      );
    }
    case "data":
      return <DataField label={label} value={value} onChange={(it) => set(path, it)} />;
    case "untils": {
      const waiting = (value ?? {}) as Record<string, unknown>;
      return (
        <UntilsField
          label={words.untils}
          things={untilsOf(waiting)}
          lists={lists}
          onChange={(it) => set(path, withUntils(waiting, it))}
        />
      );
    }
    case "exits":
      return <ExitsField value={value} onChange={(it) => set(path, it)} />;
    case "reentry":
      return <Reentry value={text} onChange={put} />;
    case "channels":
      return (
        <Several
          label={label}
          all={CHANNELS}
          chosen={(value ?? []) as string[]}
          name={(it) => channelName(t, it)}
          onChange={(it) => set(path, it)}
        />
      );
    case "days":
      return <Days label={label} value={value} onChange={(it) => set(path, it)} />;
    case "on": {
      const every = at(of, [...path.slice(0, -1), "every"]);
      if (every === "week") {
        return <Days label={words.onDays} value={value} onChange={(it) => set(path, it)} />;
      }
      if (every !== "month") return null;
      return <MonthDays value={value} onChange={(it) => set(path, it)} />;
    }
    case "choice": {
      const [first = ""] = field.options ?? [];
      // The days of a week are none of a month.
      const isEvery = name === "every";
      return (
        <ChoiceField
          label={label}
          value={text || first}
          options={field.options ?? []}
          onChange={(it) =>
            isEvery
              ? set(path.slice(0, -1), { ...(at(of, path.slice(0, -1)) as object), ...often(it) })
              : set(path, it === first ? undefined : it)
          }
        />
      );
    }
    case "presence":
      return (
        <CheckField
          label={label}
          checked={value !== undefined}
          onChange={(it) => set(path, it ? [] : undefined)}
        />
      );
    default:
      return (
        <TextField
          label={label}
          value={text}
          size={holds === "long" ? "long" : holds === "time" ? "short" : undefined}
          list={field.names && lists[field.names]}
          wrong={holds === "time" && text !== "" && !/^\d{1,2}:\d{2}$/.test(text)}
          onChange={put}
        />
      );
  }
}

function often(every: string): { every: string; on?: unknown } {
  const on = { week: ["mon"], month: [1] }[every];
  return { every, on };
}

function Days({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (days: string[] | undefined) => void;
}) {
  const { t } = useText();
  return (
    <Several
      label={label}
      all={DAYS}
      chosen={(value ?? []) as string[]}
      name={(it) => t.journeys.days[it] ?? it}
      ordered
      onChange={(it) => onChange(it.length === 0 ? undefined : it)}
    />
  );
}

function MonthDays({
  value,
  onChange,
}: {
  value: unknown;
  onChange: (days: unknown[] | undefined) => void;
}) {
  const { t } = useText();
  const items = (it: string) =>
    it
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean)
      .map(plainOf);
  const days = Array.isArray(value) ? value : [];
  return (
    <TextField
      label={t.journeys.onMonthDays}
      value={days.join(", ")}
      size="short"
      wrong={days.some((it) => !Number.isInteger(it) || it < 1 || 31 < it)}
      onChange={(it) => onChange(items(it).length === 0 ? undefined : items(it))}
    />
  );
}

/** How soon somebody may begin again: never, always, or so long after. */
function Reentry({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useText();
  const words = t.journeys;
  const again = ["", "never", "always"].includes(value) ? value || "usual" : "after";
  const written: Record<string, string> = { usual: "", after: "30d" };
  return (
    <>
      <ChoiceField
        label={words.reentry}
        value={again}
        options={["usual", "never", "always", "after"]}
        names={words.reentries}
        onChange={(it) => onChange(written[it] ?? it)}
      />
      {again === "after" && (
        <TextField
          label={words.reentryAfter}
          value={value}
          size="short"
          wrong={spanMs(value) === null}
          title={t.builder.spanHint}
          onChange={(it) => onChange(it.trim() || "30d")}
        />
      )}
    </>
  );
}
