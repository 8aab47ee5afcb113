import { expect, test } from "vitest";
import { leverageReport } from "../../mock/data.ts";
import { reportCsv } from "./report-csv";

const rows = (text: string) => text.trimEnd().split("\n");

test("each number is a row under the columns of the command", () => {
  const report = leverageReport("normal");
  const [head, ...found] = rows(reportCsv(report));
  expect(head).toBe(
    "kind,channels,n,estimate,se,df,low,high,p,p_holm,sequence_low,sequence_high,reason",
  );
  expect(found[0]).toBe(
    "leverage,email+push+onsite,,0.59,0.16,5200,0.276,0.904,0.0002,,0.126,1.054,",
  );
  expect(found[1]).toBe("leverage_ratio,email+push+onsite,,1.44,,,1.17,1.83,,,,,");
  expect(found[2]).toBe("baseline,,,6.12,0.07,,5.98,6.26,,,,,");
  const { values, interactions, shapley, cells } = report;
  expect(found.length).toBe(
    3 + values.length + interactions.length + shapley.length + cells.length,
  );
  expect(found.at(-1)).toMatch(/^cell,email\+push\+onsite,\d+,/);
});

test("a reason with a comma stays one field", () => {
  const report = leverageReport("normal");
  const reason = 'no people in "email", yet';
  const text = reportCsv({
    ...report,
    leverage: { estimate: null, se: null, low: null, high: null, reason },
  });
  expect(rows(text)[1]).toBe('leverage,email+push+onsite,,,,,,,,,,,"no people in ""email"", yet"');
});
