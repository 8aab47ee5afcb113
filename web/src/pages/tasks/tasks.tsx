/** What journeys ask the team to do: for whom, about whom, by when; and that it was done. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tasksQuery } from "../../api/tasks";
import { useText } from "../../messages";
import { Choice, Empty, Failed, Loading, PageTitle } from "../../ui/parts";
import { TaskList } from "./list";

type Shown = "open" | "done";

export default function Tasks() {
  const { t, format } = useText();
  const words = t.tasks;
  const [shown, setShown] = useState<Shown>("open");
  const [whose, setWhose] = useState("");
  const query = useQuery(tasksQuery({ done: shown === "done" }));
  const all = query.data?.tasks ?? [];
  const people = [...new Set(all.map((it) => it.assignee))].sort();
  const tasks = whose === "" ? all : all.filter((it) => it.assignee === whose);
  return (
    <>
      <PageTitle
        aside={
          query.data && (
            <p className="faint">{words.count(query.data.total, format.count(query.data.total))}</p>
          )
        }
      >
        {t.app.tasks}
      </PageTitle>
      <div className="tasks-filter">
        <Choice
          label={words.filter}
          value={shown}
          onChange={(it) => {
            setShown(it);
            setWhose("");
          }}
          options={[
            { value: "open", label: words.open },
            { value: "done", label: words.done },
          ]}
        />
        {1 < people.length && (
          <select
            aria-label={words.whose}
            value={whose}
            onChange={(event) => setWhose(event.target.value)}
          >
            <option value="">{words.everybody}</option>
            {people.map((it) => (
              <option key={it} value={it}>
                {it || words.nobody}
              </option>
            ))}
          </select>
        )}
      </div>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && tasks.length === 0 && (
        <Empty title={shown === "open" ? words.empty : words.emptyDone}>{words.emptyHint}</Empty>
      )}
      {0 < tasks.length && (
        <div className="panel">
          <TaskList tasks={tasks} withPerson />
        </div>
      )}
      {query.data && all.length < query.data.total && (
        <p className="faint table-foot">{words.more(format.count(all.length))}</p>
      )}
    </>
  );
}
