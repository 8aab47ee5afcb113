/** Where events come from, with counts; choosing one narrows the list. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { Source } from "../../api/types";
import { useText } from "../../messages";
import { Failed, Loading, useNow } from "../../ui/parts";

export function Sources({
  query,
  chosen,
  onChoose,
}: {
  query: UseQueryResult<{ sources: Source[] }>;
  chosen: string;
  onChoose: (source: string) => void;
}) {
  const { t } = useText();
  const sources = query.data?.sources ?? [];
  return (
    <section className="sources" aria-label={t.events.sources}>
      <h2>{t.events.sources}</h2>
      {query.isPending && <Loading />}
      {query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && sources.length === 0 && <p className="faint">{t.events.noSources}</p>}
      {0 < sources.length && (
        <ul>
          <li>
            <button
              type="button"
              className="source source-all"
              aria-pressed={chosen === ""}
              onClick={() => onChoose("")}
            >
              {t.events.allSources}
            </button>
          </li>
          {sources.map((it) => (
            <li key={it.id}>
              <SourceButton source={it} chosen={chosen === it.id} onChoose={onChoose} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function SourceButton({
  source,
  chosen,
  onChoose,
}: {
  source: Source;
  chosen: boolean;
  onChoose: (source: string) => void;
}) {
  const { t, format } = useText();
  const now = useNow(30_000);
  return (
    <button
      type="button"
      className="source"
      aria-pressed={chosen}
      onClick={() => onChoose(source.id)}
    >
      <span className="source-name">{source.name}</span>
      <small>
        {source.last_at ? t.events.last(format.ago(source.last_at, now)) : t.events.never}
      </small>
      <span className="source-counts">
        <span>
          <b>{format.count(source.accepted)}</b> {t.events.accepted}
        </span>
        <span className={0 < source.rejected ? "is-bad" : undefined}>
          <b>{format.count(source.rejected)}</b> {t.events.rejected}
        </span>
        <span>
          <b>{format.count(source.duplicates)}</b> {t.events.duplicates}
        </span>
      </span>
    </button>
  );
}
