/** Whether the addresses that contents lead to answer: asked by the server, once somebody wants to know. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { jobReport } from "../api/audiences";
import { askLinks } from "../api/contents";
import type { LinksAsked } from "../api/types";
import { useText } from "../messages";
import { ContentPlace, FindingList } from "./findings";
import { Button, Card, Failed } from "./parts";

/** How often it is asked how far the server is. */
const LOOK_MS = 500;

/** Of one content, or of all. */
export function AskLinks({ content }: { content?: string }) {
  const { t, format } = useText();
  const words = t.content.links;
  const [job, setJob] = useState<string | null>(null);
  const begin = useMutation({ mutationFn: () => askLinks(content), onSuccess: setJob });
  const report = useQuery({
    queryKey: ["job", job],
    enabled: job !== null,
    queryFn: ({ signal }) => jobReport(job ?? "", signal),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? LOOK_MS : false),
  });
  const { data } = report;
  const running = begin.isPending || (job !== null && (!data || data.state === "running"));
  const found = data?.state === "done" ? (data.result as unknown as LinksAsked) : null;
  const error = begin.error ?? report.error;
  return (
    <Card title={words.title} note={words.note}>
      <Button disabled={running} onClick={() => begin.mutate()}>
        <Link2 size={16} strokeWidth={1.75} aria-hidden="true" />{" "}
        {running ? words.asking : words.ask}
      </Button>
      {error && <Failed error={error} retry={() => begin.mutate()} />}
      <div role="status">
        {running && data && 0 < data.total && (
          <p className="faint">{words.soFar(format.count(data.done), format.count(data.total))}</p>
        )}
        {data?.problem && <p className="field-error">{data.problem.detail}</p>}
        {found && (
          <p>
            {found.asked === 0
              ? words.none
              : words.found(found.asked, format.count(found.asked), found.findings.length)}
          </p>
        )}
        {found && 0 < found.left_out && <p>{words.leftOut(format.count(found.left_out))}</p>}
      </div>
      {found && 0 < found.findings.length && (
        <FindingList findings={found.findings} place={(it) => <ContentPlace it={it} />} />
      )}
    </Card>
  );
}
