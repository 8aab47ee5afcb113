/** Invented days of decisions, and holdouts with what they say. */
import type { DecisionDay, Holdout } from "../src/api/types.ts";

const DAY_MS = 86_400_000;

export function decisions(now: number): { days: DecisionDay[] } {
  const day = (ago: number) => new Date(now - ago * DAY_MS).toISOString().slice(0, 10);
  const end = (outcome: string, reason: string, text: string, messages: number) => ({
    outcome,
    reason,
    text,
    messages,
  });
  const welcome = (asked: number) => ({
    asker: "journey/welcome",
    owner: "crm@shop.example",
    asked,
    pending: 12,
    ended: [
      end("sent", "sent", "the provider took the message", asked - 96),
      end("held_out", "held_out", "withheld at random", 41),
      end("suppressed", "no_consent", "the person has not said yes to this", 28),
      end("dropped", "outranked", "a more valuable message took the place", 15),
    ],
    lost: [{ to: "broadcast/spring", later: 31, dropped: 15 }],
  });
  const spring = {
    asker: "broadcast/spring",
    owner: "events@shop.example",
    asked: 1_840,
    pending: 0,
    ended: [
      end("sent", "sent", "the provider took the message", 1_490),
      end("suppressed", "topic_off", "the person does not want this topic", 210),
      end("dropped", "cap", "the sender's limit is reached", 140),
    ],
    lost: [],
  };
  return {
    days: [
      { day: day(0), askers: [welcome(412)] },
      { day: day(1), askers: [welcome(530), spring] },
    ],
  };
}

export function holdouts(): { window_days: number; simulated: boolean; holdouts: Holdout[] } {
  const row = (
    holdout: string,
    share: number,
    held: [number, number],
    sent: [number, number],
    effect: [number, number] | null,
  ): Holdout => ({
    holdout,
    outcome: "orders",
    share,
    held: { n: held[0], mean: held[0] ? held[1] : null },
    sent: { n: sent[0], mean: sent[0] ? sent[1] : null },
    effect: effect
      ? {
          estimate: sent[1] - held[1],
          se: (effect[1] - effect[0]) / 3.92,
          low: effect[0],
          high: effect[1],
          df: 900,
          p: 0.01,
          sequence_low: null,
          sequence_high: null,
        }
      : {
          estimate: null,
          se: null,
          low: null,
          high: null,
          df: null,
          p: null,
          sequence_low: null,
          sequence_high: null,
          reason: "nobody's window has ended yet",
        },
    running: 214,
    warnings: [],
  });
  return {
    window_days: 28,
    simulated: false,
    holdouts: [
      row("everything", 0.02, [402, 0.41], [19_640, 0.58], [0.09, 0.25]),
      row("journey/welcome", 0.1, [880, 0.52], [7_930, 0.55], [-0.03, 0.09]),
      row("content/spring-offer", 0.1, [0, 0], [0, 0], null),
    ],
  };
}
