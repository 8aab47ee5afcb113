/** What the page Leverage asks for: invented, with the arithmetic of plans as far as one can be looked at. */
import type { LeverageReport, Measuring, PowerReport } from "../src/api/types.ts";
import { leverageReport, OUTCOME, type Scenario, today } from "./data.ts";

export function measuring(scenario: Scenario): Measuring {
  const empty = scenario === "empty";
  return {
    outcomes: empty
      ? []
      : [
          { name: OUTCOME, event: "Order Completed", value: "revenue", cap: 500 },
          { name: "orders", event: "Order Completed" },
        ],
    panel: empty
      ? null
      : {
          share: 0.2,
          inside_all_on: 0.05,
          design: scenario === "singles" ? "leverage" : "factorial",
          rule: scenario === "singles" ? "replan" : "withhold",
          channels: ["email", "push", "onsite"],
          window: "28d",
          epoch: 2,
          people_per_week: 2_304.5,
        },
    truth: today(0, scenario).truth,
  };
}

/** With the parts that only the page Leverage shows. */
export function leverageOf(url: URL, scenario: Scenario): LeverageReport {
  const report = leverageReport(scenario);
  const outcome = { ...report.outcome, name: url.searchParams.get("outcome") ?? OUTCOME };
  if (report.insufficient) return { ...report, outcome };
  const { baseline, values, leverage, leverage_ratio } = report;
  return {
    ...report,
    outcome,
    cap: 500,
    conversion: {
      baseline,
      values,
      leverage: { estimate: 0.012, se: 0.004, low: 0.0042, high: 0.0198 },
      leverage_ratio,
    },
    uncapped: {
      baseline,
      values,
      leverage: { ...leverage, low: -0.11, high: 1.4 },
      leverage_ratio,
    },
    inside_minus_outside: { estimate: 0.04, se: 0.09, low: -0.14, high: 0.22, p: 0.66 },
    running: scenario === "singles" ? 0 : 4_120,
    next_end: "2026-12-01T00:00:00Z",
  };
}

/** Two-sided at 5 %, seen with 80 % chance. */
const QUANTILES = 1.96 + 0.8416;
const POINTS = 12;

export function power(asked: URLSearchParams): PowerReport {
  const number = (name: string, otherwise: number) => Number(asked.get(name) ?? otherwise);
  const [k, panel, people] = [
    number("channels", 3),
    number("panel", 0.2),
    number("people_per_week", 1),
  ];
  const rate = number("baseline", 0);
  const sd = asked.has("sd") ? number("sd", 1) : Math.sqrt(rate * (1 - rate));
  const cells = Array.from({ length: k }, (_, n) => [n + 1]);
  const each = (panel * 0.95) / (2 * k - 1);
  const shares = [each * (k - 1), ...cells.map(() => each), 1 - panel * 0.95];
  const single = QUANTILES * sd * Math.sqrt(1 / each + 1 / (each * (k - 1)));
  const leverage =
    QUANTILES * sd * Math.sqrt(k / each + (k - 1) ** 2 / (each * (k - 1)) + 1 / (1 - panel * 0.95));
  const weeks = asked.has("leverage")
    ? (leverage / number("leverage", 1)) ** 2 / people
    : number("weeks", 12);
  const at = (n: number) => ({
    weeks: n,
    single: single / Math.sqrt(people * n),
    leverage: leverage / Math.sqrt(people * n),
  });
  const withheld = each * (k - 1) * (1 + k - 1);
  const forgone = withheld * number("together", 0) * people;
  return {
    weeks,
    minimum_detectable: { single: at(weeks).single, leverage: at(weeks).leverage },
    cells: [[], ...cells, cells.flat()].map((on, n) => ({
      on,
      share: shares[n] ?? 0,
      people: (shares[n] ?? 0) * people * weeks,
    })),
    curve: Array.from({ length: POINTS }, (_, n) => at(Math.ceil((2 * weeks) / POINTS) * (n + 1))),
    withheld_share: withheld,
    ...(asked.has("together") && { forgone: { per_week: forgone, total: forgone * weeks } }),
    design: (asked.get("design") ?? "leverage") as PowerReport["design"],
  };
}

/** Where the server would draw. */
export function figure(asked: URLSearchParams): string {
  const [width, height] = [asked.get("width") ?? "1200", asked.get("height") ?? "675"];
  const bars = ["#1f4e79", "#4aa3a2", "#8c3b6f", "#d9541e"].map(
    (fill, n) =>
      `<rect x="120" y="${70 + n * 60}" width="${120 + n * 90}" height="34" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A stand-in for the picture">
<title>A stand-in for the picture</title>
<desc>The mock draws nothing: four bars.</desc>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="24" y="40" font-size="20" font-weight="bold" fill="#1c2430">A stand-in for the picture</text>
${bars.join("\n")}
</svg>
`;
}
