//! Mail to a mail server on this machine, of a journey and of a broadcast, against the mail client alone.

use crate::crowd::at;
use crate::events::{mark, record, track};
use crate::figure::{Figure, Run};
use crate::machine;
use crate::setup::{append, apply, market_files, now, open_engine, open_log, open_store};
use crate::store::Watched;
use anyhow::{Context, ensure};
use channels::smtp::sink::{Script, Sink};
use channels::smtp::{Smtp, SmtpConfig, TlsMode};
use engine::{Engine, Host};
use log_segments::SegmentLog;
use model::{CampaignName, Channel, Map, Reply, Value};
use port::Envelope;
use record::log::BroadcastAction;
use record::{Control, LogRecord};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// `FULCRUM_BENCH_MAILS` takes another number, such as 1000000.
const MAILS: usize = 20_000;

/// Mails of the journey that the client sends again alone, one after the other and again.
const KEPT: usize = 500;

/// Events appended together.
const APPENDED: usize = 10_000;

/// A mail server on the same machine takes more: Postfix a hundred unless told otherwise.
const CONNECTIONS: usize = 64;

/// For one mail. A machine that needs longer is not slow, it stands.
const WAIT_MAX: Duration = Duration::from_secs(60);

const JOURNEY: &str = r#"journey: signup
owner: crm@twowheels.example
trigger: {event: "Signed Up"}
reentry: never
steps:
  - message: {content: hello, channels: [email], expires: 1d, value: 1.0, class: service}
"#;

const AUDIENCE: &str = "audience: riders\nwhen: did(\"Signed Up\")\n";

const BROADCAST: &str = "broadcast: rides
owner: crm@twowheels.example
audience: riders
content: hello
channels: [email]
";

/// The market's first mail, as a mail about the account: nothing waits for consent or for better.
const CONTENT: &str = r#"---
content: hello
topic: rides
summary: Your first ride is on us
purpose: transactional
layout: news
action: {label: Plan my ride, url: "https://twowheels.example/plan"}
forms:
  email: {subject: "Welcome, {{ person.first_name | default: 'friend' }}", preheader: One thing to do today}
---
Hello {{ person.first_name | default: "friend" }},

good to have you with us. The canal route is at its best this month: **eighteen kilometres, no hills**, and a bakery half way.

- Bring a bottle.
- Leave before ten.
- Come back by the mill.
"#;

/// What a team writes for all its mails: a head, the words, a foot.
const LAYOUT: &str = r##"<mjml>
  <mj-head>
    <mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes>
  </mj-head>
  <mj-body background-color="#f2efe9">
    <mj-section background-color="#1f3a2e">
      <mj-column><mj-text color="#ffffff" font-size="22px">{{ brand.name }}</mj-text></mj-column>
    </mj-section>
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="16px" line-height="26px">{{ content }}</mj-text>
        <mj-text>{{ action }}</mj-text>
      </mj-column>
    </mj-section>
    <mj-section>
      <mj-column><mj-text font-size="12px" color="#666666">{{ footer }}</mj-text></mj-column>
    </mj-section>
  </mj-body>
</mjml>
"##;

pub fn run(dir: &Path) -> anyhow::Result<Run> {
    let given = std::env::var("FULCRUM_BENCH_MAILS").ok();
    let mails = given.map_or(Ok(MAILS), |it| it.parse()).context("FULCRUM_BENCH_MAILS")?;
    let journey = journey(&dir.join("journey"), mails)?;
    let broadcast = broadcast(&dir.join("broadcast"), mails)?;
    let alone = send_alone(&journey.envelopes, mails)?;
    let limit = mails as f64 / alone.as_secs_f64();
    let checksum = journey.checksum ^ broadcast.checksum.rotate_left(1);
    let figures = vec![
        journey.figure("journey mail in MJML to a mail server, from the event on", limit),
        broadcast.figure("a broadcast in MJML to a mail server", limit),
    ];
    Ok(Run { figures, checksum })
}

/// Everybody signs up, and gets a mail for it.
fn journey(dir: &Path, mails: usize) -> anyhow::Result<Sent> {
    let (log, store) = (open_log(&dir.join("log"))?, open_store(dir)?);
    append(&log, vec![apply(files("journeys/signup.yaml", JOURNEY))?])?;
    sign_up_all(&log, mails)?;
    let engine = open_engine(&log, &store, [Channel::Email].into_iter().collect())?;
    send(engine, &store, mails)
}

/// Everybody is there, and gets a mail of a campaign that was planned, from its start on.
fn broadcast(dir: &Path, mails: usize) -> anyhow::Result<Sent> {
    let (log, store) = (open_log(&dir.join("log"))?, open_store(dir)?);
    let mut files = files("broadcasts/rides.yaml", BROADCAST);
    files.insert("audiences/riders.yaml".to_owned(), AUDIENCE.to_owned());
    append(&log, vec![apply(files)?])?;
    sign_up_all(&log, mails)?;
    let steer = |action| {
        let (name, by) = (CampaignName::from("rides"), "the benchmark".to_owned());
        LogRecord::Control(Control::Broadcast { name, action, by }).encode()
    };
    // Looked at and approved: `plan` measures what comes before.
    append(&log, vec![steer(BroadcastAction::Plan)])?;
    let mut engine = open_engine(&log, &store, [Channel::Email].into_iter().collect())?;
    at(&mut engine, &store, now(), None)?;
    append(&log, vec![steer(BroadcastAction::Start)])?;
    send(engine, &store, mails)
}

/// How so many mails went.
struct Sent {
    mails: f64,
    took: Duration,
    cpu_seconds: f64,
    /// Commits in all, and those that were on disk before the engine went on.
    commits: (f64, f64),
    memory: Vec<f64>,
    envelopes: Vec<Envelope>,
    checksum: u64,
}

/// Has everything sent that the engine finds to do, until so many mails have left.
fn send(engine: Engine, store: &Watched, mails: usize) -> anyhow::Result<Sent> {
    let sink = Sink::start(Script::default())?;
    let kept = Arc::new(Mutex::new(Vec::with_capacity(KEPT)));
    let (told, sends) = mpsc::channel();
    let mail = Keeping { inner: sender(&sink)?, kept: kept.clone(), told };
    let before = store.notes();
    let (began, cpu) = (Instant::now(), machine::cpu_seconds()?);
    let host = Host::start(engine, vec![Box::new(mail)]);
    let mut memory = Vec::new();
    for sent in 0..mails {
        let in_time = sends.recv_timeout(WAIT_MAX);
        in_time.with_context(|| format!("only {sent} of {mails} mails were sent"))?;
        if (sent + 1) % (mails / 4).max(1) == 0 {
            memory.push(machine::resident()? as f64 / 1e6);
        }
    }
    let took = began.elapsed();
    let cpu_seconds = machine::cpu_seconds()? - cpu;
    drop(host);
    let checksum = check(sink, mails)?;
    let envelopes = std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner));
    let notes = store.notes();
    let commits = notes.commits.len() - before.commits.len();
    let commits = (commits as f64, (notes.durable - before.durable) as f64);
    Ok(Sent { mails: mails as f64, took, cpu_seconds, commits, memory, envelopes, checksum })
}

impl Sent {
    fn figure(self, name: &'static str, limit: f64) -> Figure {
        let html = html_bytes(&self.envelopes) / self.envelopes.len() as f64;
        let mut figure = Figure::new(name, self.mails / self.took.as_secs_f64(), "mails/s")
            .limit(limit, "the mail client alone, same mails and connections")
            .detail("CPU µs per mail, with the server", self.cpu_seconds / self.mails * 1e6)
            .detail("connections", CONNECTIONS as f64)
            .detail("bytes of HTML per mail", html)
            .detail("mails per commit", self.mails / self.commits.0)
            .detail("durable commits", self.commits.1);
        for (name, megabytes) in MEMORY.into_iter().zip(self.memory) {
            figure = figure.detail(name, megabytes);
        }
        figure
    }
}

fn files(path: &str, text: &str) -> BTreeMap<String, String> {
    let mut files = market_files(&["brand.yaml", "topics.yaml"]);
    files.insert(path.to_owned(), text.to_owned());
    files.insert("content/hello.md".to_owned(), CONTENT.to_owned());
    files.insert("layouts/news.mjml".to_owned(), LAYOUT.to_owned());
    files
}

const MEMORY: [&str; 4] = [
    "MB, with a quarter of the mails sent",
    "MB, with half of them sent",
    "MB, with three quarters sent",
    "MB, with all sent",
];

fn sign_up_all(log: &SegmentLog, mails: usize) -> anyhow::Result<()> {
    for first in (0..mails).step_by(APPENDED) {
        append(log, (first..mails.min(first + APPENDED)).map(sign_up).collect())?;
    }
    Ok(())
}

fn sign_up(number: usize) -> Vec<u8> {
    let mut event = track("Signed Up", number as u64, format!("u-{number:06}"), Map::new(), now());
    let mut traits = Map::new();
    traits.insert("email".to_owned(), Value::from(address(number)));
    traits.insert("first_name".to_owned(), Value::from("Anne"));
    event.context.insert("traits".to_owned(), Value::Map(traits));
    record(event)
}

fn address(number: usize) -> String {
    format!("anne{number:06}@example.com")
}

fn sender(sink: &Sink) -> anyhow::Result<Smtp> {
    let config = SmtpConfig {
        host: sink.address().ip().to_string(),
        port: sink.address().port(),
        tls: TlsMode::None,
        concurrency: CONNECTIONS,
        ..SmtpConfig::default()
    };
    Smtp::new(config).map_err(|problem| anyhow::anyhow!("{problem}"))
}

/// Everybody got one mail.
fn check(sink: Sink, mails: usize) -> anyhow::Result<u64> {
    let mut recipients: Vec<String> = sink.finish().into_iter().map(|it| it.recipient).collect();
    recipients.sort();
    let expected: Vec<String> = (0..mails).map(address).collect();
    ensure!(recipients == expected, "not everybody got one mail");
    Ok(recipients.iter().fold(0, |sum: u64, it| sum.wrapping_add(mark(it))))
}

/// Sends, and keeps the first of what it sent.
struct Keeping {
    inner: Smtp,
    kept: Arc<Mutex<Vec<Envelope>>>,
    told: mpsc::Sender<()>,
}

impl port::Channel for Keeping {
    fn channel(&self) -> Channel {
        self.inner.channel()
    }

    fn concurrency(&self) -> usize {
        self.inner.concurrency()
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(envelope.clone());
        }
        drop(kept);
        let reply = self.inner.send(envelope);
        // Whoever waits for it gave up only when the measurement has failed.
        self.told.send(()).unwrap_or(());
        reply
    }
}

fn send_alone(envelopes: &[Envelope], mails: usize) -> anyhow::Result<Duration> {
    use port::Channel as _;
    let sink = Sink::start(Script::default())?;
    let smtp = sender(&sink)?;
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if mails <= number {
                        return;
                    }
                    smtp.send(&envelopes[number % envelopes.len()]);
                }
            });
        }
    });
    let took = began.elapsed();
    let taken = sink.finish().len();
    ensure!(taken == mails, "the mail client alone sent {taken} of {mails} mails");
    Ok(took)
}

fn html_bytes(envelopes: &[Envelope]) -> f64 {
    let bytes = |it: &Envelope| match &it.payload {
        port::Payload::Email { html, .. } => html.len(),
        port::Payload::Short { .. } => 0,
    };
    envelopes.iter().map(bytes).sum::<usize>() as f64
}
