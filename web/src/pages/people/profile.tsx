/** What is known about a person, in parts that open and close. */
import { Link } from "react-router";
import type { Person } from "../../api/types";
import { inline } from "../../lib/json";
import { channelName, reasonText, useText } from "../../messages";
import { pathOf } from "../journeys/path";
import { IdentityPart } from "./identity";
import { Part } from "./part";
import { PrivacyPart } from "./privacy";
import { TasksPart } from "./tasks";

export function Profile({ person }: { person: Person }) {
  const { t, format } = useText();
  return (
    <aside className="profile" aria-label={t.person.profile}>
      <IdentityPart person={person} />
      <Consents person={person} />
      <Part title={t.person.audiences} count={person.audiences.length}>
        {person.audiences.length === 0 && <p className="faint">{t.person.noAudiences}</p>}
        <ul className="plain-list">
          {person.audiences.map((it) => (
            <li key={it.name}>
              <span>{it.name}</span>
              <small>{t.person.joined(format.date(it.since))}</small>
            </li>
          ))}
        </ul>
      </Part>
      <Part title={t.person.traits} count={person.traits.length}>
        {person.traits.length === 0 ? (
          <p className="faint">{t.person.noTraits}</p>
        ) : (
          <dl className="pairs">
            {person.traits.map((it) => (
              <div key={it.name} title={`${t.person.changed}: ${format.dateTime(it.at)}`}>
                <dt>{it.name}</dt>
                <dd className="break">{inline(it.value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Part>
      <Part title={t.person.runs} count={person.runs.length}>
        {person.runs.length === 0 && <p className="faint">{t.person.noRuns}</p>}
        <ul className="plain-list">
          {person.runs.map((it) => (
            <li key={`${it.journey}${it.key}`}>
              <span>
                <Link to={pathOf(it.journey)}>{it.journey}</Link>
                {it.key && <span className="faint"> · {it.key}</span>}
              </span>
              <small>
                {t.person.runStep(it.step)}
                {it.wake && `, ${t.person.runWakes(format.dateTime(it.wake))}`}
              </small>
            </li>
          ))}
        </ul>
      </Part>
      <TasksPart id={person.id} />
      <PrivacyPart person={person} />
    </aside>
  );
}

type Statement = Person["consents"][number];

function keyOf(it: Statement): string {
  return [it.purpose, it.channel, it.topic, it.address, it.state, it.at].join("/");
}

/** Being measured has no channels and topics. */
function scope(t: ReturnType<typeof useText>["t"], it: Statement): string[] {
  const purpose = t.person.purposes[it.purpose] ?? it.purpose;
  if (it.purpose === "measurement") return [purpose];
  const channel = it.channel ? channelName(t, it.channel) : t.person.allChannels;
  return [purpose, channel, it.topic ?? t.person.allTopics];
}

/** What was agreed to or refused, where and when, and on what text. */
function Said({ it }: { it: Statement }) {
  const { t, format } = useText();
  return (
    <li>
      <span>
        <span className={`consent consent-${it.state}`}>
          {t.person.consentStates[it.state] ?? it.state}
        </span>{" "}
        {scope(t, it).join(" · ")}
      </span>
      <small>
        {format.dateTime(it.at)} {t.person.consentSource(it.source)}
        {it.expires && ` · ${t.person.consentExpires(format.date(it.expires))}`}
        {it.wording && ` · “${it.wording}”`}
        {it.proof && ` · ${t.person.consentProof(it.proof)}`}
      </small>
    </li>
  );
}

function Consents({ person }: { person: Person }) {
  const { t, format } = useText();
  const { wishes } = person;
  const said: string[] = [];
  if (0 < wishes.channels_off.length) {
    const names = wishes.channels_off.map((it) => channelName(t, it)).join(", ");
    said.push(`${t.person.channelsOff}: ${names}`);
  }
  if (wishes.limit) said.push(t.person.limit(format.count(wishes.limit.at_most), wishes.limit.per));
  if (wishes.quiet_hours) {
    said.push(t.person.quietHours(wishes.quiet_hours.from, wishes.quiet_hours.to));
  }
  if (wishes.paused_until) said.push(t.person.paused(format.dateTime(wishes.paused_until)));
  return (
    <Part
      title={t.person.consents}
      count={person.consents.length + said.length + person.suppressed.length}
      open
    >
      {person.consents.length === 0 && <p className="faint">{t.person.noConsents}</p>}
      <ul className="plain-list">
        {person.consents.map((it) => (
          <Said key={keyOf(it)} it={it} />
        ))}
        {said.map((it) => (
          <li key={it}>{it}</li>
        ))}
      </ul>
      {0 < person.consent_history.length && (
        <details>
          <summary>{t.person.consentHistory(format.count(person.consent_history.length))}</summary>
          <ul className="plain-list">
            {person.consent_history.map((it) => (
              <Said key={keyOf(it)} it={it} />
            ))}
          </ul>
        </details>
      )}
      {0 < person.suppressed.length && (
        <>
          <h3 className="part-sub">{t.person.suppressed}</h3>
          <ul className="plain-list">
            {person.suppressed.map((it) => (
              <li key={it.address}>
                <span className="break">{it.address}</span>
                <small>
                  {reasonText(t, it.reason)} · {format.date(it.at)}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
    </Part>
  );
}
