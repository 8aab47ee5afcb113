/** A condition: typed, or built in a window of its own. */
import { useQuery } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { audiencesQuery } from "../../api/audiences";
import { eventNamesQuery, vocabularyQuery } from "../../api/conditions";
import { TreeBuilder } from "../../builder/tree";
import { useCondition } from "../../builder/use-condition";
import { useText } from "../../messages";
import { Button, Dialog, Loading, Text } from "../../ui/parts";
import { AreaField } from "./inputs";

export function ConditionField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <AreaField label={label} value={value} onChange={onChange}>
        <button type="button" className="build-link" onClick={() => setOpen(true)}>
          <SlidersHorizontal size={14} strokeWidth={2} aria-hidden="true" /> {t.journeys.build}
        </button>
      </AreaField>
      {open && (
        <ConditionDialog
          label={label}
          first={value}
          onClose={() => setOpen(false)}
          onUse={(it) => {
            setOpen(false);
            onChange(it);
          }}
        />
      )}
    </>
  );
}

function ConditionDialog({
  label,
  first,
  onClose,
  onUse,
}: {
  label: string;
  first: string;
  onClose: () => void;
  onUse: (text: string) => void;
}) {
  const { t } = useText();
  const words = t.builder;
  const edited = useCondition(first);
  const vocabulary = useQuery(vocabularyQuery).data;
  const events = useQuery(eventNamesQuery).data ?? [];
  const audiences = useQuery(audiencesQuery).data?.audiences.map((it) => it.name) ?? [];
  const isEven = edited.following === "even";
  const isEmpty = edited.tree === null && edited.text.trim() === "";
  return (
    <Dialog title={label} onClose={onClose}>
      <div className="condition-dialog">
        {!vocabulary || (edited.tree === null && edited.following === "reading") ? (
          <Loading />
        ) : (
          <TreeBuilder
            tree={edited.tree}
            vocabulary={vocabulary}
            wrong={edited.refusedTree ?? null}
            stale={edited.refusedText !== undefined}
            aboutEvent
            known={{ event_name: events, audience_name: audiences }}
            onChange={edited.setTree}
          />
        )}
        {edited.refusedText !== undefined && (
          <p className="note-warn">
            <Text>{edited.refusedText}</Text>
          </p>
        )}
        {edited.following === "gaps" && edited.tree && (
          <p className="field-hint" role="status">
            {words.gaps}
          </p>
        )}
      </div>
      {edited.text.trim() !== "" && (
        <pre className="condition-read">
          <code>{edited.text}</code>
        </pre>
      )}
      <div className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button
          kind="primary"
          disabled={!isEven && !isEmpty}
          onClick={() => onUse(edited.text.trim())}
        >
          {t.journeys.useIt}
        </Button>
      </div>
    </Dialog>
  );
}
