/** People in older versions: who could go on in the latest one, looked at before anybody is moved. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type JourneyDetail, movePlanQuery, moveRuns } from "../../api/journeys";
import { useText } from "../../messages";
import { Button, Card, Dialog, Text } from "../../ui/parts";

export function VersionsCard({ it }: { it: JourneyDetail }) {
  const { t, format } = useText();
  const words = t.journeys.moving;
  const [from, setFrom] = useState<number | null>(null);
  const { name, version: latest } = it.summary;
  const older = it.versions.filter((each) => each.version !== latest && 0 < each.running);
  const { moved } = it;
  if (older.length === 0 && !moved) return null;
  return (
    <Card title={words.title} note={words.help} className="flow-problems">
      <ul className="move-versions">
        {older
          .sort((a, b) => b.version - a.version)
          .map((each) => (
            <li key={each.version}>
              <span>
                {t.journeys.version} {format.count(each.version)}:{" "}
                <strong>
                  {t.journeys.versions.people(each.running, format.count(each.running))}
                </strong>
              </span>
              <Button onClick={() => setFrom(each.version)}>{words.look}</Button>
            </li>
          ))}
      </ul>
      {moved && (
        <div className="table-foot" role="status">
          <p className="faint">
            {(moved.done ? t.journeys.moved : t.journeys.movedNow)(
              format.count(moved.moved),
              format.count(moved.from),
              format.count(moved.to),
            )}
          </p>
          {moved.stay.map((each) => (
            <p key={each.code} className="faint">
              {words.stayed(
                format.count(each.count),
                words.reasons[each.code] ?? each.code.replaceAll("_", " "),
              )}
            </p>
          ))}
        </div>
      )}
      {from !== null && <MoveDialog name={name} from={from} onClose={() => setFrom(null)} />}
    </Card>
  );
}

function MoveDialog({ name, from, onClose }: { name: string; from: number; onClose: () => void }) {
  const { t, format } = useText();
  const words = t.journeys.moving;
  const client = useQueryClient();
  const plan = useQuery(movePlanQuery(name, from));
  const moving = useMutation({
    mutationFn: () => moveRuns(name, from),
    onSuccess: () => {
      for (const key of ["journey", "journeys"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      onClose();
    },
  });
  const it = plan.data;
  const error = moving.error ?? plan.error;
  return (
    <Dialog title={words.dialog(format.count(from))} onClose={onClose}>
      {plan.isPending && <p role="status">{words.looking}</p>}
      {it && (
        <>
          <p>
            {words.sum(
              format.count(it.moving),
              format.count(it.to),
              format.count(it.staying),
              format.count(it.from),
            )}
          </p>
          <table className="list">
            <caption className="hidden">{words.steps}</caption>
            <thead>
              <tr>
                <th scope="col">{words.step}</th>
                <th scope="col" className="number">
                  {words.people}
                </th>
                <th scope="col">{words.becomes}</th>
              </tr>
            </thead>
            <tbody>
              {it.steps.map((each) => (
                <tr key={`${each.step}/${each.code}`}>
                  <th scope="row">
                    <code>{each.step}</code>
                  </th>
                  <td className="number">{format.count(each.runs)}</td>
                  <td className={each.moves ? undefined : "faint"}>
                    {words.reasons[each.code] ?? each.text}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {it.moving === 0 && <p className="field-hint">{words.nobody}</p>}
        </>
      )}
      {error && (
        <p className="field-error" role="alert">
          <Text>{error.message}</Text>
        </p>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        {it && 0 < it.moving && (
          <Button kind="primary" disabled={moving.isPending} onClick={() => moving.mutate()}>
            {words.yes(it.moving, format.count(it.moving), format.count(it.to))}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
