/** Invented campaigns: a journey with everything on its page, a broadcast that runs, and one that is gone. */
import type { Campaign, CampaignDetail, CampaignFault, LedgerCounts } from "../src/api/types.ts";
import { iso } from "./data.ts";

const DAY_MS = 86_400_000;

function counts(it: Partial<LedgerCounts>): LedgerCounts {
  const all: LedgerCounts = {
    candidates: 0,
    sent: 0,
    suppressed: 0,
    held_out: 0,
    dropped: 0,
    merged: 0,
    failed: 0,
    unknown: 0,
    pending: 0,
    of_pending_deferred: 0,
    ...it,
  };
  const { candidates: _, of_pending_deferred: __, ...states } = all;
  return { ...all, candidates: Object.values(states).reduce((sum, n) => sum + n, 0) };
}

const day = (now: number, ago: number) => new Date(now - ago * DAY_MS).toISOString().slice(0, 10);

const welcome = counts({
  sent: 8_204,
  suppressed: 612,
  held_out: 841,
  dropped: 293,
  merged: 44,
  failed: 31,
  unknown: 3,
  pending: 57,
});

export function campaigns(now: number): Campaign[] {
  const row = (it: Partial<Campaign> & Pick<Campaign, "kind" | "name">): Campaign => ({
    owner: "crm@shop.example",
    state: "running",
    contents: ["welcome"],
    channels: ["email", "push"],
    counts: counts({}),
    last_day: day(now, 0),
    brake: null,
    ...it,
  });
  const brake = {
    campaign: "journey/win-back",
    why: "bounces",
    sent: 240,
    harmed: 19,
    since: iso(now - 3 * 3_600_000),
  };
  return [
    row({ kind: "journey", name: "welcome", counts: welcome, contents: ["care", "welcome"] }),
    row({
      kind: "broadcast",
      name: "members-evening",
      owner: "events@shop.example",
      contents: ["story"],
      counts: counts({ sent: 1_490, suppressed: 210, dropped: 140, pending: 812 }),
    }),
    row({
      kind: "journey",
      name: "win-back",
      state: "stopped",
      counts: counts({ sent: 240, suppressed: 12, pending: 88 }),
      brake,
    }),
    row({
      kind: "broadcast",
      name: "summer",
      owner: "",
      state: "gone",
      contents: [],
      channels: [],
      counts: counts({ sent: 5_012, suppressed: 402, failed: 9 }),
      last_day: day(now, 120),
    }),
    row({ kind: "broadcast", name: "spring", state: "draft", last_day: null }),
  ];
}

export function campaignDetail(kind: string, name: string, now: number): CampaignDetail | null {
  const campaign = campaigns(now).find((it) => it.kind === kind && it.name === name);
  if (!campaign) return null;
  const { counts: all } = campaign;
  const part = (share: number) => Math.round(all.sent * share);
  const shares = campaign.last_day === null ? [] : [0.22, 0, 0.31, 0.18, 0.12, 0.09, 0.08];
  const end = (outcome: string, reason: string, text: string, messages: number) => ({
    outcome,
    reason,
    text,
    messages,
  });
  const reasons = [
    end("sent", "sent", "sent", all.sent),
    end("held_out", "held_out", "withheld at random", all.held_out),
    end("suppressed", "no_consent", "the person has not said yes to this", all.suppressed),
    end("dropped", "outranked", "a more valuable message took the place", all.dropped),
    end("merged", "merged", "it left in another mail", all.merged),
    end("failed", "refused", "the provider refused it", all.failed),
    end("unknown", "lost", "nobody knows whether it arrived", all.unknown),
  ].filter(({ messages }) => 0 < messages);
  return {
    campaign,
    funnel: {
      candidates: all.candidates,
      decided: all.sent + all.held_out + all.merged + all.failed + all.unknown,
      sent: all.sent,
      delivered: kind === "journey" && 0 < all.sent ? part(0.984) : null,
      opened: part(0.41),
      opened_by_machine: part(0.22),
      clicked: part(0.083),
      clicked_by_machine: part(0.031),
      replied: part(0.002),
      bounced: part(0.006),
      complained: part(0.0004),
      unsubscribed: part(0.004),
      goal: kind === "journey" ? { event: "Order Completed", reached: 1_204, runs: 9_380 } : null,
    },
    reasons,
    days: shares
      .map((share, ago) => {
        const of = (n: number) => Math.round(n * share);
        const states = {
          sent: of(all.sent),
          suppressed: of(all.suppressed),
          held_out: of(all.held_out),
          dropped: of(all.dropped),
          failed: of(all.failed),
        };
        return { day: day(now, ago), counts: counts(states) };
      })
      .filter((it) => 0 < it.counts.candidates)
      .reverse(),
    holds: [
      ...(campaign.brake
        ? [
            {
              kind: "brake",
              text: "of its latest 240 messages 19 did harm",
              at: campaign.brake.since,
            },
          ]
        : []),
      ...(name === "members-evening"
        ? [
            { kind: "rate", text: "1000 per 1m" },
            {
              kind: "pace",
              channel: "email",
              text: "mail.example asks for fewer at once",
              at: iso(now + 240_000),
            },
          ]
        : []),
    ],
  };
}

export function campaignFaults(kind: string, name: string, now: number): CampaignFault[] {
  if (campaignDetail(kind, name, now)?.campaign.counts.failed === 0) return [];
  const fault = (n: number, it: Partial<CampaignFault>): CampaignFault => ({
    message: `m${n}`,
    person: "p1",
    name: "Noor de Vries",
    content: "welcome",
    channel: "email",
    state: "failed",
    at: iso(now - n * 47 * 60_000),
    reason: { code: "refused", text: "the provider refused it" },
    detail: "550 5.1.1 no such mailbox",
    ...it,
  });
  return [
    fault(1, {}),
    fault(2, {
      person: "p2",
      name: "Sam Okafor",
      state: "unknown",
      reason: { code: "lost", text: "nobody knows whether it arrived" },
      detail: "the connection was lost after the last byte",
    }),
    fault(3, { name: "", person: "p9", detail: "" }),
  ];
}
