/** The team: who may sign in, with the links by which they come and the word by which they go. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Clock } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { inviteMember, removeMember, teamQuery } from "../../api/team";
import type { Invitation, Member } from "../../api/types";
import { useText } from "../../messages";
import { ADMIN } from "../../shell/who";
import { Button, Card, Dialog, Empty, Failed, Loading, Snippet, Text } from "../../ui/parts";

export function TeamCard({ who }: { who: string | undefined }) {
  const { t } = useText();
  const words = t.settings.team;
  const client = useQueryClient();
  const query = useQuery(teamQuery);
  const [leaving, setLeaving] = useState<string | null>(null);
  const [link, setLink] = useState<Invitation | null>(null);
  const [said, setSaid] = useState("");
  const isAdmin = who === ADMIN;
  const invite = useMutation({
    mutationFn: inviteMember,
    onSuccess: (invitation) => {
      setSaid("");
      setLink(invitation);
      return client.invalidateQueries({ queryKey: ["team"] });
    },
  });
  const members = query.data?.members;
  return (
    <Card title={words.title} note={words.note} className="team">
      <p className="done" role="status">
        {said}
      </p>
      {isAdmin ? (
        <Invite busy={invite.isPending} onInvite={invite.mutate} />
      ) : (
        <p className="note-warn team-only">{words.only}</p>
      )}
      {invite.isError && (
        <p className="field-error" role="alert">
          {words.failed} <Text>{invite.error.message}</Text>
        </p>
      )}
      {query.isPending && <Loading />}
      {!members && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {members && (
        <table className="list team-list">
          <thead>
            <tr>
              <th scope="col">{words.address}</th>
              <th scope="col">{words.state}</th>
              {isAdmin && (
                <th scope="col">
                  <span className="hidden">{words.actions}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                {words.admin} {isAdmin && <span className="faint">({words.you})</span>}
                <small>{words.adminHelp}</small>
              </th>
              <td>
                <State active />
              </td>
              {isAdmin && <td />}
            </tr>
            {members.map((it) => (
              <Row
                key={it.email}
                it={it}
                isYou={it.email === who}
                isAdmin={isAdmin}
                onLink={() => invite.mutate(it.email)}
                onRemove={() => setLeaving(it.email)}
              />
            ))}
          </tbody>
        </table>
      )}
      {members?.length === 0 && <Empty title={words.empty}>{words.emptyHint}</Empty>}
      {link && <Link it={link} onClose={() => setLink(null)} />}
      {leaving !== null && (
        <Remove
          email={leaving}
          onClose={() => setLeaving(null)}
          onDone={() => {
            setSaid(words.removed(leaving));
            setLeaving(null);
          }}
        />
      )}
    </Card>
  );
}

function State({ active }: { active: boolean }) {
  const { t } = useText();
  const words = t.settings.team;
  const Icon = active ? Check : Clock;
  return (
    <span
      className={active ? "stage stage-planned" : "stage"}
      title={active ? words.activeHelp : words.invitedHelp}
    >
      <Icon size={12} strokeWidth={2.25} aria-hidden="true" />
      {active ? words.active : words.invited}
    </span>
  );
}

function Row({
  it,
  isYou,
  isAdmin,
  onLink,
  onRemove,
}: {
  it: Member;
  isYou: boolean;
  isAdmin: boolean;
  onLink: () => void;
  onRemove: () => void;
}) {
  const { t } = useText();
  const words = t.settings.team;
  return (
    <tr>
      <th scope="row" className="break">
        {it.email} {isYou && <span className="faint">({words.you})</span>}
      </th>
      <td>
        <State active={it.active} />
      </td>
      {isAdmin && (
        <td className="team-actions">
          <Button aria-label={words.newLinkFor(it.email)} onClick={onLink}>
            {words.newLink}
          </Button>
          <Button aria-label={words.removeFor(it.email)} onClick={onRemove}>
            {words.remove}
          </Button>
        </td>
      )}
    </tr>
  );
}

function Invite({ busy, onInvite }: { busy: boolean; onInvite: (email: string) => void }) {
  const { t } = useText();
  const words = t.settings.team;
  const id = useId();
  const [email, setEmail] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!email.trim()) return;
    onInvite(email.trim());
    setEmail("");
  };
  return (
    <form onSubmit={submit} className="team-invite">
      <div className="field">
        <label htmlFor={id}>{words.inviteLabel}</label>
        <div className="team-invite-line">
          <input
            id={id}
            type="email"
            required
            maxLength={254}
            value={email}
            autoComplete="off"
            aria-describedby={`${id}-note`}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Button type="submit" kind="primary" disabled={busy}>
            {busy ? words.inviting : words.invite}
          </Button>
        </div>
        <p id={`${id}-note`} className="field-hint">
          {words.inviteHint}
        </p>
      </div>
    </form>
  );
}

function Link({ it, onClose }: { it: Invitation; onClose: () => void }) {
  const { t } = useText();
  const words = t.settings.team;
  return (
    <Dialog title={words.linkTitle(it.email)} onClose={onClose}>
      <p>{words.linkNote}</p>
      <Snippet text={window.location.origin + it.path} label={words.linkLabel} />
      <p className="faint">{words.linkWarn}</p>
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          {words.done}
        </Button>
      </div>
    </Dialog>
  );
}

function Remove({
  email,
  onClose,
  onDone,
}: {
  email: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useText();
  const words = t.settings.team;
  const client = useQueryClient();
  const removing = useMutation({
    mutationFn: () => removeMember(email),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["team"] });
      onDone();
    },
  });
  return (
    <Dialog title={words.removeTitle(email)} onClose={onClose}>
      <p className="confirm-lead">{words.removeLead}</p>
      <p>{words.removeMeans}</p>
      {removing.isError && (
        <p className="field-error" role="alert">
          {words.failed} <Text>{removing.error.message}</Text>
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button kind="danger" disabled={removing.isPending} onClick={() => removing.mutate()}>
          {words.removeYes}
        </Button>
      </div>
    </Dialog>
  );
}
