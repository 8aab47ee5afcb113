//! PostHog's own property names, and where the same is said in an event here.

use model::{Map, Value};

/// What became of an event's properties.
pub(super) struct Taken {
    pub context: Map,
    /// Those that the sender's own program named, and of PostHog's those that have no other place.
    pub properties: Map,
}

/// Names with a place in the context of every event, as the manual has them.
const PLACES: [(&str, &str); 28] = [
    ("$current_url", "page.url"),
    ("$pathname", "page.path"),
    ("$referrer", "page.referrer"),
    ("$raw_user_agent", "userAgent"),
    ("$user_agent", "userAgent"),
    ("$browser_language", "locale"),
    ("$locale", "locale"),
    ("$timezone", "timezone"),
    ("$ip", "ip"),
    ("$os", "os.name"),
    ("$os_name", "os.name"),
    ("$os_version", "os.version"),
    ("$screen_width", "screen.width"),
    ("$screen_height", "screen.height"),
    ("$lib", "library.name"),
    ("$lib_version", "library.version"),
    ("$device_id", "device.id"),
    ("$device_type", "device.type"),
    ("$device_manufacturer", "device.manufacturer"),
    ("$device_model", "device.model"),
    ("$app_name", "app.name"),
    ("$app_version", "app.version"),
    ("$app_build", "app.build"),
    ("utm_campaign", "campaign.name"),
    ("utm_source", "campaign.source"),
    ("utm_medium", "campaign.medium"),
    ("utm_term", "campaign.term"),
    ("utm_content", "campaign.content"),
];

/// The same things of a page, where conditions look for them: among its properties.
const OF_PAGES: [(&str, &str); 3] =
    [("$current_url", "url"), ("$pathname", "path"), ("$referrer", "referrer")];

/// Read elsewhere, or a second time what another field says.
const READ_ELSEWHERE: [&str; 8] = [
    "token",
    "$insert_id",
    "$time",
    "$user_id",
    "$is_identified",
    "$process_person_profile",
    "$is_server",
    "$geoip_disable",
];

/// What the SDK says about itself, for its makers.
const OF_THE_SDK: [&str; 6] = [
    "$sdk_",
    "$lib_rate_limit_",
    "$lib_custom_api_host",
    "$config_defaults",
    "$initialization_time",
    "$configured_",
];

/// The browser SDK's word for nobody.
const NO_REFERRER: &str = "$direct";

pub(super) fn take(event: &str, sent: Map) -> Taken {
    let on_server = sent.get("$is_server") == Some(&Value::Bool(true));
    let is_page = event == "$pageview";
    let mut taken = Taken { context: Map::new(), properties: Map::new() };
    for (name, value) in sent {
        let is_noise = READ_ELSEWHERE.contains(&name.as_str())
            || OF_THE_SDK.iter().any(|it| name.starts_with(it))
            || (name == "$referrer" && value.as_text() == Some(NO_REFERRER));
        if is_noise || value.is_null() {
            continue;
        }
        if is_page && let Some((_, of_page)) = OF_PAGES.iter().find(|it| it.0 == name) {
            taken.properties.insert((*of_page).to_owned(), value.clone());
        }
        if is_page && name == "title" {
            put(&mut taken.context, "page.title", value.clone());
        }
        // A server's clock and system say nothing about the person.
        let says_of_person = !on_server || name.starts_with("$lib") || name.starts_with("utm_");
        match PLACES.iter().find(|it| it.0 == name && says_of_person) {
            Some((_, place)) => put(&mut taken.context, place, value),
            None => drop(taken.properties.insert(name, value)),
        }
    }
    taken
}

/// Puts a value at a path of one or two names; what stands there already stays.
fn put(context: &mut Map, place: &str, value: Value) {
    let Some((first, rest)) = place.split_once('.') else {
        context.entry(place.to_owned()).or_insert(value);
        return;
    };
    let inner = context.entry(first.to_owned()).or_insert_with(|| Value::Map(Map::new()));
    if let Value::Map(inner) = inner {
        inner.entry(rest.to_owned()).or_insert(value);
    }
}
