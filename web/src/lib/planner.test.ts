import { expect, test } from "vitest";
import { leverageReport } from "../../mock/data.ts";
import { measuring, power } from "../../mock/measure.ts";
import {
  cellGroups,
  faults,
  firstPlan,
  fromSearch,
  ofPanel,
  type Plan,
  question,
  toSearch,
  withOutcome,
} from "./planner";

const plan = (part: Partial<Plan> = {}): Plan => ({ ...firstPlan("."), ...part });

/** The query of a plan as one line. */
function asked(part: Partial<Plan>): string | null {
  const found = question(plan(part), ".");
  return (
    found &&
    Object.entries(found)
      .map(([name, value]) => `${name}=${value}`)
      .join(" ")
  );
}

test("per cents become shares, and effects on a yes or no are of a hundred people", () => {
  expect(asked({})).toBe(
    "design=leverage baseline=0.04 channels=3 panel=0.2 people_per_week=5000 weeks=12 together=0.012 alpha=0.05 power=0.8",
  );
});

test("an amount is asked as it stands, and only what is used", () => {
  expect(
    asked({
      outcome: "amount",
      mean: "6.1",
      sd: "9",
      together: "",
      horizon: "leverage",
      leverage: "0.5",
      weeks: "x",
    }),
  ).toBe(
    "design=leverage mean=6.1 sd=9 channels=3 panel=0.2 people_per_week=5000 leverage=0.5 alpha=0.05 power=0.8",
  );
});

test("each number that makes no sense is named, and nothing is asked", () => {
  const found = (part: Partial<Plan>) => faults(plan(part), ".");
  expect(found({ rate: "100", panel: "101", people: "0" })).toEqual({
    rate: "range",
    panel: "range",
    people: "range",
  });
  expect(found({ channels: "2.5", weeks: "" })).toEqual({ channels: "whole", weeks: "none" });
  expect(found({ channels: "1", together: "many" })).toEqual({
    channels: "range",
    together: "number",
  });
  expect(found({ horizon: "leverage", leverage: "0" })).toEqual({ leverage: "range" });
  expect(found({ sd: "-1" })).toEqual({});
  expect(asked({ rate: "0" })).toBeNull();
});

test("an effect keeps its size when the outcome becomes an amount, and back", () => {
  const amount = withOutcome(plan({ leverage: "" }), "amount", ".");
  expect(amount).toEqual({ outcome: "amount", leverage: "", together: "0.012" });
  expect(withOutcome(plan(amount), "rate", ".").together).toBe("1.2");
  expect(withOutcome(plan(), "rate", ".").together).toBe("1.2");
});

test("an address gives the plan back, in any language", () => {
  const dutch = plan({ rate: "2,5", together: "0,3", design: "pairs", panel: "vijf" });
  const search = toSearch(dutch, ",");
  expect(search.toString()).toBe("design=pairs&rate=2.5&panel=vijf&together=0.3");
  expect(fromSearch(search, ",")).toEqual(dutch);
  expect(fromSearch(search, ".")).toEqual({ ...dutch, rate: "2.5", together: "0.3" });
  expect(toSearch(plan(), ".").toString()).toBe("");
  expect(fromSearch(new URLSearchParams("design=none&horizon=never"), ".")).toEqual(plan());
});

test("a running panel says what the next one can expect", () => {
  const report = leverageReport("normal");
  const found = ofPanel(report, measuring("normal").panel, ".");
  const { n } = report.cells[0] ?? { n: 0 };
  expect(found).toMatchObject({
    outcome: "amount",
    mean: "6.1",
    channels: "3",
    panel: "20",
    people: "2305",
    design: "factorial",
    together: "1.93",
  });
  expect(Number(found?.sd)).toBeCloseTo(0.07 * Math.sqrt(n), 2);
  expect(ofPanel(report, null, ".")).toBeNull();
  expect(ofPanel({ ...report, cells: [] }, measuring("normal").panel, ".")).toBeNull();
});

test("few cells are shown one by one, many by their size, and nobody gets lost", () => {
  const few = power(new URLSearchParams("channels=3&baseline=0.04&people_per_week=100&weeks=1"));
  expect(cellGroups(few).map((it) => it.on)).toEqual([[], [1], [2], [3], [1, 2, 3]]);
  const cells = Array.from({ length: 32 }, (_, cell) => ({
    on: [1, 2, 3, 4, 5].filter((n) => (cell >> (n - 1)) & 1),
    share: cell === 31 ? 0.5 : 0.5 / 31,
    people: cell === 31 ? 500 : 500 / 31,
  }));
  const groups = cellGroups({ ...few, cells });
  expect(groups.map((it) => [it.size, it.cells])).toEqual([
    [0, 1],
    [1, 5],
    [2, 10],
    [3, 10],
    [4, 5],
    [5, 1],
  ]);
  const people = groups.reduce((sum, it) => sum + it.cells * it.people, 0);
  expect(people).toBeCloseTo(1_000, 6);
});
