/** A receiver that is tried out, and the secret with which it knows that it was us. */
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { tryReceiver, webhookSecret } from "../../api/webhooks";
import { useText } from "../../messages";
import { seesSecrets } from "../../shell/who";
import { Button, Card, Snippet, Text } from "../../ui/parts";

const URL_LETTERS_MAX = 1000;

export function TestCard() {
  const { t } = useText();
  const words = t.webhooks.test;
  const id = useId();
  const [url, setUrl] = useState("");
  const trying = useMutation({ mutationFn: tryReceiver });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (url.trim()) trying.mutate(url.trim());
  };
  const tried = trying.data;
  return (
    <Card title={words.title} className="webhook-card">
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>{words.url}</label>
          <input
            id={id}
            type="url"
            required
            maxLength={URL_LETTERS_MAX}
            placeholder="https://"
            value={url}
            autoComplete="off"
            aria-describedby={`${id}-note`}
            onChange={(event) => {
              setUrl(event.target.value);
              trying.reset();
            }}
          />
          <p id={`${id}-note`} className="field-hint">
            <Text>{words.hint}</Text>
          </p>
        </div>
        <Button type="submit" disabled={trying.isPending}>
          {trying.isPending ? words.busy : words.button}
        </Button>
      </form>
      <p role="status" className={tried?.answered === false ? "field-error" : "done"}>
        {tried && (
          <>
            {tried.answered ? words.answered : words.failed} <Text>{tried.detail}</Text>
          </>
        )}
      </p>
      {trying.isError && (
        <p className="field-error" role="alert">
          {words.refused} <Text>{trying.error.message}</Text>
        </p>
      )}
    </Card>
  );
}

export function SecretCard({ who }: { who: string | undefined }) {
  const { t, format } = useText();
  const words = t.webhooks.secret;
  const showing = useMutation({ mutationFn: webhookSecret, gcTime: 0 });
  const shown = showing.data;
  return (
    <Card title={words.title} note={words.note} className="webhook-card">
      {!seesSecrets(who) && (
        <p>
          <Text>{words.only}</Text>
        </p>
      )}
      {seesSecrets(who) && !shown && (
        <Button disabled={showing.isPending} onClick={() => showing.mutate()}>
          {words.show}
        </Button>
      )}
      {shown && (
        <>
          <Snippet text={shown.secret} label={words.label} />
          {shown.old_secret && shown.old_until && (
            <>
              <p className="faint">{words.old(format.dateTime(shown.old_until))}</p>
              <Snippet text={shown.old_secret} label={words.oldLabel} />
            </>
          )}
          <Button onClick={() => showing.reset()}>{words.hide}</Button>
        </>
      )}
      {showing.isError && (
        <p className="field-error" role="alert">
          <Text>{showing.error.message}</Text>
        </p>
      )}
    </Card>
  );
}
