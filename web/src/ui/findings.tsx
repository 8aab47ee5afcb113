/** What does not agree within contents or campaigns, each with its place: problems first. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { campaignFindingsQuery } from "../api/contents";
import type { ContentFinding } from "../api/types";
import { inOrder } from "../lib/contents";
import { channelName, useText } from "../messages";
import { pathOf } from "../pages/content/path";
import { Card, Text } from "./parts";

export function FindingList({
  findings,
  place,
}: {
  findings: readonly ContentFinding[];
  /** Where it stands, as a way to go there. */
  place: (it: ContentFinding) => ReactNode;
}) {
  const { t } = useText();
  const words = t.content;
  const formName = (form: string) => words.networks[form] ?? channelName(t, form);
  return (
    <ul className="problems content-findings">
      {inOrder(findings).map((it) => (
        <li key={`${it.severity}:${it.content}:${it.locale}:${it.form}:${it.line}:${it.message}`}>
          <p>
            <strong className={it.severity === "problem" ? "field-error" : "faint"}>
              {words.severities[it.severity] ?? it.severity}
            </strong>{" "}
            <span className="faint">
              {[it.form && formName(it.form), it.locale].filter(Boolean).join(" · ")}
            </span>{" "}
            {place(it)}
          </p>
          <p>
            <Text>{it.message}</Text>
          </p>
          {it.hint && (
            <p className="faint">
              <Text>{it.hint}</Text>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The content that a finding is of, with its line. */
export function ContentPlace({ it }: { it: ContentFinding }) {
  const { t, format } = useText();
  return (
    <>
      <Link to={pathOf(it.content)}>{it.content}</Link>
      {0 < it.line && <span className="faint">, {t.content.line(format.count(it.line))}</span>}
    </>
  );
}

/** What does not agree within what a journey or broadcast sends; nothing where all does. */
export function CampaignFindings({ campaign }: { campaign: string }) {
  const { t } = useText();
  const { data } = useQuery(campaignFindingsQuery(campaign));
  const findings = data?.campaigns.flatMap((it) => it.findings) ?? [];
  if (findings.length === 0) return null;
  return (
    <Card title={t.content.findings} note={t.content.findingsOfCampaign}>
      <FindingList findings={findings} place={(it) => <ContentPlace it={it} />} />
    </Card>
  );
}
