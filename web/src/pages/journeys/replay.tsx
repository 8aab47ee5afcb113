/** Beside the steps: over which days a draft is replayed, for whom, and what would have come of it. */
import { useId, useState } from "react";
import { Link } from "react-router";
import type { Changes } from "../../api/programme";
import type { ReplayMessages, ReplayResult } from "../../api/replays";
import { percent } from "../../charts/marks";
import type { Step } from "../../lib/journeys";
import { messagesOf, perPerson, windowOf } from "../../lib/replays";
import { channelName, reasonText, useText } from "../../messages";
import { Button, Choice, Scrolls, Text } from "../../ui/parts";
import { PersonPicker } from "../../ui/person-picker";
import { Progress } from "../../ui/progress";
import { ProblemList } from "../../ui/save";
import type { Replay, Replays } from "./use-replay";
import { Way } from "./way";

const DAYS = ["7", "30", "90"] as const;
type Days = (typeof DAYS)[number] | "chosen";

/** So many messages each have a row of their own; more are one row. */
const PER_PERSON_ROWS = 6;

export function ReplaySide({
  name,
  changes,
  steps,
  isNew,
  sound,
  replays,
}: {
  name: string;
  /** The draft, as far as it differs from what runs. */
  changes: Changes;
  steps: readonly Step[];
  /** What runs does not know it. */
  isNew: boolean;
  sound: boolean;
  replays: Replays;
}) {
  const { t } = useText();
  const words = t.replay;
  const { whose, who } = replays;
  const [days, setDays] = useState<Days>("30");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const replay = replays[whose];
  const chosen = days === "chosen" ? { from, to } : { days: Number(days) };
  const window = windowOf(chosen, Date.now());
  const differs = 0 < Object.keys(changes).length;
  const isReady = window !== null && sound && (whose === "everybody" || who !== null);
  const old =
    replay.asked !== null && JSON.stringify(replay.asked.changes) !== JSON.stringify(changes);
  const begin = (about = who) => {
    if (!window) return;
    replays.setAt(0);
    replay.begin({
      changes,
      ...window,
      ...(whose === "person" ? about && { person: about.id } : { compare: differs }),
    });
  };
  return (
    <div className="replay">
      <p className="card-note">{words.help}</p>
      <Choice
        label={words.whose}
        value={whose}
        onChange={replays.setWhose}
        options={[
          { value: "everybody", label: words.everybody },
          { value: "person", label: words.person },
        ]}
      />
      {whose === "person" && (
        <PersonPicker
          label={words.who}
          onChoose={(it) => {
            replays.setWho(it);
            if (window && sound) begin(it);
          }}
        />
      )}
      {whose === "person" && who && (
        <p className="replay-who">
          <Link to={`/people/${who.id}`}>{who.name}</Link>
        </p>
      )}
      <Choice
        label={words.window}
        value={days}
        onChange={setDays}
        options={[
          ...DAYS.map((it) => ({ value: it, label: words.days(it) })),
          { value: "chosen" as const, label: words.chosen },
        ]}
      />
      {days === "chosen" && (
        <div className="build-fields">
          <DayField label={words.from} value={from} onChange={setFrom} />
          <DayField label={words.to} value={to} onChange={setTo} />
        </div>
      )}
      <p className="replay-go">
        <Button kind="primary" disabled={!isReady} onClick={() => begin()}>
          {whose === "person" ? words.beginOne : words.begin}
        </Button>
        {!sound && <span className="field-hint">{words.notSound}</span>}
        {sound && !differs && <span className="field-hint">{words.asItRuns}</span>}
      </p>
      <Outcome replay={replay} old={old}>
        {(result) =>
          whose === "person" ? (
            <Way replays={replays} name={name} steps={steps} />
          ) : (
            <Results result={result} name={name} isNew={isNew} />
          )
        }
      </Outcome>
    </div>
  );
}

function DayField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (day: string) => void;
}) {
  const id = useId();
  return (
    <div className="build-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

function Outcome({
  replay,
  old,
  children,
}: {
  replay: Replay;
  old: boolean;
  children: (result: ReplayResult) => React.ReactNode;
}) {
  const { t, format } = useText();
  const words = t.replay;
  const { now, stop } = replay;
  switch (now.phase) {
    case "unset":
      return null;
    case "running": {
      const { done = 0, total = 0 } = now.report ?? {};
      return (
        <div className="change-progress" role="status">
          <Progress
            done={done}
            of={total}
            label={total === 0 ? words.reading : words.so(format.count(done), format.count(total))}
          />
          <Button onClick={stop}>{words.stop}</Button>
        </div>
      );
    }
    case "stopped":
      return (
        <p className="faint" role="status">
          {words.stopped}
        </p>
      );
    case "refused":
      return (
        <div className="step-failed" role="alert">
          <p className="field-error">
            <Text>{now.detail}</Text>
          </p>
          <ProblemList problems={now.problems} />
        </div>
      );
    case "failed":
      return (
        <div className="step-failed" role="alert">
          <p className="field-error">{words.failed}</p>
          <p className="faint">
            <Text>{now.error.message}</Text>
          </p>
        </div>
      );
    case "done":
      return (
        <div className={old ? "replay-results is-old" : "replay-results"}>
          <p className="hidden" role="status">
            {words.done}
          </p>
          {old && <p className="note-warn hold-note">{words.old}</p>}
          {children(now.result)}
        </div>
      );
  }
}

function Results({ result, name, isNew }: { result: ReplayResult; name: string; isNew: boolean }) {
  const { t, format } = useText();
  const words = t.replay;
  const { replay, against, compared } = result;
  const of = (it: typeof replay) => it.journeys.find((each) => each.name === name);
  const mine = of(replay);
  // Journeys that nobody began are not listed.
  const theirs = against && !isNew ? (of(against) ?? { started: 0, goals: 0 }) : null;
  const { own, others } = messagesOf(replay, name);
  const asked = (all: readonly ReplayMessages[]) => all.reduce((sum, it) => sum + it.asked, 0);
  const sent = (all: readonly ReplayMessages[]) => all.reduce((sum, it) => sum + it.sent, 0);
  const before = against && messagesOf(against, name).own;
  const rows: [string, number, number | null][] = [
    [words.started, mine?.started ?? 0, theirs ? theirs.started : null],
    [words.goals, mine?.goals ?? 0, theirs ? theirs.goals : null],
    [words.asked, asked(own), before && asked(before)],
    [words.sent, sent(own), before && sent(before)],
    [words.sentByOthers, sent(others), against && sent(messagesOf(against, name).others)],
  ];
  return (
    <>
      <p className="faint">
        {words.over(
          format.date(replay.from),
          format.date(replay.to),
          format.count(replay.people),
          format.count(replay.facts),
        )}
      </p>
      <p className="field-hint">
        {words.caution} {result.simulated && words.simulated}
      </p>
      {!mine && <p className="note-warn hold-note">{words.nobodyBegan}</p>}
      <table className="list replay-table">
        <caption className="hidden">{words.comparison}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden">{words.what}</span>
            </th>
            <th scope="col" className="number">
              {words.draft}
            </th>
            {against && (
              <th scope="col" className="number">
                {words.runs}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, now, then]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="number">
                {format.count(now)}
                {then !== null && now !== then && (
                  <small className="journey-share">{format.change(now - then)}</small>
                )}
              </td>
              {against && (
                <td className="number">{then === null ? words.notThere : format.count(then)}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      <Messages title={words.messages} rows={own} empty={words.noMessages} />
      {compared && <Compared rows={compared.contents} />}
      <Reach result={result} />
    </>
  );
}

function Messages({
  title,
  rows,
  empty,
}: {
  title: string;
  rows: readonly ReplayMessages[];
  empty: string;
}) {
  const { t, format } = useText();
  const words = t.replay;
  return (
    <section>
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p className="faint">{empty}</p>
      ) : (
        <table className="list replay-table">
          <thead>
            <tr>
              <th scope="col">{words.content}</th>
              <th scope="col" className="number">
                {words.asked}
              </th>
              <th scope="col" className="number">
                {words.sent}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((it) => (
              <tr key={`${it.by}/${it.content}`}>
                <th scope="row">
                  <span className="break">{it.content}</span>
                  {Object.entries(it.not)
                    .sort(([, a], [, b]) => b - a)
                    .map(([code, count]) => (
                      <small key={code} className="replay-why">
                        {format.count(count)} ×{" "}
                        {reasonText(t, { code, text: code.replaceAll("_", " ") })}
                      </small>
                    ))}
                </th>
                <td className="number">{format.count(it.asked)}</td>
                <td className="number">{format.count(it.sent)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Compared({
  rows,
}: {
  rows: { content: string; both: number; only_first: number; only_second: number }[];
}) {
  const { t, format } = useText();
  const words = t.replay;
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>{words.whoGot}</h3>
      <Scrolls label={words.whoGot}>
        <table className="list replay-table">
          <thead>
            <tr>
              <th scope="col">{words.content}</th>
              <th scope="col" className="number">
                {words.onlyDraft}
              </th>
              <th scope="col" className="number">
                {words.both}
              </th>
              <th scope="col" className="number">
                {words.onlyRuns}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((it) => (
              <tr key={it.content}>
                <th scope="row" className="break">
                  {it.content}
                </th>
                <td className="number">{format.count(it.only_first)}</td>
                <td className="number">{format.count(it.both)}</td>
                <td className="number">{format.count(it.only_second)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </section>
  );
}

function Reach({ result }: { result: ReplayResult }) {
  const { t, format } = useText();
  const words = t.replay;
  const { reach, messages_per_person } = result.replay;
  const rows = perPerson(messages_per_person, PER_PERSON_ROWS);
  const most = Math.max(1, ...rows.map((it) => it.people));
  return (
    <section>
      <h3>{words.reach}</h3>
      <p className="field-hint">{words.reachHelp}</p>
      {0 < reach.length && (
        <table className="list replay-table">
          <thead>
            <tr>
              <th scope="col">{words.channel}</th>
              <th scope="col" className="number">
                {words.people}
              </th>
              <th scope="col" className="number">
                {words.messages}
              </th>
            </tr>
          </thead>
          <tbody>
            {reach.map((it) => (
              <tr key={it.channel}>
                <th scope="row">{channelName(t, it.channel)}</th>
                <td className="number">{format.count(it.people)}</td>
                <td className="number">{format.count(it.messages)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {0 < rows.length && (
        <ul className="replay-bars">
          {rows.map((it) => (
            <li key={it.n}>
              <span>
                {it.n === PER_PERSON_ROWS
                  ? words.orMore(format.count(it.n))
                  : words.got(it.n, format.count(it.n))}
              </span>
              <svg className="chart progress-bar" height="8" aria-hidden="true">
                <rect className="progress-ground" width="100%" height="8" rx="4" />
                <rect
                  className="progress-done"
                  width={percent((it.people / most) * 100)}
                  height="8"
                  rx="4"
                />
              </svg>
              <span className="number">{format.count(it.people)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
