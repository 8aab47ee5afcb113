/** What sets add in words, each channel's fair credit, and the people behind all numbers. */
import type { LeverageReport, SetEstimate } from "../../api/types";
import { Grid, IntervalMark, TickLabels } from "../../charts/marks";
import { decimalsFor } from "../../lib/format";
import { inOrder, known, said } from "../../lib/leverage";
import { scaleAround, tickDecimals } from "../../lib/scale";
import { channelName, useText } from "../../messages";
import { Card, Text } from "../../ui/parts";
import { ChannelSet, Forest, Key } from "../today/forest";

const ROW_HEIGHT = 32;

/** Of the sets of two and more channels that anything is known of; else how to know it. */
export function InWords({ report }: { report: LeverageReport }) {
  const { t, format } = useText();
  const rows = inOrder(report, report.interactions).filter((it) => 2 <= it.channels.length);
  const decimals = decimalsFor(report.leverage.se);
  const unit = report.outcome.unit;
  const amount = (value: number, signed = false) => format.amount(value, decimals, unit, signed);
  const sentence = (row: SetEstimate) => {
    const verdict = said(row, report.confidence);
    const it = known(row);
    if (!verdict || !it) return null;
    const set = row.channels.map((channel) => channelName(t, channel)).join(" + ");
    const { words } = t.leverage;
    if (verdict === "more") return words.more(set, amount(it.low), amount(it.high));
    if (verdict === "less") return words.less(set, amount(-it.high), amount(-it.low));
    if (verdict === "unsure") return words.unsure(set);
    return words.unclear(set, amount(it.low, true), amount(it.high, true));
  };
  const sentences = rows.map(sentence).filter((it) => it !== null);
  if (0 < sentences.length) {
    return (
      <>
        <h3 className="in-words-title">{t.leverage.inWords}</h3>
        <ul className="in-words">
          {sentences.map((it) => (
            <li key={it}>{it}</li>
          ))}
        </ul>
      </>
    );
  }
  const short = report.design === "leverage" || report.design === "pairs";
  if (rows.length === 0 || !short) return null;
  return (
    <p className="in-words">
      <Text>{t.leverage.notKnownHow}</Text>
    </p>
  );
}

export function CreditCard({ report }: { report: LeverageReport }) {
  const { t } = useText();
  const { credit } = t.leverage;
  const rows: SetEstimate[] = report.shapley.map(({ channel, ...it }) => ({
    ...it,
    channels: [channel],
  }));
  if (rows.length === 0) return null;
  return (
    <Card title={credit.title} note={credit.caption}>
      <Forest report={report} rows={rows} title={credit.title} why />
      <Key rows={rows} why={false} />
    </Card>
  );
}

export function CellsCard({ report }: { report: LeverageReport }) {
  const { t, format } = useText();
  const { cells: text } = t.leverage;
  const cells = [...report.cells].sort((a, b) => a.on.length - b.on.length);
  if (cells.length === 0) return null;
  const around = (it: { mean: number; se: number | null }) => ({
    estimate: it.mean,
    low: it.mean - 2 * (it.se ?? 0),
    high: it.mean + 2 * (it.se ?? 0),
  });
  const ends = cells.flatMap((it) => [around(it).low, around(it).high]);
  const scale = scaleAround(ends, 4, false);
  const digits = tickDecimals(scale);
  const decimals = decimalsFor(report.leverage.se);
  const unit = report.outcome.unit;
  return (
    <Card title={text.title} note={text.caption}>
      <table className="forest cell-means">
        <caption className="hidden">{text.title}</caption>
        <thead>
          <tr>
            <th scope="col">{text.allowed}</th>
            <th scope="col" className="number">
              {text.people}
            </th>
            <th scope="col">
              <span className="hidden">{t.today.values.plot}</span>
            </th>
            <th scope="col" className="number">
              {text.mean}
            </th>
          </tr>
        </thead>
        <tbody>
          {cells.map((cell) => (
            <tr key={cell.on.join("+")}>
              <th scope="row">
                {cell.on.length === 0 ? (
                  text.none
                ) : (
                  <ChannelSet
                    channels={cell.on}
                    all={2 < cell.on.length && cell.on.length === report.channels.length}
                  />
                )}
              </th>
              <td className="number">{format.count(cell.n)}</td>
              <td className="forest-plot" aria-hidden="true">
                <svg className="chart" height={ROW_HEIGHT} aria-hidden="true">
                  <Grid scale={scale} />
                  <IntervalMark scale={scale} it={around(cell)} y={ROW_HEIGHT / 2} />
                </svg>
              </td>
              <td className="number">{format.amount(cell.mean, decimals, unit)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.total}</th>
            <td className="number">{format.count(report.n)}</td>
            <td className="forest-plot" aria-hidden="true">
              <svg className="chart" height="22" aria-hidden="true">
                <TickLabels scale={scale} y={16} label={(value) => format.amount(value, digits)} />
              </svg>
            </td>
            <td />
          </tr>
        </tfoot>
      </table>
    </Card>
  );
}
