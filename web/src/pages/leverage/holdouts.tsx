/** What each thing is worth that some people, by chance, do not get. */
import { useQuery } from "@tanstack/react-query";
import { holdoutsQuery } from "../../api/client";
import type { Holdout } from "../../api/types";
import { Grid, IntervalMark, TickLabels } from "../../charts/marks";
import { nameOf } from "../../lib/decisions";
import { decimalsFor } from "../../lib/format";
import { scaleAround, tickDecimals } from "../../lib/scale";
import { useText } from "../../messages";
import { Card, Failed, Loading, PageTitle, Snippet } from "../../ui/parts";
import { Views } from "./views";

const ROW_HEIGHT = 40;

const EXAMPLE = `holdouts:
  everything: 2%
  journeys: {welcome: 10%}
  contents: {spring-offer: 10%}
  window: 28d`;

export default function Holdouts() {
  const { t, format } = useText();
  const query = useQuery(holdoutsQuery);
  const all = query.data?.holdouts ?? [];
  const outcomes = [...new Set(all.map((it) => it.outcome))];
  return (
    <>
      <PageTitle>{t.holdouts.title}</PageTitle>
      <Views />
      <p className="lead">{t.holdouts.lead}</p>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && all.length === 0 && (
        <Card title={t.holdouts.first}>
          <p>{t.holdouts.how}</p>
          <Snippet text={EXAMPLE} label="policy.yaml" />
        </Card>
      )}
      {query.data &&
        outcomes.map((outcome) => (
          <Card
            key={outcome}
            title={outcome}
            note={t.holdouts.note(format.count(Math.round(query.data.window_days)))}
          >
            <Rows rows={all.filter((it) => it.outcome === outcome)} outcome={outcome} />
          </Card>
        ))}
    </>
  );
}

function Rows({ rows, outcome }: { rows: Holdout[]; outcome: string }) {
  const { t, format } = useText();
  const ends = rows.flatMap(({ effect }) => [effect.low, effect.high]);
  const scale = scaleAround(ends, 4);
  const decimals = decimalsFor(rows.find((it) => it.effect.se !== null)?.effect.se ?? null);
  const amount = (value: number, signed = false) =>
    format.amount(value, decimals, undefined, signed);
  return (
    <table className="forest holdouts">
      <caption className="hidden">{t.holdouts.table(outcome)}</caption>
      <thead>
        <tr>
          <th scope="col">{t.holdouts.of}</th>
          <th scope="col" className="number wide-only">
            {t.holdouts.held}
          </th>
          <th scope="col" className="number wide-only">
            {t.holdouts.sent}
          </th>
          <th scope="col">
            <span className="hidden">{t.today.values.plot}</span>
          </th>
          <th scope="col" className="number">
            {t.holdouts.effect}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((it) => (
          <tr key={it.holdout}>
            <th scope="row">
              {it.holdout === "everything" ? t.holdouts.everything : nameOf(it.holdout).name}
              <small className="faint">
                {[
                  t.decisions.kinds[nameOf(it.holdout).kind],
                  t.holdouts.share(format.share(it.share, 1)),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </small>
            </th>
            <td className="number wide-only">{group(it.held)}</td>
            <td className="number wide-only">{group(it.sent)}</td>
            <td className="forest-plot">
              <svg className="chart" height={ROW_HEIGHT} aria-hidden="true">
                <Grid scale={scale} />
                {it.effect.estimate !== null &&
                  it.effect.low !== null &&
                  it.effect.high !== null && (
                    <IntervalMark
                      scale={scale}
                      y={ROW_HEIGHT / 2}
                      it={{
                        estimate: it.effect.estimate,
                        low: it.effect.low,
                        high: it.effect.high,
                      }}
                    />
                  )}
              </svg>
            </td>
            <td className="number">
              {it.effect.estimate === null ? (
                <span className="faint">{it.effect.reason ?? t.app.none}</span>
              ) : (
                <>
                  {amount(it.effect.estimate, true)}
                  {it.effect.low !== null && it.effect.high !== null && (
                    <small className="faint">
                      {t.holdouts.interval(
                        amount(it.effect.low, true),
                        amount(it.effect.high, true),
                      )}
                    </small>
                  )}
                </>
              )}
              {0 < it.running && (
                <small className="faint">{t.holdouts.running(format.count(it.running))}</small>
              )}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot aria-hidden="true">
        <tr>
          <td />
          <td className="wide-only" colSpan={2} />
          <td className="forest-plot">
            <svg className="chart" height="22" aria-hidden="true">
              <TickLabels
                scale={scale}
                y={16}
                label={(value) => format.amount(value, tickDecimals(scale))}
              />
            </svg>
          </td>
          <td />
        </tr>
      </tfoot>
    </table>
  );

  function group(it: { n: number; mean: number | null }) {
    return (
      <>
        {it.mean === null ? t.app.none : amount(it.mean)}
        <small className="faint">{t.holdouts.people(it.n, format.count(it.n))}</small>
      </>
    );
  }
}
