/** A content sent to somebody of the team, in a channel that has a provider. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { channelsQuery } from "../../api/channels";
import { type TestAsked, testContent } from "../../api/contents";
import { channelName, useText } from "../../messages";
import { Button, Dialog, Text } from "../../ui/parts";

export function TestDialog({
  content,
  how,
  onClose,
}: {
  content: string;
  /** As whom it is written. */
  how: Omit<TestAsked, "to">;
  onClose: () => void;
}) {
  const { t } = useText();
  const words = t.content.test;
  const { data } = useQuery(channelsQuery);
  const channels = data?.channels.filter((it) => it.ready) ?? [];
  const [chosen, setChosen] = useState("");
  const [address, setAddress] = useState("");
  const channel = chosen || (channels[0]?.channel ?? "");
  const test = useMutation({
    mutationFn: () => testContent(content, { ...how, to: [{ channel, address }] }),
  });
  const sent = test.data?.sent[0];
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p>{words.lead}</p>
      {data && channels.length === 0 ? (
        <p className="note-warn">{words.noChannel}</p>
      ) : (
        <form
          className="test-send"
          onSubmit={(event) => {
            event.preventDefault();
            test.mutate();
          }}
        >
          <label className="field">
            <span>{words.channel}</span>
            <select value={channel} onChange={({ target }) => setChosen(target.value)}>
              {channels.map((it) => (
                <option key={it.channel} value={it.channel}>
                  {channelName(t, it.channel)}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{words.address}</span>
            <input
              type="text"
              required
              value={address}
              onChange={({ target }) => setAddress(target.value)}
            />
            <small className="field-hint">{words.hints[channel] ?? ""}</small>
          </label>
          <div role="status">
            {sent && (
              <p className={sent.accepted ? "done" : "field-error"}>
                {sent.accepted ? words.accepted(sent.to) : words.refused(sent.to)}{" "}
                {sent.detail && <Text>{sent.detail}</Text>}
              </p>
            )}
          </div>
          {test.isError && (
            <p className="field-error" role="alert">
              <Text>{test.error.message}</Text>
            </p>
          )}
          <div className="dialog-actions">
            <Button onClick={onClose}>{t.app.close}</Button>
            <Button kind="primary" type="submit" disabled={test.isPending || channel === ""}>
              {test.isPending ? words.busy : words.send}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
