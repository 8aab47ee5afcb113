// A page with PostHog's browser SDK. `window.settings` comes from the page: host, key, user, plain.
import posthog from "posthog-js";

const { host, writeKey, user, plain } = window.settings;
document.title = "Home";
posthog.init(writeKey, {
  api_host: host,
  bootstrap: { distinctID: `anon-${user}`, isIdentifiedID: false },
  autocapture: false,
  capture_pageview: false,
  capture_pageleave: false,
  disable_compression: plain,
  disable_external_dependency_loading: true,
  // The driver's Chromium says that it is headless, and the SDK leaves out what robots do.
  opt_out_useragent_filter: true,
});

window.go = async () => {
  posthog.capture("$pageview");
  posthog.identify(user, { email: `${user}@example.test`, name: "Ann" });
  posthog.capture("Order Completed", { revenue: 12.5 });
  posthog.group("company", "g1", { plan: "pro" });
  posthog.alias(`anon-${user}`, user);
};
