/** A post being made: what it says, where, when, and who must agree. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { type FormEvent, useId, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { calendarQuery } from "../../api/calendar";
import { ApiError, sessionQuery } from "../../api/client";
import { contentsQuery } from "../../api/contents";
import { addFile, postsQuery } from "../../api/posts";
import { pathsTaken } from "../../api/programme";
import type { Posts, SocialAccount } from "../../api/types";
import { daysShown, stretchOf } from "../../lib/calendar";
import type { ContentFile } from "../../lib/contents";
import { formOf, freePostPath, type NewPost } from "../../lib/posts";
import { isZone, momentOf } from "../../lib/zones";
import { useText } from "../../messages";
import { ADMIN } from "../../shell/who";
import {
  Button,
  Choice,
  Empty,
  Failed,
  Field,
  Loading,
  PageTitle,
  Snippet,
  Text,
} from "../../ui/parts";
import { ProblemList } from "../../ui/save";
import { Unsaved } from "../../ui/unsaved";
import { pathOf as contentPath } from "../content/path";
import { AccountsStrip, networkName, pathOf } from "./parts";

const FIRST_ACCOUNT = `[social.mastodon]
server = "https://mastodon.example"
token = "env:MASTODON_TOKEN"
`;

const whens = ["at", "queue", "hand"] as const;

export default function NewPostPage() {
  const { t } = useText();
  const words = t.posts.create;
  const posts = useQuery(postsQuery);
  const contents = useQuery(contentsQuery);
  const today = new Date().toISOString().slice(0, 10);
  const stretch = useMemo(() => stretchOf(daysShown("week", today)), [today]);
  const calendar = useQuery(calendarQuery(stretch.from, stretch.to));
  const failed = [posts, contents, calendar].find((it) => it.isError && !it.data);
  const ready = posts.data && contents.data && calendar.data;
  return (
    <>
      <Link className="back" to="/posts">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {words.back}
      </Link>
      <PageTitle>{words.title}</PageTitle>
      {failed?.error && <Failed error={failed.error} retry={() => failed.refetch()} />}
      {!ready && !failed && <Loading />}
      {ready && posts.data.accounts.length === 0 && (
        <Empty
          title={words.noAccounts}
          action={<Snippet text={FIRST_ACCOUNT} label={words.noAccountsFile} />}
        >
          {words.noAccountsHint}
        </Empty>
      )}
      {ready && 0 < posts.data.accounts.length && (
        <NewPostForm
          known={posts.data}
          contents={contents.data.contents}
          zone={calendar.data.zone}
        />
      )}
    </>
  );
}

function NewPostForm({
  known,
  contents,
  zone,
}: {
  known: Posts;
  contents: readonly ContentFile[];
  zone: string;
}) {
  const { t } = useText();
  const words = t.posts.create;
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const [it, setIt] = useState<NewPost>({
    name: "",
    owner: session?.who?.includes("@") && session.who !== ADMIN ? session.who : "",
    content: "",
    networks: known.accounts.filter((each) => !each.sign_in).map(({ network }) => network),
    when: "at",
    at: "",
    approval: false,
    locale: "",
  });
  const [tried, setTried] = useState(false);
  const set = (change: Partial<NewPost>) => setIt({ ...it, ...change });
  const wrong = wrongIn(it, known, zone, words);
  const shown = tried ? wrong : {};
  const making = useMutation({
    mutationFn: async () => addFile(freePostPath(it.name, await pathsTaken()), formOf(it)),
    onSuccess: async () => {
      for (const key of ["posts", "calendar", "definition"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      const name = it.name.trim();
      navigate(pathOf(name), { state: { said: words.done(name) } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) making.mutate();
  };
  const content = contents.find(({ name }) => name === it.content);
  return (
    <form className="card post-form" onSubmit={submit} noValidate>
      <Unsaved dirty={(it.name !== "" || it.content !== "") && (making.isIdle || making.isError)} />
      <AccountsStrip accounts={known.accounts} />
      <Field label={words.name} hint={words.nameHint} error={shown.name}>
        {(props) => (
          <input
            {...props}
            value={it.name}
            maxLength={100}
            autoComplete="off"
            onChange={({ target }) => set({ name: target.value })}
          />
        )}
      </Field>
      <Field label={words.content} hint={words.contentHint} error={shown.content}>
        {(props) => (
          <select
            {...props}
            value={it.content}
            onChange={({ target }) => set({ content: target.value, locale: "" })}
          >
            <option value="">{words.contentChoose}</option>
            {contents.map(({ name, summary }) => (
              <option key={name} value={name}>
                {summary ? `${name} – ${summary}` : name}
              </option>
            ))}
          </select>
        )}
      </Field>
      {contents.length === 0 && (
        <p className="field-hint">
          {words.contentNone} <Link to="/content">{words.contentNoneLink}</Link>
        </p>
      )}
      {content && (
        <p className="field-hint">
          <Link to={contentPath(content.name)}>{words.contentLook}</Link>
        </p>
      )}
      {content && 0 < content.languages.length && (
        <Field label={words.locale}>
          {(props) => (
            <select
              {...props}
              value={it.locale}
              onChange={({ target }) => set({ locale: target.value })}
            >
              <option value="">{words.localeOwn}</option>
              {content.languages.map(({ tag }) => (
                <option key={tag} value={tag}>
                  {tag}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Networks
        accounts={known.accounts}
        chosen={it.networks}
        error={shown.networks}
        onChange={(networks) => set({ networks })}
      />
      <div className="post-when">
        <p className="post-label" aria-hidden="true">
          {words.when}
        </p>
        <Choice
          label={words.when}
          value={it.when}
          onChange={(when) => set({ when })}
          options={whens.map((value) => ({ value, label: words.whens[value] }))}
        />
        {it.when === "queue" && (
          <p className="field-hint">
            <Text>{words.queueHint}</Text>
          </p>
        )}
      </div>
      {it.when === "at" && (
        <Field label={words.at} hint={words.atZone(zone)} error={shown.at}>
          {(props) => (
            <input
              {...props}
              type="datetime-local"
              value={it.at}
              onChange={({ target }) => set({ at: target.value })}
            />
          )}
        </Field>
      )}
      <Field label={words.owner} hint={words.ownerHint}>
        {(props) => (
          <input
            {...props}
            value={it.owner}
            maxLength={200}
            autoComplete="off"
            onChange={({ target }) => set({ owner: target.value })}
          />
        )}
      </Field>
      <label className="post-check">
        <input
          type="checkbox"
          checked={it.approval}
          onChange={({ target }) => set({ approval: target.checked })}
        />
        {words.approval}
      </label>
      {making.error && <Refused error={making.error} />}
      <div className="post-submit">
        <Button type="submit" kind="primary" disabled={making.isPending}>
          {making.isPending ? words.busy : words.button}
        </Button>
        <p className="field-hint">{words.hint}</p>
      </div>
    </form>
  );
}

type Wrong = Partial<Record<"name" | "content" | "networks" | "at", string>>;

function wrongIn(
  it: NewPost,
  known: Posts,
  zone: string,
  words: ReturnType<typeof useText>["t"]["posts"]["create"],
): Wrong {
  const wrong: Wrong = {};
  const name = it.name.trim();
  if (name === "") wrong.name = words.nameMissing;
  else if (known.posts.some((each) => each.name === name)) wrong.name = words.nameTaken;
  if (it.content === "") wrong.content = words.contentMissing;
  if (it.networks.length === 0) wrong.networks = words.networksMissing;
  if (it.when === "at") {
    if (it.at === "") wrong.at = words.atMissing;
    else if (isZone(zone) && momentOf(it.at, zone) <= Date.now()) wrong.at = words.atPast;
  }
  return wrong;
}

function Networks({
  accounts,
  chosen,
  error,
  onChange,
}: {
  accounts: readonly SocialAccount[];
  chosen: readonly string[];
  error?: string;
  onChange: (networks: string[]) => void;
}) {
  const { t } = useText();
  const words = t.posts.create;
  const id = useId();
  return (
    <fieldset className="post-networks" aria-describedby={error ? id : undefined}>
      <legend className="post-label">{words.networks}</legend>
      {accounts.map(({ network, name, sign_in, trouble }) => (
        <label key={network} className="post-check">
          <input
            type="checkbox"
            checked={chosen.includes(network)}
            onChange={({ target }) => {
              const wanted = (it: string) =>
                it === network ? target.checked : chosen.includes(it);
              onChange(accounts.map((it) => it.network).filter(wanted));
            }}
          />
          <span>
            {networkName(t, network)}{" "}
            <span className="faint">{name ? words.account(name) : words.notSeen}</span>
            {(sign_in || trouble !== undefined) && (
              <span className="is-warn"> · {words.broken}</span>
            )}
          </span>
        </label>
      ))}
      {error && (
        <p id={id} className="field-error" aria-live="polite">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function Refused({ error }: { error: Error }) {
  const { t } = useText();
  const words = t.posts.create;
  const status = error instanceof ApiError ? error.status : 0;
  const problems = error instanceof ApiError ? (error.problem.problems ?? []) : [];
  const conflict = status === 409 || status === 412 || status === 428;
  return (
    <div className="step-failed" role="alert">
      <p className="field-error">{conflict ? words.conflict : words.failed}</p>
      {problems.length === 0 && (
        <p>
          <Text>{error.message}</Text>
        </p>
      )}
      <ProblemList problems={problems} />
    </div>
  );
}
