/** What to do in an installation that has not seen anything yet. */
import { Link } from "react-router";
import { curlSnippet } from "../../lib/snippets";
import { useText } from "../../messages";
import { Card, Snippet } from "../../ui/parts";

export function FirstSteps() {
  const { t } = useText();
  const first = t.today.first;
  return (
    <Card title={first.title} note={first.intro} className="first-steps">
      <ol>
        <li>
          <h3>{first.step1}</h3>
          <p>{first.step1Text}</p>
          <Link className="button button-primary" to="/events" state={{ newSource: true }}>
            {first.step1Link}
          </Link>
        </li>
        <li>
          <h3>{first.step2}</h3>
          <p>{first.step2Text}</p>
          <Snippet text={curlSnippet(window.location.origin, "WRITE_KEY")} label={first.step2} />
        </li>
        <li>
          <h3>{first.step3}</h3>
          <p>{first.step3Text}</p>
          <Link className="button button-plain" to="/events">
            {first.step3Link}
          </Link>
        </li>
      </ol>
    </Card>
  );
}
