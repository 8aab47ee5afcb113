/** The headline: leverage with its interval, in a number, a sentence and a drawing. */
import type { ReactNode } from "react";
import type { LeverageReport, Truth } from "../../api/types";
import { HeadlineInterval } from "../../charts/headline";
import { SAMPLE_RATIO_ALARM } from "../../lib/checks";
import { decimalsFor } from "../../lib/format";
import { type Known, known, usualConfidence, verdict } from "../../lib/leverage";
import { channelName, sentence, useText } from "../../messages";
import { Card, Text } from "../../ui/parts";

export function LeverageCard({
  report,
  truth,
  aside,
}: {
  report: LeverageReport;
  truth: Truth | null;
  aside?: ReactNode;
}) {
  const { t } = useText();
  const leverage = known(report.leverage);
  const reason = report.insufficient ?? (leverage ? undefined : report.leverage.reason);
  return (
    <Card
      title={t.today.leverage.title}
      note={t.today.leverage.help}
      aside={aside}
      className="leverage wide"
    >
      {leverage && report.insufficient === undefined ? (
        <Measured report={report} leverage={leverage} truth={truth} />
      ) : (
        <Insufficient report={report} reason={reason} />
      )}
    </Card>
  );
}

function Measured({
  report,
  leverage,
  truth,
}: {
  report: LeverageReport;
  leverage: Known;
  truth: Truth | null;
}) {
  const { t, format } = useText();
  const unit = report.outcome?.unit;
  const decimals = decimalsFor(report.leverage.se);
  const signed = (value: number) => format.amount(value, decimals, unit, true);
  const level = format.level(report.confidence ?? usualConfidence);
  const says = verdict(leverage);
  const { low, high } = leverage;
  const words =
    says === "less"
      ? t.today.leverage.less(level, plain(-high), plain(-low))
      : says === "more"
        ? t.today.leverage.more(level, plain(low), plain(high))
        : t.today.leverage.unclear(level, signed(low), signed(high));
  function plain(value: number) {
    return format.amount(value, decimals, unit);
  }
  return (
    <>
      <div className="leverage-top">
        <div className="leverage-words">
          <p className={says === "unclear" ? "big is-open" : "big"}>
            {signed(leverage.estimate)} <span>{t.today.leverage.perPerson}</span>
          </p>
          <p className="leverage-sentence">{words}</p>
        </div>
        <Facts report={report} truth={truth} />
      </div>
      <HeadlineInterval
        it={{
          ...leverage,
          sequenceLow: report.leverage.sequence_low,
          sequenceHigh: report.leverage.sequence_high,
        }}
        truth={truth?.leverage ?? null}
        measuredLabel={t.today.leverage.measured}
        truthLabel={truth ? `${t.today.leverage.truth} ${signed(truth.leverage)}` : ""}
        label={[
          t.today.leverage.plot(signed(leverage.estimate), signed(low), signed(high)),
          truth ? t.today.leverage.truthValue(signed(truth.leverage)) : "",
        ].join(". ")}
        tickLabel={(value, digits) =>
          format.amount(value, value === 0 ? 0 : digits, undefined, true)
        }
      />
      <Key sequence={typeof report.leverage.sequence_low === "number"} level={level} />
      <Warnings report={report} />
    </>
  );
}

function Facts({ report, truth }: { report: LeverageReport; truth: Truth | null }) {
  const { t, format } = useText();
  const ratio = report.leverage_ratio;
  const ratioDigits = 2;
  const times = (value: number) => `${format.amount(value, ratioDigits)}×`;
  const range =
    ratio.kind === "unbounded" || ratio.low === null || ratio.high === null
      ? t.today.leverage.ratioUnbounded
      : (ratio.kind === "exclusive"
          ? t.today.leverage.ratioExclusive
          : t.today.leverage.ratioBounded)(times(ratio.low), times(ratio.high));
  return (
    <dl className="facts">
      <Fact term={t.today.leverage.ratio} title={t.today.leverage.ratioHelp}>
        <strong>{ratio.estimate === null ? "–" : times(ratio.estimate)}</strong>
        <small>{range}</small>
        {truth && (
          <small className="truth-note">
            <Diamond /> {t.today.leverage.truthValue(times(truth.leverage_ratio))}
          </small>
        )}
      </Fact>
      <Fact term={t.today.leverage.people}>
        <strong>{format.count(report.n)}</strong>
        <small>
          {t.today.leverage.design}: {t.today.leverage.designs[report.design] ?? report.design}
        </small>
        {report.outcome && (
          <small>
            {t.today.leverage.outcome}: {report.outcome.name}
          </small>
        )}
      </Fact>
    </dl>
  );
}

function Fact({ term, title, children }: { term: string; title?: string; children: ReactNode }) {
  return (
    <div>
      <dt title={title}>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What the marks of the drawings mean. */
function Key({ sequence, level }: { sequence: boolean; level: string }) {
  const { t } = useText();
  return (
    <ul className="chart-key">
      <li>
        <svg width="28" height="12" aria-hidden="true" className="mark-decided">
          <line className="mark-interval" x1="2" x2="26" y1="6" y2="6" />
          <circle className="mark-estimate" cx="14" cy="6" r="4" />
        </svg>
        {level}
      </li>
      {sequence && (
        <li>
          <svg width="28" height="12" aria-hidden="true" className="mark-decided">
            <line className="mark-sequence" x1="2" x2="26" y1="6" y2="6" />
            <line className="mark-sequence" x1="2" x2="2" y1="2" y2="10" />
            <line className="mark-sequence" x1="26" x2="26" y1="2" y2="10" />
          </svg>
          {t.today.leverage.sequence}
        </li>
      )}
    </ul>
  );
}

export function Diamond() {
  return (
    <svg className="diamond" width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true">
      <path className="mark-truth" d="M0-5 5 0 0 5-5 0z" />
    </svg>
  );
}

function Insufficient({ report, reason }: { report: LeverageReport; reason?: string }) {
  const { t, format } = useText();
  const most = Math.max(1, ...report.cells.map((it) => it.n));
  return (
    <div className="insufficient">
      <p className="big is-open">{t.today.leverage.insufficient}</p>
      {reason && (
        <p className="leverage-sentence">
          <Text>{`${sentence(reason)}.`}</Text>
        </p>
      )}
      <p className="faint">{t.today.leverage.insufficientHint}</p>
      {0 < report.cells.length && (
        <table className="cells">
          <caption>{t.today.leverage.cells}</caption>
          <tbody>
            {report.cells.map((cell) => (
              <tr key={cell.on.join("+")}>
                <th scope="row">
                  {cell.on.length === 0
                    ? t.today.leverage.cellNone
                    : cell.on.map((it) => channelName(t, it)).join(" + ")}
                </th>
                <td className="cells-plot" aria-hidden="true">
                  <svg className="chart" height="10" aria-hidden="true">
                    <rect
                      className="state-dropped"
                      width={`${(cell.n / most) * 100}%`}
                      height="10"
                      rx="1"
                    />
                  </svg>
                </td>
                <td className="number">{format.count(cell.n)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Warnings report={report} />
    </div>
  );
}

function Warnings({ report }: { report: LeverageReport }) {
  const { t } = useText();
  const texts = [...report.warnings];
  const p = report.sample_ratio?.p;
  if (p !== undefined && p < SAMPLE_RATIO_ALARM) {
    texts.unshift(t.today.leverage.warning.sample_ratio ?? "");
  }
  if (texts.length === 0) return null;
  return (
    <div className="note-warn">
      <p className="note-title">{t.today.leverage.warnings}</p>
      <ul>
        {texts.map((text) => (
          <li key={text}>
            <Text>{sentence(text)}</Text>
          </li>
        ))}
      </ul>
    </div>
  );
}
