/** One call of another system: who makes it, what became of it, and on request what is sent. */
import { useQuery } from "@tanstack/react-query";
import { Check, ChevronRight, CircleX, Clock, RotateCw, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "react-router";
import type { WebhookCall } from "../../api/types";
import { webhookQuery } from "../../api/webhooks";
import { pretty } from "../../lib/json";
import { callerOf } from "../../lib/webhooks";
import { useText } from "../../messages";
import { Button, Failed, Loading, Scrolls, Text, useNow } from "../../ui/parts";
import { pathOf as audiencePath } from "../audiences/parts";
import { pathOf as journeyPath } from "../journeys/path";

/** The first waits are of seconds, so that "in a minute" is soon untrue. */
const NOW_EVERY_MS = 10_000;

export function CallRow({
  it,
  busy,
  onAgain,
}: {
  it: WebhookCall;
  busy: boolean;
  onAgain: () => void;
}) {
  const { t } = useText();
  const words = t.webhooks;
  const [open, setOpen] = useState(false);
  const detail = useId();
  return (
    <li className="call">
      <State it={it} />
      <div className="call-what">
        <p>
          <CallerLine it={it} />
        </p>
        <p className="call-url break">{it.url}</p>
        <CallFacts it={it} />
      </div>
      <div className="call-buttons">
        {it.state === "given_up" && (
          <Button disabled={busy} aria-label={words.again.of(it.url)} onClick={onAgain}>
            <RotateCw size={14} strokeWidth={1.75} aria-hidden="true" /> {words.again.button}
          </Button>
        )}
        <button
          type="button"
          className="icon-button call-open"
          aria-expanded={open}
          aria-controls={detail}
          aria-label={words.showOf(it.url)}
          title={words.show}
          onClick={() => setOpen(!open)}
        >
          <ChevronRight className="chevron" size={16} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </div>
      <div id={detail} className="call-more" hidden={!open}>
        {open && <CallDetail it={it} />}
      </div>
    </li>
  );
}

const stages: Record<string, string> = {
  answered: "stage stage-planned",
  given_up: "stage is-bad",
};

function State({ it }: { it: WebhookCall }) {
  const { t } = useText();
  const words = t.webhooks;
  const failing = it.state === "waiting" && 0 < it.tries;
  const Icon =
    { answered: Check, given_up: CircleX }[it.state] ?? (failing ? TriangleAlert : Clock);
  const name = failing ? words.failing : (words.stages[it.state] ?? it.state);
  return (
    <span className={failing ? "stage stage-paused" : (stages[it.state] ?? "stage")}>
      <Icon size={12} strokeWidth={2.25} aria-hidden="true" />
      {name}
    </span>
  );
}

/** What called: an audience with what happened, or a journey with its step. */
function CallerLine({ it }: { it: WebhookCall }) {
  const { t } = useText();
  const words = t.webhooks;
  const caller = callerOf(it.key);
  if (caller.kind === "other") return <code className="break">{it.key}</code>;
  const { name } = caller;
  if (caller.kind === "audience") {
    return (
      <>
        <span className="faint">{words.audience}</span>{" "}
        <Link to={audiencePath(name)}>
          <strong>{name}</strong>
        </Link>{" "}
        {words.moved[caller.moved]}
      </>
    );
  }
  return (
    <>
      <span className="faint">{words.journey}</span>{" "}
      <Link to={`${journeyPath(name)}?${new URLSearchParams({ step: caller.step })}`}>
        <strong>{name}</strong>, {words.step} {caller.step}
      </Link>
    </>
  );
}

function CallFacts({ it }: { it: WebhookCall }) {
  const { t, format } = useText();
  const words = t.webhooks;
  const now = useNow(NOW_EVERY_MS);
  const next = it.next_at === null ? null : Date.parse(it.next_at);
  return (
    <p className="call-facts">
      {it.detail && (
        <span className="call-answer">
          {words.answer} <Text>{it.detail}</Text>
        </span>
      )}
      <span>{words.tries(it.tries, format.count(it.tries))}</span>
      {it.tried_at && (
        <span title={format.dateTime(it.tried_at)}>
          {words.tried(format.ago(it.tried_at, now))}
        </span>
      )}
      {it.state === "waiting" && (
        <span title={it.next_at ? format.dateTime(it.next_at) : undefined}>
          {next === null
            ? words.behind
            : now < next
              ? words.next(format.ago(it.next_at ?? "", now))
              : words.due}
        </span>
      )}
    </p>
  );
}

function CallDetail({ it }: { it: WebhookCall }) {
  const { t, format } = useText();
  const words = t.webhooks;
  const query = useQuery(webhookQuery(it.key));
  if (query.isPending) return <Loading />;
  if (!query.data) return <Failed error={query.error} retry={() => query.refetch()} />;
  const { text } = pretty(query.data.body);
  return (
    <>
      <dl className="pairs">
        <div>
          <dt>{words.key}</dt>
          <dd>
            <code className="break">{it.key}</code>
          </dd>
        </div>
        <div>
          <dt>{words.person}</dt>
          <dd>
            {it.person ? (
              <Link to={`/people/${it.person}`}>{it.person}</Link>
            ) : (
              <span className="faint">{words.erased}</span>
            )}
          </dd>
        </div>
        <div>
          <dt>{words.made}</dt>
          <dd>{format.dateTime(it.made)}</dd>
        </div>
        {it.next_at && (
          <div>
            <dt>{words.nextAt}</dt>
            <dd>{format.dateTime(it.next_at)}</dd>
          </div>
        )}
      </dl>
      <h3>{words.body}</h3>
      {text === "" ? (
        <p className="faint">{words.bodyGone}</p>
      ) : (
        <Scrolls label={words.body}>
          <pre>
            <code>{text}</code>
          </pre>
        </Scrolls>
      )}
    </>
  );
}
