/** The days of a month, or the hours of a week, each with what goes out then. */
import { type ReactNode, useSyncExternalStore } from "react";
import type { CalendarItem } from "../../api/types";
import { hourOf, keyOf, type Placed, type View } from "../../lib/calendar";
import { dayOf } from "../../lib/zones";
import { useText } from "../../messages";
import { type Grips, Item } from "./item";

export interface Grid {
  view: View;
  days: readonly string[];
  /** The month that is looked at; its neighbours are fainter. */
  month: string;
  today: string;
  placed: ReadonlyMap<string, readonly Placed[]>;
  grips: Grips | null;
  /** What is dragged, or moved by keys. */
  held: CalendarItem | null;
  /** Where it would go. */
  target: string | null;
  busy: string | null;
  failed: string | null;
  onOver: (day: string, hour?: number) => void;
  onDrop: (day: string, hour?: number) => void;
  onChoose: (day: string, hour?: number) => void;
  label: string;
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);

export function CalendarGrid(grid: Grid) {
  const narrow = useNarrow();
  // Where there is no room for hours beside days, a week is a list of its days.
  return grid.view === "month" || narrow ? <Month {...grid} /> : <Week {...grid} />;
}

/** As in calendar.css. */
const NARROW = "(max-width: 59.99rem)";

function useNarrow(): boolean {
  const listen = (changed: () => void) => {
    const query = window.matchMedia(NARROW);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  };
  return useSyncExternalStore(listen, () => window.matchMedia(NARROW).matches);
}

function Month(grid: Grid) {
  const { t, format } = useText();
  const { view, days, today, month, label } = grid;
  const weeks = Array.from({ length: days.length / 7 }, (_, n) => days.slice(n * 7, n * 7 + 7));
  return (
    <table className="cal cal-month">
      <caption className="hidden">{label}</caption>
      <thead>
        <tr>
          {days.slice(0, 7).map((day) => (
            <th key={day} scope="col">
              {format.weekday(day)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((day) => (
              <Cell
                key={day}
                grid={grid}
                day={day}
                faint={view === "month" && !day.startsWith(month)}
              >
                <p className="cal-day">
                  <time dateTime={day} aria-current={day === today ? "date" : undefined}>
                    <span className="cal-day-number">{Number(day.slice(8))}</span>
                    <span className="cal-day-long">{format.day(day)}</span>
                  </time>
                  {day === today && <span className="cal-day-today">{t.calendar.today}</span>}
                </p>
              </Cell>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Week(grid: Grid) {
  const { t, format } = useText();
  const { days, today, label } = grid;
  return (
    <table className="cal cal-week">
      <caption className="hidden">{label}</caption>
      <thead>
        <tr>
          <th scope="col" className="cal-hour">
            <span className="hidden">{t.calendar.hour}</span>
          </th>
          {days.map((day) => (
            <th key={day} scope="col" className={day === today ? "is-today" : undefined}>
              <time dateTime={day} aria-current={day === today ? "date" : undefined}>
                {format.day(day)}
              </time>
              {day === today && <span className="cal-day-today">{t.calendar.today}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hours.map((hour) => (
          <tr key={hour}>
            <th scope="row" className="cal-hour">
              {format.clock(`${days[0]}T${String(hour).padStart(2, "0")}:00:00`)}
            </th>
            {days.map((day) => (
              <Cell key={day} grid={grid} day={day} hour={hour} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({
  grid,
  day,
  hour,
  faint,
  children,
}: {
  grid: Grid;
  day: string;
  hour?: number;
  faint?: boolean;
  children?: ReactNode;
}) {
  const { today, held, target, grips, busy, failed } = grid;
  const here = (grid.placed.get(day) ?? []).filter(
    ({ wall }) => hour === undefined || hourOf(wall) === hour,
  );
  const isTarget =
    target !== null && dayOf(target) === day && (hour === undefined || hourOf(target) === hour);
  const classes = [
    faint && "is-faint",
    day < today && "is-past",
    day === today && "is-today",
    here.length === 0 && "is-empty",
    held && "is-open",
    isTarget && "is-target",
  ].filter(Boolean);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the panel does the same by keys
    <td
      className={classes.join(" ") || undefined}
      onDragOver={(event) => {
        if (!held) return;
        // On the past it can be dropped too: then it is said why it stays.
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        if (!isTarget) grid.onOver(day, hour);
      }}
      onDrop={(event) => {
        event.preventDefault();
        grid.onDrop(day, hour);
      }}
      onClick={() => held && day >= today && grid.onChoose(day, hour)}
    >
      {children}
      {0 < here.length && (
        <ul className="cal-items">
          {here.map(({ it, wall }) => (
            <Item
              key={`${keyOf(it)} ${wall}`}
              it={it}
              wall={wall}
              grips={grips}
              busy={busy === keyOf(it)}
              failed={failed === keyOf(it)}
            />
          ))}
        </ul>
      )}
    </td>
  );
}
