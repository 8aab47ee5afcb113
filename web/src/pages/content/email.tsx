/** A content as an e-mail: as an inbox lists it, as a mail program shows it, and its text part. */
import { useEffect, useRef, useState } from "react";
import type { EmailPreview } from "../../api/types";
import { LOOK, putAside } from "../../lib/contents";
import { useText } from "../../messages";
import { Choice, Scrolls } from "../../ui/parts";

/** Beyond this Gmail cuts off a mail. */
const CUT_OFF_BYTES = 102_400;
/** How high a frame is before what is in it was measured, and at most. */
const FRAME_PX = 480;
const FRAME_MAX_PX = 1_400;

type Part = "html" | "text";
type Width = "wide" | "narrow";

export function Email({ it, sender }: { it: EmailPreview; sender: string }) {
  const { t, format } = useText();
  const words = t.content;
  const [part, setPart] = useState<Part>("html");
  const [width, setWidth] = useState<Width>("wide");
  return (
    <>
      <dl className="inbox" aria-label={words.inbox}>
        <div>
          <dt className="hidden">{words.inbox}</dt>
          <dd>
            <b>{sender}</b>
            <strong className={it.subject ? undefined : "faint"}>
              {it.subject || words.noSubject}
            </strong>
            <span className="faint">{it.preheader || words.noPreheader}</span>
          </dd>
        </div>
      </dl>
      <div className="content-tools">
        <Choice
          label={words.emailForms}
          value={part}
          onChange={setPart}
          options={[
            { value: "html", label: words.emailHtml },
            { value: "text", label: words.emailText },
          ]}
        />
        {part === "html" && (
          <Choice
            label={words.width}
            value={width}
            onChange={setWidth}
            options={[
              { value: "wide", label: words.wide },
              { value: "narrow", label: words.narrow },
            ]}
          />
        )}
      </div>
      {part === "html" ? (
        <EmailFrame html={it.html} title={words.frame(it.subject)} width={width} />
      ) : (
        <Scrolls label={words.emailText}>
          <pre className="content-plain">{it.text}</pre>
        </Scrolls>
      )}
      <p className="field-hint">
        {words.size(format.amount(it.bytes / 1024, 1))}.{" "}
        {part === "html" && /<img\b[^>]*\ssrc=["']https?:/i.test(it.html) && words.pictures}
      </p>
      {CUT_OFF_BYTES < it.bytes && <p className="field-error">{words.sizeTooBig}</p>}
    </>
  );
}

/**
 * The HTML in a frame in which nothing runs: no script, no form, no window, and no link leads anywhere. The policy of
 * the app refuses styles that stand in HTML, also in a frame's; so the frame gets them from here, through the same
 * doors that scripts of the app use. That is the one thing for which it shares the origin.
 */
function EmailFrame({ html, title, width }: { html: string; title: string; width: Width }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(FRAME_PX);
  const measure = () => {
    const it = frame.current?.contentDocument?.body;
    if (it) setHeight(Math.min(FRAME_MAX_PX, it.scrollHeight + 1));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width makes another height
  useEffect(measure, [width]);
  return (
    <div className="email-frame">
      <iframe
        ref={frame}
        sandbox="allow-same-origin"
        srcDoc={putAside(html)}
        title={title}
        className={width === "narrow" ? "is-narrow" : undefined}
        height={height}
        onLoad={() => {
          const it = frame.current?.contentDocument;
          if (it) dress(it);
          measure();
        }}
      />
    </div>
  );
}

/** Gives a document the styles that were put aside, and takes the ways out of it. */
function dress(it: Document) {
  const Sheet = it.defaultView?.CSSStyleSheet;
  for (const aside of it.querySelectorAll(`template[${LOOK}]`)) {
    if (!Sheet) break;
    const sheet = new Sheet();
    sheet.replaceSync(aside.innerHTML.replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
    it.adoptedStyleSheets = [...it.adoptedStyleSheets, sheet];
  }
  for (const element of it.querySelectorAll<HTMLElement>(`[${LOOK}]:not(template)`)) {
    element.style.cssText = element.getAttribute(LOOK) ?? "";
  }
  for (const link of it.querySelectorAll("a[href]")) {
    link.setAttribute("title", link.getAttribute("href") ?? "");
    link.removeAttribute("href");
  }
}
