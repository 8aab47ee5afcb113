//! How fast messages leave (`[pace.email]`), and when a campaign stops by itself (`[brake]`).

use std::collections::BTreeMap;

use delivery::{BrakeRules, PaceRules, Rate, WarmUp};
use model::{Channel, Problem, Span, Timestamp};
use serde::Deserialize;

/// Beyond this a rate is none: the whole program decides no more in a second.
const AT_MOST_MAX: u32 = 1_000_000_000;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaceConfig {
    whole: Option<RateConfig>,
    per_domain: Option<RateConfig>,
    domains: BTreeMap<String, RateConfig>,
    warm_up: Option<WarmUpConfig>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateConfig {
    at_most: u32,
    per: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WarmUpConfig {
    /// The first day, such as `2026-12-01`.
    from: String,
    #[serde(default = "first")]
    first: u32,
    #[serde(default = "growth")]
    growth: f64,
    #[serde(default = "until")]
    until: u32,
}

/// As many a day as providers let a new sender begin with.
fn first() -> u32 {
    50
}

/// Half as many more each day, the slower of what providers advise: 20,000 a day after two weeks and a half.
fn growth() -> f64 {
    1.5
}

fn until() -> u32 {
    20_000
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BrakeConfig {
    after: u64,
    bounces: f64,
    complaints: f64,
}

impl Default for BrakeConfig {
    fn default() -> BrakeConfig {
        let BrakeRules { after, bounces, complaints } = BrakeRules::default();
        BrakeConfig { after, bounces, complaints }
    }
}

impl BrakeConfig {
    pub fn rules(&self) -> Result<BrakeRules, Problem> {
        let BrakeConfig { after, bounces, complaints } = *self;
        let is_share = |it: f64| 0.0 < it && it <= 1.0;
        match 0 < after && is_share(bounces) && is_share(complaints) {
            true => Ok(BrakeRules { after, bounces, complaints }),
            false => {
                let problem = Problem::new("brake: a share is above 0 and at most 1");
                Err(problem.hint("write bounces = 0.05 for 5 %"))
            }
        }
    }
}

/// The rules of each channel that has any.
pub fn rules(
    config: &BTreeMap<String, PaceConfig>,
) -> Result<BTreeMap<Channel, PaceRules>, Problem> {
    let mut rules = BTreeMap::new();
    for (name, pace) in config {
        let channel = Channel::from_name(name).ok_or_else(|| {
            let problem = Problem::new(format!("pace: there is no channel `{name}`"));
            problem.hint("write [pace.email], [pace.sms] or [pace.push]")
        })?;
        rules.insert(channel, of_channel(name, pace)?);
    }
    Ok(rules)
}

fn of_channel(name: &str, pace: &PaceConfig) -> Result<PaceRules, Problem> {
    let rate = |key: &str, it: &RateConfig| {
        let wrong = |what: String| {
            let problem = Problem::new(format!("pace.{name}.{key}: {what}"));
            problem.hint("write {at_most = 600, per = \"1m\"}")
        };
        let per = Span::parse(&it.per).map_err(|error| wrong(error.to_string()))?;
        match Span::ZERO < per && (1..=AT_MOST_MAX).contains(&it.at_most) {
            true => Ok(Rate { at_most: it.at_most, per }),
            false => Err(wrong("it lets nothing through, or everything".to_owned())),
        }
    };
    let domains = pace.domains.iter().map(|(domain, it)| {
        let key = format!("domains.\"{domain}\"");
        Ok((domain.to_ascii_lowercase(), rate(&key, it)?))
    });
    Ok(PaceRules {
        whole: pace.whole.as_ref().map(|it| rate("whole", it)).transpose()?,
        per_domain: pace.per_domain.as_ref().map(|it| rate("per_domain", it)).transpose()?,
        domains: domains.collect::<Result<_, Problem>>()?,
        warm_up: pace.warm_up.as_ref().map(|it| warm_up(name, it)).transpose()?,
    })
}

fn warm_up(name: &str, it: &WarmUpConfig) -> Result<WarmUp, Problem> {
    let wrong = |what: &str| {
        let problem = Problem::new(format!("pace.{name}.warm_up: {what}"));
        problem.hint("write {from = \"2026-12-01\", first = 50, growth = 1.5, until = 20000}")
    };
    let from = Timestamp::parse(&format!("{}T00:00:00Z", it.from));
    let from = from.map_err(|_| wrong("`from` is not a day"))?.day();
    if it.first == 0 || it.until <= it.first {
        return Err(wrong("it begins with some messages a day and ends with more"));
    }
    match 1.0 < it.growth && it.growth.is_finite() {
        true => Ok(WarmUp { from, first: it.first, growth: it.growth, until: it.until }),
        false => Err(wrong("`growth` is above 1")),
    }
}
