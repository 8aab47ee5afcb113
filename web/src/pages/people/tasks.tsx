/** What the team is still to do for a person. */
import { useQuery } from "@tanstack/react-query";
import { tasksQuery } from "../../api/tasks";
import { useText } from "../../messages";
import { TaskList } from "../tasks/list";
import { Part } from "./part";

export function TasksPart({ id }: { id: string }) {
  const { t } = useText();
  const found = useQuery(tasksQuery({ person: id })).data;
  if (!found) return null;
  return (
    <Part title={t.tasks.title} count={found.total}>
      {found.tasks.length === 0 && <p className="faint">{t.tasks.none}</p>}
      <TaskList tasks={found.tasks} />
    </Part>
  );
}
