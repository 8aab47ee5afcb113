/** A post at one network: its parts in their order, what may be done, what came of it, and what happened. */
import { ExternalLink } from "lucide-react";
import type { PostPlace } from "../../api/types";
import type { Stage } from "../../lib/broadcasts";
import { maySecond, type PostStep, placeSteps } from "../../lib/posts";
import { useText } from "../../messages";
import { Button, Card, Text } from "../../ui/parts";
import { Counts } from "./counts";
import { networkName, StandingBadge } from "./parts";

export function Place({
  it,
  stage,
  busy,
  onChoose,
}: {
  it: PostPlace;
  stage: Stage;
  busy: boolean;
  onChoose: (step: PostStep) => void;
}) {
  const { t, format } = useText();
  const words = t.posts;
  const network = networkName(t, it.network);
  const begun = stage !== "draft" && stage !== "planned";
  const stands = it.parts.some(({ state }) => state === "stands");
  return (
    <Card
      title={network}
      className="post-place"
      aside={begun ? <StandingBadge standing={it.standing} /> : undefined}
    >
      <p className="faint post-help">
        {begun ? (words.standingHelp[it.standing] ?? it.standing) : words.draftHelp}
      </p>
      {it.problem !== undefined && (
        <div className="content-cannot">
          <p>
            <strong>{begun ? words.failedStart : words.cannot}</strong>
          </p>
          <p>
            <Text>{it.problem}</Text>
          </p>
        </div>
      )}
      {it.wish !== undefined && <p role="status">{words.wishes[it.wish] ?? it.wish}</p>}
      <Parts it={it} begun={begun} network={network} />
      <PlaceSteps it={it} stage={stage} network={network} busy={busy} onChoose={onChoose} />
      {(stands || 0 < it.counts.length) && <Counts counts={it.counts} network={network} />}
      {0 < it.notes.length && (
        <details className="post-notes">
          <summary>{words.notes(it.notes.length, format.count(it.notes.length))}</summary>
          <ol>
            {it.notes.map((note, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: notes are only ever added at the end
              <li key={n}>
                <time dateTime={note.at}>{format.dateTime(note.at)}</time> <Text>{note.text}</Text>
              </li>
            ))}
          </ol>
        </details>
      )}
    </Card>
  );
}

function Parts({ it, begun, network }: { it: PostPlace; begun: boolean; network: string }) {
  const { t, format } = useText();
  const words = t.posts;
  return (
    <ol className="post-parts">
      {it.parts.map((part, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a thread stand in their order
        <li key={n} className="content-post">
          {1 < it.parts.length && (
            <p className="faint content-place">
              {words.part(format.count(n + 1), format.count(it.parts.length))}
            </p>
          )}
          <p className="content-said">{part.text}</p>
          {0 < part.images && (
            <p className="faint content-place">
              {words.images(part.images, format.count(part.images))}
            </p>
          )}
          {begun && (
            <p className="post-part-state">
              <span>{words.partStates[part.state] ?? part.state}</span>
              {part.at && <span className="faint">{timeOf(part.state, part.at)}</span>}
              {part.url && (
                <a href={part.url} target="_blank" rel="noopener">
                  {words.open}
                  <ExternalLink size={13} strokeWidth={1.75} aria-hidden="true" />
                  <span className="hidden">({words.opens(network)})</span>
                </a>
              )}
            </p>
          )}
          {part.detail && (
            <p className="post-detail">
              <Text>{part.detail}</Text>
            </p>
          )}
        </li>
      ))}
    </ol>
  );

  function timeOf(state: string, at: string): string {
    const time = format.dateTime(at);
    if (state === "stands") return words.since(time);
    return state === "lost" ? words.looked(time) : words.tried(time);
  }
}

function PlaceSteps({
  it,
  stage,
  network,
  busy,
  onChoose,
}: {
  it: PostPlace;
  stage: Stage;
  network: string;
  busy: boolean;
  onChoose: (step: PostStep) => void;
}) {
  const { t } = useText();
  const words = t.posts.steps;
  const steps = placeSteps(it, stage);
  if (steps.length === 0) return null;
  // Without a second copy to fear it is tried at once, so the button asks nothing more.
  const again = maySecond(it) ? words.tryAgain : words.tryAgain.replace("…", "");
  return (
    <div className="broadcast-steps post-steps">
      {steps.map((step) => (
        <Button key={step} disabled={busy} onClick={() => onChoose(step)}>
          {step === "again" ? again : words[step]}
          <span className="hidden">: {network}</span>
        </Button>
      ))}
    </div>
  );
}
