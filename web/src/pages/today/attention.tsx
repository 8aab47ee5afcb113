/** What cannot go on without a person. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CirclePause, OctagonX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api, broadcastsQuery } from "../../api/client";
import type { AttentionItem, Hold } from "../../api/types";
import { sentence, useText } from "../../messages";
import { Button, Card, Dialog, Text, useNow } from "../../ui/parts";

/** Where an item is looked at of which the server names no page. */
const PAGES: Record<string, string> = { webhooks: "/settings/webhooks" };

export function Attention({ items, hold }: { items: readonly AttentionItem[]; hold: Hold | null }) {
  const { t, format } = useText();
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const resume = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/resume")),
    onSuccess: () => {
      setAsking(false);
      return client.invalidateQueries({ queryKey: ["today"] });
    },
  });
  // A hold is shown from the engine's own state; the item that repeats it is left out.
  const others = items.filter((it) => it.kind !== "hold");
  const done =
    resume.data &&
    t.today.attention.released(resume.data.released, format.count(resume.data.released));
  if (!hold && others.length === 0 && !done) return null;
  return (
    <Card title={t.today.attention.title} className="wide attention">
      <p className="done" role="status">
        {done}
      </p>
      <ul className="attention-list">
        {hold && <HoldItem hold={hold} onResume={() => setAsking(true)} />}
        {others.map((it) =>
          it.brake ? (
            <BrakeItem key={it.brake.campaign} brake={it.brake} />
          ) : (
            <Item key={`${it.kind}${it.text}`} it={it} />
          ),
        )}
      </ul>
      {asking && hold && (
        <Dialog title={t.today.attention.confirmTitle} onClose={() => setAsking(false)}>
          <p>{format.withTimes(sentence(hold.reason))}.</p>
          <p>{t.today.attention.confirm(hold.waiting, format.count(hold.waiting))}</p>
          <WaitingBroadcasts />
          {resume.isError && (
            <p className="field-error" role="alert">
              {t.today.attention.failed}
            </p>
          )}
          <div className="dialog-actions">
            <Button onClick={() => setAsking(false)}>{t.app.cancel}</Button>
            <Button kind="primary" disabled={resume.isPending} onClick={() => resume.mutate()}>
              {t.today.attention.confirmYes}
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  );
}

function Item({ it }: { it: AttentionItem }) {
  const { t } = useText();
  const words = t.today.attention;
  const text = named(words.kinds[it.kind] ?? it.text, it.href);
  const href = it.href ?? PAGES[it.kind];
  return (
    <li>
      <TriangleAlert size={18} strokeWidth={1.75} aria-hidden="true" />
      <p>
        <Text>{text}</Text>
      </p>
      {href && (
        <Link className="button button-plain" to={href}>
          {words.open}
          <span className="hidden">: {text}</span>
        </Link>
      )}
    </li>
  );
}

/** The name of what an item is about is the end of its address. */
function named(text: string, href: string | undefined): string {
  return text.replace("{name}", href?.split("/").at(-1) ?? "");
}

function BrakeItem({ brake }: { brake: NonNullable<AttentionItem["brake"]> }) {
  const { t, format } = useText();
  const now = useNow(30_000);
  const client = useQueryClient();
  const release = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/campaigns/release", { body: { campaign: brake.campaign } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["today"] }),
  });
  const words = t.today.attention.brake;
  const said = brake.why === "bounces" ? words.bounces : words.complaints;
  return (
    <li>
      <OctagonX size={18} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <p>
          <strong>{words.stopped(brake.campaign)}</strong> {format.ago(brake.since, now)}.
        </p>
        <p className="faint">{said(format.count(brake.harmed), format.count(brake.sent))}</p>
        {release.isError && (
          <p className="field-error" role="alert">
            {words.failed}
          </p>
        )}
      </div>
      <Button disabled={release.isPending} onClick={() => release.mutate()}>
        {words.release}
        <span className="hidden">: {brake.campaign}</span>
      </Button>
    </li>
  );
}

/** What of running broadcasts waits: the part of what would go that has a name. */
function WaitingBroadcasts() {
  const { t, format } = useText();
  const { data } = useQuery(broadcastsQuery);
  const waiting = (data?.broadcasts ?? []).filter(
    (it) => it.state === "running" && 0 < it.counts.pending,
  );
  if (waiting.length === 0) return null;
  return (
    <div className="waiting">
      <p>{t.today.attention.broadcasts}</p>
      <ul>
        {waiting.map((it) => (
          <li key={it.name}>
            {t.today.attention.broadcastPending(
              it.name,
              it.counts.pending,
              format.count(it.counts.pending),
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function HoldItem({ hold, onResume }: { hold: Hold; onResume: () => void }) {
  const { t, format } = useText();
  const now = useNow(30_000);
  return (
    <li>
      <CirclePause size={18} strokeWidth={1.75} aria-hidden="true" />
      <div>
        <p>
          <strong>{t.today.engine.held}</strong>{" "}
          {t.today.attention.holdSince(format.ago(hold.since, now))}.{" "}
          {t.today.attention.holdWaiting(hold.waiting, format.count(hold.waiting))}.
        </p>
        <p className="faint">{format.withTimes(sentence(hold.reason))}.</p>
      </div>
      <Button kind="primary" onClick={onResume}>
        {t.today.attention.resume}
      </Button>
    </li>
  );
}
