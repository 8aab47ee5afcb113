/** All broadcasts: what goes out, what is to come, what is over. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "react-router";
import { broadcastsQuery, todayQuery } from "../../api/client";
import type { Broadcast, Today } from "../../api/types";
import { LedgerBar, Swatch } from "../../charts/ledger";
import { inGroups, progressOf, startsByItself, statesWithPeople } from "../../lib/broadcasts";
import { channelName, useText } from "../../messages";
import { ChannelIcon } from "../../ui/icons";
import { useLedgerWords } from "../../ui/ledger";
import { Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { onListKey } from "../../ui/rows";
import { FirstBroadcast, HowTo } from "./first-broadcast";
import { byHand, HoldNote, pathOf, StageBadge, whenOf } from "./parts";

export default function Broadcasts() {
  const { t, format } = useText();
  const query = useQuery(broadcastsQuery);
  const today = useQuery(todayQuery);
  const list = useRef<HTMLDivElement>(null);
  const all = query.data?.broadcasts;
  return (
    <>
      <PageTitle
        aside={
          all &&
          0 < all.length && (
            <p className="faint">{t.broadcasts.count(all.length, format.count(all.length))}</p>
          )
        }
      >
        {t.app.broadcasts}
      </PageTitle>
      <HoldNote today={today.data} />
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && <FirstBroadcast />}
      {all && 0 < all.length && (
        <>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the links inside */}
          <div ref={list} onKeyDown={(event) => onListKey(event, list.current)}>
            {inGroups(all).map(({ group, items }) => (
              <section key={group} className="broadcast-group">
                <h2>{t.broadcasts.groups[group]}</h2>
                <ul className="panel broadcast-list">
                  {items.map((it) => (
                    <Row key={it.name} it={it} today={today.data} />
                  ))}
                </ul>
              </section>
            ))}
          </div>
          <details className="how-to">
            <summary>{t.broadcasts.empty.another}</summary>
            <div className="card first-steps">
              <HowTo />
            </div>
          </details>
        </>
      )}
    </>
  );
}

function Row({ it, today }: { it: Broadcast; today: Today | undefined }) {
  const { t } = useText();
  return (
    <li className="broadcast-row">
      <div className="broadcast-what">
        <p className="broadcast-name">
          <Link className="row-link" to={pathOf(it)}>
            {it.name}
          </Link>
          <StageBadge stage={it.state} />
        </p>
        <p className="broadcast-how">
          <span>
            {it.content} <span className="faint">{t.broadcasts.to}</span> {it.audience}
          </span>
          <span className="broadcast-channels">
            {it.channels.map((channel) => (
              <span key={channel}>
                <ChannelIcon channel={channel} />
                <span className="hidden">{channelName(t, channel)}</span>
              </span>
            ))}
          </span>
        </p>
      </div>
      <When it={it} />
      <HowFar it={it} today={today} />
    </li>
  );
}

function When({ it }: { it: Broadcast }) {
  const spoken = useText();
  const { t } = spoken;
  const now = useNow(30_000);
  const when = whenOf(it, spoken);
  const byItself = startsByItself(it, now);
  const past = !byItself && (it.state === "draft" || it.state === "planned");
  if (when === null) {
    return (
      <p className="broadcast-when faint">
        {byHand(it, spoken)}
        {it.approval.lacks !== undefined && it.state === "planned" && (
          <small>{t.broadcasts.waitsForApproval}</small>
        )}
      </p>
    );
  }
  const notes = [
    it.local_time !== undefined && t.broadcasts.localTime,
    it.approval.lacks !== undefined && it.state === "planned" && t.broadcasts.waitsForApproval,
    it.state === "planned" && byItself && !it.approval.lacks && t.broadcasts.selfStart,
    it.state === "draft" && byItself && t.broadcasts.oncePlanned,
    past && t.broadcasts.timePassed,
  ].filter((note) => note !== false);
  return (
    <p className="broadcast-when">
      {when}
      {0 < notes.length && (
        <small className={past ? "is-warn" : undefined}>{notes.join(" · ")}</small>
      )}
    </p>
  );
}

function HowFar({ it, today }: { it: Broadcast; today: Today | undefined }) {
  const { t, format } = useText();
  const words = useLedgerWords(it.counts);
  const { of, asked, ended } = progressOf(it);
  if (asked === 0) {
    const size = today?.audiences.find(({ name }) => name === it.audience)?.size;
    return (
      <p className="broadcast-far faint">
        {it.state !== "draft"
          ? t.broadcasts.onList(it.recipients, format.count(it.recipients))
          : size === undefined
            ? t.broadcasts.notPlanned
            : t.broadcasts.inAudience(size, format.count(size))}
      </p>
    );
  }
  return (
    <div className="broadcast-far">
      <p className="broadcast-asked">
        <b>{t.broadcasts.endedOf(format.count(ended), format.count(of))}</b>
        <span>{format.progress(ended, of)}</span>
      </p>
      <LedgerBar ledger={it.counts} of={of} height={14} label={words} />
      <ul className="chart-key">
        {statesWithPeople(it).map((state) => (
          <li key={state}>
            <Swatch state={state} /> {t.ledgerStates[state]} <b>{format.count(it.counts[state])}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
