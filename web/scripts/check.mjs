/**
 * Checks of the built app in a real browser, with the mock: every page is free of axe's findings, of
 * errors (the strict content policy is on) and of sideways scrolling, and the keys do what they say.
 *
 *   npm run build && npm run check:browser [-- part of a name…]
 */
import AxeBuilder from "@axe-core/playwright";
import { NARROW, open, start, views, WIDE } from "./browser.mjs";

const wanted = process.argv.slice(2);
const chosen = (name) => wanted.length === 0 || wanted.some((it) => name.includes(it));
let passed = 0;
let failed = 0;

function expect(what, holds, detail = "") {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED ${what}${detail && `: ${detail}`}`);
  }
}

async function checkView(running, view, theme, size) {
  const name = `${view.name} ${theme} ${size.width}`;
  const { page, errors, close } = await open(running, view, { theme, size });
  // In a frame where nothing runs, axe would wait for ever; that it has a name is checked here.
  const frames = await page.evaluate(() => {
    const all = [...document.querySelectorAll("iframe[sandbox]")];
    for (const it of all) it.remove();
    return all.every((it) => it.title !== "");
  });
  expect(`${name}: frames have a name`, frames);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(
    (it) =>
      `\n  ${it.id}: ${it.help}\n    ${it.nodes
        .slice(0, 3)
        .map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`)
        .join("\n    ")}`,
  );
  expect(`${name}: axe`, violations.length === 0, found.join(""));
  expect(`${name}: no errors`, errors.length === 0, errors.join("; "));
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(`${name}: no sideways scrolling`, over <= 0, `${over} px`);
  await close();
}

/** What a person does with the keyboard and the mouse, and what they then see. */
const stories = {
  "keys lead to the pages": async (page) => {
    await page.keyboard.type("gl");
    await page.getByRole("heading", { level: 1, name: "Leverage" }).waitFor();
    await page.keyboard.type("gp");
    await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
    await page.keyboard.type("gb");
    await page.getByRole("heading", { level: 1, name: "Broadcasts" }).waitFor();
    await page.keyboard.type("ge");
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    await page.keyboard.type("gt");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  },
  "the first tab stop skips to the content": async (page) => {
    await page.keyboard.press("Tab");
    await page.locator(".skip:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.id === "main");
  },
  "slash searches, arrows choose, enter opens": async (page) => {
    await page.keyboard.press("/");
    await page.locator("input[type=search]:focus").waitFor();
    await page.keyboard.type("ada");
    await page.waitForURL(/q=ada/);
    await page.waitForFunction(() => document.querySelectorAll("a.row-link").length < 50);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.locator("a.row-link:focus").waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
  },
  "more people come page by page": async (page) => {
    await page.keyboard.type("gp");
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction(() => document.querySelectorAll("a.row-link").length === 100);
  },
  "an audience is opened, its growth is read, and its members are paged and taken along": async (
    page,
    origin,
  ) => {
    await page.keyboard.type("ga");
    await page.getByRole("heading", { level: 1, name: "Audiences" }).waitFor();
    await page.locator("a.row-link").first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.getByRole("link", { name: "repeat_buyers" }).first().click();
    await page.getByRole("heading", { level: 1, name: "repeat_buyers" }).waitFor();
    const label = () => page.locator(".growth svg[role=img]").getAttribute("aria-label");
    const before = await label();
    await page.getByRole("radio", { name: "30 days" }).check();
    await page.waitForFunction(
      (it) => document.querySelector(".growth svg[role=img]")?.getAttribute("aria-label") !== it,
      before,
    );
    await page.getByText("As a table").click();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.waitForFunction(() => document.querySelectorAll("a.row-link").length === 40);
    const came = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export (CSV)" }).click();
    const file = await came;
    if (file.suggestedFilename() !== "repeat_buyers.csv") throw new Error("another name");
    await page.getByRole("link", { name: "cart_left" }).click();
    await page.getByRole("heading", { level: 1, name: "cart_left" }).waitFor();
    await page.goto(`${origin}/audiences/lapsing`);
    await page.locator("a.row-link").first().click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
  },
  "another condition is tried: wrong at a place, guessed, stopped, counted": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/audiences/lapsing`);
    const field = page.getByRole("textbox", { name: "Condition" });
    await field.fill('trait("plan") = "pro"');
    await page.getByText("Line 1, column 15").waitFor();
    await page.getByText("write ==").waitFor();
    await page.getByRole("button", { name: "Show me where" }).click();
    const selected = await field.evaluate((it) =>
      it.value.slice(it.selectionStart, it.selectionEnd),
    );
    if (selected !== "=") throw new Error(`selected ${selected}`);
    await page.keyboard.type("==");
    await page.getByText(/^about /).waitFor();
    await page.getByText(/95% interval/).waitFor();
    await page.getByText("exact: everybody was looked at").first().waitFor({ state: "attached" });
    await page.getByRole("heading", { name: /Would go out/ }).waitFor();
    await field.fill('exists(trait("slow"))');
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped. What is shown").waitFor();
    await field.fill('did("Newsletter Opened", last 30d)');
    await page.getByText("Not counted yet").waitFor();
    await page.getByRole("button", { name: "Back to what runs" }).click();
    await page.getByText("Not counted yet").waitFor({ state: "detached" });
  },
  "an audience is built by keys and by text, undone and done again, and saved after a look": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/audiences/lapsing/edit`);
    const text = page.getByRole("textbox", { name: "Condition" });
    const reads = (wanted) =>
      page.waitForFunction(
        (it) => document.querySelector(".condition-text textarea")?.value === it,
        wanted,
      );
    const [often, recent, consent] = [
      'count("Order Completed", last 365d) >= 2',
      'not did("Order Completed", last 90d)',
      'consent("email", "offers")',
    ];
    await reads([often, recent, consent].join(" and "));
    // Arrow keys move a row, and the focus stays on it.
    await page.getByRole("button", { name: /^Move, place 1 of 3/ }).focus();
    await page.keyboard.press("ArrowDown");
    await reads([recent, often, consent].join(" and "));
    await page.getByRole("button", { name: /^Move, place 2 of 3/, exact: false }).waitFor();
    await page.waitForFunction(() => document.activeElement?.className === "handle");
    await page.keyboard.press("Control+z");
    await reads([often, recent, consent].join(" and "));
    await page.keyboard.press("Control+Shift+z");
    await reads([recent, often, consent].join(" and "));
    await page.getByRole("button", { name: "Undo" }).click();
    // A new condition, from the menu, by its meaning.
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.getByRole("button", { name: "A trait has a value" }).click();
    await page.getByText("Something is still empty.").waitFor();
    const row = page.locator('[data-path="parts[3]"]');
    await row.getByLabel("Name").fill("plan");
    await row.getByLabel("Value").fill("pro");
    await reads([often, recent, consent, 'trait("plan") == "pro"'].join(" and "));
    await row.getByLabel("Comparison").selectOption("!=");
    await row.getByRole("button", { name: "Not", exact: true }).click();
    await reads([often, recent, consent, 'not trait("plan") != "pro"'].join(" and "));
    await row.getByRole("button", { name: "Remove" }).click();
    await page.getByLabel("Kind of group").selectOption("any");
    await reads([often, recent, consent].join(" or "));
    // The other way: the rows follow the text.
    await text.fill(`${often} and (${consent} or list("vip"))`);
    await page.locator('[data-path="parts[1].parts[1]"]').waitFor();
    await page
      .getByRole("button", { name: /^Move, place 1 of 2/ })
      .first()
      .focus();
    await page.keyboard.press("ArrowRight");
    await reads(`${often} or ${consent} or list("vip")`);
    await page.getByLabel("Note").fill("Worth another look");
    await page.getByText("exact: everybody was looked at").first().waitFor({ state: "attached" });
    await page.getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog", { name: "What saving changes" });
    await dialog.getByText(`after: ${often} or`).waitFor();
    await dialog.getByText(/come in, .* go out/).waitFor();
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    if (violations.length) throw new Error(violations.map((it) => it.help).join("; "));
    await page.context().addCookies([{ name: "mock_scenario", value: "refusing", url: origin }]);
    await dialog.getByRole("button", { name: "Save and run it" }).click();
    await dialog.getByText("Somebody else changed the programme meanwhile.").waitFor();
    await page.context().addCookies([{ name: "mock_scenario", value: "normal", url: origin }]);
    await dialog.getByRole("button", { name: "Look again" }).click();
    await dialog.getByRole("button", { name: "Save and run it" }).click();
    await page.getByText("lapsing is saved and runs.").waitFor();
    await page.getByText("Worth another look").waitFor();
  },
  "a row is dragged to another place": async (page, origin) => {
    await page.setViewportSize({ width: 1280, height: 1800 });
    await page.goto(`${origin}/audiences/trail_runners/edit`);
    await page.locator('[data-path="parts[1]"]').waitFor();
    const handle = page.locator('[data-path="parts[1]"] .handle');
    const target = page.locator('[data-path="parts[0]"]');
    await handle.hover();
    await page.mouse.down();
    const box = await target.boundingBox();
    await page.mouse.move(box.x + 60, box.y + 10, { steps: 6 });
    const drop = page.locator(".build-drop-here").first();
    await drop.waitFor();
    const place = await drop.boundingBox();
    await page.mouse.move(place.x + 60, place.y + 5, { steps: 6 });
    await page.mouse.up();
    await page.waitForFunction(() =>
      document.querySelector(".condition-text textarea")?.value.startsWith('trait("sports")'),
    );
  },
  "a new audience needs a name that is free, and is refused with its place": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/audiences`);
    await page.getByRole("link", { name: "New audience" }).click();
    await page.getByText("No condition yet").waitFor();
    await page.getByRole("button", { name: "Add a condition" }).click();
    await page.getByRole("button", { name: "Something happened", exact: true }).click();
    await page.getByRole("combobox", { name: "Event" }).fill("Order Completed");
    await page.waitForFunction(
      () =>
        document.querySelector(".condition-text textarea")?.value ===
        'did("Order Completed", last 30d)',
    );
    await page.getByRole("button", { name: "Only where…" }).click();
    const only = page.getByRole("group", { name: "Only events where" });
    await only.getByLabel("Name").fill("revenue");
    await only.getByRole("combobox", { name: "What" }).last().selectOption("number");
    await only.getByLabel("Value").fill("50");
    await page.waitForFunction(() =>
      document.querySelector(".condition-text textarea")?.value.includes("where revenue == 50"),
    );
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByText("Give it a name.").waitFor();
    const name = page.getByRole("textbox", { name: "Name", exact: true }).first();
    await name.fill("members");
    await page.getByText("There is an audience of this name already.").waitFor();
    await name.fill("refused");
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByText("the audience refers to itself").waitFor();
    await page.getByText("audiences/refused.yaml, line 2, column 1").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await name.fill("spenders");
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByRole("button", { name: "Save and run it" }).click();
    await page.getByRole("heading", { level: 1, name: "spenders" }).waitFor();
  },
  "a journey is read step by step, in each of its versions": async (page) => {
    await page.keyboard.type("gj");
    await page.getByRole("heading", { level: 1, name: "Journeys" }).waitFor();
    await page.getByRole("link", { name: "welcome" }).click();
    await page.getByText("916 people here").waitFor();
    await page.getByRole("radio", { name: /^Version 5/ }).check();
    await page.getByText("61 people here").waitFor();
    await page.getByText("Steps that are not in the latest version").waitFor();
  },
  "a journey is built by keys: put in, changed, moved, undone, checked and saved": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/journeys/win-back/edit`);
    await page.getByText("Nothing is wrong with it.").waitFor();
    const says = (n) =>
      page.locator(".flow > .flow-steps > li > .flow-step > .flow-card .flow-says").nth(n);
    const reads = async (n, text) => {
      await says(n).filter({ hasText: text }).waitFor();
    };
    // A new step at the top, from the menu.
    await page.getByRole("button", { name: "Add a step here" }).first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Wait", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByLabel("How long").first().fill("soon");
    await page.getByText("soon is not a length of time").first().waitFor();
    await page.getByLabel("How long").first().fill("3d");
    await page.getByText("Nothing is wrong with it.").waitFor();
    await reads(0, "Wait 3d");
    // Down past the next, and into the last arm of the experiment.
    await page
      .getByRole("button", { name: /^Move “Wait”/ })
      .first()
      .focus();
    await page.keyboard.press("ArrowDown");
    await reads(1, "Wait 3d");
    await page.waitForFunction(() => document.activeElement?.className === "handle");
    await page.keyboard.press("ArrowDown");
    await reads(2, "Wait 3d");
    await page.keyboard.press("ArrowRight");
    await page.locator(".flow-arm").filter({ hasText: "Wait 3d" }).waitFor();
    await page.waitForFunction(() => document.activeElement?.className === "handle");
    await page.keyboard.press("ArrowLeft");
    await reads(2, "Wait 3d");
    await page.keyboard.press("Control+z");
    await page.locator(".flow-arm").filter({ hasText: "Wait 3d" }).waitFor();
    await page.keyboard.press("Control+Shift+z");
    await reads(2, "Wait 3d");
    await page.getByRole("button", { name: "Remove: Wait, Wait 3d" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await reads(2, "Wait 3d");
    // An arm gets another name and keeps its steps.
    const arm = page.locator(".flow-arm").first();
    await arm.getByLabel("Name").fill("tale");
    await page.getByRole("radio", { name: "Text", exact: true }).check();
    await page.waitForFunction(() =>
      document.querySelector(".file-text textarea")?.value.includes("tale: 45"),
    );
    await page.getByText("Nothing is wrong with it.").waitFor();
    await page.getByRole("button", { name: "Save…" }).click();
    const dialog = page.getByRole("dialog", { name: "What saving changes" });
    await dialog.getByText("903 people in it stay in the version").waitFor();
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    if (violations.length) throw new Error(violations.map((it) => it.help).join("; "));
    await dialog.getByRole("button", { name: "Save and run it" }).click();
    await page.getByText("win-back is saved and runs.").waitFor();
  },
  "a step is dragged into an arm": async (page, origin) => {
    await page.setViewportSize({ width: 1280, height: 2200 });
    await page.goto(`${origin}/journeys/welcome/edit`);
    await page.getByText("Nothing is wrong with it.").waitFor();
    const handle = page.getByRole("button", { name: /^Move “Wait”/ }).first();
    await handle.hover();
    await page.mouse.down();
    const place = page.locator(".flow-arm").nth(2).locator(".flow-place").first();
    const box = await place.boundingBox();
    await page.mouse.move(box.x + 60, box.y - 20, { steps: 6 });
    await page.mouse.move(box.x + 60, box.y + 10, { steps: 6 });
    await page.mouse.up();
    await page.locator(".flow-arm").nth(2).filter({ hasText: "Wait 2d" }).waitFor();
  },
  "a new journey needs a name, and becomes one": async (page, origin) => {
    await page.goto(`${origin}/journeys`);
    await page.getByRole("link", { name: "New journey" }).click();
    await page.getByText("a message needs a content").first().waitFor();
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByLabel("Name: Give it a name.").fill("cake-day");
    await page.getByRole("button", { name: /^Edit: Send a message/ }).click();
    await page.getByLabel("Content").fill("cake");
    await page.getByLabel("What begins it").selectOption("enters");
    await page.getByLabel("In the audience").fill("members");
    await page.getByText("Nothing is wrong with it.").waitFor();
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByText("File: journeys/cake-day.yaml").waitFor();
    await page.getByRole("button", { name: "Save and run it" }).click();
    await page.getByRole("heading", { level: 1, name: "cake-day" }).waitFor();
  },
  "steps and text follow each other, and what is wrong stands at its step and its line": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/journeys/welcome/edit?show=text`);
    await page.getByText("Nothing is wrong with it.").waitFor();
    const text = page.getByRole("textbox", { name: "journeys/welcome.yaml" });
    const first = await text.inputValue();
    await text.fill(`# Kept\n${first.replace("wait: 2d", "wait: soon")}`);
    await page.locator(".flow-card", { hasText: "Wait soon" }).locator(".flow-wrong").waitFor();
    await page.getByRole("button", { name: /^Line/ }).click();
    const chosen = await text.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd));
    if (chosen.trim() !== "- wait: soon") throw new Error(`chosen: ${chosen}`);
    await text.fill("steps: [");
    await page.getByText("The text cannot be drawn as steps yet").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("The text cannot be drawn as steps yet").waitFor({ state: "detached" });
    await text.fill(`# Kept\n${first.replace("wait: 2d", "wait: 4d")}`);
    await page.locator(".flow-says", { hasText: "Wait 4d" }).waitFor();
    await page.getByText("Nothing is wrong with it.").waitFor();
    // What is built is written into the text, without what only the text had.
    await page.getByRole("button", { name: "Remove: Wait, Wait 4d" }).click();
    await page.waitForFunction(
      () => !/wait: 4d|# Kept/.test(document.querySelector(".file-text textarea").value),
    );
    await page.getByRole("button", { name: "Undo" }).click();
    await page.waitForFunction(() =>
      /# Kept/.test(document.querySelector(".file-text textarea").value),
    );
  },
  "a draft is replayed: stopped, begun again, beside what runs, and old after a change": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/journeys/welcome`);
    await page.getByRole("link", { name: "Replay" }).click();
    await page.getByText("It is as it runs").waitFor();
    await page.getByRole("radio", { name: "Text", exact: true }).check();
    const text = page.getByRole("textbox", { name: "journeys/welcome.yaml" });
    await text.fill((await text.inputValue()).replace("wait: 2d", "wait: 3d"));
    await page.locator(".flow-says", { hasText: "Wait 3d" }).waitFor();
    await page.getByRole("radio", { name: "Replay", exact: true }).check();
    const go = page.getByRole("button", { name: "Replay", exact: true });
    await go.click();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped before the end").waitFor();
    await go.click();
    await page.getByRole("heading", { name: "Who would have got what" }).waitFor();
    await page.getByText(/as it runs 930/).waitFor();
    await page.getByRole("radio", { name: "Text", exact: true }).check();
    await text.fill((await text.inputValue()).replace("wait: 3d", "wait: 5d"));
    await page.getByRole("radio", { name: "Replay", exact: true }).check();
    await page.getByText("The journey was changed since.").waitFor();
    await page.getByRole("radio", { name: "Chosen days" }).check();
    if (await go.isEnabled()) throw new Error("no days were chosen");
  },
  "one person's way is stepped through by keys and buttons": async (page, origin) => {
    await page.goto(`${origin}/journeys/welcome/edit?show=replay`);
    await page.getByText("Nothing is wrong with it.").waitFor();
    await page.getByRole("radio", { name: "One person" }).check();
    await page.getByRole("combobox", { name: "Whose way" }).fill("an");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".way-list:focus").waitFor();
    await page.getByText("1 of 14").waitFor();
    const at = (address) => page.locator(`.flow-card.is-current[data-address="${address}"]`);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await at("0").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByText("4 of 14").waitFor();
    for (let n = 0; n < 2; n++) await page.getByRole("button", { name: "Forward" }).click();
    await at("1").waitFor();
    await page.locator('.flow-card.is-visited[data-address="0"]').waitFor();
    await page.keyboard.press("ArrowLeft");
    await at("0").waitFor();
    await page.getByRole("button", { name: /^The journey ended/ }).click();
    await page.locator(".flow-card.is-current").waitFor({ state: "detached" });
    await page.getByRole("checkbox", { name: "Other journeys too" }).check();
    await page.getByText("1 of 15").waitFor();
  },
  "people in an older version are moved after the plan was seen": async (page, origin) => {
    await page.goto(`${origin}/journeys/welcome`);
    await page.getByRole("button", { name: "Move…" }).click();
    await page.getByText("61 can go on in version 7; 25 stay in version 5.").waitFor();
    await page.getByRole("button", { name: "Move 61 people to version 7" }).click();
    await page.getByText("61 people were taken from version 5 to 7.").waitFor();
  },
  "a task is found, done, and stands under what was done": async (page) => {
    await page.keyboard.type("gk");
    await page.getByRole("heading", { level: 1, name: "Tasks" }).waitFor();
    await page.getByRole("combobox", { name: "Whose tasks" }).selectOption("care@shop.example");
    await page.getByText("Call them").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Done: Ask how the shoes fit" }).click();
    await page.getByText("Nothing to do").waitFor();
    await page.getByRole("radio", { name: "Done" }).check();
    await page.getByText("Ask how the shoes fit").first().waitFor();
  },
  "what audiences share is compared as shares and as people": async (page, origin) => {
    await page.goto(`${origin}/audiences`);
    await page.getByRole("link", { name: "Overlap" }).click();
    const cells = () => page.locator(".heat td").count();
    await page.locator(".heat td").first().waitFor();
    const before = await cells();
    await page.getByRole("checkbox", { name: "members" }).uncheck();
    await page.waitForFunction((it) => document.querySelectorAll(".heat td").length < it, before);
    await page.getByRole("radio", { name: "People" }).check();
    await page.getByText("People who are in both").waitFor();
    for (const box of await page.getByRole("checkbox").all()) await box.uncheck();
    await page.getByText("An overlap needs two audiences").waitFor();
  },
  "leverage is read, drawn, checked and taken along": async (page, origin) => {
    await page.getByRole("link", { name: "All numbers and checks" }).click();
    await page.getByRole("heading", { level: 1, name: "Leverage" }).waitFor();
    await page.getByRole("img", { name: "A stand-in for the picture" }).waitFor();
    await page.getByText("E-mail + On-site reinforce each other").waitFor();
    await page.getByLabel("Outcome").selectOption("orders");
    await page.waitForURL(/outcome=orders/);
    const came = page.waitForEvent("download");
    await page.getByRole("link", { name: "Numbers (CSV)" }).click();
    const file = await came;
    if (file.suggestedFilename() !== "leverage-orders.csv") throw new Error("another name");
    await page.getByRole("link", { name: "No check says otherwise" }).click();
    await page.waitForURL(/#trust/);
    await page.goto(`${origin}/leverage`);
    await page.context().addCookies([{ name: "mock_scenario", value: "singles", url: origin }]);
    await page.reload();
    await page.getByText("not known: this design has no cell").first().waitFor();
  },
  "a plan follows what is typed, and its address keeps it": async (page, origin) => {
    await page.goto(`${origin}/leverage/plan`);
    await page.getByText("Filled in from your panel").waitFor();
    await page.getByRole("radio", { name: "a yes or no" }).check();
    const share = page.getByLabel("Panel's share of all people", { exact: true });
    const smallest = () => page.locator(".plan-facts strong").first().textContent();
    await share.fill("20");
    await page.waitForURL(/outcome|rate|people/);
    const changes = async (act) => {
      const before = await smallest();
      await act();
      await page.waitForFunction(
        (it) => document.querySelector(".plan-facts strong")?.textContent !== it,
        before,
      );
    };
    await changes(() => share.fill("40"));
    await share.fill("4o");
    await page.getByText("This is not a number.").waitFor();
    await page.getByLabel("Panel's share of all people, slider").focus();
    await changes(() => page.keyboard.press("End"));
    await page.waitForURL(/panel=100/);
    const after = await smallest();
    await page.reload();
    await page.waitForFunction(
      (it) => document.querySelector(".plan-facts strong")?.textContent === it,
      after,
    );
    await page.getByRole("radio", { name: "how long it takes" }).check();
    await page.getByText("This number is needed.").waitFor();
    await page.getByLabel("Leverage that must be seen").fill("2");
    await page.waitForURL(/leverage=2/);
  },
  "a message opens to the reasons for each decision": async (page, origin) => {
    await page.goto(`${origin}/people/p1`);
    await page.getByRole("button", { name: /cart-reminder.*Pending/ }).click();
    await page.getByText("Another channel was taken").waitFor();
    await page.getByText("social → push").waitFor();
  },
  "a merge is undone after its plan was seen, by keyboard, and may be allowed again": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/people/p1`);
    await page.getByRole("button", { name: "Undo merge j7" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Undo merge j7" });
    await dialog.getByRole("region", { name: "Comes back" }).waitFor();
    await dialog.getByText("anonymous_id:visitor-998").waitFor();
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    if (violations.length) throw new Error(violations.map((it) => it.help).join("; "));
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.locator("button:focus", { hasText: "Undo" }).waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("anonymous_id:visitor-998").waitFor();
    await dialog.getByRole("button", { name: "Undo the merge" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "j7 is undone." }).waitFor();
    await page.getByText("The two are kept apart").waitFor();
    await page.getByRole("button", { name: "Allow the two of merge j7" }).click();
    await page.getByText("j7 keeps nobody apart any more.").waitFor();
  },
  "a person's data are downloaded, and erased only after it was said what goes": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/people/p1`);
    await page.getByText("Their data").click();
    const link = page.getByRole("link", { name: "Download as JSON" });
    const target = await link.getAttribute("href");
    if (target !== "/api/v1/people/p1/export") throw new Error(`leads to ${target}`);
    await page.getByRole("button", { name: "Erase…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Erase / });
    await dialog.getByText("3 identifiers and 12 messages are forgotten").waitFor();
    const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
    if (violations.length) throw new Error(violations.map((it) => it.help).join("; "));
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Erase…" }).click();
    await dialog.getByRole("button", { name: "Erase this person" }).click();
    await page.getByText("p1 is erased.").waitFor();
    await page.waitForURL(/\/people$/);
  },
  "a hold is resumed only after a second word": async (page, origin) => {
    await page.context().addCookies([{ name: "mock_scenario", value: "hold", url: origin }]);
    await page.goto(origin);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Resume sending" }).click();
    await page.getByText("2,913 messages released").waitFor();
    await page.getByText("Sending is on hold").waitFor({ state: "detached" });
  },
  "a broadcast is looked at before it can be started, and then goes out": async (page, origin) => {
    await page.goto(`${origin}/broadcasts`);
    await page.locator("a.row-link").first().focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.getByRole("link", { name: "spring" }).click();
    await page.getByRole("heading", { level: 1, name: "spring" }).waitFor();
    if (await page.getByRole("button", { name: "Start…" }).count()) throw new Error("unseen start");
    await page.locator(".broadcast-main").getByRole("button", { name: "See who" }).click();
    await page.getByText("The person has not said yes to this").waitFor();
    await page.getByText("Planned: 5,402 people on its list.").waitFor();
    await page.getByRole("button", { name: "Start…" }).click();
    await page.getByText("4,530 people get it.").waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Start…" }).click();
    await page.getByRole("button", { name: "Start: write to 4,530 people" }).click();
    await page.locator(".done:focus", { hasText: "Started." }).waitFor();
    const asked = () => page.locator(".broadcast-big").textContent();
    const before = await asked();
    await page.waitForFunction(
      (it) => document.querySelector(".broadcast-big")?.textContent !== it,
      before,
    );
    await page.getByRole("button", { name: "Pause…" }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByText("Paused. Nothing more goes out.").waitFor();
    await page.getByRole("button", { name: "Resume…" }).click();
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByText("Resumed. What waits").waitFor();
    await page.getByRole("button", { name: "Cancel broadcast…" }).click();
    await page.getByRole("button", { name: "Cancel broadcast", exact: true }).click();
    await page.getByText("Cancelled for good.").waitFor();
    await page.getByText("Never looked at").waitFor();
  },
  "one with a time is not offered to be started, and says when it goes": async (page, origin) => {
    await page.goto(`${origin}/broadcasts/black-friday`);
    await page.getByText("it starts by itself").first().waitFor();
    await page.locator(".broadcast-main").getByRole("button", { name: "See who" }).click();
    await page.getByText("Planned: 14,820 people").waitFor();
    if (await page.getByRole("button", { name: "Start…" }).count()) throw new Error("start");
    await page.locator(".plan-examples a").first().click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.goBack();
    // What was looked at is still there.
    await page.locator(".plan-table").waitFor();
  },
  "a question that took too long has no answer any more": async (page, origin) => {
    const since = Date.now() - 30_000;
    const value = `members-evening.running.${since}`;
    await page.context().addCookies([{ name: "mock_steps", value, url: origin }]);
    await page.goto(`${origin}/broadcasts/members-evening`);
    await page.getByRole("button", { name: "Pause…" }).click();
    await page.getByText("Nothing more of it goes out").waitFor();
    await page.getByText("is “Done” now").waitFor({ timeout: 20_000 });
    await page.getByRole("button", { name: "Go back" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
  },
  "what is refused is said, and not offered again": async (page, origin) => {
    await page.context().addCookies([{ name: "mock_scenario", value: "refusing", url: origin }]);
    await page.goto(`${origin}/broadcasts/members-evening`);
    await page.getByRole("button", { name: "Pause…" }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByText("nothing was changed").waitFor();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Go back" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
  },
  "what a colleague planned is approved, and then started": async (page, origin) => {
    await page.goto(`${origin}/broadcasts/winter-preview`);
    await page.getByText("noor@shop.example planned it.").waitFor();
    if (await page.getByRole("button", { name: "Start…" }).count()) throw new Error("start");
    await page.getByRole("button", { name: "Plan anew…" }).click();
    await page.getByText("You are then who planned it").waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByText("goes to 14,820 people").waitFor();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.locator(".done:focus", { hasText: "Approved." }).waitFor();
    await page.getByText("the admin approved it. It may start.").waitFor();
    await page.goto(`${origin}/broadcasts/black-friday`);
    await page.getByRole("heading", { name: "When people get it" }).waitFor();
  },
  "who planned it cannot approve it, and what was changed is planned anew": async (
    page,
    origin,
  ) => {
    await page.goto(`${origin}/broadcasts/outlet`);
    await page.getByText("You planned it as the admin").waitFor();
    if (await page.getByRole("button", { name: "Approve…" }).isEnabled()) throw new Error("own");
    if (await page.getByRole("button", { name: "Start…" }).count()) throw new Error("start");
    await page.goto(`${origin}/broadcasts/price-rise`);
    await page.getByText("but it was changed since").waitFor();
    if (await page.getByRole("button", { name: "Approve…" }).count()) throw new Error("changed");
    await page.context().addCookies([{ name: "mock_scenario", value: "member", url: origin }]);
    await page.goto(`${origin}/broadcasts/outlet`);
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page.locator(".done:focus", { hasText: "Approved." }).waitFor();
    await page.getByRole("button", { name: "Start…" }).click();
    await page.getByText("2,871 people are on its list.").waitFor();
    await page.getByRole("button", { name: "Start it" }).click();
    await page.locator(".done:focus", { hasText: "Started." }).waitFor();
  },
  "the admin invites, gives a new link, and removes; a member only looks": async (page, origin) => {
    await page.keyboard.type("gs");
    await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await page.getByLabel("E-mail address of a colleague").fill("sam@shop.example");
    await page.keyboard.press("Enter");
    await page.getByText(`${origin}/setup?token=mock-`).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: /sam@shop.example invited/ }).waitFor();
    await page.getByRole("button", { name: "New link for noor@shop.example" }).click();
    await page.getByRole("dialog", { name: "A link for noor@shop.example" }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Remove noor@shop.example" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove noor@shop.example" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByText("noor@shop.example is removed from the team.").waitFor();
    await page.getByRole("row", { name: /noor/ }).waitFor({ state: "detached" });
    await page.getByLabel("E-mail address of a colleague").fill("x@full.example");
    await page.keyboard.press("Enter");
    await page.getByText("a team has at most 200 members").waitFor();
    await page.context().addCookies([{ name: "mock_scenario", value: "member", url: origin }]);
    await page.reload();
    await page.getByText("Only the admin changes the team.").waitFor();
    if (await page.getByRole("button", { name: "Invite" }).count()) throw new Error("invite");
    await page.locator(".who", { hasText: "noor@shop.example" }).waitFor();
  },
  "a call that was given up is looked at and made again, a receiver is tried, the secret is for the admin":
    async (page, origin) => {
      await page.getByRole("link", { name: /Of the calls of other systems/ }).click();
      await page.getByRole("heading", { level: 1, name: "Webhooks" }).waitFor();
      await page.getByRole("button", { name: "Show more" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".call").length === 40);
      await page.getByRole("radio", { name: "Given up" }).check();
      await page.waitForFunction(() => document.querySelectorAll(".call").length === 2);
      const call = page.locator(".call", { hasText: "birthday" });
      await call.getByText("the receiver wants no more of these").waitFor();
      await call.getByRole("button", { name: /^Show what is sent/ }).click();
      await call.getByText('"journey": "birthday"').waitFor();
      await call.getByRole("button", { name: /^Try again/ }).click();
      await page.getByText("It is called again").waitFor();
      await call.waitFor({ state: "detached" });
      await page.getByRole("radio", { name: "Waiting" }).check();
      await call.getByText("due now").waitFor();
      await page.getByLabel("Address").fill("http://10.0.0.5/in");
      await page.keyboard.press("Enter");
      await page.getByText("It did not work: only https is called").waitFor();
      await page.getByLabel("Address").fill("https://crm.example/in");
      await page.keyboard.press("Enter");
      await page.getByText("It answered: 204").waitFor();
      await page.getByRole("button", { name: "Show the secret" }).click();
      await page.getByText("whsec_bW9j").waitFor();
      await page.getByRole("button", { name: "Hide it" }).click();
      await page.getByText("whsec_").first().waitFor({ state: "detached" });
      await page.getByRole("radio", { name: "Answered" }).check();
      await page.getByRole("link", { name: "cart-reminder, step 2" }).first().click();
      await page.locator('.flow-card[aria-current="step"]', { hasText: "webhook" }).waitFor();
      await page.context().addCookies([{ name: "mock_scenario", value: "member", url: origin }]);
      await page.goto(`${origin}/settings/webhooks`);
      await page.getByText("Only the admin sees it here.").waitFor();
      await page.getByText("fulcrum webhooks secret").waitFor();
    },
  "an audience tells another system, and then another": async (page, origin) => {
    await page.goto(`${origin}/audiences/lapsing`);
    await page.getByText("https://crm.example/hooks/lapsing").waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    const field = page.getByLabel("Tell another system");
    await page.waitForFunction(() =>
      [...document.querySelectorAll("input")].some((it) => it.value.startsWith("https://crm")),
    );
    await field.fill("https://other.example/in");
    await page.getByRole("button", { name: "Save…" }).click();
    await page.getByText("after: https://other.example/in").waitFor();
    await page.getByRole("button", { name: "Save and run it" }).click();
    await page.getByText("lapsing is saved and runs.").waitFor();
    await page.getByText("https://other.example/in").waitFor();
  },
  "an invited colleague chooses a password and is in; a used link says so": async (
    page,
    origin,
  ) => {
    await page.context().addCookies([{ name: "mock_signed_out", value: "1", url: origin }]);
    await page.goto(`${origin}/setup?token=used`);
    await page.getByRole("heading", { name: "Welcome to the team" }).waitFor();
    const fill = async () => {
      await page.getByLabel("Password", { exact: true }).fill("four unrelated words");
      await page.getByLabel("The same password again").fill("four unrelated words");
      await page.keyboard.press("Enter");
    };
    await fill();
    await page.getByText("the link was used already").waitFor();
    await page.goto(`${origin}/setup?token=abc`);
    await fill();
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  },
  "a post is moved on the calendar by keys, by the mouse and back, and not into the past": async (
    page,
    origin,
  ) => {
    await page.keyboard.type("gm");
    await page.getByRole("heading", { level: 1, name: "Calendar" }).waitFor();
    const stands = () =>
      page.evaluate(() => {
        const it = document.querySelector('[data-key="post/fjord-launch"]');
        return it?.closest("td")?.querySelector("time")?.dateTime;
      });
    await page.locator('[data-key="post/fjord-launch"]').waitFor();
    const before = await stands();
    const later = (days) =>
      new Date(Date.parse(before) + days * 86_400_000).toISOString().slice(0, 10);
    const at = async (day, what) => {
      if ((await stands()) !== day) throw new Error(`${what}: ${await stands()} for ${day}`);
    };
    const move = page.getByRole("button", { name: "Move fjord-launch" });
    await move.focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Escape");
    await page.getByText("fjord-launch stays where it is.").waitFor({ state: "attached" });
    await at(before, "left");
    if (!(await move.evaluate((it) => it === document.activeElement))) throw new Error("focus");
    await page.keyboard.press("Enter");
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowLeft");
    await page.getByText(/is past\. Choose/).waitFor();
    await page.keyboard.press("Enter");
    for (let n = 0; n < 5; n++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText(/It was planned anew for this time, and somebody else/).waitFor();
    await at(later(2), "keys");
    await page.locator('[data-key="post/fjord-launch"] a:focus').waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("fjord-launch is back at").waitFor();
    await at(before, "undone");
    await page.goto(`${origin}/calendar?view=week&on=${before}`);
    const hour = (n, day) =>
      page
        .locator(".cal-week tbody tr")
        .nth(n)
        .locator("td")
        .nth((new Date(day).getUTCDay() + 6) % 7);
    const drag = async (target) => {
      // Scrolled before, since scrolling while something is dragged moves what is below the mouse.
      await target.scrollIntoViewIfNeeded();
      await page.locator('[data-key="post/fjord-launch"]').dragTo(target);
    };
    await drag(hour(14, before));
    await page.getByText(/fjord-launch goes out .*14:00 now/).waitFor();
    await page.goto(`${origin}/calendar`);
    await page.locator('[data-key="post/fjord-launch"]').waitFor();
    await drag(page.locator(`td:has(time[datetime="${later(-7)}"])`));
    await page.getByText(/is past\. Choose/).waitFor();
    await at(before, "past");
    await page.getByLabel("Show").selectOption({ label: "LinkedIn" });
    await page.waitForFunction(() => !document.querySelector(".cal-broadcast"));
  },
  "a move that is refused says why, and nothing has moved": async (page, origin) => {
    await page.context().addCookies([{ name: "mock_scenario", value: "refusing", url: origin }]);
    await page.goto(`${origin}/calendar`);
    await page.getByRole("button", { name: "Move fjord-launch" }).click();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByText("The server says: it has begun already").waitFor();
  },
  "a post is made, refused by its name, planned, started and taken back": async (page, origin) => {
    await page.keyboard.type("go");
    await page.getByRole("heading", { level: 1, name: "Posts" }).waitFor();
    await page.getByRole("link", { name: "New post" }).click();
    await page.getByLabel("Name").fill("refused");
    await page.getByLabel("Content").selectOption("care");
    await page.getByRole("radio", { name: "When somebody starts it" }).check();
    await page.getByRole("button", { name: "Make post" }).click();
    await page.getByText("the name is not one").waitFor();
    const name = `oil-${Date.now()}`;
    await page.getByLabel("Name").fill(name);
    await page.getByRole("button", { name: "Make post" }).click();
    await page.getByRole("heading", { level: 1, name }).waitFor();
    await page.getByText(`${name} is made.`).waitFor();
    await page.getByRole("button", { name: "Plan…" }).click();
    await page.getByText("Planned.", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Start now…" }).click();
    await page.getByRole("button", { name: "Start now", exact: true }).click();
    const link = page.getByRole("link", { name: /^Read it there/ }).first();
    await link.waitFor();
    if ((await link.getAttribute("rel")) !== "noopener") throw new Error("rel");
    await page.getByRole("button", { name: /^Take back….*everywhere/ }).click();
    await page.getByText("This cannot be undone.").waitFor();
    await page.getByRole("button", { name: "Take it back", exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll(".standing-gone").length === 2);
    await page.goto(`${origin}/posts/fjord-launch`);
    await page.getByRole("button", { name: "Approve…" }).click();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await page
      .getByText("approved it. It may go out.")
      .or(page.getByText("Approved."))
      .first()
      .waitFor();
  },
  "what is lost is tried again only after a warning": async (page, origin) => {
    await page.goto(`${origin}/posts/rain-tips`);
    await page.getByRole("button", { name: /^Try again….*Mastodon/ }).click();
    await page.getByText("may make a second copy").waitFor();
    await page.getByRole("button", { name: "Go back" }).click();
    await page.getByRole("button", { name: /^Leave it at that….*Mastodon/ }).click();
    await page.getByRole("button", { name: "Leave it", exact: true }).click();
    await page.getByText("It is left at that.").waitFor();
    await page.getByRole("button", { name: /^Try again.*LinkedIn/ }).click();
    await page.getByText("It is tried again.").waitFor();
  },
  "the live list grows, waits while paused, and narrows": async (page, origin) => {
    await page.goto(`${origin}/events`);
    const newest = () => page.locator(".event-head").first().textContent();
    const before = await newest();
    await page.waitForFunction(
      (it) => document.querySelector(".event-head")?.textContent !== it,
      before,
    );
    await page.keyboard.press("Space");
    await page.getByText(/^\d+ new$/).waitFor();
    await page.keyboard.press("Space");
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("radio", { name: "Rejected" }).check();
    await page.waitForFunction(
      () =>
        document.querySelectorAll(".event").length ===
        document.querySelectorAll(".is-rejected").length,
    );
  },
  "a source's key is shown once, with what to write": async (page, origin) => {
    await page.goto(`${origin}/events`);
    await page.getByRole("button", { name: "New source" }).click();
    await page.getByLabel("Name").fill("Kiosk");
    await page.keyboard.press("Enter");
    await page.getByText("fk_mock_").first().waitFor();
    await page.getByRole("radio", { name: "Python" }).check();
    await page.getByText("import segment.analytics").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: /Kiosk/ }).waitFor();
  },
  "signing out and in": async (page) => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Password").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("That password is not right.").waitFor();
    await page.getByLabel("E-mail address").fill("noor@shop.example");
    await page.getByLabel("Password").focus();
    await page.keyboard.press("Enter");
    await page.getByText("The address or the password is not right.").waitFor();
    await page.getByLabel("Password").fill("right enough");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  },
  "what is not saved is not left by mistake": async (page, origin) => {
    await page.goto(`${origin}/audiences/lapsing/edit`);
    const field = page.getByRole("textbox", { name: "Note" });
    await field.fill("Asked for by the shop");
    await page.getByRole("link", { name: "People" }).first().click();
    await page.getByRole("heading", { name: "Leave without saving?" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    if ((await field.inputValue()) !== "Asked for by the shop") throw new Error("it is lost");
    await page.getByRole("link", { name: "People" }).first().click();
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { level: 1, name: "People" }).waitFor();
  },
  "the first password is chosen twice": async (page, origin) => {
    await page.context().addCookies([{ name: "mock_setup", value: "1", url: origin }]);
    await page.goto(`${origin}/setup?token=abc`);
    await page.getByLabel("Password", { exact: true }).fill("four unrelated words");
    await page.getByLabel("The same password again").fill("four unrelated word");
    await page.keyboard.press("Enter");
    await page.getByText("The two are not the same.").waitFor();
    await page.getByLabel("The same password again").fill("four unrelated words");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
  },
  "theme and language are chosen and kept": async (page) => {
    await page.getByRole("button", { name: "Display settings" }).click();
    await page.getByRole("radio", { name: "Dark" }).check();
    await page.getByRole("radio", { name: "Nederlands" }).check();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Vandaag" }).waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  },
};

/** Longer than any of them takes on a busy machine. */
const LONGEST_MS = 120_000;

async function checkStory(running, name, story) {
  const { page, errors, close } = await open(running, { path: "/" });
  page.setDefaultTimeout(8_000);
  try {
    await story(page, running.origin);
    expect(name, errors.length === 0, errors.join("; "));
  } catch (error) {
    expect(name, false, String(error).split("\n").slice(0, 3).join(" "));
  }
  await close();
}

/** So many at a time; one that does not end is given up, so that the others are seen. */
async function all(what, checks, atOnce) {
  const waiting = [...checks];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, check] = next;
      let timer;
      const late = new Promise((resolve) => {
        timer = setTimeout(() => resolve(expect(name, false, "it does not end")), LONGEST_MS);
      });
      await Promise.race([check(), late]);
      clearTimeout(timer);
      const done = checks.length - waiting.length;
      if (done % 50 === 0) console.log(`${done} of ${checks.length} ${what}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const running = await start();
try {
  const seen = views.filter((it) => chosen(it.name));
  const looks = seen.flatMap((view) => [
    [view.name, () => checkView(running, view, "light", WIDE)],
    [view.name, () => checkView(running, view, "dark", NARROW)],
  ]);
  // While one page is looked at, the other one loads.
  await all("views", looks, 2);
  const told = Object.entries(stories).filter(([name]) => chosen(name));
  // One at a time: there is one mouse, and what it drags.
  await all(
    "stories",
    told.map(([name, story]) => [name, () => checkStory(running, name, story)]),
    1,
  );
} finally {
  await running.stop();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
