/** Invented posts and accounts, the calendar of all channels, and what each step makes of them. */
import type { Calendar, CalendarItem, Post, PostPlace, SocialAccount } from "../src/api/types.ts";
import { momentOf, wallOf } from "../src/lib/zones.ts";
import { ADMIN, broadcasts, MEMBER, type Steps } from "./broadcasts.ts";
import { iso } from "./data.ts";

export const ZONE = "Europe/Amsterdam";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What was done in this browser: the steps by post, as `step` or `step:network`. */
export type PostSteps = Map<string, string[]>;
/** Where things were moved to, by `kind/name`. */
export type Moves = Map<string, string>;

const part = (text: string, state = "waiting", more: Partial<PostPlace["parts"][0]> = {}) => ({
  text,
  images: 0,
  state,
  ...more,
});

/** At this time of a day from now, in the zone of the programme. */
function on(now: number, days: number, time: string): number {
  return momentOf(`${wallOf(now + days * DAY_MS, ZONE).slice(0, 10)}T${time}:00`, ZONE);
}

const waits = (network: string, ...texts: string[]): PostPlace => ({
  network,
  standing: "waiting",
  parts: texts.map((text) => part(text)),
  counts: [],
  notes: [],
});

const LAUNCH = "The new Fjord is here: 9.8 kg, and room for a tent. Come and ride it on Saturday.";
const TIPS = [
  "Three things to do before the rain comes. A thread.",
  "Oil your chain, and wipe it.",
];

function invented(now: number): Post[] {
  const launched = on(now, -2, "09:00");
  const url = "https://social.example/@shop/1";
  const standing = (text: string, n: number) =>
    part(text, "stands", { url: `${url}${n}`, at: iso(launched), images: n === 0 ? 1 : 0 });
  const counts = [1, 6, 24, 44].map((hours, n) => ({
    at: iso(launched + hours * HOUR_MS),
    likes: [3, 18, 41, 44][n] ?? 0,
    reposts: [0, 2, 7, 7][n] ?? 0,
    replies: [0, 1, 4, 5][n] ?? 0,
  }));
  return [
    {
      name: "fjord-launch",
      owner: MEMBER,
      content: "fjord-launch",
      at: iso(on(now, 1, "09:00")),
      written_at: `${wallOf(on(now, 1, "09:00"), ZONE)}`,
      state: "planned",
      approval: {
        needed: true,
        planned_by: MEMBER,
        lacks:
          "nobody has approved it yet\n  hint: somebody else than who planned it must approve it",
      },
      needs_person: false,
      networks: [waits("bluesky", LAUNCH), waits("mastodon", LAUNCH), waits("linkedin", LAUNCH)],
    },
    {
      name: "rain-tips",
      owner: MEMBER,
      content: "rain-tips",
      at: iso(launched),
      state: "done",
      approval: { needed: false, planned_by: ADMIN },
      needs_person: true,
      networks: [
        {
          network: "bluesky",
          standing: "stands",
          parts: TIPS.map(standing),
          counts,
          notes: [
            { at: iso(launched), text: "part 1: stands" },
            { at: iso(launched + 1_000), text: "part 2: stands" },
          ],
        },
        {
          network: "mastodon",
          standing: "lost",
          parts: [
            part(TIPS[0] ?? "", "lost", { detail: "no answer within 30 s, and not found since" }),
            part(TIPS[1] ?? ""),
          ],
          counts: [],
          notes: [{ at: iso(launched + 30_000), text: "part 1: lost: no answer within 30 s" }],
        },
        {
          network: "linkedin",
          standing: "refused",
          parts: [part(TIPS.join("\n"), "refused", { detail: "this network knows no threads" })],
          counts: [],
          notes: [{ at: iso(launched), text: "part 1: refused: this network knows no threads" }],
        },
      ],
    },
    {
      name: "saturday-ride",
      content: "saturday-ride",
      at: iso(now - 20_000),
      state: "running",
      approval: { needed: false, planned_by: ADMIN },
      needs_person: false,
      networks: [
        {
          network: "bluesky",
          standing: "going",
          parts: [
            part("Saturday, half past nine, at the shop.", "stands", {
              url: `${url}9`,
              at: iso(now - 15_000),
            }),
            part("Bring a light; it gets dark at five.", "waiting", { at: iso(now + 40_000) }),
          ],
          counts: [],
          notes: [{ at: iso(now - 15_000), text: "part 1: stands" }],
        },
      ],
    },
    {
      name: "gift-ideas",
      owner: MEMBER,
      content: "story",
      at: null,
      written_at: "queue",
      state: "draft",
      approval: { needed: false },
      needs_person: false,
      networks: [waits("bluesky", "Five gifts for whoever rides in winter.")],
    },
    {
      name: "helmets",
      content: "care",
      at: null,
      state: "draft",
      approval: { needed: false },
      needs_person: false,
      networks: [
        { ...waits("linkedin"), problem: "the content `care` has no words for LinkedIn" },
        waits("mastodon", "A helmet lasts five years. How old is yours?"),
      ],
    },
  ];
}

const made: Post[] = [];

/** As it was written by the form. */
export function addPost(form: Record<string, unknown>): void {
  const networks = (form.networks as string[]) ?? [];
  const at = typeof form.at === "string" ? form.at : undefined;
  made.push({
    name: String(form.post),
    content: String(form.content),
    ...(typeof form.owner === "string" && { owner: form.owner }),
    at: at && at !== "queue" ? iso(momentOf(at, ZONE)) : null,
    ...(at && { written_at: at }),
    state: "draft",
    approval: { needed: form.approval === true },
    needs_person: false,
    networks: networks.map((it) => waits(it, "Oil your chain before the rain")),
  });
}

export function posts(now: number, steps: PostSteps, moves: Moves = new Map()): Post[] {
  return [...invented(now), ...made].map((it) => {
    const to = moves.get(`post/${it.name}`);
    const moved = to === undefined ? it : { ...it, at: momentAt(to), written_at: to };
    return (steps.get(it.name) ?? []).reduce((post, step) => after(post, step, now), moved);
  });
}

function momentAt(to: string): string {
  return to.endsWith("Z") ? to : iso(momentOf(to, ZONE));
}

function after(it: Post, taken: string, now: number): Post {
  const [step, network] = taken.split(":");
  const each = (change: (place: PostPlace) => PostPlace): Post => {
    const networks = it.networks.map((place) =>
      network === undefined || place.network === network ? change(place) : place,
    );
    return { ...it, networks, needs_person: networks.some(isStuck) };
  };
  const note = (place: PostPlace, text: string) => [...place.notes, { at: iso(now), text }];
  const stand = (place: PostPlace): PostPlace => ({
    ...place,
    standing: "stands",
    parts: place.parts.map((one, n) =>
      part(one.text, "stands", { url: `https://social.example/${n}`, at: iso(now) }),
    ),
    notes: note(place, "part 1: stands"),
  });
  const gone = (place: PostPlace): PostPlace => ({
    ...place,
    standing: "gone",
    parts: place.parts.map((one) => part(one.text, "gone")),
    notes: note(place, "taken back"),
  });
  switch (step) {
    case "plan":
      return {
        ...it,
        state: "planned",
        at: it.at ?? (it.written_at === "queue" ? iso(on(now, 3, "16:30")) : null),
        approval: {
          needed: it.approval.needed,
          planned_by: ADMIN,
          ...(it.approval.needed && { lacks: "nobody has approved it yet" }),
        },
      };
    case "approve":
      return { ...it, approval: { ...it.approval, approved_by: ADMIN, lacks: undefined } };
    case "start":
      return { ...each(stand), at: iso(now), state: "done" };
    case "pause":
      return { ...it, state: "paused" };
    case "resume":
      return { ...it, state: "running" };
    case "cancel":
      return { ...it, state: "cancelled" };
    case "edit":
      return each((place) => ({ ...place, wish: "edit" }));
    case "delete":
      return each((place) => (place.standing === "stands" ? gone(place) : place));
    case "again":
      return each(stand);
    case "leave":
      return each(gone);
    default:
      return it;
  }
}

const isStuck = ({ standing }: PostPlace) => ["lost", "refused", "partly"].includes(standing);

export function accounts(now: number): SocialAccount[] {
  return [
    { network: "bluesky", name: "shop.example", checked: iso(now - 60_000), sign_in: false },
    { network: "mastodon", name: "@shop", checked: iso(now - 60_000), sign_in: false },
    {
      network: "linkedin",
      name: "Demo shop",
      checked: iso(now - 60_000),
      sign_in: true,
      trouble: "the token has ended",
    },
  ];
}

/** Of all channels, as far as they have a time; journeys every Monday. */
export function calendar(
  url: URL,
  now: number,
  steps: Steps,
  postSteps: PostSteps,
  moves: Moves,
): Calendar {
  const [from, to] = ["from", "to"].map((it) => Date.parse(url.searchParams.get(it) ?? ""));
  const all = [...items(now, steps, postSteps, moves), ...mondays(from ?? 0, to ?? 0)];
  const within = ({ at }: CalendarItem) =>
    at !== undefined && (from ?? 0) <= Date.parse(at) && Date.parse(at) < (to ?? 0);
  const open = ({ at, state }: CalendarItem) =>
    at === undefined && (state === "draft" || state === "planned");
  return { zone: ZONE, items: all.filter(within), undated: all.filter(open) };
}

export function items(
  now: number,
  steps: Steps,
  postSteps: PostSteps,
  moves: Moves,
): CalendarItem[] {
  const mail = broadcasts(now, steps).map((it): CalendarItem => {
    const to = moves.get(`broadcast/${it.name}`);
    const at = to === undefined ? it.at : momentAt(to);
    const isLocal = to === undefined ? it.local_time !== undefined : !to.endsWith("Z");
    return {
      kind: "broadcast",
      name: it.name,
      content: it.content,
      ...(at && { at }),
      ...(at && isLocal && { local_time: to ?? it.local_time }),
      state: it.state,
      channels: it.channels,
      movable: it.state === "draft" || it.state === "planned",
      queued: false,
      ...(it.approval.lacks && { lacks: it.approval.lacks }),
    };
  });
  const social = posts(now, postSteps, moves).map(
    (it): CalendarItem => ({
      kind: "post",
      name: it.name,
      ...(it.owner && { owner: it.owner }),
      content: it.content,
      ...(it.at && { at: it.at }),
      state: it.state,
      channels: it.networks.map(({ network }) => network),
      movable: it.state === "draft" || it.state === "planned",
      queued: it.written_at === "queue",
      ...(it.approval.lacks && { lacks: it.approval.lacks }),
    }),
  );
  return [...mail, ...social, ...pages(now, moves)];
}

/** One that is out, and one that comes out soon. */
function pages(now: number, moves: Moves): CalendarItem[] {
  const published = { care: on(now, 5, "07:30"), story: on(now, -6, "09:00") };
  return Object.entries(published).map(([name, at]) => ({
    kind: "page",
    name,
    content: name,
    at: moves.get(`page/${name}`) ?? iso(at),
    state: at <= now ? "done" : "planned",
    channels: [],
    movable: now < at,
    queued: false,
  }));
}

function mondays(from: number, to: number): CalendarItem[] {
  const found: CalendarItem[] = [];
  for (let day = from; day < to; day += DAY_MS) {
    if (new Date(day).getUTCDay() !== 1) continue;
    found.push({
      kind: "journey",
      name: "weekly-digest",
      content: "",
      at: iso(momentOf(`${iso(day).slice(0, 10)}T08:00:00`, ZONE)),
      state: "planned",
      channels: ["email"],
      movable: false,
      queued: false,
    });
  }
  return found;
}
