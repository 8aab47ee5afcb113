/** Whether a leverage report can be trusted: what was checked, and what came out. */
import type { LeverageReport, Measuring } from "../api/types";
import { known, verdict } from "./leverage";

/** A share of chance below which the cells' sizes are held to be wrong. */
export const SAMPLE_RATIO_ALARM = 0.001;

export const checkNames = ["ratio", "inside", "tails", "sequence", "running", "rule"] as const;
export type CheckName = (typeof checkNames)[number];

/** `open`: cannot be said yet. `note`: nothing is wrong, and it must be known. */
export type CheckState = "fine" | "look" | "open" | "note";

export interface Check {
  name: CheckName;
  state: CheckState;
}

export function checks(report: LeverageReport, panel: Measuring["panel"]): Check[] {
  const states: Record<CheckName, CheckState> = {
    ratio: ratio(report),
    inside: inside(report),
    tails: tails(report),
    sequence: sequence(report),
    running: 0 < (report.running ?? 0) ? "note" : "fine",
    rule: panel?.rule === "replan" ? "look" : "fine",
  };
  return checkNames.map((name) => ({ name, state: states[name] }));
}

export function toLookAt(all: readonly Check[]): number {
  return all.filter((it) => it.state === "look").length;
}

function tails({ insufficient, warnings }: LeverageReport): CheckState {
  if (warnings.some(isOfTheData)) return "look";
  return insufficient === undefined ? "fine" : "open";
}

/** Two of the server's warnings have a check of their own. */
function isOfTheData(warning: string): boolean {
  return !/still in their window|the panel replans/.test(warning);
}

function ratio({ sample_ratio: it }: LeverageReport): CheckState {
  if (!it) return "open";
  return it.p < SAMPLE_RATIO_ALARM ? "look" : "fine";
}

/** Both groups have all channels on, so zero belongs into the interval. */
function inside({ inside_minus_outside: it }: LeverageReport): CheckState {
  const difference = it && known(it);
  if (!difference) return "open";
  return verdict(difference) === "unclear" ? "fine" : "look";
}

/** Looked at every day, a plain interval misses the truth sooner or later; the sequence does not. */
function sequence({ leverage }: LeverageReport): CheckState {
  const { estimate, sequence_low: low, sequence_high: high } = leverage;
  const plain = known(leverage);
  if (!plain || typeof low !== "number" || typeof high !== "number") return "open";
  const often = known({ estimate, low, high });
  return often && verdict(often) === verdict(plain) ? "fine" : "note";
}
