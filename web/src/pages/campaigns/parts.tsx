/** What the list of campaigns and a single one both show. */
import {
  Ban,
  CalendarClock,
  Check,
  CircleSlash,
  FilePen,
  OctagonX,
  Pause,
  Play,
} from "lucide-react";
import type { Campaign } from "../../api/types";
import { useText } from "../../messages";

const icons = {
  draft: FilePen,
  planned: CalendarClock,
  running: Play,
  paused: Pause,
  stopped: OctagonX,
  done: Check,
  cancelled: Ban,
  gone: CircleSlash,
} as const;

export function StateBadge({ state }: { state: Campaign["state"] }) {
  const { t } = useText();
  const Icon = icons[state];
  // A stopped one looks as a paused one does, a gone one as one that is done.
  const look = { stopped: "paused", gone: "done" }[state as string] ?? state;
  return (
    <span className={`stage stage-${look}`}>
      <Icon size={12} strokeWidth={2.25} aria-hidden="true" />
      {t.campaigns.states[state]}
    </span>
  );
}
