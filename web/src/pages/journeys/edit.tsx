/** A journey being built: steps in the middle; its settings, its text and its replay beside them. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Check, Redo2, Undo2 } from "lucide-react";
import { type ReactNode, useId, useRef, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { audiencesQuery } from "../../api/audiences";
import { ApiError } from "../../api/client";
import { eventNamesQuery } from "../../api/conditions";
import { journeyQuery, journeysQuery } from "../../api/journeys";
import { type Changes, definitionQuery, namesQuery, pathsTaken } from "../../api/programme";
import type { Journey } from "../../lib/journeys";
import { useText } from "../../messages";
import { Button, Card, Choice, Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { ProblemList, SaveDialog } from "../../ui/save";
import { Unsaved } from "../../ui/unsaved";
import { useUndoKeys } from "../audiences/edit";
import { FileText } from "./file-text";
import { Flow } from "./flow";
import { pathOf } from "./path";
import { ReplaySide } from "./replay";
import { triggerWords } from "./says";
import { JourneySettings } from "./settings";
import { type Checked, useCheck, useDocument } from "./use-document";
import { useFlowEditing } from "./use-editing";
import { useReplays } from "./use-replay";

const FIRST: Journey = {
  journey: "",
  trigger: { event: "" },
  steps: [{ message: { content: "", channels: ["email"] } }],
};

const SIDES = ["settings", "text", "replay"] as const;
type Side = (typeof SIDES)[number];

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
          file={file.data?.text}
        />
      )}
    </>
  );
}

function Editor({
  name,
  first,
  path,
  file,
}: {
  name: string | undefined;
  first: Journey;
  path: string | undefined;
  file: string | undefined;
}) {
  const spoken = useText();
  const { t } = spoken;
  const words = t.journeys;
  const navigate = useNavigate();
  const edited = useDocument(first, file);
  const { journey, setJourney } = edited;
  const [side, setSide] = useSide();
  const [saving, setSaving] = useState<Changes | null>(null);
  const [tried, setTried] = useState(false);
  const replays = useReplays(journey.journey.trim());
  const taken = useQuery(journeysQuery).data?.journeys.map((it) => it.name) ?? [];
  const checkedAs = path ?? "journeys/new-journey.yaml";
  const check = useCheck(checkedAs, edited);
  useUndoKeys(edited.undo, edited.redo);
  const box = useRef<HTMLDivElement>(null);
  const known = useKnown();
  const editing = useFlowEditing({
    journey,
    box,
    lists: known.ids,
    problems: check.atSteps,
    onChange: setJourney,
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
    if (nameWrong !== undefined) return setSide("settings");
    const to = path ?? freePath(called, await pathsTaken().catch(() => new Set<string>()));
    setSaving({ [to]: edited.text });
  };
  const sides: Record<Side, ReactNode> = {
    settings: (
      <JourneySettings
        journey={journey}
        isNew={name === undefined}
        nameWrong={tried ? nameWrong : undefined}
        lists={known.ids}
        problems={check.atFields}
        onChange={setJourney}
      />
    ),
    text: (
      <FileText
        text={edited.text}
        path={checkedAs}
        problems={check.problems ?? []}
        stale={edited.stale}
        commentsLost={edited.commentsLost}
        onChange={edited.setText}
      />
    ),
    replay: (
      <ReplaySide
        name={called}
        changes={edited.text === file ? {} : { [checkedAs]: edited.text }}
        steps={journey.steps}
        isNew={name === undefined}
        sound={check.problems?.length === 0}
        replays={replays}
      />
    ),
  };
  return (
    <>
      <PageTitle aside={<Actions undo={edited.undo} redo={edited.redo} onSave={save} />}>
        {name === undefined ? words.fresh : words.editing(name)}
      </PageTitle>
      {known.datalists}
      <div className={side === "text" ? "journey-edit is-text" : "journey-edit"}>
        <div className={edited.stale ? "journey-flow is-old" : "journey-flow"} ref={box}>
          <Card title={words.flow} note={side === "replay" ? t.replay.flowHelp : undefined}>
            <Flow
              steps={journey.steps}
              begins={triggerWords(journey.trigger, spoken)}
              parts={side === "replay" ? replays.parts : editing.parts}
            />
          </Card>
          <p className="hidden" role="status">
            {editing.said}
          </p>
        </div>
        <div className="journey-side">
          <Problems check={check} />
          <section className="card" aria-label={words.sides[side]}>
            <Choice
              label={words.beside}
              value={side}
              onChange={setSide}
              options={SIDES.map((it) => ({ value: it, label: words.sides[it] ?? it }))}
            />
            <div className="journey-beside">{sides[side]}</div>
          </section>
        </div>
      </div>
      <Unsaved dirty={edited.undo !== null && !saving} />
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

/** Which side is open stands in the address too, so that it can be linked to. */
function useSide(): [Side, (side: Side) => void] {
  const [params, setParams] = useSearchParams();
  const [side, setSide] = useState(
    () => SIDES.find((it) => it === params.get("show")) ?? "settings",
  );
  const show = (it: Side) => {
    setSide(it);
    setParams(it === "settings" ? {} : { show: it }, { replace: true });
  };
  return [side, show];
}

function Actions({
  undo,
  redo,
  onSave,
}: {
  undo: (() => void) | null;
  redo: (() => void) | null;
  onSave: () => void;
}) {
  const { t } = useText();
  return (
    <div className="broadcast-steps">
      <Button disabled={!undo} aria-keyshortcuts="Control+Z" onClick={() => undo?.()}>
        <Undo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {t.builder.undo}
      </Button>
      <Button disabled={!redo} aria-keyshortcuts="Control+Shift+Z" onClick={() => redo?.()}>
        <Redo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {t.builder.redo}
      </Button>
      <Button kind="primary" onClick={onSave}>
        {t.builder.save.button}
      </Button>
    </div>
  );
}

function Problems({ check }: { check: Checked }) {
  const { t } = useText();
  const words = t.journeys;
  const { problems, atSteps, atFields, elsewhere } = check;
  const placed = [...atFields, ...atSteps];
  if (problems === null || problems.length === 0) {
    return (
      <p className="flow-sound" role="status">
        {problems === null ? (
          words.checking
        ) : (
          <>
            <Check size={16} strokeWidth={1.75} aria-hidden="true" /> {words.sound}
          </>
        )}
      </p>
    );
  }
  return (
    <Card title={words.problems} className="flow-problems">
      <div role="status">
        <ProblemList problems={elsewhere} />
        {0 < placed.length && (
          <ul className="problems">
            {placed.map(([place, found]) => (
              <li key={place}>
                <code>{place}</code> <Text>{found[0]?.message ?? ""}</Text>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

/** A file for a new journey; one that has the name but defines something else is not written over. */
function freePath(name: string, taken: ReadonlySet<string>): string {
  const stem = `journeys/${name.replaceAll(/[^\p{L}\d_-]+/gu, "-")}`;
  let path = `${stem}.yaml`;
  for (let n = 2; taken.has(path); n++) path = `${stem}-${n}.yaml`;
  return path;
}

/** Names to choose from while typing. */
function useKnown() {
  const id = useId();
  const names = useQuery(namesQuery).data ?? {};
  const known: Record<string, readonly string[]> = {
    event: useQuery(eventNamesQuery).data ?? [],
    audience: useQuery(audiencesQuery).data?.audiences.map((it) => it.name) ?? [],
    content: names.content ?? [],
    outcome: names.outcome ?? [],
  };
  const ids = Object.fromEntries(Object.keys(known).map((it) => [it, `${id}${it}`]));
  const datalists = Object.entries(known).map(([of, all]) => (
    <datalist key={of} id={ids[of]}>
      {all.map((it) => (
        <option key={it} value={it} />
      ))}
    </datalist>
  ));
  return { ids, datalists };
}
