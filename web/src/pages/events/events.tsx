/** What arrives, live, and why something was rejected. */
import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Pause, Play } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Link, useLocation } from "react-router";
import { sourcesQuery } from "../../api/client";
import type { ReceivedEvent } from "../../api/types";
import { pretty } from "../../lib/json";
import { keysOf } from "../../lib/timeline";
import { rejectionText, useText } from "../../messages";
import { Button, Choice, Empty, Failed, Loading, PageTitle, Scrolls, Text } from "../../ui/parts";
import { type Live, useLiveEvents } from "./live";
import { NewSource } from "./new-source";
import { Sources } from "./sources";

type Filter = "all" | "accepted" | "rejected";

export default function Events() {
  const { t } = useText();
  const location = useLocation();
  const [source, setSource] = useState("");
  const [filter, setFilter] = useState<Filter>("all");
  const [making, setMaking] = useState(location.state?.newSource === true);
  const sources = useQuery(sourcesQuery);
  const live = useLiveEvents(source);
  usePauseKey(live);
  const all = sources.data?.sources ?? [];
  const names = new Map(all.map((it) => [it.id, it.name]));
  const shown = live.events.filter(
    (it) => filter === "all" || it.accepted === (filter === "accepted"),
  );
  return (
    <>
      <PageTitle
        aside={
          <Button kind="primary" onClick={() => setMaking(true)}>
            {t.events.newSource}
          </Button>
        }
      >
        {t.app.events}
      </PageTitle>
      <div className="events">
        <Sources query={sources} chosen={source} onChoose={setSource} />
        <section className="live" aria-label={t.events.list}>
          <div className="live-bar">
            <Choice
              label={t.events.filter}
              value={filter}
              onChange={setFilter}
              options={[
                { value: "all", label: t.events.all },
                { value: "accepted", label: t.events.accepted },
                { value: "rejected", label: t.events.rejected },
              ]}
            />
            <Status live={live} />
            <Button onClick={() => live.setPaused(!live.paused)}>
              {live.paused ? (
                <Play size={14} aria-hidden="true" />
              ) : (
                <Pause size={14} aria-hidden="true" />
              )}
              {live.paused ? t.events.resume : t.events.pause}
            </Button>
          </div>
          <Announcer events={live.events} />
          {!live.loaded && <Loading />}
          {live.error && live.events.length === 0 && (
            <Failed error={live.error} retry={() => window.location.reload()} />
          )}
          {live.loaded && !live.error && shown.length === 0 && (
            <EmptyList filtered={source !== "" || filter !== "all"} />
          )}
          <EventList events={shown} names={names} />
        </section>
      </div>
      {making && <NewSource onClose={() => setMaking(false)} />}
    </>
  );
}

function usePauseKey(live: Live) {
  const latest = useRef(live);
  latest.current = live;
  useEffect(() => {
    const toggle = (event: Event) => {
      event.preventDefault();
      latest.current.setPaused(!latest.current.paused);
    };
    window.addEventListener("fulcrum:pause", toggle);
    return () => window.removeEventListener("fulcrum:pause", toggle);
  }, []);
}

function Status({ live }: { live: Live }) {
  const { t } = useText();
  const mode = live.paused ? "paused" : live.mode;
  return (
    <p className={`live-status is-${mode}`}>
      <span className="dot" aria-hidden="true" />
      {t.events[mode]}
      {live.paused && 0 < live.missed && <b>{t.events.missed(live.missed)}</b>}
    </p>
  );
}

/** How often a screen reader is told what came. */
const ANNOUNCE_EVERY_MS = 5_000;

/** Says what came in a sentence; every single event read aloud would drown everything else. */
function Announcer({ events }: { events: readonly ReceivedEvent[] }) {
  const { t } = useText();
  const [text, setText] = useState("");
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    let last = new Date().toISOString();
    const timer = setInterval(() => {
      const came = latest.current.filter((it) => last < it.at);
      last = latest.current[0]?.at ?? last;
      const accepted = came.filter((it) => it.accepted).length;
      if (0 < came.length) setText(t.events.announce(accepted, came.length - accepted));
    }, ANNOUNCE_EVERY_MS);
    return () => clearInterval(timer);
  }, [t]);
  return (
    <p className="hidden" aria-live="polite">
      {text}
    </p>
  );
}

function EmptyList({ filtered }: { filtered: boolean }) {
  const { t } = useText();
  return filtered ? (
    <Empty title={t.events.emptyFilter}>{t.events.emptyFilterHint}</Empty>
  ) : (
    <Empty title={t.events.empty}>{t.events.emptyHint}</Empty>
  );
}

function EventList({
  events,
  names,
}: {
  events: readonly ReceivedEvent[];
  names: ReadonlyMap<string, string>;
}) {
  const keys = keysOf(events, (it) => `${it.source}|${it.name}|${it.person ?? ""}`);
  return (
    <ol className="event-list">
      {events.map((it) => (
        <EventRow key={keys.get(it)} event={it} source={names.get(it.source) ?? it.source} />
      ))}
    </ol>
  );
}

function EventRow({ event, source }: { event: ReceivedEvent; source: string }) {
  const { t, format } = useText();
  const [open, setOpen] = useState(false);
  const body = useId();
  return (
    <li className={event.accepted ? "event" : "event is-rejected"}>
      <button
        type="button"
        className="event-head"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setOpen(!open)}
      >
        <time dateTime={event.at}>{format.time(event.at)}</time>
        <span className="event-kind">{event.kind || "–"}</span>
        <span className="event-name">
          {event.name || <span className="faint">{t.events.noName}</span>}
          {event.rejection && (
            <span className="event-why">
              <span className="tag-rejected">{t.events.rejectedBecause}</span>{" "}
              <Text>{rejectionText(t, event.rejection)}</Text> <code>{event.rejection.code}</code>
            </span>
          )}
        </span>
        <span className="event-source">{source}</span>
        <ChevronRight className="chevron" size={16} strokeWidth={1.75} aria-hidden="true" />
      </button>
      <div id={body} hidden={!open}>
        {open && <EventBody event={event} />}
      </div>
    </li>
  );
}

function EventBody({ event }: { event: ReceivedEvent }) {
  const { t } = useText();
  const { text, valid } = pretty(event.body);
  return (
    <div className="event-body">
      {event.rejection?.detail && (
        <p>
          <Text>{event.rejection.detail}</Text>
        </p>
      )}
      {event.person && (
        <p>
          {t.events.person}: <Link to={`/people/${event.person}`}>{event.person}</Link>
        </p>
      )}
      <h3>{t.events.body}</h3>
      {!valid && <p className="faint">{t.events.bodyBroken}</p>}
      <Scrolls label={t.events.body}>
        <pre>
          <code>{text}</code>
        </pre>
      </Scrolls>
    </div>
  );
}
