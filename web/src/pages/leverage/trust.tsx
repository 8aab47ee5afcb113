/** Whether the number can be trusted: what was checked, how it was measured, and other readings of it. */
import { CircleCheck, CircleDashed, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { LeverageReport, LeverageSummary, Measuring } from "../../api/types";
import { type Check, type CheckState, checks } from "../../lib/checks";
import { decimalsFor } from "../../lib/format";
import { known } from "../../lib/leverage";
import { useText } from "../../messages";
import { Card, Text } from "../../ui/parts";

const icons = { fine: CircleCheck, look: TriangleAlert, open: CircleDashed, note: Info };

export function TrustCard({ report, measuring }: { report: LeverageReport; measuring: Measuring }) {
  const { t } = useText();
  return (
    <div id="trust" className="whole">
      <Card title={t.leverage.trust.title}>
        <ul className="checks">
          {checks(report, measuring.panel).map((it) => (
            <CheckItem key={it.name} check={it} report={report} measuring={measuring} />
          ))}
        </ul>
        <Design report={report} measuring={measuring} />
        <Beside report={report} />
      </Card>
    </div>
  );
}

function CheckItem({
  check,
  report,
  measuring,
}: {
  check: Check;
  report: LeverageReport;
  measuring: Measuring;
}) {
  const { t } = useText();
  const Icon = icons[check.state];
  const says = useSays(report, measuring);
  return (
    <li className={`check is-${check.state}`}>
      <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <h3>
          {t.leverage.trust[check.name]}
          <span className="check-state">{t.leverage.trust.states[check.state]}</span>
        </h3>
        <p>
          <Text>{says(check)}</Text>
        </p>
      </div>
    </li>
  );
}

/** What a check says in words. */
function useSays(report: LeverageReport, measuring: Measuring) {
  const { t, format } = useText();
  const { trust } = t.leverage;
  const amount = (value: number | null | undefined) =>
    format.amount(value ?? 0, decimalsFor(report.leverage.se), report.outcome.unit, true);
  const by = <T,>(state: CheckState, texts: { fine: T; open: T; other: T }) =>
    state === "fine" ? texts.fine : state === "open" ? texts.open : texts.other;
  return ({ name, state }: Check): string => {
    switch (name) {
      case "ratio": {
        const p = format.pValue(report.sample_ratio?.p ?? 1);
        const texts = {
          fine: trust.ratioFine,
          open: () => trust.ratioOpen,
          other: trust.ratioLook,
        };
        return by(state, texts)(p);
      }
      case "inside": {
        const it = report.inside_minus_outside;
        const text = {
          fine: trust.insideFine,
          open: () => trust.insideOpen,
          other: trust.insideLook,
        };
        return by(state, text)(amount(it?.estimate), amount(it?.low), amount(it?.high));
      }
      case "tails":
        return by(state, {
          fine: trust.tailsFine,
          open: trust.tailsOpen,
          other: trust.tailsLook,
        });
      case "sequence": {
        const { sequence_low: low, sequence_high: high } = report.leverage;
        const texts = {
          fine: trust.sequenceFine,
          open: () => trust.sequenceOpen,
          other: trust.sequenceNote,
        };
        return by(state, texts)(amount(low), amount(high));
      }
      case "running": {
        const running = report.running ?? 0;
        if (running === 0) return trust.runningFine;
        const end = report.next_end ? format.date(report.next_end) : "–";
        return trust.runningNote(running, format.count(running), end);
      }
      case "rule":
        return trust.rules[measuring.panel?.rule ?? "withhold"] ?? "";
    }
  };
}

/** How it was measured. */
function Design({ report, measuring }: { report: LeverageReport; measuring: Measuring }) {
  const { t, format } = useText();
  const { trust } = t.leverage;
  const { panel } = measuring;
  const outcome = measuring.outcomes.find((it) => it.name === report.outcome.name);
  const days = panel?.window.match(/^(\d+)d$/)?.[1];
  const weekly = panel?.people_per_week;
  return (
    <dl className="pairs design-facts">
      <Pair term={trust.design}>
        {t.today.leverage.designs[report.design] ?? report.design}:{" "}
        {trust.designs[report.design] ?? ""}
      </Pair>
      {panel && (
        <>
          <Pair term={trust.panel}>
            {trust.panelShare(format.level(panel.share), format.level(panel.inside_all_on))}
          </Pair>
          <Pair term={trust.window}>{days ? trust.days(days) : panel.window}</Pair>
        </>
      )}
      {typeof weekly === "number" && (
        <Pair term={trust.weekly}>{trust.perWeek(format.count(weekly))}</Pair>
      )}
      {outcome && (
        <Pair term={trust.counted}>
          <Text>
            {outcome.value
              ? trust.valueCounts(outcome.event, outcome.value)
              : trust.eachCounts(outcome.event)}
          </Text>
        </Pair>
      )}
      {typeof report.cap === "number" && (
        <Pair term={trust.cap}>
          {trust.capText(format.amount(report.cap, 0, report.outcome.unit))}
        </Pair>
      )}
    </dl>
  );
}

function Pair({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The same without the cap, and for "anything at all", where the report has them. */
function Beside({ report }: { report: LeverageReport }) {
  const { t, format } = useText();
  const { trust } = t.leverage;
  const readings: [string, LeverageSummary | undefined][] = [
    [trust.uncapped, report.uncapped],
    [trust.conversion, report.conversion],
  ];
  const rows = readings.filter((it): it is [string, LeverageSummary] => it[1] !== undefined);
  if (rows.length === 0) return null;
  return (
    <>
      <h3 className="in-words-title">{trust.beside}</h3>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{t.leverage.outcome}</th>
            <th scope="col" className="number">
              {trust.leverage}
            </th>
            <th scope="col" className="number">
              {trust.ratioTerm}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, it]) => {
            const found = known(it.leverage);
            const decimals = decimalsFor(it.leverage.se);
            const amount = (value: number) => format.amount(value, decimals, undefined, true);
            const ratio = it.leverage_ratio.estimate;
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="number">
                  {found ? (
                    <>
                      <span className="estimate">{amount(found.estimate)}</span>
                      <span className="interval">
                        {amount(found.low)} … {amount(found.high)}
                      </span>
                    </>
                  ) : (
                    t.leverage.notKnown(it.insufficient ?? it.leverage.reason ?? "–")
                  )}
                </td>
                <td className="number">{ratio === null ? "–" : `${format.amount(ratio, 2)}×`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
