/** Settings: the team, who is signed in, and the display. */
import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "../../api/client";
import { useText } from "../../messages";
import { DisplayChoices } from "../../shell/display";
import { useSignOut, whoInWords } from "../../shell/who";
import { Button, Card, PageTitle } from "../../ui/parts";
import { TeamCard } from "./team";
import { Views } from "./views";

export default function Settings() {
  const { t } = useText();
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  return (
    <>
      <PageTitle>{t.app.settingsPage}</PageTitle>
      <Views />
      <div className="broadcast">
        <TeamCard who={session?.who} />
        <div className="settings-side">
          <Card title={t.settings.you.title} className="you">
            <p>
              <span className="faint">{t.settings.you.signedIn}</span>
              <br />
              <strong className="break">{whoInWords(session?.who, t)}</strong>
            </p>
            <Button onClick={signOut}>{t.app.signOut}</Button>
          </Card>
          <Card title={t.settings.display} className="you">
            <DisplayChoices />
          </Card>
        </div>
      </div>
    </>
  );
}
