//! Channels: who carries what, how it goes, and what has to be published so that mail is believed.

use super::json::{Query, time};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use channels::dns::{self, Checked, Needed, Resolver, Sender};
use delivery::{BrakeRules, PaceRules, Rate};
use engine::{AnswerCounts, ChannelDay, Status};
use model::Channel;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days over which bounces and complaints of a domain are told: providers look back as far.
const DAYS: i64 = 7;

/// Domains on the page; whoever writes to more looks at those with the most messages.
const DOMAINS_MAX: usize = 50;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Channels {
    pub channels: Vec<ChannelShown>,
    /// When a campaign stops by itself.
    pub brake: BrakeLimits,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChannelShown {
    pub channel: String,
    /// The table of fulcrum.toml that names its provider, such as `smtp`; null where none does.
    #[schema(required)]
    pub provider: Option<String>,
    /// Whether messages can leave: a provider is set and every secret of it was read.
    pub ready: bool,
    /// What is set, without any secret.
    pub settings: Vec<ChannelSetting>,
    /// Messages on the wire, and how many there may be at once.
    pub in_flight: u64,
    pub concurrency: u64,
    /// Answers since midnight UTC.
    pub today: AnswerTally,
    /// What was not taken today, by the kind of answer and the number in it, the most frequent first.
    pub codes: Vec<AnswerCode>,
    /// The last answers, the latest first; addresses in them are masked.
    pub last: Vec<AnswerShown>,
    pub pace: ChannelPace,
    /// Receiving domains with the most messages of the last seven days, and those that are held now.
    pub domains: Vec<DomainShown>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChannelSetting {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
pub struct AnswerTally {
    pub accepted: u64,
    pub deferred: u64,
    pub refused: u64,
    /// The address does not exist: said at once.
    pub dead: u64,
    /// Nobody knows whether it arrived.
    pub lost: u64,
    /// Taken, and came back for good.
    pub bounced: u64,
    pub complained: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AnswerCode {
    /// `deferred`, `refused`, `dead`, `lost`, `bounced` or `complained`.
    pub answer: String,
    /// Such as `421`; empty where the answer has none, or there was no answer.
    pub code: String,
    pub count: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AnswerShown {
    #[schema(format = DateTime)]
    pub at: String,
    pub message: String,
    pub answer: String,
    pub detail: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChannelPace {
    /// Such as `20000 per 1h`; null where nothing is set.
    #[schema(required)]
    pub whole: Option<String>,
    #[schema(required)]
    pub per_domain: Option<String>,
    #[schema(required)]
    pub warm_up: Option<WarmUpShown>,
    /// Until when everything waits; null where nothing holds it.
    #[schema(required, format = DateTime)]
    pub held_until: Option<String>,
    /// What makes it wait.
    pub why: String,
    /// Messages that were given a time and wait for it.
    pub waiting: u64,
}

/// Of a new sender.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WarmUpShown {
    /// Its days, from 1; 0 before it begins.
    pub day: i64,
    /// Messages that may leave today.
    pub allowance: u64,
    /// As many a day end it.
    pub until: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DomainShown {
    /// `*`: all that are not told apart.
    pub domain: String,
    /// Of the last seven days.
    pub counts: AnswerTally,
    pub bounces: RateShown,
    pub complaints: RateShown,
    /// Its own rate, such as `600 per 1m`.
    #[schema(required)]
    pub rate: Option<String>,
    #[schema(required, format = DateTime)]
    pub held_until: Option<String>,
    /// It answered "later" again and again.
    pub stands: bool,
}

/// A share of what was sent, with its interval of 95 %.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RateShown {
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// Whether the whole interval lies above the limit of the brake.
    pub above: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct BrakeLimits {
    /// Fewer messages of a campaign say nothing.
    pub after: u64,
    pub bounces: f64,
    pub complaints: f64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DomainAsked {
    /// Whether the DNS is asked what stands there.
    #[param(nullable = false)]
    #[serde(default)]
    check: bool,
}

/// What has to stand in the DNS so that mail is believed.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MailDomain {
    /// The domain of the brand's from address; empty where it has none.
    pub domain: String,
    pub records: Vec<DnsRecord>,
    /// Why the DNS could not be asked.
    #[schema(required)]
    pub problem: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DnsRecord {
    /// `spf`, `dkim`, `dmarc`, `return_path` or `links`.
    pub purpose: String,
    pub name: String,
    /// `TXT`, `MX`, or `A or AAAA`.
    #[serde(rename = "type")]
    pub kind: String,
    /// To paste; in brackets what belongs there, where only you know it.
    pub value: String,
    /// `found`, `differs`, `missing`, or `unknown` where nobody answered; null where it was not asked.
    #[schema(required)]
    pub state: Option<String>,
    /// What stands there.
    pub found: Vec<String>,
    /// What to do; empty where it is as it should be.
    pub remedy: String,
}

/// Every channel: its provider, how it goes today, and what holds it
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels",
    responses((status = 200, description = "Done.", body = Channels)))]
pub(super) async fn get_channels(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Channels>, Problem> {
    let today = shared.now().day();
    let read = shared.read(move |views| {
        let days = today - DAYS + 1..=today;
        let read = |day: i64| Ok((day, engine::channel_day(views, day)?));
        days.map(read).collect::<Result<BTreeMap<i64, _>, Problem>>()
    });
    let days = read.await?;
    let status = shared.handle.status();
    let all = Channel::ALL.into_iter();
    let rules = shared.handle.settings().brake;
    Ok(Json(Channels {
        channels: all.map(|it| shown(&shared, &status, it, &days)).collect(),
        brake: BrakeLimits {
            after: rules.after,
            bounces: rules.bounces,
            complaints: rules.complaints,
        },
    }))
}

/// The DNS records that make mail believed, and what stands there
#[utoipa::path(get, path = "/api/v1/channels/email/domain", tag = "channels", params(DomainAsked),
    responses((status = 200, description = "Done.", body = MailDomain)))]
pub(super) async fn get_mail_domain(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<DomainAsked>,
) -> Result<Json<MailDomain>, Problem> {
    let brand = shared.handle.loaded().programme.brand.clone();
    let sender = Sender {
        from_address: brand.from_address.clone(),
        base_url: brand.base_url.clone(),
        ..shared.settings.sender.clone()
    };
    let needed = dns::needed(&sender);
    let domain = sender.domain().to_owned();
    let resolver = match (asked.check, shared.settings.resolver) {
        (false, _) => None,
        (true, Some(address)) => Some(Resolver::new(address)),
        (true, None) => {
            let problem = "no resolver is known here; name one in fulcrum.toml: [dns] resolver";
            let records = needed.iter().map(|it| record(it, None)).collect();
            return Ok(Json(MailDomain { domain, records, problem: Some(problem.to_owned()) }));
        }
    };
    let work = shared.work(move || {
        let checked = resolver.map(|it| dns::check(&needed, &it)).unwrap_or_default();
        let mut checked = checked.into_iter();
        Ok(needed.iter().map(|it| record(it, checked.next())).collect())
    });
    Ok(Json(MailDomain { domain, records: work.await?, problem: None }))
}

fn record(it: &Needed, checked: Option<Checked>) -> DnsRecord {
    let state = checked.as_ref().map(|it| it.standing.name().to_owned());
    let (found, remedy) = checked.map(|it| (it.found, it.remedy)).unwrap_or_default();
    DnsRecord {
        purpose: it.purpose.name().to_owned(),
        name: it.name.clone(),
        kind: it.kind.name().to_owned(),
        value: it.value.clone(),
        state,
        found,
        remedy,
    }
}

fn shown(
    shared: &Shared,
    status: &Status,
    channel: Channel,
    days: &BTreeMap<i64, BTreeMap<Channel, ChannelDay>>,
) -> ChannelShown {
    let none = ChannelDay::default();
    let last_day = days.values().next_back().and_then(|it| it.get(&channel)).unwrap_or(&none);
    let wire = shared.handle.wires().into_iter().find(|it| it.channel == channel);
    let provider = shared.settings.provider_settings.get(&channel);
    let settings = provider.iter().flat_map(|it| &it.settings);
    let last = status.answers.get(&channel).into_iter().flatten();
    ChannelShown {
        channel: channel.name().to_owned(),
        provider: provider.map(|it| it.table.clone()),
        ready: wire.is_some(),
        settings: settings
            .map(|(name, value)| ChannelSetting { name: name.clone(), value: value.clone() })
            .collect(),
        in_flight: wire.map_or(0, |it| it.in_flight as u64),
        concurrency: wire.map_or(0, |it| it.concurrency as u64),
        today: last_day.counts.into(),
        codes: codes(last_day),
        last: last
            .map(|it| AnswerShown {
                at: time(it.at),
                message: it.message.to_string(),
                answer: it.word.name().to_owned(),
                detail: it.detail.clone(),
            })
            .collect(),
        pace: pace(shared, status, channel),
        domains: domains(shared, status, channel, days),
    }
}

fn codes(day: &ChannelDay) -> Vec<AnswerCode> {
    let code = |(words, count): (&String, &u64)| {
        let (answer, code) = words.split_once('/').unwrap_or((words, ""));
        AnswerCode { answer: answer.to_owned(), code: code.to_owned(), count: *count }
    };
    let mut codes: Vec<_> = day.codes.iter().map(code).collect();
    codes.sort_by_key(|it| std::cmp::Reverse(it.count));
    codes
}

fn pace(shared: &Shared, status: &Status, channel: Channel) -> ChannelPace {
    let none = PaceRules::default();
    let rules = shared.handle.settings().paces.get(&channel).unwrap_or(&none);
    let now = shared.now();
    let holding = status.paces.get(&channel).cloned().unwrap_or_default();
    let held = holding.whole.filter(|it| now < *it);
    let warm_up = rules.warm_up.and_then(|it| {
        let allowance = u64::from(it.of_day(now.day())?);
        let day = (now.day() - it.from + 1).max(0);
        Some(WarmUpShown { day, allowance, until: u64::from(it.until) })
    });
    ChannelPace {
        whole: rules.whole.map(rate),
        per_domain: rules.per_domain.map(rate),
        warm_up,
        held_until: held.map(time),
        why: if held.is_some() { holding.whole_why } else { String::new() },
        waiting: holding.waiting as u64,
    }
}

fn domains(
    shared: &Shared,
    status: &Status,
    channel: Channel,
    days: &BTreeMap<i64, BTreeMap<Channel, ChannelDay>>,
) -> Vec<DomainShown> {
    let settings = shared.handle.settings();
    let mut sums: BTreeMap<&str, AnswerCounts> = BTreeMap::new();
    for day in days.values().filter_map(|it| it.get(&channel)) {
        for (domain, counts) in &day.domains {
            sums.entry(domain).or_default().add(counts);
        }
    }
    let held = status.paces.get(&channel).map(|it| it.domains.as_slice()).unwrap_or_default();
    let is_held: BTreeSet<&str> = held.iter().map(|it| it.domain.as_str()).collect();
    for domain in &is_held {
        sums.entry(domain).or_default();
    }
    let mut order: Vec<_> = sums.into_iter().collect();
    order.sort_by_key(|(domain, it)| {
        (std::cmp::Reverse(is_held.contains(domain)), std::cmp::Reverse(tried(it)))
    });
    let rules = settings.paces.get(&channel);
    let one = |(domain, counts): (&str, AnswerCounts)| {
        let line = held.iter().find(|it| it.domain == domain);
        let own = rules.and_then(|it| it.domains.get(domain).copied());
        let (bounces, complaints) = rates(&counts, &settings.brake);
        DomainShown {
            domain: domain.to_owned(),
            counts: counts.into(),
            bounces,
            complaints,
            rate: own.map(rate),
            held_until: line.map(|it| it.until).filter(|it| shared.now() < *it).map(time),
            stands: line.is_some_and(|it| it.stands),
        }
    };
    order.into_iter().take(DOMAINS_MAX).map(one).collect()
}

fn tried(it: &AnswerCounts) -> u64 {
    it.accepted + it.dead
}

/// Of the messages that were taken, or whose address was found not to exist.
fn rates(it: &AnswerCounts, limits: &BrakeRules) -> (RateShown, RateShown) {
    let of = tried(it);
    let rate = |count: u64, limit: f64| {
        let engine::Share { share, low, high } = engine::share(count.min(of), of);
        RateShown { share, low, high, above: 0 < of && limit < low }
    };
    (rate(it.bounced + it.dead, limits.bounces), rate(it.complained, limits.complaints))
}

fn rate(it: Rate) -> String {
    format!("{} per {}", it.at_most, it.per)
}

impl From<AnswerCounts> for AnswerTally {
    fn from(it: AnswerCounts) -> AnswerTally {
        AnswerTally {
            accepted: it.accepted,
            deferred: it.deferred,
            refused: it.refused,
            dead: it.dead,
            lost: it.lost,
            bounced: it.bounced,
            complained: it.complained,
        }
    }
}
