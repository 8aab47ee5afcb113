/** Whether somebody else must agree first, who did, and what it lacks. */
import type { Broadcast } from "../../api/types";
import { approvingOf } from "../../lib/broadcasts";
import { type Spoken, useText } from "../../messages";
import { ADMIN } from "../../shell/who";
import { Button, Card } from "../../ui/parts";

export function personOf(who: string | undefined, { t }: Spoken, me?: string): string {
  const name = who === ADMIN ? t.broadcasts.admin : (who ?? "");
  return who !== undefined && who === me ? t.broadcasts.you(name) : name;
}

export function ApprovalCard({
  it,
  who,
  busy,
  onApprove,
}: {
  it: Broadcast;
  /** Who looks. */
  who: string | undefined;
  busy: boolean;
  onApprove: () => void;
}) {
  const spoken = useText();
  const { approval: words } = spoken.t.broadcasts;
  const approving = approvingOf(it, who);
  if (approving === "none") return null;
  const { planned_by, approved_by } = it.approval;
  const text = {
    unplanned: words.unplanned,
    own: words.own(personOf(planned_by, spoken)),
    open: words.open(personOf(planned_by, spoken)),
    changed: words.changed(personOf(approved_by, spoken)),
    given: words.given(personOf(approved_by, spoken)),
  }[approving];
  const can = approving === "open" ? "approve" : approving === "own" ? "not" : undefined;
  return <ApprovalSheet {...{ words, text, can, busy, onApprove }} given={approving === "given"} />;
}

/** The same for whatever a second person looks at. `can`: whether who looks may approve it, if that is open. */
export function ApprovalSheet({
  words,
  text,
  given,
  can,
  busy,
  onApprove,
}: {
  words: { title: string; button: string; disabled: string };
  text: string;
  given: boolean;
  can: "approve" | "not" | undefined;
  busy: boolean;
  onApprove: () => void;
}) {
  return (
    <Card title={words.title} className={given ? "approval" : "approval is-open"}>
      <p>{text}</p>
      {can && (
        <p className="approval-step">
          <Button
            kind="primary"
            disabled={busy || can === "not"}
            aria-describedby={can === "not" ? "approval-why" : undefined}
            onClick={onApprove}
          >
            {words.button}
          </Button>
          {can === "not" && (
            <span id="approval-why" className="faint">
              {words.disabled}
            </span>
          )}
        </p>
      )}
    </Card>
  );
}
