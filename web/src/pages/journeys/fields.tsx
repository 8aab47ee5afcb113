/** The fields of a step, by its kind. */
import { type ReactNode, useId, useState } from "react";
import { spanMs } from "../../lib/broadcasts";
import { at, type Path, plainOf, withAt } from "../../lib/conditions";
import { type Kind, kindOf, pairsOf, type Step } from "../../lib/journeys";
import { channelName, useText } from "../../messages";

type Holds =
  | "text"
  | "long"
  | "span"
  | "number"
  | "plain"
  | "condition"
  | "list"
  | "channels"
  | "days"
  | "data"
  | "choice"
  | "presence"
  | "time";

interface Described {
  path: Path;
  holds: Holds;
  /** What it is called, where that is not its own name. */
  label?: string;
  options?: readonly string[];
  /** Names to choose from. */
  names?: "audience" | "event" | "content" | "outcome";
}

const CHANNELS = ["email", "push", "onsite", "social", "sms", "webhook"];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const described: Record<Kind, readonly Described[]> = {
  message: [
    { path: ["message", "content"], holds: "text", names: "content" },
    { path: ["message", "channels"], holds: "channels" },
    { path: ["message", "expires"], holds: "span" },
    { path: ["message", "value"], holds: "number" },
    {
      path: ["message", "class"],
      holds: "choice",
      options: ["usual", "service", "lifecycle", "promotion"],
    },
    { path: ["message", "otherwise"], holds: "presence" },
  ],
  wait: [{ path: ["wait"], holds: "span" }],
  wait_until: [
    { path: ["wait_until", "event"], holds: "text", names: "event" },
    { path: ["wait_until", "when"], holds: "condition" },
    { path: ["wait_until", "enters"], holds: "text", names: "audience" },
    { path: ["wait_until", "leaves"], holds: "text", names: "audience" },
    { path: ["wait_until", "timeout"], holds: "span" },
    {
      path: ["wait_until", "then"],
      holds: "choice",
      label: "afterwards",
      options: ["continue", "end"],
    },
  ],
  wait_for: [
    { path: ["wait_for", "from"], holds: "time" },
    { path: ["wait_for", "to"], holds: "time" },
    { path: ["wait_for", "days"], holds: "days" },
  ],
  branch: [],
  split: [],
  experiment: [
    { path: ["experiment", "outcome"], holds: "text", names: "outcome" },
    { path: ["experiment", "window"], holds: "span" },
  ],
  repeat: [
    { path: ["repeat", "times"], holds: "number" },
    { path: ["repeat", "while"], holds: "condition" },
  ],
  set_trait: [
    { path: ["set_trait", "name"], holds: "text" },
    { path: ["set_trait", "value"], holds: "plain" },
  ],
  tag: [
    { path: ["tag", "add"], holds: "list" },
    { path: ["tag", "remove"], holds: "list" },
  ],
  webhook: [
    { path: ["webhook", "url"], holds: "long" },
    { path: ["webhook", "data"], holds: "data" },
  ],
  task: [
    { path: ["task", "title"], holds: "long" },
    { path: ["task", "for"], holds: "text" },
    { path: ["task", "note"], holds: "long" },
    { path: ["task", "due"], holds: "span" },
  ],
  tell_sales: [
    { path: ["tell_sales", "note"], holds: "long" },
    { path: ["tell_sales", "owner"], holds: "text" },
    { path: ["tell_sales", "otherwise"], holds: "text", label: "fallback" },
  ],
  end: [],
};

/** Fields that must be there, even when they are empty still. */
const REQUIRED = new Set(
  "content channels wait timeout from to outcome times name value url title for note".split(" "),
);

export function StepFields({
  step,
  lists,
  onChange,
}: {
  step: Step;
  /** Where the lists of known names are. */
  lists: Record<string, string>;
  onChange: (step: Step, about: string) => void;
}) {
  const { t } = useText();
  const kind = kindOf(step);
  if (kind === null) return null;
  const set = (path: Path, value: unknown) =>
    onChange(withAt(step, path, value), `${path.join(".")}`);
  return (
    <div className="build-fields flow-fields">
      {described[kind].map((field) => (
        <StepField key={field.path.join(".")} step={step} field={field} lists={lists} set={set} />
      ))}
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

function StepField({
  step,
  field,
  lists,
  set,
}: {
  step: Step;
  field: Described;
  lists: Record<string, string>;
  set: (path: Path, value: unknown) => void;
}) {
  const { t } = useText();
  const { path, holds } = field;
  const name = String(path.at(-1));
  const label = t.journeys.fields[field.label ?? name] ?? name;
  const value = at(step, path);
  const required = REQUIRED.has(name);
  const put = (it: unknown) => set(path, it === "" && !required ? undefined : it);
  const text = String(value ?? "");
  switch (holds) {
    case "span":
      return (
        <TextField
          label={label}
          value={text}
          size="short"
          wrong={text !== "" && spanMs(text) === null}
          title={t.builder.spanHint}
          onChange={(it) => put(it.trim())}
        />
      );
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
      return <TextField label={label} value={text} onChange={(it) => put(plainOf(it))} />;
    case "condition":
      return <AreaField label={label} value={text} onChange={put} />;
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
      return (
        <AreaField
          label={label}
          value={Object.entries((value ?? {}) as Record<string, unknown>)
            .map(([key, each]) => `${key}: ${String(each)}`)
            .join("\n")}
          onChange={(it) => {
            const pairs = pairsOf(it);
            set(path, Object.keys(pairs).length === 0 ? undefined : pairs);
          }}
        />
      );
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
      return (
        <Several
          label={label}
          all={DAYS}
          chosen={(value ?? []) as string[]}
          name={(it) => it}
          ordered
          onChange={(it) => set(path, it.length === 0 ? undefined : it)}
        />
      );
    case "choice":
      return (
        <ChoiceField
          label={label}
          value={text || (field.options?.[0] ?? "")}
          options={field.options ?? []}
          onChange={(it) => set(path, it === field.options?.[0] ? undefined : it)}
        />
      );
    case "presence":
      return (
        <label className="check flow-check">
          <input
            type="checkbox"
            checked={value !== undefined}
            onChange={(event) => set(path, event.target.checked ? [] : undefined)}
          />
          <span>{label}</span>
        </label>
      );
    default:
      return (
        <TextField
          label={label}
          value={text}
          size={holds === "long" ? "long" : holds === "time" ? "short" : undefined}
          list={field.names && lists[field.names]}
          onChange={put}
        />
      );
  }
}

function Labelled({
  id,
  label,
  size,
  children,
}: {
  id: string;
  label: string;
  size?: "short" | "long";
  children: ReactNode;
}) {
  return (
    <div className={size ? `build-field is-${size}` : "build-field"}>
      <label htmlFor={id}>{label}</label>
      {children}
    </div>
  );
}

export function TextField({
  label,
  value,
  onChange,
  size,
  wrong = false,
  title,
  list,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  size?: "short" | "long";
  wrong?: boolean;
  title?: string;
  list?: string;
}) {
  const id = useId();
  // What is being typed may be read as something shorter, such as a list that ends with a comma.
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Labelled id={id} label={label} size={size}>
      <input
        id={id}
        value={draft ?? value}
        title={title}
        list={list}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={wrong}
        onChange={(event) => {
          setDraft(event.target.value);
          onChange(event.target.value);
        }}
        onBlur={() => setDraft(null)}
      />
    </Labelled>
  );
}

export function AreaField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? value;
  return (
    <div className="build-field flow-area">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={Math.min(6, Math.max(2, Math.ceil(text.length / 60), text.split("\n").length))}
        value={text}
        spellCheck={false}
        onChange={(event) => {
          setDraft(event.target.value);
          onChange(event.target.value);
        }}
        onBlur={() => setDraft(null)}
      />
    </div>
  );
}

export function ChoiceField({
  label,
  value,
  options,
  names,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly string[];
  names?: Record<string, string>;
  onChange: (value: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  const words = names ?? t.journeys.choices;
  return (
    <Labelled id={id} label={label}>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((it) => (
          <option key={it} value={it}>
            {words[it] ?? it}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Several of a few, in the order in which they were chosen unless they have one of their own. */
function Several({
  label,
  all,
  chosen,
  name,
  ordered = false,
  onChange,
}: {
  label: string;
  all: readonly string[];
  chosen: readonly string[];
  name: (it: string) => string;
  ordered?: boolean;
  onChange: (chosen: string[]) => void;
}) {
  const toggle = (it: string, on: boolean) => {
    const next = on ? [...chosen, it] : chosen.filter((each) => each !== it);
    onChange(ordered ? all.filter((each) => next.includes(each)) : next);
  };
  return (
    <fieldset className="flow-several">
      <legend>{label}</legend>
      {all.map((it) => (
        <label key={it} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(it)}
            onChange={(event) => toggle(it, event.target.checked)}
          />
          <span>
            {name(it)}
            {!ordered && 1 < chosen.length && chosen.includes(it) && (
              <span className="faint"> {chosen.indexOf(it) + 1}</span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
