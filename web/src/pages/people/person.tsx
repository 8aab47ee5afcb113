/** One person: everything in all channels, and what is known. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { Link, useParams } from "react-router";
import { ApiError, personQuery } from "../../api/client";
import { useText } from "../../messages";
import { Empty, Failed, Loading, PageTitle } from "../../ui/parts";
import { Profile } from "./profile";
import { Timeline } from "./timeline";

export default function PersonPage() {
  const { id = "" } = useParams();
  return <PersonById key={id} id={id} />;
}

function PersonById({ id }: { id: string }) {
  const { t, format } = useText();
  const person = useQuery(personQuery(id));
  const missing = person.error instanceof ApiError && person.error.status === 404;
  const { data } = person;
  return (
    <>
      <Link className="back" to="/people">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.person.back}
      </Link>
      {person.isPending && <Loading />}
      {missing && (
        <>
          <PageTitle>{t.person.notFound}</PageTitle>
          <Empty title={t.person.notFoundHint} />
        </>
      )}
      {person.isError && !missing && <Failed error={person.error} retry={() => person.refetch()} />}
      {data && (
        <>
          <PageTitle>{data.name || t.people.unnamed}</PageTitle>
          <p className="person-sub">
            <span className="mono">{data.id}</span> · {t.person.since(format.date(data.created))}
          </p>
          <div className="person">
            <Profile person={data} />
            <Timeline id={id} />
          </div>
        </>
      )}
    </>
  );
}
