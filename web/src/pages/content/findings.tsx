/** What to look at before a content goes out: problems first, each with its line. */
import { Check } from "lucide-react";
import type { ContentFinding } from "../../api/types";
import { inOrder } from "../../lib/contents";
import { channelName, useText } from "../../messages";
import { Card, Text } from "../../ui/parts";

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
  const formName = (form: string) => words.networks[form] ?? channelName(t, form);
  return (
    <Card title={words.findings}>
      <ul className="problems content-findings">
        {inOrder(findings).map((it) => (
          <li key={`${it.severity}:${it.locale}:${it.form}:${it.line}:${it.message}`}>
            <p>
              <strong className={it.severity === "problem" ? "field-error" : "faint"}>
                {words.severities[it.severity] ?? it.severity}
              </strong>{" "}
              <span className="faint">
                {[it.form && formName(it.form), it.locale].filter(Boolean).join(" · ")}
              </span>{" "}
              {0 < it.line && (
                <button
                  type="button"
                  className="build-link"
                  onClick={() => onGo(it.locale, it.line)}
                >
                  {words.line(format.count(it.line))}
                </button>
              )}
            </p>
            <p>
              <Text>{it.message}</Text>
            </p>
            {it.hint && (
              <p className="faint">
                <Text>{it.hint}</Text>
              </p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
