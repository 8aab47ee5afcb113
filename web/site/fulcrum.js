/**
 * The script for a business's own pages: says what the page tells it, shows what waits for the visitor, and
 * subscribes the browser to push messages when they ask for it. docs/onsite.md is its manual.
 *
 * It is small, since every page has it: the box for a message and the subscribing are loaded when they are needed.
 *
 * No cookie. What it keeps is an id and what was not sent yet, in the localStorage of the page's own site, and only
 * from the first call on.
 */
(() => {
  /** @typedef {Record<string, unknown>} Fields */
  /** @typedef {{ id: string, title: string, body: string, label?: string, url?: string }} Message */
  const tag = /** @type {HTMLScriptElement} */ (document.currentScript);
  const writeKey = tag.dataset.key;
  const base = new URL(tag.src).origin;
  const EVENTS_MAX = 100;
  // Browsers send no more after a page is gone.
  const KEEPALIVE_MAX = 60000;
  const ASK_EVERY = 10000;

  // Whoever asks not to be followed is not: no event is sent but what they press, and no id outlives the page.
  const nav = /** @type {Navigator & { globalPrivacyControl?: boolean }} */ (navigator);
  const quiet = nav.globalPrivacyControl || nav.doNotTrack === "1";

  /** @type {Record<string, string | null>} */
  const memory = {};
  const read = (/** @type {string} */ name) => {
    try {
      if (!quiet) return localStorage.getItem(name);
    } catch {}
    return memory[name];
  };
  const keep = (/** @type {string} */ name, /** @type {string} */ value) => {
    memory[name] = value;
    try {
      if (!quiet) localStorage.setItem(name, value);
    } catch {}
  };
  const ID = "fulcrum_id";
  const QUEUE = "fulcrum_queue";
  const random = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
  };
  const myId = () => {
    if (!read(ID)) keep(ID, random());
    return read(ID);
  };
  let user = "";
  let signature = "";

  const post = (/** @type {string} */ path, /** @type {string} */ body) =>
    fetch(base + path, {
      method: "POST",
      body,
      credentials: "omit",
      keepalive: body.length < KEEPALIVE_MAX,
    });
  /** @returns {Fields[]} */
  const unsent = () => {
    try {
      return JSON.parse(read(QUEUE) || "[]");
    } catch {
      return [];
    }
  };
  const batch = (/** @type {Fields[]} */ events) =>
    JSON.stringify({ writeKey, batch: events, sentAt: new Date() });
  let wait = 1000;
  let busy = false;
  const send = async () => {
    const events = unsent();
    if (busy || !events[0]) return;
    busy = true;
    let status = 503;
    try {
      status = (await post("/v1/batch", batch(events))).status;
    } catch {}
    busy = false;
    const again = status === 429 || 500 <= status;
    if (!again) {
      // Another tab may have added some.
      const sent = events.map((it) => it.messageId);
      keep(QUEUE, JSON.stringify(unsent().filter((it) => !sent.includes(it.messageId))));
    }
    wait = again ? Math.min(wait * 2, 60000) : 1000;
    setTimeout(send, wait);
  };
  const say = (/** @type {string} */ type, /** @type {Fields} */ more, context = {}) => {
    const { pathname: path, origin } = location;
    const page = { url: origin + path, path, title: document.title };
    const event = {
      type,
      messageId: random(),
      timestamp: new Date(),
      anonymousId: myId(),
      userId: user || undefined,
      ...more,
      context: { page, locale: nav.language, ...context },
    };
    keep(QUEUE, JSON.stringify([...unsent(), event].slice(-EVENTS_MAX)));
    send();
  };
  // What is sent twice counts once.
  addEventListener("pagehide", () => {
    const events = unsent();
    if (events[0]) nav.sendBeacon(`${base}/v1/batch`, batch(events));
  });

  const heard = (/** @type {string} */ id, /** @type {string} */ what) => {
    if (id && !(quiet && what === "shown"))
      post("/onsite/heard", JSON.stringify({ id, what })).catch(() => {});
  };
  let open = false;
  /** @type {Set<string>} */
  const closed = new Set();
  let asked = 0;
  const ask = async (soon = false) => {
    const id = read(ID);
    if (open || (!id && !signature) || (!soon && Date.now() < asked + ASK_EVERY)) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", () => ask(soon), { once: true });
      return;
    }
    asked = Date.now();
    let mine = false;
    try {
      const visitor = { writeKey, anonymousId: id || "", userId: user, signature };
      const { messages, close, more } = await (
        await post("/onsite/messages", JSON.stringify(visitor))
      ).json();
      const next = messages?.find((/** @type {Message} */ it) => !closed.has(it.id + it.title));
      if (!next || open) return;
      open = mine = true;
      const { show } = await import(`${base}/fulcrum-box.js`);
      heard(next.id, "shown");
      heard(next.id, await show(next, close, more));
      closed.add(next.id + next.title);
    } catch {}
    if (mine) open = false;
  };

  /** @type {Record<string, (...args: any[]) => unknown>} */
  const calls = {
    identify: (userId, more = {}) => {
      user = String(userId);
      signature = more.signature || "";
      if (!quiet) say("identify", { traits: more.traits });
      ask(true);
    },
    track: (event, properties) => !quiet && say("track", { event, properties }),
    page: (name, properties) => {
      if (!quiet) say("page", { name, properties });
      ask();
    },
    reset: () => {
      user = signature = "";
      if (read(ID)) keep(ID, random());
    },
    push: async (on = true, more = {}) => {
      // Browsers let a page ask only within the click, so not after anything was loaded.
      const allowed = on && (await Notification.requestPermission());
      if (on && allowed !== "granted") return allowed;
      const { push } = await import(`${base}/fulcrum-push.js`);
      return push({ base, writeKey, say, id: myId() }, on, more);
    },
  };
  const run = (/** @type {string} */ name, /** @type {any[]} */ ...more) => {
    if (!calls[name]) throw new Error(`fulcrum: there is no "${name}"`);
    return calls[name](...more);
  };
  const early = /** @type {any} */ (window).fulcrum?.q ?? [];
  /** @type {any} */ (window).fulcrum = run;
  for (const [name, ...more] of early) run(name, ...more);
  send();
  ask();
})();
