/** What a drafted journey would have done, worked out by the server while its progress is shown. */
import { useEffect, useMemo, useRef, useState } from "react";
import { jobReport, stopJob } from "../../api/audiences";
import { ApiError } from "../../api/client";
import { beginReplay, type Moment, type ReplayAsked, type ReplayResult } from "../../api/replays";
import type { FileProblem, JobReport } from "../../api/types";
import { followed, placesOf, stepAt, visitedUntil } from "../../lib/replays";
import type { FlowParts } from "./flow";

/** How often it is asked how far the replay is. */
const ASK_EVERY_MS = 400;

export type Replaying =
  | { phase: "unset" }
  | { phase: "running"; report: JobReport | null }
  | { phase: "done"; result: ReplayResult }
  | { phase: "stopped" }
  | { phase: "refused"; problems: FileProblem[]; detail: string }
  | { phase: "failed"; error: Error };

export interface Replay {
  now: Replaying;
  /** What was asked last. */
  asked: ReplayAsked | null;
  begin: (asked: ReplayAsked) => void;
  stop: () => void;
}

export function useReplay(): Replay {
  const [now, setNow] = useState<Replaying>({ phase: "unset" });
  const [asked, setAsked] = useState<ReplayAsked | null>(null);
  const job = useRef<string | null>(null);
  const gone = useRef<AbortController | null>(null);
  const stop = () => {
    if (job.current) void stopJob(job.current);
  };
  useEffect(
    () => () => {
      gone.current?.abort();
      if (job.current) void stopJob(job.current);
    },
    [],
  );
  const begin = (next: ReplayAsked) => {
    gone.current?.abort();
    stop();
    job.current = null;
    const control = new AbortController();
    gone.current = control;
    setAsked(next);
    setNow({ phase: "running", report: null });
    void follow(next, control.signal, setNow, (id) => {
      job.current = id;
    });
  };
  return { now, asked, begin, stop };
}

async function follow(
  asked: ReplayAsked,
  signal: AbortSignal,
  show: (it: Replaying) => void,
  running: (job: string | null) => void,
) {
  try {
    const id = await beginReplay(asked, signal);
    running(id);
    while (!signal.aborted) {
      const report = await jobReport(id, signal);
      if (signal.aborted) return;
      if (report.state === "running") show({ phase: "running", report });
      else {
        running(null);
        show(ended(report));
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ApiError && error.problem.problems) {
      show({ phase: "refused", problems: error.problem.problems, detail: error.message });
    } else show({ phase: "failed", error: error as Error });
  }
}

function ended(report: JobReport): Replaying {
  const result = report.result as unknown as ReplayResult | null;
  if (report.state === "failed") {
    const { detail, title } = report.problem ?? {};
    return { phase: "failed", error: new Error(detail ?? title) };
  }
  return report.state === "done" && result ? { phase: "done", result } : { phase: "stopped" };
}

export type Whose = "everybody" | "person";

export interface Replays {
  whose: Whose;
  setWhose: (whose: Whose) => void;
  everybody: Replay;
  person: Replay;
  /** Whom the person's way is of. */
  who: { id: string; name: string } | null;
  setWho: (who: { id: string; name: string } | null) => void;
  /** The moments that are shown, and which of them is looked at. */
  way: Moment[];
  all: boolean;
  setAll: (all: boolean) => void;
  at: number;
  setAt: (at: number) => void;
  /** What is drawn into the steps. */
  parts: FlowParts;
}

/** Both replays of the journey `name`: of everybody, and of one person step by step. */
export function useReplays(name: string): Replays {
  const [whose, setWhose] = useState<Whose>("everybody");
  const [who, setWho] = useState<{ id: string; name: string } | null>(null);
  const [all, setAll] = useState(false);
  const [at, setAt] = useState(0);
  const everybody = useReplay();
  const person = useReplay();
  const way = useMemo(
    () => (person.now.phase === "done" ? followed(person.now.result.way ?? [], name, all) : []),
    [person.now, name, all],
  );
  const parts = useMemo((): FlowParts => {
    if (whose === "person") {
      return { current: stepAt(way, at, name), visited: visitedUntil(way, at, name) };
    }
    if (everybody.now.phase !== "done") return {};
    const { replay, against } = everybody.now.result;
    return {
      replayed: true,
      counts: placesOf(replay, name),
      ...(against && { against: placesOf(against, name) }),
    };
  }, [whose, everybody.now, way, at, name]);
  return { whose, setWhose, everybody, person, who, setWho, way, all, setAll, at, setAt, parts };
}
