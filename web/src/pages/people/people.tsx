/** Everybody, and a search. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation, useSearchParams } from "react-router";
import { peopleQuery } from "../../api/client";
import type { PersonSummary } from "../../api/types";
import { useText } from "../../messages";
import { Button, Empty, Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { moveTo, onListKey } from "../../ui/rows";

/** How long typing must rest before it is searched for. */
const SEARCH_AFTER_MS = 200;
const IDENTIFIERS_SHOWN = 2;

export default function People() {
  const { t, format } = useText();
  const [params, setParams] = useSearchParams();
  const said: string | undefined = useLocation().state?.said;
  const q = params.get("q") ?? "";
  const people = useInfiniteQuery(peopleQuery(q));
  const list = useRef<HTMLTableSectionElement>(null);
  const rows = people.data?.pages.flatMap((it) => it.people) ?? [];
  const total = people.data?.pages[0]?.total ?? 0;
  const search = (text: string) => setParams(text ? { q: text } : {}, { replace: true });
  return (
    <>
      <PageTitle>{t.app.people}</PageTitle>
      {said && <p role="status">{said}</p>}
      <SearchBox q={q} onSearch={search} onDown={() => moveTo(list.current, 0)} />
      <p className="count" role="status">
        {people.data && (q ? t.people.found : t.people.total)(total, format.count(total))}
      </p>
      {people.isPending && <Loading />}
      {people.isError && <Failed error={people.error} retry={() => people.refetch()} />}
      {people.data && rows.length === 0 && <Nobody q={q} />}
      {0 < rows.length && (
        <div className={people.isPlaceholderData ? "panel is-old" : "panel"}>
          <table className="list people">
            <caption className="hidden">{t.people.list}</caption>
            <thead>
              <tr>
                <th scope="col">{t.people.name}</th>
                <th scope="col" className="wide-only">
                  {t.people.identifiers}
                </th>
                <th scope="col" className="wide-only">
                  {t.people.created}
                </th>
                <th scope="col" className="number">
                  {t.people.lastSeen}
                </th>
              </tr>
            </thead>
            <tbody ref={list} onKeyDown={(event) => onListKey(event, list.current, toSearch)}>
              {rows.map((it) => (
                <PersonRow key={it.id} person={it} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {people.hasNextPage && (
        <p className="more">
          <Button disabled={people.isFetchingNextPage} onClick={() => people.fetchNextPage()}>
            {t.app.more}
          </Button>
          <span className="faint">
            {format.count(rows.length)} / {format.count(total)}
          </span>
        </p>
      )}
    </>
  );
}

function toSearch() {
  document.querySelector<HTMLInputElement>("input[type=search]")?.focus();
}

function PersonRow({ person }: { person: PersonSummary }) {
  const { t, format } = useText();
  const now = useNow(60_000);
  const shown = person.identifiers.slice(0, IDENTIFIERS_SHOWN);
  const more = person.identifiers.length - shown.length;
  return (
    <tr>
      <th scope="row">
        <Link className="row-link" to={`/people/${person.id}`}>
          {person.name || t.people.unnamed}
        </Link>
        <small>
          {person.id}
          <span className="narrow-only"> · {value(person.identifiers[0] ?? "")}</span>
        </small>
      </th>
      <td className="wide-only identifiers">
        {shown.map((it) => (
          <span key={it}>{value(it)}</span>
        ))}
        {0 < more && <span className="faint">{t.people.moreIds(more)}</span>}
      </td>
      <td className="wide-only">{format.date(person.created)}</td>
      <td className="number">{format.ago(person.last_seen, now)}</td>
    </tr>
  );
}

/** `email:a@example.com` without its kind, which the value tells by itself. */
function value(identifier: string): string {
  return identifier.slice(identifier.indexOf(":") + 1);
}

function SearchBox({
  q,
  onSearch,
  onDown,
}: {
  q: string;
  onSearch: (text: string) => void;
  onDown: () => void;
}) {
  const { t } = useText();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const { state } = useLocation();
  useEffect(() => {
    const focus = () => input.current?.select();
    if (state?.search) focus();
    window.addEventListener("fulcrum:search", focus);
    return () => window.removeEventListener("fulcrum:search", focus);
  }, [state]);
  const searching = useRef(onSearch);
  searching.current = onSearch;
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => searching.current(text.trim()), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, q]);
  return (
    <search className="search">
      <Search size={18} strokeWidth={1.75} aria-hidden="true" />
      <input
        ref={input}
        type="search"
        aria-label={t.people.search}
        placeholder={t.people.search}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") {
            event.preventDefault();
            onDown();
          } else if (event.key === "Enter") onSearch(text.trim());
        }}
      />
      <span className="kbd" aria-hidden="true">
        /
      </span>
    </search>
  );
}

function Nobody({ q }: { q: string }) {
  const { t } = useText();
  return q ? (
    <Empty title={t.people.noMatch(q)}>{t.people.noMatchHint}</Empty>
  ) : (
    <Empty title={t.people.empty} action={<Link to="/">{t.today.first.title}</Link>}>
      {t.people.emptyHint}
    </Empty>
  );
}
