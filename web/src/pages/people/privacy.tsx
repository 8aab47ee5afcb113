/** A person's right to their data: all of it in a file, and none of it left. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { erase, erasurePlanQuery } from "../../api/client";
import type { Person } from "../../api/types";
import { useText } from "../../messages";
import { Button, Dialog, Loading } from "../../ui/parts";

export function PrivacyPart({ person }: { person: Person }) {
  const { t } = useText();
  const words = t.person.privacy;
  const [asked, setAsked] = useState(false);
  return (
    <details className="part">
      <summary>
        <h2>{words.title}</h2>
      </summary>
      <p className="faint">{words.explain}</p>
      <div className="part-actions">
        <a
          className="button"
          href={`/api/v1/people/${person.id}/export`}
          download={`${person.id}.json`}
        >
          {words.download}
        </a>
        <Button kind="danger" onClick={() => setAsked(true)}>
          {words.erase}
        </Button>
      </div>
      {asked && <EraseDialog person={person} onClose={() => setAsked(false)} />}
    </details>
  );
}

/** What goes and what stays first; then there is no way back. */
function EraseDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t, format } = useText();
  const words = t.person.privacy;
  const plan = useQuery(erasurePlanQuery(person.id));
  const client = useQueryClient();
  const navigate = useNavigate();
  const erasing = useMutation({
    mutationFn: () => erase(person.id),
    onSuccess: ({ id }) => {
      for (const key of ["person", "identity", "timeline"]) {
        client.removeQueries({ queryKey: [key, person.id] });
      }
      void client.invalidateQueries({ queryKey: ["people"] });
      void navigate("/people", { state: { said: words.done(id) } });
    },
  });
  return (
    <Dialog title={words.dialog(person.name || person.id)} onClose={onClose}>
      {plan.isPending && <Loading />}
      {plan.error && <p role="alert">{plan.error.message}</p>}
      {plan.data && (
        <>
          <p>
            {words.goes(
              words.identifiers(plan.data.identifiers, format.count(plan.data.identifiers)),
              words.messages(plan.data.messages, format.count(plan.data.messages)),
            )}
          </p>
          <p className="faint">{words.stays}</p>
          <p>
            <strong>{words.final}</strong>
          </p>
        </>
      )}
      {erasing.error && <p role="alert">{erasing.error.message}</p>}
      <footer className="dialog-actions">
        <Button onClick={onClose}>{t.app.cancel}</Button>
        <Button
          kind="danger"
          disabled={!plan.data || erasing.isPending}
          onClick={() => erasing.mutate()}
        >
          {erasing.isPending ? words.busy : words.confirm}
        </Button>
      </footer>
    </Dialog>
  );
}
