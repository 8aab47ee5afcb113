/** Invented tasks that journeys made. */
import type { Task } from "../src/api/types.ts";
import { people } from "./data.ts";

const HOUR_MS = 3_600_000;
const done = new Map<string, string>();

export function tasks(now: number): Task[] {
  const named = people(now).filter((it) => it.name);
  const task = (
    n: number,
    fields: Pick<Task, "journey" | "kind" | "title" | "note" | "assignee"> & { due?: number },
  ): Task => {
    const id = `r${n}.3.1`;
    const { due, ...others } = fields;
    const who = named[n * 3];
    return {
      id,
      person: who?.id ?? "p1",
      name: who?.name ?? "",
      step: "3",
      run: `r${n}`,
      ...others,
      due: due === undefined ? null : new Date(now + due * HOUR_MS).toISOString(),
      done: done.has(id),
      made: new Date(now - (n + 1) * 5 * HOUR_MS).toISOString(),
      done_at: done.get(id) ?? null,
      done_by: done.has(id) ? "admin" : null,
    };
  };
  return [
    task(4, {
      journey: "welcome",
      kind: "task",
      title: "Call them",
      note: "The mail about their first order did not go out.",
      assignee: "sales@shop.example",
      due: -6,
    }),
    task(3, {
      journey: "cart-reminder",
      kind: "lead",
      title: "",
      note: "Left a large cart",
      assignee: "sales@shop.example",
    }),
    task(2, {
      journey: "welcome",
      kind: "task",
      title: "Ask how the shoes fit",
      note: "",
      assignee: "care@shop.example",
      due: 30,
    }),
  ];
}

export function finish(id: string, now: number): Task | null {
  if (!tasks(now).some((it) => it.id === id)) return null;
  done.set(id, new Date(now).toISOString());
  return tasks(now).find((it) => it.id === id) ?? null;
}
