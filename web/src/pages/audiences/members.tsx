/** Who is in an audience. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useRef } from "react";
import { Link } from "react-router";
import { membersFile, membersQuery } from "../../api/audiences";
import { useText } from "../../messages";
import { Button, Card, Empty, Failed, Loading, useNow } from "../../ui/parts";
import { onListKey } from "../../ui/rows";

export function MembersCard({ name }: { name: string }) {
  const { t, format } = useText();
  const words = t.audiences.members;
  const query = useInfiniteQuery(membersQuery(name));
  const now = useNow(60_000);
  const list = useRef<HTMLTableSectionElement>(null);
  const people = query.data?.pages.flatMap((it) => it.people) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  return (
    <Card
      title={words.title}
      aside={
        0 < people.length && (
          <a className="button" href={membersFile(name)} download={`${name}.csv`}>
            <Download size={16} strokeWidth={1.75} aria-hidden="true" /> {t.audiences.export}
          </a>
        )
      }
    >
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && people.length === 0 && (
        <Empty title={words.none} action={<Link to="/people">{words.toPeople}</Link>}>
          {words.noneHint}
        </Empty>
      )}
      {0 < people.length && (
        <table className="list people">
          <caption className="hidden">{words.list}</caption>
          <thead>
            <tr>
              <th scope="col">{t.people.name}</th>
              <th scope="col" className="wide-only">
                {t.people.identifiers}
              </th>
              <th scope="col" className="number">
                {t.people.lastSeen}
              </th>
            </tr>
          </thead>
          <tbody ref={list} onKeyDown={(event) => onListKey(event, list.current)}>
            {people.map((it) => (
              <tr key={it.id}>
                <th scope="row">
                  <Link className="row-link" to={`/people/${it.id}`}>
                    {it.name || t.people.unnamed}
                  </Link>
                  <small>{it.id}</small>
                </th>
                <td className="wide-only identifiers">
                  {it.identifiers.slice(0, 2).map((each) => (
                    <span key={each}>{each.slice(each.indexOf(":") + 1)}</span>
                  ))}
                </td>
                <td className="number">{format.ago(it.last_seen, now)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage && (
        <p className="more">
          <Button disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t.app.more}
          </Button>
          <span className="faint">
            {format.count(people.length)} / {format.count(total)}
          </span>
        </p>
      )}
    </Card>
  );
}
