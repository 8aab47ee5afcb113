/** Day by day: who asked for people's attention, what was granted, and why the rest was not. */
import { useQuery } from "@tanstack/react-query";
import { decisionsQuery } from "../../api/client";
import type { DecisionAsker, DecisionDay } from "../../api/types";
import { LedgerBar, Swatch } from "../../charts/ledger";
import { ledgerOf, nameOf, refusals } from "../../lib/decisions";
import { type LedgerState, ledgerStates } from "../../lib/ledger";
import { reasonText, useText } from "../../messages";
import { useLedgerWords } from "../../ui/ledger";
import { Card, Empty, Failed, Loading, PageTitle } from "../../ui/parts";

export default function Decisions() {
  const { t } = useText();
  const query = useQuery(decisionsQuery);
  const days = query.data?.days;
  return (
    <>
      <PageTitle>{t.app.decisions}</PageTitle>
      <p className="lead">{t.decisions.lead}</p>
      {query.isPending && <Loading />}
      {!days && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {days?.length === 0 && <Empty title={t.decisions.empty}>{t.decisions.emptyHint}</Empty>}
      {days?.map((it) => (
        <Day key={it.day} it={it} />
      ))}
    </>
  );
}

function Day({ it }: { it: DecisionDay }) {
  const { t, format } = useText();
  const askers = [...it.askers].sort((a, b) => b.asked - a.asked || a.asker.localeCompare(b.asker));
  const most = Math.max(...askers.map(({ asked }) => asked));
  const states = ledgerStates.filter((state) => askers.some((it) => 0 < ledgerOf(it)[state]));
  return (
    <Card title={format.day(it.day)}>
      <ul className="chart-key">
        {states.map((state) => (
          <li key={state}>
            <Swatch state={state} /> {t.ledgerStates[state]}
          </li>
        ))}
      </ul>
      <table className="list decisions">
        <caption className="hidden">{t.decisions.table(format.day(it.day))}</caption>
        <thead>
          <tr>
            <th scope="col">{t.decisions.asker}</th>
            <th scope="col" className="number">
              {t.decisions.asked}
            </th>
            <th scope="col" className="wide-only">
              <span className="hidden">{t.decisions.became}</span>
            </th>
            <th scope="col">{t.decisions.why}</th>
          </tr>
        </thead>
        <tbody>
          {askers.map((asker) => (
            <Asker key={asker.asker} it={asker} of={most} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Asker({ it, of }: { it: DecisionAsker; of: number }) {
  const { t, format } = useText();
  const ledger = ledgerOf(it);
  const words = useLedgerWords(ledger);
  const { kind, name } = nameOf(it.asker);
  return (
    <tr>
      <th scope="row">
        {name}
        <small className="faint">
          {[t.decisions.kinds[kind], it.owner].filter(Boolean).join(" · ")}
        </small>
      </th>
      <td className="number">{format.count(it.asked)}</td>
      <td className="wide-only decisions-bar">
        <LedgerBar ledger={ledger} of={of} height={14} label={words} />
      </td>
      <td>
        <ul className="decisions-why">
          {0 < ledger.sent && <li>{t.decisions.sent(format.count(ledger.sent))}</li>}
          {refusals(it).map(({ outcome, reason, text, messages }) => (
            <li key={`${outcome}/${reason}`}>
              <b>{format.count(messages)}</b> {t.ledgerStates[outcome as LedgerState]}:{" "}
              {reasonText(t, { code: reason, text })}
            </li>
          ))}
          {it.lost.map(({ to, later, dropped }) => (
            <li key={to}>
              {t.decisions.lost(nameOf(to).name, format.count(later), format.count(dropped))}
            </li>
          ))}
          {0 < it.pending && (
            <li className="faint">{t.decisions.pending(format.count(it.pending))}</li>
          )}
        </ul>
      </td>
    </tr>
  );
}
