/** The first page: what the channels achieve together, what became of every message, what needs a person. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { todayQuery } from "../../api/client";
import type { Today as TodayData } from "../../api/types";
import { useText } from "../../messages";
import { Failed, Loading, PageTitle } from "../../ui/parts";
import { Attention } from "./attention";
import { FirstSteps } from "./first-steps";
import { InteractionsCard, ValuesCard } from "./forest";
import { DaysCard, LedgerCard } from "./ledger";
import { LeverageCard } from "./leverage";
import { AudiencesCard, JourneysCard } from "./lists";
import { TasksCard } from "./tasks";

export function Today() {
  const { t } = useText();
  const today = useQuery(todayQuery);
  const { data } = today;
  return (
    <>
      <PageTitle aside={data && <EngineLine data={data} />}>{t.app.today}</PageTitle>
      {today.isPending && <Loading />}
      {!data && today.isError && <Failed error={today.error} retry={() => today.refetch()} />}
      {data && (data.engine.events === 0 ? <FirstSteps /> : <Full data={data} />)}
    </>
  );
}

function Full({ data }: { data: TodayData }) {
  const { t } = useText();
  const { leverage, truth } = data;
  const measured = leverage.insufficient === undefined;
  return (
    <div className="today">
      <Attention items={data.attention} hold={data.engine.hold} />
      <LeverageCard
        report={leverage}
        truth={truth}
        aside={
          <Link className="card-link" to="/leverage">
            {t.leverage.more}
          </Link>
        }
      />
      <div className="column">
        {measured && <ValuesCard report={leverage} />}
        <LedgerCard ledger={data.ledger} />
      </div>
      <div className="column">
        {measured && <InteractionsCard report={leverage} truth={truth} />}
        <DaysCard days={data.days} />
        <TasksCard />
        <JourneysCard journeys={data.journeys} />
        <AudiencesCard audiences={data.audiences} />
      </div>
    </div>
  );
}

function EngineLine({ data }: { data: TodayData }) {
  const { t, format } = useText();
  const { engine } = data;
  return (
    <dl className="engine">
      <div className={engine.hold ? "engine-state is-held" : "engine-state"}>
        <dt className="hidden">{t.today.engine.state}</dt>
        <dd>{engine.hold ? t.today.engine.held : t.today.engine.running}</dd>
      </div>
      <div>
        <dt>{t.today.engine.people}</dt>
        <dd>{format.count(engine.people)}</dd>
      </div>
      <div>
        <dt>{t.today.engine.events}</dt>
        <dd>{format.count(engine.events)}</dd>
      </div>
      <div>
        <dt>{t.today.engine.lag}</dt>
        <dd>{format.duration(engine.lag_ms)}</dd>
      </div>
      <div className="engine-time">
        <dt className="hidden">{t.events.time}</dt>
        <dd>{t.today.asOf(format.dateTime(data.now))}</dd>
      </div>
    </dl>
  );
}
