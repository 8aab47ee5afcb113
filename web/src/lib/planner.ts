/** A plan for a measurement panel: what the fields say, what the server is asked, what the address keeps. */
import type { LeverageReport, Measuring, PowerReport } from "../api/types";
import { type Mark, numberTyped, typed } from "./numbers";

export const designs = ["leverage", "pairs", "factorial"] as const;
export type Design = (typeof designs)[number];

/** Fields that hold a number as it was typed; shares are in per cent. */
export const numberFields = [
  "rate",
  "mean",
  "sd",
  "channels",
  "panel",
  "people",
  "weeks",
  "leverage",
  "together",
  "alpha",
  "power",
] as const;
export type NumberField = (typeof numberFields)[number];

export interface Plan extends Record<NumberField, string> {
  outcome: "rate" | "amount";
  horizon: "weeks" | "leverage";
  design: Design;
}

export const CHANNELS_MAX = 12;

const shares: readonly NumberField[] = ["rate", "panel", "alpha", "power"];

/** Effects on a yes or no are in people of a hundred, as the rate is. */
export function perHundred(plan: Plan, field: NumberField): boolean {
  return plan.outcome === "rate" && (field === "leverage" || field === "together");
}

function inHundredths(plan: Plan, field: NumberField): boolean {
  return shares.includes(field) || perHundred(plan, field);
}

/** What each number may be: above `low` (or equal, where it says so) and at most `high`. */
const bounds: Record<NumberField, { low: number; high: number; open?: boolean; whole?: boolean }> =
  {
    rate: { low: 0, high: 100, open: true },
    mean: { low: -1e12, high: 1e12 },
    sd: { low: 0, high: 1e12, open: true },
    channels: { low: 2, high: CHANNELS_MAX, whole: true },
    panel: { low: 0, high: 100, open: true },
    people: { low: 0, high: 1e12, open: true },
    weeks: { low: 0, high: 10_000, open: true },
    leverage: { low: -1e12, high: 1e12 },
    together: { low: -1e12, high: 1e12 },
    alpha: { low: 0, high: 50, open: true },
    power: { low: 50, high: 99.9 },
  };

/** What is asked when nobody has said anything: a shop with a few per cent of buyers. */
export function firstPlan(mark: Mark): Plan {
  return {
    outcome: "rate",
    horizon: "weeks",
    design: "leverage",
    rate: "4",
    mean: "",
    sd: "",
    channels: "3",
    panel: "20",
    people: "5000",
    weeks: "12",
    leverage: "",
    together: typed(1.2, mark),
    alpha: "5",
    power: "80",
  };
}

/** The fields that a plan uses. */
export function asked(plan: Plan): NumberField[] {
  return numberFields.filter((it) => {
    if (it === "rate") return plan.outcome === "rate";
    if (it === "mean" || it === "sd") return plan.outcome === "amount";
    if (it === "weeks" || it === "leverage") return plan.horizon === it;
    return it !== "together" || plan.together.trim() !== "";
  });
}

export type Fault = "none" | "number" | "whole" | "range";

/** What is wrong with the fields, by field. */
export function faults(plan: Plan, mark: Mark): Partial<Record<NumberField, Fault>> {
  const found: Partial<Record<NumberField, Fault>> = {};
  for (const field of asked(plan)) {
    const fault = faultOf(field, plan[field], mark);
    if (fault) found[field] = fault;
  }
  return found;
}

function faultOf(field: NumberField, text: string, mark: Mark): Fault | null {
  if (text.trim() === "") return "none";
  const value = numberTyped(text, mark);
  if (value === null) return "number";
  const { low, high, open, whole } = bounds[field];
  if (whole && !Number.isInteger(value)) return "whole";
  if (value < low || high < value || (open && value === low)) return "range";
  if (field === "rate" && value === high) return "range";
  return field === "leverage" && value === 0 ? "range" : null;
}

/** The ends between which a field's number lies, for the message that it does not. */
export function ends(field: NumberField): { low: number; high: number } {
  return bounds[field];
}

/** The server's question, or null where a field makes none. */
export function question(plan: Plan, mark: Mark): Record<string, string | number> | null {
  if (Object.keys(faults(plan, mark)).length !== 0) return null;
  const names: Partial<Record<NumberField, string>> = {
    rate: "baseline",
    people: "people_per_week",
  };
  const values = asked(plan).map((field) => {
    const value = numberTyped(plan[field], mark) ?? 0;
    const share = Number((value / 100).toPrecision(12));
    return [names[field] ?? field, inHundredths(plan, field) ? share : value];
  });
  return { design: plan.design, ...Object.fromEntries(values) };
}

/** The same plan for the other kind of outcome: effects keep their size, and change their unit. */
export function withOutcome(plan: Plan, outcome: Plan["outcome"], mark: Mark): Partial<Plan> {
  const times = outcome === plan.outcome ? 1 : outcome === "rate" ? 100 : 0.01;
  const scaled = (text: string) => {
    const value = numberTyped(text, mark);
    return value === null ? text : typed(value * times, mark);
  };
  return { outcome, leverage: scaled(plan.leverage), together: scaled(plan.together) };
}

/** The address keeps what differs from the first plan, with a point as decimal mark. */
export function toSearch(plan: Plan, mark: Mark): URLSearchParams {
  const first = firstPlan(mark);
  const search = new URLSearchParams();
  for (const field of ["outcome", "horizon", "design"] as const) {
    if (plan[field] !== first[field]) search.set(field, plan[field]);
  }
  for (const field of numberFields) {
    const value = numberTyped(plan[field], mark);
    if (plan[field] === first[field]) continue;
    search.set(field, value === null ? plan[field].trim() : typed(value, "."));
  }
  return search;
}

export function fromSearch(search: URLSearchParams, mark: Mark): Plan {
  const plan = firstPlan(mark);
  const one = <T extends string>(name: string, choices: readonly T[], otherwise: T): T =>
    choices.find((it) => it === search.get(name)) ?? otherwise;
  plan.outcome = one("outcome", ["rate", "amount"], plan.outcome);
  plan.horizon = one("horizon", ["weeks", "leverage"], plan.horizon);
  plan.design = one("design", designs, plan.design);
  for (const field of numberFields) {
    const text = search.get(field);
    if (text === null) continue;
    const value = numberTyped(text, ".");
    plan[field] = value === null ? text : typed(value, mark);
  }
  return plan;
}

/** What the running panel knows of itself, for the next plan; null where it knows too little. */
export function ofPanel(
  report: LeverageReport,
  panel: Measuring["panel"],
  mark: Mark,
): Partial<Plan> | null {
  const none = report.cells.find((it) => it.on.length === 0);
  if (!panel || !none || none.se === null || none.se <= 0) return null;
  const text = (value: number) => typed(Number(value.toPrecision(4)), mark);
  const all = report.values.find((it) => it.channels.length === report.channels.length);
  const together = all?.estimate ?? null;
  const { people_per_week: people, design } = panel;
  return {
    outcome: "amount",
    mean: text(none.mean),
    sd: text(none.se * Math.sqrt(none.n)),
    channels: String(panel.channels.length),
    panel: text(panel.share * 100),
    ...(people !== null && 0 < people && { people: String(Math.max(1, Math.round(people))) }),
    ...(design !== "other" && { design }),
    together: together === null ? "" : text(together),
  };
}

/** More cells than this are shown by how many channels are on. */
const CELLS_SHOWN = 16;

export interface CellGroup {
  /** Channel numbers from 1; null where the row stands for several cells. */
  on: readonly number[] | null;
  /** How many channels are on. */
  size: number;
  cells: number;
  /** Of each cell. */
  share: number;
  people: number;
}

export function cellGroups(found: PowerReport): CellGroup[] {
  if (found.cells.length <= CELLS_SHOWN) {
    return found.cells
      .map(({ on, share, people }) => ({ on, size: on.length, cells: 1, share, people }))
      .sort((a, b) => a.size - b.size);
  }
  const groups = new Map<string, CellGroup>();
  for (const { on, share, people } of found.cells) {
    // Cells of one size differ only where the people outside the panel are.
    const key = `${on.length}/${share.toPrecision(9)}`;
    const group = groups.get(key);
    if (group) Object.assign(group, { cells: group.cells + 1, on: null });
    else groups.set(key, { on, size: on.length, cells: 1, share, people });
  }
  return [...groups.values()].sort((a, b) => a.size - b.size);
}
