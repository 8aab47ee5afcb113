//! `fulcrum demo`: a simulated market lives through the real engine, and the app shows it.

mod early_log;
mod table;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use channels::smtp::sink::{Script, Sink, Taken};
use content::LinkKey;
use engine::{Engine, EngineSettings, Keys};
use model::{ChanceKey, Channel, ChannelSet, LedgerState, MessageId, Span, Timestamp};
use port::Views;
use sim::demo::DemoResult;
use sim::{Market, MarketOptions, Stage, Truth};

use self::early_log::EarlyLog;
use super::{Format, print, tell};
use crate::Place;
use crate::config::{Config, DEFAULT_BIND};
use crate::data::{self, DataDir, Opened, random};
use crate::progress::{Bars, Progress, Unit};
use crate::shared_store::SharedStore;
use crate::stop::Stop;
use crate::wiring;

/// Play a simulated market through the real engine, and show the app on what happened.
///
/// The people are made up and what the channels do for each other is known, so the measured
/// leverage can be held against the truth. E-mail travels over SMTP to a sink on this machine;
/// nothing leaves it. With --exit it prints the result and ends.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// How many people live in the market.
    #[arg(long, value_name = "N", default_value_t = PEOPLE, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    people: u32,
    /// How many weeks they live through.
    #[arg(long, value_name = "W", default_value_t = 8, value_parser = clap::value_parser!(i64).range(1..=104))]
    weeks: i64,
    /// Another seed is another market.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Where the app is served afterwards [default: 127.0.0.1:7411].
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Print the result and end, without serving the app.
    #[arg(long)]
    exit: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What a newcomer waits for: a minute or two on two cores, and enough that the interval of the
/// leverage is narrower than the leverage.
const PEOPLE: u32 = 5_000;

/// For the demo's own data only, and only on this machine.
const PASSWORD: &str = "simulated-two-wheels";

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.format == Format::Csv {
        let stop = Stop::usage("the demo's result has no form as CSV");
        return Err(stop.hint("--format table or json").into());
    }
    let bind = wiring::check_bind(arguments.bind.as_deref().unwrap_or(DEFAULT_BIND), false)?;
    // Lives as long as the demo; with --data the directory stays.
    let temporary = match place.data {
        Some(_) => None,
        None => Some(tempfile::tempdir().context("could not make a place for the data")?),
    };
    let path = match (&place.data, &temporary) {
        (Some(path), _) => path.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => return Err(anyhow::anyhow!("there is no place for the data")),
    };
    let data = DataDir::new(path);
    if !data.is_empty() {
        let stop = Stop::usage(format!("{} is not empty", data.path().display()));
        return Err(stop.hint("the demo begins in an empty directory of its own").into());
    }
    let options = options(arguments, data::now());
    let shown = play_and_show(arguments, &options, &data)?;
    print(&shown.text)?;
    if !arguments.exit {
        serve(&data, bind)?;
    }
    for failure in &shown.failures {
        tell(&format!("error: {failure}"));
    }
    Ok(if shown.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(super::EXIT_FAILED)
    })
}

struct Shown {
    text: String,
    /// What must not be: the two sides of the ledger or of the wire differ, or a promise was broken.
    failures: Vec<String>,
}

fn play_and_show(
    arguments: &Arguments,
    options: &MarketOptions,
    data: &DataDir,
) -> anyhow::Result<Shown> {
    // As of the market's first day: nothing may have been stored after it began.
    let opened = data.open_with(options.start, store_options(options))?;
    let (result, mail) = play(options, opened)?;
    // The store is closed; what the market knows of itself goes beside its data.
    let mut store = data.open_store()?;
    let password = server::password_entry(PASSWORD).map_err(Stop::failed)?;
    data::put(&mut store, vec![data::simulated_entry(&result.truth)?, password])?;
    // The market ended at midnight; nobody has been away since.
    data::touch(&mut store)?;
    let mut failures = mail.failures.clone();
    if !result.ledger.balanced() {
        failures.push(format!("the ledger does not add up: {:?}", result.ledger));
    }
    if 0 < result.violations.total() {
        failures.push(format!("promises were broken: {:?}", result.violations));
    }
    let text = match arguments.format {
        Format::Json => serde_json::to_string_pretty(&result)? + "\n",
        Format::Table | Format::Csv => table::table(&result, options, &mail),
    };
    Ok(Shown { text, failures })
}

/// Remembers every event of the whole market: those who count lost ones ask for the first as well.
fn store_options(options: &MarketOptions) -> store_sqlite::Options {
    let seen_retention = Span(Span::WEEK.0 * (options.weeks + 1));
    store_sqlite::Options { seen_retention, ..store_sqlite::Options::default() }
}

fn options(arguments: &Arguments, now: Timestamp) -> MarketOptions {
    // Ends at the last midnight, so that nothing lies in the future when it is looked at.
    let midnight = Timestamp(now.day() * Span::DAY.0);
    let options = MarketOptions::default();
    MarketOptions {
        people: arguments.people as usize,
        weeks: arguments.weeks,
        seed: arguments.seed,
        start: midnight - Span(Span::WEEK.0 * arguments.weeks),
        ..options
    }
}

/// The market with its store and mail, and the truth beside it on the other core.
fn play(options: &MarketOptions, opened: Opened) -> anyhow::Result<(DemoResult, Mail)> {
    let Opened { log, mut store, .. } = opened;
    let keys = seeded_keys(options.seed)?;
    data::put_keys(&mut store, &keys, options.start)?;
    let sink = Sink::start(Script::default()).context("could not start the mail sink")?;
    let stage = Stage {
        store: Box::new(SharedStore::without_syncs(store)),
        log: Arc::new(EarlyLog::new(log)),
        keys,
        settings: EngineSettings::default(),
        mail: Some(Box::new(crate::providers::sink_mail(sink.address())?)),
        swallow: ChannelSet::EMPTY,
    };
    let bars = Bars::new();
    let days = options.weeks.unsigned_abs() * 7;
    let playing = Arc::new(bars.begin("playing the market", days, Unit::Steps));
    let finding = bars.begin("playing each cell for truth", 8, Unit::Steps);
    let (played, truth) = std::thread::scope(|scope| {
        let truth = scope.spawn(|| find_truth(options, keys, &finding));
        let told = Arc::clone(&playing);
        let played = sim::play(options.clone(), stage, move |market: &mut Market| {
            market.stop_on_failure = true;
            market.on_day(move |day, _| told.at(day.unsigned_abs()));
        });
        playing.finish();
        (played, truth.join())
    });
    let played = played.context("the market stopped")?;
    if 0 < played.market.failures {
        let stop = Stop::failed("the market stopped early: the data could not be stored");
        return Err(stop.hint("is the disk full? --data takes another place").into());
    }
    let truth = match truth {
        Ok(truth) => truth?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let mut result = sim::demo::result(&played, &truth).context("could not read the result")?;
    let mail = Mail::compare(&played.engine, sink.finish())?;
    result.violations.duplicates += mail.duplicates;
    Ok((result, mail))
}

fn find_truth(options: &MarketOptions, keys: Keys, finding: &Progress) -> anyhow::Result<Truth> {
    let truth = sim::find_truth(options, keys, &|done, _| finding.at(done as u64));
    finding.finish();
    truth.context("the truth could not be found")
}

/// The same seed gives the same market; only the links are signed with a secret.
fn seeded_keys(seed: u64) -> anyhow::Result<Keys> {
    let chance = blake3::hash(format!("fulcrum demo {seed}").as_bytes());
    Ok(Keys { chance: ChanceKey(*chance.as_bytes()), link: LinkKey(random()?) })
}

/// What the mail server on the other side counted, held against the ledger.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// Copies that arrived.
    pub arrived: u64,
    /// E-mails that the ledger calls sent.
    pub sent: u64,
    pub duplicates: u64,
    pub failures: Vec<String>,
}

impl Mail {
    fn compare(engine: &Engine, taken: Vec<Taken>) -> anyhow::Result<Mail> {
        let views = engine.reader()?;
        let mut copies = std::collections::BTreeMap::<MessageId, u64>::new();
        let mut nameless = 0_u64;
        for it in &taken {
            match it.message {
                Some(id) => *copies.entry(id).or_default() += 1,
                None => nameless += 1,
            }
        }
        let mut mail = Mail {
            arrived: taken.len() as u64,
            duplicates: copies.values().map(|it| it - 1).sum(),
            ..Mail::default()
        };
        let mut lost = 0_u64;
        each_email_sent(&*views, |id| {
            mail.sent += 1;
            lost += u64::from(copies.remove(&id).is_none());
        })?;
        let stray = copies.len() as u64 + nameless;
        if 0 < lost + stray {
            mail.failures.push(format!(
                "the mail server and the ledger differ: {lost} sent e-mails did not arrive, and \
                 {stray} arrived that were not sent"
            ));
        }
        Ok(mail)
    }
}

fn each_email_sent(views: &dyn Views, mut each: impl FnMut(MessageId)) -> anyhow::Result<()> {
    const PAGE: usize = 1_000;
    let mut after = None;
    loop {
        let people = views.ids_after(after, PAGE)?;
        let Some(last) = people.last() else { return Ok(()) };
        after = Some(*last);
        for person in people {
            let mut before = None;
            loop {
                let messages = views.messages_of(person, before, PAGE)?;
                for it in &messages {
                    let sent = it.ledger_state() == LedgerState::Sent;
                    if sent && it.channel() == Some(Channel::Email) {
                        each(it.id);
                    }
                }
                match messages.last() {
                    Some(last) if messages.len() == PAGE => before = Some(last.id),
                    Some(_) | None => break,
                }
            }
        }
    }
}

fn serve(data: &DataDir, bind: std::net::SocketAddr) -> anyhow::Result<()> {
    super::serve::log_to_standard_error();
    let opened = data.open()?;
    // A token that goes with these data: everything is simulated.
    wiring::serve(data, opened, &Config::default(), bind, |ready| {
        tell(&format!("\nThe app on these SIMULATED people: http://{}", ready.address));
        tell(&format!("  sign in with the password {PASSWORD}"));
        if let Some(reason) = &ready.held {
            tell(&format!("  held, as it should be: {reason}"));
        }
        tell("  Ctrl-C ends it");
    })
}

#[cfg(test)]
mod tests;
