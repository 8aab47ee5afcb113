/** How a measurement panel is written, where the programme has none. */
import { Link } from "react-router";
import type { Measuring } from "../../api/types";
import { APPLY, OUTCOMES_LINES, PANEL_LINE } from "../../lib/snippets";
import { useText } from "../../messages";
import { Card, Snippet } from "../../ui/parts";

export function FirstPanel({ measuring }: { measuring: Measuring }) {
  const { t } = useText();
  const { empty } = t.leverage;
  return (
    <Card title={empty.title} note={empty.intro} className="first-steps">
      <ol>
        {!measuring.panel && (
          <>
            <li>
              <h3>{empty.step1}</h3>
              <p>{empty.step1Text}</p>
              <Link className="button button-primary" to="/leverage/plan">
                {empty.step1Link}
              </Link>
            </li>
            <li>
              <h3>{empty.step2}</h3>
              <p>{empty.step2Text}</p>
              <Snippet text={PANEL_LINE} label={empty.step2} />
            </li>
          </>
        )}
        {measuring.outcomes.length === 0 && (
          <li>
            <h3>{empty.step3}</h3>
            <p>{empty.step3Text}</p>
            <Snippet text={OUTCOMES_LINES} label={empty.step3} />
          </li>
        )}
        <li>
          <h3>{empty.step4}</h3>
          <p>{t.app.applyHint}</p>
          <Snippet text={APPLY} label={empty.step4} />
        </li>
      </ol>
    </Card>
  );
}
