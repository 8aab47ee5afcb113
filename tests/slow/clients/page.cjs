// Serves a page with a browser SDK on a port of its own, lets headless Chromium do what the page
// does, leaves the page, and prints as JSON what went over the wire.
//
//   page.cjs SDK '{"host":…,"writeKey":…,"user":…}' OUT_DIR
const http = require("node:http");
const path = require("node:path");
const { buildSync } = require("esbuild");
const { launch } = require("./chromium.cjs");

const [sdk, settings, folder] = process.argv.slice(2);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function main() {
  const bundle = path.join(folder, `${sdk}.js`);
  buildSync({
    entryPoints: [path.join(__dirname, "../pages", `${sdk}.js`)],
    bundle: true,
    format: "iife",
    outfile: bundle,
    logLevel: "error",
    nodePaths: [process.env.NODE_PATH],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const script = require("node:fs").readFileSync(bundle);
  const html =
    `<!doctype html><html lang="en"><title>A shop</title><h1>A shop</h1>` +
    `<script>window.settings = ${settings}</script><script src="/sdk.js"></script></html>`;
  const server = http.createServer((request, response) => {
    const isScript = request.url.startsWith("/sdk.js");
    if (request.url === "/left") {
      response.end();
      return;
    }
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
    response.end(isScript ? script : html);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const own = `http://127.0.0.1:${server.address().port}`;

  const browser = await launch();
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const requests = [];
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (it) => {
    if (it.type() === "error" && !it.text().includes("favicon")) errors.push(it.text());
  });
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  const byId = new Map();
  wire.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
    if (request.url.startsWith(own)) return;
    const seen = { method: request.method, url: request.url, type };
    requests.push(seen);
    byId.set(requestId, seen);
  });
  wire.on("Network.responseReceived", ({ requestId, response }) => {
    const seen = byId.get(requestId);
    if (seen) seen.status = response.status;
  });
  // A beacon leaves after the page, where the driver sees nothing any more: the page notes it.
  await page.addInitScript(() => {
    const send = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (url, body) => {
      const noted = JSON.parse(localStorage.getItem("beacons") ?? "[]");
      localStorage.setItem("beacons", JSON.stringify([...noted, String(url)]));
      return send(url, body);
    };
  });
  await page.goto(`${own}/?utm_source=news&utm_medium=email&utm_campaign=spring`);
  await page.waitForFunction(() => typeof window.go === "function");
  await page.evaluate(() => window.go());
  await sleep(2_500);
  await page.goto(`${own}/left`);
  await sleep(700);
  const beacons = await page.evaluate(() => JSON.parse(localStorage.getItem("beacons") ?? "[]"));
  requests.push(...beacons.map((url) => ({ method: "POST", url, type: "Beacon" })));
  await browser.close();
  server.close();
  console.log(JSON.stringify({ requests, errors }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
