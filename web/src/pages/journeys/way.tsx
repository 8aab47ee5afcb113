/** One person's way through the draft: moment by moment, with the step where they stand drawn beside it. */
import {
  ArrowRight,
  Ban,
  Check,
  ChevronLeft,
  ChevronRight,
  CircleDot,
  Flag,
  LogIn,
  LogOut,
  type LucideIcon,
  MailQuestion,
  Play,
  Send,
  TriangleAlert,
} from "lucide-react";
import { useEffect, useRef } from "react";
import type { Moment, MomentKind } from "../../api/replays";
import { type Step, walk } from "../../lib/journeys";
import { reasonText, useText } from "../../messages";
import { Button, Empty, Text } from "../../ui/parts";
import { saysStep } from "./says";
import type { Replays } from "./use-replay";

const icons: Record<MomentKind, LucideIcon> = {
  event: CircleDot,
  entered: LogIn,
  left: LogOut,
  begun: Play,
  not_begun: Ban,
  step: ArrowRight,
  failed: TriangleAlert,
  asked: MailQuestion,
  sent: Send,
  not_sent: Ban,
  goal: Check,
  ended: Flag,
};

export function Way({
  replays,
  name,
  steps,
}: {
  replays: Replays;
  name: string;
  steps: readonly Step[];
}) {
  const spoken = useText();
  const { t, format } = spoken;
  const names = new Map(walk(steps).map((it) => [it.address, saysStep(it.step, spoken)]));
  const says = (it: Moment) =>
    saysMoment(it, t, it.journey === name ? names.get(it.step ?? "") : undefined);
  const words = t.replay;
  const { way, at, setAt, all, setAll } = replays;
  const last = way.length - 1;
  const here = Math.min(at, last);
  const list = useRef<HTMLOListElement>(null);
  useStepKeys(here, last, setAt);
  // Whoever asked for the way steps through it next.
  useEffect(() => list.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [here]);
  const choices = (
    <label className="check">
      <input
        type="checkbox"
        checked={all}
        onChange={(event) => {
          setAll(event.target.checked);
          setAt(0);
        }}
      />
      <span>{words.otherJourneys}</span>
    </label>
  );
  if (last < 0) {
    return (
      <>
        {choices}
        <Empty title={words.noWay}>{words.noWayHint}</Empty>
      </>
    );
  }
  const now = way[here];
  return (
    <div className="way">
      {choices}
      <div className="way-tools">
        <Button disabled={here === 0} aria-keyshortcuts="ArrowLeft" onClick={() => setAt(here - 1)}>
          <ChevronLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {words.back}
        </Button>
        <span className="way-place">
          {words.place(format.count(here + 1), format.count(last + 1))}
        </span>
        <Button
          disabled={here === last}
          aria-keyshortcuts="ArrowRight"
          onClick={() => setAt(here + 1)}
        >
          {words.forward} <ChevronRight size={16} strokeWidth={1.75} aria-hidden="true" />
        </Button>
      </div>
      <p className="hidden" role="status">
        {now && `${format.dateTime(now.at)}: ${says(now)}`}
      </p>
      <p className="field-hint">{words.keys}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ol className="way-list" ref={list} tabIndex={0} aria-label={words.way}>
        {way.map((it, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a moment is known by its place
          <li key={n}>
            <MomentView
              it={it}
              name={name}
              says={says(it)}
              isHere={n === here}
              onChoose={() => setAt(n)}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}

function MomentView({
  it,
  name,
  says,
  isHere,
  onChoose,
}: {
  it: Moment;
  name: string;
  says: string;
  isHere: boolean;
  onChoose: () => void;
}) {
  const { format } = useText();
  const Icon = icons[it.kind];
  return (
    <button
      type="button"
      className={`moment moment-${it.kind}${isHere ? " is-here" : ""}`}
      aria-current={isHere ? "step" : undefined}
      onClick={onChoose}
    >
      <Icon size={15} strokeWidth={1.75} aria-hidden="true" />
      <span className="moment-what">
        <span>
          <Text>{says}</Text>
          {/* Of a message, what it says. */}
          {it.kind === "sent" && it.text && <span className="faint"> “{it.text}”</span>}
          {it.journey !== undefined && it.journey !== name && (
            <span className="faint"> · {it.journey}</span>
          )}
        </span>
        <time dateTime={it.at}>{format.dateTime(it.at)}</time>
      </span>
    </button>
  );
}

/** In the reader's language: what it is, of what, and why. A step of another version has no words. */
function saysMoment(it: Moment, t: ReturnType<typeof useText>["t"], words?: string): string {
  const { why, name = "" } = it;
  const step = words ?? t.replay.step(`\`${it.step ?? ""}\``);
  const because =
    why === undefined
      ? ""
      : (t.journeys.ends[why] ??
        reasonText(t, { code: why, text: it.text || why.replaceAll("_", " ") }));
  return t.replay.moments[it.kind]({ name, step, why: because });
}

/** The arrow keys step wherever no field takes them. */
function useStepKeys(here: number, last: number, setAt: (at: number) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if (document.querySelector("dialog[open]")) return;
      const it = event.target;
      if (it instanceof HTMLElement && it.matches("input, textarea, select, .handle")) return;
      const inList = it instanceof HTMLElement && it.closest(".way-list") !== null;
      const by =
        event.key === "ArrowRight" || (inList && event.key === "ArrowDown")
          ? 1
          : event.key === "ArrowLeft" || (inList && event.key === "ArrowUp")
            ? -1
            : 0;
      if (by === 0) return;
      event.preventDefault();
      setAt(Math.min(last, Math.max(0, here + by)));
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [here, last, setAt]);
}
