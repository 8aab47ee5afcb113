/** What to look at before a content goes out: problems first, each with its line. */
import { Check } from "lucide-react";
import type { ContentFinding } from "../../api/types";
import { useText } from "../../messages";
import { FindingList } from "../../ui/findings";
import { Card } from "../../ui/parts";

export function Findings({
  findings,
  onGo,
}: {
  findings: readonly ContentFinding[];
  onGo: (locale: string, line: number) => void;
}) {
  const { t, format } = useText();
  const words = t.content;
  if (findings.length === 0) {
    return (
      <p className="flow-sound" role="status">
        <Check size={16} strokeWidth={1.75} aria-hidden="true" /> {words.findingsNone}
      </p>
    );
  }
  return (
    <Card title={words.findings}>
      <FindingList
        findings={findings}
        place={(it) =>
          0 < it.line && (
            <button type="button" className="build-link" onClick={() => onGo(it.locale, it.line)}>
              {words.line(format.count(it.line))}
            </button>
          )
        }
      />
    </Card>
  );
}
