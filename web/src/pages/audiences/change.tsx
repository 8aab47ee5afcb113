/** Who would meet a condition: guessed at once, then counted; who would come in, and who would go. */
import { Link } from "react-router";
import type { AudienceChange, PersonName } from "../../api/types";
import { percent } from "../../charts/marks";
import { scaleCounts } from "../../lib/scale";
import { useText } from "../../messages";
import { Button, Text } from "../../ui/parts";
import { Progress } from "../../ui/progress";
import type { Preview } from "./use-preview";

export function ChangeShown({ preview, isNew = false }: { preview: Preview; isNew?: boolean }) {
  const { t, format } = useText();
  const words = t.audiences.attempt;
  const { now, before, stop, again } = preview;
  if (now.phase === "unset") return <p className="faint change-unset">{words.unset}</p>;
  if (now.phase === "failed") {
    return (
      <div className="step-failed" role="alert">
        <p className="field-error">{words.failed}</p>
        <p className="faint">
          <Text>{now.error.message}</Text>
        </p>
        <Button onClick={again}>{words.again}</Button>
      </div>
    );
  }
  const known = "change" in now ? now.change : null;
  const change = known ?? before;
  const waits = now.phase === "reading" || now.phase === "refused";
  return (
    <div className={waits && change ? "change is-old" : "change"}>
      <p className="hidden" role="status">
        {now.phase === "counted" &&
          `${words.people(now.change.size, format.count(now.change.size))}, ${words.exact}`}
      </p>
      {change && <Size it={change} exact={now.phase === "counted"} />}
      {!change && now.phase !== "refused" && <p className="faint">{words.busy}</p>}
      {now.phase === "counting" && (
        <div className="change-progress">
          <Progress
            done={now.report.done}
            of={now.report.total}
            label={words.looked(format.count(now.report.done), format.count(now.report.total))}
          />
          <Button onClick={stop}>{words.stop}</Button>
        </div>
      )}
      {now.phase === "stopped" && (
        <p className="change-progress">
          <span className="faint">{words.stopped}</span>
          <Button onClick={again}>{words.again}</Button>
        </p>
      )}
      {change && !isNew && <Moves it={change} exact={now.phase === "counted"} />}
      {change && isNew && (
        <Examples title={words.stay} people={change.within} count={change.size} />
      )}
      {change && 0 < change.uncounted.length && <Uncounted it={change} />}
    </div>
  );
}

function Size({ it, exact }: { it: AudienceChange; exact: boolean }) {
  const { t, format } = useText();
  const words = t.audiences.attempt;
  const { estimate } = it;
  if (exact || !estimate) {
    return (
      <div className="change-size">
        <p>
          <strong className="big">{format.count(it.size)}</strong>{" "}
          <span>
            {exact
              ? words.exact
              : words.looked(format.count(it.looked_at), format.count(it.people))}
          </span>
        </p>
      </div>
    );
  }
  const [low, high] = [Math.max(0, Math.floor(estimate.low)), Math.ceil(estimate.high)];
  const interval = words.interval(format.count(low), format.count(high));
  return (
    <div className="change-size">
      <p>
        <strong className="big is-open">
          {words.about(format.count(Math.round(estimate.size)))}
        </strong>{" "}
        <span>{interval}</span>
      </p>
      <Guess low={low} high={high} size={estimate.size} people={it.people} label={interval} />
    </div>
  );
}

/** The interval on all people there are. */
function Guess({
  low,
  high,
  size,
  people,
  label,
}: {
  low: number;
  high: number;
  size: number;
  people: number;
  label: string;
}) {
  const scale = scaleCounts(people, 4);
  return (
    <svg className="chart mark-decided" height="20" role="img" aria-label={label}>
      <rect className="progress-ground" y="8" width={percent(scale.at(people))} height="4" rx="2" />
      <line
        className="mark-interval"
        x1={percent(scale.at(low))}
        x2={percent(Math.max(scale.at(high), scale.at(low) + 0.4))}
        y1="10"
        y2="10"
      />
      <circle className="mark-estimate" cx={percent(scale.at(size))} cy="10" r="5" />
    </svg>
  );
}

function Moves({ it, exact }: { it: AudienceChange; exact: boolean }) {
  const { t } = useText();
  const words = t.audiences.attempt;
  if (exact && it.entering === 0 && it.leaving === 0) return <p>{words.same}</p>;
  return (
    <div className="change-moves">
      <Examples title={words.enter} people={it.enter} count={it.entering} sign={1} />
      <Examples title={words.leave} people={it.leave} count={it.leaving} sign={-1} />
    </div>
  );
}

function Examples({
  title,
  people,
  count,
  sign,
}: {
  title: string;
  people: PersonName[];
  count: number;
  sign?: 1 | -1;
}) {
  const { t, format } = useText();
  const more = count - people.length;
  return (
    <section className="change-examples">
      <h3>
        {title} <b>{sign === undefined ? format.count(count) : format.change(sign * count)}</b>
      </h3>
      {count === 0 ? (
        <p className="faint">{t.audiences.attempt.none}</p>
      ) : (
        <ul>
          {people.map((it) => (
            <li key={it.id}>
              <Link to={`/people/${it.id}`}>{it.name || it.id}</Link>
            </li>
          ))}
          {0 < more && <li className="faint">{t.audiences.attempt.more(format.count(more))}</li>}
        </ul>
      )}
    </section>
  );
}

function Uncounted({ it }: { it: AudienceChange }) {
  const { t } = useText();
  return (
    <div className="note-warn">
      <p className="note-title">{t.audiences.attempt.uncounted}</p>
      <ul>
        {it.uncounted.map((each) => (
          <li key={each}>
            <code>{each}</code>
          </li>
        ))}
      </ul>
      <p>{t.audiences.attempt.uncountedHelp}</p>
    </div>
  );
}
