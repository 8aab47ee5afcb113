/** A content as the page that everybody reads, with its address. */
import type { PagePreview } from "../../api/types";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";

export function Page({ it }: { it: PagePreview }) {
  const { t, format } = useText();
  const words = t.content;
  return (
    <>
      <p>
        <strong>
          <Text>{it.title}</Text>
        </strong>
      </p>
      {it.description !== "" && (
        <p className="faint">
          <Text>{it.description}</Text>
        </p>
      )}
      <dl className="content-page">
        <dt>{words.pageAddress}</dt>
        <dd>
          {it.is_out ? (
            <a href={it.address} target="_blank" rel="noreferrer">
              {it.address}
            </a>
          ) : (
            <code>{it.address}</code>
          )}
        </dd>
        <dt>{words.pageKind}</dt>
        <dd>
          {words.pageKinds[it.kind] ?? it.kind}
          {it.published !== null &&
            ` · ${it.is_out ? words.pageOut : words.pageWaits} ${format.dateTime(it.published)}`}
        </dd>
        {0 < it.tags.length && (
          <>
            <dt>{words.pageTags}</dt>
            <dd>{it.tags.join(", ")}</dd>
          </>
        )}
        {it.form !== "" && (
          <>
            <dt>{words.pageForm}</dt>
            <dd>
              <code>{it.form}</code>
              {it.download !== "" && ` → ${it.download}`}
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
