/** The menu from which a condition is added: what is often used first, and then all there is. */
import { Plus } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { type Form, fresh, type Part, type Path, type Vocabulary } from "../lib/conditions";
import { useText } from "../messages";
import { allowed, inFilter, useBuilding } from "./context";

/** Whole conditions that people ask for by their meaning and not by the kind of comparison. */
function presets(vocabulary: Vocabulary): { key: Preset; part: Part }[] {
  const of = (kind: string): Part => {
    const form = vocabulary.conditions.find((it) => it.kind === kind);
    return form ? fresh(form, vocabulary) : { kind };
  };
  const number = (value: number): Part => ({ kind: "value", value });
  const compare = (left: Part, op: string, right: Part): Part => ({
    kind: "compare",
    left,
    op,
    right,
  });
  return [
    { key: "did", part: { ...of("did"), window: "30d" } },
    {
      key: "count",
      part: compare({ kind: "count", event: "", window: "30d" }, ">=", number(2)),
    },
    {
      key: "sum",
      part: compare({ kind: "sum", event: "", property: "", window: "365d" }, ">=", number(100)),
    },
    { key: "last", part: { kind: "age", term: { kind: "last", event: "" }, op: ">", span: "30d" } },
    {
      key: "trait",
      part: compare({ kind: "trait", name: "" }, "==", { kind: "value", value: "" }),
    },
    { key: "consent", part: of("consent") },
    { key: "audience", part: of("audience") },
    { key: "list", part: of("list") },
  ];
}

type Preset = "did" | "count" | "sum" | "last" | "trait" | "consent" | "audience" | "list";

export function AddMenu({
  label,
  path,
  onAdd,
}: {
  label: string;
  /** Where it would stand. */
  path: Path;
  onAdd: (part: Part) => void;
}) {
  const { t } = useText();
  const { vocabulary, aboutEvent } = useBuilding();
  const [open, setOpen] = useState(false);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>("button")?.focus();
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (part: Part) => {
    setOpen(false);
    onAdd(part);
  };
  const filter = inFilter(path);
  // What stands above by its meaning does not stand below once more.
  const above = filter ? [] : ["did", "consent", "audience", "list"];
  const forms = allowed(vocabulary.conditions, path, aboutEvent).filter(
    (it) => !above.includes(it.kind),
  );
  const group: Part = { kind: "any", parts: [] };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what stands inside
    <div
      className="add"
      onKeyDown={(event) => {
        if (open && event.key === "Escape") {
          event.stopPropagation();
          close();
        }
      }}
    >
      <button
        ref={button}
        type="button"
        className="build-link add-button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {label}
      </button>
      {open && (
        <div ref={box} id={id} className="add-menu">
          {!filter && (
            <>
              <p>{t.builder.often}</p>
              <ul>
                {presets(vocabulary).map(({ key, part }) => (
                  <li key={key}>
                    <button type="button" onClick={() => choose(part)}>
                      {t.builder.presets[key]}
                    </button>
                  </li>
                ))}
                <li>
                  <button type="button" onClick={() => choose(group)}>
                    {t.builder.presets.group}
                  </button>
                </li>
              </ul>
              <p>{t.builder.everything}</p>
            </>
          )}
          <ul>
            {forms.map((form) => (
              <li key={form.kind}>
                <button type="button" onClick={() => choose(first(form, vocabulary, filter))}>
                  {t.builder.kinds[form.kind] ?? form.says}
                </button>
              </li>
            ))}
            {filter && (
              <li>
                <button type="button" onClick={() => choose(group)}>
                  {t.builder.presets.group}
                </button>
              </li>
            )}
          </ul>
        </div>
      )}
    </div>
  );
}

/** In a filter a condition begins with a property of the event. */
function first(form: Form, vocabulary: Vocabulary, filter: boolean): Part {
  const part = fresh(form, vocabulary);
  if (!filter) return part;
  for (const name of ["term", "left"]) {
    if (name in part) part[name] = { kind: "property", name: "" };
  }
  return part;
}
