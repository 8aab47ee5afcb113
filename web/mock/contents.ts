/** Invented contents, and how they would be said: as much as the pages about contents show. */
import type { ContentPreview, PostShown } from "../src/api/types.ts";
import { contentOf, contentsOf } from "../src/lib/contents.ts";

const STORY = `---
content: story
topic: rides
locale: en
summary: How Noor crossed the dunes
action: {label: Read on, url: "https://shop.example/noor"}
forms:
  email: {subject: "{{ person.name }}, how Noor crossed the dunes", preheader: Forty kilometres, one flat tyre}
  sms: {text: "“Forty kilometres” – read how Noor crossed the dunes"}
locales: {nl: story.nl.md}
---
Noor had never ridden more than ten kilometres. Then came the dunes, for 10 €.
`;

const STORY_NL = `---
summary: Hoe Noor door de duinen reed
forms:
  email: {subject: Hoe Noor door de duinen reed}
---
Noor had nog nooit meer dan tien kilometer gefietst. Toen kwamen de duinen, voor 12 €.
`;

const CARE = `---
content: care
topic: service
summary: Oil your chain before the rain
---
A chain that is oiled lasts twice as long.
`;

const SLOGANS = "---\ncontent: slogans-of-the-season\ntopic: offers\n---\nTwo for one.\n";

const files: Record<string, string> = {
  "content/story.md": STORY,
  "content/story.nl.md": STORY_NL,
  "content/care.md": CARE,
  "content/slogans.md": SLOGANS,
};

export const contentFiles = (): Record<string, string> => ({ ...files });

export const isContent = (path: string) => path.startsWith("content/");

export function contentName(path: string): string {
  return contentOf(path, files[path] ?? "").name;
}

export function saveContent(path: string, text: string | null) {
  if (text === null) delete files[path];
  else files[path] = text;
}

export function contentProblems(file: string, text: string) {
  return text.split("\n").flatMap((line, n) => {
    const [, field] = line.match(/^(subjekt|sumary)\b/) ?? [];
    if (field === undefined) return [];
    const message = `there is no field \`${field}\``;
    return [{ file, line: n + 1, column: 1, message, hint: "a content has `summary`" }];
  });
}

interface Asked {
  content: string;
  changes?: Record<string, string | null>;
  person?: string;
  locale?: string;
}

/** Null where there is no such content. */
export function previewContent(asked: Asked): ContentPreview | null {
  const all = Object.fromEntries(
    Object.entries({ ...files, ...asked.changes }).filter(([, text]) => text !== null),
  ) as Record<string, string>;
  const it = contentsOf(all).find(({ name }) => name === asked.content);
  if (!it) return null;
  const language = it.languages.find(({ tag }) => tag === asked.locale);
  const path = language?.path ?? it.path;
  const text = all[path] ?? "";
  const body = text.split(/^---$/m).slice(2).join("---").trim();
  const summary = contentOf(path, text).summary || it.summary;
  const name = asked.person ? "Ada" : undefined;
  const subject = text.match(/subject: "?([^,}"]*(?:\}\}[^,}"]*)?(?:, how[^"]*)?)/)?.[1] ?? summary;
  const problems: Record<string, string> = {};
  if (/person\.name/.test(text) && !name) {
    problems.email = "`person.name` has no value for this person; write `default:` after it";
  }
  const said = (of: string) => of.replaceAll(/\{\{ *person\.name *\}\}/g, name ?? "");
  const sms = text.match(/sms: \{text: "([^"]*)"/)?.[1] ?? summary;
  const foreign = [...new Set(sms.match(/[“”–]/g) ?? [])].join("");
  return {
    locales: it.languages.map(({ tag }) => tag),
    email: problems.email
      ? null
      : {
          subject: said(subject),
          preheader: text.match(/preheader: ([^}]*)/)?.[1] ?? "",
          html: htmlOf(said(subject), body),
          text: `${said(subject)}\n\n${body}\n\nRead on: https://shop.example/noor\n`,
          bytes: 18_432 + body.length,
        },
    sms: {
      text: `${sms} https://shop.example/noor`,
      gsm: foreign === "",
      units: sms.length + 26,
      segments: foreign === "" ? 1 : 2,
      foreign,
      segments_without: 1,
    },
    push: { title: "Demo shop", body: summary, url: "https://shop.example/noor" },
    onsite: { title: "Demo shop", body: summary, url: null },
    page: {
      address: `https://shop.example/read/${it.name}`,
      title: said(subject),
      description: summary,
      kind: "article",
      published: "2026-11-20T00:00:00Z",
      is_out: true,
      tags: ["routes"],
      image: null,
      form: "",
      download: "",
    },
    problems,
    posts: postsOf(summary, body),
    findings: findingsOf(it.name, text),
  };
}

function findingsOf(content: string, text: string): ContentPreview["findings"] {
  if (!text.includes("€")) return [];
  const line = text.split("\n").findIndex((each) => each.includes("€")) + 1;
  const at = { content, form: "email", locale: "nl", line };
  return [
    {
      ...at,
      form: "sms",
      locale: "",
      severity: "hint",
      message: "the text message takes 2 segments because of “ ” –",
      hint: "write straight quotes and a hyphen",
    },
    {
      ...at,
      severity: "problem",
      message: "the languages name other prices: 10 € and 12 €",
      hint: "say the same price in `story.md` and `story.nl.md`",
    },
  ];
}

function postsOf(summary: string, body: string): Record<string, PostShown> {
  const one = { text: summary, images: [], card: null };
  const card = { url: "https://shop.example/noor", title: summary, description: body.slice(0, 60) };
  const image = { url: "https://shop.example/dunes.jpg", alt: "A cyclist between two dunes" };
  return {
    bluesky: {
      parts: [
        { ...one, images: [image] },
        { text: body, images: [], card },
      ],
      problem: null,
    },
    mastodon: { parts: [{ ...one, text: `${summary}\n\n#rides` }], problem: null },
    linkedin: { parts: [{ ...one, card }], problem: null },
    facebook: { parts: [{ ...one, images: [{ ...image, alt: "" }] }], problem: null },
    threads: { parts: [one], problem: null },
    x: { parts: [], problem: "the post takes 301 of 280 characters; give `x` a text of its own" },
  };
}

function htmlOf(subject: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${subject}</title><style>
.wrap > p { line-height: 1.6 } @media (max-width: 500px) { .wrap { padding: 12px !important } }
</style></head><body style="margin:0;background:#f4f4f0;font-family:Georgia,serif">
<div class="wrap" style="max-width:560px;margin:0 auto;padding:32px;background:#ffffff;color:#222222">
<h1 style="color:#0b6b62;font-size:24px">${subject}</h1>
<img src="https://shop.example/dunes.jpg" alt="A cyclist between two dunes" width="496" height="120" style="background:#e8e8e2">
<p>${body}</p>
<p><a href="https://shop.example/noor" style="display:inline-block;padding:10px 18px;background:#0b6b62;color:#ffffff;text-decoration:none">Read on</a></p>
</div></body></html>`;
}

/** Only some campaigns say what does not agree. */
export function campaignFindings(campaign: string) {
  const findings: ContentPreview["findings"] = [
    {
      severity: "problem",
      content: "care",
      form: "email",
      locale: "nl",
      line: 0,
      message: "says EUR 12.00, and the body says EUR 10.00",
      hint: "write the same price in all of them",
    },
    {
      severity: "hint",
      content: "story",
      form: "sms",
      locale: "",
      line: 0,
      message: "the text message does not say how to stop them",
      hint: "write for example: Reply STOP to end",
    },
  ];
  const has = ["journey/welcome", "broadcast/spring", "broadcast/members-evening"];
  return { campaigns: [{ campaign, findings: has.includes(campaign) ? findings : [] }] };
}
