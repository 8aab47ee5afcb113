/** What audiences have in common, as a table whose cells are darker the more they share. */
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { Link } from "react-router";
import { audiencesQuery, overlapQuery } from "../../api/audiences";
import type { Overlap } from "../../api/types";
import { percent } from "../../charts/marks";
import { useText } from "../../messages";
import { Card, Choice, Empty, Failed, Loading, PageTitle, Scrolls } from "../../ui/parts";
import { pathOf, Views } from "./parts";

/** The server compares no more at once, and nobody reads a larger table. */
const COMPARED_MAX = 12;
/** How many are compared before somebody chooses. */
const COMPARED_FIRST = 6;

export default function OverlapPage() {
  const { t } = useText();
  const query = useQuery(audiencesQuery);
  const all = query.data?.audiences ?? [];
  const [picked, setPicked] = useState<string[] | null>(null);
  const largest = [...all].sort((a, b) => b.size - a.size).slice(0, COMPARED_FIRST);
  const chosen = picked ?? all.filter((it) => largest.includes(it)).map((it) => it.name);
  return (
    <>
      <PageTitle>{t.app.audiences}</PageTitle>
      <Views />
      <p className="lead">{t.audiences.matrix.lead}</p>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && (
        <div className="overlap">
          <Chosen all={all.map((it) => it.name)} chosen={chosen} onChange={setPicked} />
          <Matrix names={chosen} />
        </div>
      )}
    </>
  );
}

function Chosen({
  all,
  chosen,
  onChange,
}: {
  all: string[];
  chosen: string[];
  onChange: (names: string[]) => void;
}) {
  const { t, format } = useText();
  const full = COMPARED_MAX <= chosen.length;
  return (
    <fieldset className="overlap-chosen">
      <legend>{t.audiences.matrix.choose}</legend>
      <p className="field-hint">{t.audiences.matrix.chooseHint(format.count(COMPARED_MAX))}</p>
      <ul>
        {all.map((name) => (
          <li key={name}>
            <label className="check">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                disabled={full && !chosen.includes(name)}
                onChange={(event) =>
                  onChange(
                    all.filter((it) => (it === name ? event.target.checked : chosen.includes(it))),
                  )
                }
              />
              <span>{name}</span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Matrix({ names }: { names: string[] }) {
  const { t } = useText();
  const words = t.audiences.matrix;
  const [show, setShow] = useState<"shares" | "counts">("shares");
  const enough = 2 <= names.length;
  const query = useQuery({ ...overlapQuery(names), enabled: enough });
  return (
    <Card
      title={t.audiences.overlap}
      aside={
        enough && (
          <Choice
            label={words.show}
            value={show}
            onChange={setShow}
            options={[
              { value: "shares", label: words.shares },
              { value: "counts", label: words.counts },
            ]}
          />
        )
      }
    >
      {!enough && <Empty title={words.few}>{words.fewHint}</Empty>}
      {enough && query.isPending && <Loading />}
      {enough && !query.data && query.isError && (
        <Failed error={query.error} retry={() => query.refetch()} />
      )}
      {enough && query.data && <Heat it={query.data} show={show} old={query.isPlaceholderData} />}
    </Card>
  );
}

function Heat({ it, show, old }: { it: Overlap; show: "shares" | "counts"; old: boolean }) {
  const { t, format } = useText();
  const words = t.audiences.matrix;
  const caption = show === "shares" ? words.captionShares : words.captionCounts;
  return (
    <Scrolls label={caption}>
      <table className={old ? "heat is-old" : "heat"}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="heat-corner">
              {words.corner}
            </th>
            {it.audiences.map((name) => (
              <th key={name} scope="col">
                <Breakable text={name} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {it.audiences.map((row, n) => {
            const own = it.shared[n]?.[n] ?? 0;
            return (
              <tr key={row}>
                <th scope="row">
                  <Link to={pathOf(row)}>
                    <Breakable text={row} />
                  </Link>
                  <small>{format.count(own)}</small>
                </th>
                {it.audiences.map((column, m) => {
                  const both = it.shared[n]?.[m] ?? 0;
                  const share = format.share(both, own);
                  return (
                    <td
                      key={column}
                      className={n === m ? "heat-own" : undefined}
                      title={
                        n === m
                          ? words.own(row, format.count(own))
                          : words.cell(row, column, format.count(both), share)
                      }
                    >
                      {n !== m && <Shade share={own === 0 ? 0 : both / own} />}
                      <span>
                        {n === m || show === "counts"
                          ? format.count(both)
                          : format.level(own === 0 ? 0 : Math.round((both / own) * 100) / 100)}
                      </span>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolls>
  );
}

/** A name that may go on on the next line after each of its words. */
function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[_\-. ])/).map((word, n) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the words of a name never change places
    <Fragment key={n}>
      {0 < n && <wbr />}
      {word}
    </Fragment>
  ));
}

/** As tall as the share, so that it is read without telling shades apart. */
function Shade({ share }: { share: number }) {
  const height = Math.min(1, share) * 100;
  return (
    <svg className="heat-shade" width="100%" height="100%" aria-hidden="true">
      <rect width="100%" y={percent(100 - height)} height={percent(height)} />
    </svg>
  );
}
