//! One play: a market, an engine, and the weeks that they live through.

use crate::inbox::{Inbox, SimChannel};
use crate::market::{Market, MarketOptions};
use engine::{Engine, EngineError, EngineSettings, Inline, Keys, Parts, run};
use model::{Channel, ChannelSet};
use port::{FactLog, Store};
use record::{Control, LogRecord};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a play is performed on.
pub struct Stage {
    pub store: Box<dyn Store>,
    pub log: Arc<dyn FactLog>,
    pub keys: Keys,
    pub settings: EngineSettings,
    /// Carries e-mail for real, if given.
    pub mail: Option<Box<dyn port::Channel>>,
    /// Channels whose marketing never reaches anybody.
    pub swallow: ChannelSet,
}

pub struct Played {
    pub engine: Engine,
    pub market: Market,
}

/// The programme that the market is played with: the same files as a user's.
pub fn programme_files() -> BTreeMap<String, String> {
    macro_rules! files {
        ($($path:literal),* $(,)?) => {
            [$(($path.to_owned(), include_str!(concat!("../programme/", $path)).to_owned())),*]
        };
    }
    files![
        "audiences/buyers.yaml",
        "audiences/lapsing.yaml",
        "audiences/regulars.yaml",
        "brand.yaml",
        "broadcasts/spring.yaml",
        "content/care.md",
        "content/community.md",
        "content/first-ride.md",
        "content/receipt.md",
        "content/routes.md",
        "content/starter.md",
        "content/story.md",
        "content/three-rides.md",
        "content/visit.md",
        "content/welcome.md",
        "forms/rides.yaml",
        "journeys/thanks.yaml",
        "journeys/welcome.yaml",
        "journeys/win-back.yaml",
        "outcomes.yaml",
        "policy.yaml",
        "topics.yaml",
    ]
    .into_iter()
    .collect()
}

/// The channels of the market.
pub const CHANNELS: [Channel; 4] =
    [Channel::Email, Channel::Push, Channel::Social, Channel::Onsite];

/// Plays to the end of the market's weeks, or until the engine gives up.
pub fn play(
    options: MarketOptions,
    stage: Stage,
    prepare: impl FnOnce(&mut Market),
) -> Result<Played, EngineError> {
    let inbox = Inbox::default();
    let mut dispatch = channels(&inbox, stage.mail, stage.swallow);
    let mut market = Market::new(options, stage.log.clone(), inbox);
    prepare(&mut market);
    let apply =
        Control::Apply { files: market.programme(), by: "the market".to_owned(), after: None };
    stage.log.append(vec![LogRecord::Control(apply).encode()], Box::new(|_| {}));
    let mut engine = Engine::open(Parts {
        store: stage.store,
        log: stage.log,
        keys: stage.keys,
        settings: stage.settings,
        providers: CHANNELS.into_iter().collect(),
    })?;
    run(&mut engine, &mut market, &mut dispatch);
    Ok(Played { engine, market })
}

pub(crate) fn channels(
    inbox: &Inbox,
    mail: Option<Box<dyn port::Channel>>,
    swallow: ChannelSet,
) -> Inline {
    let mut mail = mail;
    let all = CHANNELS.map(|it| {
        let carrier = if it == Channel::Email { mail.take() } else { None };
        Box::new(SimChannel::new(it, inbox.clone(), carrier, swallow)) as Box<dyn port::Channel>
    });
    Inline::new(all, 256)
}
