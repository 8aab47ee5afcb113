/** One journey: its steps with the people at each, its versions, and how runs ended. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Link, useLocation, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { type JourneyDetail, journeyQuery } from "../../api/journeys";
import type { Count } from "../../api/types";
import { campaignPath } from "../../lib/campaigns";
import { walk } from "../../lib/journeys";
import { useText } from "../../messages";
import { CampaignFindings } from "../../ui/findings";
import { Card, Choice, Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { ExperimentsCard } from "./experiments";
import { Flow } from "./flow";
import { VersionsCard } from "./move";
import { pathOf } from "./path";
import { triggerWords } from "./says";

export default function JourneyPage() {
  const { name = "" } = useParams();
  return <JourneyByName key={name} name={name} />;
}

function JourneyByName({ name }: { name: string }) {
  const { t } = useText();
  const said: string | undefined = useLocation().state?.said;
  const query = useQuery(journeyQuery(name));
  const missing = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <Link className="back" to="/journeys">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.journeys.back}
      </Link>
      {query.isPending && <Loading />}
      {missing && (
        <>
          <PageTitle>{t.journeys.notFound}</PageTitle>
          <Empty title={t.journeys.notFoundHint} />
        </>
      )}
      {!query.data && query.isError && !missing && (
        <Failed error={query.error} retry={() => query.refetch()} />
      )}
      {query.data && !missing && (
        <>
          <PageTitle
            aside={
              <div className="broadcast-steps">
                <Link className="button" to={campaignPath("journey", name)}>
                  {t.campaigns.link}
                </Link>
                <Link className="button" to={`${pathOf(name)}/edit?show=replay`}>
                  {t.replay.link}
                </Link>
                <Link className="button" to={`${pathOf(name)}/edit`}>
                  {t.journeys.edit}
                </Link>
              </div>
            }
          >
            {name}
          </PageTitle>
          {said && (
            <p className="done" role="status">
              {said}
            </p>
          )}
          <One it={query.data} />
        </>
      )}
    </>
  );
}

function One({ it }: { it: JourneyDetail }) {
  const spoken = useText();
  const { t, format } = spoken;
  const words = t.journeys;
  const [chosen, setChosen] = useState<string | null>(null);
  // A link may lead to one step.
  const current = useSearchParams()[0].get("step");
  const latest = it.summary.version;
  const versions = [...it.versions].sort((a, b) => b.version - a.version);
  const shown = chosen ?? String(latest);
  const counts = new Map(
    versions.find((each) => String(each.version) === shown)?.steps.map((each) => [each.step, each]),
  );
  const known = new Set(walk(it.definition.steps).map((each) => each.address));
  const elsewhere = [...counts.values()].filter((each) => !known.has(each.step));
  return (
    <div className="broadcast">
      <div className="audience-main">
        <Card title={words.flow} note={words.flowHelp}>
          {1 < versions.length && (
            <div className="journey-versions">
              <Choice
                label={words.versions.shown}
                value={shown}
                onChange={setChosen}
                options={versions.map((each) => ({
                  value: String(each.version),
                  label: `${words.version} ${format.count(each.version)}${
                    each.version === latest ? ` (${words.versions.latest})` : ""
                  }: ${words.versions.people(each.running, format.count(each.running))}`,
                }))}
              />
              <p className="faint">
                {shown === String(latest) ? words.versions.help : words.versions.other}
              </p>
            </div>
          )}
          <Flow
            steps={it.definition.steps}
            begins={triggerWords(it.definition.trigger, spoken)}
            parts={{ counts, current }}
          />
          {0 < elsewhere.length && (
            <section className="flow-elsewhere">
              <h3>{words.versions.elsewhere}</h3>
              <ul>
                {elsewhere.map((each) => (
                  <li key={each.step}>
                    <code>{each.step}</code>{" "}
                    {0 < each.waiting && (
                      <strong>{words.here(each.waiting, format.count(each.waiting))}, </strong>
                    )}
                    <span className="faint">{words.passed(format.count(each.entered))}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </Card>
        <ExperimentsCard name={it.summary.name} />
        <CampaignFindings campaign={`journey/${it.summary.name}`} />
      </div>
      <div className="settings-side">
        <Facts it={it} />
        <VersionsCard it={it} />
      </div>
    </div>
  );
}

function Facts({ it }: { it: JourneyDetail }) {
  const spoken = useText();
  const { t, format } = spoken;
  const words = t.journeys;
  const { summary, definition } = it;
  const goal = definition.goal as { event?: string; within?: string } | undefined;
  return (
    <Card title={words.facts} className="broadcast-facts">
      <dl className="pairs">
        <div>
          <dt>{words.running}</dt>
          <dd>
            <strong className="audience-now">{format.count(summary.running)}</strong>
          </dd>
        </div>
        <div>
          <dt>{words.started}</dt>
          <dd>{format.count(summary.started)}</dd>
        </div>
        {summary.has_goal && (
          <div>
            <dt>{words.goals}</dt>
            <dd>
              {format.count(summary.goals)}
              {0 < summary.started && <small>{format.share(summary.goals, summary.started)}</small>}
            </dd>
          </div>
        )}
        <div>
          <dt>{words.begins}</dt>
          <dd>
            <span>
              <Text>{triggerWords(definition.trigger, spoken)}</Text>
            </span>
          </dd>
        </div>
        <div>
          <dt>{words.goal}</dt>
          <dd>
            {goal?.event ?? <span className="faint">{words.noGoal}</span>}
            {goal?.within && <small>{goal.within}</small>}
          </dd>
        </div>
        {summary.owner && (
          <div>
            <dt>{words.owner}</dt>
            <dd>{summary.owner}</dd>
          </div>
        )}
        <div>
          <dt>{words.version}</dt>
          <dd>{format.count(summary.version)}</dd>
        </div>
        <Counts title={words.ended} counts={summary.ended} />
        <Counts title={words.refused} counts={summary.refused} />
      </dl>
    </Card>
  );
}

function Counts({ title, counts }: { title: string; counts: Count[] }) {
  const { t, format } = useText();
  if (counts.length === 0) return null;
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {counts.map((it) => (
          <span key={it.code}>
            {format.count(it.count)}{" "}
            <span className="faint">
              {t.journeys.ends[it.code] ?? it.code.replaceAll("_", " ")}
            </span>
          </span>
        ))}
      </dd>
    </div>
  );
}
