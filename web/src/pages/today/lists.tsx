/** The journeys that run and the audiences with their sizes. */
import { Link } from "react-router";
import type { Today } from "../../api/types";
import { APPLY } from "../../lib/snippets";
import { useText } from "../../messages";
import { Card, Empty, Snippet } from "../../ui/parts";
import { pathOf } from "../audiences/parts";
import { pathOf as journeyPath } from "../journeys/path";

export function JourneysCard({ journeys }: { journeys: Today["journeys"] }) {
  const { t, format } = useText();
  return (
    <Card title={t.today.journeys.title}>
      {journeys.length === 0 ? (
        <Empty title={t.today.journeys.empty} action={<Snippet text={APPLY} label={t.app.apply} />}>
          {t.app.applyHint}
        </Empty>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{t.today.journeys.name}</th>
              <th scope="col" className="number">
                {t.today.journeys.active}
              </th>
              <th scope="col" className="number">
                {t.today.journeys.started}
              </th>
              <th scope="col" className="number">
                {t.today.journeys.goals}
              </th>
              <th scope="col" className="number wide-only">
                {t.today.journeys.messages}
              </th>
            </tr>
          </thead>
          <tbody>
            {journeys.map((it) => (
              <tr key={it.name}>
                <th scope="row">
                  <Link to={journeyPath(it.name)}>{it.name}</Link>
                </th>
                <td className="number">{format.count(it.active)}</td>
                <td className="number">{format.count(it.started)}</td>
                <td className="number">{format.count(it.goals)}</td>
                <td className="number wide-only">{format.count(it.messages)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

export function AudiencesCard({ audiences }: { audiences: Today["audiences"] }) {
  const { t, format } = useText();
  return (
    <Card title={t.today.audiences.title}>
      {audiences.length === 0 ? (
        <Empty
          title={t.today.audiences.empty}
          action={<Snippet text={APPLY} label={t.app.apply} />}
        >
          {t.app.applyHint}
        </Empty>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{t.today.audiences.name}</th>
              <th scope="col" className="number">
                {t.today.audiences.size}
              </th>
            </tr>
          </thead>
          <tbody>
            {audiences.map((it) => (
              <tr key={it.name}>
                <th scope="row">
                  <Link to={pathOf(it.name)}>{it.name}</Link>
                  <code className="condition">{it.condition}</code>
                </th>
                <td className="number">{format.count(it.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
