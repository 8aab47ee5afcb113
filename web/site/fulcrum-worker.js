/**
 * Shows push messages, and says what became of them. A site's own worker takes it in by one line:
 * importScripts("https://mail.shop.example/fulcrum-worker.js");
 */
(() => {
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  /** @typedef {{ base: string, writeKey: string, id: string, icon?: string }} Settings */

  /** As the page left them. @returns {Promise<Settings | undefined>} */
  const settings = async () => (await caches.match("/fulcrum-settings"))?.json();

  /** A link that is signed names its message; of others nothing is told. @param {string} id @param {string} what */
  const heard = async (id, what) => {
    const found = await settings();
    if (!found || !/\/c\/[\w-]+$/.test(id)) return;
    const body = JSON.stringify({ id, what });
    await fetch(`${found.base}/onsite/heard`, { method: "POST", body, credentials: "omit" });
  };

  worker.addEventListener("push", (event) => {
    const show = async () => {
      /** @type {{ title?: string, body?: string, url?: string, tag?: string }} */
      let sent = {};
      try {
        sent = event.data?.json() ?? {};
      } catch {}
      const { title = "", body, url = "", tag } = sent;
      // Another part of the site may send messages of its own.
      if (!tag) return;
      const icon = (await settings())?.icon;
      await worker.registration.showNotification(title, { body, tag, icon, data: { url } });
      await heard(url, "shown").catch(() => {});
    };
    event.waitUntil(show());
  });

  worker.addEventListener("notificationclick", (event) => {
    const url = event.notification.data?.url;
    event.notification.close();
    if (/^https?:\/\//.test(url)) event.waitUntil(worker.clients.openWindow(url));
  });

  worker.addEventListener("notificationclose", (event) => {
    const url = event.notification.data?.url;
    if (url) event.waitUntil(heard(url, "dismissed").catch(() => {}));
  });

  // The push service gave the browser another address: the same person is reached by it.
  worker.addEventListener("pushsubscriptionchange", (event) => {
    const { oldSubscription, newSubscription } = /** @type {PushSubscriptionChangeEvent} */ (event);
    const renew = async () => {
      const found = await settings();
      if (!found) return;
      const { base, writeKey, id } = found;
      const key = await fetch(`${base}/onsite/push-key`, { credentials: "omit" });
      const applicationServerKey =
        oldSubscription?.options.applicationServerKey ?? (await key.text());
      const subscription =
        newSubscription ??
        (await worker.registration.pushManager.subscribe({
          userVisibleOnly: true,
          applicationServerKey,
        }));
      const { endpoint, keys } = subscription.toJSON();
      const token = `${endpoint}#p256dh=${keys?.p256dh}&auth=${keys?.auth}`;
      const messageId = crypto.randomUUID();
      const timestamp = new Date();
      const event = { type: "identify", messageId, timestamp, anonymousId: id };
      const batch = [{ ...event, context: { device: { token } } }];
      const body = JSON.stringify({ writeKey, batch, sentAt: timestamp });
      await fetch(`${base}/v1/batch`, { method: "POST", body, credentials: "omit" });
    };
    event.waitUntil(renew());
  });
})();
