/** Making a source: a name, then its write key, which is shown this once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { answer, api } from "../../api/client";
import { type SnippetKind, snippet, snippetKinds } from "../../lib/snippets";
import { useText } from "../../messages";
import { Button, Choice, Dialog, Snippet } from "../../ui/parts";

export function NewSource({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const id = useId();
  const [name, setName] = useState("");
  const make = useMutation({
    mutationFn: () => answer(api.POST("/api/v1/sources", { body: { name: name.trim() } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["sources"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) make.mutate();
  };
  if (make.data) {
    return (
      <Dialog title={t.source.created(name.trim())} onClose={onClose}>
        <Key writeKey={make.data.write_key} />
        <div className="dialog-actions">
          <Button kind="primary" onClick={onClose}>
            {t.source.done}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t.source.title} onClose={onClose}>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={id}>{t.source.name}</label>
          <input
            id={id}
            required
            maxLength={80}
            value={name}
            autoComplete="off"
            aria-describedby={`${id}-note`}
            onChange={(event) => setName(event.target.value)}
          />
          <p id={`${id}-note`} className="field-hint">
            {t.source.nameHint}
          </p>
        </div>
        {make.isError && (
          <p className="field-error" role="alert">
            {t.source.failed} {make.error.message}
          </p>
        )}
        <div className="dialog-actions">
          <Button onClick={onClose}>{t.app.cancel}</Button>
          <Button type="submit" kind="primary" disabled={make.isPending}>
            {make.isPending ? t.source.busy : t.source.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Key({ writeKey }: { writeKey: string }) {
  const { t } = useText();
  const [kind, setKind] = useState<SnippetKind>("browser");
  return (
    <>
      <h3 className="part-sub">{t.source.key}</h3>
      <Snippet text={writeKey} label={t.source.key} />
      <p>{t.source.keyOnce}</p>
      <h3 className="part-sub">{t.source.use}</h3>
      <Choice
        label={t.source.use}
        value={kind}
        onChange={setKind}
        options={snippetKinds.map((value) => ({ value, label: t.source.snippets[value] ?? value }))}
      />
      <Snippet
        text={snippet(kind, window.location.origin, writeKey)}
        label={t.source.snippets[kind]}
      />
    </>
  );
}
