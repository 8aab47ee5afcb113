/** Invented calls of other systems: some wait, some failed, some were answered. */
import type { WebhookCall, WebhookCalls, WebhookTried } from "../src/api/types.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const CRM = "https://crm.example/hooks/lapsing";
const ERP = "https://erp.shop.example/carts";

/** Whom this run of the mock was asked to call again, and when. */
const again = new Map<string, number>();

interface Made {
  key: string;
  url: string;
  state: WebhookCall["state"];
  tries: number;
  detail: string;
  /** Minutes since it was made and tried, and until it is tried next. */
  ago: number;
  tried?: number;
  next?: number;
  person?: string | null;
}

const made: Made[] = [
  {
    key: "audience/lapsing/entered/p31/l120833",
    url: CRM,
    state: "waiting",
    tries: 0,
    detail: "",
    ago: 2,
  },
  {
    key: "audience/lapsing/left/p31/l120790",
    url: CRM,
    state: "waiting",
    tries: 3,
    detail: "503",
    ago: 48,
    tried: 12,
    next: 19,
  },
  {
    key: "journey/cart-reminder/r412/2/1",
    url: ERP,
    state: "answered",
    tries: 1,
    detail: "200",
    ago: 55,
    tried: 55,
  },
  {
    key: "journey/birthday/r98/2/1",
    url: "https://erp.shop.example/gifts",
    state: "given_up",
    tries: 1,
    detail: "410: the receiver wants no more of these",
    ago: 60 * 7,
    tried: 60 * 7,
  },
  {
    key: "journey/cart-reminder/r377/2/1",
    url: "http://10.0.0.5:8080/carts",
    state: "given_up",
    tries: 1,
    detail: "only https is called; a host inside may be named in webhooks.allow",
    ago: 60 * 30,
    tried: 60 * 30,
  },
  {
    key: "audience/lapsing/left/p8/t1790000000000",
    url: CRM,
    state: "answered",
    tries: 2,
    detail: "204",
    ago: 60 * 31,
    tried: 60 * 31 - 5,
    person: null,
  },
];

/** Enough that there is a second page. */
const older: Made[] = Array.from({ length: 34 }, (_, n) => ({
  key: `journey/cart-reminder/r${330 - n}/2/1`,
  url: ERP,
  state: "answered",
  tries: 1,
  detail: "200",
  ago: 60 * (33 + 3 * n),
  tried: 60 * (33 + 3 * n),
}));

function calls(now: number): WebhookCall[] {
  const iso = (time: number) => new Date(time).toISOString();
  return [...made, ...older].map((it) => {
    const call: WebhookCall = {
      key: it.key,
      url: it.url,
      state: it.state,
      person: it.person === undefined ? "p1" : it.person,
      made: iso(now - it.ago * MINUTE_MS),
      tries: it.tries,
      tried_at: it.tried === undefined ? null : iso(now - it.tried * MINUTE_MS),
      next_at: it.next === undefined ? null : iso(now + it.next * MINUTE_MS),
      detail: it.detail,
    };
    const at = again.get(it.key);
    return at === undefined
      ? call
      : { ...call, state: "waiting", tries: 0, tried_at: null, next_at: iso(at) };
  });
}

export function webhookCalls(asked: URLSearchParams, now: number, isEmpty: boolean): WebhookCalls {
  const all = isEmpty ? [] : calls(now);
  const state = asked.get("state");
  const found = all.filter((it) => state === null || it.state === state);
  const from = Number(asked.get("cursor") ?? 0);
  const next = from + Number(asked.get("limit") ?? 50);
  const count = (name: string) => all.filter((it) => it.state === name).length;
  return {
    calls: found.slice(from, next),
    next_cursor: next < found.length ? String(next) : null,
    waiting: count("waiting"),
    failing: all.filter((it) => it.state === "waiting" && 0 < it.tries).length,
    given_up: count("given_up"),
  };
}

export function webhookCall(key: string, now: number) {
  const call = calls(now).find((it) => it.key === key);
  if (!call) return null;
  const [from, name, moved] = key.split("/");
  const told = { person: call.person, user_id: "ada" };
  const body =
    call.person === null
      ? ""
      : JSON.stringify(
          from === "audience"
            ? { type: `audience.${moved}`, audience: name, ...told, at: call.made }
            : { key, journey: name, run: moved, step: "2", ...told, data: { kind: "left" } },
        );
  return { ...call, body };
}

export function callAgain(key: string, now: number) {
  if (!webhookCall(key, now)) return null;
  again.set(key, now);
  return webhookCall(key, now);
}

export function tryReceiver(url: string): WebhookTried {
  if (!url.startsWith("https:")) {
    const detail = "only https is called; a host inside may be named in webhooks.allow";
    return { answered: false, detail };
  }
  return { answered: true, detail: "204" };
}

export function webhookSecret(now: number) {
  return {
    secret: "whsec_bW9jazAxMjM0NTY3ODlhYmNkZWZnaGlqa2xtbm9wcXI=",
    old_secret: "whsec_b2xkbW9jazAxMjM0NTY3ODlhYmNkZWZnaGlqa2xtbm8=",
    old_until: new Date(now + 90 * HOUR_MS).toISOString(),
  };
}
