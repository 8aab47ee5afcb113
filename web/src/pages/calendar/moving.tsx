/** Moving a thing of the calendar to another time: the call, the panel for keys, and what came of it. */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import { moveItem } from "../../api/calendar";
import { ApiError } from "../../api/client";
import type { CalendarItem } from "../../api/types";
import { canUndo, isPast, pressed, type View, wallOfItem, writtenAt } from "../../lib/calendar";
import { useText } from "../../messages";
import { Button, Text } from "../../ui/parts";
import { ProblemList } from "../../ui/save";

export interface Move {
  /** As it was before. */
  it: CalendarItem;
  wall: string;
  /** It goes back to where it was. */
  back?: boolean;
}

export type Moving = UseMutationResult<CalendarItem, Error, Move>;

export function useMove(zone: string): Moving {
  const client = useQueryClient();
  const renew = () =>
    Promise.all(
      ["calendar", "posts", "broadcasts", "contents"].map((key) =>
        client.invalidateQueries({ queryKey: [key] }),
      ),
    );
  return useMutation({
    mutationFn: ({ it, wall }: Move) => moveItem(it.kind, it.name, writtenAt(it, wall, zone)),
    onSettled: renew,
  });
}

/** Where it goes, chosen by keys or written; a click on a day chooses it too. */
export function MovePanel({
  it,
  wall,
  view,
  zone,
  now,
  onChange,
  onPut,
  onLeave,
}: {
  it: CalendarItem;
  /** Where it would go. */
  wall: string;
  view: View;
  zone: string;
  now: number;
  onChange: (wall: string) => void;
  onPut: () => void;
  onLeave: () => void;
}) {
  const { t, format } = useText();
  const words = t.calendar.move;
  const id = useId();
  const put = useRef<HTMLButtonElement>(null);
  useEffect(() => put.current?.focus(), []);
  const when = format.wallClock(wall);
  const past = isPast(it, wall, zone, now);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
    // In the field the same keys change its numbers.
    if (event.target !== put.current) return;
    const next = pressed(wall, event.key, view);
    if (next === null) return;
    event.preventDefault();
    onChange(next);
  };
  return (
    <section className="cal-panel" aria-label={words.title(it.name)} onKeyDown={onKey}>
      <p>
        <strong>{words.title(it.name)}</strong> <span className="faint">{words.how[view]}</span>
      </p>
      <div className="cal-panel-row">
        <button
          ref={put}
          type="button"
          className="button button-primary"
          aria-disabled={past}
          aria-describedby={past ? `${id}-past` : undefined}
          onClick={() => !past && onPut()}
        >
          {words.to(when)}
        </button>
        <label className="cal-field">
          <span>{words.field}</span>
          <input
            type="datetime-local"
            value={wall.slice(0, 16)}
            onChange={({ target }) => target.value && onChange(`${target.value}:00`)}
          />
        </label>
        <Button onClick={onLeave}>{t.app.cancel}</Button>
      </div>
      {past && (
        <p id={`${id}-past`} className="field-error">
          {it.local_time ? words.pastLocal(when) : words.past(when)}
        </p>
      )}
    </section>
  );
}

/** What came of the last move, with the way back. */
export function Moved({
  moving,
  zone,
  now,
  onUndo,
}: {
  moving: Moving;
  zone: string;
  now: number;
  onUndo: (move: Move) => void;
}) {
  const { t, format } = useText();
  const words = t.calendar.move;
  const { variables: asked, data: after } = moving;
  if (moving.isError && asked) return <Refused error={moving.error} name={asked.it.name} />;
  if (!moving.isSuccess || !asked || !after) return <p className="hidden" role="status" />;
  const when = format.wallClock(asked.wall);
  const before = wallOfItem(asked.it, zone);
  const undoable =
    !asked.back && before !== null && canUndo(asked.it) && !isPast(after, before, zone, now);
  const notes = [
    asked.it.state === "planned" && (after.lacks === undefined ? words.anew : words.anewApproval),
    asked.it.queued && words.leftQueue,
    asked.it.at === undefined && !asked.it.queued && words.hadNone,
  ].filter((note) => note !== false);
  return (
    <div className="cal-moved" role="status">
      <p>
        <strong>{(asked.back ? words.undone : words.done)(asked.it.name, when)}</strong>{" "}
        <Text>{notes.join(" ")}</Text>
      </p>
      {undoable && (
        <Button onClick={() => onUndo({ it: after, wall: before, back: true })}>
          {words.undo}
        </Button>
      )}
    </div>
  );
}

function Refused({ error, name }: { error: Error; name: string }) {
  const { t } = useText();
  const words = t.calendar.move;
  const status = error instanceof ApiError ? error.status : 0;
  const problems = error instanceof ApiError ? (error.problem.problems ?? []) : [];
  return (
    <div className="step-failed" role="alert">
      <p className="field-error">{status === 409 ? words.conflict(name) : words.failed(name)}</p>
      {problems.length === 0 && (
        <p className="faint">
          <Text>{t.posts.failed.said(error.message.replace(/\s*\n\s*hint:\s*/, "; "))}</Text>
        </p>
      )}
      <ProblemList problems={problems} />
    </div>
  );
}
