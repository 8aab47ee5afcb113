/** What the list and a single broadcast both show. */
import { Ban, CalendarClock, Check, FilePen, Pause, Play } from "lucide-react";
import { Link } from "react-router";
import type { Broadcast, Today } from "../../api/types";
import { groupOf, progressOf, type Stage } from "../../lib/broadcasts";
import { type Spoken, useText } from "../../messages";

const icons = {
  draft: FilePen,
  planned: CalendarClock,
  running: Play,
  paused: Pause,
  done: Check,
  cancelled: Ban,
} as const;

export function StageBadge({ stage }: { stage: Stage }) {
  const { t } = useText();
  const Icon = icons[stage];
  return (
    <span className={`stage stage-${stage}`}>
      <Icon size={12} strokeWidth={2.25} aria-hidden="true" />
      {t.broadcasts.stages[stage]}
    </span>
  );
}

/** When it begins; null when somebody starts it. */
export function whenOf(it: Broadcast, { format }: Spoken): string | null {
  if (it.local_time) return format.wallClock(it.local_time);
  return it.at === null ? null : format.dateTime(it.at);
}

/** The same for a sentence, which says whose clock it is. */
export function whenInWords(it: Broadcast, spoken: Spoken): string | null {
  const when = whenOf(it, spoken);
  return when && it.local_time ? spoken.t.broadcasts.local(when) : when;
}

/** How it begins, or began, where its file names no time. */
export function byHand(it: Broadcast, { t }: Spoken): string {
  if (groupOf(it.state) === "coming") return t.broadcasts.byHand;
  const started = it.state !== "cancelled" || 0 < progressOf(it).asked;
  return started ? t.broadcasts.startedByHand : t.broadcasts.notStarted;
}

/** Dots are written out: the server takes an address with a dot at its end for a file. */
export function pathOf(it: { name: string }): string {
  return `/broadcasts/${encodeURIComponent(it.name).replaceAll(".", "%2E")}`;
}

/** While the engine sends nothing at all, the states below would mislead. */
export function HoldNote({ today }: { today: Today | undefined }) {
  const { t } = useText();
  if (!today?.engine.hold) return null;
  return (
    <p className="note-warn hold-note" role="status">
      {t.broadcasts.held} <Link to="/">{t.broadcasts.heldLink}</Link>
    </p>
  );
}
