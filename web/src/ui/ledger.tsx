/** A ledger drawn and in numbers: every candidate is in exactly one state, so the rows add up. */
import type { LedgerCounts } from "../api/types";
import { LedgerBar, Swatch } from "../charts/ledger";
import { ledgerStates, ledgerSum } from "../lib/ledger";
import { useText } from "../messages";

export function LedgerTable({
  ledger,
  total,
  rest,
}: {
  ledger: LedgerCounts;
  /** What all rows together are. */
  total: string;
  /** Those who have no candidate, where the whole is more than the ledger. */
  rest?: { count: number; name: string; help: string };
}) {
  const { t, format } = useText();
  const sum = ledgerSum(ledger);
  const open = rest?.count ?? 0;
  const whole = sum + open;
  return (
    <>
      <LedgerBar ledger={ledger} of={whole} label={useLedgerWords(ledger)} />
      <table className="list ledger-table">
        <thead>
          <tr>
            <th scope="col">{t.today.ledger.state}</th>
            <th scope="col" className="number">
              {t.today.ledger.count}
            </th>
            <th scope="col" className="number">
              {t.today.ledger.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {ledgerStates.map((state) => (
            <tr key={state} className={ledger[state] === 0 ? "is-zero" : undefined}>
              <th scope="row">
                <Swatch state={state} /> {t.ledgerStates[state]}
                <small>{t.ledgerHelp[state]}</small>
              </th>
              <td className="number">{format.count(ledger[state])}</td>
              <td className="number">{format.share(ledger[state], whole)}</td>
            </tr>
          ))}
          {rest && 0 < open && (
            <tr>
              <th scope="row">
                <Swatch state="open" /> {rest.name}
                <small>{rest.help}</small>
              </th>
              <td className="number">{format.count(open)}</td>
              <td className="number">{format.share(open, whole)}</td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{total}</th>
            <td className="number">{format.count(ledger.candidates + open)}</td>
            <td className="number">{format.share(whole, ledger.candidates + open)}</td>
          </tr>
        </tfoot>
      </table>
      {0 < ledger.of_pending_deferred && (
        <p className="faint table-foot">
          {t.ledgerStates.pending}:{" "}
          {t.today.ledger.deferred(
            ledger.of_pending_deferred,
            format.count(ledger.of_pending_deferred),
          )}
          .
        </p>
      )}
      {sum !== ledger.candidates && (
        <p className="note-warn" role="alert">
          {t.today.ledger.mismatch(format.count(sum), format.count(ledger.candidates))}
        </p>
      )}
    </>
  );
}

/** What a drawn ledger says, in words. */
export function useLedgerWords(ledger: LedgerCounts): string {
  const { t, format } = useText();
  return ledgerStates
    .filter((state) => 0 < ledger[state])
    .map((state) => `${t.ledgerStates[state]} ${format.count(ledger[state])}`)
    .join(", ");
}
