/** What cannot go on without a person. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CirclePause, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../../api/client";
import type { AttentionItem, Hold } from "../../api/types";
import { sentence, useText } from "../../messages";
import { Button, Card, Dialog, useNow } from "../../ui/parts";

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
        {others.map((it) => (
          <li key={`${it.kind}${it.text}`}>
            <TriangleAlert size={18} strokeWidth={1.75} aria-hidden="true" />
            <p>{it.text}</p>
            {it.href && (
              <Link className="button button-plain" to={it.href}>
                {t.today.attention.open}
                <span className="hidden">: {it.text}</span>
              </Link>
            )}
          </li>
        ))}
      </ul>
      {asking && hold && (
        <Dialog title={t.today.attention.confirmTitle} onClose={() => setAsking(false)}>
          <p>{sentence(hold.reason)}.</p>
          <p>{t.today.attention.confirm(hold.waiting, format.count(hold.waiting))}</p>
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
        <p className="faint">{sentence(hold.reason)}.</p>
      </div>
      <Button kind="primary" onClick={onResume}>
        {t.today.attention.resume}
      </Button>
    </li>
  );
}
