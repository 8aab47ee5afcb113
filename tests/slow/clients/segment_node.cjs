// The server SDK of Segment, pointed at Fulcrum: segment_node.cjs HOST WRITE_KEY MODE USER [COUNT]
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey, mode, user, count] = process.argv.slice(2);
const retries = mode === "stream" ? 30 : 3;
const analytics = new Analytics({
  writeKey,
  host,
  path: "/v1/batch",
  flushAt: mode === "stream" ? 10 : 20,
  flushInterval: 300,
  maxRetries: retries,
});
analytics.on("error", (error) => console.log("error", error.code, error.reason?.message ?? ""));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function main() {
  if (mode === "stream") {
    for (let i = 0; i < Number(count); i += 1) {
      analytics.track({ userId: `${user}-${i}`, event: "Streamed", properties: { i } });
      if (i % 10 === 9) await sleep(60);
    }
  } else {
    const anonymousId = `anon-${user}`;
    const traits = { email: `${user}@example.test`, name: "Ann" };
    analytics.page({ anonymousId, name: "Home", properties: { url: "https://x.test/" } });
    analytics.identify({ userId: user, traits });
    if (mode === "bad") analytics.track({ userId: user, event: "x".repeat(600) });
    const properties = { revenue: 12.5, currency: "EUR", products: [{ sku: "a", qty: 1 }] };
    analytics.track({ userId: user, event: "Order Completed", properties });
    analytics.group({ userId: user, groupId: "g1", traits: { plan: "pro" } });
    analytics.alias({ userId: user, previousId: anonymousId });
  }
  await analytics.closeAndFlush({ timeout: 90_000 });
  console.log("done");
}

main();
