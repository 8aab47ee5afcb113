/** All campaigns, the one that asked for something last first: what became of what each asked for. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { campaignsQuery } from "../../api/campaigns";
import type { Campaign } from "../../api/types";
import { LedgerBar, Swatch } from "../../charts/ledger";
import { campaignPath } from "../../lib/campaigns";
import { ledgerStates } from "../../lib/ledger";
import { useText } from "../../messages";
import { useLedgerWords } from "../../ui/ledger";
import { Card, Empty, Failed, Loading, PageTitle } from "../../ui/parts";
import { StateBadge } from "./parts";

export default function Campaigns() {
  const { t } = useText();
  const words = t.campaigns;
  const query = useQuery(campaignsQuery);
  const all = query.data?.campaigns;
  const most = Math.max(1, ...(all ?? []).map((it) => it.counts.candidates));
  const states = ledgerStates.filter((state) => all?.some((it) => 0 < it.counts[state]));
  return (
    <>
      <PageTitle>{t.app.campaigns}</PageTitle>
      <p className="lead">{words.lead}</p>
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && <Empty title={words.empty}>{words.emptyHint}</Empty>}
      {all && 0 < all.length && (
        <Card title={words.ledger}>
          <ul className="chart-key">
            {states.map((state) => (
              <li key={state}>
                <Swatch state={state} /> {t.ledgerStates[state]}
              </li>
            ))}
          </ul>
          <ul className="campaign-list">
            {all.map((it) => (
              <Row key={`${it.kind}/${it.name}`} it={it} of={most} />
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function Row({ it, of }: { it: Campaign; of: number }) {
  const { t, format } = useText();
  const words = t.campaigns;
  const said = useLedgerWords(it.counts);
  const { candidates } = it.counts;
  return (
    <li className="campaign-row">
      <div>
        <p className="broadcast-name">
          <Link className="row-link" to={campaignPath(it.kind, it.name)}>
            {it.name}
          </Link>
          <StateBadge state={it.state} />
        </p>
        <p className="faint">{[words.kinds[it.kind], it.owner].filter(Boolean).join(" · ")}</p>
      </div>
      <div>
        <p>
          {candidates === 0 ? (
            <span className="faint">{words.nothingAsked}</span>
          ) : (
            <b>{words.asked(candidates, format.count(candidates))}</b>
          )}{" "}
          {it.last_day && <span className="faint">{words.lastDay(format.day(it.last_day))}</span>}
        </p>
        {0 < candidates && <LedgerBar ledger={it.counts} of={of} height={14} label={said} />}
      </div>
    </li>
  );
}
