/** Plain fields, which look the same wherever a journey is built. */
import { type ReactNode, useId, useState } from "react";
import { useText } from "../../messages";

export function Labelled({
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
  children,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What stands below it. */
  children?: ReactNode;
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
      {children}
    </div>
  );
}

export function CheckField({
  label,
  checked,
  onChange,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <label className="check flow-check">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{label}</span>
    </label>
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
export function Several({
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
