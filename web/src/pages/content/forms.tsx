/** The short forms of a content: text message, notification, on-site, and the posts of each network. */
import type { PostShown, ShortPreview, SmsPreview } from "../../api/types";
import { costsOf } from "../../lib/contents";
import { useText } from "../../messages";
import { Text } from "../../ui/parts";

/** Room for characters: in a text message that is alone, and in each of several, which tell their place too. */
const ROOM = { gsm: { alone: 160, each: 153 }, other: { alone: 70, each: 67 } };

function roomOf({ gsm, segments }: SmsPreview): number {
  const room = gsm ? ROOM.gsm : ROOM.other;
  return 1 < segments ? segments * room.each : room.alone;
}

/** Why a form cannot be written. */
export function Cannot({ why }: { why: string }) {
  const { t } = useText();
  return (
    <div className="content-cannot">
      <p className="note-title">{t.content.cannot}</p>
      <p>
        <Text>{why}</Text>
      </p>
    </div>
  );
}

export function Sms({ it }: { it: SmsPreview }) {
  const { t, format } = useText();
  const words = t.content;
  const foreign = [...it.foreign];
  return (
    <>
      <p className="content-bubble">
        {costsOf(it.text, it.foreign).map((piece, n) =>
          piece.costs ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never change places
            <mark key={n} title={words.costs}>
              {piece.text}
            </mark>
          ) : (
            piece.text
          ),
        )}
      </p>
      <p>
        <strong>{words.segments(it.segments, format.count(it.segments))}</strong>{" "}
        <span className="faint">
          {words.units(format.count(it.units), format.count(roomOf(it)))}
        </span>
      </p>
      {0 < foreign.length && (
        <p className="content-dear">
          {words.foreign}{" "}
          {foreign.map((each) => (
            <mark key={each}>{each}</mark>
          ))}{" "}
          {it.segments_without < it.segments
            ? words.without(it.segments_without, format.count(it.segments_without))
            : words.withoutSame}
        </p>
      )}
    </>
  );
}

export function Short({ it }: { it: ShortPreview }) {
  const { t } = useText();
  const words = t.content;
  return (
    <>
      <div className="content-notice">
        <p>
          <strong>{it.title}</strong>
        </p>
        <p>{it.body}</p>
      </div>
      <p className="field-hint">
        {it.url === null ? words.opensNothing : `${words.opens} `}
        {it.url !== null && <code>{it.url}</code>}
      </p>
    </>
  );
}

export function Posts({ posts }: { posts: Record<string, PostShown> }) {
  const { t } = useText();
  const words = t.content;
  return (
    <ul className="content-posts">
      {Object.entries(posts).map(([network, it]) => (
        <li key={network}>
          <h3>{words.networks[network] ?? network}</h3>
          {it.problem !== null && <Cannot why={it.problem} />}
          <Thread it={it} />
        </li>
      ))}
    </ul>
  );
}

function Thread({ it }: { it: PostShown }) {
  const { t, format } = useText();
  const words = t.content;
  const many = 1 < it.parts.length;
  return (
    <ol>
      {it.parts.map((part, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a thread stand in their order
        <li key={n} className="content-post">
          {many && (
            <p className="faint content-place">
              {words.part(format.count(n + 1), format.count(it.parts.length))}
            </p>
          )}
          <p className="content-said">{part.text}</p>
          {part.images.map((image) => (
            <dl key={image.url} className="content-image">
              <dt>{words.alt}</dt>
              <dd className={image.alt ? undefined : "field-error"}>{image.alt || words.noAlt}</dd>
              <dd>
                <code className="break">{image.url}</code>
              </dd>
            </dl>
          ))}
          {part.card && (
            <div className="content-card">
              <p className="hidden">{words.card}</p>
              <p>
                <strong>{part.card.title || part.card.url}</strong>
              </p>
              {part.card.description && <p>{part.card.description}</p>}
              <p className="faint">{part.card.url}</p>
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
