/** How an audience grew: its size as a line, and below it what came and went each day. */
import { useState } from "react";
import type { AudienceDetail, GrowthDay } from "../../api/types";
import { percent } from "../../charts/marks";
import { everyDay, sumOf } from "../../lib/growth";
import { type Scale, scaleAround, scaleCounts } from "../../lib/scale";
import { useText } from "../../messages";
import { Card, Choice } from "../../ui/parts";

export const ranges = ["30", "90", "365"] as const;
export type Range = (typeof ranges)[number];

const SIZE_HEIGHT = 150;
const MOVES_HEIGHT = 90;
const GAP = 30;
const LABELS = 26;
const HEIGHT = SIZE_HEIGHT + GAP + MOVES_HEIGHT + LABELS;

export function GrowthCard({
  it,
  range,
  onRange,
}: {
  it: AudienceDetail;
  range: Range;
  onRange: (range: Range) => void;
}) {
  const { t, format } = useText();
  const words = t.audiences.growth;
  const [at, setAt] = useState<number | null>(null);
  const days = everyDay(it.growth, it.size, Number(range), Date.now());
  const sum = sumOf(days);
  const day = at === null ? null : (days[at] ?? null);
  const shown = day ?? sum;
  const moved = days.filter((each) => each.entered || each.left || each.otherwise);
  return (
    <Card
      title={words.title}
      className="growth"
      aside={
        <Choice
          label={words.range}
          value={range}
          onChange={onRange}
          options={ranges.map((value) => ({ value, label: words.days(value) }))}
        />
      }
    >
      <ul className="chart-key growth-readout">
        <li className="readout-day">
          {day
            ? `${format.day(day.day)}: ${words.onDay(format.count(day.size))}`
            : words.sum(range, format.count(sum.from), format.count(sum.to))}
        </li>
        <li>
          <Key className="growth-in" /> {words.entered} <b>{format.change(shown.entered)}</b>
        </li>
        <li>
          <Key className="growth-out" /> {words.left} <b>{format.change(-shown.left)}</b>
        </li>
        {sum.otherwise !== 0 || moved.some((each) => each.otherwise) ? (
          <li>
            <Key className="growth-otherwise" /> {words.otherwise}{" "}
            <b>{format.change(shown.otherwise)}</b>
          </li>
        ) : null}
      </ul>
      <Plot
        days={days}
        at={at}
        onAt={setAt}
        label={words.label(
          range,
          format.count(sum.from),
          format.count(sum.to),
          format.count(sum.entered),
          format.count(sum.left),
        )}
      />
      {moved.some((each) => each.otherwise) && (
        <p className="faint table-foot">{words.otherwiseHelp}</p>
      )}
      {moved.length === 0 ? (
        <p className="faint table-foot">{words.none}</p>
      ) : (
        <Table days={moved} />
      )}
    </Card>
  );
}

function Key({ className }: { className: string }) {
  return (
    <svg className="swatch" width="14" height="14" aria-hidden="true">
      <rect className={className} x="1" y="1" width="12" height="12" rx="2" />
    </svg>
  );
}

function Plot({
  days,
  at,
  onAt,
  label,
}: {
  days: readonly GrowthDay[];
  at: number | null;
  onAt: (n: number | null) => void;
  label: string;
}) {
  const { t, format } = useText();
  const sizes = scaleAround(
    days.map((it) => it.size),
    4,
    false,
  );
  const most = Math.max(
    1,
    ...days.map((it) => it.entered + Math.max(0, it.otherwise)),
    ...days.map((it) => it.left + Math.max(0, -it.otherwise)),
  );
  const moves = scaleCounts(most, 4);
  const middle = SIZE_HEIGHT + GAP + MOVES_HEIGHT / 2;
  const y = (size: number) => SIZE_HEIGHT - (sizes.at(size) / 100) * SIZE_HEIGHT;
  const tall = (n: number) => (moves.at(n) / 100) * (MOVES_HEIGHT / 2);
  const step = 100 / days.length;
  const every = Math.ceil(days.length / 5);
  return (
    <div className="days-chart">
      <svg className="chart days-axis" height={HEIGHT} aria-hidden="true">
        <Ticks scale={sizes} y={y} text={(n) => format.count(n)} />
        {[moves.high, 0].map((tick) => (
          <text
            key={tick}
            className="mark-tick"
            x="100%"
            y={middle - tall(tick) + 4}
            textAnchor="end"
          >
            {format.count(tick)}
          </text>
        ))}
        <text className="mark-tick" x="100%" y={middle + tall(moves.high) + 4} textAnchor="end">
          {format.count(moves.high)}
        </text>
      </svg>
      <svg
        className="chart"
        height={HEIGHT}
        role="img"
        aria-label={label}
        onPointerLeave={() => onAt(null)}
      >
        <svg width="100%" height={HEIGHT} overflow="visible" aria-hidden="true">
          {sizes.ticks.map((tick) => (
            <line key={tick} className="mark-grid" x2="100%" y1={y(tick)} y2={y(tick)} />
          ))}
          <SizeLine days={days} y={y} />
          <text className="mark-label" x="0" y={SIZE_HEIGHT + GAP - 8}>
            {t.audiences.growth.movesAxis}
          </text>
          <line className="mark-zero" x2="100%" y1={middle} y2={middle} />
          {days.map((day, n) => (
            <g key={day.day} className={at === n ? "day is-at" : "day"}>
              <Bar
                n={n}
                step={step}
                from={middle}
                tall={-tall(day.entered)}
                className="growth-in"
              />
              <Bar n={n} step={step} from={middle} tall={tall(day.left)} className="growth-out" />
              <Bar
                n={n}
                step={step}
                from={0 < day.otherwise ? middle - tall(day.entered) : middle + tall(day.left)}
                tall={-Math.sign(day.otherwise) * tall(Math.abs(day.otherwise))}
                className="growth-otherwise"
              />
              {(days.length - 1 - n) % every === 0 && (
                <text
                  className="mark-tick"
                  x={percent(n === days.length - 1 ? 100 : (n + 0.5) * step)}
                  y={HEIGHT - 4}
                  textAnchor={n === days.length - 1 ? "end" : n < every / 2 ? "start" : "middle"}
                >
                  {format.shortDay(day.day)}
                </text>
              )}
              <rect
                className="hit"
                x={percent(n * step)}
                width={percent(step)}
                height={HEIGHT - LABELS}
                onPointerEnter={() => onAt(n)}
              />
            </g>
          ))}
        </svg>
      </svg>
    </div>
  );
}

function Ticks({
  scale,
  y,
  text,
}: {
  scale: Scale;
  y: (value: number) => number;
  text: (value: number) => string;
}) {
  return scale.ticks.map((tick) => (
    <text key={tick} className="mark-tick" x="100%" y={y(tick) + 4} textAnchor="end">
      {text(tick)}
    </text>
  ));
}

/** Drawn on a ground of its own that is stretched, since the points of a line take no per cent. */
function SizeLine({ days, y }: { days: readonly GrowthDay[]; y: (size: number) => number }) {
  const points = days.map((it, n) => `${n + 0.5},${y(it.size).toFixed(2)}`);
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const line = `0,${y(first.size).toFixed(2)} ${points.join(" ")} ${days.length},${y(last.size).toFixed(2)}`;
  return (
    <svg
      width="100%"
      height={SIZE_HEIGHT}
      viewBox={`0 0 ${days.length} ${SIZE_HEIGHT}`}
      preserveAspectRatio="none"
      overflow="visible"
      aria-hidden="true"
    >
      <polygon
        className="growth-area"
        points={`0,${SIZE_HEIGHT} ${line} ${days.length},${SIZE_HEIGHT}`}
      />
      <polyline className="growth-line" points={line} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function Bar({
  n,
  step,
  from,
  tall,
  className,
}: {
  n: number;
  step: number;
  from: number;
  /** Upwards when negative, as drawings count. */
  tall: number;
  className: string;
}) {
  if (tall === 0) return null;
  return (
    <rect
      className={className}
      x={percent((n + 0.14) * step)}
      width={percent(0.72 * step)}
      y={Math.min(from, from + tall)}
      height={Math.abs(tall)}
    />
  );
}

function Table({ days }: { days: readonly GrowthDay[] }) {
  const { t, format } = useText();
  const words = t.audiences.growth;
  return (
    <details className="numbers">
      <summary>{words.table}</summary>
      <p className="faint">{words.tableNote}</p>
      <table className="list">
        <thead>
          <tr>
            <th scope="col">{words.day}</th>
            <th scope="col" className="number">
              {words.entered}
            </th>
            <th scope="col" className="number">
              {words.left}
            </th>
            <th scope="col" className="number">
              {words.otherwise}
            </th>
            <th scope="col" className="number">
              {words.size}
            </th>
          </tr>
        </thead>
        <tbody>
          {days.toReversed().map((it) => (
            <tr key={it.day}>
              <th scope="row">{format.day(it.day)}</th>
              <td className="number">{format.change(it.entered)}</td>
              <td className="number">{format.change(-it.left)}</td>
              <td className="number">{format.change(it.otherwise)}</td>
              <td className="number">{format.count(it.size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
