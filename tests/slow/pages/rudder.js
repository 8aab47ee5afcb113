// A page with RudderStack's browser SDK. `window.settings`: host, key, user, beacon.
import { RudderAnalytics } from "@rudderstack/analytics-js/bundled";

const { host, writeKey, user, beacon } = window.settings;
const analytics = new RudderAnalytics();
analytics.load(writeKey, host, {
  configUrl: host,
  pluginsSDKBaseURL: `${host}/plugins`,
  destSDKBaseURL: `${host}/dest`,
  useBeacon: Boolean(beacon),
});

window.go = async () => {
  await new Promise((done) => analytics.ready(done));
  analytics.page("Home");
  analytics.identify(user, { email: `${user}@example.test`, name: "Ann" });
  analytics.track("Order Completed", { revenue: 12.5 });
  analytics.group("g1", { plan: "pro" });
  analytics.alias(user, `anon-${user}`);
};
