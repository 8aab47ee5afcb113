/** How a broadcast is written and applied. */
import { APPLY, broadcastFile } from "../../lib/snippets";
import { useText } from "../../messages";
import { Card, Snippet } from "../../ui/parts";

export function FirstBroadcast() {
  const { t } = useText();
  const { empty } = t.broadcasts;
  return (
    <Card title={empty.title} note={empty.intro} className="first-steps">
      <HowTo />
    </Card>
  );
}

export function HowTo() {
  const { t } = useText();
  const { empty } = t.broadcasts;
  return (
    <ol>
      <li>
        <h3>{empty.step1}</h3>
        <p>{empty.step1Text}</p>
        <Snippet text={broadcastFile(empty.ownTime, empty.noTime)} label={empty.step1} />
      </li>
      <li>
        <h3>{empty.step2}</h3>
        <p>{t.app.applyHint}</p>
        <Snippet text={APPLY} label={empty.step2} />
      </li>
      <li>
        <h3>{empty.step3}</h3>
        <p>{empty.step3Text}</p>
      </li>
    </ol>
  );
}
