/** Small parts that all pages use. */
import { Check, Copy, X } from "lucide-react";
import {
  type ButtonHTMLAttributes,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { pieces } from "../lib/ticks";
import { useText } from "../messages";

export function Button({
  kind = "plain",
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: "plain" | "primary" | "danger" }) {
  return <button type="button" {...rest} className={`button button-${kind}`} />;
}

/** A text of the server: moments as a reader writes them, what stands between backticks as code. */
export function Text({ children }: { children: string }) {
  const { format } = useText();
  return pieces(format.withTimes(children)).map((it, n) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never change places
    it.code ? <code key={n}>{it.text}</code> : it.text,
  );
}

/** A titled part of a page. */
export function Card({
  title,
  note,
  aside,
  children,
  className = "",
}: {
  title: string;
  note?: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {note && <p className="card-note">{note}</p>}
      {children}
    </section>
  );
}

export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** A box that scrolls sideways, and can be reached by keyboard so that keys can scroll it too. */
export function Scrolls({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll-x" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

/** Code to take along. */
export function Snippet({ text, label }: { text: string; label?: string }) {
  return (
    <div className="snippet">
      <Scrolls label={label ?? text.slice(0, 40)}>
        <pre>
          <code>{text}</code>
        </pre>
      </Scrolls>
      <CopyButton text={text} />
    </div>
  );
}

export function CopyButton({ text }: { text: string }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <button type="button" className="copy" onClick={copy}>
      {copied ? (
        <Check size={14} strokeWidth={2} aria-hidden="true" />
      ) : (
        <Copy size={14} strokeWidth={1.75} aria-hidden="true" />
      )}
      <span aria-live="polite">{copied ? t.app.copied : t.app.copy}</span>
    </button>
  );
}

/** A modal window; the browser keeps the focus inside and gives it back. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useText();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const closedByUs = useRef(false);
  // A layout effect: the focus can only be given back while the window is still in the page.
  useLayoutEffect(() => {
    const it = dialog.current;
    if (it && !it.open) it.showModal();
    return () => {
      closedByUs.current = true;
      it?.close();
    };
  }, []);
  const onClosed = () => {
    if (!closedByUs.current) onClose();
    closedByUs.current = false;
  };
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClosed}>
      <header className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button
          type="button"
          className="icon-button"
          aria-label={t.app.close}
          onClick={() => dialog.current?.close()}
        >
          <X size={18} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** One of a few; a group of radio buttons that looks like one control. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend className="hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="choice-option">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.icon}
            {option.label}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export function Loading() {
  const { t } = useText();
  return (
    <p className="loading" role="status">
      {t.app.loading}…
    </p>
  );
}

export function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const { t } = useText();
  return (
    <div role="alert">
      <Empty title={t.app.failed} action={<Button onClick={retry}>{t.app.retry}</Button>}>
        {t.app.failedHint} <span className="faint">{error.message}</span>
      </Empty>
    </div>
  );
}

/** The page's heading, which is also the title of the window. */
export function PageTitle({ children, aside }: { children: string; aside?: ReactNode }) {
  const { t } = useText();
  useEffect(() => {
    document.title = `${children} · ${t.app.name}`;
  }, [children, t]);
  return (
    <header className="page-head">
      <h1>{children}</h1>
      {aside}
    </header>
  );
}

/** The time now, again every `everyMs`, for texts such as "3 minutes ago". */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** What a labelled control needs to be told. */
interface Control {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
}

/** A control with its label, and what is wrong with it in place of its hint. */
export function Field({
  label,
  hint = "",
  error,
  children,
}: {
  label: string;
  hint?: string;
  error?: string;
  children: (props: Control) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": error !== undefined, "aria-describedby": `${id}-note` })}
      <p id={`${id}-note`} className={error ? "field-error" : "field-hint"} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}
