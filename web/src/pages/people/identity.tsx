/** Who somebody is: identifiers, merges, and taking a merge back after looking at what that brings. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { allowMerge, identityQuery, undoMerge, undoPlanQuery } from "../../api/client";
import type { Identity, IdentityMerge, Person, UndoneHalf } from "../../api/types";
import { useText } from "../../messages";
import { Button, Dialog, Failed, Loading, Text } from "../../ui/parts";
import { Part } from "./part";

export function IdentityPart({ person }: { person: Person }) {
  const { t } = useText();
  const words = t.person.identity;
  const { data, error, refetch } = useQuery(identityQuery(person.id));
  const [asked, setAsked] = useState<IdentityMerge | null>(null);
  const [said, setSaid] = useState("");
  const client = useQueryClient();
  const changed = (identity: Identity, text: string) => {
    setAsked(null);
    setSaid(text);
    client.setQueryData(identityQuery(identity.id).queryKey, identity);
    for (const key of ["person", "identity", "timeline", "people"]) {
      void client.invalidateQueries({ queryKey: [key] });
    }
  };
  const allow = useMutation({
    mutationFn: allowMerge,
    onSuccess: (it, id) => changed(it, words.allowed(id)),
  });
  // What the person was read with, until it is known how each identifier came.
  const identifiers = data?.identifiers ?? person.identifiers.map((it) => ({ ...it, merge: null }));
  return (
    <Part title={words.title} count={identifiers.length} open>
      <Identifiers identifiers={identifiers} />
      <h3 className="part-sub">{words.merges}</h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {data?.merges.length === 0 && <p className="faint">{t.person.noMerges}</p>}
      <ul className="plain-list">
        {data?.merges.map((it) => (
          <Merge
            key={it.id}
            it={it}
            person={data.id}
            newest={data.merges.find((each) => !each.undone)?.id}
            busy={allow.isPending}
            onUndo={() => setAsked(it)}
            onAllow={() => allow.mutate(it.id)}
          />
        ))}
      </ul>
      {allow.error && <p role="alert">{allow.error.message}</p>}
      <p role="status" className={said ? "faint" : "hidden"}>
        {said}
      </p>
      {asked && (
        <UndoDialog
          merge={asked}
          onClose={() => setAsked(null)}
          onDone={(it) => changed(it, words.done(asked.id))}
        />
      )}
    </Part>
  );
}

function Identifiers({ identifiers }: { identifiers: Identity["identifiers"] }) {
  const { t, format } = useText();
  return (
    <ul className="plain-list">
      {identifiers.map((it) => (
        <li key={`${it.kind}:${it.value}`}>
          <span className="faint">{t.identifierKinds[it.kind] ?? it.kind}</span>
          <span className="break">{it.value}</span>
          <small>
            {t.person.joined(format.date(it.joined))}
            {it.merge && `, ${t.person.identity.cameBy(it.merge)}`}
          </small>
        </li>
      ))}
    </ul>
  );
}

function Merge({
  it,
  person,
  newest,
  busy,
  onUndo,
  onAllow,
}: {
  it: IdentityMerge;
  person: string;
  /** The latest merge that stands: the one to begin with. */
  newest: string | undefined;
  busy: boolean;
  onUndo: () => void;
  onAllow: () => void;
}) {
  const { t, format } = useText();
  const words = t.person.identity;
  const other = it.survivor === person ? it.absorbed : it.survivor;
  return (
    <li>
      <span>
        <span className="mono">{it.id}</span>{" "}
        {it.undone ? (
          <>
            {words.wasOne} <Link to={`/people/${other}`}>{other}</Link>
          </>
        ) : (
          t.person.absorbed(it.absorbed)
        )}
      </span>
      <small>
        {format.dateTime(it.at)} · {it.cause} · <span className="break">{it.by}</span>
      </small>
      {it.undone ? (
        <>
          <small>{words.undone(format.dateTime(it.undone.at), it.undone.by)}</small>
          {it.undone.allowed_at ? (
            <small>
              {words.allowedAt(format.dateTime(it.undone.allowed_at), it.undone.allowed_by ?? "")}
            </small>
          ) : (
            <>
              <small>{words.keptApart}</small>
              <Button disabled={busy} onClick={onAllow} aria-label={words.allowLabel(it.id)}>
                {words.allow}
              </Button>
            </>
          )}
        </>
      ) : it.refusal ? (
        <small>
          {words.cannot}{" "}
          {it.refusal.code === "later_merge" && newest ? (
            words.laterMerge(newest)
          ) : (
            <Text>{words.refusals[it.refusal.code] ?? it.refusal.text}</Text>
          )}
        </small>
      ) : (
        <>
          {it.undo_until && <small>{words.until(format.date(it.undo_until))}</small>}
          <Button onClick={onUndo} aria-label={words.undoLabel(it.id)}>
            {words.undo}
          </Button>
        </>
      )}
    </li>
  );
}

/** The plan first; only who has seen it can confirm, and only that plan. */
function UndoDialog({
  merge,
  onClose,
  onDone,
}: {
  merge: IdentityMerge;
  onClose: () => void;
  onDone: (identity: Identity) => void;
}) {
  const { t } = useText();
  const words = t.person.identity;
  const plan = useQuery(undoPlanQuery(merge.id));
  const undo = useMutation({
    mutationFn: () => undoMerge(merge.id, plan.data?.plan ?? ""),
    onSuccess: onDone,
    onError: () => void plan.refetch(),
  });
  return (
    <Dialog title={words.dialog(merge.id)} onClose={onClose}>
      {plan.isPending && <Loading />}
      {plan.error && <p role="alert">{plan.error.message}</p>}
      {plan.data && (
        <>
          <p>{words.explain}</p>
          <div className="undo-halves">
            <Half half={plan.data.absorbed} title={words.absorbed} />
            <Half half={plan.data.survivor} title={words.survivor} />
          </div>
          <p className="faint">{words.both}</p>
        </>
      )}
      {undo.error && <p role="alert">{undo.error.message}</p>}
      <footer className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button kind="danger" disabled={!plan.data || undo.isPending} onClick={() => undo.mutate()}>
          {undo.isPending ? words.busy : words.confirm}
        </Button>
      </footer>
    </Dialog>
  );
}

function Half({ half, title }: { half: UndoneHalf; title: string }) {
  const { t, format } = useText();
  const words = t.person.identity;
  const rows: [string, string][] = [
    [t.person.identifiers, half.identifiers.join(", ")],
    [words.events, format.count(half.events)],
    [t.person.traits, half.traits.map((it) => it.name).join(", ")],
    [t.person.audiences, half.audiences.join(", ")],
    [t.person.runs, half.journeys.join(", ")],
    [words.openMessages, half.open_messages ? format.count(half.open_messages) : ""],
    [words.contacts, half.contacts ? format.count(half.contacts) : ""],
  ];
  return (
    <section aria-label={title}>
      <h3>
        {title}: {half.name || <span className="mono">{half.id}</span>}
      </h3>
      <dl className="pairs">
        {rows
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="break">{value}</dd>
            </div>
          ))}
      </dl>
      {half.exposed && <p className="faint">{words.exposed}</p>}
    </section>
  );
}
