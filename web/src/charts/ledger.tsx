/** The ledger's states as one bar and as stacked days; states differ by pattern too, not by colour alone. */
import { useState } from "react";
import type { DayCounts, LedgerCounts } from "../api/types";
import { dayStates, type LedgerState, ledgerStates, ledgerSum } from "../lib/ledger";
import { scaleCounts } from "../lib/scale";
import { percent } from "./marks";

/** Patterns that all drawings of the page refer to; put it once into the page. */
export function LedgerPatterns() {
  return (
    <svg className="defs" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern
          id="hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect className="hatch-ground" width="6" height="6" />
          <rect className="hatch-line" width="2.5" height="6" />
        </pattern>
        <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect className="dots-ground" width="5" height="5" />
          <circle className="dots-dot" cx="2.5" cy="2.5" r="1.1" />
        </pattern>
      </defs>
    </svg>
  );
}

export function Swatch({ state }: { state: LedgerState | "open" }) {
  return (
    <svg className="swatch" width="14" height="14" aria-hidden="true">
      <rect
        className={state === "open" ? "strip-open" : `state-${state}`}
        x="1"
        y="1"
        width="12"
        height="12"
        rx="2"
      />
    </svg>
  );
}

export interface Segment {
  key: string;
  className: string;
  count: number;
}

/** Counts beside each other; what is missing up to `of` stays open. */
export function Strip({
  segments,
  of,
  label,
  height = 28,
}: {
  segments: readonly Segment[];
  of: number;
  /** What the drawing says, for those who do not see it. */
  label: string;
  height?: number;
}) {
  const whole = of || 1;
  const filled = segments.reduce((sum, it) => sum + it.count, 0);
  let from = 0;
  return (
    <svg className="chart strip" height={height} role="img" aria-label={label}>
      {filled < whole && <rect className="strip-open" y="1.5" width="100%" height={height - 3} />}
      {segments.map(({ key, className, count }) => {
        const width = (count / whole) * 100;
        const x = from;
        from += width;
        if (width === 0) return null;
        return (
          <rect
            key={key}
            className={`segment ${className}`}
            x={percent(x)}
            y="1"
            width={percent(width)}
            height={height - 2}
          />
        );
      })}
    </svg>
  );
}

export function LedgerBar({
  ledger,
  of = ledgerSum(ledger),
  label,
  height,
}: {
  ledger: LedgerCounts;
  /** The whole, where it is more than what the ledger holds. */
  of?: number;
  label: string;
  height?: number;
}) {
  const segments = ledgerStates.map((state) => ({
    key: state,
    className: `state-${state}`,
    count: ledger[state],
  }));
  return <Strip segments={segments} of={of} label={label} height={height} />;
}

const PLOT_HEIGHT = 150;

export function DaysChart({
  days,
  label,
  shortDay,
  count,
  readout,
}: {
  days: readonly DayCounts[];
  label: string;
  shortDay: (day: string) => string;
  count: (n: number) => string;
  /** The line above the drawing, for one day or, without one, for all. */
  readout: (day: DayCounts | null) => React.ReactNode;
}) {
  const [at, setAt] = useState<number | null>(null);
  const total = (day: DayCounts) => dayStates.reduce((sum, state) => sum + day[state], 0);
  const scale = scaleCounts(Math.max(0, ...days.map(total)));
  const y = (n: number) => PLOT_HEIGHT - (scale.at(n) / 100) * PLOT_HEIGHT;
  const step = 100 / Math.max(1, days.length);
  return (
    <>
      <div className="readout">{readout(at === null ? null : (days[at] ?? null))}</div>
      <div className="days-chart">
        <svg className="chart days-axis" height={PLOT_HEIGHT + 30} aria-hidden="true">
          {scale.ticks.map((tick) => (
            <text key={tick} className="mark-tick" x="100%" y={y(tick) + 10} textAnchor="end">
              {count(tick)}
            </text>
          ))}
        </svg>
        <svg
          className="chart"
          height={PLOT_HEIGHT + 30}
          role="img"
          aria-label={label}
          onPointerLeave={() => setAt(null)}
        >
          <svg y="6" width="100%" height={PLOT_HEIGHT + 24} overflow="visible" aria-hidden="true">
            {scale.ticks.map((tick) => (
              <line
                key={tick}
                className={tick === 0 ? "mark-zero" : "mark-grid"}
                x1="0"
                x2="100%"
                y1={y(tick)}
                y2={y(tick)}
              />
            ))}
            {days.map((day, n) => {
              let base = 0;
              return (
                <g key={day.day} className={at === n ? "day is-at" : "day"}>
                  {dayStates.map((state) => {
                    const bottom = y(base);
                    base += day[state];
                    const height = bottom - y(base);
                    if (height === 0) return null;
                    return (
                      <rect
                        key={state}
                        className={`segment state-${state}`}
                        x={percent((n + 0.16) * step)}
                        width={percent(0.68 * step)}
                        y={y(base)}
                        height={height}
                      />
                    );
                  })}
                  {(days.length - 1 - n) % 3 === 0 && (
                    <text
                      className="mark-tick"
                      x={percent(n === days.length - 1 ? 100 : (n + 0.5) * step)}
                      y={PLOT_HEIGHT + 18}
                      textAnchor={n === days.length - 1 ? "end" : "middle"}
                    >
                      {shortDay(day.day)}
                    </text>
                  )}
                  <rect
                    className="hit"
                    x={percent(n * step)}
                    width={percent(step)}
                    y="0"
                    height={PLOT_HEIGHT}
                    onPointerEnter={() => setAt(n)}
                  />
                </g>
              );
            })}
          </svg>
        </svg>
      </div>
    </>
  );
}
