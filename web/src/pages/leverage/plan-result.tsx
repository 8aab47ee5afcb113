/** What a plan will see, what it costs, who is in which cell, and how that changes over the weeks. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { type ApiError, powerQuery } from "../../api/client";
import type { PowerReport } from "../../api/types";
import { decimalsFor } from "../../lib/format";
import { type CellGroup, cellGroups, type Plan } from "../../lib/planner";
import { sentence, useText } from "../../messages";
import { Drawing } from "../../ui/drawing";
import { Card, Loading, Text } from "../../ui/parts";

type Query = Record<string, string | number>;

export function PlanResult({ plan, query }: { plan: Plan; query: Query | null }) {
  const { t } = useText();
  const { planner } = t.leverage;
  // While a number is half typed, the plan before it stays in sight.
  const last = useRef({ plan, query });
  if (query) last.current = { plan, query };
  const shown = last.current;
  // The fields were checked against what the server takes.
  const asked = (shown.query ?? {}) as Parameters<typeof powerQuery>[0];
  const power = useQuery({ ...powerQuery(asked), enabled: shown.query !== null });
  const found = power.data;
  if (query && power.isError) return <Refused error={power.error as ApiError} />;
  return (
    <div className="plan-result">
      <Card title={planner.result}>
        {query === null && (
          <p className="note-warn">
            {planner.unknown} {found && planner.before}
          </p>
        )}
        {!found && query && <Loading />}
        {found && <Seen found={found} plan={shown.plan} />}
      </Card>
      {found && shown.query && (
        <Card title={planner.picture}>
          <Drawing
            of="power"
            query={shown.query}
            title={planner.picture}
            beside
            none={t.leverage.picture.none}
          />
        </Card>
      )}
      {found && <CellsOfPlan found={found} />}
    </div>
  );
}

function Refused({ error }: { error: ApiError }) {
  const { t } = useText();
  return (
    <div role="alert" className="plan-result">
      <Card title={t.leverage.planner.refused}>
        <p>
          <Text>{`${sentence(error.message)}.`}</Text>
        </p>
      </Card>
    </div>
  );
}

function Seen({ found, plan }: { found: PowerReport; plan: Plan }) {
  const { t, format } = useText();
  const { planner } = t.leverage;
  const { single, leverage } = found.minimum_detectable;
  const times = plan.outcome === "rate" ? 100 : 1;
  const unit = plan.outcome === "rate" ? planner.units.hundred : planner.units.person;
  const decimals = decimalsFor(single * times);
  const effect = (value: number) => planner.withUnit(format.amount(value * times, decimals), unit);
  const weeks = format.amount(found.weeks, found.weeks < 10 && found.weeks % 1 !== 0 ? 1 : 0);
  const cost = (value: number) =>
    format.amount(value, decimalsFor(Math.max(Math.abs(found.forgone?.per_week ?? 0), 1e-6)));
  return (
    <>
      <dl className="facts plan-facts">
        <Fact
          term={planner.smallest}
          value={format.amount(leverage * times, decimals)}
          note={unit}
        />
        <Fact term={planner.weeks} value={weeks} />
        <Fact
          term={planner.withheld}
          value={format.share(found.withheld_share, 1)}
          note={planner.withheldHelp}
        />
        <Fact
          term={planner.cost}
          value={found.forgone ? planner.costWeek(cost(found.forgone.per_week)) : "–"}
          note={found.forgone ? planner.costTotal(cost(found.forgone.total)) : planner.costUnknown}
        />
      </dl>
      <p className="leverage-sentence" role="status">
        {planner.seen(weeks, effect(leverage), `${plan.power} %`, effect(single))}
      </p>
    </>
  );
}

function Fact({ term, value, note }: { term: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <strong>{value}</strong>
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function CellsOfPlan({ found }: { found: PowerReport }) {
  const { t, format } = useText();
  const { planner } = t.leverage;
  const groups = cellGroups(found);
  const most = Math.max(...groups.map((it) => it.size));
  const name = (it: CellGroup) => {
    if (it.size === 0) return planner.noChannel;
    if (it.size === most && it.cells === 1) return planner.allOn;
    if (it.on === null) return planner.several(format.count(it.cells), format.count(it.size));
    return it.on.map((n) => planner.channel(String(n))).join(" + ");
  };
  return (
    <Card title={planner.cells}>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{planner.cell}</th>
            <th scope="col" className="number">
              {planner.share}
            </th>
            <th scope="col" className="number">
              {planner.people}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map((it) => (
            <tr key={name(it)}>
              <th scope="row">{name(it)}</th>
              <td className="number">{format.share(it.share, 1)}</td>
              <td className="number">{format.count(it.people)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
