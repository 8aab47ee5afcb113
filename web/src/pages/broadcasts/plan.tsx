/** The plan: everybody on the list by what would become of their message, before anything is sent. */
import { Link } from "react-router";
import type { PlanSeen } from "../../api/client";
import type { Broadcast } from "../../api/types";
import { Strip, Swatch } from "../../charts/ledger";
import { decides, foreseen, startsByItself } from "../../lib/broadcasts";
import { reasonText, useText } from "../../messages";
import { Button, Card, Empty, useNow } from "../../ui/parts";
import { whenInWords } from "./parts";

export function PlanCard({
  it,
  seen,
  voids,
  busy,
  onLook,
}: {
  it: Broadcast;
  seen: PlanSeen | null;
  /** Whether looking again would make an approval void. */
  voids: boolean;
  busy: boolean;
  onLook: () => void;
}) {
  const { t, format } = useText();
  const words = t.broadcasts.plan;
  if (!seen) return <Unseen it={it} voids={voids} busy={busy} onLook={onLook} />;
  if (seen.plan.recipients === 0) {
    return (
      <Card title={words.title}>
        <Empty title={words.nobody(it.audience)} action={<Link to="/">{t.app.toToday}</Link>}>
          {words.nobodyHint}
        </Empty>
      </Card>
    );
  }
  return (
    <Card title={words.title} note={words.asOf(format.dateTime(new Date(seen.at).toISOString()))}>
      <PlanTable seen={seen} />
      <Examples seen={seen} />
      {0 < seen.plan.seeds && (
        <p className="faint plan-note">
          {words.seeds(seen.plan.seeds, format.count(seen.plan.seeds))}
        </p>
      )}
      <p className="faint plan-note">{words.panel}</p>
    </Card>
  );
}

function Unseen({
  it,
  voids,
  busy,
  onLook,
}: {
  it: Broadcast;
  voids: boolean;
  busy: boolean;
  onLook: () => void;
}) {
  const spoken = useText();
  const { plan: words, steps } = spoken.t.broadcasts;
  const now = useNow(10_000);
  const when = whenInWords(it, spoken);
  const planned = it.state === "planned";
  const hint = planned
    ? voids
      ? words.unseenVoids
      : words.unseenHint
    : when === null || !startsByItself(it, now)
      ? words.unplannedHint
      : words.unplannedAt(when);
  return (
    <Card title={words.title}>
      <Empty
        title={planned ? words.unseen : words.unplanned}
        action={
          <Button kind={voids ? "plain" : "primary"} disabled={busy} onClick={onLook}>
            {busy ? steps.busy : voids ? steps.anew : decides(it, now) ? steps.plan : steps.look}
          </Button>
        }
      >
        {hint}
      </Empty>
    </Card>
  );
}

function PlanTable({ seen }: { seen: PlanSeen }) {
  const { t, format } = useText();
  const words = t.broadcasts.plan;
  const { recipients } = seen.plan;
  const { now, later, not, reasons } = foreseen(seen.plan);
  const rows = [
    { key: "now", swatch: "sent", count: now, name: words.now, help: words.nowHelp },
    { key: "later", swatch: "pending", count: later, name: words.later, help: words.laterHelp },
    { key: "not", swatch: "suppressed", count: not, name: words.not, help: "" },
  ] as const;
  return (
    <>
      <Strip
        segments={rows.map((it) => ({ ...it, className: `state-${it.swatch}` }))}
        of={recipients}
        label={words.words(format.count(now), format.count(later), format.count(not))}
      />
      <table className="list ledger-table plan-table">
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col" className="number">
              {words.people}
            </th>
            <th scope="col" className="number">
              {t.today.ledger.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((it) => (
            <tr key={it.key} className={it.count === 0 ? "is-zero" : undefined}>
              <th scope="row">
                <Swatch state={it.swatch} /> {it.name}
                {it.help && <small>{it.help}</small>}
              </th>
              <td className="number">{format.count(it.count)}</td>
              <td className="number">{format.share(it.count, recipients)}</td>
            </tr>
          ))}
          {reasons.map((it) => (
            <tr key={it.code} className="plan-reason">
              <th scope="row">{reasonText(t, it)}</th>
              <td className="number">{format.count(it.count)}</td>
              <td className="number">{format.share(it.count, recipients)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{words.total}</th>
            <td className="number">{format.count(recipients)}</td>
            <td className="number">{format.share(now + later + not, recipients)}</td>
          </tr>
        </tfoot>
      </table>
      {now + later === 0 && <p className="note-warn">{words.nobodyGets}</p>}
    </>
  );
}

function Examples({ seen }: { seen: PlanSeen }) {
  const { t } = useText();
  const { examples } = seen.plan;
  if (examples.length === 0) return null;
  return (
    <div className="plan-examples">
      <h3>{t.broadcasts.plan.examples}</h3>
      <ul>
        {examples.map((it) => (
          <li key={it.id}>
            <Link to={`/people/${it.id}`}>{it.name || it.id}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
