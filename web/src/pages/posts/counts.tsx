/** What came of a post at one network: the newest numbers, and a line for each over time. */
import type { PlacedCount } from "../../api/types";
import { type CountLine, countKinds, countLines } from "../../lib/posts";
import { useText } from "../../messages";
import { Scrolls } from "../../ui/parts";

const [WIDTH, HEIGHT, MARGIN] = [100, 24, 2];

export function Counts({ counts, network }: { counts: readonly PlacedCount[]; network: string }) {
  const { t, format } = useText();
  const words = t.posts.counts;
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last) return <p className="faint">{words.none}</p>;
  const lines = countLines(counts);
  const told = lines.filter(({ now }) => now !== null).map(({ kind }) => kind);
  return (
    <div className="post-counts">
      <table className="list">
        <caption>
          {words.title} <small>{words.asOf(format.dateTime(last.at))}</small>
        </caption>
        <thead className="hidden">
          <tr>
            <th scope="col">{words.kind}</th>
            <th scope="col">{words.number}</th>
            <th scope="col">{words.overTime}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.kind}>
              <th scope="row">{words.kinds[line.kind]}</th>
              {line.now === null ? (
                <td colSpan={2} className="faint">
                  {words.notTold}
                </td>
              ) : (
                <>
                  <td className="number">{format.count(line.now)}</td>
                  <td className="post-line">
                    <Line
                      line={line}
                      label={words.line(
                        words.kinds[line.kind],
                        format.count(line.now),
                        format.dateTime(first.at),
                        format.dateTime(last.at),
                      )}
                    />
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {1 < counts.length && (
        <details className="numbers">
          <summary>{words.each}</summary>
          <Scrolls label={`${words.each}: ${network}`}>
            <table className="list">
              <thead>
                <tr>
                  <th scope="col">{words.time}</th>
                  {told.map((kind) => (
                    <th key={kind} scope="col" className="number">
                      {words.kinds[kind]}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {counts.map((it) => (
                  <tr key={it.at}>
                    <th scope="row">{format.dateTime(it.at)}</th>
                    {countKinds
                      .filter((kind) => told.includes(kind))
                      .map((kind) => (
                        <td key={kind} className="number">
                          {it[kind] === undefined ? "–" : format.count(it[kind])}
                        </td>
                      ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolls>
        </details>
      )}
    </div>
  );
}

function Line({ line, label }: { line: CountLine; label: string }) {
  // One count is a point at the end, which a line cannot show; it is drawn as a level.
  const shown = line.points.length === 1 ? [{ x: 0, y: line.points[0]?.y ?? 0 }] : [];
  const points = [...shown, ...line.points]
    .map(({ x, y }) => `${x * WIDTH},${HEIGHT - MARGIN - y * (HEIGHT - 2 * MARGIN)}`)
    .join(" ");
  return (
    <svg
      className="post-spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line
        className="mark-grid"
        x1="0"
        x2={WIDTH}
        y1={HEIGHT - MARGIN}
        y2={HEIGHT - MARGIN}
        vectorEffect="non-scaling-stroke"
      />
      <polyline className="growth-line" points={points} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
