/** What a condition would make of an audience, counted while somebody writes it. */
import { useEffect, useRef, useState } from "react";
import { beginPreview, jobReport, stopJob } from "../../api/audiences";
import { ApiError } from "../../api/client";
import type { AudienceChange, JobReport } from "../../api/types";

/** How long writing must rest before people are counted. */
const BEGIN_AFTER_MS = 450;
/** How often it is asked how far the count is. */
const ASK_EVERY_MS = 300;

export type Counting =
  | { phase: "unset" }
  | { phase: "reading" }
  | { phase: "counting"; report: JobReport; change: AudienceChange | null }
  | { phase: "counted"; report: JobReport; change: AudienceChange }
  | { phase: "stopped"; report: JobReport; change: AudienceChange | null }
  /** The condition itself is wrong. */
  | { phase: "refused"; detail: string }
  | { phase: "failed"; error: Error };

export interface Preview {
  now: Counting;
  /** The last thing that was known, for as long as something newer is awaited. */
  before: AudienceChange | null;
  stop: () => void;
  again: () => void;
}

/** `name` is the audience that it would replace. Nothing is counted while `ready` is false. */
export function usePreview(name: string | undefined, when: string, ready = true): Preview {
  const [now, setNow] = useState<Counting>({ phase: "unset" });
  const [round, setRound] = useState(0);
  const before = useRef<AudienceChange | null>(null);
  const job = useRef<string | null>(null);
  if ("change" in now && now.change) before.current = now.change;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round counts the same once more
  useEffect(() => {
    if (!ready || when.trim() === "") {
      setNow({ phase: "unset" });
      return;
    }
    const gone = new AbortController();
    setNow({ phase: "reading" });
    const timer = setTimeout(() => {
      const draft = { when, ...(name !== undefined && { name }) };
      follow(draft, gone.signal, setNow, (id) => {
        job.current = id;
      });
    }, BEGIN_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
      if (job.current) void stopJob(job.current);
      job.current = null;
    };
  }, [name, when, ready, round]);
  const stop = () => {
    if (job.current) void stopJob(job.current);
  };
  return { now, before: before.current, stop, again: () => setRound((it) => it + 1) };
}

async function follow(
  draft: { name?: string; when: string },
  signal: AbortSignal,
  show: (it: Counting) => void,
  running: (job: string | null) => void,
) {
  try {
    const id = await beginPreview(draft, signal);
    running(id);
    while (!signal.aborted) {
      const report = await jobReport(id, signal);
      if (signal.aborted) return;
      if (report.state !== "running") running(null);
      show(countingOf(report));
      if (report.state !== "running") return;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof ApiError && error.status === 400) {
      show({ phase: "refused", detail: error.message });
    } else show({ phase: "failed", error: error as Error });
  }
}

function countingOf(report: JobReport): Counting {
  const change = report.result as AudienceChange | null;
  switch (report.state) {
    case "running":
      return { phase: "counting", report, change };
    case "stopped":
      return { phase: "stopped", report, change };
    case "failed":
      return { phase: "failed", error: new Error(report.problem?.detail ?? report.problem?.title) };
    case "done":
      return change
        ? { phase: "counted", report, change }
        : { phase: "stopped", report, change: null };
  }
}
