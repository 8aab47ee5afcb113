import { expect, test } from "vitest";
import { posts } from "../../mock/posts.ts";
import type { Post, PostPlace } from "../api/types";
import {
  countLines,
  decidesPost,
  formOf,
  freePostPath,
  isGoing,
  maySecond,
  placeSteps,
  postApproving,
  postSteps,
  standings,
} from "./posts";

const now = Date.parse("2026-11-23T09:00:00Z");
const part = (state: string, at?: string) => ({
  text: "New bikes",
  images: 0,
  state,
  ...(at && { at }),
});
const place = (standing: string, states: string[], more: Partial<PostPlace> = {}): PostPlace => ({
  network: "bluesky",
  standing,
  parts: states.map((it) => part(it)),
  counts: [],
  notes: [],
  ...more,
});
const post = (
  state: Post["state"],
  networks: PostPlace[] = [],
  more: Partial<Post> = {},
): Post => ({
  name: "launch",
  content: "launch",
  at: null,
  state,
  approval: { needed: false },
  needs_person: false,
  networks,
  ...more,
});

test("nothing goes out before it was planned, and what is planned can go out at once", () => {
  expect(postSteps(post("draft"), "admin")).toEqual(["plan", "cancel"]);
  expect(postSteps(post("planned"), "admin")).toEqual(["start", "plan", "cancel"]);
  expect(postSteps(post("running"), "admin")).toEqual(["pause", "cancel"]);
  expect(postSteps(post("paused"), "admin")).toEqual(["resume", "cancel"]);
  expect(postSteps(post("done"), "admin")).toEqual([]);
});

test("who planned it cannot approve it, and what was changed is planned anew", () => {
  const lacks = "nobody has approved it yet\n  hint: somebody else must";
  const open = post("planned", [], { approval: { needed: true, planned_by: "noor", lacks } });
  expect(postSteps(open, "admin")).toEqual(["approve", "plan", "cancel"]);
  expect(postSteps(open, "noor")).toEqual(["plan", "cancel"]);
  const file = "its file is not as it was planned\n  hint: plan it anew";
  const changed = post("planned", [], { approval: { needed: false, lacks: file } });
  expect(postApproving(changed, "admin")).toBe("anew");
  expect(postSteps(changed, "admin")).toEqual(["plan", "cancel"]);
});

test("what stands can be changed and taken back, but not where the network lets nobody change it", () => {
  const whole = place("stands", ["stands", "stands"]);
  expect(placeSteps(whole, "done")).toEqual(["edit", "delete"]);
  expect(placeSteps({ ...whole, network: "threads" }, "done")).toEqual(["delete"]);
  expect(placeSteps({ ...whole, wish: "edit" }, "done")).toEqual(["delete"]);
  expect(placeSteps({ ...whole, wish: "delete" }, "done")).toEqual([]);
  expect(placeSteps(place("partly", ["stands", "refused"]), "done")).toEqual(["again", "delete"]);
  const elsewhere = { ...whole, network: "threads" };
  expect(postSteps(post("done", [whole, elsewhere]), "admin")).toEqual(["delete"]);
  expect(postSteps(post("done", [whole, place("gone", ["gone"])]), "admin")).toEqual([]);
});

test("what is lost is tried again only after nobody looks for it any more, and it may make a second copy", () => {
  const looked = place("going", [], { parts: [part("lost", "2026-11-23T09:01:00Z")] });
  expect(placeSteps(looked, "running")).toEqual([]);
  const lost = place("lost", ["lost"]);
  expect(placeSteps(lost, "done")).toEqual(["again", "leave"]);
  expect([maySecond(lost), maySecond(place("refused", ["refused"]))]).toEqual([true, false]);
  expect(placeSteps(place("refused", ["refused"]), "cancelled")).toEqual([]);
  expect(placeSteps(place("waiting", [], { problem: "too long" }), "draft")).toEqual([]);
  expect(placeSteps(place("waiting", [], { problem: "too long" }), "done")).toEqual(["again"]);
});

test("planning decides something where nobody has to start it", () => {
  expect(decidesPost(post("draft"), now)).toBe(false);
  expect(decidesPost(post("draft", [], { written_at: "queue" }), now)).toBe(true);
  expect(decidesPost(post("draft", [], { at: "2026-11-27T09:00:00Z" }), now)).toBe(true);
  expect(decidesPost(post("draft", [], { at: "2026-11-20T09:00:00Z" }), now)).toBe(false);
});

test("it is looked at more often while something happens to it", () => {
  expect(isGoing(post("done", [place("stands", ["stands"])]))).toBe(false);
  expect(isGoing(post("done", [place("stands", ["stands"], { wish: "edit" })]))).toBe(true);
  expect(isGoing(post("running"))).toBe(true);
});

test("what a network does not tell is not nothing", () => {
  const lines = countLines([
    { at: "2026-11-23T09:00:00Z", likes: 0, reposts: 0, replies: 0, views: 10 },
    { at: "2026-11-23T11:00:00Z", likes: 4, reposts: 0, replies: 1, views: 40 },
    { at: "2026-11-23T13:00:00Z", likes: 8, reposts: 0, replies: 1, views: 40 },
  ]);
  const of = (kind: string) => lines.find((it) => it.kind === kind);
  expect(of("likes")?.points).toEqual([
    { x: 0, y: 0 },
    { x: 0.5, y: 0.5 },
    { x: 1, y: 1 },
  ]);
  expect([of("reposts")?.now, of("views")?.now, of("clicks")?.now]).toEqual([0, 40, null]);
  expect(countLines([]).every(({ now: it }) => it === null)).toBe(true);
});

test("the file of a new post says what was chosen and nothing else", () => {
  const chosen = {
    name: " launch ",
    owner: "",
    content: "launch",
    networks: ["bluesky"],
    when: "at" as const,
    at: "2026-11-27T09:00",
    approval: false,
    locale: "",
  };
  expect(formOf(chosen)).toEqual({
    post: "launch",
    content: "launch",
    networks: ["bluesky"],
    at: "2026-11-27T09:00",
  });
  expect(formOf({ ...chosen, when: "queue", approval: true, locale: "nl" })).toMatchObject({
    at: "queue",
    approval: true,
    locale: "nl",
  });
  expect(formOf({ ...chosen, when: "hand" })).not.toHaveProperty("at");
  expect(freePostPath("New bikes!", new Set(["posts/New-bikes-.yaml"]))).toBe(
    "posts/New-bikes--2.yaml",
  );
});

test("the mock's posts stand as the server's would", () => {
  for (const it of posts(now, new Map())) {
    for (const { standing, parts } of it.networks) {
      expect(standings).toContain(standing);
      if (standing === "stands") expect(parts.every(({ state }) => state === "stands")).toBe(true);
    }
  }
});
