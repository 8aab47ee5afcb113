/**
 * Invented data for working on the app without a server. Everything is derived from a fixed seed,
 * and all addresses are at example domains.
 */
import type {
  LeverageReport,
  Person,
  PersonSummary,
  ReceivedEvent,
  Source,
  TimelineItem,
  Today,
} from "../src/api/types.ts";

export type Scenario =
  | "normal"
  | "real"
  | "empty"
  | "insufficient"
  | "singles"
  | "hold"
  | "filling"
  | "member"
  | "lost"
  | "refusing";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PEOPLE = 412;

/** Small and repeatable (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const iso = (ms: number) => new Date(ms).toISOString();

const firstNames = [
  "Ada",
  "Bram",
  "Chidi",
  "Daan",
  "Elif",
  "Femke",
  "Goran",
  "Hanna",
  "Imani",
  "Joris",
  "Kaja",
  "Lotte",
  "Milan",
  "Noor",
  "Olga",
  "Pim",
  "Roos",
  "Sanne",
  "Tomas",
  "Yara",
];
const lastNames = [
  "Sample",
  "Mockley",
  "Testerman",
  "van Voorbeeld",
  "Fictus",
  "Demoski",
  "Placeholder",
  "de Proef",
];

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

export function people(now: number): PersonSummary[] {
  const random = chance(7);
  return Array.from({ length: PEOPLE }, (_, n) => {
    const known = random() < 0.82;
    const first = pick(random, firstNames);
    const last = pick(random, lastNames);
    const address = `${first}.${last}${n + 1}@example.com`.toLowerCase().replaceAll(" ", "-");
    const visitor = `anonymous_id:${Math.floor(random() * 1e12).toString(36)}`;
    const phone = `phone:+3160000${String(1000 + n)}`;
    const created = now - Math.floor(random() * 300 * DAY_MS) - DAY_MS;
    return {
      id: `p${n + 1}`,
      name: known ? `${first} ${last}` : "",
      identifiers: known
        ? [`user_id:u-${1000 + n}`, `email:${address}`, ...(random() < 0.4 ? [phone] : []), visitor]
        : [visitor],
      created: iso(created),
      last_seen: iso(now - Math.floor(random() ** 3 * (now - created))),
    };
  }).sort((a, b) => b.last_seen.localeCompare(a.last_seen));
}

export function person(id: string, now: number): Person | null {
  const it = people(now).find((each) => each.id === id);
  if (!it) return null;
  const email = it.identifiers.find((each) => each.startsWith("email:"))?.slice(6) ?? null;
  const at = (days: number) => iso(now - days * DAY_MS);
  const base: Person = {
    id,
    name: it.name,
    created: it.created,
    identifiers: it.identifiers.map((each) => {
      const colon = each.indexOf(":");
      return { kind: each.slice(0, colon), value: each.slice(colon + 1), joined: it.created };
    }),
    traits: [],
    audiences: [],
    consents: [],
    consent_history: [],
    wishes: { channels_off: [], limit: null, quiet_hours: null, paused_until: null },
    suppressed: [],
    runs: [],
    merged: [],
  };
  if (!email) return base;
  return {
    ...base,
    traits: [
      { name: "city", value: "Utrecht", at: at(40) },
      { name: "email", value: email, at: at(90) },
      { name: "first_name", value: it.name.split(" ")[0], at: at(90) },
      { name: "loyalty_points", value: 1240, at: at(2) },
      { name: "plan", value: "pro", at: at(12) },
      { name: "sizes", value: { shoe: 42, shirt: "M" }, at: at(31) },
    ],
    audiences: [
      { name: "members", since: at(88) },
      { name: "repeat_buyers", since: at(12) },
    ],
    consents: [
      {
        purpose: "marketing",
        channel: "email",
        topic: null,
        address: email,
        state: "granted",
        at: at(88),
        source: "sign-up form",
        wording: "Rides, twice a month",
        proof: "form 1042",
        expires: at(-642),
      },
      {
        purpose: "marketing",
        channel: "email",
        topic: "events",
        address: email,
        state: "withdrawn",
        at: at(20),
        source: "preference centre",
        wording: "stop messages about events",
        proof: "",
        expires: null,
      },
      {
        purpose: "marketing",
        channel: "push",
        topic: null,
        address: null,
        state: "granted",
        at: at(61),
        source: "app",
        wording: "",
        proof: "",
        expires: null,
      },
      {
        purpose: "marketing",
        channel: "sms",
        topic: null,
        address: null,
        state: "unconfirmed",
        at: at(3),
        source: "check-out",
        wording: "",
        proof: "",
        expires: at(-27),
      },
    ],
    consent_history: [
      {
        purpose: "marketing",
        channel: "email",
        topic: "events",
        address: email,
        state: "granted",
        at: at(88),
        source: "sign-up form",
        wording: "Rides, twice a month",
        proof: "form 1042",
        expires: null,
      },
    ],
    wishes: {
      channels_off: ["social"],
      limit: { at_most: 3, per: "7d" },
      quiet_hours: { from: "21:00", to: "08:00" },
      paused_until: null,
    },
    suppressed: [
      {
        address: `old.${email}`,
        reason: { code: "bounced", text: "the address does not take mail any more" },
        at: at(50),
      },
    ],
    runs: [
      {
        journey: "cart-reminder",
        key: "cart-8841",
        started: iso(now - 5 * HOUR_MS),
        step: "1/wait_until",
        wake: iso(now + 43 * HOUR_MS),
      },
      { journey: "welcome", key: null, started: at(3), step: "3/branch/0", wake: null },
    ],
    merged: [
      { at: at(88), absorbed: "p998", cause: `signed up: visitor and email:${email} in one event` },
    ],
  };
}

export function timeline(id: string, now: number): TimelineItem[] {
  const h = (hours: number) => iso(now - hours * HOUR_MS);
  const step = (hours: number, code: string, text: string, detail = "") => ({
    at: h(hours),
    code,
    text,
    detail,
  });
  const created = (hours: number, who: string) =>
    step(hours, "created", "a journey, a broadcast or a program asked for this message", who);
  const items: TimelineItem[] = [
    {
      at: h(0.4),
      kind: "event",
      title: "Page Viewed",
      properties: {
        path: "/shoes/trail-runner",
        title: "Trail Runner",
        referrer: "https://search.example/",
      },
    },
    {
      at: h(2),
      kind: "message",
      title: "cart-reminder",
      channel: "push",
      state: "pending",
      message: "m90412",
      reason: { code: "quiet_hours", text: "it is night where the person lives" },
      detail: "free again at 08:00",
      trail: [
        created(2.01, "journey/cart-reminder/cart-8841"),
        step(2, "channel_off", "the person does not want this channel", "social"),
        step(2, "moved", "another channel was taken", "social → push"),
        step(2, "deferred", "the message waits for a later time", "quiet hours 21:00 to 08:00"),
      ],
    },
    { at: h(5), kind: "journey", title: "cart-reminder", detail: "started for cart-8841" },
    {
      at: h(5.1),
      kind: "event",
      title: "Product Added",
      properties: {
        cart_id: "cart-8841",
        product: "Trail Runner",
        price: 129.95,
        currency: "EUR",
        quantity: 1,
      },
    },
    {
      at: h(26),
      kind: "message",
      title: "autumn-offer",
      channel: "email",
      state: "held_out",
      message: "m90077",
      reason: {
        code: "held_out",
        text: "withheld at random, so that the channel's effect can be measured",
      },
      trail: [
        created(27, "broadcast/autumn-offer"),
        step(26.9, "planned", "the message got a channel and a time", "email"),
        step(
          26,
          "held_out",
          "withheld at random, so that the channel's effect can be measured",
          "cell push + on-site, epoch 2",
        ),
      ],
    },
    {
      at: h(31),
      kind: "message",
      title: "weekly-events",
      channel: "email",
      state: "suppressed",
      message: "m89921",
      reason: { code: "topic_off", text: "the person does not want this topic" },
      detail: "events",
      trail: [
        created(31.1, "broadcast/weekly-events"),
        step(
          31,
          "topic_off",
          "the person does not want this topic",
          "events, withdrawn in the preference centre",
        ),
      ],
    },
    {
      at: h(50),
      kind: "event",
      title: "Order Completed",
      properties: { order_id: "o-5512", revenue: 84.5, currency: "EUR", products: ["Rain Jacket"] },
    },
    {
      at: h(54),
      kind: "message",
      title: "pro-tour",
      channel: "email",
      state: "sent",
      message: "m88310",
      reason: { code: "sent", text: "the provider took the message" },
      trail: [
        created(55, "journey/welcome, step 3/branch/0/0"),
        step(54.8, "planned", "the message got a channel and a time", "email"),
        step(
          54.7,
          "retry",
          "the provider asked to try again later",
          "451 4.7.1 greylisted; again in 5 min",
        ),
        step(54, "sent", "the provider took the message", "250 2.0.0 queued"),
      ],
    },
    {
      at: h(56),
      kind: "message",
      title: "members-day",
      channel: "push",
      state: "dropped",
      message: "m88102",
      reason: { code: "person_limit", text: "the person's own limit is reached" },
      detail: "3 of 3 in 7d",
      trail: [
        created(58, "broadcast/members-day"),
        step(
          56,
          "person_limit",
          "the person's own limit is reached",
          "3 of 3 in 7d; free again only after the message expires",
        ),
      ],
    },
    {
      at: h(60),
      kind: "message",
      title: "order-update",
      channel: "sms",
      state: "unknown",
      message: "m87990",
      reason: {
        code: "answer_lost",
        text: "the connection ended after the message was handed over",
      },
      trail: [
        created(60.1, "api"),
        step(
          60,
          "answer_lost",
          "the connection ended after the message was handed over",
          "no answer within 30 s",
        ),
      ],
    },
    { at: h(72), kind: "consent", title: "Unconfirmed: marketing by SMS", detail: "check-out" },
    {
      at: h(480),
      kind: "consent",
      title: "Said no: marketing by e-mail about events",
      detail: "preference centre",
    },
  ];
  const random = chance(id.length * 31 + id.charCodeAt(id.length - 1));
  for (let n = 0; n < 60; n++) {
    const hours = 490 + n * 26 + random() * 12;
    items.push(
      random() < 0.7
        ? {
            at: h(hours),
            kind: "event",
            title: pick(random, ["Page Viewed", "Product Viewed", "Signed In"]),
            properties: { path: "/", visit: n },
          }
        : {
            at: h(hours),
            kind: "message",
            title: "weekly-news",
            channel: pick(random, ["email", "push", "onsite"]),
            state: "sent",
            message: `m${70_000 - n}`,
            reason: { code: "sent", text: "the provider took the message" },
            trail: [
              created(hours + 0.1, "broadcast/weekly-news"),
              step(hours, "sent", "the provider took the message"),
            ],
          },
    );
  }
  items.push({
    at: h(2200),
    kind: "merge",
    title: "Merged with p998",
    detail: "visitor and e-mail in one event",
  });
  return items;
}

/** What is measured first. */
export const OUTCOME = "revenue";
const channels = ["email", "push", "onsite"];

function estimate(channels: string[], value: number, se: number) {
  return {
    channels,
    estimate: value,
    se,
    df: 5_200,
    low: value - 1.96 * se,
    high: value + 1.96 * se,
    sequence_low: value - 2.9 * se,
    sequence_high: value + 2.9 * se,
  };
}

export function leverageReport(scenario: Scenario): LeverageReport {
  const cells = [
    [],
    ["email"],
    ["push"],
    ["onsite"],
    ["email", "push"],
    ["email", "onsite"],
    ["push", "onsite"],
    channels,
  ];
  const report: LeverageReport = {
    n: 18_432,
    channels,
    outcome: { name: OUTCOME, unit: "EUR" },
    confidence: 0.95,
    baseline: { estimate: 6.12, se: 0.07, low: 5.98, high: 6.26 },
    cells: cells.map((on, n) => ({
      on,
      n: 2_290 + ((n * 37) % 41),
      mean: 6.1 + 0.25 * on.length,
      se: 0.07,
    })),
    values: [
      estimate(["email"], 0.64, 0.1),
      estimate(["push"], 0.29, 0.1),
      estimate(["onsite"], 0.41, 0.1),
      estimate(["email", "push"], 1.14, 0.11),
      estimate(["email", "onsite"], 1.27, 0.11),
      estimate(["push", "onsite"], 0.72, 0.1),
      estimate(channels, 1.93, 0.12),
    ],
    interactions: [
      { ...estimate(["email"], 0.64, 0.1), p: 0.0001 },
      { ...estimate(["push"], 0.29, 0.1), p: 0.004 },
      { ...estimate(["onsite"], 0.41, 0.1), p: 0.0001 },
      { ...estimate(["email", "push"], 0.21, 0.09), p: 0.012, p_holm: 0.036 },
      { ...estimate(["email", "onsite"], 0.22, 0.08), p: 0.0009, p_holm: 0.0037 },
      { ...estimate(["push", "onsite"], 0.02, 0.08), p: 0.8, p_holm: 0.8 },
      { ...estimate(channels, 0.14, 0.13), p: 0.28, p_holm: 0.56 },
    ],
    shapley: [
      { channel: "email", estimate: 0.9, se: 0.08, low: 0.74, high: 1.06 },
      { channel: "push", estimate: 0.45, se: 0.08, low: 0.29, high: 0.61 },
      { channel: "onsite", estimate: 0.58, se: 0.08, low: 0.42, high: 0.74 },
    ],
    leverage: {
      estimate: 0.59,
      se: 0.16,
      df: 5_200,
      low: 0.276,
      high: 0.904,
      p: 0.0002,
      sequence_low: 0.126,
      sequence_high: 1.054,
    },
    leverage_ratio: { estimate: 1.44, low: 1.17, high: 1.83, kind: "bounded" },
    sample_ratio: { chi2: 5.1, df: 7, p: 0.65 },
    variance: "HC2",
    order: null,
    design: "factorial",
    warnings: [],
  };
  if (scenario === "insufficient") {
    const none = { estimate: null, se: null, low: null, high: null };
    return {
      ...report,
      n: 388,
      insufficient:
        "the smallest cell has 41 people, and 100 are needed; about 5 more weeks at this rate",
      cells: report.cells.map((it, n) => ({ ...it, n: 41 + ((n * 13) % 17) })),
      values: report.values.map((it) => ({ channels: it.channels, ...none })),
      interactions: [],
      shapley: [],
      leverage: none,
      leverage_ratio: { estimate: null, low: null, high: null, kind: "unbounded" },
      sample_ratio: null,
    };
  }
  if (scenario === "singles") {
    const gone = (it: { channels: string[] }) => ({
      channels: it.channels,
      estimate: null,
      se: null,
      low: null,
      high: null,
      reason: "this design has no cell with exactly these channels",
    });
    const isPair = (it: { channels: string[] }) => it.channels.length === 2;
    return {
      ...report,
      design: "leverage",
      values: report.values.map((it) => (isPair(it) ? gone(it) : it)),
      interactions: report.interactions.map((it) => (1 < it.channels.length ? gone(it) : it)),
      leverage: { estimate: -0.12, se: 0.21, low: -0.53, high: 0.29, p: 0.57 },
      leverage_ratio: { estimate: null, low: null, high: null, kind: "unbounded" },
      warnings: ["184 people were merged after assignment; without them leverage is −0.14"],
    };
  }
  return report;
}

export function today(now: number, scenario: Scenario): Today {
  const empty = scenario === "empty";
  const random = chance(3);
  const days = Array.from({ length: 14 }, (_, n) => {
    const size = empty ? 0 : 2_400 + Math.floor(random() * 1_500) + (n % 7 === 2 ? 2_600 : 0);
    return {
      day: iso(now - (13 - n) * DAY_MS).slice(0, 10),
      sent: Math.round(size * 0.62),
      suppressed: Math.round(size * 0.13),
      held_out: Math.round(size * 0.16),
      dropped: Math.round(size * 0.08),
      failed: Math.round(size * 0.009),
      unknown: n === 8 && !empty ? 14 : 0,
    };
  });
  const ledger = {
    candidates: 0,
    sent: 118_204,
    suppressed: 24_871,
    held_out: 30_118,
    dropped: 15_330,
    merged: 4_096,
    failed: 1_702,
    unknown: 14,
    pending: 2_913,
    of_pending_deferred: 1_188,
  };
  ledger.candidates =
    ledger.sent +
    ledger.suppressed +
    ledger.held_out +
    ledger.dropped +
    ledger.merged +
    ledger.failed +
    ledger.unknown +
    ledger.pending;
  if (empty) for (const key of Object.keys(ledger) as (keyof typeof ledger)[]) ledger[key] = 0;
  const hold =
    scenario === "hold"
      ? {
          since: iso(now - 26 * 60_000),
          reason:
            "the data directory was restored from a backup of 21 Nov 2026, 03:00; what was due since then may have been sent already",
          waiting: 2_913,
        }
      : null;
  const attention = [];
  if (hold) attention.push({ kind: "hold", text: "Sending is on hold after a restore." });
  if (!empty && scenario !== "insufficient") {
    attention.push({
      kind: "rejections",
      text: "Till in Utrecht: 312 events were rejected in the last hour, all for a missing name.",
      href: "/events",
    });
    attention.push({
      kind: "webhooks",
      text: "Of the calls of other systems 1 fail and are tried again, and 2 were given up. See `fulcrum webhooks list`.",
    });
    attention.push({
      kind: "account",
      text: "The account at linkedin has to be connected anew (the token has ended); 1 planned posts need it.",
      href: "/calendar",
    });
    attention.push({
      kind: "post",
      text: "The post rain-tips is not everywhere where it should be.",
      href: "/posts/rain-tips",
    });
  }
  return {
    now: iso(now),
    engine: {
      people: empty ? 0 : 26_004,
      events: empty ? 0 : 1_208_331,
      lag_ms: empty ? 0 : 38,
      hold,
    },
    ledger,
    days,
    journeys: empty
      ? []
      : [
          { name: "welcome", active: 812, started: 9_412, goals: 2_877, messages: 21_640 },
          { name: "cart-reminder", active: 431, started: 6_203, goals: 1_950, messages: 8_120 },
          { name: "win-back", active: 1_204, started: 3_310, goals: 402, messages: 6_618 },
        ],
    audiences: empty
      ? []
      : [
          {
            name: "lapsing",
            size: 1_933,
            condition:
              'count("Order Completed", last 365d) >= 2 and not did("Order Completed", last 90d) and consent("email", "offers")',
          },
          { name: "members", size: 14_820, condition: 'exists(trait("member_since"))' },
          {
            name: "repeat_buyers",
            size: 5_402,
            condition: 'count("Order Completed", last 365d) >= 2',
          },
        ],
    leverage: leverageReport(scenario),
    truth:
      scenario === "real" || scenario === "insufficient" || scenario === "singles"
        ? null
        : {
            leverage: 0.52,
            leverage_ratio: 1.39,
            interactions: [
              { channels: ["email", "push"], value: 0.18 },
              { channels: ["email", "onsite"], value: 0.25 },
              { channels: ["push", "onsite"], value: 0.05 },
              { channels, value: 0.04 },
            ],
          },
    attention,
  };
}

export function sources(now: number): Source[] {
  return [
    {
      id: "s1",
      name: "Web shop",
      accepted: 912_440,
      rejected: 18,
      duplicates: 3_022,
      last_at: iso(now - 2_000),
    },
    {
      id: "s2",
      name: "App",
      accepted: 281_090,
      rejected: 0,
      duplicates: 14_201,
      last_at: iso(now - 9_000),
    },
    {
      id: "s3",
      name: "Till in Utrecht",
      accepted: 14_801,
      rejected: 312,
      duplicates: 0,
      last_at: iso(now - 61_000),
    },
  ];
}

const rejections = [
  {
    code: "no_name",
    text: "a track call needs the name of its `event`",
    detail: '`event` is missing; add it, for example "event": "Order Completed"',
  },
  {
    code: "bad_time",
    text: "the timestamp cannot be read",
    detail: '`timestamp` is "22/11/2026"; write 2026-11-22T09:00:00Z',
  },
  {
    code: "bad_json",
    text: "the body is not JSON",
    detail: "line 1, column 44: expected `,` or `}`",
  },
];

export function received(random: () => number, at: number): ReceivedEvent {
  const source = pick(random, ["s1", "s1", "s1", "s2", "s3"]);
  const user = `u-${1000 + Math.floor(random() * PEOPLE)}`;
  const person = `p${1 + Math.floor(random() * PEOPLE)}`;
  const name = pick(random, [
    "Page Viewed",
    "Product Viewed",
    "Product Added",
    "Order Completed",
    "Signed In",
  ]);
  if (random() < 0.14) {
    const rejection = pick(random, rejections);
    const body =
      rejection.code === "bad_json"
        ? `{"type":"track","userId":"${user}","event":"Order Completed "properties":{}}`
        : JSON.stringify({
            type: "track",
            userId: user,
            timestamp: rejection.code === "bad_time" ? "22/11/2026" : iso(at),
            properties: { revenue: 12.5 },
          });
    return {
      at: iso(at),
      source: "s3",
      kind: rejection.code === "bad_json" ? "" : "track",
      name: rejection.code === "bad_time" ? "Order Completed" : "",
      accepted: false,
      rejection,
      body,
    };
  }
  const kind = name === "Page Viewed" ? "page" : random() < 0.1 ? "identify" : "track";
  return {
    at: iso(at),
    source,
    kind,
    name: kind === "identify" ? "" : name,
    person,
    accepted: true,
    body: JSON.stringify({
      type: kind,
      userId: user,
      ...(kind === "track" && { event: name }),
      messageId: `msg-${Math.floor(random() * 1e9).toString(36)}`,
      timestamp: iso(at),
      properties: { currency: "EUR", revenue: Math.round(random() * 9_000) / 100, path: "/" },
      context: { library: { name: "analytics.js", version: "2.1" } },
    }),
  };
}

export function lastReceived(now: number): ReceivedEvent[] {
  const random = chance(11);
  return Array.from({ length: 60 }, (_, n) => received(random, now - n * 2_300));
}
