// The server SDK of RudderStack, pointed at Fulcrum: rudder_node.cjs HOST WRITE_KEY MODE USER
const sdk = require("@rudderstack/rudder-sdk-node");

const RudderAnalytics = sdk.default ?? sdk;
const [host, writeKey, mode, user] = process.argv.slice(2);
const analytics = new RudderAnalytics(writeKey, {
  dataPlaneUrl: host,
  flushAt: 20,
  flushInterval: 300,
  gzip: mode !== "plain",
});

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function main() {
  const anonymousId = `anon-${user}`;
  const traits = { email: `${user}@example.test`, name: "Ann" };
  analytics.page({ anonymousId, name: "Home" });
  analytics.identify({ userId: user, traits });
  if (mode === "bad") analytics.track({ userId: user, event: "x".repeat(600) });
  analytics.track({ userId: user, event: "Order Completed", properties: { revenue: 12.5 } });
  analytics.group({ userId: user, groupId: "g1", traits: { plan: "pro" } });
  analytics.alias({ userId: user, previousId: anonymousId });
  await new Promise((done) => analytics.flush(done));
  // The first event leaves alone and the rest after it; a crash of the SDK would come in here.
  await sleep(2_000);
  console.log("done");
  process.exit(0);
}

main();
