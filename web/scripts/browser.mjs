/** Starts the built app with the mock server and a headless Chromium to look at it with. */
import { chromium } from "playwright-core";
import { preview } from "vite";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 375, height: 812 };

const TRIED =
  'count("Order Completed", last 365d) >= 2 and not did("Order Completed", last 60d)\n  and not did("Newsletter Opened", last 30d)';
const SLOW = 'trait("slow") and exists(trait("member_since"))';
const WRONG = 'count("Order Completed", last 365d) >= 2\n  and trait("plan") = "pro"';

/** Every page and state worth looking at. */
export const views = [
  { name: "today", path: "/" },
  { name: "today-hold", path: "/", scenario: "hold" },
  { name: "today-resume", path: "/", scenario: "hold", act: choose("Resume") },
  { name: "today-insufficient", path: "/", scenario: "insufficient" },
  { name: "today-singles", path: "/", scenario: "singles" },
  { name: "today-empty", path: "/", scenario: "empty" },
  { name: "today-lost", path: "/", scenario: "lost" },
  { name: "leverage", path: "/leverage" },
  { name: "leverage-singles", path: "/leverage", scenario: "singles" },
  { name: "leverage-insufficient", path: "/leverage", scenario: "insufficient" },
  { name: "leverage-empty", path: "/leverage", scenario: "empty" },
  { name: "leverage-lost", path: "/leverage", scenario: "lost" },
  { name: "leverage-dutch", path: "/leverage", language: "nl" },
  { name: "leverage-holdouts", path: "/leverage/holdouts" },
  { name: "leverage-holdouts-empty", path: "/leverage/holdouts", scenario: "empty" },
  { name: "decisions", path: "/decisions" },
  { name: "decisions-empty", path: "/decisions", scenario: "empty" },
  { name: "decisions-dutch", path: "/decisions", language: "nl" },
  { name: "leverage-plan", path: "/leverage/plan", act: calculated },
  { name: "leverage-plan-first", path: "/leverage/plan", scenario: "empty", act: calculated },
  { name: "leverage-plan-wrong", path: "/leverage/plan?rate=x&panel=300&channels=2.5" },
  { name: "leverage-plan-dutch", path: "/leverage/plan?rate=2.5", language: "nl", act: calculated },
  { name: "people", path: "/people" },
  { name: "people-none", path: "/people?q=nobody-of-that-name" },
  { name: "person", path: "/people/p1", act: openTrails },
  { name: "person-erase", path: "/people/p1", act: askErase },
  { name: "person-missing", path: "/people/p0" },
  { name: "audiences", path: "/audiences" },
  { name: "audiences-empty", path: "/audiences", scenario: "empty" },
  { name: "audiences-filling", path: "/audiences", scenario: "filling" },
  { name: "audiences-dutch", path: "/audiences", language: "nl" },
  { name: "audiences-more", path: "/audiences", act: openMore },
  { name: "audience", path: "/audiences/lapsing" },
  { name: "audience-nobody", path: "/audiences/abroad" },
  { name: "audience-missing", path: "/audiences/nothing" },
  { name: "audience-dutch", path: "/audiences/repeat_buyers", language: "nl" },
  { name: "audience-try", path: "/audiences/lapsing", act: attempt(TRIED, ".change-moves a") },
  { name: "audience-try-slow", path: "/audiences/lapsing", act: attempt(SLOW, ".change-size") },
  { name: "audience-try-wrong", path: "/audiences/lapsing", act: attempt(WRONG, ".refused") },
  { name: "audience-edit", path: "/audiences/lapsing/edit", act: counted },
  { name: "audience-edit-deep", path: "/audiences/trail_runners/edit", act: openAdd },
  { name: "audience-edit-sequence", path: "/audiences/cart_left/edit", act: counted },
  { name: "audience-edit-dutch", path: "/audiences/lapsing/edit", language: "nl", act: counted },
  { name: "audience-edit-wrong", path: "/audiences/lapsing/edit", act: attempt(WRONG, ".refused") },
  { name: "audience-new", path: "/new/audience" },
  { name: "audience-save", path: "/audiences/lapsing/edit", act: saveAudience },
  { name: "overlap", path: "/overlap", act: (page) => page.locator(".heat").waitFor() },
  { name: "broadcasts", path: "/broadcasts" },
  { name: "broadcasts-empty", path: "/broadcasts", scenario: "empty" },
  { name: "broadcasts-hold", path: "/broadcasts", scenario: "hold" },
  { name: "broadcasts-dutch", path: "/broadcasts", language: "nl", act: openHowTo },
  { name: "broadcast-draft", path: "/broadcasts/spring" },
  { name: "broadcast-late", path: "/broadcasts/saint-nicholas", act: look },
  { name: "broadcast-timed", path: "/broadcasts/black-friday" },
  { name: "broadcast-plan", path: "/broadcasts/spring", act: look },
  { name: "broadcast-start", path: "/broadcasts/spring", act: lookAndStart },
  { name: "broadcast-refused", path: "/broadcasts/spring", scenario: "refusing", act: refuse },
  { name: "broadcast-running", path: "/broadcasts/members-evening" },
  { name: "broadcast-paused", path: "/broadcasts/autumn-offer" },
  { name: "broadcast-cancel", path: "/broadcasts/members-evening", act: choose("Cancel") },
  { name: "broadcast-done", path: "/broadcasts/weekly-news" },
  { name: "broadcast-dutch", path: "/broadcasts/thank-you", language: "nl", act: look },
  { name: "broadcast-missing", path: "/broadcasts/nothing" },
  { name: "broadcast-approve", path: "/broadcasts/winter-preview" },
  {
    name: "broadcast-approving",
    path: "/broadcasts/winter-preview",
    act: choose("Approve…"),
  },
  { name: "broadcast-own", path: "/broadcasts/outlet" },
  { name: "broadcast-changed", path: "/broadcasts/price-rise" },
  { name: "broadcast-own-dutch", path: "/broadcasts/outlet", language: "nl" },
  { name: "channels", path: "/channels", act: checkDns },
  { name: "channels-empty", path: "/channels", scenario: "empty" },
  { name: "channels-dutch", path: "/channels", language: "nl", act: checkDns },
  { name: "campaigns", path: "/campaigns" },
  { name: "campaigns-empty", path: "/campaigns", scenario: "empty" },
  { name: "campaign", path: "/campaigns/journey/welcome" },
  { name: "campaign-running", path: "/campaigns/broadcast/members-evening" },
  { name: "campaign-stopped", path: "/campaigns/journey/win-back" },
  { name: "campaign-dutch", path: "/campaigns/journey/welcome", language: "nl" },
  { name: "campaign-missing", path: "/campaigns/journey/nothing" },
  { name: "journeys", path: "/journeys" },
  { name: "journeys-empty", path: "/journeys", scenario: "empty" },
  { name: "journeys-dutch", path: "/journeys", language: "nl" },
  { name: "journey", path: "/journeys/welcome" },
  { name: "journey-experiment", path: "/journeys/win-back" },
  { name: "journey-older", path: "/journeys/welcome", act: older },
  { name: "journey-dutch", path: "/journeys/cart-reminder", language: "nl" },
  { name: "journey-missing", path: "/journeys/nothing" },
  { name: "journey-edit", path: "/journeys/welcome/edit", act: checked },
  { name: "journey-edit-step", path: "/journeys/welcome/edit", act: openStep },
  { name: "journey-edit-dutch", path: "/journeys/win-back/edit", language: "nl" },
  { name: "journey-new", path: "/new/journey", act: checked },
  { name: "journey-move", path: "/journeys/welcome", act: choose("Move…") },
  { name: "journey-edit-text", path: "/journeys/welcome/edit?show=text", act: wrongText },
  { name: "journey-edit-kinds", path: "/journeys/birthday/edit", act: openAll },
  { name: "journey-edit-kinds-dutch", path: "/journeys/birthday/edit", language: "nl" },
  { name: "journey-condition", path: "/journeys/cart-reminder/edit", act: buildCondition },
  { name: "journey-replay", path: "/journeys/welcome/edit?show=replay", act: replayDraft },
  { name: "journey-replay-dutch", path: "/journeys/win-back/edit?show=replay", language: "nl" },
  { name: "journey-way", path: "/journeys/welcome/edit?show=replay", act: followPerson },
  { name: "contents", path: "/content" },
  { name: "contents-none", path: "/content?q=nothing-of-that-name" },
  { name: "contents-empty", path: "/content", scenario: "empty" },
  { name: "contents-dutch", path: "/content", language: "nl" },
  { name: "contents-links", path: "/content", act: askLinks },
  { name: "content-new", path: "/new/content", act: beginContent },
  { name: "content-new-wrong", path: "/new/content", act: beginNothing },
  { name: "content-new-dutch", path: "/new/content", language: "nl" },
  { name: "content", path: "/content/story", act: readAs },
  { name: "content-test", path: "/content/story", act: sendTest },
  { name: "content-nobody", path: "/content/story", act: previewed },
  { name: "content-text", path: "/content/care", act: textPart },
  { name: "content-wrong", path: "/content/care", act: wrongContent },
  { name: "content-save", path: "/content/care", act: saveContent },
  { name: "content-missing", path: "/content/nothing" },
  { name: "content-dutch", path: "/content/story", language: "nl", act: previewed },
  { name: "calendar", path: "/calendar" },
  { name: "calendar-week", path: "/calendar?view=week" },
  { name: "calendar-move", path: "/calendar", act: beginMove },
  { name: "calendar-moved", path: "/calendar", act: moveByKeys },
  { name: "calendar-refused", path: "/calendar", scenario: "refusing", act: moveRefused },
  { name: "calendar-filter", path: "/calendar?show=bluesky" },
  { name: "calendar-empty", path: "/calendar", scenario: "empty" },
  { name: "calendar-dutch", path: "/calendar", language: "nl" },
  { name: "forms", path: "/forms" },
  { name: "forms-empty", path: "/forms", scenario: "empty" },
  { name: "forms-dutch", path: "/forms", language: "nl" },
  { name: "posts", path: "/posts" },
  { name: "posts-empty", path: "/posts", scenario: "empty" },
  { name: "posts-dutch", path: "/posts", language: "nl" },
  { name: "post-approve", path: "/posts/fjord-launch" },
  { name: "post-stuck", path: "/posts/rain-tips", act: openNotes },
  { name: "post-running", path: "/posts/saturday-ride" },
  { name: "post-draft", path: "/posts/helmets" },
  { name: "post-delete", path: "/posts/rain-tips", act: choose(/^Take back….*Bluesky/) },
  { name: "post-again", path: "/posts/rain-tips", act: choose(/^Try again….*Mastodon/) },
  { name: "post-missing", path: "/posts/nothing" },
  { name: "post-dutch", path: "/posts/rain-tips", language: "nl" },
  { name: "post-new", path: "/new/post", act: submitEmptyPost },
  { name: "post-new-dutch", path: "/new/post", language: "nl" },
  { name: "post-new-empty", path: "/new/post", scenario: "empty" },
  { name: "tasks", path: "/tasks" },
  { name: "tasks-empty", path: "/tasks", scenario: "empty" },
  { name: "tasks-dutch", path: "/tasks", language: "nl" },
  { name: "settings", path: "/settings" },
  { name: "settings-member", path: "/settings", scenario: "member" },
  { name: "settings-empty", path: "/settings", scenario: "empty" },
  { name: "settings-dutch", path: "/settings", language: "nl" },
  { name: "settings-link", path: "/settings", act: invite },
  { name: "settings-remove", path: "/settings", act: choose(/^Remove piet/) },
  { name: "webhooks", path: "/settings/webhooks", act: openCall },
  { name: "webhooks-member", path: "/settings/webhooks", scenario: "member" },
  { name: "webhooks-empty", path: "/settings/webhooks", scenario: "empty", act: showSecret },
  { name: "webhooks-dutch", path: "/settings/webhooks", language: "nl" },
  { name: "invited", path: "/setup?token=abc", cookies: { mock_signed_out: "1" } },
  { name: "audience-waits", path: "/audiences/trail_runners", scenario: "filling" },
  { name: "events", path: "/events", act: openRejection },
  { name: "events-empty", path: "/events", scenario: "empty" },
  { name: "new-source", path: "/events", act: makeSource },
  { name: "shortcuts", path: "/", act: (page) => page.keyboard.press("?") },
  { name: "sign-in", path: "/", cookies: { mock_signed_out: "1" } },
  { name: "setup", path: "/setup?token=abc", cookies: { mock_setup: "1" } },
  { name: "not-found", path: "/nowhere" },
  { name: "today-dutch", path: "/", language: "nl" },
];

async function calculated(page) {
  await page.locator(".plan-facts").waitFor();
}

/** Sends a content to somebody of the team. */
async function sendTest(page) {
  await page.getByRole("button", { name: "Send a test…" }).click();
  await page.locator(".test-send input").fill("crm@shop.example");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator(".test-send .done").waitFor();
}

/** Asks the DNS, and waits for what it says. */
async function checkDns(page) {
  await page.locator(".dns-record").first().waitFor();
  await page.getByRole("button", { name: /^(Check|Controleer)$/ }).click();
  await page.locator(".dns-differs").waitFor();
}

function choose(name) {
  return async (page) => {
    await page.getByRole("button", { name }).click();
    await page.locator("dialog[open]").waitFor();
  };
}

async function older(page) {
  await page.getByRole("radio", { name: /^Version 5/ }).check();
  await page.getByText("Steps that are not in the latest version").waitFor();
}

async function checked(page) {
  await page.getByText("Checking…").waitFor({ state: "detached" });
}

async function beginMove(page) {
  await page.getByRole("button", { name: "Move fjord-launch" }).click();
  await page.locator(".cal-panel").waitFor();
  await page.keyboard.press("ArrowRight");
}

async function moveByKeys(page) {
  await beginMove(page);
  await page.keyboard.press("Enter");
  await page.locator(".cal-moved").waitFor();
}

async function moveRefused(page) {
  await beginMove(page);
  await page.keyboard.press("Enter");
  await page.locator(".step-failed").waitFor();
}

async function openNotes(page) {
  await page.locator(".post-notes summary").first().click();
  await page.locator(".post-counts summary").first().click();
}

async function submitEmptyPost(page) {
  await page.getByRole("button", { name: "Make post" }).click();
  await page.getByText("Give it a name.").waitFor();
}

async function previewed(page) {
  await page.locator(".content-posts").waitFor();
}

async function readAs(page) {
  await previewed(page);
  await page.getByRole("combobox", { name: "Written for" }).fill("a");
  await page.getByRole("option").first().click();
  await page.locator("iframe").waitFor();
  await page.waitForTimeout(300);
}

async function textPart(page) {
  await previewed(page);
  await page.getByRole("radio", { name: "Text part" }).check();
  await page.locator(".content-plain").waitFor();
}

async function wrongContent(page) {
  await previewed(page);
  const text = page.getByRole("textbox", { name: "content/care.md" });
  await text.fill((await text.inputValue()).replace("summary:", "sumary:"));
  await page.getByRole("button", { name: "Line 4" }).waitFor();
}

async function askLinks(page) {
  await page.getByRole("button", { name: "Ask whether they answer" }).click();
  await page.getByText("14 addresses were asked.").waitFor();
}

async function beginContent(page) {
  await page.getByLabel("Its name").fill("spring-sale");
  await page.getByRole("button", { name: "Begin to write" }).click();
  await page.getByRole("textbox", { name: "content/spring-sale.md" }).waitFor();
}

async function beginNothing(page) {
  await page.getByRole("button", { name: "Begin to write" }).click();
  await page.locator(".field-error").waitFor();
}

async function saveContent(page) {
  await previewed(page);
  const text = page.getByRole("textbox", { name: "content/care.md" });
  await text.fill((await text.inputValue()).replace("the rain", "the snow"));
  await page.getByText("Oil your chain before the snow").first().waitFor();
  await page.getByRole("button", { name: "Save…" }).click();
  await page.locator(".save-differences").waitFor();
}

async function openStep(page) {
  await checked(page);
  await page.getByRole("button", { name: /^Edit: Send a message, hello/ }).click();
  await page.getByLabel("Content").fill("");
  await page.locator(".flow-wrong").waitFor();
  await page.getByRole("button", { name: "Add a step here" }).nth(1).click();
  await page.locator(".add-menu").waitFor();
}

async function wrongText(page) {
  await checked(page);
  const text = page.getByRole("textbox", { name: "journeys/welcome.yaml" });
  await text.fill((await text.inputValue()).replace("wait: 2d", "wait: soon"));
  await page.getByRole("button", { name: /^Line/ }).waitFor();
}

async function openAll(page) {
  await checked(page);
  for (const what of [/^Edit: Wait until/, /^Edit: Call a webhook/]) {
    const button = page.getByRole("button", { name: what });
    await button.click();
  }
}

async function buildCondition(page) {
  await checked(page);
  await page.getByRole("button", { name: "Build…" }).first().click();
  await page.locator("dialog .build-part").first().waitFor();
}

async function replayDraft(page) {
  await checked(page);
  await page.getByRole("radio", { name: "Text", exact: true }).check();
  const text = page.getByRole("textbox", { name: "journeys/welcome.yaml" });
  await text.fill((await text.inputValue()).replace("wait: 2d", "wait: 3d"));
  await page.locator(".flow-says", { hasText: "Wait 3d" }).waitFor();
  await page.getByRole("radio", { name: "Replay", exact: true }).check();
  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.locator(".replay-bars").waitFor();
}

async function followPerson(page) {
  await checked(page);
  await page.getByRole("radio", { name: "One person" }).check();
  await page.getByRole("combobox", { name: "Whose way" }).fill("a");
  await page.getByRole("option").first().click();
  await page.locator(".way-list").waitFor();
  for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
  await page.locator(".flow-card.is-current").waitFor();
}

async function counted(page) {
  await page
    .getByText("exact: everybody")
    .or(page.getByText("precies: iedereen"))
    .first()
    .waitFor({ state: "attached" });
}

async function openAdd(page) {
  await page.locator(".build-part").first().waitFor();
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.locator(".add-menu").waitFor();
}

async function saveAudience(page) {
  await page.getByRole("textbox", { name: "Condition" }).fill(TRIED);
  await counted(page);
  await page.getByRole("button", { name: "Save…" }).click();
  await page.locator(".save-differences").waitFor();
}

async function invite(page) {
  await page.getByLabel("E-mail address of a colleague").fill("sam@shop.example");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByRole("dialog", { name: "A link for sam@shop.example" }).waitFor();
}

async function openCall(page) {
  await page
    .getByRole("button", { name: /^Show what is sent/ })
    .nth(2)
    .click();
  await page.locator(".call-more pre").waitFor();
}

async function showSecret(page) {
  await page.getByRole("button", { name: "Show the secret" }).click();
  await page.locator(".webhook-card .snippet").first().waitFor();
}

async function openMore(page) {
  const more = page.getByRole("button", { name: "More" });
  if (await more.isVisible()) await more.click();
}

/** Types another condition, and waits for what comes of it. */
function attempt(text, until) {
  return async (page) => {
    await page.getByRole("textbox", { name: "Condition" }).fill(text);
    await page.locator(until).first().waitFor();
    if (until === ".change-moves a") {
      await page.getByText("exact: everybody").first().waitFor({ state: "attached" });
    }
  };
}

async function openHowTo(page) {
  await page.locator("details.how-to summary").click();
}

async function look(page) {
  await page.locator(".broadcast-main button").click();
  await page.locator(".plan-table").waitFor();
}

async function lookAndStart(page) {
  await look(page);
  await choose("Start…")(page);
}

async function refuse(page) {
  await lookAndStart(page);
  await page.getByRole("button", { name: /^Start: write/ }).click();
  await page.locator(".step-failed").waitFor();
}

async function openTrails(page) {
  await page.locator(".profile summary").first().waitFor();
  for (const n of [0, 1, 5]) await page.locator("button.item-head").nth(n).click();
}

async function askErase(page) {
  await page.locator(".profile summary").last().click();
  await page.getByRole("button", { name: "Erase…" }).click();
  await page.getByText("3 identifiers and 12 messages").waitFor();
}

async function openRejection(page) {
  await page.keyboard.press("Space");
  await page.locator(".event.is-rejected .event-head").first().click();
}

async function makeSource(page) {
  await page.getByRole("button", { name: "New source" }).click();
  await page.getByLabel("Name").fill("Web shop 2");
  await page.getByRole("button", { name: "Make source" }).click();
  await page.getByRole("button", { name: "Done" }).waitFor();
}

export async function start() {
  const server = await preview({
    mode: "mock",
    logLevel: "error",
    preview: { host: "127.0.0.1", port: 0 },
  });
  const origin = server.resolvedUrls.local[0].replace(/\/$/, "");
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  return {
    origin,
    browser,
    stop: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** A page of its own for one view, with the errors it had. */
export async function open({ browser, origin }, view, { size = WIDE, theme = "light" } = {}) {
  const context = await browser.newContext({
    viewport: size,
    colorScheme: theme,
    locale: "en-GB",
    timezoneId: "Europe/Amsterdam",
    reducedMotion: "reduce",
  });
  const cookies = { mock_scenario: view.scenario ?? "normal", ...view.cookies };
  await context.addCookies(
    Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin })),
  );
  if (view.language) {
    await context.addInitScript(
      (it) => localStorage.setItem("fulcrum.language", it),
      view.language,
    );
  }
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // Answers that are meant to fail are reported by the browser too; the page shows them.
    if (message.type() === "error" && !message.text().includes("the server responded with")) {
      errors.push(message.text());
    }
  });
  await page.goto(origin + view.path);
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => !document.querySelector(".loading"), { timeout: 15_000 });
  await page.evaluate(() => document.fonts.ready);
  if (view.act) await view.act(page);
  return { page, errors, close: () => context.close() };
}
