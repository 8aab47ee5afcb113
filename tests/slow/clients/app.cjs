// A person's way through the app and the customers' pages. app.cjs SETTINGS [part of a name…]
const { join } = require("node:path");
const { Analytics } = require("@segment/analytics-node");
const AxeBuilder = require("@axe-core/playwright").default;
const { launch } = require("./chromium.cjs");

const settings = JSON.parse(process.argv[2]);
const only = process.argv.slice(3);
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 375, height: 812 };
/** What WCAG 2.2 asks a page to fit into. */
const NARROWEST = { width: 320, height: 640 };



async function check(name, story) {
  if (only.length !== 0 && !only.some((it) => name.includes(it))) return;
  const began = Date.now();
  try {
    await story();
    console.log(`ok ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {

    const why = String(error.message ?? error).split("\n").slice(0, 6).join(" ").slice(0, 700);
    console.log(`FAIL ${name}: ${why}`);
  }
}

function expect(holds, why) {
  if (!holds) throw new Error(why);
}

async function axe(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map((it) => `${it.id} (${it.nodes[0].html.slice(0, 120)})`);
  expect(found.length === 0, `axe: ${found.join("; ")}`);
}

async function noSidewaysScrolling(page) {
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over <= 0, `the page is ${over} px too wide`);
}

/** A page that keeps what went wrong in it. */
async function watched(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error.message));
  page.on("console", (it) => {
    if (it.type() === "error" && !it.text().includes("the server responded with")) {
      page.errors.push(it.text());
    }
  });
  page.on("request", (it) => {
    if (!it.url().startsWith(settings.url) && !it.url().startsWith("data:")) {
      page.errors.push(`asked another host: ${it.url()}`);
    }
  });
  return page;
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

async function settled(page) {
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => !document.querySelector(".loading"));
  await page.evaluate(() => document.fonts.ready);
}

async function look(browser, state, name, path, act) {
  for (const theme of ["light", "dark"]) {
    for (const size of [WIDE, NARROW]) {
      const context = await browser.newContext({
        storageState: state,
        viewport: size,
        colorScheme: theme,
        locale: "en-GB",
        reducedMotion: "reduce",
      });
      const page = await watched(context);
      await page.goto(settings.url + path);
      await settled(page);
      if (act) await act(page);
      await page.screenshot({ path: join(settings.shots, `${name}-${theme}-${size.width}.png`), fullPage: true });
      await axe(page);
      await noSidewaysScrolling(page);
      expect(page.errors.length === 0, page.errors.join("; "));
      await context.close();
    }
  }
}

async function signInAndLookAround(browser) {
  const context = await browser.newContext({ viewport: WIDE, locale: "en-GB", reducedMotion: "reduce" });
  const page = await watched(context);
  const quiet = () => expect(page.errors.length === 0, page.errors.splice(0).join("; "));

  await check("app-needs-the-one-time-link", async () => {
    await page.goto(settings.url);
    await settled(page);
    expect((await page.getByLabel("Password").count()) === 0, "a password is asked before one is set");
    await axe(page);
    await page.screenshot({ path: join(settings.shots, "before-setup.png") });
    quiet();
  });
  await check("app-first-password", async () => {
    await page.goto(settings.setup);
    await axe(page);
    await page.getByLabel("Password", { exact: true }).fill(settings.password);
    await page.getByLabel("The same password again").fill(settings.password);
    await page.screenshot({ path: join(settings.shots, "setup.png") });
    await page.keyboard.press("Enter");
    await heading(page, "Today");
    quiet();
  });
  await check("app-the-link-works-once", async () => {
    const other = await browser.newContext();
    const answer = await other.request.post(`${settings.url}/api/v1/setup`, {
      data: { token: new URL(settings.setup).searchParams.get("token"), password: "another password" },
    });
    expect(answer.status() === 403, `a second use answered ${answer.status()}`);
    await other.close();
  });
  await check("app-shows-whose-installation-it-is", async () => {
    await page.getByText("Slow Shop").first().waitFor();
  });
  const state = await context.storageState();
  await check("app-cookie-is-for-the-server-only", async () => {
    const [cookie] = state.cookies;
    expect(cookie?.httpOnly && cookie.sameSite === "Strict", JSON.stringify({ ...cookie, value: "…" }));
  });
  await check("app-today", () => look(browser, state, "today", "/"));
  await check("app-leverage", () => look(browser, state, "leverage", "/leverage"));
  await check("app-plan-a-panel", () =>
    look(browser, state, "plan", "/leverage/plan", async (it) => {
      const people = it.getByLabel("People who begin per week");
      await it.locator(".plan-facts").waitFor();
      // Drawn by the server, named for those who do not see it.
      await it.getByRole("img", { name: /leverage/i }).waitFor();
      await people.fill("0");
      await it.getByText("This must lie above 0.").waitFor();
      await people.fill("20000");
      await it.getByText("This must lie above 0.").waitFor({ state: "detached" });
      await it.waitForURL(/people=20000/);
    }),
  );
  await check("app-people", () => look(browser, state, "people", "/people"));
  await check("app-events", () => look(browser, state, "events", "/events"));
  await check("app-search-and-person", async () => {
    await page.goto(`${settings.url}/people?q=ann`);
    await page.locator("a.row-link").first().click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.getByText("Order Completed").first().waitFor();
    await look(browser, state, "person", new URL(page.url()).pathname, async (it) => {
      await it.getByRole("heading", { name: "Timeline" }).waitFor();
      const message = it.locator("button.item-head").filter({ hasText: "greeting" });
      await message.first().click();
      await it.getByText("the provider took the message").first().waitFor();
      // This programme's policy asks for no consent, and a message was sent without one.
      const claim = it.getByText("Marketing needs a yes first");
      expect((await claim.count()) === 0, "the page says that marketing needs a yes; here it does not");
    });
    quiet();
  });
  await check("app-live-event-appears", async () => {
    await page.goto(`${settings.url}/events`);
    await settled(page);
    const analytics = new Analytics({ writeKey: settings.key, host: settings.url, path: "/v1/batch" });
    analytics.track({ userId: "live", event: "Seen Live" });
    await analytics.closeAndFlush({ timeout: 10_000 });
    await page.getByText("Seen Live").first().waitFor();
    quiet();
  });
  await check("app-new-source", async () => {
    await page.getByRole("button", { name: "New source" }).click();
    await page.getByLabel("Name").fill("Kiosk");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Done" }).waitFor();
    await page.screenshot({ path: join(settings.shots, "new-source.png") });
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: /Kiosk/ }).waitFor();
    quiet();
  });
  await check("app-sign-out-and-in", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("That password is not right.").waitFor();
    const answer = await context.request.get(`${settings.url}/api/v1/today`);
    expect(answer.status() === 401, `signed out, the API answered ${answer.status()}`);
    await axe(page);
    await page.screenshot({ path: join(settings.shots, "sign-in.png") });
    await page.getByLabel("Password").fill(settings.password);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    quiet();
  });
  await check("app-an-old-session-is-over", async () => {
    const other = await browser.newContext({ storageState: state });
    const answer = await other.request.get(`${settings.url}/api/v1/today`);
    expect(answer.status() === 401, `the signed-out session still answered ${answer.status()}`);
    await other.close();
  });
  await context.close();
}

async function customersPages(browser) {
  const names = {
    u: "unsubscribe", p: "preferences", w: "why",
    f: "fresh", messages: "messages", data: "data", erase: "erase", ask: "ask",
  };
  for (const [kind, name] of Object.entries(names)) {
    await check(`public-${name}`, async () => {
      for (const theme of ["light", "dark"]) {
        for (const size of [WIDE, NARROWEST]) {
          const context = await browser.newContext({ viewport: size, colorScheme: theme });
          const page = await watched(context);
          const answer = await page.goto(settings.links[kind]);
          for (const it of await page.locator("summary").all()) await it.click();
          expect(answer.status() === 200, `it answered ${answer.status()}`);
          const html = await answer.text();
          expect(!/<script|javascript:|\son\w+=/i.test(html), "there is script in it");
          expect((await context.cookies()).length === 0, "it sets a cookie");
          await page.screenshot({ path: join(settings.shots, `${name}-${theme}-${size.width}.png`), fullPage: true });
          await axe(page);
          await noSidewaysScrolling(page);
          expect(page.errors.length === 0, page.errors.join("; "));
          await context.close();
        }
      }
    });
  }
  const plain = async (story, options = { javaScriptEnabled: false }) => {
    const context = await browser.newContext(options);
    const page = await watched(context);
    await story(page);
    await context.close();
  };
  await check("public-preferences-without-script", () =>
    plain(async (page) => {
      await page.goto(settings.links.p);
      const before = await page.locator("form").count();
      expect(0 < before, "there is no form");
      await page.locator("form button[type=submit]").first().click();
      await page.locator("h1").waitFor();
      const text = await page.locator("main").innerText();
      expect(!/does not work|not be stored/i.test(text), text.slice(0, 300));
      await page.screenshot({ path: join(settings.shots, "preferences-saved.png"), fullPage: true });
    }),
  );
  await check("public-error-is-heard-and-has-the-focus", () =>
    plain(async (page) => {
      await page.goto(settings.links.f);
      await page.locator("[name=limit_per]").selectOption("week");
      await page.locator("form button[type=submit]").first().click();
      const heard = page.getByRole("alert");
      await heard.waitFor();
      expect(await heard.evaluate((it) => it === document.activeElement), "the focus is elsewhere");
      const field = page.locator("#limit_n");
      expect((await field.getAttribute("aria-invalid")) === "true", "the field is not marked");
      const said = await field.getAttribute("aria-describedby");
      expect(/1 to 99/.test(await page.locator(`#${said}`).innerText()), "the field says nothing");
      await axe(page);
    }, {}),
  );
  await check("public-everything-by-keyboard", () =>
    plain(async (page) => {
      await page.goto(`${settings.links.f}?lang=nl`);
      const box = page.locator("[name=topic]").first();
      if ((await box.count()) !== 0) await box.press("Space");
      await page.locator("[name=pause]").selectOption("1-week");
      await page.getByRole("button", { name: "Opslaan" }).press("Enter");
      await page.getByRole("status").first().waitFor();
      expect((await page.locator("html").getAttribute("lang")) === "nl", "the language was lost");
      await axe(page);
    }, {}),
  );
  await check("public-erase-for-good", () =>
    plain(async (page) => {
      await page.goto(settings.links.erase);
      await page.getByRole("button", { name: /erase everything/i }).click();
      await page.getByRole("heading", { name: "You are erased" }).waitFor();
      await axe(page);
      const answer = await page.goto(settings.links.f);
      expect(answer.status() === 410, `an erased person's link answered ${answer.status()}`);
      await axe(page);
    }, {}),
  );
  await check("public-unsubscribe-without-script", () =>
    plain(async (page) => {
      await page.goto(settings.links.u);
      await page.getByRole("button", { name: /stop/i }).click();
      await page.getByRole("heading", { name: /unsubscribed/i }).waitFor();
      await page.screenshot({ path: join(settings.shots, "unsubscribed.png"), fullPage: true });
    }),
  );
  await check("public-broken-link", () =>
    plain(async (page) => {
      const answer = await page.goto(`${settings.links.u.slice(0, -4)}AAAA`);
      expect(answer.status() === 404, `an altered token answered ${answer.status()}`);
      expect((await page.locator("h1").count()) === 1, "it is no page");
    }),
  );
}

async function main() {
  const browser = await launch();
  await signInAndLookAround(browser);
  await customersPages(browser);
  await browser.close();
  process.exitCode = 0;
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
