/** A condition as text, with what is wrong in it shown at its place. */
import { type RefObject, useId, useRef } from "react";
import { offsetOf, readProblem } from "../lib/conditions";
import { useText } from "../messages";
import { Button, Text } from "./parts";

const ROWS_MIN = 3;
const ROWS_MAX = 14;
/** About as many letters stand on a line; longer lines are wrapped and need more rows. */
const LINE_LETTERS = 70;

export function ConditionText({
  label,
  hint,
  value,
  onChange,
  onEnter,
  refused,
  field,
}: {
  label: string;
  hint?: string;
  value: string;
  onChange: (text: string) => void;
  /** Ctrl+Enter. */
  onEnter?: () => void;
  /** What the server says is wrong, if anything. */
  refused?: string;
  field?: RefObject<HTMLTextAreaElement | null>;
}) {
  const { t } = useText();
  const id = useId();
  const own = useRef<HTMLTextAreaElement>(null);
  const area = field ?? own;
  const rows = value
    .split("\n")
    .reduce((sum, it) => sum + Math.ceil((it.length || 1) / LINE_LETTERS), 0);
  return (
    <div className="field condition-text">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={area}
        rows={Math.min(ROWS_MAX, Math.max(ROWS_MIN, rows))}
        value={value}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-invalid={refused !== undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onEnter?.();
        }}
      />
      <div id={`${id}-note`} aria-live="polite">
        {refused !== undefined ? (
          <Refused detail={refused} text={value} area={area} />
        ) : (
          <p className="field-hint">{hint ?? t.audiences.attempt.hint}</p>
        )}
      </div>
    </div>
  );
}

function Refused({
  detail,
  text,
  area,
}: {
  detail: string;
  text: string;
  area: RefObject<HTMLTextAreaElement | null>;
}) {
  const { t, format } = useText();
  const words = t.audiences.attempt;
  const { line, column, message, hint } = readProblem(detail);
  const show = () => {
    const start = offsetOf(text, line, column);
    const word = text.slice(start).match(/^("[^"]*"?|[\p{L}\d_.]+|\S)/u)?.[0] ?? "";
    area.current?.focus();
    area.current?.setSelectionRange(start, start + word.length);
  };
  return (
    <div className="refused">
      <p className="field-error">
        {0 < line && `${words.wrongAt(format.count(line), format.count(column))}: `}
        <Text>{message}</Text>
      </p>
      {hint && (
        <p className="refused-hint">
          <Text>{hint}</Text>
        </p>
      )}
      {0 < line && <Button onClick={show}>{words.show}</Button>}
    </div>
  );
}
