//! The documents that browser SDKs fetch before they send anything.

use serde_json::json;

/// For Segment's browser SDK, which asks `GET /v1/projects/{write key}/settings`. It names this
/// server (`base_url`, such as `https://events.example.org`) as the place to send to, and turns off
/// the SDK's own metrics, which would go to Segment.
pub fn segment(write_key: &str, base_url: &str) -> String {
    let (protocol, host) = base_url.split_once("://").unwrap_or(("https", base_url));
    let host = host.trim_end_matches('/');
    json!({
        "integrations": {
            "Segment.io": {
                "apiKey": write_key,
                "apiHost": format!("{host}/v1"),
                "protocol": protocol,
                "addBundledMetadata": true,
                "unbundledIntegrations": [],
                "maybeBundledConfigIds": {},
                "versionSettings": { "version": "4.4.7", "componentTypes": ["browser"] },
            },
        },
        "plan": { "track": { "__default": { "enabled": true, "integrations": {} } } },
        "edgeFunction": {},
        "analyticsNextEnabled": true,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 },
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    })
    .to_string()
}

/// For RudderStack's browser SDK, which asks `GET /sourceConfig/?writeKey={write key}`. There are no
/// destinations in the browser, and no error reports or metrics to RudderStack.
pub fn rudder(write_key: &str) -> String {
    // The SDK wants dates and does nothing with them.
    let date = "2026-01-01T00:00:00.000Z";
    json!({
        "source": {
            "id": "fulcrum",
            "name": "fulcrum",
            "writeKey": write_key,
            "config": {
                "statsCollection": {
                    "errors": { "enabled": false },
                    "metrics": { "enabled": false },
                },
            },
            "enabled": true,
            "workspaceId": "fulcrum",
            "sourceDefinitionId": "javascript",
            "destinations": [],
            "connections": [],
            "createdAt": date,
            "updatedAt": date,
        },
        "updatedAt": date,
    })
    .to_string()
}

/// For PostHog's browser SDK, which asks `GET /array/{write key}/config`: nothing is recorded, replayed
/// or asked of people by the SDK itself, and there are no feature flags.
pub fn posthog(write_key: &str) -> String {
    json!({
        "token": write_key,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "analytics": { "endpoint": "/i/v0/e/" },
        "defaultIdentifiedOnly": true,
        "elementsChainAsString": true,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "autocaptureExceptions": false,
        "errorTracking": { "autocaptureExceptions": false },
        "heatmaps": false,
        "sessionRecording": false,
        "surveys": false,
        "productTours": false,
        "conversations": false,
        "logs": { "captureConsoleLogs": false },
        "siteApps": [],
    })
    .to_string()
}

/// What PostHog's SDKs get that ask for feature flags (`POST /flags`, `/decide`): none, which was
/// computed without error, so that they go on with their own defaults.
pub fn posthog_flags() -> String {
    json!({
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "config": { "enable_collect_everything": false },
        "sessionRecording": false,
        "siteApps": [],
        "toolbarParams": {},
        "isAuthenticated": false,
    })
    .to_string()
}
