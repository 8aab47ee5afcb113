/** The texts about what a draft would have done. */

import type { MomentKind } from "../../api/replays";

const plural = (n: number, one: string, many: string) => (n === 1 ? one : many);

interface Said {
  name: string;
  step: string;
  why: string;
}

const because = (why: string) => (why ? `: ${why}` : "");

export const replay = {
  link: "Replay",
  flowHelp:
    "People as the replay has them: who would have come by, and who would be there at the end.",
  help: "What the journey as it stands here would have done with what really happened. Nothing is sent and nothing is kept.",
  whose: "For whom",
  everybody: "Everybody",
  person: "One person",
  who: "Whose way",
  window: "Over which days",
  days: (n: string) => `Last ${n} days`,
  chosen: "Chosen days",
  from: "From",
  to: "Up to",
  begin: "Replay",
  beginOne: "Show their way",
  notSound: "Put right what is not right yet, then it can be replayed.",
  asItRuns: "It is as it runs: nothing was changed.",
  reading: "Reading what happened…",
  so: (done: string, of: string) => `${done} of ${of}`,
  stop: "Stop",
  stopped: "Stopped before the end; nothing is shown.",
  failed: "The replay did not come to its end.",
  done: "The replay is done.",
  old: "The journey was changed since. Replay it again to see what that does.",
  caution:
    "People did not get these messages: what they would have done because of them is not in it.",
  over: (from: string, to: string, people: string, facts: string) =>
    `${from} to ${to}: ${people} people and ${facts} events.`,
  simulated: "The people here are made up: they live in a simulated market.",
  nobodyBegan: "In these days nothing began it. Choose more days to see what it does.",
  step: (address: string) => `Step ${address}`,
  comparison: "The draft beside what runs",
  what: "What",
  draft: "Draft",
  runs: "As it runs",
  notThere: "not there",
  started: "Begun",
  goals: "Reached the goal",
  asked: "Asked for",
  sent: "Sent",
  sentByOthers: "Sent by everything else",
  messages: "Messages",
  noMessages: "It would have asked for none.",
  content: "Content",
  whoGot: "Who would have got what",
  onlyDraft: "Draft only",
  both: "Both",
  onlyRuns: "Running only",
  reach: "Reach",
  reachHelp: "Of everything together, under the caps and wishes that hold.",
  channel: "Channel",
  people: "People",
  got: (n: number, text: string) => plural(n, "1 message", `${text} messages`),
  orMore: (n: string) => `${n} messages and more`,
  here: (n: number, text: string) =>
    plural(n, "1 person there at the end", `${text} people there at the end`),
  passed: (text: string) => `${text} came by`,
  before: (count: string, change: string) => `as it runs ${count} (${change})`,
  otherJourneys: "Other journeys too",
  noWay: "Nothing of this happened to them",
  noWayHint:
    "In these days nothing began this journey for them. Choose more days, or somebody else.",
  back: "Back",
  forward: "Forward",
  place: (n: string, of: string) => `${n} of ${of}`,
  keys: "The arrow keys step back and forward.",
  way: "Their way, moment by moment",
  moments: {
    event: ({ name }: Said) => `\`${name}\` happened`,
    entered: ({ name }: Said) => `Entered the audience \`${name}\``,
    left: ({ name }: Said) => `Left the audience \`${name}\``,
    begun: (_: Said) => "The journey began",
    not_begun: ({ why }: Said) => `The journey did not begin${because(why)}`,
    step: ({ step, name }: Said) => `${step}${name && `: ${name}`}`,
    failed: ({ step, why }: Said) => `“${step}” could not be done${because(why)}`,
    asked: ({ name }: Said) => `Asked for \`${name}\``,
    sent: ({ name }: Said) => `\`${name}\` sent`,
    not_sent: ({ name, why }: Said) => `\`${name}\` not sent${because(why)}`,
    goal: (_: Said) => "Reached the goal",
    ended: ({ why }: Said) => `The journey ended${because(why)}`,
  } satisfies Record<MomentKind, (it: Said) => string>,
};
