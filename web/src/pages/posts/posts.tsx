/** All posts: what goes out, what is to come, what is over, and the accounts they leave by. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { Link } from "react-router";
import { sessionQuery } from "../../api/client";
import { postsQuery } from "../../api/posts";
import type { Post } from "../../api/types";
import { inGroups, startsByItself } from "../../lib/broadcasts";
import { postApproving } from "../../lib/posts";
import { useText } from "../../messages";
import { Empty, Failed, Loading, PageTitle, useNow } from "../../ui/parts";
import { onListKey } from "../../ui/rows";
import { StageBadge } from "../broadcasts/parts";
import { AccountsStrip, networkName, pathOf, StandingBadge, whenOf } from "./parts";

export default function Posts() {
  const { t, format } = useText();
  const words = t.posts;
  const query = useQuery(postsQuery);
  const list = useRef<HTMLDivElement>(null);
  const all = query.data?.posts;
  const fresh = (
    <Link className="button button-primary" to="/new/post">
      {words.fresh}
    </Link>
  );
  return (
    <>
      <PageTitle
        aside={
          all &&
          0 < all.length && (
            <div className="posts-aside">
              <p className="faint">{words.count(all.length, format.count(all.length))}</p>
              {fresh}
            </div>
          )
        }
      >
        {t.app.posts}
      </PageTitle>
      {query.data && <AccountsStrip accounts={query.data.accounts} />}
      {query.isPending && <Loading />}
      {!all && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {all?.length === 0 && (
        <Empty title={words.empty} action={fresh}>
          {words.emptyHint}
        </Empty>
      )}
      {all && 0 < all.length && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the links inside
        <div ref={list} onKeyDown={(event) => onListKey(event, list.current)}>
          {inGroups(all).map(({ group, items }) => (
            <section key={group} className="broadcast-group">
              <h2>{words.groups[group]}</h2>
              <ul className="panel broadcast-list">
                {items.map((it) => (
                  <Row key={it.name} it={it} />
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </>
  );
}

function Row({ it }: { it: Post }) {
  const { t } = useText();
  const begun = it.state !== "draft" && it.state !== "planned";
  return (
    <li className="broadcast-row">
      <div className="broadcast-what">
        <p className="broadcast-name">
          <Link className="row-link" to={pathOf(it.name)}>
            {it.name}
          </Link>
          <StageBadge stage={it.state} />
          {it.needs_person && <span className="badge">{t.posts.needsPerson}</span>}
        </p>
        <p className="broadcast-how">
          {it.content}
          {it.owner && <span className="faint">{it.owner}</span>}
        </p>
      </div>
      <When it={it} />
      <ul className="post-standings">
        {it.networks.map((place) => (
          <li key={place.network}>
            {networkName(t, place.network)} {begun && <StandingBadge standing={place.standing} />}
            {!begun && place.problem !== undefined && (
              <span className="is-warn">{t.posts.cannot}</span>
            )}
          </li>
        ))}
      </ul>
    </li>
  );
}

function When({ it }: { it: Post }) {
  const spoken = useText();
  const { t } = spoken;
  const { data: session } = useQuery(sessionQuery);
  const now = useNow(30_000);
  const when = whenOf(it, spoken);
  const approving = postApproving(it, session?.who);
  const coming = it.state === "draft" || it.state === "planned";
  const byItself = startsByItself(it, now) || it.written_at === "queue";
  const past = coming && when !== null && !byItself;
  const lacks = it.state === "planned" && it.approval.lacks !== undefined;
  const anew = approving === "anew" || approving === "changed";
  const notes = [
    lacks && (anew ? t.posts.planAnew : t.posts.waitsForApproval),
    it.state === "planned" && byItself && !lacks && t.posts.selfStart,
    it.state === "draft" && byItself && t.posts.oncePlanned,
    past && t.posts.timePassed,
  ].filter((note) => note !== false);
  return (
    <p className={when === null ? "broadcast-when faint" : "broadcast-when"}>
      {when ?? t.posts.byHand}
      {0 < notes.length && (
        <small className={past || lacks ? "is-warn" : undefined}>{notes.join(" · ")}</small>
      )}
    </p>
  );
}
