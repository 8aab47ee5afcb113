/** Asks before what was written and not saved is left. */
import { useBeforeUnload, useBlocker } from "react-router";
import { useText } from "../messages";
import { Button, Dialog } from "./parts";

/** `dirty`: something would be lost now. Within the app it asks itself; for a closed tab the browser does. */
export function Unsaved({ dirty }: { dirty: boolean }) {
  const { t } = useText();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  useBeforeUnload((event) => {
    if (dirty) event.preventDefault();
  });
  if (blocker.state !== "blocked") return null;
  return (
    <Dialog title={t.app.unsaved.title} onClose={blocker.reset}>
      <p>{t.app.unsaved.hint}</p>
      <div className="dialog-actions">
        <Button kind="primary" onClick={blocker.reset}>
          {t.app.unsaved.stay}
        </Button>
        <Button onClick={blocker.proceed}>{t.app.unsaved.leave}</Button>
      </div>
    </Dialog>
  );
}
