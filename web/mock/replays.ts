/** Invented replays: as large as the window is long, and a little other than what runs. */
import type { Moment, ReplayAsked, Replayed, ReplayResult } from "../src/api/replays.ts";
import type { JobReport } from "../src/api/types.ts";
import { type Journey, journeyOf, kindOf, walk } from "../src/lib/journeys.ts";
import { journeyDefinitions, journeyDetail } from "./journeys.ts";
import { readYaml } from "./yaml.ts";

const DAY_MS = 86_400_000;
const TAKES_MS = 1_500;
const FACTS = 48_212;

const jobs = new Map<string, { at: number; asked: ReplayAsked; stopped?: number }>();

export function beginReplay(asked: ReplayAsked): string {
  const id = `9${jobs.size}`;
  jobs.set(id, { at: Date.now(), asked });
  return id;
}

export function stopReplay(id: string): boolean {
  const job = jobs.get(id);
  if (job && job.stopped === undefined) job.stopped = Date.now();
  return job !== undefined;
}

export function replayReport(id: string): JobReport | null {
  const job = jobs.get(id);
  if (!job) return null;
  const share = Math.min(1, ((job.stopped ?? Date.now()) - job.at) / TAKES_MS);
  const ended = share === 1;
  return {
    id,
    kind: "replay",
    state: ended ? "done" : job.stopped !== undefined ? "stopped" : "running",
    done: Math.floor(FACTS * share),
    total: FACTS,
    result: ended ? (result(job.asked) as never) : (null as never),
  };
}

function drafted(asked: ReplayAsked): Journey {
  const [text] = Object.values(asked.changes ?? {});
  const draft = typeof text === "string" ? journeyOf(readYaml(text)) : null;
  return draft ?? (journeyDefinitions()[0] as Journey);
}

function result(asked: ReplayAsked): ReplayResult {
  const it = drafted(asked);
  const person = asked.person !== undefined;
  const known = journeyDefinitions().find((each) => each.journey === it.journey);
  return {
    replay: replayed(asked, it, person ? 1 : 1.08),
    against: asked.compare ? replayed(asked, known ?? { ...it, steps: [] }, 1) : null,
    compared: asked.compare
      ? { contents: [{ content: "hello", both: 801, only_first: 96, only_second: 12 }] }
      : null,
    way: person ? way(asked, it) : null,
    simulated: true,
  };
}

function replayed(asked: ReplayAsked, it: Journey, factor: number): Replayed {
  const to = asked.to ?? new Date().toISOString();
  const from = asked.from ?? new Date(Date.parse(to) - 30 * DAY_MS).toISOString();
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  let left = Math.floor(31 * days * factor);
  const started = left;
  const live = journeyDetail(it.journey)?.versions[0]?.steps ?? [];
  const places = walk(it.steps).map(({ step, address, path }) => {
    const entered = 2 < path.length ? Math.floor(left * 0.4) : left;
    if (path.length === 2) left = Math.floor(left * 0.92);
    const waits = kindOf(step)?.startsWith("wait") ?? false;
    const known = live.find((each) => each.step === address);
    const arms = known?.arms ?? [];
    const all = arms.reduce((sum, arm) => sum + arm.count, 0) || 1;
    return {
      journey: it.journey,
      step: address,
      entered,
      there: waits ? Math.floor(entered * 0.1) : 0,
      arms: Object.fromEntries(
        arms.map((arm) => [arm.code, Math.floor((arm.count / all) * entered)]),
      ),
      failed: {},
    };
  });
  const messages = walk(it.steps).flatMap(({ step, address }) => {
    const { content } = (step.message ?? {}) as { content?: string };
    if (content === undefined) return [];
    const asked = places.find((each) => each.step === address)?.entered ?? 0;
    const capped = Math.floor(asked * 0.11);
    const refused = Math.floor(asked * 0.06);
    const not = { capped, no_consent: refused };
    return [{ by: `journey/${it.journey}`, content, asked, sent: asked - capped - refused, not }];
  });
  const sent = messages.reduce((sum, each) => sum + each.sent, 0);
  const other = { by: "broadcast/spring", content: "spring", asked: 4_900, sent: 4_530, not: {} };
  return {
    from,
    to,
    people: 19_204,
    facts_before: 120_400,
    facts: Math.floor(FACTS * (days / 30)),
    ledger: { sent: sent + 4_530, capped: 204 },
    messages: [...messages, other],
    places,
    journeys: [
      {
        name: it.journey,
        started,
        ended: Math.floor(started * 0.7),
        goals: Math.floor(started * 0.22),
        messages: sent,
      },
    ],
    reach: [
      { channel: "email", people: Math.floor(sent * 0.6), messages: Math.floor(sent * 0.8) },
      { channel: "push", people: Math.floor(sent * 0.2), messages: Math.floor(sent * 0.2) },
    ],
    messages_per_person: [12_011, 4_420, 1_903, 611, 180, 62, 11, 6],
    audiences: {},
  };
}

function way(asked: ReplayAsked, it: Journey): Moment[] {
  let at = Date.parse(asked.from ?? "") + DAY_MS;
  const moment = (kind: Moment["kind"], rest: Partial<Moment> = {}): Moment => {
    at += 3 * 3_600_000;
    return { at: new Date(at).toISOString(), kind, ...rest };
  };
  const own = { journey: it.journey };
  const steps = walk(it.steps)
    .filter(({ path }) => path.length === 2)
    .flatMap(({ step, address }) => {
      const { content } = (step.message ?? {}) as { content?: string };
      const here = moment("step", { ...own, step: address });
      if (content === undefined) return [here];
      const about = { ...own, step: address, name: content };
      const last = address === "ask" ? moment("not_sent", { ...about, why: "capped" }) : null;
      return [here, moment("asked", about), last ?? moment("sent", about)];
    });
  return [
    moment("event", { name: "Signed Up" }),
    moment("begun", own),
    moment("begun", { journey: "win-back" }),
    ...steps,
    moment("event", { name: "Order Completed" }),
    moment("goal", own),
    moment("ended", { ...own, why: "goal" }),
  ];
}
