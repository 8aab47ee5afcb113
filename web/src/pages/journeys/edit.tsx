/** A journey being built: steps are put between others, changed, moved and taken out, and what is wrong is said at its step. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Redo2, Undo2 } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Link, useBeforeUnload, useNavigate, useParams } from "react-router";
import { audiencesQuery } from "../../api/audiences";
import { ApiError } from "../../api/client";
import { eventNamesQuery } from "../../api/conditions";
import { journeyQuery, journeysQuery } from "../../api/journeys";
import { type Changes, checkChanges, definitionQuery, pathsTaken } from "../../api/programme";
import type { FileProblem } from "../../api/types";
import { begin, change, type History, redo, undo } from "../../lib/history";
import { fileOf, type Journey, stepAtLine } from "../../lib/journeys";
import { useText } from "../../messages";
import { Button, Card, Empty, Failed, Loading, PageTitle, Snippet } from "../../ui/parts";
import { ProblemList, SaveDialog } from "../../ui/save";
import { useUndoKeys } from "../audiences/edit";
import { Flow } from "./flow";
import { pathOf } from "./path";
import { JourneySettings, triggerWords } from "./settings";
import { useFlowEditing } from "./use-editing";

/** How long changing must rest before the whole is checked. */
const CHECK_AFTER_MS = 500;

const FIRST: Journey = {
  journey: "",
  trigger: { event: "" },
  steps: [{ message: { content: "", channels: ["email"] } }],
};

export default function EditJourney() {
  const { name } = useParams();
  const { t } = useText();
  const detail = useQuery({
    ...journeyQuery(name ?? ""),
    enabled: name !== undefined,
    refetchInterval: false,
  });
  const file = useQuery({ ...definitionQuery("journey", name ?? ""), enabled: name !== undefined });
  const missing = detail.error instanceof ApiError && detail.error.status === 404;
  const failed = [detail, file].find((it) => it.isError && !it.data);
  const ready = name === undefined || (detail.data && file.data !== undefined);
  return (
    <>
      <Link className="back" to={name === undefined ? "/journeys" : pathOf(name)}>
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.journeys.backUnsaved}
      </Link>
      {missing && (
        <>
          <PageTitle>{t.journeys.notFound}</PageTitle>
          <Empty title={t.journeys.notFoundHint} />
        </>
      )}
      {failed?.error && !missing && <Failed error={failed.error} retry={() => failed.refetch()} />}
      {!ready && !failed && <Loading />}
      {ready && (
        <Editor
          key={name}
          name={name}
          first={detail.data?.definition ?? FIRST}
          path={file.data?.path}
          comments={/^\s*#|\s#/m.test(file.data?.text ?? "")}
        />
      )}
    </>
  );
}

function Editor({
  name,
  first,
  path,
  comments,
}: {
  name: string | undefined;
  first: Journey;
  path: string | undefined;
  comments: boolean;
}) {
  const { t } = useText();
  const words = t.journeys;
  const navigate = useNavigate();
  const [history, setHistory] = useState<History<Journey>>(() => begin(first));
  const journey = history.now;
  const [saving, setSaving] = useState<Changes | null>(null);
  const [tried, setTried] = useState(false);
  const taken = useQuery(journeysQuery).data?.journeys.map((it) => it.name) ?? [];
  const { text, lines } = useMemo(() => fileOf(journey), [journey]);
  const checkedAs = path ?? "journeys/new-journey.yaml";
  const check = useCheck(checkedAs, text);
  const undoing = history.past.length === 0 ? null : () => setHistory(undo);
  const redoing = history.future.length === 0 ? null : () => setHistory(redo);
  useUndoKeys(undoing, redoing);
  useBeforeUnload((event) => {
    if (undoing && !saving) event.preventDefault();
  });
  const atSteps = new Map<string, FileProblem[]>();
  const elsewhere: FileProblem[] = [];
  for (const it of check.problems ?? []) {
    const step = it.file === checkedAs ? stepAtLine(lines, it.line) : null;
    if (step === null) elsewhere.push(it);
    else atSteps.set(step, [...(atSteps.get(step) ?? []), it]);
  }
  const box = useRef<HTMLDivElement>(null);
  const known = useKnown();
  const editing = useFlowEditing({
    journey,
    box,
    lists: known.ids,
    problems: atSteps,
    onChange: (next, about) => setHistory((it) => change(it, next, Date.now(), about)),
  });
  const called = journey.journey.trim();
  const nameWrong =
    name !== undefined
      ? undefined
      : called === ""
        ? words.nameMissing
        : taken.includes(called)
          ? words.nameTaken
          : undefined;
  const save = async () => {
    setTried(true);
    if (nameWrong !== undefined) return;
    const file = path ?? freePath(called, await pathsTaken().catch(() => new Set<string>()));
    setSaving({ [file]: text });
  };
  return (
    <>
      <PageTitle
        aside={
          <div className="broadcast-steps">
            <Button disabled={!undoing} aria-keyshortcuts="Control+Z" onClick={() => undoing?.()}>
              <Undo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {t.builder.undo}
            </Button>
            <Button
              disabled={!redoing}
              aria-keyshortcuts="Control+Shift+Z"
              onClick={() => redoing?.()}
            >
              <Redo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {t.builder.redo}
            </Button>
            <Button kind="primary" onClick={save}>
              {t.builder.save.button}
            </Button>
          </div>
        }
      >
        {name === undefined ? words.fresh : words.editing(name)}
      </PageTitle>
      {known.datalists}
      <div className="broadcast">
        <div className="audience-main" ref={box}>
          <Card title={words.flow}>
            <p className="hidden" role="status">
              {editing.said}
            </p>
            <Flow
              steps={journey.steps}
              begins={triggerWords(journey.trigger, t)}
              parts={editing.parts}
            />
          </Card>
        </div>
        <div className="settings-side">
          <Card title={words.problems} className="flow-problems">
            <div role="status">
              {check.problems === null && <p className="faint">{words.checking}</p>}
              {check.problems?.length === 0 && <p>{words.sound}</p>}
              <ProblemList problems={elsewhere} />
              {0 < atSteps.size && (
                <ul className="problems">
                  {[...atSteps].map(([step, found]) => (
                    <li key={step}>
                      <code>{step}</code> {found[0]?.message}
                    </li>
                  ))}
                </ul>
              )}
            </div>
          </Card>
          <JourneySettings
            journey={journey}
            isNew={name === undefined}
            nameWrong={tried ? nameWrong : undefined}
            lists={known.ids}
            onChange={(next, about) => setHistory((it) => change(it, next, Date.now(), about))}
          />
          <Card title={words.file}>
            {comments && <p className="note-warn hold-note">{words.comments}</p>}
            <Snippet text={text} label="YAML" />
          </Card>
        </div>
      </div>
      {saving && (
        <SaveDialog
          changes={saving}
          onClose={() => setSaving(null)}
          onSaved={() => navigate(pathOf(called), { state: { said: t.builder.save.done(called) } })}
        />
      )}
    </>
  );
}

/** A file for a new journey; one that has the name but defines something else is not written over. */
function freePath(name: string, taken: ReadonlySet<string>): string {
  const stem = `journeys/${name.replaceAll(/[^\p{L}\d_-]+/gu, "-")}`;
  let path = `${stem}.yaml`;
  for (let n = 2; taken.has(path); n++) path = `${stem}-${n}.yaml`;
  return path;
}

/** What is wrong with the whole programme if the file were this; null until that is known. */
function useCheck(path: string, text: string): { problems: FileProblem[] | null } {
  const [problems, setProblems] = useState<FileProblem[] | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    const timer = setTimeout(() => {
      checkChanges({ [path]: text }, gone.signal).then(
        (it) => setProblems(it.problems),
        () => undefined,
      );
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [path, text]);
  return { problems };
}

/** Names to choose from while typing. */
function useKnown() {
  const id = useId();
  const events = useQuery(eventNamesQuery).data ?? [];
  const audiences = useQuery(audiencesQuery).data?.audiences.map((it) => it.name) ?? [];
  const ids = { event: `${id}event`, audience: `${id}audience` };
  const list = (of: string, names: readonly string[]) => (
    <datalist id={of}>
      {names.map((it) => (
        <option key={it} value={it} />
      ))}
    </datalist>
  );
  return {
    ids: ids as Record<string, string>,
    datalists: (
      <>
        {list(ids.event, events)}
        {list(ids.audience, audiences)}
      </>
    ),
  };
}
