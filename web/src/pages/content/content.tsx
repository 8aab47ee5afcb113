/** One content: every form beside each other as somebody would get it, and the file it is written in. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { ApiError, sessionQuery } from "../../api/client";
import { contentPreviewQuery, contentsQuery, type PreviewAsked } from "../../api/contents";
import type { Changes } from "../../api/programme";
import type { ContentPreview, FileProblem } from "../../api/types";
import { type ContentFile, eventFieldsIn, eventOf, localeOf } from "../../lib/contents";
import { useText } from "../../messages";
import { AskLinks } from "../../ui/links";
import { Button, Card, Choice, Empty, Failed, Loading, PageTitle, Text } from "../../ui/parts";
import { type Chosen, PersonPicker } from "../../ui/person-picker";
import { ProblemList, SaveDialog } from "../../ui/save";
import { Unsaved } from "../../ui/unsaved";
import { FileText } from "../journeys/file-text";
import { Email } from "./email";
import { Findings } from "./findings";
import { Cannot, Posts, Short, Sms } from "./forms";
import { Page } from "./page";
import { pathOf } from "./path";
import { TestDialog } from "./test-send";
import { type ContentWritten, useFiles } from "./use-files";

/** A language that no document has: whoever reads it gets the document's own. */
const NO_LANGUAGE = "und";

export default function ContentPage() {
  const { name = "" } = useParams();
  const { t } = useText();
  const query = useQuery({ ...contentsQuery, refetchOnWindowFocus: false });
  const it = query.data?.contents.find((each) => each.name === name);
  return (
    <>
      <Link className="back" to="/content">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.content.back}
      </Link>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && !it && (
        <>
          <PageTitle>{t.content.notFound}</PageTitle>
          <Empty title={t.content.notFoundHint} />
        </>
      )}
      {query.data && it && <One key={it.path} it={it} files={query.data.files} />}
    </>
  );
}

const NOTHING_BEGUN = {};

/** The editor. A content that nobody has saved yet comes with what is `begun` of it. */
export function One({
  it,
  files,
  begun = NOTHING_BEGUN,
}: {
  it: ContentFile;
  files: Record<string, string>;
  begun?: Record<string, string>;
}) {
  const { t } = useText();
  const navigate = useNavigate();
  const said: string | undefined = useLocation().state?.said;
  const written = useFiles(it, files, begun);
  const { content, changes } = written;
  const [who, setWho] = useState<Chosen | null>(null);
  const [locale, setLocale] = useState("");
  const [event, setEvent] = useState<Record<string, string>>({});
  const fields = eventFieldsIn(written.paths.map((path) => written.text(path)));
  const [saving, setSaving] = useState<Changes | null>(null);
  const [testing, setTesting] = useState(false);
  const isChanged = 0 < Object.keys(changes).length;
  const how = {
    ...(who && { person: who.id }),
    ...(locale && { locale }),
    data: eventOf(Object.fromEntries(fields.map((it) => [it, event[it] ?? ""]))),
  };
  const preview = usePreview({ content: content.name, changes: written.settled, ...how });
  return (
    <>
      <PageTitle
        aside={
          <div className="broadcast-steps">
            <Button onClick={() => setTesting(true)}>{t.content.test.button}</Button>
            {isChanged && <Button onClick={written.discard}>{t.content.discard}</Button>}
            <Button kind="primary" disabled={!isChanged} onClick={() => setSaving(changes)}>
              {t.builder.save.button}
            </Button>
          </div>
        }
      >
        {it.name}
      </PageTitle>
      <p className="done" role="status">
        {!isChanged && said}
      </p>
      <div className="journey-edit is-text content-edit">
        <div className="content-forms">
          <HowRead
            written={written}
            locales={preview.shown?.locales ?? []}
            locale={locale}
            who={who}
            onLocale={setLocale}
            onWho={setWho}
          />
          {0 < fields.length && (
            <EventFields
              fields={fields}
              values={event}
              onChange={(field, value) => setEvent((all) => ({ ...all, [field]: value }))}
            />
          )}
          {preview.problems !== null && preview.shown && (
            <p className="note-warn hold-note" role="status">
              {t.content.old}
            </p>
          )}
          {preview.error && <Failed error={preview.error} retry={preview.again} />}
          {!preview.shown && !preview.error && preview.problems === null && <Loading />}
          {preview.shown && <Forms it={preview.shown} />}
        </div>
        <Beside
          written={written}
          problems={preview.problems}
          shown={preview.shown}
          isSaved={it.path in files}
        />
      </div>
      <Unsaved dirty={isChanged && !saving} />
      {testing && <TestDialog content={content.name} how={how} onClose={() => setTesting(false)} />}
      {saving && (
        <SaveDialog
          changes={saving}
          onClose={() => setSaving(null)}
          onSaved={() => {
            setSaving(null);
            const state = { said: t.builder.save.done(content.name) };
            navigate(pathOf(content.name), { replace: true, state });
          }}
        />
      )}
    </>
  );
}

interface Previewed {
  /** The last that could be written. */
  shown: ContentPreview | null;
  /** Why it cannot be written now; null where it can. */
  problems: FileProblem[] | null;
  /** What has nothing to do with the files. */
  error: Error | null;
  again: () => void;
}

function usePreview(asked: PreviewAsked): Previewed {
  const query = useQuery(contentPreviewQuery(asked));
  const [last, setLast] = useState<ContentPreview | null>(null);
  useEffect(() => {
    if (query.data) setLast(query.data);
  }, [query.data]);
  const { error } = query;
  const wrong = error instanceof ApiError && (error.problem.problems ?? null);
  return {
    shown: query.data ?? last,
    problems: wrong || null,
    error: error && !wrong ? error : null,
    again: () => void query.refetch(),
  };
}

function HowRead({
  written,
  locales,
  locale,
  who,
  onLocale,
  onWho,
}: {
  written: ContentWritten;
  locales: readonly string[];
  locale: string;
  who: Chosen | null;
  onLocale: (locale: string) => void;
  onWho: (who: Chosen | null) => void;
}) {
  const { t } = useText();
  const words = t.content;
  const own = localeOf(written.text(written.content.path));
  return (
    <Card title={words.howRead} className="content-how">
      <div className="content-who">
        <PersonPicker label={words.who} onChoose={onWho} />
        {who ? (
          <p>
            <Link to={`/people/${who.id}`}>{who.name}</Link>{" "}
            <button type="button" className="build-link" onClick={() => onWho(null)}>
              {words.forget}
            </button>
          </p>
        ) : (
          <p>
            {words.nobody}
            <small className="field-hint">{words.nobodyHint}</small>
          </p>
        )}
      </div>
      {0 < locales.length && (
        <Choice
          label={words.language}
          value={locale}
          onChange={onLocale}
          options={[
            { value: "", label: words.asPerson },
            { value: own || NO_LANGUAGE, label: own ? `${words.own} (${own})` : words.own },
            ...locales.map((it) => ({ value: it, label: it })),
          ]}
        />
      )}
    </Card>
  );
}

/** What the event would say that the content is about: nobody knows it beforehand. */
function EventFields({
  fields,
  values,
  onChange,
}: {
  fields: readonly string[];
  values: Record<string, string>;
  onChange: (field: string, value: string) => void;
}) {
  const { t } = useText();
  return (
    <Card title={t.content.event} className="content-event">
      <p className="faint">{t.content.eventHint}</p>
      <div className="content-event-fields">
        {fields.map((it) => (
          <label key={it} className="field">
            <code>{it}</code>
            <input
              type="text"
              value={values[it] ?? ""}
              onChange={({ target }) => onChange(it, target.value)}
            />
          </label>
        ))}
      </div>
    </Card>
  );
}

function Forms({ it }: { it: ContentPreview }) {
  const { t } = useText();
  const words = t.content;
  const { data: session } = useQuery(sessionQuery);
  const { email, sms, push, onsite, page, problems } = it;
  const why = (form: string) => <Cannot why={problems[form] ?? ""} />;
  return (
    <>
      <Card title={words.email}>
        {email ? (
          <Email it={email} sender={session?.installation.name ?? words.from} />
        ) : (
          why("email")
        )}
      </Card>
      <div className="content-short">
        <Card title={words.sms}>{sms ? <Sms it={sms} /> : why("sms")}</Card>
        <Card title={words.push}>{push ? <Short it={push} /> : why("push")}</Card>
        <Card title={words.onsite}>{onsite ? <Short it={onsite} /> : why("onsite")}</Card>
      </div>
      {(page || problems.page) && (
        <Card title={words.page}>{page ? <Page it={page} /> : why("page")}</Card>
      )}
      {0 < Object.keys(it.posts).length && (
        <Card title={words.posts}>
          <Posts posts={it.posts} />
        </Card>
      )}
    </>
  );
}

function Beside({
  written,
  problems,
  shown,
  isSaved,
}: {
  written: ContentWritten;
  problems: readonly FileProblem[] | null;
  shown: ContentPreview | null;
  /** Whether the programme that runs has it. */
  isSaved: boolean;
}) {
  const { t } = useText();
  const words = t.content;
  const { content, paths, changes } = written;
  const [chosen, setChosen] = useState(content.path);
  const [line, setLine] = useState<{ line: number } | null>(null);
  const path = paths.includes(chosen) ? chosen : content.path;
  const text = written.text(path);
  const elsewhere = problems?.filter((it) => it.file !== path) ?? [];
  const goTo = (locale: string, to: number) => {
    setChosen(content.languages.find((it) => it.tag === locale)?.path ?? content.path);
    setLine({ line: to });
  };
  return (
    <div className="journey-side">
      {problems === null && shown && <Findings findings={shown.findings} onGo={goTo} />}
      {isSaved && <AskLinks content={content.name} />}
      {problems !== null && (
        <Card title={t.journeys.problems} className="flow-problems">
          <div role="status">
            {elsewhere.length === 0 ? (
              <p>
                <Text>{problems[0]?.message ?? ""}</Text>
              </p>
            ) : (
              <ProblemList problems={elsewhere} />
            )}
          </div>
        </Card>
      )}
      <Card title={words.file}>
        {1 < paths.length && (
          <Choice
            label={words.whichFile}
            value={path}
            onChange={(it) => {
              setLine(null);
              setChosen(it);
            }}
            options={paths.map((it) => ({
              value: it,
              label: `${it.slice(it.lastIndexOf("/") + 1)}${it in changes ? " •" : ""}`,
            }))}
          />
        )}
        <FileText
          key={path}
          text={text}
          path={path}
          problems={problems ?? []}
          stale={false}
          commentsLost={false}
          hint={text === "" ? words.newFile : words.fileHint}
          shown={line}
          onChange={(next) => written.setText(path, next)}
        />
      </Card>
    </div>
  );
}
