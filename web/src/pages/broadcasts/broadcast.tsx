/** One broadcast: what it is, who would get it, its steps, and how far it is. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import {
  broadcastsQuery,
  type PlanSeen,
  planSeenQuery,
  sessionQuery,
  todayQuery,
} from "../../api/client";
import type { Broadcast, Today } from "../../api/types";
import {
  decides,
  foreseen,
  groupOf,
  lastsMs,
  progressOf,
  type Stage,
  type Step,
  startsByItself,
  stepsOf,
  voidsApproval,
} from "../../lib/broadcasts";
import { campaignPath } from "../../lib/campaigns";
import { channelName, type Spoken, useText } from "../../messages";
import { CampaignFindings } from "../../ui/findings";
import { LedgerTable } from "../../ui/ledger";
import { Button, Card, Empty, Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { Progress } from "../../ui/progress";
import { pathOf as audiencePath } from "../audiences/parts";
import { ApprovalCard, personOf } from "./approval";
import { byHand, HoldNote, StageBadge, whenInWords, whenOf } from "./parts";
import { PlanCard } from "./plan";
import { Confirm, StepFailed, type Taking, useStep } from "./steps";
import { WavesCard } from "./waves";

export default function BroadcastPage() {
  const { name = "" } = useParams();
  return <BroadcastByName key={name} name={name} />;
}

function BroadcastByName({ name }: { name: string }) {
  const { t } = useText();
  const query = useQuery(broadcastsQuery);
  const today = useQuery(todayQuery);
  const it = query.data?.broadcasts.find((each) => each.name === name);
  return (
    <>
      <Link className="back" to="/broadcasts">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.broadcasts.back}
      </Link>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && !it && (
        <>
          <PageTitle>{t.broadcasts.notFound}</PageTitle>
          <Empty title={t.broadcasts.notFoundHint} />
        </>
      )}
      {it && <One it={it} today={today.data} />}
    </>
  );
}

function One({ it, today }: { it: Broadcast; today: Today | undefined }) {
  const spoken = useText();
  const { t, format } = spoken;
  const [asking, setAsking] = useState<Step | null>(null);
  const now = useNow(10_000);
  const { data: seen } = useQuery(planSeenQuery(it.name));
  const { data: session } = useQuery(sessionQuery);
  const step = useStep(it.name, () => setAsking(null));
  const size = today?.audiences.find(({ name }) => name === it.audience)?.size;
  const choose = (next: Step) => {
    const asks = decides(it, now) || voidsApproval(it, session?.who);
    if (next === "plan" && !asks) return step.mutate("plan");
    step.reset();
    setAsking(next);
  };
  const open = it.state === "draft" || it.state === "planned";
  return (
    <>
      <PageTitle
        aside={
          <Steps
            it={it}
            busy={step.isPending}
            seen={seen !== null && seen !== undefined}
            startable={
              seen
                ? 0 < foreseen(seen.plan).now + foreseen(seen.plan).later
                : // Who approved it looked at it; to look again would make that void.
                  it.approval.needed && 0 < it.recipients
            }
            onChoose={choose}
          />
        }
      >
        {it.name}
      </PageTitle>
      <div className="broadcast-sub">
        <StageBadge stage={it.state} />
        <p>{nextText(it, now, spoken)}</p>
        {0 < it.counts.candidates && (
          <Link to={campaignPath("broadcast", it.name)}>{t.campaigns.link}</Link>
        )}
      </div>
      <HoldNote today={today} />
      <Done taken={step} it={it} />
      {step.isError && asking === null && <StepFailed error={step.error} it={it} />}
      <div className="broadcast">
        <div className="broadcast-main">
          <ApprovalCard
            it={it}
            who={session?.who}
            busy={step.isPending}
            onApprove={() => choose("approve")}
          />
          {open ? (
            <PlanCard
              it={it}
              seen={seen ?? null}
              voids={voidsApproval(it, session?.who)}
              busy={step.isPending}
              onLook={() => choose("plan")}
            />
          ) : (
            <ProgressCard it={it} />
          )}
          <WavesCard it={it} />
          <CampaignFindings campaign={`broadcast/${it.name}`} />
        </div>
        <Card title={t.broadcasts.facts} className="broadcast-facts">
          <dl className="pairs">
            <div>
              <dt>{t.broadcasts.audience}</dt>
              <dd>
                <Link to={audiencePath(it.audience)}>{it.audience}</Link>
                {size !== undefined && <small>{t.broadcasts.now(size, format.count(size))}</small>}
                <Condition today={today} audience={it.audience} />
              </dd>
            </div>
            <div>
              <dt>{t.broadcasts.content}</dt>
              <dd>{it.content}</dd>
            </div>
            <div>
              <dt>{t.broadcasts.channels}</dt>
              <dd>
                {it.channels.map((channel) => channelName(t, channel)).join(", ")}
                {1 < it.channels.length && <small>{t.broadcasts.channelsHint}</small>}
              </dd>
            </div>
            <div>
              <dt>{t.broadcasts.when}</dt>
              <dd>
                {whenOf(it, spoken) ?? byHand(it, spoken)}
                {it.local_time && it.at && (
                  <small>
                    {t.broadcasts.localTime}; {t.broadcasts.begins(format.dateTime(it.at))}
                  </small>
                )}
              </dd>
            </div>
            <div>
              <dt>{t.broadcasts.recipients}</dt>
              <dd>
                {it.state === "draft" ? t.broadcasts.recipientsNone : format.count(it.recipients)}
                {it.listing && <small role="status">{t.broadcasts.listing}</small>}
              </dd>
            </div>
            {it.rate && <Rate it={it} rate={it.rate} />}
            {it.approval.planned_by && (
              <div>
                <dt>{t.broadcasts.plannedBy}</dt>
                <dd>{personOf(it.approval.planned_by, spoken, session?.who)}</dd>
              </div>
            )}
            {it.approval.approved_by && !it.approval.lacks && (
              <div>
                <dt>{t.broadcasts.approvedBy}</dt>
                <dd>{personOf(it.approval.approved_by, spoken, session?.who)}</dd>
              </div>
            )}
          </dl>
        </Card>
      </div>
      {asking && (
        <Confirm
          it={it}
          step={asking}
          seen={seen ?? null}
          now={now}
          taking={step}
          onClose={() => {
            setAsking(null);
            step.reset();
          }}
        />
      )}
    </>
  );
}

function Rate({ it, rate }: { it: Broadcast; rate: string }) {
  const { t, format } = useText();
  const [people = rate, span = ""] = rate.split(" per ");
  const lasts = lastsMs(rate, it.recipients);
  return (
    <div>
      <dt>{t.broadcasts.rate}</dt>
      <dd>
        {t.broadcasts.rateWords(format.count(Number(people)), span)}
        {lasts !== null && 0 < it.recipients && (
          <small>{t.broadcasts.rateLasts(format.duration(lasts))}</small>
        )}
      </dd>
    </div>
  );
}

function Condition({ today, audience }: { today: Today | undefined; audience: string }) {
  const condition = today?.audiences.find(({ name }) => name === audience)?.condition;
  return condition ? <code className="condition">{condition}</code> : null;
}

function Steps({
  it,
  busy,
  seen,
  startable,
  onChoose,
}: {
  it: Broadcast;
  busy: boolean;
  /** Whether the plan was looked at; nothing is started unseen. */
  seen: boolean;
  startable: boolean;
  onChoose: (step: Step) => void;
}) {
  const { t } = useText();
  const now = useNow(10_000);
  // What was not looked at is looked at in the card below, and is not offered to be started.
  const steps = stepsOf(it, now).filter((step) => {
    // Approving stands in a card of its own, which says what it is about.
    if (step === "approve") return false;
    if (step === "plan") return seen;
    return step !== "start" || startable;
  });
  if (steps.length === 0) return null;
  const words: Record<Step, string> = {
    plan: t.broadcasts.steps.again,
    approve: t.broadcasts.steps.approve,
    start: t.broadcasts.steps.start,
    pause: t.broadcasts.steps.pause,
    resume: t.broadcasts.steps.resume,
    cancel: t.broadcasts.steps.cancel,
  };
  const primary = steps.find((step) => step === "start" || step === "resume");
  return (
    <div className="broadcast-steps">
      {steps
        .toReversed()
        .sort((a, b) => Number(a === primary) - Number(b === primary))
        .map((step) => (
          <Button
            key={step}
            kind={step === primary ? "primary" : "plain"}
            disabled={busy}
            onClick={() => onChoose(step)}
          >
            {words[step]}
          </Button>
        ))}
    </div>
  );
}

/** What was done, said aloud and focused: the button that did it may be gone by then. */
function Done({ taken, it }: { taken: Taking; it: Broadcast }) {
  const spoken = useText();
  const line = useRef<HTMLParagraphElement>(null);
  const { isSuccess, submittedAt } = taken;
  useEffect(() => {
    if (isSuccess && 0 < submittedAt) line.current?.focus({ preventScroll: true });
  }, [isSuccess, submittedAt]);
  return (
    <p ref={line} className="done" role="status" tabIndex={-1}>
      {isSuccess ? doneText(taken.variables, taken.data, it.state, spoken) : ""}
    </p>
  );
}

function ProgressCard({ it }: { it: Broadcast }) {
  const { t, format } = useText();
  const { of, ended, rest } = progressOf(it);
  const words = t.broadcasts.progress;
  const running = it.state === "running" || it.state === "paused";
  const open = {
    running: { name: words.rest, help: words.restHelp },
    paused: { name: words.rest, help: words.restPaused },
    cancelled: { name: words.stopped, help: words.stoppedHelp },
    done: { name: words.gone, help: words.goneHelp },
    draft: { name: words.rest, help: words.restHelp },
    planned: { name: words.rest, help: words.restHelp },
  }[it.state];
  const pending = it.counts.pending;
  if (of === 0) {
    return (
      <Card title={running ? words.now : words.title}>
        <Empty title={words.nobody} />
      </Card>
    );
  }
  return (
    <Card title={running ? words.now : words.title} note={t.today.ledger.caption}>
      {running && (
        <p className="broadcast-big">
          <strong className="big">{format.progress(ended, of)}</strong>
          <span>
            {words.sentence(format.count(ended), format.count(of))}
            {0 < pending && <> · {words.pending(pending, format.count(pending))}</>}
          </span>
        </p>
      )}
      {running && (
        <Progress
          done={it.made}
          of={it.recipients}
          label={words.made(format.count(it.made), format.count(it.recipients))}
        />
      )}
      <LedgerTable ledger={it.counts} total={words.total} rest={{ count: rest, ...open }} />
    </Card>
  );
}

/** What the state means, and what happens next. */
function nextText(it: Broadcast, now: number, spoken: Spoken): string {
  const { next } = spoken.t.broadcasts;
  const when = whenInWords(it, spoken);
  const byItself = startsByItself(it, now);
  switch (it.state) {
    case "draft":
      return when === null ? next.draft : byItself ? next.draftAt(when) : next.draftPast(when);
    case "planned":
      if (it.approval.lacks) return when === null ? next.lacks : next.lacksAt(when);
      return when === null || !byItself ? next.planned : next.plannedAt(when);
    case "running":
      return when === null || !byItself ? next.running : next.runningAt(when);
    case "paused":
      return next.paused;
    case "done":
      return next.done;
    case "cancelled":
      return next.cancelled;
  }
}

function doneText(
  step: Step,
  answer: Broadcast | PlanSeen,
  stage: Stage,
  { t, format }: Spoken,
): string {
  const { done } = t.broadcasts;
  // Said for as long as it is true.
  if (!("plan" in answer)) return step === "plan" || answer.state !== stage ? "" : done[step];
  if (groupOf(stage) !== "coming") return "";
  const { recipients } = answer.plan;
  return done.plan(recipients, format.count(recipients));
}
