/** How many messages of a campaign came how far. */
import type { CampaignFunnel } from "../../api/types";
import { percent } from "../../charts/marks";
import { type FunnelStage, stagesOf } from "../../lib/campaigns";
import { useText } from "../../messages";
import { Card, Text } from "../../ui/parts";

export function FunnelCard({ it }: { it: CampaignFunnel }) {
  const { t, format } = useText();
  const words = t.campaigns.funnel;
  const whole = Math.max(1, it.candidates);
  const help: Partial<Record<FunnelStage, string>> = {
    decided: words.decidedHelp,
    opened: words.openedHelp,
    ...(it.delivered === null && { delivered: words.deliveredUnknown }),
  };
  const back = (["replied", "bounced", "complained", "unsubscribed"] as const).filter(
    (each) => 0 < it[each],
  );
  return (
    <Card title={words.title} note={words.note}>
      <table className="list funnel">
        <thead>
          <tr>
            <th scope="col">{words.stage}</th>
            <th scope="col" className="wide-only">
              <span className="hidden">{words.share}</span>
            </th>
            <th scope="col" className="number">
              {words.count}
            </th>
            <th scope="col" className="number">
              {words.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {stagesOf(it).map(({ stage, count, of }) => (
            <tr key={stage}>
              <th scope="row">
                {words[stage]}
                {help[stage] && <small>{help[stage]}</small>}
              </th>
              <td className="wide-only funnel-bar">
                <svg className="chart" height={14} aria-hidden="true">
                  <rect
                    className={count === null ? "strip-open" : "state-sent"}
                    width={percent(((count ?? 0) / whole) * 100)}
                    height={14}
                    rx="2"
                  />
                </svg>
              </td>
              <td className="number">{count === null ? "–" : format.count(count)}</td>
              <td className="number">
                {count === null || of === null || of === 0 ? "–" : format.share(count, of)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="faint table-foot">
        {words.machines(format.count(it.opened_by_machine), format.count(it.clicked_by_machine))}
      </p>
      {it.goal && (
        <p className="table-foot">
          <strong>{words.goal}</strong>:{" "}
          <Text>
            {words.goalHelp(
              it.goal.event,
              format.count(it.goal.reached),
              format.count(it.goal.runs),
            )}
          </Text>
        </p>
      )}
      {0 < back.length && (
        <p className="table-foot">
          <strong>{words.after}</strong>:{" "}
          {back.map((each) => `${words[each]} ${format.count(it[each])}`).join(" · ")}
        </p>
      )}
    </Card>
  );
}
