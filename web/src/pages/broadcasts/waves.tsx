/** The list by when people get it, the earliest first. */
import type { Broadcast } from "../../api/types";
import { percent } from "../../charts/marks";
import { useText } from "../../messages";
import { Card } from "../../ui/parts";

export function WavesCard({ it }: { it: Broadcast }) {
  const { t, format } = useText();
  const words = t.broadcasts.waves;
  // One wave says no more than the time and the number beside it.
  if (it.waves.length < 2) return null;
  const whole = it.waves.reduce((sum, { people }) => sum + people, 0);
  const most = Math.max(1, ...it.waves.map(({ people }) => people));
  return (
    <Card title={words.title} note={words.note}>
      <table className="list waves">
        <thead>
          <tr>
            <th scope="col">{words.due}</th>
            <th scope="col" className="number">
              {words.people}
            </th>
            <th scope="col" className="number wide-only">
              {t.today.ledger.share}
            </th>
            <th scope="col" className="waves-plot">
              <span className="hidden">{words.people}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {it.waves.map(({ due, people }) => {
            const time = due === null ? words.once : format.dateTime(due);
            return (
              <tr key={due ?? ""}>
                <th scope="row">{time}</th>
                <td className="number">{format.count(people)}</td>
                <td className="number wide-only">{format.share(people, whole)}</td>
                <td className="waves-plot">
                  <svg
                    className="chart"
                    height="12"
                    role="img"
                    aria-label={words.label(format.count(people), time)}
                  >
                    <rect
                      className="progress-done"
                      width={percent((people / most) * 100)}
                      height="12"
                      rx="2"
                    />
                  </svg>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}
