/** Invented audiences, how they grew, what they share, and what another condition would make of them. */
import type {
  Audience,
  AudienceChange,
  AudienceDetail,
  GrowthDay,
  JobReport,
  Overlap,
} from "../src/api/types.ts";
import { audiencesOf, counters, parse, print, Refused } from "./conditions.ts";
import { chance, people } from "./data.ts";

const DAY_MS = 86_400_000;
const EVERYBODY = 19_204;
/** A count takes so long, so that one can see it going on and stop it. */
const COUNT_MS = 1_600;
const SLOW_COUNT_MS = 20_000;

interface Invented {
  name: string;
  note: string;
  condition: string;
  size: number;
  used_by: string[];
  /** Of the days, on how many anybody moves. */
  lively: number;
}

const invented: Invented[] = [
  {
    name: "cart_left",
    note: "Put something into the cart and did not buy within an hour",
    condition:
      'sequence("Product Added", then not "Order Completed" within 1h, last 7d) and not audience("repeat_buyers")',
    size: 412,
    used_by: ["journey/cart-reminder"],
    lively: 1,
  },
  {
    name: "lapsing",
    note: "Bought often, and not for a while",
    condition:
      'count("Order Completed", last 365d) >= 2 and not did("Order Completed", last 90d) and consent("email", "offers")',
    size: 1_933,
    used_by: ["journey/win-back", "broadcast/saint-nicholas", "broadcast/summer-clearance"],
    lively: 0.9,
  },
  {
    name: "members",
    note: "",
    condition: 'exists(trait("member_since"))',
    size: 14_820,
    used_by: ["broadcast/black-friday", "broadcast/members-evening", "broadcast/weekly-news"],
    lively: 0.95,
  },
  {
    name: "repeat_buyers",
    note: "Bought at least twice in a year",
    condition: 'count("Order Completed", last 365d) >= 2',
    size: 5_402,
    used_by: ["audience/cart_left", "broadcast/spring", "broadcast/thank-you"],
    lively: 0.8,
  },
  {
    name: "trail_runners",
    note: "Looked at trail shoes lately, or said so",
    condition:
      'count("Product Viewed", last 30d where category == "trail") >= 3 or trait("sports") contains "trail running"',
    size: 2_871,
    used_by: ["outcome/trail-orders"],
    lively: 0.7,
  },
  {
    name: "abroad",
    note: "",
    condition: 'trait("country") not in ["NL", "BE"]',
    size: 0,
    used_by: [],
    lively: 0,
  },
];

/** What was saved in this run of the mock. */
const saved = new Map<string, { condition: string; note: string; sync: string }>();

export function save(name: string, condition: string, note: string, sync: string) {
  saved.set(name, { condition, note, sync });
}

/** The address that is told who enters and leaves; empty where none is. */
export function syncOf(name: string): string {
  const first = name === "lapsing" ? "https://crm.example/hooks/lapsing" : "";
  return saved.get(name)?.sync ?? first;
}

function all(): Invented[] {
  const others = [...saved]
    .filter(([name]) => !invented.some((it) => it.name === name))
    .map(([name, it]) => ({ name, ...it, size: sizeOf(it.condition), used_by: [], lively: 0 }));
  return [...invented.map((it) => ({ ...it, ...saved.get(it.name) })), ...others].sort((a, b) =>
    a.name.localeCompare(b.name),
  );
}

export function audiences(now: number): Audience[] {
  return all().map((it) => audience(it, now));
}

function audience(it: Invented, now: number): Audience {
  const today = growth(it, now, 1).at(-1);
  const { name, note, condition, size, used_by } = it;
  return {
    name,
    note,
    condition,
    size,
    entered: today?.entered ?? 0,
    left: today?.left ?? 0,
    used_by,
    uses: audiencesOf(parse(condition)),
    waits: false,
  };
}

export function audienceDetail(name: string, days: number, now: number): AudienceDetail | null {
  const it = all().find((each) => each.name === name);
  if (!it) return null;
  return {
    ...audience(it, now),
    growth: growth(it, now, days),
    counters: counters(parse(it.condition)),
  };
}

function growth(it: Invented, now: number, days: number): GrowthDay[] {
  const random = chance(it.name.length * 31 + it.size);
  const found: GrowthDay[] = [];
  let size = it.size;
  for (let back = 0; back < 365; back++) {
    const day = new Date(now - back * DAY_MS).toISOString().slice(0, 10);
    const weekend = [0, 6].includes(new Date(day).getUTCDay()) ? 0.5 : 1;
    const entered = Math.floor(random() * it.size * 0.018 * weekend);
    const left = Math.floor(random() * it.size * 0.013 * weekend);
    const otherwise = back === 41 ? Math.floor(it.size * 0.02) : 0;
    const moves = random() < it.lively && (entered || left || otherwise);
    if (moves && back < days) found.unshift({ day, entered, left, otherwise, size });
    if (moves) size = Math.max(0, size - entered + left - otherwise);
  }
  return found;
}

export function overlap(names: string[]): Overlap {
  const of = names.map((name) => all().find((it) => it.name === name));
  const shared = of.map((a, n) =>
    of.map((b, m) => {
      if (!a || !b) return 0;
      const less = Math.min(a.size, b.size);
      if (n === m) return a.size;
      const [low, high] = [Math.min(n, m), Math.max(n, m)];
      return Math.floor(less * chance(low * 17 + high * 5 + 3)() ** 1.4);
    }),
  );
  return { audiences: names, shared };
}

export function largest(): string[] {
  return [...all()].sort((a, b) => b.size - a.size).map((it) => it.name);
}

export function memberCount(name: string): number | null {
  return all().find((it) => it.name === name)?.size ?? null;
}

/** The same for the same condition, whoever asks. */
export function sizeOf(condition: string): number {
  const known = [...invented].find((it) => it.condition === condition);
  if (known) return known.size;
  const seed = [...condition].reduce((sum, it) => (sum * 31 + it.charCodeAt(0)) % 99_991, 7);
  return Math.floor(chance(seed)() ** 2 * EVERYBODY * 0.6) + 40;
}

const jobs = new Map<string, { at: number; name?: string; condition: string; stopped?: number }>();

/** The condition as a tree, or what is wrong with it as the server says it. */
export function read(when: string) {
  const tree = parse(when);
  const unknown = audiencesOf(tree).find((it) => !all().some(({ name }) => name === it));
  if (unknown) throw new Refused(`the programme has no audience \`${unknown}\``);
  return tree;
}

export function beginPreview(draft: { name?: string; when: string }): string {
  const condition = print(read(draft.when));
  const id = String(jobs.size + 1);
  jobs.set(id, { at: Date.now(), condition, ...(draft.name && { name: draft.name }) });
  return id;
}

export function stopJob(id: string): boolean {
  const job = jobs.get(id);
  if (job && job.stopped === undefined) job.stopped = Date.now();
  return job !== undefined;
}

export function jobReport(id: string): JobReport | null {
  const job = jobs.get(id);
  if (!job) return null;
  const takes = job.condition.includes("slow") ? SLOW_COUNT_MS : COUNT_MS;
  const now = job.stopped ?? Date.now();
  const share = Math.min(1, (now - job.at) / takes);
  const done = Math.floor(EVERYBODY * share);
  const ended = share === 1;
  return {
    id,
    kind: "audience",
    state: ended ? "done" : job.stopped !== undefined ? "stopped" : "running",
    done,
    total: EVERYBODY,
    result: share < 0.05 ? null : (change(job, share) as never),
  };
}

function change(job: { name?: string; condition: string }, share: number): AudienceChange {
  const { condition } = job;
  const before = all().find((it) => it.name === job.name);
  const size = sizeOf(condition);
  const same = before?.condition === condition;
  const stay = Math.floor(Math.min(size, before?.size ?? 0) * 0.86);
  const entering = same ? 0 : size - stay;
  const leaving = same ? 0 : (before?.size ?? 0) - stay;
  const half = 1.96 * Math.sqrt((size * (1 - size / EVERYBODY)) / 0.1);
  const names = (from: number, count: number) =>
    people(Date.now())
      .filter(({ name }) => name)
      .slice(from, from + Math.min(6, count))
      .map(({ id, name }) => ({ id, name }));
  const part = (n: number) => Math.floor(n * share);
  return {
    condition,
    looked_at: Math.floor(EVERYBODY * share),
    people: EVERYBODY,
    estimate: { size: size * 1.013, low: Math.max(0, size - half), high: size + half },
    size: part(size),
    entering: part(entering),
    leaving: part(leaving),
    within: names(20, part(size)),
    enter: names(3, part(entering)),
    leave: names(11, part(leaving)),
    uncounted: counters(parse(condition)).filter((it) => it.includes("Newsletter")),
  };
}
