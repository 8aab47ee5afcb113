/** One campaign: its funnel, its ledger that closes, its reasons and days, what holds it, and its faults. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { campaignQuery, releaseCampaign, steerJourney } from "../../api/campaigns";
import { ApiError, broadcastsQuery } from "../../api/client";
import type { Broadcast, Campaign, CampaignDetail } from "../../api/types";
import { Swatch } from "../../charts/ledger";
import { type Step, stepsOf } from "../../lib/broadcasts";
import { calendar } from "../../lib/campaigns";
import type { LedgerState } from "../../lib/ledger";
import { channelName, reasonText, sentence, useText } from "../../messages";
import { CampaignFindings } from "../../ui/findings";
import { LedgerTable } from "../../ui/ledger";
import { Button, Card, Empty, Failed, Loading, PageTitle, Text, useNow } from "../../ui/parts";
import { pathOf as broadcastPath } from "../broadcasts/parts";
import { Confirm, StepFailed, useStep } from "../broadcasts/steps";
import { pathOf as journeyPath } from "../journeys/path";
import { DaysCard } from "../today/ledger";
import { FaultsCard } from "./faults";
import { FunnelCard } from "./funnel";
import { StateBadge } from "./parts";

/** Days that the chart draws. */
const DAYS = 30;

export default function CampaignPage() {
  const { kind = "", name = "" } = useParams();
  return <CampaignByName key={`${kind}/${name}`} kind={kind} name={name} />;
}

function CampaignByName({ kind, name }: { kind: string; name: string }) {
  const { t } = useText();
  const query = useQuery(campaignQuery(kind, name));
  const missing = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <Link className="back" to="/campaigns">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.campaigns.back}
      </Link>
      {query.isPending && <Loading />}
      {missing && (
        <>
          <PageTitle>{t.campaigns.notFound}</PageTitle>
          <Empty title={t.campaigns.notFoundHint} />
        </>
      )}
      {!query.data && query.isError && !missing && (
        <Failed error={query.error} retry={() => query.refetch()} />
      )}
      {query.data && !missing && <One it={query.data} />}
    </>
  );
}

function One({ it }: { it: CampaignDetail }) {
  const { t } = useText();
  const words = t.campaigns;
  const { campaign } = it;
  return (
    <>
      <PageTitle aside={<Actions it={campaign} />}>{campaign.name}</PageTitle>
      <div className="broadcast-sub">
        <StateBadge state={campaign.state} />
        <p>
          {[words.kinds[campaign.kind], campaign.owner, ...campaign.contents]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <DefinitionLink it={campaign} />
      </div>
      <div className="broadcast">
        <div className="broadcast-main">
          <FunnelCard it={it.funnel} />
          {0 < it.days.length && <DaysCard title={words.days} days={calendar(it.days, DAYS)} />}
          <FaultsCard it={campaign} />
          <CampaignFindings campaign={`${campaign.kind}/${campaign.name}`} />
        </div>
        <div className="settings-side">
          <HoldsCard it={it} />
          <Card title={words.ledger} note={words.sumNote}>
            <LedgerTable ledger={campaign.counts} total={words.sum} />
          </Card>
          <ReasonsCard it={it} />
        </div>
      </div>
    </>
  );
}

/** Where it is built and planned; nowhere for one that is gone. */
function DefinitionLink({ it }: { it: Campaign }) {
  const { t } = useText();
  if (it.state === "gone") return null;
  return it.kind === "journey" ? (
    <Link to={journeyPath(it.name)}>{t.campaigns.toJourney}</Link>
  ) : (
    <Link to={broadcastPath(it)}>{t.campaigns.toBroadcast}</Link>
  );
}

function Actions({ it }: { it: Campaign }) {
  const { data } = useQuery({ ...broadcastsQuery, enabled: it.kind === "broadcast" });
  const broadcast = data?.broadcasts.find(({ name }) => name === it.name);
  if (it.kind === "journey") return <JourneyActions it={it} />;
  return broadcast ? <BroadcastActions it={broadcast} /> : null;
}

/** A journey is paused and goes on; who walks in it walks on all the while. */
function JourneyActions({ it }: { it: Campaign }) {
  const { t } = useText();
  const words = t.campaigns.journey;
  const client = useQueryClient();
  const step = it.state === "paused" ? "resume" : "pause";
  const steer = useMutation({
    mutationFn: () => steerJourney(it.name, step),
    onSuccess: () => client.invalidateQueries({ queryKey: ["campaign"] }),
  });
  if (it.state === "gone") return null;
  return (
    <div className="broadcast-steps">
      <Button
        kind={step === "resume" ? "primary" : "plain"}
        disabled={steer.isPending}
        title={words[step].hint}
        onClick={() => steer.mutate()}
      >
        {words[step].button}
      </Button>
      {steer.isError && (
        <p className="field-error" role="alert">
          {t.campaigns.holds.releaseFailed}
        </p>
      )}
    </div>
  );
}

const STEERED: readonly Step[] = ["pause", "resume", "cancel"];

/** What can be done to one that was started; planning and starting have a page of their own. */
function BroadcastActions({ it }: { it: Broadcast }) {
  const { t } = useText();
  const client = useQueryClient();
  const now = useNow(10_000);
  const [asking, setAsking] = useState<Step | null>(null);
  const step = useStep(it.name, () => {
    setAsking(null);
    void client.invalidateQueries({ queryKey: ["campaign"] });
  });
  const steps = stepsOf(it, now).filter((each) => STEERED.includes(each));
  return (
    <div className="broadcast-steps">
      {steps.toReversed().map((each) => (
        <Button
          key={each}
          kind={each === "resume" ? "primary" : "plain"}
          disabled={step.isPending}
          onClick={() => {
            step.reset();
            setAsking(each);
          }}
        >
          {t.broadcasts.steps[each as "pause" | "resume" | "cancel"]}
        </Button>
      ))}
      {step.isError && asking === null && <StepFailed error={step.error} it={it} />}
      {asking && (
        <Confirm
          it={it}
          step={asking}
          seen={null}
          now={now}
          taking={step}
          onClose={() => {
            setAsking(null);
            step.reset();
          }}
        />
      )}
    </div>
  );
}

function HoldsCard({ it }: { it: CampaignDetail }) {
  const { t, format } = useText();
  const words = t.campaigns.holds;
  const client = useQueryClient();
  const scope = `${it.campaign.kind}/${it.campaign.name}`;
  const release = useMutation({
    mutationFn: () => releaseCampaign(scope),
    onSuccess: () => client.invalidateQueries({ queryKey: ["campaign"] }),
  });
  return (
    <Card title={words.title}>
      {it.holds.length === 0 && <p className="faint">{words.none}</p>}
      <ul className="campaign-holds">
        {it.holds.map((each) => (
          <li key={`${each.kind}${each.channel ?? ""}${each.text}`}>
            <strong>
              {words.kinds[each.kind] ?? each.kind}
              {each.channel && ` (${channelName(t, each.channel)})`}
            </strong>
            <p>
              <Text>{sentence(each.text)}</Text>
            </p>
            {each.at && (
              <p className="faint">
                {(each.kind === "pace" ? words.until : words.since)(format.dateTime(each.at))}
              </p>
            )}
            {each.kind === "brake" && (
              <Button disabled={release.isPending} onClick={() => release.mutate()}>
                {words.release}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {release.isError && (
        <p className="field-error" role="alert">
          {words.releaseFailed}
        </p>
      )}
    </Card>
  );
}

function ReasonsCard({ it }: { it: CampaignDetail }) {
  const { t, format } = useText();
  const words = t.campaigns.reasons;
  return (
    <Card title={words.title}>
      {it.reasons.length === 0 ? (
        <p className="faint">{words.empty}</p>
      ) : (
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{words.reason}</th>
              <th scope="col" className="number">
                {words.count}
              </th>
            </tr>
          </thead>
          <tbody>
            {it.reasons.map((each) => (
              <tr key={`${each.outcome}/${each.reason}`}>
                <th scope="row">
                  <Swatch state={each.outcome as LedgerState} />{" "}
                  {reasonText(t, { code: each.reason, text: each.text })}
                  <small>{t.ledgerStates[each.outcome as LedgerState]}</small>
                </th>
                <td className="number">{format.count(each.messages)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
