/** The first few tasks that journeys made for the team. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { tasksQuery } from "../../api/tasks";
import { useText } from "../../messages";
import { Card } from "../../ui/parts";
import { TaskList } from "../tasks/list";

const SHOWN_MAX = 4;

/** Not there where nothing is to be done: Today has enough to say. */
export function TasksCard() {
  const { t, format } = useText();
  const found = useQuery(tasksQuery()).data;
  if (!found || found.total === 0) return null;
  return (
    <Card
      title={t.tasks.title}
      note={t.tasks.count(found.total, format.count(found.total))}
      aside={
        <Link className="card-link" to="/tasks">
          {t.tasks.all}
        </Link>
      }
    >
      <TaskList tasks={found.tasks.slice(0, SHOWN_MAX)} withPerson />
    </Card>
  );
}
