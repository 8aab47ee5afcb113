/**
 * A stand-in for the server, for working on the app and for checking it in a browser. The cookie
 * `mock_scenario` chooses what it shows (see `Scenario`); `mock_signed_out=1` and `mock_setup=1`
 * show the pages before the app, and `mock_steps` holds what was done to broadcasts, `mock_posts` to posts, `mock_moves` what was
 * moved on the calendar, and `mock_undone` what was done to a merge. It also sends the policy that the real server sends, so that
 * whatever the browser would refuse there is refused here.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import type { ReplayAsked } from "../src/api/replays.ts";
import type { Part } from "../src/lib/conditions.ts";
import {
  audienceDetail,
  audiences,
  beginPreview,
  jobReport,
  largest,
  memberCount,
  overlap,
  stopJob,
} from "./audiences.ts";
import { ADMIN, broadcastPlan, broadcasts, MEMBER, type Steps, taken } from "./broadcasts.ts";
import { campaignDetail, campaignFaults, campaigns } from "./campaigns.ts";
import { channels, mailDomain } from "./channels.ts";
import { condition, parse, Refused, vocabulary } from "./conditions.ts";
import { campaignFindings, contentFiles, previewContent } from "./contents.ts";
import {
  chance,
  lastReceived,
  people,
  person,
  received,
  type Scenario,
  sources,
  timeline,
  today,
} from "./data.ts";
import { decisions, holdouts } from "./decisions.ts";
import { forms } from "./forms.ts";
import { identity, type Undone, undoPlan } from "./identity.ts";
import { experiments, journeyDetail, journeySummaries, move, movePlan } from "./journeys.ts";
import { figure, leverageOf, measuring, power } from "./measure.ts";
import { accounts, addPost, calendar, items, type Moves, type PostSteps, posts } from "./posts.ts";
import {
  applyProgramme,
  programmeFile,
  programmeFiles,
  programmePlan,
  programmeProblems,
} from "./programme.ts";
import { beginReplay, replayReport, stopReplay } from "./replays.ts";
import { finish, tasks } from "./tasks.ts";
import { callAgain, tryReceiver, webhookCall, webhookCalls, webhookSecret } from "./webhooks.ts";
import { readYaml } from "./yaml.ts";

const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const STREAM_EVERY_MS = 900;
const TIMELINE_PAGE = 30;

export function mockServer(): Plugin {
  return {
    name: "fulcrum-mock",
    configureServer: (server) => {
      server.middlewares.use(answer);
    },
    configurePreviewServer: (server) => {
      server.middlewares.use((_, response, next) => {
        response.setHeader("content-security-policy", CONTENT_POLICY);
        next();
      });
      server.middlewares.use(answer);
    },
  };
}

const created: { id: string; name: string }[] = [];

const answer: Connect.NextHandleFunction = async (request, response, next) => {
  const url = new URL(request.url ?? "/", "http://mock");
  if (!url.pathname.startsWith("/api/v1/")) return next();
  const cookies = new Map(
    (request.headers.cookie ?? "").split("; ").map((it) => it.split("=") as [string, string]),
  );
  const scenario = (cookies.get("mock_scenario") ?? "normal") as Scenario;
  const now = Date.now();
  const path = url.pathname.slice("/api/v1".length);
  const key = `${request.method} ${path}`;
  const of = (name: string) => path.match(new RegExp(`^/${name}$`));
  if (key === "GET /session") return json(response, session(cookies, scenario));
  if (key === "POST /session") {
    const { email, password } = await body(request);
    const either = email ? "the address or the password is wrong" : "the password is wrong";
    if (password === "wrong") return problem(response, 401, either);
    return done(response, "mock_signed_out=; Max-Age=0; Path=/");
  }
  if (key === "DELETE /session") return done(response, "mock_signed_out=1; Path=/");
  if (key === "POST /setup") {
    const { token } = await body(request);
    if (token === "used")
      return problem(response, 403, "the link was used already or is an old one");
    const gone = ["mock_setup", "mock_signed_out"].map((it) => `${it}=; Max-Age=0; Path=/`);
    return done(response, gone);
  }
  if (cookies.get("mock_signed_out")) return problem(response, 401, "Sign in first.");
  if (scenario === "lost") return problem(response, 503, "The engine is starting.");
  if (key === "GET /today") return json(response, today(now, scenario));
  if (key === "GET /leverage") return json(response, leverageOf(url, scenario));
  if (key === "GET /panel") return json(response, measuring(scenario));
  if (key === "GET /power") return json(response, power(url.searchParams));
  if (key === "GET /leverage/csv") {
    response.setHeader("content-type", "text/csv");
    response.end("quantity,estimate,low,high\n");
    return;
  }
  if (key === "GET /leverage/figure" && scenario === "insufficient")
    return problem(response, 409, "no people in cell `email+push`");
  if (key === "GET /leverage/figure" || key === "GET /power/figure")
    return drawing(response, figure(url.searchParams));
  if (key === "POST /resume")
    return done(response, "mock_scenario=normal; Path=/", { released: 2_913 });
  if (key === "GET /people")
    return json(response, peoplePage(url, scenario === "empty" ? [] : people(now)));
  if (key === "GET /sources") {
    const made = created.map((it) => ({
      ...it,
      accepted: 0,
      rejected: 0,
      duplicates: 0,
      last_at: null,
    }));
    return json(response, { sources: scenario === "empty" ? made : [...sources(now), ...made] });
  }
  if (key === "POST /sources") {
    const id = `s${created.length + 4}`;
    created.push({ id, name: String((await body(request)).name) });
    return json(response, { id, write_key: "fk_mock_0123456789abcdefghijkl" });
  }
  if (key === "GET /events") {
    const source = url.searchParams.get("source");
    const events = scenario === "empty" ? [] : lastReceived(now);
    return json(response, { events: events.filter((it) => !source || it.source === source) });
  }
  if (key === "GET /decisions")
    return json(response, scenario === "empty" ? { days: [] } : decisions(now));
  if (key === "GET /holdouts") {
    const all = holdouts();
    return json(response, scenario === "empty" ? { ...all, holdouts: [] } : all);
  }
  if (key === "GET /journeys")
    return json(response, { journeys: scenario === "empty" ? [] : journeySummaries() });
  const part = path.match(/^\/journeys\/([^/]+)\/(move|experiments)$/);
  if (part?.[2] === "experiments")
    return json(response, { experiments: experiments(decodeURIComponent(part[1] ?? "")) });
  if (part && request.method === "GET")
    return json(response, movePlan(Number(url.searchParams.get("from") ?? 5)));
  if (part) return json(response, move(Number((await body(request)).from)));
  if (key === "POST /replays") {
    return json(response, { job: beginReplay((await body(request)) as unknown as ReplayAsked) });
  }
  const replayJob = of("jobs/(9\\d+)");
  if (replayJob && request.method === "DELETE")
    return stopReplay(replayJob[1] ?? "") ? done(response) : problem(response, 404, "no such job");
  const replayed = replayJob && replayReport(replayJob[1] ?? "");
  if (replayed) return json(response, replayed);
  if (path === "/tasks" || path.startsWith("/tasks/"))
    return aboutTasks(request, response, url, path, scenario, now);
  if (path === "/webhooks" || path.startsWith("/webhooks/"))
    return aboutWebhooks(request, response, url, path, scenario, now);
  const journey = of("journeys/([^/]+)");
  if (journey) {
    const found = journeyDetail(decodeURIComponent(journey[1] ?? ""));
    return found
      ? json(response, found)
      : problem(response, 404, "the programme has no such journey");
  }
  const tested = path.match(/^\/contents\/[^/]+\/test$/);
  if (tested && request.method === "POST") {
    const { to } = (await body(request)) as unknown as {
      to: { channel: string; address: string }[];
    };
    const sent = to.map(({ channel, address }) => ({
      channel,
      to: address,
      accepted: address !== "closed@shop.example",
      detail: address === "closed@shop.example" ? "mail to it came back" : "250 2.0.0 queued",
    }));
    return json(response, { sent });
  }
  if (key === "GET /forms") return json(response, forms(now, scenario === "empty"));
  if (key === "GET /channels") return json(response, channels(now, scenario === "empty"));
  if (key === "GET /channels/email/domain") {
    const check = url.searchParams.get("check") === "true";
    return json(response, mailDomain(check, scenario === "empty"));
  }
  if (key === "GET /campaigns")
    return json(response, { campaigns: scenario === "empty" ? [] : campaigns(now) });
  const campaign = path.match(/^\/campaigns\/(\w+)\/([^/]+)(\/faults)?$/);
  if (campaign && request.method === "GET") {
    const [kind, name] = [campaign[1] ?? "", decodeURIComponent(campaign[2] ?? "")];
    if (campaign[3])
      return json(response, { faults: campaignFaults(kind, name, now), next_cursor: null });
    const found = campaignDetail(kind, name, now);
    return found ? json(response, found) : problem(response, 404, "there is no such campaign");
  }
  if (key === "POST /campaigns/release") return done(response);
  if (key === "GET /campaigns/findings")
    return json(response, campaignFindings(url.searchParams.get("campaign") ?? ""));
  if (key === "POST /contents/preview") {
    const asked = (await body(request)) as unknown as Parameters<typeof previewContent>[0];
    const problems = programmeProblems(asked.changes ?? {});
    if (0 < problems.length)
      return problem(response, 422, problems[0]?.message ?? "", { problems });
    const found = previewContent(asked);
    return found
      ? json(response, found)
      : problem(response, 404, `the programme has no content \`${asked.content}\``);
  }
  if (key === "POST /contents/links") return json(response, { job: "links" });
  if (key === "GET /jobs/links") {
    const one = campaignFindings("journey/welcome").campaigns[0]?.findings[0];
    const message = "`https://twowheels.example/spring` is dead: answers 404";
    const finding = { severity: "problem", content: "story", form: "", locale: "", line: 12 };
    const dead = { ...one, ...finding, message, hint: "write another address" };
    const result = { asked: 14, left_out: 0, findings: [dead] };
    return json(response, {
      id: "links",
      kind: "links",
      state: "done",
      done: 14,
      total: 14,
      result,
    });
  }
  if (path.startsWith("/programme")) return aboutProgramme(request, response, path, scenario, now);
  if (/^\/(audiences|jobs|overlap|counting)\b/.test(path) || path === "/conditions/preview")
    return aboutAudiences(request, response, url, path, scenario, now);
  if (path.startsWith("/conditions/")) return aboutConditions(request, response, path);
  if (path === "/team" || path.startsWith("/team/"))
    return aboutTeam(request, response, path, cookies, scenario);
  if (key === "GET /broadcasts") {
    const all = scenario === "empty" ? [] : broadcasts(now, steps(cookies));
    return json(response, { broadcasts: all });
  }
  const steered = path.match(/^\/broadcasts\/([^/]+)\/(\w+)$/);
  if (steered && request.method === "POST") {
    const [name, step] = [decodeURIComponent(steered[1] ?? ""), steered[2] ?? ""];
    return steer(response, cookies, scenario, now, name, step);
  }
  if (/^\/(posts|calendar)\b/.test(path))
    return aboutPosts(request, response, url, path, cookies, scenario, now);
  if (key === "GET /events/stream") return stream(request, response, scenario);
  const one = of("people/([^/]+)");
  if (one) {
    const found = person(one[1] ?? "", now);
    return found ? json(response, found) : problem(response, 404, "There is no such person.");
  }
  const undone = (cookies.get("mock_undone") ?? "") as Undone;
  const who = of("people/([^/]+)/identity");
  if (who) return json(response, identity(who[1] ?? "", now, undone));
  const merge = of("merges/([^/]+)/(undo|allow)");
  if (merge && request.method === "GET") return json(response, undoPlan(now));
  if (merge) {
    const state: Undone = merge[2] === "undo" ? "undone" : "allowed";
    return done(response, `mock_undone=${state}; Path=/`, identity("p1", now, state));
  }
  const erased = path.match(/^\/people\/([^/]+)\/erase$/);
  if (erased && request.method === "POST") {
    return json(response, { id: erased[1], erased: true, identifiers: 3, messages: 12 });
  }
  const story = of("people/([^/]+)/timeline");
  if (story) return json(response, timelinePage(url, timeline(story[1] ?? "", now)));
  return problem(response, 404, `The mock does not know ${key}.`);
};

/** `spring.running.1790000000000~…`: kept in the browser, so that each check begins anew. */
function steps(cookies: Map<string, string>): Steps {
  const all = (cookies.get("mock_steps") ?? "").split("~").filter(Boolean);
  return new Map(
    all.map((it) => {
      const [name = "", state = "draft", since = "0", approved] = it.split(".");
      const taken = { state: state as never, since: Number(since), approved: approved === "1" };
      return [name, taken] as const;
    }),
  );
}

function steer(
  response: ServerResponse,
  cookies: Map<string, string>,
  scenario: Scenario,
  now: number,
  name: string,
  step: string,
) {
  const all = steps(cookies);
  const it = broadcasts(now, all).find((each) => each.name === name);
  if (!it) return problem(response, 404, `the programme has no broadcast \`${name}\``);
  if (scenario === "refusing" && step !== "plan")
    return problem(response, 409, "a broadcast that is done cannot be started");
  const state = taken(it, step, scenario === "member" ? MEMBER : ADMIN);
  if (typeof state === "object") return problem(response, 409, state.refused);
  const approved = step === "approve" || (step !== "plan" && all.get(name)?.approved);
  all.set(name, { state, since: now, approved });
  const text = [...all]
    .map(([key, each]) => `${key}.${each.state}.${each.since}.${each.approved ? 1 : 0}`)
    .join("~");
  const then = broadcasts(now, all).find((each) => each.name === name) ?? it;
  const cookie = `mock_steps=${text}; Path=/`;
  return done(response, cookie, step === "plan" ? broadcastPlan(then, now) : then);
}

/** Lists by name, kept in the browser, so that each check begins anew. */
function keptIn<T>(cookies: Map<string, string>, name: string): Map<string, T> {
  return new Map(Object.entries(JSON.parse(decodeURIComponent(cookies.get(name) ?? "%7B%7D"))));
}

function kept(name: string, all: Map<string, unknown>): string {
  return `${name}=${encodeURIComponent(JSON.stringify(Object.fromEntries(all)))}; Path=/`;
}

async function aboutPosts(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: string,
  cookies: Map<string, string>,
  scenario: Scenario,
  now: number,
) {
  const taken: PostSteps = keptIn(cookies, "mock_posts");
  const moves: Moves = keptIn(cookies, "mock_moves");
  const [, part = "", name = "", action] = path.split("/").map(decodeURIComponent);
  if (part === "calendar" && name === "move") {
    const { kind, name: of, at } = (await body(request)) as Record<string, string>;
    if (scenario === "refusing") return problem(response, 409, "it has begun already, or is over");
    moves.set(`${kind}/${of}`, String(at));
    const it = items(now, steps(cookies), taken, moves).find(
      (each) => each.kind === kind && each.name === of,
    );
    return it
      ? done(response, kept("mock_moves", moves), it)
      : problem(response, 404, "there is none of this name");
  }
  if (part === "calendar") {
    if (scenario === "empty")
      return json(response, { zone: "Europe/Amsterdam", items: [], undated: [] });
    return json(response, calendar(url, now, steps(cookies), taken, moves));
  }
  if (name === "") {
    const none = scenario === "empty";
    const all = none ? [] : posts(now, taken, moves);
    return json(response, { posts: all, accounts: none ? [] : accounts(now) });
  }
  if (action && request.method === "POST") {
    if (scenario === "refusing") return problem(response, 409, "it says that already");
    const { network } = await body(request);
    const step = network === undefined ? action : `${action}:${network}`;
    taken.set(name, [...(taken.get(name) ?? []), step]);
    response.setHeader("set-cookie", kept("mock_posts", taken));
  }
  const it = posts(now, taken, moves).find((each) => each.name === name);
  return it ? json(response, it) : problem(response, 404, `the programme has no post \`${name}\``);
}

/** `noor@shop.example:1~…`: kept in the browser, with what was done to it. */
async function aboutTeam(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  cookies: Map<string, string>,
  scenario: Scenario,
) {
  const first = scenario === "empty" ? "" : `${MEMBER}:1~piet@shop.example:0`;
  const team = new Map(
    decodeURIComponent(cookies.get("mock_team") ?? first)
      .split("~")
      .filter(Boolean)
      .map((it) => it.split(":") as [string, string]),
  );
  const cookie = () =>
    `mock_team=${encodeURIComponent([...team].map((it) => it.join(":")).join("~"))}; Path=/`;
  if (request.method === "GET") {
    const members = [...team].map(([email, active]) => ({ email, active: active === "1" }));
    return json(response, { members });
  }
  if (scenario === "member") return problem(response, 403, "only the admin changes the team");
  if (request.method === "DELETE") {
    team.delete(decodeURIComponent(path.slice("/team/".length)));
    return done(response, cookie());
  }
  const email = String((await body(request)).email).toLowerCase();
  if (email.endsWith("@full.example")) {
    return problem(response, 409, "a team has at most 200 members; remove one first");
  }
  if (!team.has(email)) team.set(email, "0");
  return done(response, cookie(), { email, path: "/setup?token=mock-0123456789abcdef" });
}

function aboutTasks(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: string,
  scenario: Scenario,
  now: number,
) {
  const [, , id = ""] = path.split("/");
  if (request.method === "POST") {
    const it = finish(decodeURIComponent(id), now);
    return it ? json(response, it) : problem(response, 404, `there is no task \`${id}\``);
  }
  const person = url.searchParams.get("person");
  const wanted = url.searchParams.get("done") === "true";
  const found = (scenario === "empty" ? [] : tasks(now)).filter(
    (it) => it.done === wanted && (person === null || it.person === person),
  );
  return json(response, { tasks: found, total: found.length });
}

async function aboutWebhooks(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: string,
  scenario: Scenario,
  now: number,
) {
  const [, , part = "", step] = path.split("/").map(decodeURIComponent);
  if (part === "") return json(response, webhookCalls(url.searchParams, now, scenario === "empty"));
  if (part === "secret") {
    return scenario === "member"
      ? problem(response, 403, "only the admin sees and changes the secret of webhooks")
      : json(response, webhookSecret(now));
  }
  if (part === "test") return json(response, tryReceiver(String((await body(request)).url)));
  const it = step === "retry" ? callAgain(part, now) : webhookCall(part, now);
  return it
    ? json(response, it)
    : problem(response, 404, `there is no call with the key \`${part}\``);
}

async function aboutConditions(request: IncomingMessage, response: ServerResponse, path: string) {
  if (path === "/conditions/vocabulary") return json(response, vocabulary());
  const { text, tree } = (await body(request)) as { text?: string; tree?: Part };
  try {
    return json(response, condition(text === undefined ? (tree as Part) : parse(text)));
  } catch (error) {
    if (error instanceof Refused) return problem(response, 400, error.message);
    throw error;
  }
}

async function aboutProgramme(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  scenario: Scenario,
  now: number,
) {
  if (path === "/programme" && request.method === "GET") {
    const files = scenario === "empty" ? {} : contentFiles();
    return json(response, { version: 7, files, earlier: {} });
  }
  if (path === "/programme/files")
    return json(response, { version: 7, files: programmeFiles(now) });
  if (path.startsWith("/programme/files/posts") && request.method === "PUT") {
    const { form } = (await body(request)) as { form: Record<string, unknown> };
    if (form.post === "refused") {
      const [file, message] = ["posts/refused.yaml", "the name is not one"];
      const problems = [{ file, line: 1, column: 1, message, hint: "use letters and hyphens" }];
      return problem(response, 422, message, { problems });
    }
    addPost(form);
    return json(response, { path, kind: "post", name: form.post, etag: "mock", version: 8 });
  }
  if (path.startsWith("/programme/files/")) {
    const file = programmeFile(decodeURIComponent(path.slice("/programme/files/".length)), now);
    return file ? json(response, file) : problem(response, 404, "the programme has no such file");
  }
  if (path === "/programme/fields") {
    const form = readYaml(String((await body(request)).text));
    const isFields = form !== null && typeof form === "object" && !Array.isArray(form);
    return json(response, { form: isFields ? form : null });
  }
  const { changes = {}, plan } = (await body(request)) as {
    changes?: Record<string, string | null>;
    plan?: string;
  };
  const problems = programmeProblems(changes);
  if (path === "/programme/check")
    return json(response, { sound: problems.length === 0, problems });
  if (0 < problems.length) {
    return problem(response, 422, problems[0]?.message ?? "", { problems });
  }
  if (path === "/programme/plan") return json(response, programmePlan(changes, now));
  if (scenario === "refusing" || plan !== programmePlan(changes, now).id) {
    const detail = "another programme runs than the plan was made for; look at a new plan";
    return problem(response, 409, detail);
  }
  applyProgramme(changes);
  return json(response, { version: 8 });
}

async function aboutAudiences(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  path: string,
  scenario: Scenario,
  now: number,
) {
  const [, part = "", id = "", of = ""] = path.split("/").map(decodeURIComponent);
  if (part === "jobs" && request.method === "DELETE") {
    return stopJob(id) ? done(response) : problem(response, 404, "there is no such job");
  }
  if (part === "jobs") {
    const report = jobReport(id);
    return report ? json(response, report) : problem(response, 404, "there is no such job");
  }
  if (part === "counting") {
    return problem(response, 404, "the history is not being read for any audience");
  }
  if (part === "overlap") {
    const names = url.searchParams.get("names");
    return json(response, overlap(names ? names.split(",") : largest()));
  }
  if (part === "conditions") {
    try {
      const { name, when } = (await body(request)) as { name?: string; when: string };
      return json(response, { job: beginPreview({ name, when }) });
    } catch (error) {
      if (error instanceof Refused) return problem(response, 400, error.message);
      throw error;
    }
  }
  if (id === "") {
    const all = scenario === "empty" ? [] : audiences(now);
    const filling = scenario === "filling";
    for (const it of all) it.waits = filling && it.name === "trail_runners";
    const fill = filling ? { done: 6_212, total: 19_204 } : null;
    const counting = filling ? { done: 11_020, total: 19_204 } : null;
    return json(response, { audiences: all, fill, counting });
  }
  const size = memberCount(id);
  if (size === null) {
    return problem(response, 404, `the programme has no audience \`${id}\``);
  }
  if (of === "members.csv") {
    response.setHeader("content-type", "text/csv");
    response.setHeader("content-disposition", `attachment; filename="${id}.csv"`);
    response.end("person,name,since\n");
    return;
  }
  if (of === "members") {
    return json(response, peoplePage(url, people(now).slice(0, size), size));
  }
  const detail = audienceDetail(id, Number(url.searchParams.get("days") ?? 90), now);
  if (detail) detail.waits = scenario === "filling";
  return json(response, detail);
}

function session(cookies: Map<string, string>, scenario: Scenario) {
  const real = scenario === "real";
  return {
    signed_in: !cookies.get("mock_signed_out") && !cookies.get("mock_setup"),
    who: scenario === "member" ? MEMBER : ADMIN,
    needs_setup: cookies.get("mock_setup") === "1",
    installation: {
      name: real ? "Acme outdoor" : "Demo shop",
      simulated: !real && scenario !== "empty",
      version: "0.1.0",
    },
  };
}

function peoplePage(url: URL, all: ReturnType<typeof people>, total?: number) {
  const q = (url.searchParams.get("q") ?? "").toLowerCase();
  const limit = Number(url.searchParams.get("limit") ?? 50);
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const found = all.filter(
    (it) =>
      it.id === q || [it.name, ...it.identifiers].some((text) => text.toLowerCase().includes(q)),
  );
  const next = from + limit;
  return {
    people: found.slice(from, next),
    next_cursor: next < found.length ? String(next) : null,
    total: total ?? found.length,
  };
}

function timelinePage(url: URL, all: ReturnType<typeof timeline>) {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const next = from + TIMELINE_PAGE;
  return { items: all.slice(from, next), next_cursor: next < all.length ? String(next) : null };
}

function stream(request: IncomingMessage, response: ServerResponse, scenario: Scenario) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(":\n\n");
  if (scenario === "empty") return;
  const random = chance(Date.now());
  const timer = setInterval(() => {
    response.write(`data: ${JSON.stringify(received(random, Date.now()))}\n\n`);
  }, STREAM_EVERY_MS);
  request.on("close", () => clearInterval(timer));
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text || "{}");
}

function json(response: ServerResponse, data: unknown) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(data));
}

function drawing(response: ServerResponse, svg: string) {
  response.setHeader("content-type", "image/svg+xml");
  response.end(svg);
}

function done(response: ServerResponse, cookie?: string | string[], data?: unknown) {
  if (cookie) response.setHeader("set-cookie", cookie);
  if (data) return json(response, data);
  response.statusCode = 204;
  response.end();
}

function problem(response: ServerResponse, status: number, detail: string, more = {}) {
  response.statusCode = status;
  response.setHeader("content-type", "application/problem+json");
  response.end(
    JSON.stringify({ type: "about:blank", title: "It did not work", status, detail, ...more }),
  );
}
