/** How fast messages of a channel may leave, and what holds them now. */
import type { ChannelShown } from "../../api/types";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";

export function PaceLines({ it }: { it: ChannelShown["pace"] }) {
  const { t, format } = useText();
  const words = t.channelPage;
  const lines = [
    it.whole && words.whole(it.whole),
    it.per_domain && words.perDomain(it.per_domain),
    it.warm_up &&
      words.warmUp(
        format.count(it.warm_up.day),
        format.count(it.warm_up.allowance),
        format.count(it.warm_up.until),
      ),
    0 < it.waiting && words.waiting(it.waiting, format.count(it.waiting)),
  ].filter((line) => typeof line === "string");
  return (
    <>
      {lines.length === 0 && <p className="faint">{words.paceNone}</p>}
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {it.held_until && (
        <p className="note-warn">
          {words.held(format.dateTime(it.held_until))}: <Text>{it.why}</Text>
        </p>
      )}
    </>
  );
}
