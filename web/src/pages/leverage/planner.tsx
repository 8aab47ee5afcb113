/** What a panel would see, when, and what it costs: calculated by the server while somebody types. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { leverageQuery, panelQuery } from "../../api/client";
import type { Mark } from "../../lib/numbers";
import { faults, fromSearch, ofPanel, type Plan, question, toSearch } from "../../lib/planner";
import { useText } from "../../messages";
import { Button, Card, PageTitle } from "../../ui/parts";
import { PlanFields } from "./plan-fields";
import { PlanResult } from "./plan-result";
import { Views } from "./views";

/** How long typing must rest before it is calculated. */
const ASK_AFTER_MS = 120;

export default function Planner() {
  const { t, language } = useText();
  const mark: Mark = language === "nl" ? "," : ".";
  // Numbers are typed in a language: another one begins anew from the address.
  return (
    <>
      <PageTitle>{t.leverage.plan}</PageTitle>
      <Board key={mark} mark={mark} />
    </>
  );
}

function Board({ mark }: { mark: Mark }) {
  const { t } = useText();
  const [params, setParams] = useSearchParams();
  const of = params.get("of") ?? undefined;
  const [plan, setPlan] = useState(() => fromSearch(params, mark));
  const [used, setUsed] = useState(false);
  const own = useOwnNumbers(of, mark);
  const settled = useRested(plan);
  const use = () => {
    if (!own) return;
    setPlan((it) => ({ ...it, ...own.numbers }));
    setUsed(true);
  };
  // Who comes with an empty address has said nothing yet.
  const untouched = useRef([...params.keys()].every((it) => it === "of"));
  const first = useRef(use);
  first.current = use;
  const known = own !== null;
  useEffect(() => {
    if (known && untouched.current) first.current();
    if (known) untouched.current = false;
  }, [known]);
  const change = (part: Partial<Plan>) => {
    untouched.current = false;
    setUsed(false);
    setPlan((it) => ({ ...it, ...part }));
  };
  const search = toSearch(settled, mark);
  if (of) search.set("of", of);
  const address = search.toString();
  const before = params.toString();
  useEffect(() => {
    if (address !== before) setParams(address, { replace: true });
  }, [address, before, setParams]);
  return (
    <>
      <Views outcome={of} />
      <p className="planner-intro">{t.leverage.planner.intro}</p>
      <div className="planner">
        <Card
          title={t.leverage.planner.ask}
          className="planner-ask"
          aside={own && <Button onClick={use}>{t.leverage.planner.use}</Button>}
        >
          <p className="field-hint" role="status">
            {used && own && t.leverage.planner.used(own.outcome)}
          </p>
          <PlanFields plan={plan} faults={faults(plan, mark)} mark={mark} onChange={change} />
        </Card>
        <PlanResult plan={settled} query={question(settled, mark)} />
      </div>
    </>
  );
}

/** What the installation's own panel says of one outcome, where it says enough. */
function useOwnNumbers(of: string | undefined, mark: Mark) {
  const measuring = useQuery(panelQuery);
  const outcomes = measuring.data?.outcomes ?? [];
  const outcome = outcomes.find((it) => it.name === of)?.name ?? outcomes[0]?.name ?? "";
  const panel = measuring.data?.panel ?? null;
  const report = useQuery({ ...leverageQuery(outcome), enabled: panel !== null && outcome !== "" });
  const numbers = report.data ? ofPanel(report.data, panel, mark) : null;
  return numbers && { numbers, outcome };
}

function useRested<T>(value: T): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ASK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
