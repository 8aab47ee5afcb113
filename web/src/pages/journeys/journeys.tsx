/** All journeys: what begins them, and how many people are in them. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "react-router";
import { journeysQuery } from "../../api/journeys";
import type { Journey } from "../../lib/journeys";
import { useText } from "../../messages";
import { Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { onListKey } from "../../ui/rows";
import { pathOf } from "./path";
import { triggerWords } from "./says";

export default function Journeys() {
  const spoken = useText();
  const { t, format } = spoken;
  const words = t.journeys;
  const query = useQuery(journeysQuery);
  const list = useRef<HTMLTableSectionElement>(null);
  const all = query.data?.journeys;
  const fresh = (
    <Link className="button button-primary" to="/new/journey">
      {words.fresh}
    </Link>
  );
  return (
    <>
      <PageTitle
        aside={
          all &&
          0 < all.length && (
            <div className="audiences-aside">
              <p className="faint">{words.count(all.length, format.count(all.length))}</p>
              {fresh}
            </div>
          )
        }
      >
        {t.app.journeys}
      </PageTitle>
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && (
        <Empty title={words.empty} action={fresh}>
          {words.emptyHint}
        </Empty>
      )}
      {all && 0 < all.length && (
        <div className="panel">
          <table className="list people">
            <caption className="hidden">{words.all}</caption>
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col" className="number">
                  {words.running}
                </th>
                <th scope="col" className="number wide-only">
                  {words.started}
                </th>
                <th scope="col" className="number">
                  {words.goals}
                </th>
              </tr>
            </thead>
            <tbody ref={list} onKeyDown={(event) => onListKey(event, list.current)}>
              {all.map((it) => (
                <tr key={it.name}>
                  <th scope="row">
                    <Link className="row-link" to={pathOf(it.name)}>
                      {it.name}
                    </Link>
                    <small>
                      <Text>{triggerWords(it.begins as Journey["trigger"], spoken)}</Text>
                      {it.owner && ` · ${it.owner}`}
                    </small>
                  </th>
                  <td className="number audience-size">{format.count(it.running)}</td>
                  <td className="number wide-only">{format.count(it.started)}</td>
                  <td className="number">
                    {it.has_goal ? (
                      <>
                        {format.count(it.goals)}
                        {0 < it.started && (
                          <small className="journey-share">
                            {format.share(it.goals, it.started)}
                          </small>
                        )}
                      </>
                    ) : (
                      <small>{words.noGoalShort}</small>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
