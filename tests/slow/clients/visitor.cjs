// A shop on an origin of its own with the script of the business's pages, visited by headless Chromium.
// Prints as JSON what was seen; the case says what it should have been.
//
//   visitor.cjs '{"base":…,"writeKey":…,"signature":…,"shots":…}'
const http = require("node:http");
const path = require("node:path");
const crypto = require("node:crypto");
const { AxeBuilder } = require("@axe-core/playwright");
const { launch } = require("./chromium.cjs");

const settings = JSON.parse(process.argv[2]);
const { base, writeKey } = settings;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// As strict as a policy can be: no inline script, no inline style, no other host.
const POLICY = `default-src 'none'; script-src 'self' ${base}; connect-src 'self' ${base}; worker-src 'self'`;
const STUB = "window.fulcrum ||= (...call) => (fulcrum.q ||= []).push(call);fulcrum('page');";

function html(language, direction) {
  return `<!doctype html><html lang="${language}" dir="${direction}"><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><title>A shop</title><main><h1>A shop</h1>
    <p>Bicycles and what belongs to them.</p><button id="ask">Tell me when my order leaves</button></main>
    <script src="/own.js"></script><script src="${base}/fulcrum.js" data-key="${writeKey}" async></script></html>`;
}

// What the push service of the browser would have got.
const pushed = [];

const shop = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (it) => parts.push(it));
  request.on("end", () => {
    const { pathname, searchParams } = new URL(request.url, "http://shop");
    const answer = (type, text) => {
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
      response.end(text);
    };
    if (pathname === "/push") {
      pushed.push(Buffer.concat(parts));
      response.writeHead(201, { location: "/pushed" }).end();
    } else if (pathname === "/own.js") answer("text/javascript", STUB);
    else if (pathname === "/fulcrum-worker.js")
      answer("text/javascript", `importScripts("${base}/fulcrum-worker.js");`);
    else if (pathname === "/favicon.ico") response.writeHead(204).end();
    else {
      const isHebrew = searchParams.has("rtl");
      answer("text/html; charset=utf-8", html(isHebrew ? "he" : "en", isHebrew ? "rtl" : "ltr"));
    }
  });
});

const box = (page) => page.getByRole("dialog");

/** Opens the shop until its message is there. */
async function untilShown(page, url) {
  for (let tries = 0; tries < 30; tries++) {
    await page.goto(url);
    try {
      await box(page).waitFor({ timeout: 1_500 });
      return true;
    } catch {}
  }
  return false;
}

async function anonymous(browser, own, found) {
  const context = await browser.newContext({ userAgent: settings.agent });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (it) => errors.push(it.message));
  page.on("console", (it) => it.type() === "error" && errors.push(it.text()));
  // The first batch is lost on the way.
  let lost = 0;
  await page.route(`${base}/v1/batch`, (route) => (lost++ === 0 ? route.abort() : route.continue()));
  await page.goto(own);
  await page.waitForFunction(() => localStorage.getItem("fulcrum_id"));
  found.id = await page.evaluate(() => localStorage.getItem("fulcrum_id"));
  await page.waitForFunction(() => localStorage.getItem("fulcrum_queue") === "[]", null, { timeout: 20_000 });
  await page.evaluate(() => fulcrum("track", "Cart Viewed", { who: "<b>Zoë</b>" }));
  found.before = await page.locator("h1").boundingBox();
  found.shown = await untilShown(page, own);
  found.after = await page.locator("h1").boundingBox();
  found.focus = await page.evaluate(() => document.activeElement?.tagName);
  found.boxes = await box(page).count();
  found.title = await box(page).locator("h2").textContent();
  found.html = await box(page).locator("h2").innerHTML();
  found.close = await box(page).getByRole("button").getAttribute("aria-label");
  found.label = await box(page).getByRole("link").textContent();
  found.axe = (await new AxeBuilder({ page }).analyze()).violations.map((it) => it.id);
  const shot = async (name) => page.screenshot({ path: path.join(settings.shots, `onsite-${name}.png`) });
  await shot("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await shot("dark");
  found.axeDark = (await new AxeBuilder({ page }).include("main").analyze()).violations.map((it) => it.id);
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 320, height: 480 });
  await shot("narrow");
  found.narrow = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  await page.setViewportSize({ width: 800, height: 600 });
  await page.locator("#ask").focus();
  // The keyboard reaches it, and comes back to where it was.
  await page.keyboard.press("Tab");
  found.reached = await box(page).getByRole("link").evaluate((it) => it.matches(":focus"));
  await page.keyboard.press("Escape");
  found.closed = await box(page).count();
  found.back = await page.evaluate(() => document.activeElement?.id);
  await sleep(500);
  await page.goto(own);
  await sleep(1_500);
  found.again = await box(page).count();

  await page.evaluate(() => fulcrum("track", "Cart Viewed", { who: "שלום" }));
  found.second = await untilShown(page, `${own}/?rtl`);
  await shot("rtl");
  const { x, width } = (await box(page).boundingBox()) ?? {};
  found.left = x < 800 - x - width;
  await Promise.all([page.waitForURL(/\/cart/), box(page).getByRole("link").click()]);
  found.landed = page.url();
  await sleep(500);
  await page.goto(own);
  await sleep(1_500);
  found.afterClick = await box(page).count();
  found.cookies = (await context.cookies()).length;
  found.errors = errors.filter((it) => !it.includes("ERR_FAILED"));
  await context.close();
}

/** What waits for Ann is shown to who comes with her signature, and to nobody else. */
async function known(browser, own, found) {
  const look = async (signature) => {
    const context = await browser.newContext({ userAgent: settings.agent });
    const page = await context.newPage();
    await page.goto(own);
    await page.waitForFunction(() => window.fulcrum && !window.fulcrum.q);
    await page.evaluate((it) => fulcrum("identify", "ann", { signature: it }), signature);
    const shown = await box(page).waitFor({ timeout: 3_000 }).then(() => true, () => false);
    await context.close();
    return shown;
  };
  found.unsigned = await look("");
  found.forged = await look("0".repeat(64));
  found.signed = await look(settings.signature);
}

/** Whoever asks not to be followed is not. */
async function quiet(browser, own, found) {
  const context = await browser.newContext({ userAgent: settings.agent });
  await context.addInitScript(() => {
    Object.defineProperty(navigator, "globalPrivacyControl", { value: true });
  });
  const page = await context.newPage();
  const sent = [];
  page.on("request", (it) => it.method() === "POST" && sent.push(it.url()));
  await page.goto(own);
  await page.waitForFunction(() => window.fulcrum && !window.fulcrum.q);
  await page.evaluate(() => fulcrum("track", "Cart Viewed", {}));
  await sleep(1_000);
  await page.goto(`${own}/left`);
  found.quietSent = sent;
  found.quietKept = await page.evaluate(() => Object.keys(localStorage));
  await context.close();
}

/** RFC 8291 and 8188, with the keys of the browser. */
function opened(body, pair, auth) {
  const salt = body.subarray(0, 16);
  const theirs = body.subarray(21, 21 + body[20]);
  const secret = pair.computeSecret(theirs);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), pair.getPublicKey(), theirs]);
  const ikm = Buffer.from(crypto.hkdfSync("sha256", secret, auth, info, 32));
  const key = (name, size) =>
    Buffer.from(crypto.hkdfSync("sha256", ikm, salt, Buffer.from(`Content-Encoding: ${name}\0`), size));
  const text = body.subarray(21 + body[20]);
  const open = crypto.createDecipheriv("aes-128-gcm", key("aes128gcm", 16), key("nonce", 12));
  open.setAuthTag(text.subarray(-16));
  const plain = Buffer.concat([open.update(text.subarray(0, -16)), open.final()]);
  return plain.subarray(0, plain.lastIndexOf(2)).toString();
}

async function push(browser, own, found) {
  const pair = crypto.createECDH("prime256v1");
  pair.generateKeys();
  const auth = crypto.randomBytes(16);
  const context = await browser.newContext({ userAgent: settings.agent });
  await context.grantPermissions(["notifications"], { origin: own });
  // Chromium's own push service is out of reach here: the browser gets a subscription at our address.
  await context.addInitScript(
    (it) => {
      if (!("PushManager" in window)) return;
      PushManager.prototype.subscribe = async function (options) {
        window.subscribedWith = options.applicationServerKey;
        const keys = { p256dh: it.p256dh, auth: it.auth };
        return { endpoint: it.endpoint, toJSON: () => ({ endpoint: it.endpoint, keys }) };
      };
    },
    {
      endpoint: `${own}/push`,
      p256dh: pair.getPublicKey().toString("base64url"),
      auth: auth.toString("base64url"),
    },
  );
  const page = await context.newPage();
  await page.goto(own);
  await page.waitForFunction(() => window.fulcrum && !window.fulcrum.q);
  await page.evaluate(() => {
    document.querySelector("#ask").addEventListener("click", async (it) => {
      window.became = await fulcrum("push", true, { wording: it.target.textContent });
    });
  });
  await page.click("#ask");
  await page.waitForFunction(() => window.became, null, { timeout: 15_000 });
  found.became = await page.evaluate(() => window.became);
  found.subscribedWith = await page.evaluate(() => window.subscribedWith);
  found.visitor = await page.evaluate(() => localStorage.getItem("fulcrum_id"));
  await page.waitForFunction(() => localStorage.getItem("fulcrum_queue") === "[]");
  await page.evaluate(() => fulcrum("track", "Order Left", {}));
  for (let tries = 0; tries < 100 && pushed.length === 0; tries++) await sleep(200);
  found.pushes = pushed.length;
  const text = opened(pushed[0], pair, auth);
  found.text = JSON.parse(text);
  const cdp = await context.newCDPSession(page);
  const registered = new Promise((done) => {
    cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      const it = registrations.find((each) => !each.isDeleted);
      if (it) done(it.registrationId);
    });
  });
  await cdp.send("ServiceWorker.enable");
  const registrationId = await registered;
  await cdp.send("ServiceWorker.deliverPushMessage", { origin: own, registrationId, data: text });
  const shown = () =>
    page.evaluate(async () => {
      const all = await (await navigator.serviceWorker.ready).getNotifications();
      return all.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
    });
  for (let tries = 0; tries < 50 && (await shown()).length === 0; tries++) await sleep(100);
  // A second copy takes the place of the first.
  await cdp.send("ServiceWorker.deliverPushMessage", { origin: own, registrationId, data: text });
  await sleep(500);
  found.notifications = await shown();
  const [worker] = context.serviceWorkers();
  await worker.evaluate(async () => {
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent("notificationclose", { notification }));
  });
  await sleep(1_000);
  await context.close();
}

async function main() {
  await new Promise((done) => shop.listen(settings.port, "127.0.0.1", done));
  const own = `http://127.0.0.1:${settings.port}`;
  const browser = await launch();
  const found = {};
  const parts = { anonymous, known, quiet, push };
  await parts[settings.part](browser, own, found);
  await browser.close();
  shop.close();
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
