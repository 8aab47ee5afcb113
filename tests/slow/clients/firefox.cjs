// Firefox as a visitor who subscribes, with a push service of our own: it speaks what Firefox speaks to Mozilla's
// (autopush's protocol over a websocket), and hands on to the browser what is posted to its endpoints.
// Prints as JSON what became of it; the case says what it should have been.
//
//   firefox.cjs '{"base":…,"writeKey":…,"port":…,"pushPort":…,"profile":…}'
const http = require("node:http");
const fs = require("node:fs");
const path = require("node:path");
const crypto = require("node:crypto");
const { spawn } = require("node:child_process");
const { WebSocketServer } = require("ws");

const { base, writeKey, port, pushPort, profile } = JSON.parse(process.argv[2]);
const own = `http://localhost:${port}`;
const found = { posted: 0, acknowledged: 0 };

// Nothing of it calls anybody but this machine, and the permission was given.
const PREFERENCES = {
  "dom.push.serverURL": `ws://127.0.0.1:${pushPort}/`,
  "dom.push.testing.allowInsecureServerURL": true,
  "permissions.default.desktop-notification": 1,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.server": "",
  "app.update.enabled": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "services.settings.server": "data:,#remote-settings-dummy/v1",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "extensions.update.enabled": false,
  "app.normandy.enabled": false,
  "browser.newtabpage.activity-stream.feeds.topsites": false,
  "browser.shell.checkDefaultBrowser": false,
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "network.proxy.no_proxies_on": "localhost,127.0.0.1",
};

// A subscription that is asked for before the browser has greeted its service never comes.
const PAGE = `
  window.fulcrum ||= (...call) => (fulcrum.q ||= []).push(call);
  const say = (what) => fetch("/said", { method: "POST", body: JSON.stringify(what) });
  const look = setInterval(async () => {
    if (!(await (await fetch("/ready")).json()) || fulcrum.q || !window.fulcrum) return;
    clearInterval(look);
    try {
      const became = await fulcrum("push", true, { wording: "Tell me when my order leaves" });
      fulcrum("track", "Order Left", {});
      say({ became, visitor: localStorage.getItem("fulcrum_id") });
    } catch (error) {
      say({ became: String(error) });
    }
  }, 1000);`;

const channels = new Map();
let greeted = 0;

const service = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (it) => parts.push(it));
  request.on("end", () => {
    const channel = channels.get(request.url.split("/").pop());
    if (!channel) return response.writeHead(404).end();
    found.posted++;
    const encoding = request.headers["content-encoding"];
    const data = Buffer.concat(parts).toString("base64url");
    const { channelID, socket } = channel;
    const version = crypto.randomUUID();
    const notification = { messageType: "notification", channelID, version, ttl: 60, data, headers: { encoding } };
    socket.send(JSON.stringify(notification));
    response.writeHead(201, { location: `http://127.0.0.1:${pushPort}/m/1` }).end();
  });
});

const sockets = new WebSocketServer({
  server: service,
  perMessageDeflate: false,
  handleProtocols: (all) => (all.has("push-notification") ? "push-notification" : false),
});
sockets.on("connection", (socket) => {
  const answer = (it) => socket.send(JSON.stringify(it));
  socket.on("message", (bytes) => {
    const asked = JSON.parse(bytes);
    if (asked.messageType === "hello") {
      const uaid = crypto.randomBytes(16).toString("hex");
      answer({ messageType: "hello", uaid, status: 200, use_webpush: true, broadcasts: {} });
    } else if (asked.messageType === "broadcast_subscribe") {
      greeted = Date.now();
    } else if (asked.messageType === "register") {
      const name = crypto.randomBytes(12).toString("hex");
      channels.set(name, { socket, channelID: asked.channelID });
      const pushEndpoint = `http://127.0.0.1:${pushPort}/wpush/v2/${name}`;
      answer({ messageType: "register", channelID: asked.channelID, status: 200, pushEndpoint });
    } else if (asked.messageType === "ack") found.acknowledged++;
    else if (asked.messageType === "ping") socket.send("{}");
  });
});

const shop = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (it) => parts.push(it));
  request.on("end", () => {
    const answer = (type, text) => response.writeHead(200, { "content-type": type }).end(text);
    if (request.url === "/own.js") answer("text/javascript", PAGE);
    else if (request.url === "/fulcrum-worker.js")
      answer("text/javascript", `importScripts("${base}/fulcrum-worker.js");`);
    else if (request.url === "/ready") answer("application/json", String(greeted !== 0));
    else if (request.url === "/said") {
      Object.assign(found, JSON.parse(Buffer.concat(parts)));
      response.end();
    } else if (request.url === "/")
      answer(
        "text/html; charset=utf-8",
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>A shop</title><h1>A shop</h1>
         <script src="/own.js"></script><script src="${base}/fulcrum.js" data-key="${writeKey}" async></script></html>`,
      );
    else response.writeHead(404).end();
  });
});

async function main() {
  await new Promise((done) => service.listen(pushPort, "127.0.0.1", done));
  await new Promise((done) => shop.listen(port, "127.0.0.1", done));
  fs.mkdirSync(profile, { recursive: true });
  const lines = Object.entries(PREFERENCES).map(([name, it]) => `user_pref("${name}",${JSON.stringify(it)});`);
  fs.writeFileSync(path.join(profile, "user.js"), lines.join("\n"));
  const firefox = spawn(process.env.FIREFOX ?? "firefox-esr", ["--headless", "--no-remote", "--profile", profile, own], {
    env: { ...process.env, HOME: profile },
    stdio: "ignore",
  });
  const end = Date.now() + 120_000;
  while (Date.now() < end && found.acknowledged === 0) await new Promise((done) => setTimeout(done, 250));
  // What the worker says of it is on its way.
  await new Promise((done) => setTimeout(done, 2_000));
  firefox.kill();
  console.log(JSON.stringify(found));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
