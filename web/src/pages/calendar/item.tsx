/** One thing of the calendar: what it is, when, where, how far, and what it lacks. */
import { FileText, Megaphone, Move, Route, Share2, TriangleAlert } from "lucide-react";
import { Link } from "react-router";
import type { CalendarItem } from "../../api/types";
import { keyOf } from "../../lib/calendar";
import { type Spoken, useText } from "../../messages";
import { pathOf as contentPath } from "../content/path";
import { networkName } from "../posts/parts";

const icons = { broadcast: Megaphone, post: Share2, page: FileText, journey: Route } as const;

/** Dots are written out: the server takes an address with a dot at its end for a file. */
function pathOf(it: CalendarItem): string {
  if (it.kind === "page") return contentPath(it.content);
  return `/${it.kind}s/${encodeURIComponent(it.name).replaceAll(".", "%2E")}`;
}

/** Why it does not go out, in the language of the app as far as it knows the sentence. */
function lacksText(lacks: string, { t }: Spoken): string {
  const known = Object.entries(t.calendar.lacks).find(([begin]) => lacks.startsWith(begin));
  return known?.[1] ?? lacks.split("\n")[0] ?? lacks;
}

function stageText(it: CalendarItem, { t }: Spoken): string {
  if (it.kind === "journey") return t.calendar.eachDay;
  if (it.kind === "page") return t.calendar.page[it.state === "done" ? "out" : "waits"];
  return t.broadcasts.stages[it.state];
}

export interface Grips {
  /** Begins to move it by keys. */
  onMove: (it: CalendarItem) => void;
  onDrag: (it: CalendarItem | null) => void;
}

export function Item({
  it,
  wall,
  grips,
  busy,
  failed,
}: {
  it: CalendarItem;
  /** Absent for what has no time. */
  wall?: string;
  grips: Grips | null;
  /** It is on its way to here. */
  busy: boolean;
  failed: boolean;
}) {
  const spoken = useText();
  const { t, format } = spoken;
  const words = t.calendar;
  const Icon = icons[it.kind as keyof typeof icons] ?? Route;
  const movable = it.movable && grips !== null && !busy;
  const notes = [
    it.channels.map((each) => networkName(t, each)).join(", "),
    stageText(it, spoken),
    it.local_time && words.localTime,
    it.queued && words.queued,
  ].filter(Boolean);
  return (
    <li
      className={`cal-item cal-${it.kind} is-${it.state}${failed ? " is-failed" : ""}`}
      data-key={keyOf(it)}
      aria-busy={busy || undefined}
      draggable={movable}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", it.name);
        event.dataTransfer.effectAllowed = "move";
        grips?.onDrag(it);
      }}
      onDragEnd={() => grips?.onDrag(null)}
    >
      <Link className="cal-link" to={pathOf(it)} draggable={false}>
        <span className="cal-top">
          <Icon size={13} strokeWidth={2} aria-hidden="true" />
          {wall && <b className="cal-time">{format.clock(wall)}</b>}
          <span>{words.kinds[it.kind] ?? it.kind}</span>
        </span>
        <span className="cal-name">{it.name}</span>
        <span className="cal-how">{notes.join(" · ")}</span>
        {it.lacks !== undefined && (
          <span className="cal-lacks">
            <TriangleAlert size={12} strokeWidth={2} aria-hidden="true" />{" "}
            <span className="hidden">{words.lacksLabel} </span>
            {lacksText(it.lacks, spoken)}
          </span>
        )}
      </Link>
      {movable && (
        <button
          type="button"
          className="cal-move"
          aria-label={words.move.button(it.name)}
          title={words.move.button(it.name)}
          onClick={() => grips?.onMove(it)}
        >
          <Move size={14} strokeWidth={1.75} aria-hidden="true" />
        </button>
      )}
    </li>
  );
}
