/**
 * Pictures of every page in light and dark, wide and narrow, from the built app with the mock.
 *
 *   npm run build && npm run shots -- [folder] [name…]
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { NARROW, open, start, views, WIDE } from "./browser.mjs";

const [folder = "shots", ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const running = await start();
try {
  for (const view of views.filter((it) => names.length === 0 || names.includes(it.name))) {
    for (const theme of ["light", "dark"]) {
      for (const size of [WIDE, NARROW]) {
        const { page, errors, close } = await open(running, view, { theme, size });
        // A window as high as the page, so that what sticks to its edges is where a reader sees it.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        const tall =
          view.path === "/" ||
          /^\/(people\/|broadcasts|posts|calendar|leverage|audiences|overlap|new|settings|journeys|content|forms|campaigns|channels)/.test(
            view.path,
          );
        if (tall) await page.setViewportSize({ width: size.width, height: Math.min(height, 5000) });
        await page.evaluate(() => window.scrollTo(0, 0));
        await page.waitForTimeout(300);
        const file = join(folder, `${view.name}-${theme}-${size.width}.png`);
        await page.screenshot({ path: file });
        for (const error of errors) console.log(`${file}: ${error}`);
        await close();
      }
    }
  }
} finally {
  await running.stop();
}
