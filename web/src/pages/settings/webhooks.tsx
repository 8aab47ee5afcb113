/** Calls of other systems: what became of each, once more for those that were given up, and a receiver tried out. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { sessionQuery } from "../../api/client";
import type { WebhookCall, WebhookCalls } from "../../api/types";
import { type CallState, retryCall, webhooksQuery } from "../../api/webhooks";
import { useText } from "../../messages";
import { Button, Choice, Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { Views } from "./views";
import { CallRow } from "./webhook-call";
import { SecretCard, TestCard } from "./webhook-cards";

type Shown = "all" | CallState;

export default function Webhooks() {
  const { t } = useText();
  const words = t.webhooks;
  const [shown, setShown] = useState<Shown>("all");
  const { data: session } = useQuery(sessionQuery);
  const query = useInfiniteQuery(webhooksQuery(shown === "all" ? undefined : shown));
  const first = query.data?.pages[0];
  const calls = query.data?.pages.flatMap((it) => it.calls) ?? [];
  return (
    <>
      <PageTitle aside={first && <Counts it={first} />}>{words.title}</PageTitle>
      <Views />
      <p className="lead">{words.lead}</p>
      <div className="broadcast">
        <section className="calls" aria-label={words.list}>
          <h2 className="hidden">{words.list}</h2>
          <Choice
            label={words.filter}
            value={shown}
            onChange={setShown}
            options={[
              { value: "all", label: words.all },
              { value: "waiting", label: words.states.waiting },
              { value: "answered", label: words.states.answered },
              { value: "given_up", label: words.states.given_up },
            ]}
          />
          {query.isPending && <Loading />}
          {!query.data && query.isError && (
            <Failed error={query.error} retry={() => query.refetch()} />
          )}
          {query.data && calls.length === 0 && <Nothing shown={shown} />}
          {0 < calls.length && <Calls calls={calls} />}
          {query.hasNextPage && (
            <Button disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              {t.app.more}
            </Button>
          )}
        </section>
        <div className="settings-side">
          <TestCard />
          <SecretCard who={session?.who} />
        </div>
      </div>
    </>
  );
}

function Counts({ it }: { it: WebhookCalls }) {
  const { t, format } = useText();
  const { counts } = t.webhooks;
  return (
    <p className="faint">
      {counts.waiting(format.count(it.waiting))}
      {0 < it.failing && ` ${counts.failing(format.count(it.failing))}`}
      {", "}
      {counts.givenUp(format.count(it.given_up))}
    </p>
  );
}

function Nothing({ shown }: { shown: Shown }) {
  const { t } = useText();
  const words = t.webhooks.empty;
  if (shown !== "all") return <Empty title={words.state[shown]}>{words.stateHint}</Empty>;
  return (
    <Empty title={words.title}>
      {words.begin} <Link to="/journeys">{words.journey}</Link>
      {words.or}
      <Link to="/audiences">{words.audience}</Link>
      {words.end}
    </Empty>
  );
}

function Calls({ calls }: { calls: readonly WebhookCall[] }) {
  const { t } = useText();
  const words = t.webhooks;
  const client = useQueryClient();
  const [said, setSaid] = useState("");
  const again = useMutation({
    mutationFn: (it: WebhookCall) => retryCall(it.key),
    onMutate: () => setSaid(""),
    onSuccess: () => {
      setSaid(words.again.done);
      void client.invalidateQueries({ queryKey: ["today"] });
      return client.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });
  return (
    <>
      <p className="done" role="status">
        {said}
      </p>
      {again.error && (
        <p className="field-error" role="alert">
          {words.again.failed} <Text>{again.error.message}</Text>
        </p>
      )}
      <ul className="panel call-list">
        {calls.map((it) => (
          <CallRow
            key={it.key}
            it={it}
            busy={again.isPending && again.variables.key === it.key}
            onAgain={() => again.mutate(it)}
          />
        ))}
      </ul>
    </>
  );
}
