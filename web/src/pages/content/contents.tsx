/** All contents of the programme that runs, and a search. */
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRef } from "react";
import { Link, useSearchParams } from "react-router";
import { contentsQuery } from "../../api/contents";
import { type ContentFile, isMeant } from "../../lib/contents";
import { useText } from "../../messages";
import { AskLinks } from "../../ui/links";
import { Empty, Failed, Loading, PageTitle, Snippet } from "../../ui/parts";
import { moveTo, onListKey } from "../../ui/rows";
import { pathOf } from "./path";

const FIRST = `---
content: hello
topic: news
summary: Good that you are here
forms:
  email: {subject: 'Welcome, {{ person.name | default: "friend" }}'}
---
This is what we would like you to know first.
`;

export default function Contents() {
  const { t, format } = useText();
  const words = t.content;
  const [params, setParams] = useSearchParams();
  const q = params.get("q") ?? "";
  const query = useQuery(contentsQuery);
  const list = useRef<HTMLTableSectionElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const all = query.data?.contents;
  const found = all?.filter((it) => isMeant(it, q.trim())) ?? [];
  return (
    <>
      <PageTitle
        aside={
          <Link className="button button-primary" to="/new/content">
            {words.create.button}
          </Link>
        }
      >
        {t.app.content}
      </PageTitle>
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && (
        <Empty
          title={words.empty}
          action={
            <div className="content-first">
              <p>
                <code>content/hello.md</code>
              </p>
              <Snippet text={FIRST} label={words.emptyFile} />
            </div>
          }
        >
          {words.emptyHint}
        </Empty>
      )}
      {all && 0 < all.length && (
        <>
          <search className="search">
            <Search size={18} strokeWidth={1.75} aria-hidden="true" />
            <input
              ref={input}
              type="search"
              aria-label={words.search}
              placeholder={words.search}
              value={q}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) =>
                setParams(target.value ? { q: target.value } : {}, { replace: true })
              }
              onKeyDown={(event) => {
                if (event.key !== "ArrowDown") return;
                event.preventDefault();
                moveTo(list.current, 0);
              }}
            />
          </search>
          <p className="count" role="status">
            {(q ? words.found : words.count)(found.length, format.count(found.length))}
          </p>
          {found.length === 0 ? (
            <Empty title={words.noMatch(q)}>{words.noMatchHint}</Empty>
          ) : (
            <div className="panel">
              <table className="list people">
                <caption className="hidden">{words.all}</caption>
                <thead>
                  <tr>
                    <th scope="col">{words.name}</th>
                    <th scope="col" className="wide-only">
                      {words.topic}
                    </th>
                    <th scope="col">{words.languages}</th>
                  </tr>
                </thead>
                <tbody
                  ref={list}
                  onKeyDown={(event) =>
                    onListKey(event, list.current, () => input.current?.focus())
                  }
                >
                  {found.map((it) => (
                    <Row key={it.path} it={it} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <AskLinks />
        </>
      )}
    </>
  );
}

function Row({ it }: { it: ContentFile }) {
  const { t } = useText();
  const { ownOnly, noSummary } = t.content;
  return (
    <tr>
      <th scope="row">
        <Link className="row-link" to={pathOf(it.name)}>
          {it.name}
        </Link>
        <small className={it.summary ? undefined : "faint"}>{it.summary || noSummary}</small>
      </th>
      <td className="wide-only">{it.topic}</td>
      <td>{[ownOnly, ...it.languages.map(({ tag }) => tag)].join(", ")}</td>
    </tr>
  );
}
