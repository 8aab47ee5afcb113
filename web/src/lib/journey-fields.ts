/**
 * Which fields a journey, what begins it and each kind of step have, and what they hold. The builder draws them from
 * here, and a test compares them with the schema of the file, so that nothing can be written that cannot be built.
 */
import type { Path } from "./conditions.ts";
import type { Journey, Kind } from "./journeys.ts";

export type Holds =
  | "text"
  | "long"
  | "span"
  /** A length of time with a sign. */
  | "shift"
  | "number"
  | "plain"
  | "truth"
  | "condition"
  | "list"
  | "channels"
  | "days"
  /** Weekdays or days of the month, by how often. */
  | "on"
  | "data"
  | "choice"
  | "presence"
  | "time"
  /** What is waited for: one thing, or the first of several. */
  | "untils"
  | "reentry"
  | "exits";

export interface Described {
  path: Path;
  holds: Holds;
  /** What it is called, where that is not its own name. */
  label?: string;
  /** The first is what an absent field means. */
  options?: readonly string[];
  /** Names to choose from. */
  names?: "audience" | "event" | "content" | "outcome";
  /** It is written even when it is empty, so that its absence is complained about at its place. */
  required?: boolean;
  /** What an absent field means, for one that is true or false. */
  usually?: boolean;
}

export const CHANNELS = ["email", "push", "onsite", "social", "sms", "webhook"];
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export const stepFields: Record<Kind, readonly Described[]> = {
  message: [
    { path: ["message", "content"], holds: "text", names: "content", required: true },
    { path: ["message", "channels"], holds: "channels", required: true },
    { path: ["message", "expires"], holds: "span" },
    { path: ["message", "value"], holds: "number" },
    {
      path: ["message", "class"],
      holds: "choice",
      options: ["usual", "service", "lifecycle", "promotion"],
    },
    { path: ["message", "otherwise"], holds: "presence" },
  ],
  wait: [{ path: ["wait"], holds: "span", required: true }],
  wait_until: [
    { path: ["wait_until"], holds: "untils" },
    { path: ["wait_until", "timeout"], holds: "span", required: true },
    {
      path: ["wait_until", "then"],
      holds: "choice",
      label: "afterwards",
      options: ["continue", "end"],
    },
  ],
  wait_for: [
    { path: ["wait_for", "from"], holds: "time", required: true },
    { path: ["wait_for", "to"], holds: "time", required: true },
    { path: ["wait_for", "days"], holds: "days" },
  ],
  branch: [],
  split: [],
  experiment: [
    { path: ["experiment", "outcome"], holds: "text", names: "outcome", required: true },
    { path: ["experiment", "window"], holds: "span" },
  ],
  repeat: [
    { path: ["repeat", "times"], holds: "number", required: true },
    { path: ["repeat", "while"], holds: "condition" },
  ],
  set_trait: [
    { path: ["set_trait", "name"], holds: "text", required: true },
    { path: ["set_trait", "value"], holds: "plain", label: "new_value", required: true },
  ],
  tag: [
    { path: ["tag", "add"], holds: "list" },
    { path: ["tag", "remove"], holds: "list" },
  ],
  webhook: [
    { path: ["webhook", "url"], holds: "long", required: true },
    { path: ["webhook", "data"], holds: "data" },
  ],
  task: [
    { path: ["task", "title"], holds: "long", required: true },
    { path: ["task", "for"], holds: "text", required: true },
    { path: ["task", "note"], holds: "long" },
    { path: ["task", "due"], holds: "span" },
  ],
  tell_sales: [
    { path: ["tell_sales", "note"], holds: "long", required: true },
    { path: ["tell_sales", "owner"], holds: "text" },
    { path: ["tell_sales", "otherwise"], holds: "text", label: "fallback" },
  ],
  end: [],
};

/** Fields of steps that are built as arms, each at its own place. */
export const armFields: readonly string[] = [
  "branch.when",
  "branch.steps",
  "branch.otherwise",
  "split.arms",
  "split.steps",
  "experiment.arms",
  "experiment.steps",
  "repeat.steps",
];

/** The fields of one thing that is waited for. */
export const untils = ["event", "enters", "leaves"] as const;
export type UntilKind = (typeof untils)[number];

export const triggers = [
  "event",
  "enters",
  "leaves",
  "date",
  "schedule",
  "api",
  "conversation",
] as const;
export type TriggerKind = (typeof triggers)[number];

export const triggerFields: Record<TriggerKind, readonly Described[]> = {
  event: [
    { path: ["event"], holds: "text", names: "event", required: true },
    { path: ["when"], holds: "condition" },
  ],
  enters: [{ path: ["enters"], holds: "text", names: "audience", required: true }],
  leaves: [{ path: ["leaves"], holds: "text", names: "audience", required: true }],
  date: [
    { path: ["date", "trait"], holds: "text", required: true },
    { path: ["date", "yearly"], holds: "truth", usually: false },
    { path: ["date", "offset"], holds: "shift" },
    { path: ["date", "at"], holds: "time" },
  ],
  schedule: [
    { path: ["schedule", "audience"], holds: "text", names: "audience", required: true },
    { path: ["schedule", "every"], holds: "choice", options: ["day", "week", "month"] },
    { path: ["schedule", "on"], holds: "on" },
    { path: ["schedule", "at"], holds: "time", required: true },
  ],
  api: [],
  conversation: [
    {
      path: ["conversation", "kind"],
      holds: "choice",
      label: "said",
      options: ["any", "reply", "complaint"],
    },
    { path: ["when"], holds: "condition" },
  ],
};

export function triggerKind(trigger: Journey["trigger"]): TriggerKind | null {
  return triggers.find((it) => it in trigger) ?? null;
}

/** What begins a journey by a kind that somebody just chose. */
export function freshTrigger(kind: TriggerKind): Journey["trigger"] {
  const values: Record<TriggerKind, unknown> = {
    event: "",
    enters: "",
    leaves: "",
    date: { trait: "" },
    schedule: { audience: "", every: "week", on: ["mon"], at: "09:00" },
    api: true,
    conversation: {},
  };
  return { [kind]: values[kind] };
}

/** How often somebody may begin. */
export const entryFields: readonly Described[] = [
  { path: ["key"], holds: "text" },
  { path: ["reentry"], holds: "reentry" },
  { path: ["entries", "at_most"], holds: "number" },
  { path: ["entries", "per"], holds: "span" },
  { path: ["late"], holds: "span" },
];

export const goalFields: readonly Described[] = [
  { path: ["goal", "event"], holds: "text", names: "event", label: "goal_event" },
  { path: ["goal", "when"], holds: "condition" },
  { path: ["goal", "within"], holds: "span" },
  { path: ["goal", "value"], holds: "text", label: "goal_value" },
  { path: ["goal", "ends"], holds: "truth", usually: true },
];

export const exitFields: readonly Described[] = [{ path: ["exit"], holds: "exits" }];

export const ownerFields: readonly Described[] = [
  { path: ["owner"], holds: "text", label: "journey_owner" },
];
