// PostHog's server SDK, pointed at Fulcrum: posthog_node.cjs HOST WRITE_KEY MODE USER [COUNT]
const { PostHog } = require("posthog-node");

const [host, writeKey, mode, user, count] = process.argv.slice(2);
const client = new PostHog(writeKey, {
  host,
  flushAt: mode === "stream" ? 10 : 20,
  flushInterval: 300,
  fetchRetryCount: mode === "stream" ? 30 : 3,
  fetchRetryDelay: mode === "stream" ? 1_000 : 3_000,
  disableCompression: mode === "plain",
});
client.on("error", (error) => console.log("error", error.name, error.message ?? ""));

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function main() {
  if (mode === "stream") {
    for (let i = 0; i < Number(count); i += 1) {
      client.capture({ distinctId: `${user}-${i}`, event: "Streamed", properties: { i } });
      if (i % 10 === 9) await sleep(60);
    }
  } else {
    const anonymousId = `anon-${user}`;
    client.capture({
      distinctId: anonymousId,
      event: "$pageview",
      properties: {
        title: "Home",
        $current_url: "https://x.test/",
        $process_person_profile: false,
      },
    });
    client.identify({
      distinctId: user,
      properties: { email: `${user}@example.test`, name: "Ann" },
    });
    if (mode === "bad") client.capture({ distinctId: user, event: "x".repeat(600) });
    client.capture({ distinctId: user, event: "Order Completed", properties: { revenue: 12.5 } });
    client.groupIdentify({
      groupType: "company",
      groupKey: "g1",
      properties: { plan: "pro" },
      distinctId: user,
    });
    client.alias({ distinctId: user, alias: anonymousId });
  }
  await client.shutdown(90_000);
  console.log("done");
}

main();
