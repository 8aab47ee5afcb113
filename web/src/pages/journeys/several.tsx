/** Fields that hold several things, each on a line of its own that can be added and taken out. */
import { Plus, X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { type UntilKind, untils } from "../../lib/journey-fields";
import { type Datum, dataOf, type Source, toData, type Until } from "../../lib/journeys";
import { useText } from "../../messages";
import { ConditionField } from "./condition-field";
import type { Lists } from "./fields";
import { ChoiceField, TextField } from "./inputs";

/** Lines with a button that takes each out, and one that adds another. */
function Lines({
  label,
  count,
  add,
  remove,
  least = 0,
  onAdd,
  onRemove,
  children,
}: {
  label: string;
  count: number;
  add: string;
  remove: (place: string) => string;
  /** So many stay. */
  least?: number;
  onAdd: () => void;
  onRemove: (place: number) => void;
  children: (place: number) => ReactNode;
}) {
  const id = useId();
  return (
    <fieldset className="flow-lines" aria-labelledby={id}>
      <legend id={id}>{label}</legend>
      {0 < count && (
        <ul>
          {Array.from({ length: count }, (_, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
            <li key={n}>
              <div className="build-fields">{children(n)}</div>
              {least < count && (
                <button
                  type="button"
                  className="build-tool"
                  aria-label={remove(String(n + 1))}
                  title={remove(String(n + 1))}
                  onClick={() => onRemove(n)}
                >
                  <X size={16} strokeWidth={1.75} aria-hidden="true" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <button type="button" className="build-link" onClick={onAdd}>
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> {add}
      </button>
    </fieldset>
  );
}

/** What a step waits for: the first of these. */
export function UntilsField({
  label,
  things,
  lists,
  onChange,
}: {
  label: string;
  things: readonly Until[];
  lists: Lists;
  onChange: (things: Until[]) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const kindOf = (it: Until): UntilKind => untils.find((kind) => kind in it) ?? "event";
  const put = (place: number, it: Until) => onChange([...things].toSpliced(place, 1, it));
  return (
    <Lines
      label={label}
      count={things.length}
      least={1}
      add={words.addUntil}
      remove={words.removeLine}
      onAdd={() => onChange([...things, { event: "" }])}
      onRemove={(place) => onChange([...things].toSpliced(place, 1))}
    >
      {(place) => {
        const it = things[place] ?? {};
        const kind = kindOf(it);
        return (
          <>
            <ChoiceField
              label={words.untilKind}
              value={kind}
              options={untils}
              names={words.untilKinds}
              onChange={(to) => put(place, { [to]: "" })}
            />
            <TextField
              label={words.fields[kind] ?? kind}
              value={it[kind] ?? ""}
              list={lists[kind === "event" ? "event" : "audience"]}
              onChange={(name) => put(place, { ...it, [kind]: name })}
            />
            {kind === "event" && (
              <ConditionField
                label={words.fields.when ?? ""}
                value={it.when ?? ""}
                onChange={(when) => {
                  const { when: _, ...others } = it;
                  put(place, when === "" ? others : { ...others, when });
                }}
              />
            )}
          </>
        );
      }}
    </Lines>
  );
}

/** What a webhook is told. */
export function DataField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: unknown;
  onChange: (data: object | undefined) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const all = dataOf(value);
  const write = (data: readonly Datum[]) => onChange(data.length === 0 ? undefined : toData(data));
  const put = (place: number, it: Datum) => {
    const isTaken = all.some((each, n) => n !== place && each.name === it.name);
    if (!isTaken) write(all.toSpliced(place, 1, it));
  };
  const free = () => {
    const names = all.map((it) => it.name);
    for (let n = all.length + 1; ; n++) if (!names.includes(`field_${n}`)) return `field_${n}`;
  };
  return (
    <Lines
      label={label}
      count={all.length}
      add={words.addDatum}
      remove={words.removeLine}
      onAdd={() => write([...all, { name: free(), source: "value", text: "" }])}
      onRemove={(place) => write(all.toSpliced(place, 1))}
    >
      {(place) => {
        const it = all[place] ?? { name: "", source: "value" as const, text: "" };
        return (
          <>
            <TextField
              label={words.datumName}
              value={it.name}
              size="short"
              onChange={(name) => put(place, { ...it, name })}
            />
            <ChoiceField
              label={words.datumSource}
              value={it.source}
              options={["value", "trait", "property"]}
              names={words.datumSources}
              onChange={(source) => put(place, { ...it, source: source as Source, text: "" })}
            />
            <TextField
              label={words.datumSources[it.source] ?? it.source}
              value={it.text}
              onChange={(text) => put(place, { ...it, text })}
            />
          </>
        );
      }}
    </Lines>
  );
}

/** The conditions that end a run. */
export function ExitsField({
  value,
  onChange,
}: {
  value: unknown;
  onChange: (exits: { when: string }[] | undefined) => void;
}) {
  const { t } = useText();
  const words = t.journeys;
  const all = (value ?? []) as { when: string }[];
  const write = (exits: { when: string }[]) => onChange(exits.length === 0 ? undefined : exits);
  return (
    <Lines
      label={words.fields.exit ?? ""}
      count={all.length}
      add={words.addExit}
      remove={words.removeLine}
      onAdd={() => write([...all, { when: "" }])}
      onRemove={(place) => write(all.toSpliced(place, 1))}
    >
      {(place) => (
        <ConditionField
          label={words.fields.when ?? ""}
          value={String(all[place]?.when ?? "")}
          onChange={(when) => write(all.toSpliced(place, 1, { when }))}
        />
      )}
    </Lines>
  );
}
