/** Tasks as a list, each with a button that says it was done. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Handshake, ListTodo } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { finishTask } from "../../api/tasks";
import type { Task } from "../../api/types";
import { useText } from "../../messages";
import { Button, useNow } from "../../ui/parts";
import { pathOf } from "../journeys/path";

const MINUTE_MS = 60_000;

export function TaskList({
  tasks,
  withPerson = false,
}: {
  tasks: readonly Task[];
  /** Says whom each is about. */
  withPerson?: boolean;
}) {
  const { t } = useText();
  const client = useQueryClient();
  const [said, setSaid] = useState("");
  const finish = useMutation({
    mutationFn: (it: Task) => finishTask(it.id),
    onSuccess: (_, it) => {
      setSaid(t.tasks.finished(it.title));
      void client.invalidateQueries({ queryKey: ["tasks"] });
    },
  });
  return (
    <>
      <p className="hidden" role="status">
        {said}
      </p>
      {finish.error && (
        <p className="field-error" role="alert">
          {t.tasks.failed} {finish.error.message}
        </p>
      )}
      <ul className="tasks">
        {tasks.map((it) => (
          <TaskRow
            key={it.id}
            it={it}
            withPerson={withPerson}
            busy={finish.isPending && finish.variables.id === it.id}
            onDone={() => finish.mutate(it)}
          />
        ))}
      </ul>
    </>
  );
}

function TaskRow({
  it,
  withPerson,
  busy,
  onDone,
}: {
  it: Task;
  withPerson: boolean;
  busy: boolean;
  onDone: () => void;
}) {
  const { t, format } = useText();
  const words = t.tasks;
  const now = useNow(MINUTE_MS);
  const isLate = !it.done && it.due !== null && Date.parse(it.due) < now;
  const Icon = it.kind === "lead" ? Handshake : ListTodo;
  // A lead has no title of its own: its note says what it is about.
  const title = it.title || it.note;
  return (
    <li className={it.done ? "task is-done" : "task"}>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <div className="task-what">
        <p>
          <strong>{title}</strong>{" "}
          {it.kind === "lead" && <span className="badge">{words.lead}</span>}
        </p>
        {it.note && it.note !== title && <p className="task-note">{it.note}</p>}
        <p className="task-facts">
          {withPerson && <Link to={`/people/${it.person}`}>{it.name || t.people.unnamed}</Link>}
          <Link to={pathOf(it.journey)}>{it.journey}</Link>
          <span>{words.for(it.assignee || words.nobody)}</span>
          {it.due && (
            <span className={isLate ? "is-warn" : undefined}>
              {isLate ? words.late(format.ago(it.due, now)) : words.due(format.dateTime(it.due))}
            </span>
          )}
          <span>{words.made(format.ago(it.made, now))}</span>
          {it.done_at && <span>{words.doneBy(format.dateTime(it.done_at), it.done_by ?? "")}</span>}
        </p>
      </div>
      {!it.done && (
        <Button disabled={busy} aria-label={words.finish(title)} onClick={onDone}>
          <Check size={16} strokeWidth={1.75} aria-hidden="true" /> {words.button}
        </Button>
      )}
    </li>
  );
}
