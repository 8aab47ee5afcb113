/** A journey in both forms, steps and text, that follow each other, with every change kept for undoing. */
import { useCallback, useEffect, useMemo, useState } from "react";
import { checkChanges, readFields } from "../../api/programme";
import type { FileProblem } from "../../api/types";
import { amend, begin, change, type History, redo, undo } from "../../lib/history";
import { fileOf, type Journey, journeyOf, stepAtLine } from "../../lib/journeys";

/** How long writing must rest before the steps follow. */
const FOLLOW_AFTER_MS = 250;
/** How long changing must rest before the whole is checked. */
const CHECK_AFTER_MS = 500;

interface Doc {
  journey: Journey;
  text: string;
  /** Which of the two somebody changed last; the other follows. */
  from: "steps" | "text";
}

export interface JourneyEdited {
  journey: Journey;
  text: string;
  /** Whether the text says something that has no steps: the steps are those of before. */
  stale: boolean;
  /** Whether comments were written over. */
  commentsLost: boolean;
  setJourney: (journey: Journey, about?: string) => void;
  setText: (text: string) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
}

const COMMENT = /(^|\s)#/m;

export function useDocument(first: Journey, file: string | undefined): JourneyEdited {
  const [history, setHistory] = useState<History<Doc>>(() =>
    begin<Doc>({ journey: first, text: file ?? fileOf(first).text, from: "text" }),
  );
  const [stale, setStale] = useState(false);
  const { journey, text, from } = history.now;
  useEffect(() => {
    if (from !== "text") {
      setStale(false);
      return;
    }
    const gone = new AbortController();
    const timer = setTimeout(async () => {
      const form = await readFields(text, gone.signal).catch(() => undefined);
      if (gone.signal.aborted || form === undefined) return;
      const read = journeyOf(form);
      setStale(read === null);
      if (read === null) return;
      setHistory((it) => {
        const isNow = it.now.text === text && it.now.from === "text";
        const isSame = JSON.stringify(it.now.journey) === JSON.stringify(read);
        return isNow && !isSame ? amend(it, { ...it.now, journey: read }) : it;
      });
    }, FOLLOW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text, from]);
  const setJourney = useCallback((next: Journey, about?: string) => {
    const doc: Doc = { journey: next, text: fileOf(next).text, from: "steps" };
    setHistory((it) => change(it, doc, Date.now(), about));
  }, []);
  const setText = useCallback((next: string) => {
    setHistory((it) => change(it, { ...it.now, text: next, from: "text" }, Date.now(), "text"));
  }, []);
  return {
    journey,
    text,
    stale,
    commentsLost: from === "steps" && COMMENT.test(file ?? ""),
    setJourney,
    setText,
    undo: history.past.length === 0 ? null : () => setHistory(undo),
    redo: history.future.length === 0 ? null : () => setHistory(redo),
  };
}

export interface Checked {
  /** Null until that is known. */
  problems: FileProblem[] | null;
  /** By the address of a step. */
  atSteps: ReadonlyMap<string, FileProblem[]>;
  /** By the name of a field beside the steps. */
  atFields: ReadonlyMap<string, FileProblem[]>;
  elsewhere: FileProblem[];
}

/**
 * What is wrong with the whole programme if the file were this. A place in the text is that of the text; to find its
 * step, the same journey is looked at as the builder would write it, where each step's line is known.
 */
export function useCheck(path: string, edited: JourneyEdited): Checked {
  const { text, journey, stale } = edited;
  const [found, setFound] = useState<{ text: FileProblem[]; built: FileProblem[] } | null>(null);
  const built = useMemo(() => fileOf(journey), [journey]);
  useEffect(() => {
    const gone = new AbortController();
    const check = async (of: string) => (await checkChanges({ [path]: of }, gone.signal)).problems;
    const timer = setTimeout(async () => {
      try {
        const problems = await check(text);
        const isBuilt = text === built.text || stale || problems.length === 0;
        const again = isBuilt ? problems : await check(built.text);
        if (!gone.signal.aborted) setFound({ text: problems, built: again });
      } catch {
        // The next change asks again.
      }
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [path, text, built, stale]);
  return useMemo(() => {
    const atSteps = new Map<string, FileProblem[]>();
    const atFields = new Map<string, FileProblem[]>();
    const elsewhere: FileProblem[] = [];
    const add = (to: Map<string, FileProblem[]>, key: string, it: FileProblem) =>
      to.set(key, [...(to.get(key) ?? []), it]);
    for (const it of stale ? [] : (found?.built ?? [])) {
      const isOurs = it.file === path && 0 < it.line;
      const field = isOurs ? stepAtLine(built.fields, it.line) : null;
      const step = field === "steps" ? stepAtLine(built.lines, it.line) : null;
      if (step !== null) add(atSteps, step, it);
      else if (field !== null && field !== "steps") add(atFields, field, it);
      else elsewhere.push(it);
    }
    return {
      problems: found?.text ?? null,
      atSteps,
      atFields,
      elsewhere: stale ? (found?.text ?? []) : elsewhere,
    };
  }, [found, built, path, stale]);
}
