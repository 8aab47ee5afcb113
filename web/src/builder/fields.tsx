/** Editors for the fields of a part, one for each thing that a field can hold. */
import { Plus, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { spanMs } from "../lib/broadcasts";
import {
  converted,
  type Field,
  fresh,
  operators,
  type Part,
  type Path,
  plainOf,
  valuesOf,
  withAt,
} from "../lib/conditions";
import { channelName, useText } from "../messages";
import { allowed, useBuilding } from "./context";
import { PartView } from "./tree";

export function Fields({ part, path, forms }: { part: Part; path: Path; forms: readonly Field[] }) {
  return forms.map((field) => (
    <FieldEditor key={field.name} field={field} part={part} path={[...path, field.name]} />
  ));
}

function useLabel(field: string): string {
  const { t } = useText();
  return t.builder.fields[field] ?? field;
}

function FieldEditor({ field, part, path }: { field: Field; part: Part; path: Path }) {
  const { set, vocabulary } = useBuilding();
  const { t } = useText();
  const label = useLabel(field.name);
  const value = part[field.name];
  const choice = (options: readonly string[], names: Record<string, string>) => (
    <Select
      label={label}
      value={String(value ?? "")}
      options={options.map((it) => ({ value: it, label: names[it] ?? it }))}
      onChange={(it) => set(path, it)}
    />
  );
  switch (field.holds) {
    case "term":
      return <TermEditor term={value as Part} path={path} kinds={field.terms} label={label} />;
    case "filter":
      return <FilterEditor filter={value as Part | undefined} path={path} />;
    case "truth":
      return (
        <Select
          label={label}
          value={String(value)}
          options={[
            { value: "true", label: t.builder.always },
            { value: "false", label: t.builder.never },
          ]}
          onChange={(it) => set(path, it === "true")}
        />
      );
    case "operator": {
      const { left, right } = part as unknown as { left: Part; right: Part };
      const fitting = operators(left, right, vocabulary);
      const all = fitting.includes(String(value)) ? fitting : [String(value), ...fitting];
      return choice(all, t.builder.operators);
    }
    case "order":
      return choice(["<", "<=", ">", ">="], t.builder.orders);
    case "side":
      return choice(["next", "last"], t.builder.sides);
    case "channel":
      return (
        <Select
          label={label}
          value={String(value ?? "")}
          options={vocabulary.channels.map((it) => ({ value: it, label: channelName(t, it) }))}
          onChange={(it) => set(path, it)}
        />
      );
    case "plain":
      return <PlainEditor value={value} path={path} label={label} />;
    case "plains":
      return <ValuesEditor values={value as unknown[]} path={path} label={label} />;
    case "number":
      return (
        <Typed
          label={label}
          value={String(value ?? "")}
          size="short"
          numeric
          onChange={(it) => /^-?\d+(\.\d+)?$/.test(it.trim()) && set(path, Number(it))}
        />
      );
    case "span":
    case "shift":
      return <SpanEditor field={field} value={String(value ?? "")} path={path} label={label} />;
    case "event":
    case "step":
      return (
        <StepEditor
          step={value as Part | undefined}
          path={path}
          label={label}
          holds={field.holds}
        />
      );
    case "steps":
      return <StepsEditor steps={value as Part[]} path={path} label={label} />;
    case "tree":
    case "trees":
      return null;
    default:
      return (
        <Typed
          label={label}
          value={String(value ?? "")}
          list={field.holds}
          size={field.holds === "currency" || field.holds === "version" ? "short" : undefined}
          onChange={(it) => set(path, it === "" && !field.required ? undefined : it)}
        />
      );
  }
}

function Labelled({
  id,
  label,
  children,
  size,
  bare = false,
}: {
  id: string;
  label: string;
  children: ReactNode;
  size?: "short" | "long";
  /** What it holds says enough to whoever sees it. */
  bare?: boolean;
}) {
  return (
    <div className={size ? `build-field is-${size}` : "build-field"}>
      <label htmlFor={id} className={bare ? "hidden" : undefined}>
        {label}
      </label>
      {children}
    </div>
  );
}

export function Typed({
  label,
  value,
  onChange,
  list,
  size,
  numeric = false,
  placeholder,
  wrong = false,
  bare = false,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What the field holds, where names of it are known. */
  list?: string;
  size?: "short" | "long";
  numeric?: boolean;
  placeholder?: string;
  wrong?: boolean;
  bare?: boolean;
}) {
  const { names } = useBuilding();
  const id = useId();
  // What is being typed may not be a value yet, such as "1." on the way to 1.5.
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Labelled id={id} label={label} size={size} bare={bare}>
      <input
        id={id}
        value={draft ?? value}
        list={list ? names[list] : undefined}
        inputMode={numeric ? "decimal" : undefined}
        placeholder={placeholder}
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

export function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <Labelled id={id} label={label} bare>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((it) => (
          <option key={it.value} value={it.value}>
            {it.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

function SpanEditor({
  field,
  value,
  path,
  label,
}: {
  field: Field;
  value: string;
  path: Path;
  label: string;
}) {
  const { set } = useBuilding();
  const { t } = useText();
  const wrong = value !== "" && spanMs(value.replace(/^-/, "")) === null;
  return (
    <Typed
      label={wrong ? `${label} · ${t.builder.spanHint}` : label}
      value={value}
      size={wrong ? undefined : "short"}
      placeholder={field.required ? "30d" : t.builder.ever}
      wrong={wrong}
      bare={field.name === "span" && !wrong}
      onChange={(it) => set(path, it.trim() === "" && !field.required ? undefined : it.trim())}
    />
  );
}

type PlainType = "text" | "number" | "truth";

function typeOf(value: unknown): PlainType {
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "truth" : "text";
}

function PlainEditor({ value, path, label }: { value: unknown; path: Path; label: string }) {
  const { set } = useBuilding();
  const { t } = useText();
  const type = typeOf(value);
  const become = (to: PlainType) => {
    if (to === "truth") return true;
    if (to === "text") return String(value);
    const number = Number(value);
    return typeof value === "string" && value.trim() !== "" && Number.isFinite(number) ? number : 0;
  };
  return (
    <>
      <Select
        label={t.builder.what}
        value={type}
        options={Object.entries(t.builder.types).map(([it, name]) => ({ value: it, label: name }))}
        onChange={(it) => set(path, become(it as PlainType))}
      />
      {type === "truth" ? (
        <Select
          label={label}
          value={String(value)}
          options={[
            { value: "true", label: t.builder.yes },
            { value: "false", label: t.builder.no },
          ]}
          onChange={(it) => set(path, it === "true")}
        />
      ) : (
        <Typed
          label={label}
          value={String(value ?? "")}
          size={type === "number" ? "short" : undefined}
          numeric={type === "number"}
          bare
          onChange={(it) => {
            const plain = type === "number" ? plainOf(it) : it;
            if (type === "text" || typeof plain === "number") set(path, plain);
          }}
        />
      )}
    </>
  );
}

function ValuesEditor({ values, path, label }: { values: unknown[]; path: Path; label: string }) {
  const { set } = useBuilding();
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? values.map(String).join("\n");
  return (
    <Labelled id={id} label={label}>
      <textarea
        id={id}
        rows={Math.min(8, Math.max(2, text.split("\n").length))}
        value={text}
        spellCheck={false}
        onChange={(event) => {
          setDraft(event.target.value);
          set(path, valuesOf(event.target.value, values));
        }}
        onBlur={() => setDraft(null)}
      />
    </Labelled>
  );
}

function TermEditor({
  term,
  path,
  kinds,
  label,
}: {
  term: Part;
  path: Path;
  kinds: string[] | undefined;
  label: string;
}) {
  const { vocabulary, set, aboutEvent } = useBuilding();
  const { t } = useText();
  const forms = allowed(vocabulary.terms, path, aboutEvent).filter(
    (it) => it.kind === term.kind || !kinds || kinds.includes(it.kind),
  );
  const known = vocabulary.terms.find((it) => it.kind === term.kind);
  const all = known && !forms.includes(known) ? [known, ...forms] : forms;
  return (
    <div className="build-term">
      <Select
        label={label}
        value={term.kind}
        options={all.map((it) => ({ value: it.kind, label: t.builder.terms[it.kind] ?? it.says }))}
        onChange={(kind) => {
          const form = vocabulary.terms.find((it) => it.kind === kind);
          if (form) set(path, converted(term, form, vocabulary));
        }}
      />
      {known && <Fields part={term} path={path} forms={known.fields} />}
    </div>
  );
}

function FilterEditor({ filter, path }: { filter: Part | undefined; path: Path }) {
  const { t } = useText();
  const { vocabulary, tree, apply } = useBuilding();
  if (!filter) {
    const compare = vocabulary.conditions.find((it) => it.kind === "compare");
    const add = () => {
      if (!compare) return;
      const first = { ...fresh(compare, vocabulary), left: { kind: "property", name: "" } };
      apply(withAt(tree, path, first), t.builder.added, { path, on: "field" });
    };
    return (
      <button type="button" className="build-link" onClick={add}>
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.builder.only}
      </button>
    );
  }
  return (
    <fieldset className="build-filter">
      <legend>{t.builder.onlyTitle}</legend>
      <PartView part={filter} path={path} />
    </fieldset>
  );
}

function StepEditor({
  step,
  path,
  label,
  holds,
}: {
  step: Part | undefined;
  path: Path;
  label: string;
  holds: "event" | "step";
}) {
  const { set } = useBuilding();
  const { t } = useText();
  if (!step) {
    const first = holds === "step" ? { event: "", within: "1d" } : { event: "" };
    return (
      <button type="button" className="build-link" onClick={() => set(path, first)}>
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.builder.addPart(label)}
      </button>
    );
  }
  return (
    <fieldset className="build-filter">
      <legend>
        {label}
        <button
          type="button"
          className="build-drop"
          aria-label={`${t.builder.remove}: ${label}`}
          onClick={() => set(path, undefined)}
        >
          <X size={14} strokeWidth={2} aria-hidden="true" />
        </button>
      </legend>
      <div className="build-fields">
        <StepFields step={step} path={path} within={holds === "step"} />
      </div>
    </fieldset>
  );
}

function StepFields({ step, path, within }: { step: Part; path: Path; within: boolean }) {
  const fields: Field[] = [
    { name: "event", holds: "event_name", required: true },
    ...(within ? [{ name: "within", holds: "span", required: false } as const] : []),
    { name: "where", holds: "filter", required: false },
  ];
  return <Fields part={step} path={path} forms={fields} />;
}

function StepsEditor({ steps, path, label }: { steps: Part[]; path: Path; label: string }) {
  const { set, vocabulary } = useBuilding();
  const { t, format } = useText();
  const most = Number(vocabulary.limits.steps ?? steps.length + 1);
  return (
    <fieldset className="build-filter">
      <legend>{label}</legend>
      <ol className="build-steps">
        {steps.map((step, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
          <li key={n} className="build-fields">
            <span className="build-step">
              {n === 0 ? t.builder.first : t.builder.next(format.count(n + 1))}
            </span>
            <StepFields step={step} path={[...path, n]} within={0 < n} />
            {2 < steps.length && (
              <button
                type="button"
                className="build-drop"
                aria-label={`${t.builder.remove}: ${n + 1}`}
                onClick={() => set(path, steps.toSpliced(n, 1))}
              >
                <X size={14} strokeWidth={2} aria-hidden="true" />
              </button>
            )}
          </li>
        ))}
      </ol>
      {steps.length < most && (
        <button
          type="button"
          className="build-link"
          onClick={() => set(path, [...steps, { event: "", within: "7d" }])}
        >
          <Plus size={14} strokeWidth={2} aria-hidden="true" /> {t.builder.addStep}
        </button>
      )}
    </fieldset>
  );
}
