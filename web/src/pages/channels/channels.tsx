/** Every channel: who carries it, how it goes today, what holds it, and what the DNS says of our mail. */
import { useQuery } from "@tanstack/react-query";
import { channelsQuery } from "../../api/channels";
import { postsQuery } from "../../api/posts";
import type { BrakeLimits, ChannelShown } from "../../api/types";
import { channelName, useText } from "../../messages";
import { ChannelIcon } from "../../ui/icons";
import { Card, Failed, Loading, PageTitle, Scrolls, Snippet, Text } from "../../ui/parts";
import { AccountsStrip, networkName } from "../posts/parts";
import { DnsCard } from "./dns";
import { DomainsCard } from "./domains";
import { FaultsCard } from "./faults";
import { PaceLines } from "./pace";

export default function Channels() {
  const { t } = useText();
  const query = useQuery(channelsQuery);
  const all = query.data?.channels ?? [];
  const set = all.filter((it) => it.provider !== null || it.ready);
  const open = all.filter((it) => it.provider === null && !it.ready);
  return (
    <>
      <PageTitle>{t.app.channels}</PageTitle>
      <p className="lead">{t.channelPage.lead}</p>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && (
        <div className="channels">
          {set.map((it) => (
            <ChannelCard key={it.channel} it={it} brake={query.data.brake} />
          ))}
          <NetworksCard />
          <DnsCard />
          {0 < open.length && <OpenCard channels={open} />}
          <FaultsCard />
        </div>
      )}
    </>
  );
}

/** The accounts that posts to everybody leave by; nothing where there is none. */
function NetworksCard() {
  const { t, format } = useText();
  const { data } = useQuery(postsQuery);
  const words = t.channelPage.networks;
  if (!data || data.accounts.length === 0) return null;
  return (
    <Card title={words.title} note={words.note}>
      <AccountsStrip accounts={data.accounts} />
      <dl className="pairs">
        {data.accounts.map((it) => (
          <div key={it.network}>
            <dt>{networkName(t, it.network)}</dt>
            <dd>
              {it.name || words.unnamed}{" "}
              <span className="faint">
                {it.checked ? words.checked(format.dateTime(it.checked)) : words.unchecked}
                {it.until && ` ${words.until(format.date(it.until))}`}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function ChannelCard({ it, brake }: { it: ChannelShown; brake: BrakeLimits }) {
  const { t, format } = useText();
  const words = t.channelPage;
  return (
    <Card
      title={channelName(t, it.channel)}
      aside={
        <p className="channel-state">
          <span className={`stage stage-${it.ready ? "running" : "paused"}`}>
            {it.ready ? words.ready : words.notReady}
          </span>{" "}
          {it.ready && (
            <span className="faint">
              {words.wire(format.count(it.in_flight), format.count(it.concurrency))}
            </span>
          )}
        </p>
      }
    >
      <div className="channel">
        <dl className="pairs">
          <div>
            <dt>{words.provider}</dt>
            <dd>{it.provider ? <code>[{it.provider}]</code> : words.notReady}</dd>
          </div>
          {it.settings.map(({ name, value }) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <section>
          <h3>{words.today}</h3>
          <TodayTable it={it} />
        </section>
        <section>
          <h3>{words.pace}</h3>
          <PaceLines it={it.pace} />
        </section>
      </div>
      {0 < it.domains.length && <DomainsCard domains={it.domains} brake={brake} />}
      <LastAnswers it={it} />
    </Card>
  );
}

const ANSWERS = [
  "accepted",
  "deferred",
  "refused",
  "dead",
  "lost",
  "bounced",
  "complained",
] as const;

function TodayTable({ it }: { it: ChannelShown }) {
  const { t, format } = useText();
  const words = t.channelPage;
  const answers = ANSWERS.filter((each) => 0 < it.today[each]);
  if (answers.length === 0) return <p className="faint">{words.todayNone}</p>;
  const codesOf = (answer: string) =>
    it.codes.filter((each) => each.answer === answer && each.code !== "");
  return (
    <table className="list">
      <thead>
        <tr>
          <th scope="col">{words.answer}</th>
          <th scope="col" className="number">
            {words.count}
          </th>
        </tr>
      </thead>
      <tbody>
        {answers.map((each) => (
          <tr key={each}>
            <th scope="row">
              {words.answers[each]}
              {0 < codesOf(each).length && (
                <small>
                  {codesOf(each)
                    .map(({ code, count }) => `${code}: ${format.count(count)}`)
                    .join(", ")}
                </small>
              )}
            </th>
            <td className="number">{format.count(it.today[each])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function LastAnswers({ it }: { it: ChannelShown }) {
  const { t, format } = useText();
  const words = t.channelPage;
  return (
    <details className="numbers">
      <summary>{words.last}</summary>
      {it.last.length === 0 ? (
        <p className="faint">{words.lastNone}</p>
      ) : (
        <Scrolls label={words.last}>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{words.when}</th>
                <th scope="col">{words.answer}</th>
                <th scope="col">{words.said}</th>
                <th scope="col">{words.message}</th>
              </tr>
            </thead>
            <tbody>
              {it.last.map((each) => (
                <tr key={`${each.message}${each.at}${each.answer}`}>
                  <td>{format.dateTime(each.at)}</td>
                  <td>{words.answers[each.answer] ?? each.answer}</td>
                  <td>
                    <Text>{each.detail}</Text>
                  </td>
                  <td>{each.message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolls>
      )}
    </details>
  );
}

/** Channels that nobody carries, with what makes somebody. */
function OpenCard({ channels }: { channels: readonly ChannelShown[] }) {
  const { t } = useText();
  const words = t.channelPage;
  return (
    <Card title={words.notReady} note={words.notReadyHint}>
      <ul className="channel-open">
        {channels.map((it) => (
          <li key={it.channel}>
            <p>
              <ChannelIcon channel={it.channel} /> <strong>{channelName(t, it.channel)}</strong>
            </p>
            <details className="numbers">
              <summary>
                {words.howToTitle}
                <span className="hidden">: {channelName(t, it.channel)}</span>
              </summary>
              <Snippet
                text={
                  words.howTo[it.channel] || (words.howTo.other ?? "").replace("onsite", it.channel)
                }
                label={channelName(t, it.channel)}
              />
            </details>
          </li>
        ))}
      </ul>
    </Card>
  );
}
