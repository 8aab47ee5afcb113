/** One interval on one axis with zero marked, and the truth beside it where it is known. */
import { type Scale, scaleAround, tickDecimals } from "../lib/scale";
import { Grid, type Interval, IntervalMark, percent, TickLabels, TruthMark } from "./marks";

export function HeadlineInterval({
  it,
  truth,
  truthLabel,
  measuredLabel,
  label,
  tickLabel,
}: {
  it: Interval;
  truth: number | null;
  truthLabel: string;
  measuredLabel: string;
  /** What the drawing says, for those who do not see it. */
  label: string;
  tickLabel: (value: number, decimals: number) => string;
}) {
  const scale = scaleAround([it.low, it.high, it.sequenceLow, it.sequenceHigh, truth], 6);
  const decimals = tickDecimals(scale);
  const bottom = truth === null ? 58 : 98;
  return (
    <svg className="chart headline-chart" height={bottom + 26} role="img" aria-label={label}>
      <svg width="100%" height={bottom} overflow="visible" aria-hidden="true">
        <Grid scale={scale} />
      </svg>
      <PointLabel scale={scale} at={it.estimate} y={18} text={measuredLabel} />
      <IntervalMark scale={scale} it={it} y={38} />
      {truth !== null && (
        <>
          <TruthMark scale={scale} value={truth} y={66} />
          <PointLabel scale={scale} at={truth} y={88} text={truthLabel} />
        </>
      )}
      <TickLabels scale={scale} y={bottom + 18} label={(value) => tickLabel(value, decimals)} />
    </svg>
  );
}

/** Words at a point: centred on it, or to the side with room where it is near an end. */
function PointLabel({ scale, at, y, text }: { scale: Scale; at: number; y: number; text: string }) {
  const x = scale.at(at);
  return (
    <text
      className="mark-label"
      x={percent(x)}
      y={y}
      textAnchor={x < 30 ? "start" : 70 < x ? "end" : "middle"}
    >
      {text}
    </text>
  );
}
