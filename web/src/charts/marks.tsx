/**
 * The parts that drawings share. All x positions are percentages, so a drawing has no size of its
 * own and needs neither measuring nor style attributes.
 */
import type { Scale } from "../lib/scale";

export const percent = (value: number) => `${value.toFixed(3)}%`;

export interface Interval {
  estimate: number;
  low: number;
  high: number;
  sequenceLow?: number | null;
  sequenceHigh?: number | null;
}

/** Faint lines at the ticks and a clear one at zero, over the whole height. */
export function Grid({ scale }: { scale: Scale }) {
  return (
    <g>
      {scale.ticks.map((tick) => (
        <line
          key={tick}
          className={tick === 0 ? "mark-zero" : "mark-grid"}
          x1={percent(scale.at(tick))}
          x2={percent(scale.at(tick))}
          y1="0"
          y2="100%"
        />
      ))}
    </g>
  );
}

/** The wide line is the interval, the thin one is valid however often one looks. */
export function IntervalMark({ scale, it, y }: { scale: Scale; it: Interval; y: number }) {
  const decided = 0 < it.low || it.high < 0;
  const { sequenceLow, sequenceHigh } = it;
  return (
    <g className={decided ? "mark-decided" : "mark-open"}>
      {typeof sequenceLow === "number" && typeof sequenceHigh === "number" && (
        <>
          <line
            className="mark-sequence"
            x1={percent(scale.at(sequenceLow))}
            x2={percent(scale.at(sequenceHigh))}
            y1={y}
            y2={y}
          />
          {[sequenceLow, sequenceHigh].map((end) => (
            <line
              key={end}
              className="mark-sequence"
              x1={percent(scale.at(end))}
              x2={percent(scale.at(end))}
              y1={y - 4}
              y2={y + 4}
            />
          ))}
        </>
      )}
      <line
        className="mark-interval"
        x1={percent(scale.at(it.low))}
        x2={percent(scale.at(it.high))}
        y1={y}
        y2={y}
      />
      <circle className="mark-estimate" cx={percent(scale.at(it.estimate))} cy={y} r="5" />
    </g>
  );
}

/** A diamond: what the simulated market really holds. */
export function TruthMark({ scale, value, y }: { scale: Scale; value: number; y: number }) {
  return (
    <svg x={percent(scale.at(value))} y={y} overflow="visible" aria-hidden="true">
      <path className="mark-truth" d="M0-5.5 5.5 0 0 5.5-5.5 0z" />
    </svg>
  );
}

export function TickLabels({
  scale,
  y,
  label,
}: {
  scale: Scale;
  y: number;
  label: (value: number) => string;
}) {
  return (
    <g className="mark-ticks">
      {scale.ticks.map((tick) => (
        <text key={tick} x={percent(scale.at(tick))} y={y} textAnchor="middle">
          {label(tick)}
        </text>
      ))}
    </g>
  );
}
