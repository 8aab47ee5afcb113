/** Looks somebody up by a part of their name or of an identifier, and chooses them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { peopleQuery } from "../api/client";
import { useText } from "../messages";

/** How long typing must rest before people are looked for. */
const SEARCH_AFTER_MS = 200;
const SHOWN_MAX = 6;

export interface Chosen {
  id: string;
  name: string;
}

export function PersonPicker({
  label,
  onChoose,
}: {
  label: string;
  onChoose: (person: Chosen) => void;
}) {
  const { t } = useText();
  const id = useId();
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  const [active, setActive] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = useInfiniteQuery({ ...peopleQuery(q), enabled: q !== "" });
  const found = q === "" ? [] : (query.data?.pages[0]?.people ?? []).slice(0, SHOWN_MAX);
  const open = 0 < found.length && text.trim() !== "";
  const at = Math.min(active, found.length - 1);
  const choose = (place: number) => {
    const it = found[place];
    if (!it) return;
    onChoose({ id: it.id, name: it.name || it.id });
    setText("");
    setQ("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "ArrowDown") setActive(Math.min(at + 1, found.length - 1));
    else if (event.key === "ArrowUp") setActive(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") setText("");
    else return;
    event.preventDefault();
  };
  return (
    <div className="picker">
      <label htmlFor={id}>{label}</label>
      <div className="picker-field">
        <Search size={16} strokeWidth={1.75} aria-hidden="true" />
        <input
          id={id}
          role="combobox"
          aria-expanded={open}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open ? `${id}-${at}` : undefined}
          value={text}
          placeholder={t.people.search}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div id={`${id}-list`} role="listbox" aria-label={label} hidden={!open}>
        {found.map((it, n) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the option
          // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the field chooses the active option
          <div
            key={it.id}
            id={`${id}-${n}`}
            role="option"
            aria-selected={n === at}
            className="picker-option"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(n)}
          >
            <span>{it.name || t.people.unnamed}</span>
            <small>{it.identifiers[0] ?? it.id}</small>
          </div>
        ))}
      </div>
      {q !== "" && !query.isFetching && found.length === 0 && (
        <p className="field-hint" role="status">
          {t.people.noMatch(q)}
        </p>
      )}
    </div>
  );
}
