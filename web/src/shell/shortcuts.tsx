/** The list of keys. */
import { useText } from "../messages";
import { Dialog } from "../ui/parts";

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const rows: [string[], string][] = [
    [["g", "t"], t.keys.today],
    [["g", "l"], t.keys.leverage],
    [["g", "p"], t.keys.people],
    [["g", "a"], t.keys.audiences],
    [["g", "j"], t.keys.journeys],
    [["g", "k"], t.keys.tasks],
    [["g", "b"], t.keys.broadcasts],
    [["g", "o"], t.keys.posts],
    [["g", "c"], t.keys.content],
    [["g", "m"], t.keys.calendar],
    [["g", "n"], t.keys.campaigns],
    [["g", "h"], t.keys.channels],
    [["g", "d"], t.keys.decisions],
    [["g", "e"], t.keys.events],
    [["g", "s"], t.keys.settings],
    [["/"], t.keys.search],
    [["↓", "↑"], t.keys.move],
    [["Enter"], t.keys.open],
    [["Space"], t.keys.pause],
    [["?"], t.keys.help],
  ];
  return (
    <Dialog title={t.app.shortcuts} onClose={onClose}>
      <dl className="keys">
        {rows.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
