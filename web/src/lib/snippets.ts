/** What to write: into an SDK so that it sends its events here, and into the programme. */

export type SnippetKind = "browser" | "node" | "python" | "curl";

export const snippetKinds: readonly SnippetKind[] = ["browser", "node", "python", "curl"];

export function snippet(kind: SnippetKind, origin: string, writeKey: string): string {
  switch (kind) {
    case "browser":
      return browserSnippet(origin, writeKey);
    case "node":
      return nodeSnippet(origin, writeKey);
    case "python":
      return pythonSnippet(origin, writeKey);
    case "curl":
      return curlSnippet(origin, writeKey);
  }
}

function browserSnippet(origin: string, writeKey: string): string {
  const { host, protocol } = new URL(origin);
  return `// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${writeKey}", cdnURL: "${origin}" },
  { integrations: { "Segment.io": { apiHost: "${host}/v1", protocol: "${protocol.replace(":", "")}" } } },
);

analytics.identify("user-1", { email: "ada@example.com" });
analytics.track("Signed Up", { plan: "free" });
`;
}

function nodeSnippet(origin: string, writeKey: string): string {
  return `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${writeKey}", host: "${origin}" });

analytics.identify({ userId: "user-1", traits: { email: "ada@example.com" } });
analytics.track({ userId: "user-1", event: "Signed Up", properties: { plan: "free" } });
await analytics.closeAndFlush();
`;
}

function pythonSnippet(origin: string, writeKey: string): string {
  return `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = "${writeKey}"
analytics.host = "${origin}"

analytics.identify("user-1", {"email": "ada@example.com"})
analytics.track("user-1", "Signed Up", {"plan": "free"})
analytics.shutdown()
`;
}

export function curlSnippet(origin: string, writeKey: string): string {
  return `curl -u "${writeKey}:" ${origin}/v1/track \\
  -H "content-type: application/json" \\
  -d '{"userId": "user-1", "event": "Signed Up", "properties": {"plan": "free"}}'
`;
}

/** A broadcast as docs/programme.md describes it; `ownTime` and `noTime` say what the time does. */
export function broadcastFile(ownTime: string, noTime: string): string {
  return `# program/broadcasts/spring.yaml
broadcast: spring
owner: crm@shop.example
audience: buyers            # program/audiences/buyers.yaml
content: story              # program/content/story.md
channels: [email, push]
expires: 2d
# ${ownTime}
# at: 2027-03-22T08:00:00Z
# ${noTime}
`;
}

/** What makes the files of a programme run; a server that runs takes them when it starts again. */
export const APPLY = "fulcrum check program/\nfulcrum apply program/";

/** The line that makes a measurement panel. */
export const PANEL_LINE = "panel: {share: 20%, design: leverage, channels: [email, push]}";

export const OUTCOMES_LINES =
  "- outcome: revenue\n  event: Order Completed\n  value: revenue\n  cap: 500";
