/** Everything between a person and the business, in all channels, with the reason for each decision. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { timelineQuery } from "../../api/client";
import type { TimelineItem, TrailStep } from "../../api/types";
import { Swatch } from "../../charts/ledger";
import { inline } from "../../lib/json";
import { type LedgerState, ledgerStates } from "../../lib/ledger";
import { byDay, keysOf } from "../../lib/timeline";
import { channelName, reasonText, sentence, useText } from "../../messages";
import { HappeningIcon } from "../../ui/icons";
import { Button, Choice, Empty, Failed, Loading } from "../../ui/parts";

type Filter = "all" | "event" | "message" | "other";

export function Timeline({ id }: { id: string }) {
  const { t, format } = useText();
  const [filter, setFilter] = useState<Filter>("all");
  const timeline = useInfiniteQuery(timelineQuery(id));
  const headline = useId();
  const all = timeline.data?.pages.flatMap((it) => it.items) ?? [];
  const items = all.filter((it) => fits(it, filter));
  const keys = keysOf(items);
  return (
    <section className="timeline" aria-labelledby={headline}>
      <header className="timeline-head">
        <h2 id={headline}>{t.person.timeline}</h2>
        <Choice
          label={t.person.filter}
          value={filter}
          onChange={setFilter}
          options={[
            { value: "all", label: t.person.all },
            { value: "message", label: t.person.filters.message ?? "" },
            { value: "event", label: t.person.filters.event ?? "" },
            { value: "other", label: t.person.filters.other ?? "" },
          ]}
        />
      </header>
      {timeline.isPending && <Loading />}
      {timeline.isError && <Failed error={timeline.error} retry={() => timeline.refetch()} />}
      {timeline.data && items.length === 0 && (
        <Empty title={all.length === 0 ? t.person.noTimeline : t.person.emptyFilter} />
      )}
      {0 < items.length && (
        <div className="timeline-days">
          {byDay(items).map(({ day, items: those }) => (
            <div key={day} className="timeline-day">
              <h3>{format.date(those[0]?.at ?? day)}</h3>
              <ol>
                {those.map((it) => (
                  <Item key={keys.get(it)} item={it} />
                ))}
              </ol>
            </div>
          ))}
        </div>
      )}
      {timeline.hasNextPage ? (
        <p className="more">
          <Button disabled={timeline.isFetchingNextPage} onClick={() => timeline.fetchNextPage()}>
            {t.app.more}
          </Button>
        </p>
      ) : (
        0 < all.length && <p className="faint timeline-end">{t.person.end}</p>
      )}
    </section>
  );
}

/** The beginning of what somebody wrote; the whole is among the details. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).trimEnd()}…`;
}

function fits(item: TimelineItem, filter: Filter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "event":
    case "message":
      return item.kind === filter;
    case "other":
      return item.kind !== "event" && item.kind !== "message";
  }
}

function Item({ item }: { item: TimelineItem }) {
  const { t, format } = useText();
  const [open, setOpen] = useState(false);
  const body = useId();
  const opens = item.kind === "event" || 0 < (item.trail?.length ?? 0);
  const state = ledgerStates.find((it) => it === item.state);
  const kind =
    item.kind === "message" && item.channel
      ? channelName(t, item.channel)
      : (t.person.kinds[item.kind] ?? item.kind);
  const about = item.kind === "event" && item.message ? item.properties?.content : undefined;
  const said = item.kind === "event" && about ? item.properties?.text : undefined;
  const words = [
    typeof said === "string" && t.person.said(shortened(said)),
    typeof about === "string" && t.person.about(about),
    item.reason && reasonText(t, item.reason),
    format.withTimes(item.detail ?? ""),
  ].filter(Boolean);
  const head = (
    <>
      <span className="item-title">
        <span className="hidden">{kind}: </span>
        {item.kind === "consent" || item.kind === "merge" ? sentence(item.title) : item.title}
        {state && <StateBadge state={state} />}
      </span>
      {0 < words.length && <span className="item-why">{words.join(" · ")}</span>}
    </>
  );
  return (
    <li className={`item item-${item.kind}`}>
      <span className="item-icon" title={kind}>
        <HappeningIcon kind={item.kind} channel={item.channel} />
      </span>
      <div className="item-main">
        {opens ? (
          <button
            type="button"
            className="item-head"
            aria-expanded={open}
            aria-controls={body}
            onClick={() => setOpen(!open)}
          >
            <span className="item-words">{head}</span>
            <ChevronRight className="chevron" size={16} strokeWidth={1.75} aria-hidden="true" />
          </button>
        ) : (
          <div className="item-head">
            <span className="item-words">{head}</span>
          </div>
        )}
        <div id={body} hidden={!open}>
          {open && <Details item={item} />}
        </div>
      </div>
      <time className="item-time" dateTime={item.at}>
        {format.time(item.at)}
      </time>
    </li>
  );
}

export function StateBadge({ state }: { state: LedgerState }) {
  const { t } = useText();
  return (
    <span className="state">
      <Swatch state={state} />
      {t.ledgerStates[state]}
    </span>
  );
}

function Details({ item }: { item: TimelineItem }) {
  const { t } = useText();
  const properties = Object.entries(item.properties ?? {});
  return (
    <div className="item-details">
      {item.trail && (
        <>
          <h4>
            {t.person.trail}
            {item.message && <span className="faint"> · {t.person.message(item.message)}</span>}
          </h4>
          <Trail steps={item.trail} />
        </>
      )}
      {item.kind === "event" &&
        (properties.length === 0 ? (
          <p className="faint">{t.person.noProperties}</p>
        ) : (
          <>
            <h4>{t.person.properties}</h4>
            <dl className="pairs">
              {properties.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd className="break">{inline(value)}</dd>
                </div>
              ))}
            </dl>
          </>
        ))}
    </div>
  );
}

/** Whether this step is the first of its day in a trail of several days. */
function newDay(steps: readonly TrailStep[], n: number): boolean {
  const day = (at: string) => new Date(at).toDateString();
  const [first, last, before, it] = [steps[0], steps.at(-1), steps[n - 1], steps[n]];
  if (!first || !last || !it || day(first.at) === day(last.at)) return false;
  return !before || day(before.at) !== day(it.at);
}

function Trail({ steps }: { steps: readonly TrailStep[] }) {
  const { t, format } = useText();
  return (
    <ol className="trail">
      {steps.map((step, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a trail only grows at its end
        <li key={n}>
          <time dateTime={step.at}>
            {format.time(step.at)}
            {newDay(steps, n) && <small>{format.dayMonth(step.at)}</small>}
          </time>
          <span>
            {reasonText(t, step)}
            {step.detail && <small>{format.withTimes(step.detail)}</small>}
          </span>
          <code>{step.code}</code>
        </li>
      ))}
    </ol>
  );
}
