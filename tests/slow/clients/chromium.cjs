// Headless Chromium that looks like a visitor's and talks to loopback only.
const { chromium } = require("playwright-core");

const AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

exports.launch = async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
  const newPage = browser.newPage.bind(browser);
  browser.newPage = (options = {}) => newPage({ userAgent: AGENT, ...options });
  return browser;
};
