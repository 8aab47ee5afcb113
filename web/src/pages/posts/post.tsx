/** One post: what it is, its steps, and how it stands at each network. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useLocation, useParams } from "react-router";
import { ApiError, sessionQuery } from "../../api/client";
import { postQuery, postsQuery } from "../../api/posts";
import type { Post } from "../../api/types";
import { startsByItself } from "../../lib/broadcasts";
import { type PostStep, postApproving, postSteps } from "../../lib/posts";
import { type Spoken, useText } from "../../messages";
import { Button, Empty, Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { ApprovalSheet, personOf } from "../broadcasts/approval";
import { StageBadge } from "../broadcasts/parts";
import { pathOf as contentPath } from "../content/path";
import { AccountsStrip, networkName, whenOf } from "./parts";
import { Place } from "./place";
import { type Asked, Confirm, isPlain, StepFailed, type Taking, usePostStep } from "./steps";

export default function PostPage() {
  const { name = "" } = useParams();
  return <PostByName key={name} name={name} />;
}

function PostByName({ name }: { name: string }) {
  const { t } = useText();
  const query = useQuery(postQuery(name));
  const missing = query.error instanceof ApiError && query.error.status === 404;
  return (
    <>
      <Link className="back" to="/posts">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.posts.all}
      </Link>
      {query.isPending && <Loading />}
      {missing && (
        <>
          <PageTitle>{t.posts.notFound}</PageTitle>
          <Empty title={t.posts.notFoundHint} />
        </>
      )}
      {!query.data && query.isError && !missing && (
        <Failed error={query.error} retry={() => query.refetch()} />
      )}
      {query.data && !missing && <One it={query.data} />}
    </>
  );
}

function One({ it }: { it: Post }) {
  const spoken = useText();
  const now = useNow(10_000);
  const [asking, setAsking] = useState<Asked | null>(null);
  const { data: session } = useQuery(sessionQuery);
  const { data: all } = useQuery(postsQuery);
  const step = usePostStep(it.name, () => setAsking(null));
  const choose = (asked: Asked) => {
    if (isPlain(it, asked, session?.who, now)) return step.mutate(asked);
    step.reset();
    setAsking(asked);
  };
  const accounts = all?.accounts.filter((each) =>
    it.networks.some(({ network }) => network === each.network),
  );
  return (
    <>
      <PageTitle
        aside={<Steps it={it} who={session?.who} busy={step.isPending} onChoose={choose} />}
      >
        {it.name}
      </PageTitle>
      <div className="broadcast-sub">
        <StageBadge stage={it.state} />
        <p>{nextText(it, now, spoken)}</p>
      </div>
      {accounts && <AccountsStrip accounts={accounts} />}
      <Done taken={step} />
      {step.isError && asking === null && <StepFailed error={step.error} />}
      <Facts it={it} who={session?.who} />
      <div className="post">
        <ApprovalCard
          it={it}
          who={session?.who}
          busy={step.isPending}
          onApprove={() => choose({ step: "approve" })}
        />
        <div className="post-places">
          {it.networks.map((place) => (
            <Place
              key={place.network}
              it={place}
              stage={it.state}
              busy={step.isPending}
              onChoose={(of) => choose({ step: of, network: place.network })}
            />
          ))}
        </div>
      </div>
      {asking && (
        <Confirm
          it={it}
          asked={asking}
          who={session?.who}
          taking={step}
          onChoose={choose}
          onClose={() => {
            setAsking(null);
            step.reset();
          }}
        />
      )}
    </>
  );
}

function Facts({ it, who }: { it: Post; who: string | undefined }) {
  const spoken = useText();
  const words = spoken.t.posts;
  const { planned_by, approved_by, lacks } = it.approval;
  return (
    <section aria-label={words.facts}>
      <dl className="post-facts">
        <div>
          <dt>{words.content}</dt>
          <dd>
            <Link to={contentPath(it.content)}>{it.content}</Link>
          </dd>
        </div>
        <div>
          <dt>{words.networks}</dt>
          <dd>{it.networks.map(({ network }) => networkName(spoken.t, network)).join(", ")}</dd>
        </div>
        <div>
          <dt>{words.when}</dt>
          <dd>
            {whenOf(it, spoken) ?? words.byHand}
            <InZone it={it} />
            {it.at !== null && it.written_at === "queue" && <small>{words.queue}</small>}
          </dd>
        </div>
        {it.owner && (
          <div>
            <dt>{words.owner}</dt>
            <dd>{it.owner}</dd>
          </div>
        )}
        {planned_by && (
          <div>
            <dt>{words.plannedBy}</dt>
            <dd>{personOf(planned_by, spoken, who)}</dd>
          </div>
        )}
        {approved_by && !lacks && (
          <div>
            <dt>{words.approvedBy}</dt>
            <dd>{personOf(approved_by, spoken, who)}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

/** Whoever is in another zone than the programme sees another hour than its file and the calendar have. */
function InZone({ it }: { it: Post }) {
  const { t, format } = useText();
  const local = it.written_at?.match(/^\d{4}-\d\d-\d\dT[\d:]+$/)?.[0];
  if (it.at === null || !local) return null;
  const written = format.wallClock(local.length === 16 ? `${local}:00` : local);
  return written === format.dateTime(it.at) ? null : <small>{t.posts.inZone(written)}</small>;
}

function ApprovalCard({
  it,
  who,
  busy,
  onApprove,
}: {
  it: Post;
  /** Who looks. */
  who: string | undefined;
  busy: boolean;
  onApprove: () => void;
}) {
  const spoken = useText();
  const words = spoken.t.posts.approval;
  const approving = postApproving(it, who);
  const waits = it.state === "draft" || it.state === "planned";
  if (approving === "none" || (!waits && approving !== "given")) return null;
  const { planned_by, approved_by } = it.approval;
  const text = {
    unplanned: words.unplanned,
    own: words.own(personOf(planned_by, spoken)),
    open: words.open(personOf(planned_by, spoken)),
    changed: words.changed(personOf(approved_by, spoken)),
    anew: words.anew,
    given: words.given(personOf(approved_by, spoken)),
  }[approving];
  const can = approving === "open" ? "approve" : approving === "own" ? "not" : undefined;
  return <ApprovalSheet {...{ words, text, can, busy, onApprove }} given={approving === "given"} />;
}

function Steps({
  it,
  who,
  busy,
  onChoose,
}: {
  it: Post;
  who: string | undefined;
  busy: boolean;
  onChoose: (asked: Asked) => void;
}) {
  const { t } = useText();
  // Approving stands in a card of its own, which says what it is about.
  const steps = postSteps(it, who).filter((step) => step !== "approve");
  if (steps.length === 0) return null;
  const words = t.posts.steps;
  const first = steps[0] === "cancel" ? undefined : steps[0];
  const label = (step: PostStep) => {
    if (step === "plan" && it.state === "planned") return words.again;
    // The same at each network stands below.
    if (step === "edit" || step === "delete") return words.at(words[step], t.posts.everywhere);
    return step === "again" ? words.tryAgain : words[step];
  };
  return (
    <div className="broadcast-steps">
      {steps.toReversed().map((step) => (
        <Button
          key={step}
          kind={step === first && it.state !== "done" ? "primary" : "plain"}
          disabled={busy}
          onClick={() => onChoose({ step })}
        >
          {label(step)}
        </Button>
      ))}
    </div>
  );
}

/** What was done, said aloud and focused: the button that did it may be gone by then. */
function Done({ taken }: { taken: Taking }) {
  const { t } = useText();
  const { state } = useLocation();
  const line = useRef<HTMLParagraphElement>(null);
  const { isSuccess, submittedAt } = taken;
  useEffect(() => {
    if (isSuccess && 0 < submittedAt) line.current?.focus({ preventScroll: true });
  }, [isSuccess, submittedAt]);
  const said = taken.isIdle ? String(state?.said ?? "") : "";
  return (
    <p ref={line} className="done" role="status" tabIndex={-1}>
      {isSuccess ? t.posts.done[taken.variables.step] : said}
    </p>
  );
}

/** What the state means, and what happens next. */
function nextText(it: Post, now: number, spoken: Spoken): string {
  const { next } = spoken.t.posts;
  const when = it.at === null ? null : spoken.format.dateTime(it.at);
  const byItself = startsByItself(it, now);
  switch (it.state) {
    case "draft":
      if (it.written_at === "queue") return next.draftQueue;
      return when === null ? next.draft : byItself ? next.draftAt(when) : next.draftPast(when);
    case "planned":
      if (it.approval.lacks !== undefined) return next.lacks;
      return when === null || !byItself ? next.planned : next.plannedAt(when);
    case "running":
      return next.running;
    case "paused":
      return next.paused;
    case "done":
      return it.needs_person ? next.doneStuck : next.done;
    case "cancelled":
      return next.cancelled;
  }
}
