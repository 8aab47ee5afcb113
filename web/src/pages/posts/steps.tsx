/** The steps of a post, each after a second word that says what it means. */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError } from "../../api/client";
import { postQuery, stepPost } from "../../api/posts";
import type { Post, PostPlace } from "../../api/types";
import {
  decidesPost,
  maySecond,
  type PostStep,
  placeSteps,
  postApproving,
  postSteps,
} from "../../lib/posts";
import { type Spoken, useText } from "../../messages";
import { Button, Dialog, Text } from "../../ui/parts";
import { networkName, whenOf } from "./parts";

/** A step, and the network it is meant for; none for all. */
export interface Asked {
  step: PostStep;
  network?: string;
}

export type Taking = UseMutationResult<Post, Error, Asked>;

export function usePostStep(name: string, onTaken: () => void): Taking {
  const client = useQueryClient();
  const renew = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["posts"] }),
      client.invalidateQueries({ queryKey: ["calendar"] }),
    ]);
  return useMutation({
    mutationFn: ({ step, network }: Asked) => stepPost(name, step, network),
    onSuccess: async (answer) => {
      onTaken();
      client.setQueryData(postQuery(name).queryKey, answer);
      await renew();
    },
    // Whatever went wrong, what is shown may be old.
    onError: renew,
  });
}

export function StepFailed({ error, onApprove }: { error: Error; onApprove?: () => void }) {
  const { t } = useText();
  const { failed } = t.posts;
  const status = error instanceof ApiError ? error.status : 0;
  const text = { 409: failed.conflict, 404: failed.gone }[status] ?? failed.unknown;
  return (
    <div className="step-failed" role="alert">
      <p className="field-error">{text}</p>
      <p className="faint">
        <Text>{failed.said(error.message.replace(/\s*\n\s*hint:\s*/, "; "))}</Text>
      </p>
      {onApprove && (
        <p>
          <Button onClick={onApprove}>{failed.approveFirst}</Button>
        </p>
      )}
    </div>
  );
}

/** Whether the step is taken without a second word: nothing is lost by it, and it can be taken back. */
export function isPlain(it: Post, { step, network }: Asked, who: string | undefined, now: number) {
  switch (step) {
    case "pause":
    case "resume":
      return true;
    case "again":
      return !placesOf(it, network).some(maySecond);
    case "plan": {
      const approving = postApproving(it, who);
      return !decidesPost(it, now) && approving !== "given" && approving !== "open";
    }
    case "approve":
    case "start":
    case "cancel":
    case "edit":
    case "delete":
    case "leave":
      return false;
  }
}

export function Confirm({
  it,
  asked,
  who,
  taking,
  onChoose,
  onClose,
}: {
  it: Post;
  asked: Asked;
  who: string | undefined;
  taking: Taking;
  onChoose: (asked: Asked) => void;
  onClose: () => void;
}) {
  const spoken = useText();
  const words = spoken.t.posts;
  const { title, lines, yes, danger } = question(it, asked, spoken);
  // It went on while the question stood there: the question has no answer any more.
  const late = taking.isIdle && !isOffered(it, asked, who);
  // What was refused is refused again; only a fresh look helps.
  const refused = late || (taking.error instanceof ApiError && taking.error.status < 500);
  const { needed, planned_by } = it.approval;
  const approvable = asked.step === "edit" && needed && planned_by !== who;
  return (
    <Dialog title={title} onClose={onClose}>
      {late && <p role="status">{words.confirm.late}</p>}
      {!late &&
        lines.map((line, n) => (
          <p key={line} className={n === 0 ? "confirm-lead" : undefined}>
            {line}
          </p>
        ))}
      {taking.isError && (
        <StepFailed
          error={taking.error}
          onApprove={approvable ? () => onChoose({ step: "approve" }) : undefined}
        />
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>{words.goBack}</Button>
        {!refused && (
          <Button
            kind={danger ? "danger" : "primary"}
            disabled={taking.isPending}
            onClick={() => taking.mutate(asked)}
          >
            {taking.isPending ? words.steps.busy : yes}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function placesOf(it: Post, network: string | undefined): PostPlace[] {
  return it.networks.filter((place) => network === undefined || place.network === network);
}

function isOffered(it: Post, { step, network }: Asked, who: string | undefined): boolean {
  // After it went out, what an edit would say can still be agreed to.
  if (step === "approve" && it.state !== "planned") return it.approval.needed;
  if (network === undefined && postSteps(it, who).includes(step)) return true;
  return placesOf(it, network).some((place) => placeSteps(place, it.state).includes(step));
}

interface Question {
  title: string;
  /** What the step means, the most important first. */
  lines: string[];
  yes: string;
  danger?: boolean;
}

function question(it: Post, { step, network }: Asked, spoken: Spoken): Question {
  const { t, format } = spoken;
  const { confirm } = t.posts;
  const name = network === undefined ? "" : networkName(t, network);
  const when = whenOf(it, spoken);
  const where = format.allOf(
    placesOf(it, network)
      // Only where something stands can it be changed or taken back.
      .filter((place) =>
        step === "edit" || step === "delete" ? placeSteps(place, it.state).includes(step) : true,
      )
      .map((place) => networkName(t, place.network)),
  );
  switch (step) {
    case "plan": {
      if (it.state === "planned") {
        const lines = [confirm.againLead, confirm.againMeans];
        return { title: confirm.againTitle(it.name), lines, yes: confirm.againYes };
      }
      const lines = [
        it.written_at === "queue" ? confirm.planQueue : confirm.planAt(when ?? ""),
        ...(it.approval.needed ? [confirm.planApproval] : []),
        confirm.planStop,
      ];
      return { title: confirm.planTitle(it.name), lines, yes: confirm.planYes };
    }
    case "approve":
      return {
        title: confirm.approveTitle(it.name),
        lines: [
          ...(it.state === "planned"
            ? [
                confirm.approveLead(where),
                when === null ? confirm.approveByHand : confirm.approveAt(when),
              ]
            : []),
          confirm.approveMeans,
        ],
        yes: confirm.approveYes,
      };
    case "start":
      return {
        title: confirm.startTitle(it.name),
        lines: [confirm.startLead(where), confirm.startMeans],
        yes: confirm.startYes,
      };
    case "cancel":
      return {
        title: confirm.cancelTitle(it.name),
        lines: [confirm.cancelLead, confirm.cancelMeans],
        yes: confirm.cancelYes,
        danger: true,
      };
    case "edit":
      return {
        title: confirm.editTitle(it.name),
        lines: [
          confirm.editLead(where),
          confirm.editMeans,
          ...(it.approval.needed ? [confirm.editApproval] : []),
        ],
        yes: confirm.editYes,
      };
    case "delete":
      return {
        title: confirm.deleteTitle(it.name),
        lines: [confirm.deleteLead(where), confirm.deleteMeans],
        yes: confirm.deleteYes,
        danger: true,
      };
    case "again":
      return {
        title: confirm.tryTitle(name),
        lines: [confirm.tryLost, confirm.tryLook],
        yes: confirm.tryYes,
        danger: true,
      };
    case "leave":
      return {
        title: confirm.leaveTitle(name),
        lines: [confirm.leaveLead, confirm.leaveMeans],
        yes: confirm.leaveYes,
      };
    case "pause":
    case "resume":
      return { title: it.name, lines: [], yes: t.posts.steps[step] };
  }
}
