/** Invented journeys with the people in them. */
import type { JourneyDetail } from "../src/api/journeys.ts";
import type { Experiment, JourneyListed, MovePlanned, StepCount } from "../src/api/types.ts";
import { type Journey, walk } from "../src/lib/journeys.ts";
import { chance } from "./data.ts";

const definitions: Journey[] = [
  {
    journey: "welcome",
    owner: "crm@shop.example",
    trigger: { event: "Signed Up" },
    goal: { event: "Order Completed", within: "14d", value: "revenue" },
    exit: [{ when: 'did("Account Closed")' }],
    steps: [
      { message: { content: "hello", channels: ["email", "push"] } },
      { wait: "2d" },
      {
        id: "who",
        branch: [
          {
            when: 'did("Order Completed", last 2d)',
            steps: [
              { set_trait: { name: "tier", value: "buyer" } },
              { message: { content: "thanks", channels: ["email"] } },
            ],
          },
          {
            when: 'trait("sports") contains "running"',
            steps: [{ message: { content: "trails-near-you", channels: ["email", "onsite"] } }],
          },
          { otherwise: [] },
        ],
      },
      { wait_until: { event: "Order Completed", timeout: "5d" } },
      {
        id: "ask",
        message: {
          content: "how-was-it",
          channels: ["push", "email"],
          otherwise: [{ task: { title: "Call them", for: "sales@shop.example", due: "2d" } }],
        },
      },
    ],
  },
  {
    journey: "win-back",
    owner: "crm@shop.example",
    trigger: { enters: "lapsing" },
    reentry: "90d",
    steps: [
      { wait_for: { from: "09:00", to: "18:00", days: ["tue", "wed", "thu"] } },
      {
        id: "arms",
        experiment: {
          arms: { story: 45, offer: 45, nothing: 10 },
          outcome: "revenue",
          window: "28d",
          steps: {
            story: [{ message: { content: "story", channels: ["email"] } }],
            offer: [{ message: { content: "offer", channels: ["email", "sms"], value: 4.2 } }],
          },
        },
      },
      { wait: "7d" },
      { tag: { add: ["win-back"] } },
      { end: true },
    ],
  },
  {
    journey: "cart-reminder",
    trigger: { event: "Product Added", when: 'property("price") > 20' },
    key: "cart_id",
    steps: [
      { wait: "1h" },
      {
        repeat: {
          times: 3,
          while: 'not did("Order Completed", last 3d)',
          steps: [
            { message: { content: "cart-reminder", channels: ["push", "email"] } },
            { wait: "1d" },
          ],
        },
      },
      { webhook: { url: "https://erp.shop.example/carts", data: { kind: "left" } } },
      { tell_sales: { note: "Left a large cart", otherwise: "sales@shop.example" } },
    ],
  },
  {
    journey: "birthday",
    owner: "care@shop.example",
    trigger: { date: { trait: "birthday", yearly: true, offset: "-7d", at: "09:00" } },
    entries: { at_most: 2, per: "365d" },
    goal: { event: "Order Completed", when: "price > 20", within: "21d", ends: false },
    exit: [{ when: 'did("Account Closed")' }, { when: 'trait("blocked") == true' }],
    late: "2d",
    steps: [
      {
        wait_until: {
          any: [
            { event: "Page Viewed", when: 'property("path") contains "gift"' },
            { enters: "members" },
          ],
          timeout: "7d",
          // biome-ignore lint/suspicious/noThenProperty: a field of the file
          then: "continue",
        },
      },
      { set_trait: { name: "age_known", value: true } },
      {
        webhook: {
          url: "https://erp.shop.example/gifts",
          data: {
            kind: "birthday",
            city: { trait: "city" },
            order: { property: "order.id" },
            n: 3,
          },
        },
      },
      {
        split: {
          arms: { card: 50, quiet: 50 },
          steps: {
            card: [{ message: { content: "card", channels: ["email"], class: "service" } }],
          },
        },
      },
      {
        tell_sales: {
          note: "Had a birthday",
          owner: "sales_owner",
          otherwise: "sales@shop.example",
        },
      },
    ],
  },
];

const saved = new Map<string, Journey>();

export function saveJourney(journey: Journey) {
  saved.set(journey.journey, journey);
}

export function journeyDefinitions(): Journey[] {
  const names = definitions.map((it) => it.journey);
  const others = [...saved.values()].filter((it) => !names.includes(it.journey));
  return [...definitions.map((it) => saved.get(it.journey) ?? it), ...others];
}

function steps(it: Journey, seed: number, size: number): StepCount[] {
  const random = chance(seed);
  let left = size;
  return walk(it.steps).map(({ step, address, path }) => {
    const inside = 2 < path.length;
    const entered = Math.floor(left * (inside ? 0.2 + random() * 0.4 : 1));
    if (!inside) left = Math.floor(left * 0.93);
    const waits = "wait" in step || "wait_until" in step || "wait_for" in step;
    const split = (step.experiment ?? step.split) as { arms?: Record<string, number> } | undefined;
    const arms = split?.arms
      ? Object.entries(split.arms).map(([code, weight]) => ({
          code,
          count: Math.floor((entered * weight) / 100),
        }))
      : [];
    return {
      step: address,
      entered,
      waiting: waits ? Math.floor(entered * 0.12) : 0,
      arms,
      failed: "tell_sales" in step ? [{ code: "nobody_to_tell", count: 3 }] : [],
    };
  });
}

export function journeySummaries(): JourneyListed[] {
  return journeyDefinitions().map((it) => journeyDetail(it.journey)?.summary as JourneyListed);
}

export function journeyDetail(name: string): JourneyDetail | null {
  const it = journeyDefinitions().find((each) => each.journey === name);
  if (!it) return null;
  const fresh = !definitions.some((each) => each.journey === name);
  const started = fresh
    ? 0
    : ({ welcome: 8_214, "win-back": 1_933, "cart-reminder": 3_120 }[name] ?? 0);
  const latest = { version: 7, steps: fresh ? [] : steps(it, name.length, started) };
  const running = latest.steps.reduce((sum, each) => sum + each.waiting, 0);
  const older = {
    version: 5,
    running: 86,
    steps: [
      { step: "ask", entered: 2_204, waiting: 61, arms: [], failed: [] },
      { step: "reminder", entered: 1_120, waiting: 25, arms: [], failed: [] },
    ],
  };
  const isOlder = name === "welcome" && movedFrom === null;
  const versions = [{ ...latest, running }, ...(isOlder ? [older] : [])];
  const goals = Math.floor(started * 0.21);
  return {
    summary: {
      name,
      owner: it.owner ?? "",
      trigger: Object.entries(it.trigger)
        .map(([kind, value]) => (kind === "event" ? `the event \`${value}\`` : `${kind} ${value}`))
        .join(" "),
      begins: it.trigger as never,
      has_goal: it.goal !== undefined,
      version: 7,
      running: running + (isOlder ? 86 : 0),
      started,
      goals,
      ended:
        started === 0
          ? []
          : [
              { code: "completed", count: Math.floor(started * 0.6) },
              { code: "goal", count: goals },
              { code: "exited", count: 41 },
            ],
      refused: started === 0 ? [] : [{ code: "already_active", count: 212 }],
      paused: null,
    },
    definition: it,
    versions,
    moved: movedFrom === null ? null : { ...moved, from: movedFrom },
  };
}

/** The version out of which people were moved in this run of the mock. */
let movedFrom: number | null = null;
const moved = {
  to: 7,
  by: "admin",
  done: true,
  moved: 61,
  stay: [{ code: "is_gone", count: 25 }],
};

export function movePlan(from: number): MovePlanned {
  const step = (step: string, runs: number, code: string) => ({
    step,
    runs,
    moves: code === "moves",
    code,
    text: code,
  });
  const steps = [step("ask", 61, "moves"), step("reminder", 25, "is_gone")];
  return { from, to: 7, moving: 61, staying: 25, steps };
}

export function move(from: number): MovePlanned {
  movedFrom = from;
  return movePlan(from);
}

export function experiments(name: string): Experiment[] {
  if (name !== "win-back") return [];
  const effect = (estimate: number, half: number) => ({
    estimate,
    se: half / 1.96,
    low: estimate - half,
    high: estimate + half,
  });
  return [
    {
      version: 7,
      step: "arms",
      outcome: "revenue",
      window_days: 28,
      running: 412,
      warnings: [],
      arms: [
        { arm: "nothing", weight: 10, n: 152, mean: 3.11, effect: null },
        { arm: "offer", weight: 45, n: 688, mean: 5.34, effect: effect(2.23, 1.71) },
        { arm: "story", weight: 45, n: 681, mean: 3.62, effect: effect(0.51, 1.64) },
      ],
    },
  ];
}
