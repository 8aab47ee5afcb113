/** What became of every message: the states add up to the candidates, and the last days. */
import type { DayCounts, LedgerCounts } from "../../api/types";
import { DaysChart, Swatch } from "../../charts/ledger";
import { dayStates } from "../../lib/ledger";
import { useText } from "../../messages";
import { LedgerTable } from "../../ui/ledger";
import { Card, Empty, Scrolls } from "../../ui/parts";

export function LedgerCard({ ledger }: { ledger: LedgerCounts }) {
  const { t } = useText();
  return (
    <Card title={t.today.ledger.title} note={t.today.ledger.caption}>
      {ledger.candidates === 0 ? (
        <Empty title={t.today.ledger.empty} />
      ) : (
        <LedgerTable ledger={ledger} total={t.today.ledger.total} />
      )}
    </Card>
  );
}

export function DaysCard({ days, title }: { days: readonly DayCounts[]; title?: string }) {
  const { t, format } = useText();
  const named = title ?? t.today.days.title;
  const total = (day: DayCounts) => dayStates.reduce((sum, state) => sum + day[state], 0);
  const all = days.reduce((sum, day) => sum + total(day), 0);
  if (all === 0) {
    return (
      <Card title={named}>
        <Empty title={t.today.days.empty} />
      </Card>
    );
  }
  return (
    <Card title={named}>
      <DaysChart
        days={days}
        label={days
          .map((day) => `${format.day(day.day)}: ${format.count(day.sent)} ${t.ledgerStates.sent}`)
          .join(", ")}
        shortDay={(day) => format.shortDay(day)}
        count={(n) => format.count(n)}
        readout={(day) => (
          <ul className="chart-key">
            <li className="readout-day">{day ? format.day(day.day) : t.today.days.total}</li>
            {dayStates.map((state) => (
              <li key={state}>
                <Swatch state={state} /> {t.ledgerStates[state]}{" "}
                <b>
                  {format.count(day ? day[state] : days.reduce((sum, it) => sum + it[state], 0))}
                </b>
              </li>
            ))}
          </ul>
        )}
      />
      <details className="numbers">
        <summary>{t.today.days.numbers}</summary>
        <Scrolls label={named}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t.today.days.day}</th>
                {dayStates.map((state) => (
                  <th key={state} scope="col" className="number">
                    {t.ledgerStates[state]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.day}>
                  <th scope="row">{format.day(day.day)}</th>
                  {dayStates.map((state) => (
                    <td key={state} className="number">
                      {format.count(day[state])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      </details>
    </Card>
  );
}
