/** A leverage report as one row per number, with the columns of `fulcrum leverage --format csv`. */
import type { LeverageReport } from "../api/types";

const columns = [
  "kind",
  "channels",
  "n",
  "estimate",
  "se",
  "df",
  "low",
  "high",
  "p",
  "p_holm",
  "sequence_low",
  "sequence_high",
  "reason",
] as const;

type Row = Partial<Record<(typeof columns)[number], string | number | null>>;

export function reportCsv(report: LeverageReport): string {
  const set = (kind: string) => (it: { channels: string[] } & Omit<Row, "channels">) =>
    row({ ...it, kind, channels: it.channels.join("+") });
  const all = report.channels;
  return [
    columns.join(","),
    set("leverage")({ ...report.leverage, channels: all }),
    set("leverage_ratio")({ ...report.leverage_ratio, channels: all }),
    row({ ...report.baseline, kind: "baseline" }),
    ...report.values.map(set("value")),
    ...report.interactions.map(set("interaction")),
    ...report.shapley.map((it) => row({ ...it, kind: "shapley", channels: it.channel })),
    ...report.cells.map((it) =>
      row({ kind: "cell", channels: it.on.join("+"), n: it.n, estimate: it.mean, se: it.se }),
    ),
    "",
  ].join("\n");
}

function row(values: Row): string {
  return columns.map((it) => field(values[it])).join(",");
}

function field(value: string | number | null | undefined): string {
  const text = String(value ?? "");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
