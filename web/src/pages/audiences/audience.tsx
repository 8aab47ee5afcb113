/** One audience: what it means, how it grew, who is in it, and what another condition would change. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { audienceQuery, audiencesQuery } from "../../api/audiences";
import { ApiError } from "../../api/client";
import { definitionQuery } from "../../api/programme";
import type { AudienceDetail } from "../../api/types";
import { syncOf } from "../../lib/webhooks";
import { useText } from "../../messages";
import { Card, Empty, Failed, Loading, PageTitle } from "../../ui/parts";
import { AttemptCard } from "./attempt";
import { GrowthCard, type Range } from "./growth";
import { MembersCard } from "./members";
import { Filling, Moves, pathOf, Reference } from "./parts";

export default function AudiencePage() {
  const { name = "" } = useParams();
  return <AudienceByName key={name} name={name} />;
}

function AudienceByName({ name }: { name: string }) {
  const { t } = useText();
  const [range, setRange] = useState<Range>("90");
  const said: string | undefined = useLocation().state?.said;
  const query = useQuery(audienceQuery(name, Number(range)));
  const all = useQuery(audiencesQuery);
  const missing = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <Link className="back" to="/audiences">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.audiences.back}
      </Link>
      {query.isPending && <Loading />}
      {missing && (
        <>
          <PageTitle>{t.audiences.notFound}</PageTitle>
          <Empty title={t.audiences.notFoundHint} />
        </>
      )}
      {!query.data && query.isError && !missing && (
        <Failed error={query.error} retry={() => query.refetch()} />
      )}
      {query.data && !missing && (
        <>
          <PageTitle
            aside={
              <Link className="button" to={`${pathOf(name)}/edit`}>
                {t.builder.edit}
              </Link>
            }
          >
            {query.data.name}
          </PageTitle>
          {said && (
            <p className="done" role="status">
              {said}
            </p>
          )}
          {query.data.note && <p className="lead audience-lead">{query.data.note}</p>}
          {query.data.waits && (
            <p className="note-warn hold-note" role="status">
              {t.audiences.waitsHelp}
            </p>
          )}
          <Filling it={all.data} />
          <div className="broadcast">
            <div className="audience-main">
              <GrowthCard it={query.data} range={range} onRange={setRange} />
              <AttemptCard it={query.data} />
              <MembersCard name={query.data.name} />
            </div>
            <div className="audience-side">
              <Facts it={query.data} />
              <Counters it={query.data} />
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Facts({ it }: { it: AudienceDetail }) {
  const { t, format } = useText();
  const sync = syncOf(useQuery(definitionQuery("audience", it.name)).data ?? null);
  return (
    <Card title={t.audiences.facts} className="broadcast-facts">
      <dl className="pairs">
        <div>
          <dt>{t.audiences.now}</dt>
          <dd>
            <strong className="audience-now">{format.count(it.size)}</strong>
          </dd>
        </div>
        <div>
          <dt>
            {t.audiences.today} <span className="faint">({t.audiences.todayHelp})</span>
          </dt>
          <dd>
            <Moves entered={it.entered} left={it.left} />
          </dd>
        </div>
        <div>
          <dt>{t.audiences.condition}</dt>
          <dd>
            <code>{it.condition}</code>
          </dd>
        </div>
        {sync && (
          <div>
            <dt>{t.audiences.sync}</dt>
            <dd>
              <code className="break">{sync}</code>
              <span className="faint">{t.audiences.syncHelp}</span>
              <Link to="/settings/webhooks">{t.audiences.syncCalls}</Link>
            </dd>
          </div>
        )}
        {0 < it.uses.length && (
          <div>
            <dt>{t.audiences.uses}</dt>
            <dd>
              {it.uses.map((name) => (
                <span key={name}>
                  <Reference to={`audience/${name}`} />
                </span>
              ))}
            </dd>
          </div>
        )}
        <div>
          <dt>{t.audiences.usedBy}</dt>
          <dd>
            {it.used_by.length === 0 && <span className="faint">{t.audiences.unused}</span>}
            {it.used_by.map((user) => (
              <span key={user}>
                <Reference to={user} />
              </span>
            ))}
          </dd>
        </div>
      </dl>
    </Card>
  );
}

function Counters({ it }: { it: AudienceDetail }) {
  const { t } = useText();
  const words = t.audiences.counters;
  return (
    <Card title={words.title} className="counters">
      {it.counters.length === 0 ? (
        <p className="faint">{words.none}</p>
      ) : (
        <>
          <ul>
            {it.counters.map((counter) => (
              <li key={counter}>
                <code>{counter}</code>
              </li>
            ))}
          </ul>
          <p className="faint">{words.help}</p>
        </>
      )}
    </Card>
  );
}
