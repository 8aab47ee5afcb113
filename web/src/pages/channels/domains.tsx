/** Receiving domains: how many of their messages came back or were reported, and when the next may go. */
import type { BrakeLimits, DomainShown, RateShown } from "../../api/types";
import { useText } from "../../messages";
import { Scrolls } from "../../ui/parts";

export function DomainsCard({
  domains,
  brake,
}: {
  domains: readonly DomainShown[];
  brake: BrakeLimits;
}) {
  const { t, format } = useText();
  const words = t.channelPage;
  return (
    <section className="channel-domains">
      <h3>{words.domains}</h3>
      <p className="faint">
        {words.domainsNote(format.share(brake.bounces, 1), format.share(brake.complaints, 1))}
      </p>
      <Scrolls label={words.domains}>
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{words.domain}</th>
              <th scope="col" className="number">
                {words.taken}
              </th>
              <th scope="col">{words.bounces}</th>
              <th scope="col">{words.complaints}</th>
              <th scope="col">{words.state}</th>
            </tr>
          </thead>
          <tbody>
            {domains.map((it) => (
              <tr key={it.domain}>
                <th scope="row">
                  {it.domain === "*" ? words.others : it.domain}
                  {it.rate && <small>{it.rate}</small>}
                </th>
                <td className="number">{format.count(it.counts.accepted)}</td>
                <td>
                  <Rate it={it.bounces} of={it.counts.accepted + it.counts.dead} />
                </td>
                <td>
                  <Rate it={it.complaints} of={it.counts.accepted + it.counts.dead} />
                </td>
                <td>
                  {it.held_until
                    ? (it.stands ? words.stands : words.waits)(format.dateTime(it.held_until))
                    : words.free}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </section>
  );
}

function Rate({ it, of }: { it: RateShown; of: number }) {
  const { t, format } = useText();
  const words = t.channelPage;
  if (of === 0) return <>–</>;
  const share = (part: number) => format.share(part, 1);
  return (
    <>
      {words.interval(share(it.share), share(it.low), share(it.high))}
      {it.above && <strong className="field-error"> {words.above}</strong>}
    </>
  );
}
