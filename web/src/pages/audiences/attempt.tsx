/** Another condition, tried on everybody before anything is saved. */
import { useState } from "react";
import type { AudienceDetail } from "../../api/types";
import { useText } from "../../messages";
import { ConditionText } from "../../ui/condition";
import { Button, Card } from "../../ui/parts";
import { ChangeShown } from "./change";
import { usePreview } from "./use-preview";

export function AttemptCard({ it }: { it: AudienceDetail }) {
  const { t } = useText();
  const words = t.audiences.attempt;
  const [text, setText] = useState<string | null>(null);
  const preview = usePreview(it.name, text ?? "", text !== null);
  const refused = preview.now.phase === "refused" ? preview.now.detail : undefined;
  return (
    <Card title={words.title} note={words.help} className="attempt">
      <ConditionText
        label={words.label}
        value={text ?? it.condition}
        onChange={setText}
        onEnter={() => (text === null ? setText(it.condition) : preview.again())}
        refused={refused}
      />
      {text !== null && (
        <>
          <p className="attempt-actions">
            <Button onClick={() => setText(null)}>{words.reset}</Button>
          </p>
          <ChangeShown preview={preview} />
        </>
      )}
    </Card>
  );
}
