/** Invented channels: mail that warms up and has trouble with one domain, text messages, and what nobody carries. */
import type { ChannelShown, Channels, MailDomain } from "../src/api/types.ts";
import { iso } from "./data.ts";

const none = {
  accepted: 0,
  deferred: 0,
  refused: 0,
  dead: 0,
  lost: 0,
  bounced: 0,
  complained: 0,
};

function channel(it: Partial<ChannelShown> & Pick<ChannelShown, "channel">): ChannelShown {
  return {
    provider: null,
    ready: false,
    settings: [],
    in_flight: 0,
    concurrency: 0,
    today: none,
    codes: [],
    last: [],
    pace: {
      whole: null,
      per_domain: null,
      warm_up: null,
      held_until: null,
      why: "",
      waiting: 0,
    },
    domains: [],
    ...it,
  };
}

const rate = (share: number, low: number, high: number, above = false) => ({
  share,
  low,
  high,
  above,
});

export function channels(now: number, empty: boolean): Channels {
  const email = channel({
    channel: "email",
    provider: "smtp",
    ready: true,
    settings: [
      { name: "host", value: "smtp.host.example:587" },
      { name: "tls", value: "starttls" },
      { name: "user", value: "(set)" },
      { name: "password", value: "(set)" },
      { name: "dkim", value: "shop.example" },
    ],
    in_flight: 3,
    concurrency: 8,
    today: {
      accepted: 4_812,
      deferred: 61,
      refused: 4,
      dead: 12,
      lost: 1,
      bounced: 9,
      complained: 2,
    },
    codes: [
      { answer: "deferred", code: "421", count: 44 },
      { answer: "deferred", code: "450", count: 17 },
      { answer: "dead", code: "550", count: 12 },
    ],
    last: [
      {
        at: iso(now - 4_000),
        message: "m91220",
        answer: "accepted",
        detail: "250 2.0.0 Ok: queued as 4XyZ",
      },
      {
        at: iso(now - 61_000),
        message: "m91219",
        answer: "deferred",
        detail: "RCPT TO: 421 4.7.0 too many from your address, try later",
      },
      {
        at: iso(now - 65_000),
        message: "m91217",
        answer: "dead",
        detail: "RCPT TO: 550 5.1.1 <…> no such mailbox",
      },
    ],
    pace: {
      whole: "20000 per 1h",
      per_domain: "600 per 1m",
      warm_up: { day: 6, allowance: 5_200, until: 20_000 },
      held_until: iso(now + 340_000),
      why: "the channel takes 5200 in 1d",
      waiting: 812,
    },
    domains: [
      {
        domain: "mail.example",
        counts: { ...none, accepted: 1_204, deferred: 44, dead: 9, bounced: 71 },
        bounces: rate(0.066, 0.053, 0.081, true),
        complaints: rate(0.0008, 0.0002, 0.003),
        rate: "200 per 1m",
        held_until: iso(now + 240_000),
        stands: true,
      },
      {
        domain: "post.example",
        counts: { ...none, accepted: 9_310, dead: 21, bounced: 40, complained: 3 },
        bounces: rate(0.0065, 0.0051, 0.0084),
        complaints: rate(0.0003, 0.0001, 0.0009),
        rate: null,
        held_until: null,
        stands: false,
      },
      {
        domain: "*",
        counts: { ...none, accepted: 412 },
        bounces: rate(0, 0, 0.009),
        complaints: rate(0, 0, 0.009),
        rate: null,
        held_until: null,
        stands: false,
      },
    ],
  });
  const sms = channel({
    channel: "sms",
    provider: "http.gateway",
    ready: true,
    settings: [{ name: "url", value: "https://gateway.example" }],
    concurrency: 8,
  });
  const others = ["push", "onsite", "social", "webhook"].map((name) => channel({ channel: name }));
  const unset = ["email", "sms"].map((name) => channel({ channel: name }));
  return {
    channels: [...(empty ? unset : [email, sms]), ...others],
    brake: { after: 200, bounces: 0.05, complaints: 0.003 },
  };
}

export function mailDomain(check: boolean, empty: boolean): MailDomain {
  if (empty) return { domain: "", records: [], problem: null };
  const record = (
    purpose: string,
    name: string,
    type: string,
    value: string,
    state: string,
    remedy = "",
    found: string[] = [],
  ) => ({
    purpose,
    name,
    type,
    value,
    state: check ? state : null,
    found: check ? found : [],
    remedy: check ? remedy : "",
  });
  return {
    domain: "shop.example",
    problem: null,
    records: [
      record("spf", "shop.example", "TXT", "v=spf1 a:smtp.host.example -all", "found", "", [
        "v=spf1 a:smtp.host.example -all",
      ]),
      record(
        "dkim",
        "s2027._domainkey.shop.example",
        "TXT",
        `v=DKIM1; k=rsa; p=${"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKC".repeat(6)}`,
        "differs",
        "another key stands there; publish a TXT record at s2027._domainkey.shop.example",
        ["v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GN"],
      ),
      record(
        "dmarc",
        "_dmarc.shop.example",
        "TXT",
        "v=DMARC1; p=none; rua=mailto:postmaster@shop.example",
        "missing",
        "publish a TXT record at _dmarc.shop.example",
      ),
      record("return_path", "shop.example", "MX", "(the host that takes your mail)", "found", "", [
        "10 mx.shop.example",
      ]),
      record(
        "links",
        "go.shop.example",
        "A or AAAA",
        "(the address of this server, or of the proxy before it)",
        "unknown",
        "the resolver could not find out about go.shop.example; ask again, or name another resolver in [dns]",
      ),
    ],
  };
}
