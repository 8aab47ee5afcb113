/** The records that make mail believed, to copy, and what stands there when the DNS is asked. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { checkMailDomain, mailDomainQuery } from "../../api/channels";
import type { DnsRecord } from "../../api/types";
import { useText } from "../../messages";
import { Button, Card, CopyButton, Text } from "../../ui/parts";

export function DnsCard() {
  const { t } = useText();
  const words = t.channelPage.dns;
  const { data } = useQuery(mailDomainQuery);
  const check = useMutation({ mutationFn: checkMailDomain });
  const shown = check.data ?? data;
  if (!shown) return null;
  return (
    <Card
      title={words.title}
      note={words.note}
      aside={
        shown.domain && (
          <Button disabled={check.isPending} onClick={() => check.mutate()}>
            {check.isPending ? words.checking : words.check}
          </Button>
        )
      }
    >
      <p role="status" className="done">
        {check.isSuccess && !check.data.problem && words.checked}
      </p>
      {check.isError && (
        <p className="field-error" role="alert">
          {words.failed}
        </p>
      )}
      {shown.problem && (
        <p className="note-warn" role="alert">
          <Text>{shown.problem}</Text>
        </p>
      )}
      {!shown.domain && (
        <p className="faint">
          <Text>{words.noAddress}</Text>
        </p>
      )}
      <ul className="dns-records">
        {shown.records.map((it) => (
          <Row key={`${it.purpose}${it.name}`} it={it} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ it }: { it: DnsRecord }) {
  const { t } = useText();
  const words = t.channelPage.dns;
  // In brackets stands what only the reader knows.
  const known = !it.value.startsWith("(");
  return (
    <li className={it.state ? `dns-record dns-${it.state}` : "dns-record"}>
      <p className="dns-head">
        <strong>{words.purposes[it.purpose] ?? it.purpose}</strong>
        {it.state && (
          <span className={`stage stage-${it.state === "found" ? "running" : "paused"}`}>
            {words.states[it.state] ?? it.state}
          </span>
        )}
      </p>
      <p className="dns-line">
        <code>
          {it.name} {it.type}
        </code>
        <CopyButton text={it.name} />
      </p>
      <p className="dns-line">
        {known ? <code>{it.value}</code> : <span className="faint">{it.value.slice(1, -1)}</span>}
        {known && <CopyButton text={it.value} />}
      </p>
      {it.state && it.state !== "found" && 0 < it.found.length && (
        <p className="dns-line">
          <span className="faint">{words.stands}:</span>{" "}
          {it.found.map((each) => (
            <code key={each}>{each}</code>
          ))}
        </p>
      )}
      {it.remedy && <p>{it.remedy}</p>}
    </li>
  );
}
