/** What saving a changed programme would do, looked at before it is done. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/client";
import { applyChanges, type Changes, planChanges } from "../api/programme";
import type { FileProblem, ProgrammeDifference, ProgrammePlan } from "../api/types";
import { useText } from "../messages";
import { ContentPlace, FindingList } from "./findings";
import { Button, Dialog, Text } from "./parts";

export function SaveDialog({
  changes,
  onClose,
  onSaved,
}: {
  changes: Changes;
  onClose: () => void;
  onSaved: () => void;
}) {
  const { t } = useText();
  const words = t.builder.save;
  const client = useQueryClient();
  const plan = useQuery({
    queryKey: ["programme-plan", changes],
    queryFn: () => planChanges(changes),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const saving = useMutation({
    mutationFn: (id: string) => applyChanges(changes, id),
    onSuccess: async () => {
      for (const key of [
        "audiences",
        "audience",
        "members",
        "today",
        "definition",
        "journeys",
        "journey",
        "contents",
        "content-preview",
      ]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      onSaved();
    },
  });
  const error = saving.error ?? plan.error;
  const conflict = error instanceof ApiError && error.status === 409;
  const again = () => {
    saving.reset();
    void plan.refetch();
  };
  return (
    <Dialog title={words.title} onClose={onClose}>
      {plan.isFetching && <p role="status">{words.looking}</p>}
      {plan.data && !plan.isFetching && !error && <PlanShown it={plan.data} />}
      {error && !plan.isFetching && <Problems error={error} conflict={conflict} />}
      <p className="faint save-files">{Object.keys(changes).map((path) => words.file(path))}</p>
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        {conflict && (
          <Button kind="primary" onClick={again}>
            {words.again}
          </Button>
        )}
        {plan.data?.files_differ && !error && (
          <Button
            kind="primary"
            disabled={saving.isPending || plan.isFetching}
            onClick={() => saving.mutate(plan.data.id)}
          >
            {saving.isPending ? words.busy : words.yes}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function PlanShown({ it }: { it: ProgrammePlan }) {
  const { t, format } = useText();
  const words = t.builder.save;
  if (!it.files_differ) return <p>{words.nothing}</p>;
  const effects = [
    ...it.audiences.map((each) =>
      each.enter === null || each.leave === null
        ? words.audienceAnew(each.name)
        : words.audience(each.name, format.count(each.enter), format.count(each.leave)),
    ),
    ...it.journeys
      .map((each) => ({
        name: each.name,
        people: each.running.reduce((sum, { people }) => sum + people, 0),
      }))
      .filter(({ people }) => 0 < people)
      .map(({ name, people }) => words.journey(name, format.count(people))),
    ...it.broadcasts.map((each) => words.broadcast(each.name, stageName(each.state, t))),
  ];
  return (
    <>
      <ul className="save-differences">
        {it.differences.map((each) => (
          <Difference key={`${each.kind}/${each.name}`} it={each} />
        ))}
      </ul>
      {0 < effects.length && (
        <ul className="save-effects">
          {effects.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
      {1 < it.every && <p className="faint">{words.sample(format.count(it.every))}</p>}
      <PlannedFindings it={it} />
    </>
  );
}

/** What would go out and does not agree; of what runs so already, only how much. */
function PlannedFindings({ it }: { it: ProgrammePlan }) {
  const { t, format } = useText();
  const words = t.builder.save;
  const fresh = it.findings.filter((each) => each.is_new);
  const known = it.findings.length - fresh.length;
  // A content in several campaigns is at fault once.
  const found = new Map(fresh.map(({ finding }) => [JSON.stringify(finding), finding]));
  if (it.findings.length === 0) return null;
  return (
    <section className="save-findings">
      <h3>{words.findings}</h3>
      <FindingList findings={[...found.values()]} place={(each) => <ContentPlace it={each} />} />
      {0 < known && <p className="faint">{words.findingsKnown(known, format.count(known))}</p>}
    </section>
  );
}

function stageName(state: string, t: ReturnType<typeof useText>["t"]): string {
  return (t.broadcasts.stages as Record<string, string>)[state] ?? state;
}

function Difference({ it }: { it: ProgrammeDifference }) {
  const { t } = useText();
  const words = t.builder.save;
  return (
    <li>
      <p>
        <strong>{it.name}</strong>{" "}
        <span className="faint">
          {t.audiences.kinds[it.kind] ?? it.kind} · {words.kinds[it.change] ?? it.change}
        </span>
      </p>
      {it.fields.map((field) => (
        <dl key={field.field} className="save-field">
          <dt>{field.field}</dt>
          <dd>
            <del>
              <span className="hidden">{words.before}: </span>
              {field.old ?? words.empty}
            </del>
            <ins>
              <span className="hidden">{words.after}: </span>
              {field.new ?? words.empty}
            </ins>
          </dd>
        </dl>
      ))}
    </li>
  );
}

function Problems({ error, conflict }: { error: Error; conflict: boolean }) {
  const { t } = useText();
  const words = t.builder.save;
  const problems = error instanceof ApiError ? (error.problem.problems ?? []) : [];
  return (
    <div className="step-failed" role="alert">
      <p className="field-error">{conflict ? words.conflict : words.problems}</p>
      {problems.length === 0 && (
        <p>
          <Text>{error.message}</Text>
        </p>
      )}
      <ProblemList problems={problems} />
    </div>
  );
}

export function ProblemList({ problems }: { problems: readonly FileProblem[] }) {
  const { t, format } = useText();
  return (
    <ul className="problems">
      {problems.map((it) => (
        <li key={`${it.file}:${it.line}:${it.column}:${it.message}`}>
          <Text>{it.message}</Text>
          {it.hint && (
            <span>
              {" "}
              <Text>{it.hint}</Text>
            </span>
          )}
          {it.file && (
            <small>
              {0 < it.line
                ? t.builder.save.at(it.file, format.count(it.line), format.count(it.column))
                : it.file}
            </small>
          )}
        </li>
      ))}
    </ul>
  );
}
