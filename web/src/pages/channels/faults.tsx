/** What becomes of a message when something goes wrong, and where it is seen. */
import { useText } from "../../messages";
import { Card, Scrolls } from "../../ui/parts";

export function FaultsCard() {
  const { t } = useText();
  const words = t.channelPage.faults;
  return (
    <Card title={words.title} note={words.note}>
      <Scrolls label={words.note}>
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{words.fault}</th>
              <th scope="col">{words.becomes}</th>
              <th scope="col">{words.seen}</th>
            </tr>
          </thead>
          <tbody>
            {words.rows.map((it) => (
              <tr key={it.fault}>
                <th scope="row">{it.fault}</th>
                <td>{it.becomes}</td>
                <td>{it.seen}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </Card>
  );
}
