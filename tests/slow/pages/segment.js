// A page with Segment's browser SDK. `window.settings` comes from the page: host, key, user, batching.
import { AnalyticsBrowser } from "@segment/analytics-next";

const { host, writeKey, user, batching } = window.settings;
const deliveryStrategy = batching
  ? { strategy: "batching", config: { size: 10, timeout: 300 } }
  : undefined;
const analytics = AnalyticsBrowser.load(
  { writeKey, cdnURL: host },
  {
    integrations: {
      "Segment.io": { apiHost: `${new URL(host).host}/v1`, protocol: "http", deliveryStrategy },
    },
  },
);

window.go = async () => {
  await analytics.page("Home");
  await analytics.identify(user, { email: `${user}@example.test`, name: "Ann" });
  await analytics.track("Order Completed", { revenue: 12.5 });
  await analytics.group("g1", { plan: "pro" });
  await analytics.alias(user, `anon-${user}`);
};
