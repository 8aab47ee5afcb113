/** Messages of a campaign that failed or are in doubt, each with its person. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { campaignFaultsQuery } from "../../api/campaigns";
import type { Campaign } from "../../api/types";
import { Swatch } from "../../charts/ledger";
import type { LedgerState } from "../../lib/ledger";
import { channelName, reasonText, useText } from "../../messages";
import { Button, Card, Scrolls, Text } from "../../ui/parts";

export function FaultsCard({ it }: { it: Campaign }) {
  const { t, format } = useText();
  const words = t.campaigns.faults;
  const query = useInfiniteQuery(campaignFaultsQuery(it.kind, it.name));
  const faults = query.data?.pages.flatMap((page) => page.faults) ?? [];
  if (query.data && faults.length === 0) {
    return (
      <Card title={words.title}>
        <p className="faint">{words.none}</p>
      </Card>
    );
  }
  return (
    <Card title={words.title} note={words.note}>
      <Scrolls label={words.note}>
        <table className="list">
          <thead>
            <tr>
              <th scope="col">{words.person}</th>
              <th scope="col">{words.why}</th>
              <th scope="col">{words.when}</th>
            </tr>
          </thead>
          <tbody>
            {faults.map((each) => (
              <tr key={each.message}>
                <th scope="row">
                  {each.name ? (
                    <Link to={`/people/${each.person}`}>{each.name}</Link>
                  ) : (
                    <span className="faint">{words.erased}</span>
                  )}
                  <small>
                    {[each.content, each.channel && channelName(t, each.channel)]
                      .filter(Boolean)
                      .join(" · ")}
                  </small>
                </th>
                <td>
                  <Swatch state={each.state as LedgerState} />{" "}
                  {t.ledgerStates[each.state as LedgerState]}: {reasonText(t, each.reason)}
                  {each.detail && (
                    <small>
                      <Text>{each.detail}</Text>
                    </small>
                  )}
                </td>
                <td>{format.dateTime(each.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      {query.hasNextPage && (
        <Button disabled={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t.app.more}
        </Button>
      )}
    </Card>
  );
}
