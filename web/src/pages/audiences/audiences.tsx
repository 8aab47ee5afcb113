/** All audiences: how large they are, what moved today, and what depends on them. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "react-router";
import { audiencesQuery } from "../../api/audiences";
import type { Audience } from "../../api/types";
import { APPLY } from "../../lib/snippets";
import { useText } from "../../messages";
import { Failed, Loading, PageTitle, Snippet } from "../../ui/parts";
import { onListKey } from "../../ui/rows";
import { Filling, Moves, pathOf, Reference, Views } from "./parts";

/** More than these are a number; the audience's page names all. */
const USERS_SHOWN = 2;

const EXAMPLE = `# audiences/repeat_buyers.yaml
audience: repeat_buyers
note: Bought at least twice in a year
when: count("Order Completed", last 365d) >= 2
`;

export default function Audiences() {
  const { t, format } = useText();
  const query = useQuery(audiencesQuery);
  const list = useRef<HTMLTableSectionElement>(null);
  const all = query.data?.audiences;
  return (
    <>
      <PageTitle
        aside={
          all && (
            <div className="audiences-aside">
              {0 < all.length && (
                <p className="faint">{t.audiences.count(all.length, format.count(all.length))}</p>
              )}
              <Link className="button button-primary" to="/new/audience">
                {t.builder.fresh}
              </Link>
            </div>
          )
        }
      >
        {t.app.audiences}
      </PageTitle>
      <Views />
      <Filling it={query.data} />
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && <FirstAudience />}
      {all && 0 < all.length && (
        <div className="panel">
          <table className="list audiences">
            <caption className="hidden">{t.audiences.all}</caption>
            <thead>
              <tr>
                <th scope="col">{t.audiences.name}</th>
                <th scope="col" className="number">
                  {t.audiences.size}
                </th>
                <th scope="col" className="number" title={t.audiences.todayHelp}>
                  {t.audiences.today}
                </th>
                <th scope="col" className="wide-only">
                  {t.audiences.usedBy}
                </th>
              </tr>
            </thead>
            <tbody ref={list} onKeyDown={(event) => onListKey(event, list.current)}>
              {all.map((it) => (
                <Row key={it.name} it={it} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Row({ it }: { it: Audience }) {
  const { t, format } = useText();
  const shown = it.used_by.slice(0, USERS_SHOWN);
  const more = it.used_by.length - shown.length;
  return (
    <tr>
      <th scope="row">
        <Link className="row-link" to={pathOf(it.name)}>
          {it.name}
        </Link>
        {it.waits && <span className="stage stage-paused">{t.audiences.waits}</span>}
        {it.note && <small className="audience-note">{it.note}</small>}
        <code className="condition">{it.condition}</code>
      </th>
      <td className="number audience-size">{format.count(it.size)}</td>
      <td className="number">
        <Moves entered={it.entered} left={it.left} />
      </td>
      <td className="wide-only audience-users">
        {it.used_by.length === 0 && <span className="faint">{t.audiences.usedByNothing}</span>}
        <ul>
          {shown.map((user) => (
            <li key={user}>
              <Reference to={user} />
            </li>
          ))}
          {0 < more && <li className="faint">{t.audiences.attempt.more(format.count(more))}</li>}
        </ul>
      </td>
    </tr>
  );
}

function FirstAudience() {
  const { t } = useText();
  const words = t.audiences.empty;
  return (
    <section className="card first-steps">
      <h2>{words.title}</h2>
      <p className="card-note">{words.intro}</p>
      <ol>
        <li>
          <h3>{words.write}</h3>
          <p>{words.writeText}</p>
          <Snippet text={EXAMPLE} label={words.write} />
        </li>
        <li>
          <h3>{words.apply}</h3>
          <Snippet text={APPLY} label={t.app.apply} />
          <p>{t.app.applyHint}</p>
        </li>
        <li>
          <h3>{words.look}</h3>
          <p>{words.lookText}</p>
        </li>
      </ol>
    </section>
  );
}
