/** What goes out when, in all channels: by month or by week, and moved to another time. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { calendarQuery } from "../../api/calendar";
import { broadcastsQuery } from "../../api/client";
import { postsQuery } from "../../api/posts";
import type { Calendar, CalendarItem } from "../../api/types";
import {
  choicesOf,
  daysShown,
  type Filter,
  firstTarget,
  isPast,
  isShown,
  itemKinds,
  keyOf,
  placed,
  shifted,
  stretchOf,
  targetOf,
  type View,
  views,
  wallOfItem,
} from "../../lib/calendar";
import { dayOf, isZone, wallOf } from "../../lib/zones";
import { useText } from "../../messages";
import { Button, Card, Choice, Empty, Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { AccountsStrip, networkName } from "../posts/parts";
import { CalendarGrid } from "./grid";
import { Item } from "./item";
import { Moved, MovePanel, useMove } from "./moving";

const DAY = /^\d{4}-\d\d-\d\d$/;

/** What is looked at, kept in the address. */
function useLooked(today: string) {
  const [params, setParams] = useSearchParams();
  const asked = params.get("on") ?? "";
  const day = DAY.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : today;
  const view: View = params.get("view") === "week" ? "week" : "month";
  const filter: Filter = { show: params.get("show") ?? "", owner: params.get("owner") ?? "" };
  const set = (change: Record<string, string>) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value === "") next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  return { day, view, filter, set };
}

export default function CalendarPage() {
  const { t } = useText();
  const now = useNow(30_000);
  // Until the zone of the programme is known, and where the browser does not know it.
  const looked = useLooked(dayOf(wallOf(now, "UTC")));
  const { from, to } = stretchOf(daysShown(looked.view, looked.day));
  const query = useQuery(calendarQuery(from, to));
  const posts = useQuery(postsQuery);
  const newPost = (
    <Link className="button button-plain" to="/new/post">
      {t.calendar.newPost}
    </Link>
  );
  return (
    <>
      <PageTitle aside={newPost}>{t.app.calendar}</PageTitle>
      {posts.data && <AccountsStrip accounts={posts.data.accounts} />}
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && (
        <Shown
          data={query.data}
          old={query.isPlaceholderData}
          looked={looked}
          now={now}
          posts={posts.data?.posts.length}
        />
      )}
    </>
  );
}

function Shown({
  data,
  old,
  looked: { day, view, filter, set },
  now,
  posts,
}: {
  data: Calendar;
  /** What is shown is of another stretch. */
  old: boolean;
  looked: ReturnType<typeof useLooked>;
  now: number;
  posts: number | undefined;
}) {
  const { t, format } = useText();
  const words = t.calendar;
  const broadcasts = useQuery(broadcastsQuery).data?.broadcasts.length;
  const known = isZone(data.zone);
  const zone = known ? data.zone : "UTC";
  const today = dayOf(wallOf(now, zone));
  const days = daysShown(view, day);
  const moving = useMove(zone);
  const [held, setHeld] = useState<{ it: CalendarItem; by: "keys" | "drag" } | null>(null);
  const [target, setTarget] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  const [refused, setRefused] = useState("");
  const root = useRef<HTMLDivElement>(null);
  useFocusOnMoved(root, moving.isSuccess || moving.isError ? moving.submittedAt : 0, () =>
    moving.variables ? keyOf(moving.variables.it) : "",
  );
  const going =
    moving.isPending && moving.variables
      ? new Map([[keyOf(moving.variables.it), moving.variables.wall]])
      : new Map<string, string>();
  const [goingKey = null] = going.keys();
  const items = data.items.filter((it) => isShown(it, filter));
  const undated = data.undated.filter((it) => isShown(it, filter) && !going.has(keyOf(it)));
  const coming = data.undated.filter((it) => going.has(keyOf(it)));
  const grid = placed([...items, ...coming], zone, going);
  const shownHere = days.some((each) => grid.has(each));
  const none = data.items.length === 0 && data.undated.length === 0;
  const period =
    view === "month"
      ? format.month(`${day.slice(0, 8)}01`)
      : format.days(days[0] ?? day, days.at(-1) ?? day);

  // What was refused is said until something else is taken up.
  const leave = (text: string) => {
    setSaid(text);
    setHeld(null);
    setTarget(null);
  };
  const put = (it: CalendarItem, wall: string) => {
    leave("");
    if (wall !== wallOfItem(it, zone)) moving.mutate({ it, wall });
  };
  const choose = (wall: string) => {
    if (!held) return;
    setTarget(wall);
    if (!days.includes(dayOf(wall))) set({ on: dayOf(wall) });
    const when = format.wallClock(wall);
    setSaid(isPast(held.it, wall, zone, now) ? words.move.atPast(when) : words.move.at(when));
  };
  const at = (each: string, hour?: number) =>
    held && targetOf(wallOfItem(held.it, zone), each, hour);
  const begin = (it: CalendarItem) => {
    const wall = wallOfItem(it, zone);
    moving.reset();
    setRefused("");
    setHeld({ it, by: "keys" });
    setTarget(firstTarget(wall, zone, now));
    setSaid(
      wall === null
        ? words.move.begunUndated(it.name)
        : words.move.begun(it.name, format.wallClock(wall)),
    );
  };
  const grips = known
    ? {
        onMove: begin,
        onDrag: (it: CalendarItem | null) => {
          if (it) {
            moving.reset();
            setRefused("");
          }
          setHeld(it && { it, by: "drag" });
          setTarget(null);
        },
      }
    : null;
  const drop = (each: string, hour?: number) => {
    const wall = at(each, hour);
    if (!held || !wall) return;
    if (!isPast(held.it, wall, zone, now)) return put(held.it, wall);
    const when = format.wallClock(wall);
    leave("");
    setRefused(held.it.local_time ? words.move.pastLocal(when) : words.move.past(when));
  };

  return (
    <div ref={root}>
      <Bar
        all={[...data.items, ...data.undated]}
        view={view}
        filter={filter}
        period={period}
        onView={(to) => set({ view: to === "month" ? "" : to })}
        onShift={(by) => set({ on: shifted(view, day, by) })}
        onToday={() => set({ on: "" })}
        onFilter={(change) => set({ ...change })}
      />
      <p className="cal-zone faint">
        {known ? words.zone(data.zone) : words.zoneUnknown(data.zone)}
      </p>
      <p className="hidden" role="status">
        {said}
      </p>
      <div className="cal-notice">
        {held?.by === "keys" && target && (
          <MovePanel
            it={held.it}
            wall={target}
            view={view}
            zone={zone}
            now={now}
            onChange={choose}
            onPut={() => put(held.it, target)}
            onLeave={() => {
              const key = keyOf(held.it);
              leave(words.move.left(held.it.name));
              focusOn(root.current, key, "button");
            }}
          />
        )}
        {refused && (
          <p className="step-failed" role="alert">
            {refused}
          </p>
        )}
        {!held && (
          <Moved moving={moving} zone={zone} now={now} onUndo={(move) => moving.mutate(move)} />
        )}
      </div>
      {none && posts === 0 && broadcasts === 0 && <FirstItems />}
      {!old && !shownHere && !(none && posts === 0 && broadcasts === 0) && (
        <p className="cal-none" role="status">
          {items.length < data.items.length ? words.noneFits : words.noneHere[view]}{" "}
          <Link to="/new/post">{words.newPost}</Link> ·{" "}
          <Link to="/broadcasts">{words.howBroadcast}</Link>
        </p>
      )}
      <CalendarGrid
        view={view}
        days={days}
        month={day.slice(0, 7)}
        today={today}
        placed={grid}
        grips={grips}
        held={held?.it ?? null}
        target={target}
        busy={goingKey}
        failed={moving.isError && moving.variables ? keyOf(moving.variables.it) : null}
        onOver={(each, hour) => setTarget(at(each, hour))}
        onDrop={drop}
        onChoose={(each, hour) => {
          const wall = at(each, hour);
          if (wall && held?.by === "keys") choose(wall);
        }}
        label={words.table(period)}
      />
      {0 < undated.length && (
        <Card title={words.undated} note={words.undatedHint} className="cal-undated">
          <ul className="cal-items">
            {undated.map((it) => (
              <Item
                key={keyOf(it)}
                it={it}
                grips={grips}
                busy={false}
                failed={
                  moving.isError &&
                  moving.variables !== undefined &&
                  keyOf(moving.variables.it) === keyOf(it)
                }
              />
            ))}
          </ul>
        </Card>
      )}
    </div>
  );
}

function focusOn(root: HTMLElement | null, key: string, what: "a" | "button") {
  root?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] ${what}`)?.focus();
}

/** Whoever moved something finds themselves at it again, where it is now. */
function useFocusOnMoved(
  root: React.RefObject<HTMLElement | null>,
  moment: number,
  key: () => string,
) {
  const latest = useRef(key);
  latest.current = key;
  useEffect(() => {
    if (0 < moment) focusOn(root.current, latest.current(), "a");
  }, [moment, root]);
}

function Bar({
  all,
  view,
  filter,
  period,
  onView,
  onShift,
  onToday,
  onFilter,
}: {
  all: readonly CalendarItem[];
  view: View;
  filter: Filter;
  period: string;
  onView: (view: View) => void;
  onShift: (by: 1 | -1) => void;
  onToday: () => void;
  onFilter: (change: Partial<Filter>) => void;
}) {
  const { t } = useText();
  const words = t.calendar;
  const { channels, owners } = choicesOf(all);
  // What is chosen stays to be seen, also where nothing of it is in this stretch.
  const isKind = (itemKinds as readonly string[]).includes(filter.show);
  if (filter.show !== "" && !isKind && !channels.includes(filter.show)) channels.push(filter.show);
  if (filter.owner !== "" && !owners.includes(filter.owner)) owners.push(filter.owner);
  return (
    <div className="cal-bar">
      <div className="cal-period">
        <button
          type="button"
          className="icon-button"
          aria-label={words.before[view]}
          title={words.before[view]}
          onClick={() => onShift(-1)}
        >
          <ChevronLeft size={18} strokeWidth={1.75} aria-hidden="true" />
        </button>
        <Button onClick={onToday}>{words.today}</Button>
        <button
          type="button"
          className="icon-button"
          aria-label={words.after[view]}
          title={words.after[view]}
          onClick={() => onShift(1)}
        >
          <ChevronRight size={18} strokeWidth={1.75} aria-hidden="true" />
        </button>
        <h2 aria-live="polite">{period}</h2>
      </div>
      <div className="cal-choices">
        <select
          aria-label={words.show}
          value={filter.show}
          onChange={({ target }) => onFilter({ show: target.value })}
        >
          <option value="">{words.all}</option>
          <optgroup label={words.kindsTitle}>
            {itemKinds.map((kind) => (
              <option key={kind} value={kind}>
                {words.kindsMany[kind]}
              </option>
            ))}
          </optgroup>
          {0 < channels.length && (
            <optgroup label={words.channelsTitle}>
              {channels.map((each) => (
                <option key={each} value={each}>
                  {networkName(t, each)}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        {0 < owners.length && (
          <select
            aria-label={words.owner}
            value={filter.owner}
            onChange={({ target }) => onFilter({ owner: target.value })}
          >
            <option value="">{words.everybody}</option>
            {owners.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        )}
        <Choice
          label={words.view}
          value={view}
          onChange={onView}
          options={views.map((value) => ({ value, label: words.views[value] }))}
        />
      </div>
    </div>
  );
}

function FirstItems() {
  const { t } = useText();
  const words = t.calendar;
  return (
    <Empty
      title={words.empty}
      action={
        <p className="cal-first">
          <Link className="button button-primary" to="/new/post">
            {words.newPost}
          </Link>
          <Link className="button button-plain" to="/broadcasts">
            {words.howBroadcast}
          </Link>
        </p>
      }
    >
      {words.emptyHint}
    </Empty>
  );
}
