/** The steps of a broadcast, each after a second word that says what it means. */
import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  ApiError,
  broadcastsQuery,
  type PlanSeen,
  planBroadcast,
  planSeenQuery,
  steerBroadcast,
} from "../../api/client";
import type { Broadcast } from "../../api/types";
import { foreseen, progressOf, type Step, stepsOf } from "../../lib/broadcasts";
import { channelName, type Spoken, useText } from "../../messages";
import { Button, Dialog, Text } from "../../ui/parts";
import { whenInWords } from "./parts";

/** A look that is older than this is mentioned before the start. */
const OLD_LOOK_MS = 10 * 60_000;

export type Taking = UseMutationResult<Broadcast | PlanSeen, Error, Step>;

export function useStep(name: string, onTaken: () => void): Taking {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: Step): Promise<Broadcast | PlanSeen> =>
      step === "plan" ? planBroadcast(name) : steerBroadcast(name, step),
    onSuccess: async (answer) => {
      onTaken();
      if ("plan" in answer) client.setQueryData(planSeenQuery(name).queryKey, answer);
      else {
        client.setQueryData(
          broadcastsQuery.queryKey,
          (all) =>
            all && {
              broadcasts: all.broadcasts.map((it) => (it.name === answer.name ? answer : it)),
            },
        );
      }
      await client.invalidateQueries({ queryKey: broadcastsQuery.queryKey });
    },
    // Whatever went wrong, what is shown may be old.
    onError: () => client.invalidateQueries({ queryKey: broadcastsQuery.queryKey }),
  });
}

export function StepFailed({ error, it }: { error: Error; it: Broadcast }) {
  const { t } = useText();
  const { failed, stages } = t.broadcasts;
  const status = error instanceof ApiError ? error.status : 0;
  const text =
    status === 409
      ? failed.conflict(stages[it.state])
      : status === 404
        ? failed.gone
        : failed.unknown;
  return (
    <div className="step-failed" role="alert">
      <p className="field-error">{text}</p>
      <p className="faint">{failed.said(error.message.replace(/\s*\n\s*hint:\s*/, "; "))}</p>
    </div>
  );
}

export function Confirm({
  it,
  step,
  seen,
  now,
  taking,
  onClose,
}: {
  it: Broadcast;
  step: Step;
  seen: PlanSeen | null;
  now: number;
  taking: Taking;
  onClose: () => void;
}) {
  const spoken = useText();
  const { t } = spoken;
  const { title, lines, yes, danger } = question(it, step, seen, now, spoken);
  // It went on while the question stood there: the question has no answer any more.
  const late = taking.isIdle && !stepsOf(it, now).includes(step);
  // What was refused is refused again; only a fresh look helps.
  const refused = late || (taking.error instanceof ApiError && taking.error.status < 500);
  return (
    <Dialog title={title} onClose={onClose}>
      {late && <p role="status">{t.broadcasts.confirm.late(t.broadcasts.stages[it.state])}</p>}
      {!late &&
        lines.map((line, n) => (
          <p key={line} className={n === 0 ? "confirm-lead" : undefined}>
            <Text>{line}</Text>
          </p>
        ))}
      {taking.isError && <StepFailed error={taking.error} it={it} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.broadcasts.goBack}</Button>
        {!refused && (
          <Button
            kind={danger ? "danger" : "primary"}
            disabled={taking.isPending}
            onClick={() => taking.mutate(step)}
          >
            {taking.isPending ? t.broadcasts.steps.busy : yes}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

interface Question {
  title: string;
  /** What the step means, the most important first. */
  lines: string[];
  yes: string;
  danger?: boolean;
}

function question(
  it: Broadcast,
  step: Step,
  seen: PlanSeen | null,
  now: number,
  spoken: Spoken,
): Question {
  const { t, format } = spoken;
  const { confirm } = t.broadcasts;
  const { asked, rest } = progressOf(it);
  const [sent, pending] = [format.count(it.counts.sent), format.count(it.counts.pending)];
  switch (step) {
    case "plan": {
      if (it.state === "planned") {
        return {
          title: confirm.againTitle(it.name),
          lines: [confirm.againLead, confirm.againMeans],
          yes: confirm.againYes,
        };
      }
      const when = whenInWords(it, spoken) ?? "";
      const title = confirm.planTitle(it.name);
      return { title, lines: [confirm.planAt(when), confirm.planAtStop], yes: confirm.planYes };
    }
    case "approve": {
      const when = whenInWords(it, spoken);
      const list = format.count(it.recipients);
      const names = it.channels.map((channel) => channelName(t, channel));
      return {
        title: confirm.approveTitle(it.name),
        lines: [
          confirm.approveLead(it.content, it.recipients, list),
          confirm.startBy(format.oneOf(names)),
          when === null ? confirm.approveByHand : confirm.approveWhen(when),
          confirm.approveMeans,
        ],
        yes: confirm.approveYes,
      };
    }
    case "start": {
      if (!seen) {
        const names = it.channels.map((channel) => channelName(t, channel));
        return {
          title: confirm.startTitle(it.name),
          lines: [
            confirm.startListed(it.recipients, format.count(it.recipients)),
            confirm.startBy(format.oneOf(names)),
          ],
          yes: confirm.startListedYes,
        };
      }
      const plan = foreseen(seen.plan);
      const gets = plan.now + plan.later;
      const names = it.channels.map((channel) => channelName(t, channel));
      const lines = [confirm.startLead(gets, format.count(gets))];
      if (0 < plan.later) lines.push(confirm.startLater(plan.later, format.count(plan.later)));
      if (0 < plan.not) lines.push(confirm.startNot(plan.not, format.count(plan.not)));
      lines.push(confirm.startBy(format.oneOf(names)));
      if (OLD_LOOK_MS < now - seen.at) {
        lines.push(confirm.startOld(format.ago(new Date(seen.at).toISOString(), now)));
      }
      return {
        title: confirm.startTitle(it.name),
        lines,
        yes: confirm.startYes(gets, format.count(gets)),
      };
    }
    case "pause":
      return {
        title: confirm.pauseTitle(it.name),
        lines: [confirm.pauseLead, confirm.pauseMeans(sent, pending)],
        yes: confirm.pauseYes,
      };
    case "resume":
      return {
        title: confirm.resumeTitle(it.name),
        lines: [confirm.resumeLead(format.count(rest), pending), confirm.resumeMeans],
        yes: confirm.resumeYes,
      };
    case "cancel":
      return {
        title: confirm.cancelTitle(it.name),
        lines: [
          asked === 0
            ? confirm.cancelUnsent
            : confirm.cancelSent(sent, pending, format.count(rest)),
          confirm.cancelMeans,
        ],
        yes: confirm.cancelYes,
        danger: true,
      };
  }
}
