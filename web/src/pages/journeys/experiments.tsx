/** What the arms of a journey's experiments brought, per person, with how sure that is. */
import { useQuery } from "@tanstack/react-query";
import { experimentsQuery } from "../../api/journeys";
import type { Experiment } from "../../api/types";
import { Grid, IntervalMark, TickLabels } from "../../charts/marks";
import { decimalsFor } from "../../lib/format";
import { scaleAround, tickDecimals } from "../../lib/scale";
import { useText } from "../../messages";
import { Card, Text } from "../../ui/parts";

const ROW_HEIGHT = 34;

export function ExperimentsCard({ name }: { name: string }) {
  const { t } = useText();
  const all = useQuery(experimentsQuery(name)).data ?? [];
  if (all.length === 0) return null;
  return (
    <Card title={t.journeys.experiments.title} note={t.journeys.experiments.help}>
      {all.map((it) => (
        <ExperimentView key={`${it.version}/${it.step}`} it={it} />
      ))}
    </Card>
  );
}

function ExperimentView({ it }: { it: Experiment }) {
  const { t, format } = useText();
  const words = t.journeys.experiments;
  const sure = (arm: Experiment["arms"][number]) => {
    const { estimate, low, high, se } = arm.effect ?? {};
    return typeof estimate === "number" && typeof low === "number" && typeof high === "number"
      ? { estimate, low, high, se: se ?? null }
      : null;
  };
  const known = it.arms.flatMap((arm) => sure(arm) ?? []);
  const scale = scaleAround(
    known.flatMap((each) => [each.low, each.high]),
    4,
  );
  const decimals = decimalsFor(Math.min(...known.map((each) => each.se ?? 1), 1));
  const digits = tickDecimals(scale);
  const says = words.about(
    it.outcome,
    format.count(Math.round(it.window_days)),
    format.count(it.version),
  );
  return (
    <section className="experiment">
      <h3>
        <code>{it.step}</code> {says}
      </h3>
      <table className="forest">
        <caption className="hidden">{says}</caption>
        <thead>
          <tr>
            <th scope="col">{words.arm}</th>
            <th scope="col" className="number">
              {words.people}
            </th>
            <th scope="col" className="number">
              {words.mean}
            </th>
            <th scope="col">
              <span className="hidden">{words.interval}</span>
            </th>
            <th scope="col" className="number">
              {words.difference}
            </th>
          </tr>
        </thead>
        <tbody>
          {it.arms.map((arm) => {
            const effect = sure(arm);
            return (
              <tr key={arm.arm}>
                <th scope="row">
                  {arm.arm}
                  <small className="journey-share">
                    {t.journeys.weight(format.amount(arm.weight, 0))}
                  </small>
                </th>
                <td className="number">{format.count(arm.n)}</td>
                <td className="number">
                  {arm.mean === null ? "–" : format.amount(arm.mean, decimals)}
                </td>
                <td className="forest-plot">
                  {effect && (
                    <svg className="chart" height={ROW_HEIGHT} aria-hidden="true">
                      <Grid scale={scale} />
                      <IntervalMark scale={scale} it={effect} y={ROW_HEIGHT / 2} />
                    </svg>
                  )}
                </td>
                <td className="number">
                  {effect ? (
                    <>
                      <span className="estimate">
                        {format.amount(effect.estimate, decimals, undefined, true)}
                      </span>
                      <span className="interval">
                        {words.from(
                          format.amount(effect.low, decimals, undefined, true),
                          format.amount(effect.high, decimals, undefined, true),
                        )}
                      </span>
                    </>
                  ) : (
                    <span className="faint">
                      {arm.effect === null ? words.first : (arm.effect.reason ?? words.tooFew)}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
        {0 < known.length && (
          <tfoot>
            <tr>
              <td colSpan={3} />
              <td className="forest-plot">
                <svg className="chart" height="18" aria-hidden="true">
                  <TickLabels scale={scale} y={13} label={(tick) => format.amount(tick, digits)} />
                </svg>
              </td>
              <td />
            </tr>
          </tfoot>
        )}
      </table>
      {0 < it.running && (
        <p className="faint">{words.running(it.running, format.count(it.running))}</p>
      )}
      {it.warnings.map((each) => (
        <p key={each} className="note-warn">
          <Text>{each}</Text>
        </p>
      ))}
    </section>
  );
}
