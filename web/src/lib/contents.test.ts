import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  contentOf,
  contentsOf,
  costsOf,
  eventFieldsIn,
  eventOf,
  inOrder,
  isMeant,
  localeOf,
  newContent,
  putAside,
  topicsOf,
} from "./contents";

const STORY =
  '---\ncontent: story\ntopic: rides # weekly\nlocale: en\nsummary: "A \\"long\\" ride: the dunes"\nlocales: {nl: story.nl.md, de: "story.de.md"}\n---\ncontent: not this one\n';

test("a file says its name, its summary and its languages", () => {
  expect(contentOf("content/story.md", STORY)).toEqual({
    name: "story",
    path: "content/story.md",
    summary: 'A "long" ride: the dunes',
    topic: "rides",
    languages: [
      { tag: "nl", path: "content/story.nl.md" },
      { tag: "de", path: "content/story.de.md" },
    ],
  });
  expect(localeOf(STORY)).toBe("en");
});

test("languages on lines of their own, and a summary on several", () => {
  const it = contentOf(
    "content/a/b.md",
    "---\ncontent: b\nlocales:\n  nl: b.nl.md\nsummary: >\n  One line,\n  and another\ntopic: t\n---\n",
  );
  expect(it.languages).toEqual([{ tag: "nl", path: "content/a/b.nl.md" }]);
  expect(it.summary).toBe("One line, and another");
  expect(it.topic).toBe("t");
});

test("the file of a language stands with its content, and other files not at all", () => {
  const files = {
    "content/story.md": STORY,
    "content/story.nl.md": "---\nsummary: Een rit\n---\nEr was eens.\n",
    "content/alone.md": "---\ncontent: alone\n---\n",
    "journeys/welcome.yaml": "journey: welcome\n",
    "content/broken.md": "no head\n",
  };
  expect(contentsOf(files).map((it) => it.name)).toEqual(["alone", "story"]);
});

test("every content of the simulated market has a name and a summary", () => {
  const folder = new URL("../../../crates/sim/programme/content/", import.meta.url);
  const paths = readdirSync(folder).filter((it) => it.endsWith(".md"));
  const files = paths.map((it) => [`content/${it}`, readFileSync(new URL(it, folder), "utf8")]);
  const found = contentsOf(Object.fromEntries(files));
  expect(found.length).toBe(paths.length);
  expect(found.filter((it) => it.summary === "")).toEqual([]);
});

test("each word that is looked for must be met", () => {
  const it = contentOf("content/story.md", STORY);
  expect(isMeant(it, "RIDE story")).toBe(true);
  expect(isMeant(it, "ride sale")).toBe(false);
  expect(isMeant(it, "")).toBe(true);
});

test("characters that cost stand in pieces of their own", () => {
  expect(costsOf("a “b” 😀", "“”😀")).toEqual([
    { text: "a ", costs: false },
    { text: "“", costs: true },
    { text: "b", costs: false },
    { text: "”", costs: true },
    { text: " ", costs: false },
    { text: "😀", costs: true },
  ]);
});

test("problems stand before hints, and each by its line", () => {
  const at = (severity: string, line: number, locale = "") => ({ severity, line, locale });
  const all = [at("hint", 1), at("problem", 9), at("problem", 2, "nl"), at("problem", 3)];
  expect(inOrder(all).map((it) => it.line)).toEqual([3, 9, 2, 1]);
});

test("pictures of other addresses are put aside, those in the mail itself are not", () => {
  expect(
    putAside('<style media="screen">a{}</style><p class="x" style="color:red">a style="b"</p>'),
  ).toBe('<template data-look>a{}</template><p class="x" data-look="color:red">a style="b"</p>');
});

test("what templates ask of the event is found, and put together as they ask", () => {
  const texts = [
    "Order {{ event.order }} of {{ event.item.name | default: 'x' }}; event.not is plain text",
    "{% if event.gift %}{{ event.order }}{% endif %} {{ person.event }}",
  ];
  expect(eventFieldsIn(texts)).toEqual(["order", "item.name", "gift"]);
  const values = { order: "17", "item.name": "bell", "item.price": "4", gift: "" };
  expect(eventOf(values)).toEqual({ order: "17", item: { name: "bell", price: "4" } });
});

test("a new content says what was chosen for it, and topics are read in either style", () => {
  const topics = "- topic: rides # weekly\n  description: Rides\n- {topic: 'the shop'}\n";
  expect(topicsOf({ "topics.yaml": topics })).toEqual(["rides", "the shop"]);
  expect(topicsOf({})).toEqual([]);
  const words = { summary: 'Say "hello"', body: "Hello." };
  const read = contentOf("content/spring.md", newContent("spring", "the shop", words));
  expect(read).toMatchObject({ name: "spring", topic: "the shop", summary: 'Say "hello"' });
  expect(newContent("spring", " ", words)).not.toContain("topic");
});
