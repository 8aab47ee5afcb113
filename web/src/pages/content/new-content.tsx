/** A content being made: its name and topic, and then the editor on what is begun so. */
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { contentsQuery } from "../../api/contents";
import { contentOf, newContent, topicsOf } from "../../lib/contents";
import { useText } from "../../messages";
import { Button, Failed, Field, Loading, PageTitle } from "../../ui/parts";
import { One } from "./content";

export default function NewContent() {
  const { t } = useText();
  const query = useQuery({ ...contentsQuery, refetchOnWindowFocus: false });
  const [begun, setBegun] = useState<{ path: string; text: string } | null>(null);
  return (
    <>
      <Link className="back" to="/content">
        <ArrowLeft size={16} strokeWidth={1.75} aria-hidden="true" /> {t.content.back}
      </Link>
      {query.isPending && <Loading />}
      {!query.data && query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.data && !begun && <Begin files={query.data.files} onBegin={setBegun} />}
      {query.data && begun && (
        <One
          it={contentOf(begun.path, begun.text)}
          files={query.data.files}
          begun={{ [begun.path]: begun.text }}
        />
      )}
    </>
  );
}

function Begin({
  files,
  onBegin,
}: {
  files: Record<string, string>;
  onBegin: (it: { path: string; text: string }) => void;
}) {
  const { t } = useText();
  const words = t.content.create;
  const topics = topicsOf(files);
  const [name, setName] = useState("");
  const [topic, setTopic] = useState(topics[0] ?? "");
  const [tried, setTried] = useState(false);
  const path = `content/${name}.md`;
  const wrong = !/^[a-z0-9][a-z0-9-]*$/.test(name)
    ? words.nameWrong
    : path in files
      ? words.nameTaken
      : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (wrong === null) onBegin({ path, text: newContent(name, topic, words) });
  };
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <form className="card post-form" onSubmit={submit} noValidate>
        <Field label={words.name} hint={words.nameHint} error={(tried && wrong) || undefined}>
          {(props) => (
            <input
              {...props}
              value={name}
              maxLength={60}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={words.topic} hint={words.topicHint}>
          {(props) =>
            topics.length === 0 ? (
              <input
                {...props}
                value={topic}
                autoComplete="off"
                onChange={({ target }) => setTopic(target.value)}
              />
            ) : (
              <select {...props} value={topic} onChange={({ target }) => setTopic(target.value)}>
                {topics.map((it) => (
                  <option key={it}>{it}</option>
                ))}
              </select>
            )
          }
        </Field>
        <Button kind="primary" type="submit">
          {words.begin}
        </Button>
      </form>
    </>
  );
}
