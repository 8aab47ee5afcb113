/** What a leverage report says, before it is put into words. */
import type { LeverageReport, SetEstimate } from "../api/types";

export const usualConfidence = 0.95;

export type Verdict = "more" | "less" | "unclear";

/** An estimate with both ends of its interval known. */
export interface Known {
  estimate: number;
  low: number;
  high: number;
}

export function known(it: {
  estimate: number | null;
  low: number | null;
  high: number | null;
}): Known | null {
  const { estimate, low, high } = it;
  return estimate === null || low === null || high === null ? null : { estimate, low, high };
}

export function verdict(leverage: Known): Verdict {
  if (0 < leverage.low) return "more";
  if (leverage.high < 0) return "less";
  return "unclear";
}

/** `unsure`: its own interval leaves out zero, but not after correcting for all that were looked at. */
export type Said = Verdict | "unsure";

export function said(row: SetEstimate, confidence: number): Said | null {
  const it = known(row);
  if (!it) return null;
  const alone = verdict(it);
  const corrected = row.p_holm ?? 0;
  return alone !== "unclear" && 1 - confidence <= corrected ? "unsure" : alone;
}

/** Small sets first, and within one size in the order of the report's channels. */
export function inOrder(report: LeverageReport, rows: readonly SetEstimate[]): SetEstimate[] {
  const rank = (row: SetEstimate) => row.channels.map((it) => report.channels.indexOf(it));
  return [...rows].sort((a, b) => {
    if (a.channels.length !== b.channels.length) return a.channels.length - b.channels.length;
    const [left, right] = [rank(a), rank(b)];
    const differs = left.findIndex((it, n) => it !== right[n]);
    return differs < 0 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
  });
}

/** Leverage is v(all) minus the sum of the single effects, so that sum needs no estimate of its own. */
export function sumOfSingles(report: LeverageReport): number | null {
  const all = report.values.find((it) => it.channels.length === report.channels.length);
  const together = all?.estimate ?? null;
  const leverage = report.leverage.estimate;
  return together === null || leverage === null ? null : together - leverage;
}

export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((it) => b.includes(it));
}
