/** What the channels achieve together: the number, the picture, every part of it, and whether to trust it. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useSearchParams } from "react-router";
import { leverageQuery, panelQuery } from "../../api/client";
import type { LeverageReport, Measuring } from "../../api/types";
import { checks, toLookAt } from "../../lib/checks";
import { useText } from "../../messages";
import { Failed, Loading, PageTitle } from "../../ui/parts";
import { InteractionsCard, ValuesCard } from "../today/forest";
import { LeverageCard } from "../today/leverage";
import { FirstPanel } from "./first-panel";
import { PictureCard } from "./picture";
import { CellsCard, CreditCard, InWords } from "./tables";
import { TrustCard } from "./trust";
import { Views } from "./views";

export default function Leverage() {
  const { t } = useText();
  const [params, setParams] = useSearchParams();
  const measuring = useQuery(panelQuery);
  const outcomes = measuring.data?.outcomes ?? [];
  const asked = params.get("outcome");
  const outcome = outcomes.find((it) => it.name === asked)?.name ?? outcomes[0]?.name;
  return (
    <>
      <PageTitle
        aside={
          outcome &&
          1 < outcomes.length && (
            <OutcomePicker
              outcomes={outcomes}
              value={outcome}
              onChange={(name) => setParams({ outcome: name }, { replace: true })}
            />
          )
        }
      >
        {t.app.leverage}
      </PageTitle>
      <Views outcome={outcome} />
      {measuring.isPending && <Loading />}
      {!measuring.data && measuring.isError && (
        <Failed error={measuring.error} retry={() => measuring.refetch()} />
      )}
      {measuring.data &&
        (measuring.data.panel && outcome ? (
          <OfOutcome measuring={measuring.data} outcome={outcome} />
        ) : (
          <FirstPanel measuring={measuring.data} />
        ))}
    </>
  );
}

function OutcomePicker({
  outcomes,
  value,
  onChange,
}: {
  outcomes: Measuring["outcomes"];
  value: string;
  onChange: (name: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="picker">
      <label htmlFor={id}>{t.leverage.outcome}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {outcomes.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  );
}

function OfOutcome({ measuring, outcome }: { measuring: Measuring; outcome: string }) {
  const leverage = useQuery(leverageQuery(outcome));
  if (leverage.isPending) return <Loading />;
  if (!leverage.data) {
    return leverage.isError && <Failed error={leverage.error} retry={() => leverage.refetch()} />;
  }
  return <Full measuring={measuring} report={leverage.data} />;
}

function Full({ measuring, report }: { measuring: Measuring; report: LeverageReport }) {
  const { panel, outcomes } = measuring;
  // The market was played for the first outcome.
  const truth = report.outcome.name === outcomes[0]?.name ? measuring.truth : null;
  return (
    <div className="measured">
      <LeverageCard
        report={report}
        truth={truth}
        aside={<ChecksLink report={report} panel={panel} />}
      />
      {0 < report.n && (
        <>
          <PictureCard report={report} />
          <div className="column">
            <ValuesCard report={report} why />
            <CellsCard report={report} />
          </div>
          <div className="column">
            {0 < report.interactions.length && (
              <InteractionsCard report={report} truth={truth} why>
                <InWords report={report} />
              </InteractionsCard>
            )}
            <CreditCard report={report} />
          </div>
        </>
      )}
      <TrustCard report={report} measuring={measuring} />
    </div>
  );
}

/** Beside the number, so that nobody takes it for better than it is. */
function ChecksLink({ report, panel }: { report: LeverageReport; panel: Measuring["panel"] }) {
  const { t } = useText();
  const all = checks(report, panel);
  const look = toLookAt(all);
  const open = all.some((it) => it.state === "open");
  const { verdict } = t.leverage;
  return (
    <a className={look ? "card-link is-look" : "card-link"} href="#trust">
      {look ? verdict.look(look) : open ? verdict.open : verdict.fine}
    </a>
  );
}
