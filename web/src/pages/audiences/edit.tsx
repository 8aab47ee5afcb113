/** An audience being written: built or typed, with who would meet it counted below all the while. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Redo2, Undo2 } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { audiencesQuery } from "../../api/audiences";
import { eventNamesQuery, vocabularyQuery } from "../../api/conditions";
import { type Changes, definitionQuery, pathsTaken } from "../../api/programme";
import type { ProgrammeFile } from "../../api/types";
import { TreeBuilder } from "../../builder/tree";
import { useCondition } from "../../builder/use-condition";
import { syncOf } from "../../lib/webhooks";
import { withField, withSync } from "../../lib/yaml";
import { useText } from "../../messages";
import { ConditionText } from "../../ui/condition";
import { Button, Card, Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { SaveDialog } from "../../ui/save";
import { Unsaved } from "../../ui/unsaved";
import { ChangeShown } from "./change";
import { pathOf } from "./parts";
import { usePreview } from "./use-preview";

export default function EditAudience() {
  const { name } = useParams();
  const { t } = useText();
  const file = useQuery({
    ...definitionQuery("audience", name ?? ""),
    enabled: name !== undefined,
  });
  const all = useQuery(audiencesQuery);
  const vocabulary = useQuery(vocabularyQuery);
  const back = name === undefined ? "/audiences" : pathOf(name);
  const failed = [vocabulary, file, all].find((it) => it.isError && !it.data);
  const it = all.data?.audiences.find((each) => each.name === name);
  const ready = vocabulary.data && all.data && (name === undefined || file.data !== undefined);
  return (
    <>
      <Link className="back" to={back}>
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.builder.back}
      </Link>
      {failed?.error && <Failed error={failed.error} retry={() => failed.refetch()} />}
      {!ready && !failed && <Loading />}
      {ready && name !== undefined && (!it || !file.data) && (
        <>
          <PageTitle>{t.audiences.notFound}</PageTitle>
          <Empty title={t.audiences.notFoundHint} />
        </>
      )}
      {ready && (name === undefined || (it && file.data)) && (
        <Editor
          key={name}
          name={name}
          file={file.data ?? null}
          condition={it?.condition ?? ""}
          note={it?.note ?? ""}
          taken={all.data.audiences.map((each) => each.name)}
        />
      )}
    </>
  );
}

function Editor({
  name,
  file,
  condition,
  note: firstNote,
  taken,
}: {
  /** Absent for one that is new. */
  name: string | undefined;
  file: ProgrammeFile | null;
  condition: string;
  note: string;
  taken: string[];
}) {
  const { t } = useText();
  const words = t.builder;
  const navigate = useNavigate();
  const edited = useCondition(condition);
  const [newName, setNewName] = useState("");
  const [note, setNote] = useState(firstNote);
  const firstSync = syncOf(file);
  const [sync, setSync] = useState(firstSync);
  const [saving, setSaving] = useState<Changes | null>(null);
  const [tried, setTried] = useState(false);
  const vocabulary = useQuery(vocabularyQuery).data;
  const events = useQuery(eventNamesQuery).data ?? [];
  const even = edited.following === "even";
  const preview = usePreview(name, edited.text, even);
  useUndoKeys(edited.undo, edited.redo);
  const dirty = edited.undo !== null || note !== firstNote || sync !== firstSync || newName !== "";
  const called = name ?? newName.trim();
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
    if (nameWrong !== undefined || !even) return;
    const path = file?.path ?? freePath(called, await pathsTaken().catch(() => new Set<string>()));
    const text = textOf(file, called, note.trim(), edited.text);
    const told = sync.trim();
    setSaving({ [path]: told === firstSync ? text : withSync(text, told) });
  };
  const refused = preview.now.phase === "refused" && even ? preview.now.detail : edited.refusedText;
  return (
    <>
      <PageTitle
        aside={
          <div className="broadcast-steps">
            <Button
              disabled={!edited.undo}
              aria-keyshortcuts="Control+Z"
              onClick={() => edited.undo?.()}
            >
              <Undo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {words.undo}
            </Button>
            <Button
              disabled={!edited.redo}
              aria-keyshortcuts="Control+Shift+Z"
              onClick={() => edited.redo?.()}
            >
              <Redo2 size={16} strokeWidth={1.75} aria-hidden="true" /> {words.redo}
            </Button>
            <Button kind="primary" disabled={!even} onClick={save}>
              {words.save.button}
            </Button>
          </div>
        }
      >
        {name === undefined ? words.fresh : words.editing(name)}
      </PageTitle>
      <div className="edit-names">
        {name === undefined && (
          <Line
            label={words.name}
            hint={words.nameHint}
            value={newName}
            error={tried ? nameWrong : undefined}
            onChange={setNewName}
          />
        )}
        <Line label={words.note} hint={words.noteHint} value={note} onChange={setNote} />
        <Line
          label={words.sync}
          hint={words.syncHint}
          value={sync}
          length={1000}
          onChange={setSync}
        />
      </div>
      <div className="edit">
        <Card title={words.visual} className="edit-build">
          {edited.tree === null && edited.following === "reading" && <Loading />}
          {vocabulary && (edited.tree !== null || edited.following !== "reading") && (
            <TreeBuilder
              tree={edited.tree}
              vocabulary={vocabulary}
              wrong={edited.refusedTree ?? null}
              stale={edited.refusedText !== undefined}
              known={{
                event_name: events,
                audience_name: taken.filter((it) => it !== name),
              }}
              onChange={edited.setTree}
            />
          )}
          {edited.refusedText !== undefined && <p className="note-warn">{words.stale}</p>}
          {edited.refusedTree && edited.refusedTree.path === "" && (
            <p className="field-error" role="alert">
              <Text>{edited.refusedTree.message}</Text> <Text>{edited.refusedTree.hint}</Text>
            </p>
          )}
          {edited.following === "gaps" && edited.tree && (
            <p className="field-hint edit-gaps" role="status">
              {words.gaps}
            </p>
          )}
        </Card>
        <Card title={words.text} className="edit-text">
          <ConditionText
            label={words.title}
            hint={words.textHint}
            value={edited.text}
            onChange={edited.setText}
            onEnter={preview.again}
            refused={refused}
          />
        </Card>
      </div>
      <Card title={words.who} className="edit-who">
        <ChangeShown preview={preview} isNew={name === undefined} />
      </Card>
      <Unsaved dirty={dirty && !saving} />
      {saving && (
        <SaveDialog
          changes={saving}
          onClose={() => setSaving(null)}
          onSaved={() => navigate(pathOf(called), { state: { said: words.save.done(called) } })}
        />
      )}
    </>
  );
}

/** A file for a new audience; one that has the name but defines something else is not written over. */
function freePath(name: string, taken: ReadonlySet<string>): string {
  const stem = `audiences/${name.replaceAll(/[^\p{L}\d_-]+/gu, "-")}`;
  let path = `${stem}.yaml`;
  for (let n = 2; taken.has(path); n++) path = `${stem}-${n}.yaml`;
  return path;
}

/** The file with what was changed, and everything else in it as it was written. */
function textOf(file: ProgrammeFile | null, name: string, note: string, condition: string): string {
  const before = file?.text ?? withField("", "audience", name);
  return withField(withField(before, "when", condition), "note", note, "when");
}

function Line({
  label,
  hint,
  value,
  error,
  length = 200,
  onChange,
}: {
  label: string;
  hint: string;
  value: string;
  error?: string;
  length?: number;
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        maxLength={length}
        autoComplete="off"
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={error ? "field-error" : "field-hint"} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z everywhere on the page: a field's own undoing knows nothing of the other form. */
export function useUndoKeys(undo: (() => void) | null, redo: (() => void) | null) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      const key = event.key.toLowerCase();
      const act = key === "y" || (key === "z" && event.shiftKey) ? redo : key === "z" ? undo : null;
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      act?.();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [undo, redo]);
}
