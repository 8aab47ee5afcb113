/** Intervals below each other on one axis: what each set of channels achieves, and what sets add. */
import type { ReactNode } from "react";
import type { LeverageReport, SetEstimate, Truth } from "../../api/types";
import { Grid, IntervalMark, percent, TickLabels, TruthMark } from "../../charts/marks";
import { decimalsFor } from "../../lib/format";
import { inOrder, known, sameSet, sumOfSingles, verdict } from "../../lib/leverage";
import { type Scale, scaleAround, tickDecimals } from "../../lib/scale";
import { channelName, useText } from "../../messages";
import { ChannelIcon } from "../../ui/icons";
import { Card, Text } from "../../ui/parts";
import { Diamond } from "./leverage";

const ROW_HEIGHT = 40;

export function ValuesCard({
  report,
  why = false,
}: {
  report: LeverageReport;
  /** Each row without a number says why. */
  why?: boolean;
}) {
  const { t } = useText();
  const sum = sumOfSingles(report);
  return (
    <Card title={t.today.values.title} note={t.today.values.caption} className="early">
      <Forest
        report={report}
        rows={inOrder(report, report.values)}
        reference={sum}
        title={t.today.values.title}
        why={why}
      />
      <Key rows={report.values} why={!why}>
        {report.channels.map((it) => (
          <li key={it} className="narrow-only" aria-hidden="true">
            <ChannelIcon channel={it} /> {channelName(t, it)}
          </li>
        ))}
        {sum !== null && (
          <li>
            <svg width="12" height="16" aria-hidden="true">
              <line className="mark-reference" x1="6" x2="6" y1="0" y2="16" />
            </svg>
            {t.today.values.sum}
          </li>
        )}
      </Key>
    </Card>
  );
}

export function InteractionsCard({
  report,
  truth,
  why = false,
  children,
}: {
  report: LeverageReport;
  truth: Truth | null;
  /** Each row without a number says why. */
  why?: boolean;
  children?: ReactNode;
}) {
  const { t } = useText();
  const rows = inOrder(report, report.interactions).filter((it) => 2 <= it.channels.length);
  return (
    <Card title={t.today.interactions.title} note={t.today.interactions.caption} className="early">
      {(why || rows.some(known)) && (
        <Forest
          report={report}
          rows={rows}
          truth={truth}
          withP
          title={t.today.interactions.title}
          why={why}
        />
      )}
      <Key rows={rows} why={!why}>
        {truth && rows.some(known) && (
          <li>
            <Diamond /> {t.today.leverage.truth}
          </li>
        )}
        {rows.some((it) => typeof it.p_holm === "number") && <li>{t.today.interactions.pHelp}</li>}
      </Key>
      {children}
    </Card>
  );
}

/** What the marks mean, and why some rows have none. */
export function Key({
  rows,
  why,
  children,
}: {
  rows: readonly SetEstimate[];
  why: boolean;
  children?: ReactNode;
}) {
  const { t } = useText();
  const reasons = new Set(rows.filter((it) => !known(it)).map((it) => it.reason ?? ""));
  reasons.delete("");
  const open = rows.some((row) => {
    const it = known(row);
    return it && verdict(it) === "unclear";
  });
  return (
    <ul className="chart-key">
      {children}
      {open && (
        <li>
          <svg width="22" height="12" aria-hidden="true" className="mark-open">
            <line className="mark-interval" x1="0" x2="22" y1="6" y2="6" />
          </svg>
          {t.today.values.open}
        </li>
      )}
      {why && 0 < reasons.size && (
        <li className="chart-why">
          <span>
            <Text>{t.today.values.unknownWhy([...reasons].join("; "))}</Text>
          </span>
        </li>
      )}
    </ul>
  );
}

export function Forest({
  report,
  rows,
  title,
  reference = null,
  truth = null,
  withP = false,
  why = false,
}: {
  report: LeverageReport;
  rows: readonly SetEstimate[];
  title: string;
  /** A line in the row of all channels: where they would be without leverage. */
  reference?: number | null;
  truth?: Truth | null;
  withP?: boolean;
  why?: boolean;
}) {
  const { t, format } = useText();
  const unit = report.outcome?.unit;
  const trueValue = (row: SetEstimate) =>
    truth?.interactions.find((it) => sameSet(it.channels, row.channels))?.value ?? null;
  const scale = scaleAround(
    [reference, ...rows.flatMap((it) => [it.low, it.high, it.estimate, trueValue(it)])],
    4,
  );
  // The same decimals as the headline, so that the numbers of the page can be compared by eye.
  const decimals = decimalsFor(report.leverage.se);
  const amount = (value: number) => format.amount(value, decimals, unit, true);
  const digits = tickDecimals(scale);
  return (
    <table className="forest">
      <caption className="hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{t.today.values.channels}</th>
          <th scope="col">
            <span className="hidden">{t.today.values.plot}</span>
          </th>
          <th scope="col" className="number">
            {t.today.values.effect}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const all = row.channels.length === report.channels.length;
          return (
            <tr key={row.channels.join("+")} className={all ? "is-all" : undefined}>
              <th scope="row">
                <ChannelSet channels={row.channels} all={all && 2 < row.channels.length} />
              </th>
              {why && !known(row) ? (
                <td colSpan={2} className="forest-why">
                  <Text>{t.leverage.notKnown(row.reason ?? report.insufficient ?? "–")}</Text>
                </td>
              ) : (
                <>
                  <td className="forest-plot" aria-hidden="true">
                    <RowPlot
                      scale={scale}
                      row={row}
                      truth={trueValue(row)}
                      reference={all ? reference : null}
                    />
                  </td>
                  <td className="number">
                    <Numbers row={row} amount={amount} withP={withP} />
                  </td>
                </>
              )}
            </tr>
          );
        })}
      </tbody>
      {rows.some(known) && (
        <tfoot aria-hidden="true">
          <tr>
            <td />
            <td className="forest-plot">
              <svg className="chart" height="22" aria-hidden="true">
                <TickLabels
                  scale={scale}
                  y={16}
                  label={(value) => format.amount(value, value === 0 ? 0 : digits)}
                />
              </svg>
            </td>
            <td />
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function RowPlot({
  scale,
  row,
  truth,
  reference,
}: {
  scale: Scale;
  row: SetEstimate;
  truth: number | null;
  reference: number | null;
}) {
  const it = known(row);
  const middle = ROW_HEIGHT / 2;
  return (
    <svg className="chart" height={ROW_HEIGHT} aria-hidden="true">
      <Grid scale={scale} />
      {reference !== null && (
        <line
          className="mark-reference"
          x1={percent(scale.at(reference))}
          x2={percent(scale.at(reference))}
          y1="6"
          y2={ROW_HEIGHT - 6}
        />
      )}
      {it && <IntervalMark scale={scale} it={it} y={truth === null ? middle : middle - 6} />}
      {truth !== null && <TruthMark scale={scale} value={truth} y={middle + 8} />}
    </svg>
  );
}

function Numbers({
  row,
  amount,
  withP,
}: {
  row: SetEstimate;
  amount: (value: number) => string;
  withP: boolean;
}): ReactNode {
  const { t, format } = useText();
  const it = known(row);
  if (!it) {
    return (
      <span className="faint" title={row.reason}>
        {t.today.values.unknown}
        {row.reason && <span className="hidden">: {row.reason}</span>}
      </span>
    );
  }
  return (
    <>
      <span className="estimate">
        {withP && typeof row.p_holm === "number" && (
          <small className="p-value">
            {t.today.interactions.p} {format.pValue(row.p_holm)}
          </small>
        )}{" "}
        {amount(it.estimate)}
      </span>
      <span className="interval">
        {amount(it.low)} … {amount(it.high)}
      </span>
    </>
  );
}

/** Pictures where there is little room, names for everybody else. */
export function ChannelSet({ channels, all }: { channels: readonly string[]; all: boolean }) {
  const { t } = useText();
  const names = channels.map((it) => channelName(t, it)).join(" + ");
  return (
    <span className="channel-set">
      <span className="channel-icons" aria-hidden="true" title={names}>
        {channels.map((it) => (
          <ChannelIcon key={it} channel={it} />
        ))}
      </span>
      <span className="channel-names" title={names}>
        {all
          ? t.today.values.all
          : channels.map((it, n) => (
              <span key={it}>
                {0 < n && "+ "}
                {channelName(t, it)}{" "}
              </span>
            ))}
      </span>
    </span>
  );
}
