/** Subscribes the browser to push messages, and takes it back: with the consent as an event of the visitor. */

/**
 * @typedef {{
 *   base: string, writeKey: string | undefined, id: string | null | undefined,
 *   say: (type: string, more: Record<string, unknown>, context: Record<string, unknown>) => void
 * }} Fulcrum
 */

/**
 * What became of it. The permission was given before.
 * @param {Fulcrum} fulcrum
 * @param {boolean} on
 * @param {{ worker?: string, wording?: string, icon?: string }} more
 * @returns {Promise<"on" | "off" | "unsupported">}
 */
export async function push(fulcrum, on, { worker = "/fulcrum-worker.js", wording = "", icon }) {
  if (!("serviceWorker" in navigator && "PushManager" in window)) return "unsupported";
  const { base, writeKey, say, id } = fulcrum;
  const { origin, pathname } = location;
  const source = origin + pathname;
  /** @param {string} event @param {PushSubscription} to @param {string} words */
  const tell = (event, to, words) => {
    const properties = { channel: "push", source, wording: words };
    say("track", { event, properties }, { device: { token: tokenOf(to) } });
  };
  if (!on) {
    const registration = await navigator.serviceWorker.getRegistration();
    const subscription = await registration?.pushManager.getSubscription();
    if (subscription) {
      tell("Consent Withdrawn", subscription, "");
      await subscription.unsubscribe();
    }
    return "off";
  }
  const answer = await fetch(`${base}/onsite/push-key`, { credentials: "omit" });
  if (!answer.ok) return "unsupported";
  const key = await answer.text();
  await navigator.serviceWorker.register(worker);
  const { pushManager } = await navigator.serviceWorker.ready;
  const old = await pushManager.getSubscription();
  // Made with another key, it is reached by nobody.
  if (old && textOf(old.options.applicationServerKey) !== key) await old.unsubscribe();
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: key,
  });
  // Where the worker finds it when the browser renews the subscription by itself.
  const kept = await caches.open("fulcrum");
  await kept.put("/fulcrum-settings", Response.json({ base, writeKey, id, icon }));
  tell("Consent Given", subscription, wording);
  return "on";
}

/**
 * One url, the same however the browser writes its JSON. The keys behind # never go to the push service.
 * @param {PushSubscription} subscription
 */
function tokenOf(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return `${endpoint}#p256dh=${keys?.p256dh}&auth=${keys?.auth}`;
}

/** In the letters of keys. @param {ArrayBuffer | null} bytes */
function textOf(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
