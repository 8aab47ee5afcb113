//! Studies of learning: the same people and draws under a learned policy and under fixed ones.
//!
//! Every policy is a programme that the real engine plays; what people are like is in [`Taste`], and
//! the engine never sees it.

use crate::person::Behaviour;
use crate::play::{Stage, play};
use crate::{MarketOptions, Taste, Violations};
use content::LinkKey;
use engine::{EngineError, EngineSettings, Keys};
use model::{ChanceKey, ChannelSet, Span};
use port::{MemoryLog, MemoryStore};
use std::collections::BTreeMap;
use std::sync::Arc;

pub mod pairs;

/// A way to decide channel and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The engine with learning on: channel and hour are drawn.
    Learned,
    /// The same, with the harm of messages learned from halved caps, and what is not worth it left out
    /// where an opt-out costs as much as so many answers are worth.
    Priced(u8),
    /// Channels and hours by even chance: what the floor alone does.
    Even,
    EmailOnly,
    PushOnly,
    SocialOnly,
    /// Every message in every channel.
    Everywhere,
    /// One channel after the other.
    RoundRobin,
    /// E-mail at ten in the morning.
    AtTen,
    /// E-mail only, and every message in every channel, with three a week at most in place of four.
    EmailThree,
    EverywhereThree,
}

/// What came of one play, per person.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    pub messages: f64,
    pub responses: f64,
    pub orders: f64,
    pub opt_outs: f64,
    /// Broken promises, as the people counted them.
    pub violations: u64,
}

/// The mean over seeds, with half the width of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    pub mean: f64,
    pub reach: f64,
}

impl Plan {
    pub const FIXED: [Plan; 7] = [
        Plan::Even,
        Plan::EmailOnly,
        Plan::AtTen,
        Plan::RoundRobin,
        Plan::Everywhere,
        Plan::PushOnly,
        Plan::SocialOnly,
    ];

    pub fn name(self) -> String {
        let name = match self {
            Plan::Learned => "learned",
            Plan::Priced(price) => return format!("learned, an opt-out costs {price}"),
            Plan::Even => "even chance",
            Plan::EmailOnly => "e-mail only",
            Plan::PushOnly => "push only",
            Plan::SocialOnly => "social only",
            Plan::Everywhere => "all channels",
            Plan::RoundRobin => "round robin",
            Plan::AtTen => "e-mail at 10:00",
            Plan::EmailThree => "e-mail only, three a week",
            Plan::EverywhereThree => "all channels, three a week",
        };
        name.to_owned()
    }

    /// The programme: one message a day is asked for, and at most four (or three) a week are allowed.
    fn files(self, days: i64) -> BTreeMap<String, String> {
        let learning = match self {
            Plan::Learned => "learning: {responses: [click]}\n".to_owned(),
            Plan::Priced(price) => format!(
                "learning: {{responses: [click], opt_out_cost: {price}, \
                 pressure: {{share: 50%, window: 14d}}}}\n"
            ),
            Plan::Even => "learning: {responses: [click], floor: 100%}\n".to_owned(),
            Plan::EmailOnly
            | Plan::PushOnly
            | Plan::SocialOnly
            | Plan::Everywhere
            | Plan::RoundRobin
            | Plan::AtTen
            | Plan::EmailThree
            | Plan::EverywhereThree => String::new(),
        };
        let a_week = if matches!(self, Plan::EmailThree | Plan::EverywhereThree) { 3 } else { 4 };
        let policy = format!(
            "caps: [{{channels: any, at_most: {a_week}, per: 7d}}, {{channels: [push], at_most: 1, per: 1d}}]\n\
             quiet_hours: {{from: \"21:00\", to: \"08:00\"}}\nzone: Europe/Amsterdam\nconsent: [email, push, social]\n"
        );
        let brand = "{name: Shop, postal_address: \"Street 1\", base_url: \"https://shop.example\", \
             from_name: Shop, from_address: hi@shop.example}";
        let content = "---\ncontent: story\ntopic: rides\nsummary: A story\n---\nA story.\n";
        let files = [
            ("brand.yaml", brand.to_owned()),
            ("policy.yaml", format!("{policy}{learning}")),
            ("topics.yaml", "- {topic: rides, description: Rides}\n".to_owned()),
            ("outcomes.yaml", "- {outcome: orders, event: Order Completed}\n".to_owned()),
            ("content/story.md", content.to_owned()),
            ("journeys/daily.yaml", self.journey(days)),
        ];
        files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
    }

    fn journey(self, days: i64) -> String {
        let mut text = "journey: daily\ntrigger: {event: \"Signed Up\"}\nsteps:\n".to_owned();
        let mut steps = Vec::new();
        for day in 0..days {
            match self {
                Plan::Learned | Plan::Priced(_) | Plan::Even => {
                    steps.push(vec!["email, push, social"]);
                }
                Plan::EmailOnly | Plan::EmailThree | Plan::AtTen => steps.push(vec!["email"]),
                Plan::PushOnly => steps.push(vec!["push"]),
                Plan::SocialOnly => steps.push(vec!["social"]),
                Plan::Everywhere | Plan::EverywhereThree => {
                    steps.push(vec!["email", "push", "social"])
                }
                Plan::RoundRobin => {
                    steps.push(vec![["email", "push", "social"][(day % 3) as usize]]);
                }
            }
        }
        for channels in steps {
            text += "  - wait: 1d\n";
            if self == Plan::AtTen {
                text += "  - wait_for: {from: \"10:00\", to: \"11:00\"}\n";
            }
            for channel in channels {
                text += &format!(
                    "  - message: {{content: story, channels: [{channel}], expires: 2d, value: 1}}\n"
                );
            }
        }
        text
    }
}

/// Plays the plan over `weeks` with people who all sign up in the first days.
pub fn play_plan(plan: Plan, people: usize, weeks: i64, seed: u64) -> Result<Outcome, EngineError> {
    let behaviour = Behaviour {
        base: 0.002,
        single: Vec::new(),
        pair: Vec::new(),
        visit: 0.0,
        taste: Some(Taste::default()),
        ..Behaviour::default()
    };
    // The last sign-up comes on the fourth day.
    let window = Span::days(7 * weeks - 7);
    let options =
        MarketOptions { people, weeks, seed, behaviour, window, ..MarketOptions::default() };
    let files = plan.files(7 * weeks - 8);
    let played = play(options, stage(MemoryStore::new(), seed), |it| it.with_programme(files))?;
    let market = &played.market;
    let n = market.people.len().max(1) as f64;
    let orders: usize = market.people.iter().map(|it| it.orders.len()).sum();
    let left = market.people.iter().filter(|it| it.withdrew.is_some()).count();
    Ok(Outcome {
        messages: market.counts.delivered as f64 / n,
        responses: market.counts.clicked as f64 / n,
        orders: orders as f64 / n,
        opt_outs: left as f64 / n,
        violations: Violations::of(&market.people).total(),
    })
}

/// In memory, with the draws of the seed.
fn stage(store: MemoryStore, seed: u64) -> Stage {
    let mut chance = [0; 32];
    chance[..8].copy_from_slice(&(seed + 77).to_le_bytes());
    Stage {
        store: Box::new(store),
        log: Arc::new(MemoryLog::new()),
        keys: Keys { chance: ChanceKey(chance), link: LinkKey([7; 32]) },
        settings: EngineSettings::default(),
        mail: None,
        swallow: ChannelSet::EMPTY,
    }
}

/// The mean with half its 95 % interval by Student's distribution.
pub fn mean_of(values: &[f64]) -> Mean {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    let se = (squares / (n - 1.0).max(1.0) / n).sqrt();
    Mean { mean, reach: student(values.len()) * se }
}

/// Student's 97.5 % quantile for so many values less one: from a table, then its expansion
/// (Abramowitz and Stegun 26.7.5).
fn student(n: usize) -> f64 {
    const FEW: [f64; 10] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
    let df = n.saturating_sub(1).max(1);
    if let Some(exact) = FEW.get(df - 1) {
        return *exact;
    }
    let (z, df) = (1.959_964_f64, df as f64);
    let g1 = (z.powi(3) + z) / 4.0;
    let g2 = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + g1 / df + g2 / (df * df)
}
