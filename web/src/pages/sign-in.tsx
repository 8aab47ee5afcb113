/** Signing in, and the first start's choice of a password. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useId, useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { ApiError, answer, api } from "../api/client";
import type { Session } from "../api/types";
import { useText } from "../messages";
import { DisplayChoices } from "../shell/display";
import { Mark } from "../shell/mark";
import { Button } from "../ui/parts";

/** The server asks for the same; said here so that the form can tell before it is sent. */
const PASSWORD_MIN = 10;

export function SignIn({ session }: { session: Session }) {
  const { t } = useText();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const address = email.trim();
  const signIn = useMutation({
    mutationFn: () =>
      answer(
        api.POST("/api/v1/session", { body: { password, ...(address && { email: address }) } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["session"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  const wrong = signIn.error instanceof ApiError && signIn.error.status === 401;
  const wrongText = address ? t.signIn.wrongEither : t.signIn.wrong;
  return (
    <Alone session={session} title={t.signIn.title}>
      {session.needs_setup ? (
        <p>{t.signIn.needsSetup}</p>
      ) : (
        <form onSubmit={submit}>
          <Address value={email} onChange={setEmail} />
          <Password
            label={t.signIn.password}
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
            error={signIn.isError ? (wrong ? wrongText : t.signIn.failed) : undefined}
            focus
          />
          <Button type="submit" kind="primary" disabled={signIn.isPending}>
            {signIn.isPending ? t.signIn.busy : t.signIn.submit}
          </Button>
          <p className="faint">
            {t.signIn.forgot} <code>fulcrum password</code>. {t.signIn.forgotMember}
          </p>
        </form>
      )}
    </Alone>
  );
}

export function SetUp({ session }: { session: Session }) {
  const { t } = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const token = params.get("token") ?? "";
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const setUp = useMutation({
    // Whoever set it is signed in by that.
    mutationFn: () => answer(api.POST("/api/v1/setup", { body: { token, password } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      navigate("/", { replace: true });
    },
  });
  // With a password set already, the link is an invitation to the team.
  const invited = !session.needs_setup;
  if (invited && token === "" && !setUp.isPending) return <Navigate to="/" replace />;
  const short = password.length < PASSWORD_MIN;
  const different = password !== again;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!short && !different) setUp.mutate();
  };
  return (
    <Alone session={session} title={invited ? t.setup.invitedTitle : t.setup.title}>
      {token === "" ? (
        <p>{t.setup.noToken}</p>
      ) : (
        <form onSubmit={submit} noValidate>
          <p>{invited ? t.setup.invitedIntro : t.setup.intro}</p>
          <Password
            label={t.setup.password}
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            hint={t.setup.hint(PASSWORD_MIN)}
            error={tried && short ? t.setup.tooShort(PASSWORD_MIN) : undefined}
            focus
          />
          <Password
            label={t.setup.again}
            value={again}
            onChange={setAgain}
            autoComplete="new-password"
            error={tried && !short && different ? t.setup.different : undefined}
          />
          {setUp.isError && (
            <p className="field-error" role="alert">
              {t.setup.failed} {setUp.error.message}
            </p>
          )}
          <Button type="submit" kind="primary" disabled={setUp.isPending}>
            {setUp.isPending ? t.setup.busy : t.setup.submit}
          </Button>
        </form>
      )}
    </Alone>
  );
}

function Alone({
  session,
  title,
  children,
}: {
  session: Session;
  title: string;
  children: ReactNode;
}) {
  const { t } = useText();
  useEffect(() => {
    document.title = `${title} · ${t.app.name}`;
  }, [title, t]);
  return (
    <div className="alone">
      <main className="alone-card">
        <p className="alone-brand">
          <Mark /> {session.installation.name}
        </p>
        {session.installation.simulated && (
          <p className="badge badge-simulated">{t.app.simulated}</p>
        )}
        <h1>{title}</h1>
        {children}
      </main>
      <footer>
        <DisplayChoices />
      </footer>
    </div>
  );
}

function Address({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t.signIn.email}</label>
      <input
        id={id}
        type="email"
        value={value}
        autoComplete="username"
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className="field-hint">
        {t.signIn.emailHint}
      </p>
    </div>
  );
}

function Password({
  label,
  value,
  onChange,
  autoComplete,
  hint,
  error,
  focus = false,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoComplete: string;
  hint?: string;
  error?: string;
  focus?: boolean;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="password"
        required
        value={value}
        autoComplete={autoComplete}
        // biome-ignore lint/a11y/noAutofocus: the field is all that these pages are for
        autoFocus={focus}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-note`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-note`} className={error ? "field-error" : "field-hint"} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}
