/** A file of the programme as text: typed here, what stands beside it follows, and each problem leads to its line. */
import { useEffect, useId, useRef } from "react";
import type { FileProblem } from "../../api/types";
import { offsetOf } from "../../lib/conditions";
import { useText } from "../../messages";
import { CopyButton, Text } from "../../ui/parts";

const ROWS_MIN = 12;
const ROWS_MAX = 44;

export function FileText({
  text,
  path,
  problems,
  stale,
  commentsLost,
  hint,
  shown,
  onChange,
}: {
  text: string;
  path: string;
  problems: readonly FileProblem[];
  stale: boolean;
  commentsLost: boolean;
  /** What becomes of the text; without it, of a journey's. */
  hint?: string;
  /** A line that is to be shown; another object shows it again. */
  shown?: { line: number } | null;
  onChange: (text: string) => void;
}) {
  const { t, format } = useText();
  const words = t.journeys;
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const here = problems.filter((it) => it.file === path);
  const rows = Math.min(ROWS_MAX, Math.max(ROWS_MIN, text.split("\n").length + 1));
  const goTo = (line: number) => {
    const start = offsetOf(text, line, 1);
    const end = text.indexOf("\n", start);
    const it = area.current;
    if (!it) return;
    it.focus();
    it.setSelectionRange(start, end < 0 ? text.length : end);
    it.scrollTop = (line - 4) * (it.scrollHeight / Math.max(1, text.split("\n").length));
  };
  const going = useRef(goTo);
  going.current = goTo;
  useEffect(() => {
    if (shown) going.current(shown.line);
  }, [shown]);
  return (
    <div className="file-text">
      <div className="file-head">
        <label htmlFor={id}>
          <code>{path}</code>
        </label>
        <CopyButton text={text} />
      </div>
      {commentsLost && <p className="note-warn hold-note">{words.comments}</p>}
      {stale && <p className="note-warn hold-note">{words.staleText}</p>}
      <textarea
        id={id}
        ref={area}
        rows={rows}
        value={text}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        aria-invalid={0 < here.length}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={`${id}-note`} aria-live="polite">
        {here.length === 0 && <p className="field-hint">{hint ?? words.textHint}</p>}
        <ul className="problems">
          {here.map((it) => (
            <li key={`${it.line}:${it.column}:${it.message}`} className="field-error">
              {0 < it.line && (
                <>
                  <button type="button" className="build-link" onClick={() => goTo(it.line)}>
                    {words.line(format.count(it.line))}
                  </button>{" "}
                </>
              )}
              <Text>{[it.message, it.hint].filter(Boolean).join(": ")}</Text>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
