/** The forms that visitors fill in: where each stands, what came of it, and how to put it on a page of one's own. */
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { formsQuery } from "../../api/forms";
import type { FormShown } from "../../api/types";
import { useText } from "../../messages";
import { Card, Empty, Failed, Loading, PageTitle, Snippet, Text, useNow } from "../../ui/parts";

const FIRST = `form: news
title: Stay in touch
text: Once a month, and nothing else.
topics:
  - {topic: news, wording: "Send me news by e-mail, once a month."}
thanks: See you soon.
`;

export default function Forms() {
  const { t, format } = useText();
  const words = t.forms;
  const query = useQuery(formsQuery);
  const all = query.data?.forms;
  return (
    <>
      <PageTitle
        aside={all && <p className="faint">{words.count(all.length, format.count(all.length))}</p>}
      >
        {t.app.forms}
      </PageTitle>
      <p className="lead">{words.lead}</p>
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && (
        <Empty
          title={words.empty}
          action={
            <div className="content-first">
              <p>
                <code>forms/news.yaml</code>
              </p>
              <Snippet text={FIRST} label={words.emptyFile} />
            </div>
          }
        >
          {words.emptyHint}
        </Empty>
      )}
      {all && 0 < all.length && (
        <div className="channels">
          {all.map((it) => (
            <FormCard key={it.name} it={it} />
          ))}
        </div>
      )}
    </>
  );
}

function FormCard({ it }: { it: FormShown }) {
  const { t, format } = useText();
  const words = t.forms;
  const now = useNow(60_000);
  return (
    <Card
      title={it.title || it.name}
      aside={
        <a href={it.address} target="_blank" rel="noreferrer">
          {words.open} <ExternalLink size={14} strokeWidth={1.75} aria-hidden="true" />
        </a>
      }
    >
      <div className="channel">
        <dl className="pairs">
          <div>
            <dt>{words.file}</dt>
            <dd>
              <code>{it.file}</code>
            </dd>
          </div>
          <div>
            <dt>{words.stands}</dt>
            <dd>
              {it.pages.length === 0 && (
                <Text>{words.standsNowhere.replace(/NAME|NAAM/, it.name)}</Text>
              )}
              {it.pages.map(({ title, address }) => (
                <div key={address}>
                  <a href={address}>{title}</a>
                </div>
              ))}
            </dd>
          </div>
          <div>
            <dt>{words.topics}</dt>
            <dd>{it.topics.join(", ") || words.topicsNone}</dd>
          </div>
        </dl>
        <dl className="pairs">
          <div>
            <dt>{words.submitted}</dt>
            <dd>{format.count(it.submitted)}</dd>
          </div>
          {it.double_opt_in ? (
            <>
              <div>
                <dt>{words.asked}</dt>
                <dd>{format.count(it.asked)}</dd>
              </div>
              <div>
                <dt>{words.confirmed}</dt>
                <dd>{format.count(it.confirmed)}</dd>
              </div>
              <div>
                <dt>{words.rate}</dt>
                <dd>
                  {it.rate
                    ? words.interval(
                        format.share(it.rate.share, 1),
                        format.share(it.rate.low, 1),
                        format.share(it.rate.high, 1),
                      )
                    : words.rateNone}
                </dd>
              </div>
            </>
          ) : (
            <div>
              <dt>{words.confirmed}</dt>
              <dd>{words.single}</dd>
            </div>
          )}
        </dl>
        <p className="faint">{it.last ? words.last(format.ago(it.last, now)) : words.never}</p>
      </div>
      <details className="numbers">
        <summary>{words.embed}</summary>
        <p>{words.embedHint}</p>
        <Snippet text={it.embed} label={words.embed} />
      </details>
    </Card>
  );
}
